//! Texts of a plan with references: `{slot:name}` and `{secret:name}`; a literal brace is doubled.

/// A piece of such a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Piece<'a> {
    /// As it stands.
    Text(&'a str),
    /// What becomes known while carrying out.
    Slot(&'a str),
    /// A secret.
    Secret(&'a str),
}

/// Splits a text. A brace that begins no reference stands for itself: a plan's file comes from anywhere.
#[must_use]
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, from) = rest.split_at(at);
        if !before.is_empty() {
            pieces.push(Piece::Text(before));
        }
        let (piece, length) = piece(from);
        pieces.push(piece);
        rest = &from[length..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

/// The piece that begins with a brace, and its length.
fn piece(from: &str) -> (Piece<'_>, usize) {
    if from.starts_with("{{") || from.starts_with("}}") {
        return (Piece::Text(&from[..1]), 2);
    }
    if let Some(end) = from.find('}') {
        let name = &from[1..end.max(1)];
        if let Some(name) = name.strip_prefix("slot:") {
            return (Piece::Slot(name), end + 1);
        }
        if let Some(name) = name.strip_prefix("secret:") {
            return (Piece::Secret(name), end + 1);
        }
    }
    (Piece::Text(&from[..1]), 1)
}

/// Puts the values in. `value` gives what a reference stands for.
pub fn fill<E>(
    text: &str,
    mut value: impl FnMut(&Piece<'_>) -> Result<String, E>,
) -> Result<String, E> {
    let mut filled = String::with_capacity(text.len());
    for piece in pieces(text) {
        match piece {
            Piece::Text(text) => filled.push_str(text),
            Piece::Slot(_) | Piece::Secret(_) => filled.push_str(&value(&piece)?),
        }
    }
    Ok(filled)
}

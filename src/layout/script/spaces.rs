//! The blanks within a line.

use crate::layout::script::pieces::Pieces;
use crate::syntax::{Node, SyntaxKind, Tree, lexer};

/// How many blanks stand before a piece that does not begin a line, where no comment is between.
pub(super) fn before(pieces: &Pieces<'_>, piece: usize) -> usize {
    let gap = &pieces.gaps[piece];
    let was = usize::from(gap.blanks > 0 || gap.lines > 0);
    match wanted(pieces, piece) {
        Wanted::One => 1,
        Wanted::AsWritten => was,
        // Two pieces that would become another one are kept apart.
        Wanted::None => was * usize::from(!may_touch(pieces, piece)),
    }
}

/// What stands between two pieces of a line.
enum Wanted {
    None,
    One,
    AsWritten,
}

fn wanted(pieces: &Pieces<'_>, piece: usize) -> Wanted {
    use SyntaxKind as Kind;
    let (left, right) = (&pieces.all[piece - 1], &pieces.all[piece]);
    let is_first = |it: &super::pieces::Piece<'_>| it.range.start == it.owner.range().start;
    let is_last = |it: &super::pieces::Piece<'_>| it.range.end == it.owner.range().end;
    let of_function = |it: Node<'_>| it.parent().is_some_and(|it| it.kind() == Kind::Function);
    match (left.kind, right.kind) {
        (Kind::LeftBrace | Kind::MapStart, Kind::RightBrace) => return Wanted::AsWritten,
        (Kind::LeftBrace | Kind::MapStart, _) | (_, Kind::RightBrace) => return Wanted::One,
        _ => {}
    }
    match right.kind {
        Kind::Comma
        | Kind::Semicolon
        | Kind::Colon
        | Kind::ColonColon
        | Kind::Dot
        | Kind::QuestionDot
        | Kind::RightParen
        | Kind::RightBracket
        | Kind::QuestionBracket => return Wanted::None,
        Kind::LeftParen if right.owner.kind() == Kind::ArgumentList => return Wanted::None,
        Kind::LeftParen
            if right.owner.kind() == Kind::ParameterList && of_function(right.owner) =>
        {
            return Wanted::None;
        }
        Kind::LeftBracket if right.owner.kind() == Kind::Index => return Wanted::None,
        Kind::Bang if matches!(right.owner.kind(), Kind::Call | Kind::ArgumentList) => {
            return Wanted::None;
        }
        Kind::DotDot | Kind::DotDotEqual if !is_first(right) => return Wanted::None,
        Kind::Pipe if right.owner.kind() == Kind::ParameterList && is_last(right) => {
            return Wanted::None;
        }
        _ => {}
    }
    match left.kind {
        Kind::ColonColon
        | Kind::Dot
        | Kind::QuestionDot
        | Kind::LeftParen
        | Kind::LeftBracket
        | Kind::QuestionBracket => Wanted::None,
        Kind::Bang if left.owner.kind() != Kind::Binary => Wanted::None,
        // A sign that touches a number is part of it, and binds more tightly than a method.
        Kind::Minus | Kind::Plus if left.owner.kind() != Kind::Binary => Wanted::AsWritten,
        Kind::DotDot | Kind::DotDotEqual if !is_last(left) => Wanted::None,
        Kind::Pipe if left.owner.kind() == Kind::ParameterList && is_first(left) => Wanted::None,
        _ => Wanted::One,
    }
}

/// Whether a piece stays what it is directly behind the one before it.
fn may_touch(pieces: &Pieces<'_>, piece: usize) -> bool {
    let (left, right) = (&pieces.all[piece - 1], &pieces.all[piece]);
    if left.kind == SyntaxKind::TextStart || right.kind == SyntaxKind::TextStart {
        return true;
    }
    let lexed = lexer::lex(&format!("{}{}", left.text, right.text));
    let tokens = lexed.tokens;
    tokens.len() == 3
        && tokens[0].kind == left.kind
        && tokens[1].kind == right.kind
        && tokens[1].start as usize == left.text.len()
}

/// For each piece, how many blanks stand before it to keep a column that an author has lined up.
pub(super) fn columns(tree: &Tree, pieces: &Pieces<'_>, breaks: &[bool]) -> Vec<Option<usize>> {
    let mut columns = vec![None; pieces.all.len()];
    for parent in tree.nodes() {
        let list = matches!(
            parent.kind(),
            SyntaxKind::Root | SyntaxKind::Block | SyntaxKind::Switch | SyntaxKind::Map
        );
        if !list {
            continue;
        }
        let anchors: Vec<Option<Anchor>> =
            parent.children().map(|it| anchor(pieces, breaks, it)).collect();
        for (at, anchor) in anchors.iter().enumerate() {
            let Some(anchor) = anchor else { continue };
            let before = at.checked_sub(1).and_then(|it| anchors[it].as_ref());
            let behind = anchors.get(at + 1).and_then(Option::as_ref);
            let beside = [before, behind].into_iter().flatten();
            if anchor.blanks > 1 && beside.into_iter().any(|it| it.offset == anchor.offset) {
                columns[anchor.piece] = Some(anchor.blanks);
            }
        }
    }
    columns
}

/// What lines of a list may be lined up by.
struct Anchor {
    /// The piece that stands in the column.
    piece: usize,
    /// How far it is from the beginning of its line's code.
    offset: usize,
    /// How many blanks are before it.
    blanks: usize,
}

fn anchor(pieces: &Pieces<'_>, breaks: &[bool], item: Node<'_>) -> Option<Anchor> {
    let first = pieces.first(item)?;
    let inner = match item.kind() {
        SyntaxKind::Export => item.children().next()?,
        _ => item,
    };
    let piece = match inner.kind() {
        SyntaxKind::Let | SyntaxKind::Const => pieces.at(inner.token(SyntaxKind::Equal)?)?,
        SyntaxKind::Assignment => pieces.at(inner.tokens().next()?)?,
        SyntaxKind::SwitchArm => pieces.at(inner.token(SyntaxKind::FatArrow)?)?,
        SyntaxKind::MapEntry => pieces.at(inner.token(SyntaxKind::Colon)?)? + 1,
        SyntaxKind::Import => pieces.at(inner.token(SyntaxKind::AsKeyword)?)?,
        _ => return None,
    };
    let gap = pieces.gaps.get(piece)?;
    // Only lines whose beginning is laid out already have a column to keep.
    let settled = |it: usize| {
        let gap = &pieces.gaps[it];
        gap.comments.is_empty() && gap.lines == 0 && gap.blanks == before(pieces, it)
    };
    let begins_line = first == 0 || breaks[first];
    if !begins_line || piece <= first || !(first + 1..piece).all(settled) {
        return None;
    }
    if gap.lines > 0 || !gap.comments.is_empty() || gap.blanks == 0 {
        return None;
    }
    let offset = pieces.all[piece].column.checked_sub(pieces.all[first].column)?;
    Some(Anchor { piece, offset, blanks: gap.blanks })
}

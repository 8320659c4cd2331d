//! The layout of values files.
//!
//! - A table's header and a key begin their line. What is in a list that spans lines is indented by four blanks for each
//!   bracket that is open; the author's breaks stay.
//! - One blank stands around `=`, behind a comma and within braces, none within square brackets and around the dots of a key.
//! - The `=` of neighbouring lines that were lined up stay so.

use toml::de::DeTable;
use toml_parser::Source;
use toml_parser::lexer::{Token, TokenKind};

use crate::layout::{Broken, line_end, width, without_trailing_blanks};

/// Lays a values file out.
pub fn format(text: &str) -> Result<String, Broken> {
    let (mark, mut body) = match text.strip_prefix('\u{FEFF}') {
        Some(rest) => ("\u{FEFF}", rest.to_owned()),
        None => ("", text.to_owned()),
    };
    let table = DeTable::parse(&body).map_err(|_| Broken)?;
    drop(table);
    for _ in 0..50 {
        let new = once(&body);
        debug_assert!(is_same(&body, &new), "{body}\n-- became --\n{new}");
        if new == body {
            break;
        }
        if !is_same(&body, &new) {
            // A mistake of this module must not become one of the file.
            return Ok(text.to_owned());
        }
        body = new;
    }
    Ok(format!("{mark}{body}"))
}

/// Whether two texts have the same tokens and comments.
#[must_use]
pub fn is_same(one: &str, other: &str) -> bool {
    let tokens = |text: &str| -> Vec<(TokenKind, String)> {
        let tokens = Source::new(text).lex();
        let all =
            tokens.filter(|it| !matches!(it.kind(), TokenKind::Whitespace | TokenKind::Newline));
        all.map(|it| (it.kind(), without_trailing_blanks(slice(text, it), "\n"))).collect()
    };
    tokens(one) == tokens(other)
}

/// A line of a values file, without blanks at either end.
struct Line<'t> {
    /// Its tokens but blanks, each with the blanks before it and its column.
    pieces: Vec<Piece<'t>>,
    /// How many brackets are open where it begins.
    depth: usize,
}

#[derive(Clone, Copy)]
struct Piece<'t> {
    kind: TokenKind,
    text: &'t str,
    blanks: usize,
    column: usize,
}

fn once(text: &str) -> String {
    let end = line_end(text);
    let lines = lines(text);
    let offsets: Vec<Option<(usize, usize)>> = lines.iter().map(equals).collect();
    let mut out = String::with_capacity(text.len() + 16);
    let mut empty = true;
    for (at, line) in lines.iter().enumerate() {
        if line.pieces.is_empty() {
            if !empty {
                out.push_str(end);
            }
            empty = true;
            continue;
        }
        empty = false;
        let before = at.checked_sub(1).and_then(|it| offsets[it]);
        let behind = offsets.get(at + 1).copied().flatten();
        let kept = offsets[at].filter(|(_, offset)| {
            [before, behind].into_iter().flatten().any(|(_, it)| it == *offset)
        });
        out.push_str(&written(line, kept.map(|(piece, _)| piece), end));
        out.push_str(end);
    }
    while out.ends_with(&format!("{end}{end}")) {
        out.truncate(out.len() - end.len());
    }
    if out == end { String::new() } else { out }
}

/// Cuts a text into lines; a text of many lines is a piece of the one in which it begins.
fn lines(text: &str) -> Vec<Line<'_>> {
    let mut lines = vec![Line { pieces: Vec::new(), depth: 0 }];
    let (mut depth, mut blanks, mut column) = (0_usize, 0, 0);
    for token in Source::new(text).lex() {
        let written = slice(text, token);
        match token.kind() {
            TokenKind::Eof => break,
            TokenKind::Newline => {
                lines.push(Line { pieces: Vec::new(), depth });
                (blanks, column) = (0, 0);
                continue;
            }
            TokenKind::Whitespace => blanks += width(written, column),
            kind => {
                match kind {
                    TokenKind::LeftSquareBracket | TokenKind::LeftCurlyBracket => depth += 1,
                    TokenKind::RightSquareBracket | TokenKind::RightCurlyBracket => {
                        depth = depth.saturating_sub(1);
                    }
                    _ => {}
                }
                let line = lines.last_mut().expect("there is a first one");
                line.pieces.push(Piece { kind, text: written, blanks, column });
                blanks = 0;
            }
        }
        column = match written.rsplit_once('\n') {
            Some((_, last)) => width(last, 0),
            None => column + width(written, column),
        };
    }
    lines
}

/// The `=` of a line, with how far it is from the line's beginning, if the key before it is laid out.
fn equals(line: &Line<'_>) -> Option<(usize, usize)> {
    let piece = line.pieces.iter().position(|it| it.kind == TokenKind::Equals)?;
    let settled = |it: usize| line.pieces[it].blanks == blanks(line, it);
    if line.depth > 0 || piece == 0 || !(1..piece).all(settled) || line.pieces[piece].blanks == 0 {
        return None;
    }
    Some((piece, line.pieces[piece].column - line.pieces[0].column))
}

/// A line, laid out; before one piece its blanks are kept.
fn written(line: &Line<'_>, kept: Option<usize>, end: &str) -> String {
    let first = line.pieces[0];
    let closes = matches!(first.kind, TokenKind::RightSquareBracket | TokenKind::RightCurlyBracket);
    let indent = 4 * line.depth.saturating_sub(usize::from(closes));
    let mut out = " ".repeat(indent);
    let mut column = indent;
    for (at, piece) in line.pieces.iter().enumerate() {
        let count = if at == 0 {
            0
        } else if kept == Some(at) {
            piece.blanks
        } else if piece.kind == TokenKind::Comment && piece.blanks > 1 {
            (piece.column + indent).saturating_sub(first.column + column).max(1)
        } else {
            blanks(line, at)
        };
        out.push_str(&" ".repeat(count));
        let text = match piece.kind {
            TokenKind::Comment => without_trailing_blanks(piece.text, end),
            _ => piece.text.to_owned(),
        };
        column = match text.rsplit_once('\n') {
            Some((_, last)) => width(last, 0),
            None => column + count + width(&text, 0),
        };
        out.push_str(&text);
    }
    out
}

/// How many blanks stand before a piece that does not begin its line.
fn blanks(line: &Line<'_>, at: usize) -> usize {
    use TokenKind as Kind;
    let (left, right) = (line.pieces[at - 1], line.pieces[at]);
    let was = right.blanks.min(1);
    match (left.kind, right.kind) {
        (_, Kind::Comment) => 1,
        (Kind::LeftSquareBracket | Kind::Dot, _)
        | (_, Kind::Comma | Kind::RightSquareBracket | Kind::Dot) => 0,
        (Kind::LeftCurlyBracket, Kind::RightCurlyBracket) => was,
        (Kind::Equals | Kind::Comma | Kind::LeftCurlyBracket, _)
        | (_, Kind::Equals | Kind::RightCurlyBracket) => 1,
        // A date and its time are two words.
        _ => was,
    }
}

fn slice(text: &str, token: Token) -> &str {
    &text[token.span().start()..token.span().end()]
}

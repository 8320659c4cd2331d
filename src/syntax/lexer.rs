//! Cuts a text into tokens; every byte lies in exactly one.
//!
//! Driven by bytes, without an allocation per token. Texts in backticks come in parts, so that the
//! code in their interpolations is ordinary tokens. What is not closed ends where its line ends, so
//! that one forgotten quote does not turn the rest of the script inside out.

mod backtick;
mod number;
mod quote;
mod symbol;
pub mod word;

use std::ops::Range;

use crate::syntax::{SyntaxError, SyntaxErrorKind, SyntaxKind};

/// How many errors are listed at most; a text that has more is no script.
pub const MAX_ERRORS: usize = 1000;

/// A token: what it is and where it starts; it ends where the next one starts.
#[derive(Clone, Copy, Debug)]
pub struct RawToken {
    /// What it is.
    pub kind: SyntaxKind,
    /// The offset of its first byte.
    pub start: u32,
}

/// The tokens of a text.
#[derive(Debug)]
pub struct Lexed {
    /// All tokens; the last one is the empty `EndOfText`.
    pub tokens: Vec<RawToken>,
    /// The indices of those that are not trivia.
    pub significant: Vec<u32>,
    /// What is wrong with single tokens, in order.
    pub errors: Vec<SyntaxError>,
}

/// Cuts a text into tokens.
#[must_use]
pub fn lex(text: &str) -> Lexed {
    let mut lexer = Lexer::new(text, None);
    lexer.run();
    // A backtick too few makes code of texts and texts of code up to the end. Reading again with
    // the likely culprit ended at its line puts that right.
    if lexer.ran_out {
        let outermost = lexer.open.first().map(|it| it.start);
        for culprit in [lexer.suspect, lexer.unclosed, outermost].into_iter().flatten() {
            let mut again = Lexer::new(text, Some(culprit));
            again.run();
            if !again.ran_out {
                lexer = again;
                break;
            }
        }
    }
    Lexed { tokens: lexer.tokens, significant: lexer.significant, errors: lexer.errors }
}

/// A text in backticks whose end has not been seen.
#[derive(Clone, Copy)]
struct OpenText {
    /// The offset of its opening backtick.
    start: usize,
    /// How many braces are open in its current interpolation.
    braces: u32,
    /// The offset of the `$` of its current interpolation.
    interpolation: usize,
}

pub(crate) struct Lexer<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    tokens: Vec<RawToken>,
    significant: Vec<u32>,
    errors: Vec<SyntaxError>,
    /// The texts in whose interpolations the lexer is, innermost last.
    open: Vec<OpenText>,
    /// The offset of the backtick of a text that shall end with its line.
    cut: Option<usize>,
    /// The text in backticks that ran over a line end last.
    wrapped: Option<usize>,
    /// The first such text behind whose end more text seems to follow, so that it may be none.
    suspect: Option<usize>,
    /// The number of signs of a raw text that has no end; none with as many has one further on.
    endless_raw: usize,
    /// The text in which the script ended.
    unclosed: Option<usize>,
    /// Whether the script ended within a text or an interpolation.
    ran_out: bool,
}

impl<'t> Lexer<'t> {
    fn new(text: &'t str, cut: Option<usize>) -> Self {
        let expected = text.len() / 3 + 16;
        Lexer {
            text,
            bytes: text.as_bytes(),
            at: 0,
            tokens: Vec::with_capacity(expected),
            significant: Vec::with_capacity(expected),
            errors: Vec::new(),
            open: Vec::new(),
            cut,
            wrapped: None,
            suspect: None,
            endless_raw: usize::MAX,
            unclosed: None,
            ran_out: false,
        }
    }

    fn run(&mut self) {
        if self.text.starts_with('\u{FEFF}') {
            self.at = 3;
            self.trivia(SyntaxKind::ByteOrderMark, 0);
        }
        if self.bytes[self.at..].starts_with(b"#!") {
            let start = self.at;
            self.skip_line();
            self.trivia(SyntaxKind::Shebang, start);
        }
        while self.at < self.bytes.len() {
            self.token();
        }
        if let Some(&open) = self.open.last()
            && !self.ran_out
        {
            self.ran_out = true;
            self.unclosed_interpolation(open);
        }
        self.push(SyntaxKind::EndOfText, self.at);
    }

    fn token(&mut self) {
        let start = self.at;
        let byte = self.bytes[start];
        match byte {
            b'\n' if self.in_cut_text() => self.end_cut_interpolation(),
            b' ' | b'\t' | b'\n' | b'\r' | b'\x0C' => {
                self.at += 1;
                let line_ends = !self.in_cut_text();
                self.skip_while(|it| {
                    matches!(it, b' ' | b'\t' | b'\r' | b'\x0C') || it == b'\n' && line_ends
                });
                self.trivia(SyntaxKind::Whitespace, start);
            }
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.word(),
            b'0'..=b'9' => self.number(),
            b'"' => self.quoted('"'),
            b'\'' => self.quoted('\''),
            b'`' => self.backtick(),
            b'/' if self.peek(1) == b'/' => self.line_comment(),
            b'/' if self.peek(1) == b'*' => self.block_comment(),
            b'#' if matches!(self.peek(1), b'"' | b'#') => self.raw(),
            b'{' => {
                self.open_brace();
                self.push_ascii(SyntaxKind::LeftBrace, 1);
            }
            b'}' => self.close_brace(),
            0x80.. => self.foreign_character(),
            _ => self.symbol(),
        }
    }

    fn close_brace(&mut self) {
        match self.open.last_mut() {
            Some(text) if text.braces == 0 => {
                let opening = text.start;
                self.open.pop();
                self.push_ascii(SyntaxKind::InterpolationEnd, 1);
                self.text_part(opening);
            }
            Some(text) => {
                text.braces -= 1;
                self.push_ascii(SyntaxKind::RightBrace, 1);
            }
            None => self.push_ascii(SyntaxKind::RightBrace, 1),
        }
    }

    fn line_comment(&mut self) {
        let start = self.at;
        self.skip_line();
        let text = &self.bytes[start..self.at];
        let documents = text.starts_with(b"///") && !text.starts_with(b"////");
        self.trivia(if documents { SyntaxKind::DocLine } else { SyntaxKind::LineComment }, start);
    }

    fn block_comment(&mut self) {
        let start = self.at;
        let mut level = 1;
        self.at += 2;
        while level > 0 && self.at < self.bytes.len() {
            match (self.bytes[self.at], self.peek(1)) {
                (b'/', b'*') => {
                    level += 1;
                    self.at += 2;
                }
                (b'*', b'/') => {
                    level -= 1;
                    self.at += 2;
                }
                _ => self.at += 1,
            }
        }
        let text = &self.bytes[start..self.at];
        let documents =
            text.starts_with(b"/**") && !text.starts_with(b"/***") && text.len() > b"/**/".len();
        self.trivia(if documents { SyntaxKind::DocBlock } else { SyntaxKind::BlockComment }, start);
        if level > 0 {
            let end = self.at;
            self.report(
                SyntaxError::new(
                    SyntaxErrorKind::UnclosedComment,
                    start..start + 2,
                    "a comment is not closed",
                )
                .label("opened here")
                .help("close it with `*/`; comments nest, so each `/*` needs its own")
                .insert(end, "*/".repeat(level)),
            );
        }
    }

    fn report(&mut self, error: SyntaxError) {
        if self.errors.len() < MAX_ERRORS {
            self.errors.push(error);
        }
    }

    fn open_brace(&mut self) {
        if let Some(text) = self.open.last_mut() {
            text.braces += 1;
        }
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn skip_while(&mut self, continues: impl Fn(u8) -> bool) {
        while self.bytes.get(self.at).is_some_and(|&it| continues(it)) {
            self.at += 1;
        }
    }

    fn skip_line(&mut self) {
        self.skip_while(|it| it != b'\n' && it != b'\r');
    }

    fn trivia(&mut self, kind: SyntaxKind, start: usize) {
        self.tokens.push(RawToken { kind, start: start as u32 });
    }

    fn push(&mut self, kind: SyntaxKind, start: usize) {
        self.significant.push(self.tokens.len() as u32);
        self.tokens.push(RawToken { kind, start: start as u32 });
    }

    fn push_if_any(&mut self, kind: SyntaxKind, start: usize) {
        if start < self.at {
            self.push(kind, start);
        }
    }

    fn push_ascii(&mut self, kind: SyntaxKind, length: usize) {
        self.push(kind, self.at);
        self.at += length;
    }
}

/// The offset of the end of the line that `from` lies in, before its line end.
fn line_end(text: &str, from: usize) -> usize {
    let rest = &text.as_bytes()[from..];
    from + rest.iter().position(|&it| it == b'\n' || it == b'\r').unwrap_or(rest.len())
}

fn foreign(range: Range<usize>, message: impl Into<String>) -> SyntaxError {
    SyntaxError::new(SyntaxErrorKind::ForeignSymbol, range, message)
}

//! Cuts a text into tokens; every byte lies in exactly one.
//!
//! Driven by bytes, without an allocation per token. Texts in backticks come in parts, so that the
//! code in their interpolations is ordinary tokens. What is not closed ends where its line ends, so
//! that one forgotten quote does not turn the rest of the script inside out.

pub mod number;
pub mod symbol;
pub mod word;

use std::ops::Range;

use crate::syntax::{SyntaxError, SyntaxErrorKind, SyntaxKind};

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
        for culprit in [lexer.suspect, lexer.unclosed, outermost]
            .into_iter()
            .flatten()
        {
            let mut again = Lexer::new(text, Some(culprit));
            again.run();
            if !again.ran_out {
                lexer = again;
                break;
            }
        }
    }
    Lexed {
        tokens: lexer.tokens,
        significant: lexer.significant,
        errors: lexer.errors,
    }
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

    fn backtick(&mut self) {
        let start = self.at;
        if self.in_cut_text() {
            return self.end_cut_interpolation();
        }
        self.push_ascii(SyntaxKind::TextStart, 1);
        self.text_part(start);
    }

    /// Whether the lexer is in an interpolation of the text that shall end with its line.
    fn in_cut_text(&self) -> bool {
        self.cut.is_some() && self.open.last().map(|it| it.start) == self.cut
    }

    /// Ends an interpolation, and the text that it is part of, where the line or the text ends.
    fn end_cut_interpolation(&mut self) {
        let open = self
            .open
            .pop()
            .expect("only called within an interpolation");
        self.unclosed_interpolation(open);
        if self.peek(0) == b'`' {
            self.push_ascii(SyntaxKind::TextEnd, 1);
        }
    }

    fn unclosed_interpolation(&mut self, open: OpenText) {
        let range = open.interpolation..open.interpolation + 2;
        let message = "an interpolation is not closed";
        let error = SyntaxError::new(SyntaxErrorKind::UnclosedBracket, span(range), message)
            .label("opened here")
            .help("close it with `}`");
        let closing = self.peek(0) == b'`';
        let at = self.at;
        self.errors.push(if closing {
            error.insert(at, "}")
        } else {
            error
        });
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

    /// Reads on behind a backtick or an interpolation, up to the next of either.
    fn text_part(&mut self, opening: usize) {
        let start = self.at;
        loop {
            let Some(&byte) = self.bytes.get(self.at) else {
                self.ran_out = true;
                self.unclosed = Some(opening);
                return self.end_open_text(opening, start);
            };
            match byte {
                b'`' if self.peek(1) == b'`' => self.at += 2,
                b'`' => {
                    self.push_if_any(SyntaxKind::TextPart, start);
                    self.push_ascii(SyntaxKind::TextEnd, 1);
                    let next = self.peek(0);
                    if self.wrapped == Some(opening)
                        && (next.is_ascii_alphanumeric() || next >= 0x80 || b"$\\@".contains(&next))
                        && self.suspect.is_none()
                    {
                        self.suspect = Some(opening);
                    }
                    return;
                }
                b'\\' if self.bytes[self.at + 1..].starts_with(b"${") => self.at += 3,
                b'$' if self.peek(1) == b'{' => {
                    self.push_if_any(SyntaxKind::TextPart, start);
                    self.open.push(OpenText {
                        start: opening,
                        braces: 0,
                        interpolation: self.at,
                    });
                    return self.push_ascii(SyntaxKind::InterpolationStart, 2);
                }
                b'\n' | b'\r' => {
                    if self.cut == Some(opening) {
                        return self.end_open_text(opening, start);
                    }
                    if self.at > opening + 1 {
                        self.wrapped = Some(opening);
                    }
                    self.at += 1;
                }
                _ => self.at += 1,
            }
        }
    }

    fn end_open_text(&mut self, opening: usize, start: usize) {
        if !self.ran_out {
            self.give_back_closers(start);
        }
        self.push_if_any(SyntaxKind::TextPart, start);
        let end = self.at;
        self.errors.push(
            SyntaxError::new(
                SyntaxErrorKind::UnclosedString,
                span(opening..opening + 1),
                "a text is not closed",
            )
            .label("opened here")
            .help("close it with a backtick")
            .insert(end, "`"),
        );
    }

    /// A text in double quotes, or a character in single ones.
    fn quoted(&mut self, quote: char) {
        let start = self.at;
        let quote_byte = quote as u8;
        let mut bad_escape = None;
        let mut hidden_quote = None;
        self.at += 1;
        if quote == '\'' && self.peek(0) == b'\'' {
            self.at += 1;
            self.push(SyntaxKind::Character, start);
            return self.check_character(start);
        }
        loop {
            let Some(&byte) = self.bytes.get(self.at) else {
                return self.end_open_quote(quote, start, hidden_quote);
            };
            match byte {
                b'\n' => return self.end_open_quote(quote, start, hidden_quote),
                b'\\' => {
                    let escape = self.at;
                    self.at += 1;
                    if self.peek(0) == quote_byte {
                        hidden_quote = Some(self.at);
                    }
                    if !self.escape(quote) {
                        bad_escape.get_or_insert(escape..self.at);
                    }
                }
                _ if byte == quote_byte => {
                    self.at += 1;
                    if self.peek(0) != quote_byte {
                        break;
                    }
                    self.at += 1;
                }
                _ => self.at += 1,
            }
        }
        if quote == '\'' {
            self.push(SyntaxKind::Character, start);
            return self.check_character(start);
        }
        self.push(SyntaxKind::QuotedText, start);
        if let Some(escape) = bad_escape {
            let error = bad_escape_error(self.text, start..self.at, escape);
            self.errors.push(error);
        }
    }

    /// Steps over what follows a backslash; says whether Rhai knows it.
    fn escape(&mut self, quote: char) -> bool {
        let digits = match self.peek(0) {
            b'n' | b'r' | b't' | b'\\' => {
                self.at += 1;
                return true;
            }
            b'\r' if quote == '"' && self.peek(1) == b'\n' => {
                self.at += 2;
                return true;
            }
            b'\n' if quote == '"' => {
                self.at += 1;
                return true;
            }
            it if it == quote as u8 => {
                self.at += 1;
                return true;
            }
            b'x' => 2,
            b'u' => 4,
            b'U' => 8,
            0 | b'\n' | b'\r' => return false,
            _ => {
                self.at += self.text[self.at..]
                    .chars()
                    .next()
                    .map_or(0, char::len_utf8);
                return false;
            }
        };
        self.at += 1;
        let from = self.at;
        while self.at - from < digits && self.peek(0).is_ascii_hexdigit() {
            self.at += 1;
        }
        self.at - from == digits
            && u32::from_str_radix(&self.text[from..self.at], 16)
                .is_ok_and(|it| char::from_u32(it).is_some())
    }

    fn end_open_quote(&mut self, quote: char, start: usize, hidden_quote: Option<usize>) {
        let kind = if quote == '"' {
            SyntaxKind::QuotedText
        } else {
            SyntaxKind::Character
        };
        if self.bytes[self.at - 1] == b'\r' {
            self.at -= 1;
        }
        let line_end = self.at;
        // `"C:\temp\";` hides its own closing quote.
        if let Some(hidden) = hidden_quote.filter(|_| quote == '"') {
            let rest = &self.text[hidden + 1..line_end];
            if rest
                .chars()
                .all(|it| matches!(it, ')' | ']' | '}' | ',' | ';' | ' ' | '\t'))
            {
                self.at = hidden + 1;
                self.push(kind, start);
                let content = &self.text[start + 1..hidden];
                let mut error = SyntaxError::new(
                    SyntaxErrorKind::UnclosedString,
                    span(hidden - 1..hidden + 1),
                    "the closing quote is hidden by a backslash",
                )
                .label("this quote belongs to the text");
                error = match backticks(content) {
                    Some(text) => error
                        .help(format!("write it in backticks: {text}"))
                        .replace(start..hidden + 1, text),
                    None => error
                        .help("write two backslashes: `\\\\\"`")
                        .insert(hidden, "\\"),
                };
                return self.errors.push(error);
            }
        }
        self.give_back_closers(start + 1);
        self.push(kind, start);
        let message = if quote == '"' {
            "a text is not closed"
        } else {
            "a character is not closed"
        };
        let end = self.at;
        self.errors.push(
            SyntaxError::new(
                SyntaxErrorKind::UnclosedString,
                span(start..start + 1),
                message,
            )
            .label("opened here")
            .help(format!("close it with `{quote}`"))
            .insert(end, quote.to_string()),
        );
    }

    /// Leaves the `);` behind an open text to the code around it.
    fn give_back_closers(&mut self, from: usize) {
        while self.at > from
            && matches!(
                self.bytes[self.at - 1],
                b')' | b']' | b'}' | b',' | b';' | b' ' | b'\t'
            )
        {
            self.at -= 1;
        }
    }

    fn check_character(&mut self, start: usize) {
        let literal = &self.text[start..self.at];
        let content = &literal[1..literal.len() - 1];
        let length = crate::syntax::text::decode_character(content).map(|it| it.chars().count());
        if length == Some(1) {
            return;
        }
        let message = match length {
            Some(0) => "no character stands between the single quotes",
            Some(_) => "more than one character stands between single quotes",
            None => "the character in single quotes has an unknown escape",
        };
        let text = match backticks(content) {
            Some(text) if content.contains(['\\', '"']) => text,
            _ => format!("\"{content}\""),
        };
        self.errors.push(
            SyntaxError::new(SyntaxErrorKind::BadCharacter, span(start..self.at), message)
                .help(format!("write a text in double quotes: {text}"))
                .replace(start..self.at, text),
        );
    }

    fn raw(&mut self) {
        let start = self.at;
        self.skip_while(|it| it == b'#');
        let hashes = self.at - start;
        if self.peek(0) != b'"' {
            self.push(SyntaxKind::Unknown, start);
            return self
                .errors
                .push(foreign(start..self.at, "`#` is not an operator"));
        }
        self.at += 1;
        while self.at < self.bytes.len() {
            self.at += 1;
            if self.bytes[self.at - 1] == b'"' {
                let from = self.at;
                while self.at - from < hashes && self.peek(0) == b'#' {
                    self.at += 1;
                }
                if self.at - from == hashes {
                    return self.push(SyntaxKind::RawText, start);
                }
            }
        }
        let close = format!("\"{}", "#".repeat(hashes));
        self.at = line_end(self.text, start);
        self.give_back_closers(start + hashes + 1);
        self.push(SyntaxKind::RawText, start);
        let end = self.at;
        self.errors.push(
            SyntaxError::new(
                SyntaxErrorKind::UnclosedString,
                span(start..start + hashes + 1),
                "a raw text is not closed",
            )
            .label("opened here")
            .help(format!("close it with `{close}`"))
            .insert(end, close),
        );
    }

    fn line_comment(&mut self) {
        let start = self.at;
        self.skip_line();
        let text = &self.bytes[start..self.at];
        let documents = text.starts_with(b"///") && !text.starts_with(b"////");
        self.trivia(
            if documents {
                SyntaxKind::DocLine
            } else {
                SyntaxKind::LineComment
            },
            start,
        );
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
        self.trivia(
            if documents {
                SyntaxKind::DocBlock
            } else {
                SyntaxKind::BlockComment
            },
            start,
        );
        if level > 0 {
            let end = self.at;
            self.errors.push(
                SyntaxError::new(
                    SyntaxErrorKind::UnclosedComment,
                    span(start..start + 2),
                    "a comment is not closed",
                )
                .label("opened here")
                .help("close it with `*/`; comments nest, so each `/*` needs its own")
                .insert(end, "*/".repeat(level)),
            );
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
        self.tokens.push(RawToken {
            kind,
            start: start as u32,
        });
    }

    fn push(&mut self, kind: SyntaxKind, start: usize) {
        self.significant.push(self.tokens.len() as u32);
        self.tokens.push(RawToken {
            kind,
            start: start as u32,
        });
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
    from + rest
        .iter()
        .position(|&it| it == b'\n' || it == b'\r')
        .unwrap_or(rest.len())
}

fn span(range: Range<usize>) -> Range<u32> {
    range.start as u32..range.end as u32
}

fn foreign(range: Range<usize>, message: impl Into<String>) -> SyntaxError {
    SyntaxError::new(SyntaxErrorKind::ForeignSymbol, span(range), message)
}

/// The content of a text in double quotes, written in backticks, with every backslash meant as one.
fn backticks(content: &str) -> Option<String> {
    if content.contains(['`', '\n']) || content.contains("${") {
        return None;
    }
    let plain = content.replace("\\\\", "\\").replace("\\\"", "\"");
    Some(format!("`{plain}`"))
}

fn bad_escape_error(text: &str, literal: Range<usize>, escape: Range<usize>) -> SyntaxError {
    let shown = &text[escape.clone()];
    let digits = match shown.as_bytes().get(1) {
        Some(b'x') => Some("two"),
        Some(b'u') => Some("four"),
        Some(b'U') => Some("eight"),
        _ => None,
    };
    let message = match digits {
        Some(digits) => format!("`{shown}` is not followed by {digits} digits of a character"),
        None => format!("`{shown}` is not an escape"),
    };
    let error = SyntaxError::new(SyntaxErrorKind::BadEscape, span(escape.clone()), message)
        .label("a backslash begins an escape");
    match backticks(&text[literal.start + 1..literal.end - 1]) {
        Some(plain) => error
            .help(format!(
                "write it in backticks, where a backslash is itself: {plain}"
            ))
            .replace(literal, plain),
        None => error
            .help("write two backslashes to mean one")
            .insert(escape.start, "\\"),
    }
}

//! Texts in double quotes, characters, and raw texts.

use std::ops::Range;

use crate::syntax::lexer::{Lexer, foreign, line_end};
use crate::syntax::{SyntaxError, SyntaxErrorKind, SyntaxKind};

impl Lexer<'_> {
    /// A text in double quotes, or a character in single ones.
    pub(super) fn quoted(&mut self, quote: char) {
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
            self.report(error);
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
                self.at += self.text[self.at..].chars().next().map_or(0, char::len_utf8);
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
        let kind = if quote == '"' { SyntaxKind::QuotedText } else { SyntaxKind::Character };
        if self.bytes[self.at - 1] == b'\r' {
            self.at -= 1;
        }
        let line_end = self.at;
        // `"C:\temp\";` hides its own closing quote.
        if let Some(hidden) = hidden_quote.filter(|_| quote == '"') {
            let rest = &self.text[hidden + 1..line_end];
            if rest.chars().all(|it| matches!(it, ')' | ']' | '}' | ',' | ';' | ' ' | '\t')) {
                self.at = hidden + 1;
                self.push(kind, start);
                let content = &self.text[start + 1..hidden];
                let mut error = SyntaxError::new(
                    SyntaxErrorKind::UnclosedString,
                    hidden - 1..hidden + 1,
                    "the closing quote is hidden by a backslash",
                )
                .label("this quote belongs to the text");
                error = match backticks(content) {
                    Some(text) => error
                        .help(format!("write it in backticks: {text}"))
                        .replace(start..hidden + 1, text),
                    None => error.help("write two backslashes: `\\\\\"`").insert(hidden, "\\"),
                };
                return self.report(error);
            }
        }
        self.give_back_closers(start + 1);
        self.push(kind, start);
        let message =
            if quote == '"' { "a text is not closed" } else { "a character is not closed" };
        let end = self.at;
        self.report(
            SyntaxError::new(SyntaxErrorKind::UnclosedString, start..start + 1, message)
                .label("opened here")
                .help(format!("close it with `{quote}`"))
                .insert(end, quote.to_string()),
        );
    }

    /// Leaves the `);` behind an open text to the code around it.
    pub(super) fn give_back_closers(&mut self, from: usize) {
        while self.at > from
            && matches!(self.bytes[self.at - 1], b')' | b']' | b'}' | b',' | b';' | b' ' | b'\t')
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
        self.report(
            SyntaxError::new(SyntaxErrorKind::BadCharacter, start..self.at, message)
                .help(format!("write a text in double quotes: {text}"))
                .replace(start..self.at, text),
        );
    }

    pub(super) fn raw(&mut self) {
        let start = self.at;
        self.skip_while(|it| it == b'#');
        let hashes = self.at - start;
        if self.peek(0) != b'"' {
            self.push(SyntaxKind::Unknown, start);
            return self.report(foreign(start..self.at, "`#` is not an operator"));
        }
        self.at += 1;
        while self.at < self.bytes.len() && hashes < self.endless_raw {
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
        self.endless_raw = self.endless_raw.min(hashes);
        let close = format!("\"{}", "#".repeat(hashes));
        self.at = line_end(self.text, start);
        self.give_back_closers(start + hashes + 1);
        self.push(SyntaxKind::RawText, start);
        let end = self.at;
        self.report(
            SyntaxError::new(
                SyntaxErrorKind::UnclosedString,
                start..start + hashes + 1,
                "a raw text is not closed",
            )
            .label("opened here")
            .help(format!("close it with `{close}`"))
            .insert(end, close),
        );
    }
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
    let error = SyntaxError::new(SyntaxErrorKind::BadEscape, escape.clone(), message)
        .label("a backslash begins an escape");
    match backticks(&text[literal.start + 1..literal.end - 1]) {
        Some(plain) => error
            .help(format!("write it in backticks, where a backslash is itself: {plain}"))
            .replace(literal, plain),
        None => error.help("write two backslashes to mean one").insert(escape.start, "\\"),
    }
}

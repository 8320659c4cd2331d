//! Numbers, with Rhai's rules of where they end.

use crate::syntax::lexer::Lexer;
use crate::syntax::lexer::word::classify;
use crate::syntax::{SyntaxError, SyntaxErrorKind, SyntaxKind};

impl Lexer<'_> {
    pub(super) fn number(&mut self) {
        let start = self.at;
        self.skip_while(|it| it == b'_' || it.is_ascii_digit());
        let plain = self.bytes[start..self.at].iter().all(|&it| it == b'0' || it == b'_');
        let single = self.bytes[start..self.at].iter().filter(|&&it| it != b'_').count() == 1;
        match self.peek(0) {
            b'x' | b'X' if plain && single => self.radix(start, 16),
            b'o' | b'O' if plain && single => self.radix(start, 8),
            b'b' | b'B' if plain && single => self.radix(start, 2),
            _ => self.decimal(start),
        }
    }

    fn radix(&mut self, start: usize, radix: u32) {
        self.at += 1;
        let digits = self.at;
        self.skip_while(|it| it == b'_' || char::from(it).is_digit(radix));
        let plain: String = self.text[digits..self.at].chars().filter(|&it| it != '_').collect();
        let fits = u64::from_str_radix(&plain, radix).is_ok();
        let message = if fits {
            None
        } else if plain.is_empty() {
            Some("has no digits")
        } else {
            Some("does not fit into 64 bits")
        };
        self.end_number(SyntaxKind::Integer, start, message);
    }

    fn decimal(&mut self, start: usize) {
        let mut kind = SyntaxKind::Integer;
        // `1..2` is a range, `1.abs()` a call, `1._x` neither; `1.5`, `1.` and `1.)` are numbers.
        if self.peek(0) == b'.' && self.at + 1 < self.bytes.len() {
            let next = self.peek(1);
            if !next.is_ascii_alphabetic() && next != b'_' && next != b'.' {
                kind = SyntaxKind::Float;
                self.at += 1;
                self.skip_while(|it| it == b'_' || it.is_ascii_digit());
            }
        }
        let mut message = None;
        if matches!(self.peek(0), b'e' | b'E') {
            match self.peek(1) {
                b'0'..=b'9' => {
                    kind = SyntaxKind::Float;
                    self.at += 2;
                    self.skip_while(|it| it == b'_' || it.is_ascii_digit());
                }
                b'+' | b'-' => {
                    kind = SyntaxKind::Float;
                    self.at += 2;
                    let digits = self.at;
                    self.skip_while(|it| it == b'_' || it.is_ascii_digit());
                    if !self.bytes[digits..self.at].iter().any(u8::is_ascii_digit) {
                        message = Some("has no digits in its exponent");
                    }
                }
                _ => (),
            }
        }
        self.end_number(kind, start, message);
    }

    fn end_number(&mut self, kind: SyntaxKind, start: usize, mut message: Option<&str>) {
        if self.peek(0).is_ascii_alphanumeric() || self.peek(0) == b'_' {
            let word = self.at;
            self.skip_while(|it| it.is_ascii_alphanumeric() || it == b'_');
            let rest = &self.text[word..self.at];
            let kind = classify(rest);
            // `0 in x` may be written without the blank.
            if kind == SyntaxKind::Identifier || kind == SyntaxKind::ReservedWord {
                message = message.or(Some("continues like a name"));
            } else {
                self.at = word;
            }
        }
        self.push(kind, start);
        if let Some(message) = message {
            let shown = &self.text[start..self.at];
            self.report(SyntaxError::new(
                SyntaxErrorKind::BadNumber,
                start..self.at,
                format!("the number `{shown}` {message}"),
            ));
        }
    }
}

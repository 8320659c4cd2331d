//! Texts in backticks, which come in parts around their interpolations.

use crate::syntax::lexer::{Lexer, OpenText};
use crate::syntax::{SyntaxError, SyntaxErrorKind, SyntaxKind};

impl Lexer<'_> {
    pub(super) fn backtick(&mut self) {
        let start = self.at;
        if self.in_cut_text() {
            return self.end_cut_interpolation();
        }
        self.push_ascii(SyntaxKind::TextStart, 1);
        self.text_part(start);
    }

    /// Whether the lexer is in an interpolation of the text that shall end with its line.
    pub(super) fn in_cut_text(&self) -> bool {
        self.cut.is_some() && self.open.last().map(|it| it.start) == self.cut
    }

    /// Ends an interpolation, and the text that it is part of, where the line or the text ends.
    pub(super) fn end_cut_interpolation(&mut self) {
        let open = self.open.pop().expect("only called within an interpolation");
        self.unclosed_interpolation(open);
        if self.peek(0) == b'`' {
            self.push_ascii(SyntaxKind::TextEnd, 1);
        }
    }

    pub(super) fn unclosed_interpolation(&mut self, open: OpenText) {
        let range = open.interpolation..open.interpolation + 2;
        let message = "an interpolation is not closed";
        let error = SyntaxError::new(SyntaxErrorKind::UnclosedBracket, range, message)
            .label("opened here")
            .help("close it with `}`");
        let closing = self.peek(0) == b'`';
        let at = self.at;
        self.report(if closing { error.insert(at, "}") } else { error });
    }

    /// Reads on behind a backtick or an interpolation, up to the next of either.
    pub(super) fn text_part(&mut self, opening: usize) {
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
                    self.open.push(OpenText { start: opening, braces: 0, interpolation: self.at });
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
        self.report(
            SyntaxError::new(
                SyntaxErrorKind::UnclosedString,
                opening..opening + 1,
                "a text is not closed",
            )
            .label("opened here")
            .help("close it with a backtick")
            .insert(end, "`"),
        );
    }
}

//! Operators and brackets, and the symbols of other languages that people type.

use crate::syntax::lexer::{Lexer, foreign, line_end};
use crate::syntax::{SyntaxError, SyntaxErrorKind, SyntaxKind};

/// How far the end of a text in typographic quotes is looked for.
const LONGEST_QUOTE: usize = 200;

/// A character that looks like one that Rhai knows.
enum Lookalike {
    /// White space that is none to the engine.
    Blank,
    /// Invisible.
    Nothing,
    /// A dash for a minus.
    Dash,
    /// A quote, with the quote that closes it.
    Quote(char),
}

impl Lexer<'_> {
    pub(super) fn symbol(&mut self) {
        use SyntaxKind as K;

        let (one, two, three) = (self.peek(0), self.peek(1), self.peek(2));
        let (kind, length) = match (one, two, three) {
            (b'.', b'.', b'.')
            | (b'=' | b'!', b'=', b'=')
            | (b':', b':', b'<')
            | (b':', b'=' | b';', _)
            | (b'+', b'+', _)
            | (b'-', b'-' | b'>', _)
            | (b'<', b'-' | b'|', _)
            | (b'!', b'.', _)
            | (b'|', b'>', _) => return self.foreign_symbol(),
            (b'(', ..) => (K::LeftParen, 1),
            (b')', ..) => (K::RightParen, 1),
            (b',', ..) => (K::Comma, 1),
            (b';', ..) => (K::Semicolon, 1),
            (b'.', b'.', b'=') => (K::DotDotEqual, 3),
            (b'.', b'.', _) => (K::DotDot, 2),
            (b'.', ..) => (K::Dot, 1),
            (b'[', ..) => (K::LeftBracket, 1),
            (b']', ..) => (K::RightBracket, 1),
            (b'#', b'{', _) => {
                self.open_brace();
                (K::MapStart, 2)
            }
            (b'=', b'=', _) => (K::EqualEqual, 2),
            (b'=', b'>', _) => (K::FatArrow, 2),
            (b'=', ..) => (K::Equal, 1),
            (b':', b':', _) => (K::ColonColon, 2),
            (b':', ..) => (K::Colon, 1),
            (b'+', b'=', _) => (K::PlusEqual, 2),
            (b'+', ..) => (K::Plus, 1),
            (b'-', b'=', _) => (K::MinusEqual, 2),
            (b'-', ..) => (K::Minus, 1),
            (b'*', b'*', b'=') => (K::StarStarEqual, 3),
            (b'*', b'*', _) => (K::StarStar, 2),
            (b'*', b'=', _) => (K::StarEqual, 2),
            (b'*', ..) => (K::Star, 1),
            (b'/', b'=', _) => (K::SlashEqual, 2),
            (b'/', ..) => (K::Slash, 1),
            (b'%', b'=', _) => (K::PercentEqual, 2),
            (b'%', ..) => (K::Percent, 1),
            (b'<', b'<', b'=') => (K::ShiftLeftEqual, 3),
            (b'<', b'<', _) => (K::ShiftLeft, 2),
            (b'<', b'=', _) => (K::LessEqual, 2),
            (b'<', ..) => (K::Less, 1),
            (b'>', b'>', b'=') => (K::ShiftRightEqual, 3),
            (b'>', b'>', _) => (K::ShiftRight, 2),
            (b'>', b'=', _) => (K::GreaterEqual, 2),
            (b'>', ..) => (K::Greater, 1),
            (b'!', b'i', b'n') if !self.peek(3).is_ascii_alphanumeric() && self.peek(3) != b'_' => {
                (K::NotIn, 3)
            }
            (b'!', b'=', _) => (K::BangEqual, 2),
            (b'!', ..) => (K::Bang, 1),
            (b'|', b'|', _) => (K::PipePipe, 2),
            (b'|', b'=', _) => (K::PipeEqual, 2),
            (b'|', ..) => (K::Pipe, 1),
            (b'&', b'&', _) => (K::AmpersandAmpersand, 2),
            (b'&', b'=', _) => (K::AmpersandEqual, 2),
            (b'&', ..) => (K::Ampersand, 1),
            (b'^', b'=', _) => (K::CaretEqual, 2),
            (b'^', ..) => (K::Caret, 1),
            (b'?', b'.', _) => (K::QuestionDot, 2),
            (b'?', b'?', _) => (K::QuestionQuestion, 2),
            (b'?', b'[', _) => (K::QuestionBracket, 2),
            _ => return self.foreign_symbol(),
        };
        self.push_ascii(kind, length);
    }

    /// A symbol that Rhai refuses; where its meaning is clear, it becomes the token that was meant.
    fn foreign_symbol(&mut self) {
        use SyntaxKind as K;

        let start = self.at;
        let rest = &self.bytes[start..];
        let table: &[(&str, SyntaxKind, &str, &str)] = &[
            ("===", K::EqualEqual, "==", "write `==`; it never converts"),
            ("!==", K::BangEqual, "!=", "write `!=`; it never converts"),
            (":=", K::Equal, "=", "write `=`"),
            ("...", K::DotDot, "..", "write `..`, or `..=` to include the end"),
            (":;", K::ColonColon, "::", "write `::`"),
            ("<-", K::Less, "< -", "put a blank between `<` and `-`"),
            ("::<", K::Unknown, "", "leave the type out"),
            ("->", K::Unknown, "", "leave the type out; functions return any value"),
            ("++", K::Unknown, "", "write `+= 1`"),
            ("--", K::Unknown, "", "write `-= 1`, or put a blank between two minus signs"),
            ("|>", K::Unknown, "", ""),
            ("<|", K::Unknown, "", ""),
            ("!.", K::Unknown, "", ""),
            ("?", K::Unknown, "", "choose with `if a { b } else { c }`"),
            ("@", K::Unknown, "", ""),
            ("$", K::Unknown, "", "names have no `$`; in a text in backticks write `${name}`"),
            ("~", K::Unknown, "", ""),
        ];
        for &(symbol, kind, replacement, help) in table {
            if rest.starts_with(symbol.as_bytes()) {
                let range = start..start + symbol.len();
                let mut error = foreign(range.clone(), format!("`{symbol}` is not an operator"));
                if !help.is_empty() {
                    error = error.help(help);
                }
                if !replacement.is_empty() {
                    error = error.replace(range, replacement);
                }
                self.push_ascii(kind, symbol.len());
                return self.report(error);
            }
        }
        if rest.starts_with(b"#") {
            return self.hash();
        }
        self.skip_while(|it| it.is_ascii_control() || it == b'\\');
        if self.at == start {
            self.at += 1;
        }
        self.push(K::Unknown, start);
        let character = char::from(self.bytes[start]);
        let message = if character.is_ascii_control() {
            format!("a control character stands here, U+{:04X}", u32::from(character))
        } else {
            format!("`{character}` is not an operator")
        };
        let error = SyntaxError::new(SyntaxErrorKind::Character, start..self.at, message);
        self.report(if character == '\\' {
            error.help("a line continues without a sign; paths belong into backticks")
        } else {
            error
        });
    }

    /// `# {` for `#{`, and `# …` for a comment.
    fn hash(&mut self) {
        let start = self.at;
        self.at += 1;
        self.skip_while(|it| it == b' ' || it == b'\t');
        if self.peek(0) == b'{' {
            self.at += 1;
            self.open_brace();
            self.push(SyntaxKind::MapStart, start);
            return self.report(
                foreign(start..self.at, "a blank stands within `#{`")
                    .help("write `#{`")
                    .replace(start..self.at, "#{"),
            );
        }
        self.at = start + 1;
        let begins_line = self.text[..start]
            .bytes()
            .rev()
            .find(|it| !matches!(it, b' ' | b'\t'))
            .is_none_or(|it| it == b'\n');
        let error = foreign(start..start + 1, "`#` is not an operator");
        if begins_line {
            self.at = line_end(self.text, start);
            self.trivia(SyntaxKind::LineComment, start);
            return self
                .report(error.help("comments begin with `//`").replace(start..start + 1, "//"));
        }
        self.push(SyntaxKind::Unknown, start);
        self.report(error.help("comments begin with `//`, maps with `#{`"));
    }

    pub(super) fn foreign_character(&mut self) {
        let start = self.at;
        let character = self.text[start..].chars().next().unwrap_or_default();
        if character.is_alphanumeric() {
            return self.foreign_word(start);
        }
        self.at += character.len_utf8();
        let message = format!("`{character}` stands outside of a text");
        let unnamed = format!("an invisible character stands here, U+{:04X}", u32::from(character));
        let error =
            |at: usize, message| SyntaxError::new(SyntaxErrorKind::Character, start..at, message);
        match lookalike(character) {
            Some(Lookalike::Blank) => {
                self.trivia(SyntaxKind::Whitespace, start);
                let error = error(self.at, unnamed).help("write an ordinary blank");
                self.report(error.replace(start..self.at, " "));
            }
            Some(Lookalike::Nothing) => {
                self.trivia(SyntaxKind::Whitespace, start);
                let error = error(self.at, unnamed).help("delete it");
                self.report(error.replace(start..self.at, ""));
            }
            Some(Lookalike::Dash) => {
                self.push(SyntaxKind::Minus, start);
                let error = error(self.at, message).help("write a minus sign, `-`");
                self.report(error.replace(start..self.at, "-"));
            }
            Some(Lookalike::Quote(close)) => self.typographic_quote(start, close),
            None => {
                while let Some(next) = self.text[self.at..].chars().next()
                    && !next.is_ascii()
                    && !next.is_alphanumeric()
                    && lookalike(next).is_none()
                {
                    self.at += next.len_utf8();
                }
                self.push(SyntaxKind::Unknown, start);
                self.report(error(self.at, message));
            }
        }
    }

    /// A text in quotes as word processors set them.
    fn typographic_quote(&mut self, start: usize, close: char) {
        let open = &self.text[start..self.at];
        let closing = self.text[self.at..]
            .char_indices()
            .take(LONGEST_QUOTE)
            .take_while(|it| it.1 != '\n')
            .find(|it| it.1 == close || it.1 == '"')
            .map(|it| it.0);
        let message = format!("the quote `{open}` does not begin a text");
        let error = SyntaxError::new(SyntaxErrorKind::Character, start..self.at, message)
            .help("write straight quotes, `\"`");
        let Some(length) = closing else {
            self.push(SyntaxKind::Unknown, start);
            return self.report(error.replace(start..self.at, "\""));
        };
        let content = &self.text[self.at..self.at + length];
        let width = self.text[self.at + length..].chars().next().map_or(0, char::len_utf8);
        self.at += length + width;
        self.push(SyntaxKind::QuotedText, start);
        let text = format!("\"{content}\"");
        self.report(error.replace(start..self.at, text));
    }
}

fn lookalike(character: char) -> Option<Lookalike> {
    match character {
        '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{00AD}' => Some(Lookalike::Nothing),
        '\u{2010}'..='\u{2015}' | '\u{2212}' => Some(Lookalike::Dash),
        '“' | '”' | '„' | '‟' => {
            Some(Lookalike::Quote(if character == '„' { '“' } else { '”' }))
        }
        '‘' | '’' | '‚' => Some(Lookalike::Quote('’')),
        '«' => Some(Lookalike::Quote('»')),
        _ if character.is_whitespace() => Some(Lookalike::Blank),
        _ => None,
    }
}

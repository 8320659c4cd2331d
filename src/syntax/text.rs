//! Literals of text: their quotes, parts and meaning.

use std::ops::Range;

use crate::syntax::{Node, StringLiteral, SyntaxKind, Token};

/// How a text is quoted.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Quote {
    /// `"…"`, with escapes.
    Double,
    /// `` `…` ``, with interpolations.
    Backtick,
    /// `#"…"#`.
    Raw,
    /// `'…'`, a single character.
    Char,
}

/// A part of a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TextPart<'t> {
    /// Plain text: where it stands, and what it means.
    Plain(Range<u32>, String),
    /// An interpolation, `${ … }`.
    Interpolation(Node<'t>),
}

impl<'t> StringLiteral<'t> {
    /// Reads a node as a text.
    #[must_use]
    pub fn cast(node: Node<'t>) -> Option<Self> {
        (node.kind() == SyntaxKind::Text).then_some(StringLiteral(node))
    }

    /// Its node.
    #[must_use]
    pub fn node(self) -> Node<'t> {
        self.0
    }

    /// Its bytes, quotes included.
    #[must_use]
    pub fn range(self) -> Range<u32> {
        self.0.range()
    }

    /// How it is quoted.
    #[must_use]
    pub fn quote(self) -> Quote {
        match self.first().map(Token::kind) {
            Some(SyntaxKind::RawText) => Quote::Raw,
            Some(SyntaxKind::Character) => Quote::Char,
            Some(SyntaxKind::TextStart) => Quote::Backtick,
            _ => Quote::Double,
        }
    }

    /// Whether it is closed.
    #[must_use]
    pub fn is_closed(self) -> bool {
        let text = self.0.text();
        match self.quote() {
            Quote::Backtick => self.0.token(SyntaxKind::TextEnd).is_some(),
            Quote::Raw => {
                let hashes = text.bytes().take_while(|&it| it == b'#').count();
                raw_content(text, hashes).is_some()
            }
            Quote::Double | Quote::Char => quoted_content(text).1,
        }
    }

    /// Its meaning, unless it has interpolations or is not closed or has an unknown escape.
    #[must_use]
    pub fn value(self) -> Option<String> {
        if !self.is_closed() {
            return None;
        }
        let text = self.0.text();
        match self.quote() {
            Quote::Double => unescape(quoted_content(text).0, '"', self.column()),
            Quote::Char => decode_character(quoted_content(text).0),
            Quote::Raw => {
                let hashes = text.bytes().take_while(|&it| it == b'#').count();
                raw_content(text, hashes).map(str::to_owned)
            }
            Quote::Backtick => match self.parts().as_slice() {
                [] => Some(String::new()),
                [TextPart::Plain(_, text)] => Some(text.clone()),
                [..] => None,
            },
        }
    }

    /// What its interpolations yield: the last expression of each that has one.
    #[must_use]
    pub fn interpolations(self) -> Vec<Node<'t>> {
        self.0
            .children()
            .filter(|it| it.kind() == SyntaxKind::Interpolation)
            .filter_map(|it| it.children().last())
            .collect()
    }

    /// Its parts in order; only a text in backticks may have more than one.
    #[must_use]
    pub fn parts(self) -> Vec<TextPart<'t>> {
        use crate::syntax::Element;

        if self.quote() != Quote::Backtick {
            let plain = self.value().map(|it| TextPart::Plain(self.range(), it));
            return plain.into_iter().collect();
        }
        let mut parts = Vec::new();
        for element in self.0.elements() {
            match element {
                Element::Node(node) => parts.push(TextPart::Interpolation(node)),
                Element::Token(token) if token.kind() == SyntaxKind::TextPart => {
                    let plain = backtick_text(token.text(), parts.is_empty());
                    parts.push(TextPart::Plain(token.range(), plain));
                }
                Element::Token(_) => (),
            }
        }
        parts
    }

    fn first(self) -> Option<Token<'t>> {
        self.0.all_tokens().next()
    }

    /// The column of its opening quote, from 1.
    fn column(self) -> usize {
        let before = &self.0.tree().text()[..self.range().start as usize];
        let line = before.rfind('\n').map_or(0, |it| it + 1);
        before[line..].chars().count() + 1
    }
}

/// The character that the inside of single quotes means, or more, if there are more.
pub(crate) fn decode_character(content: &str) -> Option<String> {
    unescape(content, '\'', 0)
}

/// What stands between two quotes, and whether there are two.
fn quoted_content(text: &str) -> (&str, bool) {
    let mut inner = text.chars();
    let open = inner.next();
    let close = inner.next_back();
    let closed = match (open, close) {
        (Some('"'), Some('"')) | (Some('\''), Some('\'')) => true,
        (Some(open), Some(close)) => !open.is_ascii() && (!close.is_ascii() || close == '"'),
        _ => false,
    };
    (if closed { inner.as_str() } else { "" }, closed)
}

fn raw_content(text: &str, hashes: usize) -> Option<&str> {
    let inner = text.get(hashes + 1..text.len().checked_sub(hashes + 1)?)?;
    let (_, close) = text.split_at(text.len() - hashes);
    (close.bytes().all(|it| it == b'#') && text[..text.len() - hashes].ends_with('"'))
        .then_some(inner)
}

/// The meaning of a part of a text in backticks; the first part may begin with a line end, which
/// does not count.
fn backtick_text(text: &str, first: bool) -> String {
    let mut text = text;
    if first {
        text = text.strip_prefix('\r').map_or(text, |it| it);
        text = text.strip_prefix('\n').unwrap_or(text);
    }
    text.replace("\r\n", "\n").replace("``", "`").replace("\\${", "${")
}

/// The meaning of the inside of quotes. Behind a continued line end, Rhai skips the blanks up to
/// the column of the opening quote.
fn unescape(content: &str, quote: char, column: usize) -> Option<String> {
    if !content.contains(['\\', quote, '\r']) {
        return Some(content.to_owned());
    }
    let mut result = String::with_capacity(content.len());
    let mut rest = content.chars();
    while let Some(character) = rest.next() {
        if character == quote {
            // A doubled quote is a quote.
            rest.next();
            result.push(quote);
            continue;
        }
        if character == '\r' && rest.as_str().starts_with('\n') {
            continue;
        }
        if character != '\\' {
            result.push(character);
            continue;
        }
        match rest.next()? {
            'n' => result.push('\n'),
            'r' => result.push('\r'),
            't' => result.push('\t'),
            '\\' => result.push('\\'),
            it if it == quote => result.push(quote),
            'x' => result.push(code_point(&mut rest, 2)?),
            'u' => result.push(code_point(&mut rest, 4)?),
            'U' => result.push(code_point(&mut rest, 8)?),
            line_end @ ('\n' | '\r') if quote == '"' => {
                if line_end == '\r' && rest.next() != Some('\n') {
                    return None;
                }
                let mut skipped = 0;
                let after = rest.as_str();
                let blanks = after.find(|it: char| {
                    skipped += 1;
                    !it.is_whitespace() || it == '\n' || skipped > column
                });
                rest = after[blanks.unwrap_or(after.len())..].chars();
            }
            _ => return None,
        }
    }
    Some(result)
}

fn code_point(rest: &mut std::str::Chars<'_>, digits: usize) -> Option<char> {
    let text = rest.as_str().get(..digits)?;
    if !text.bytes().all(|it| it.is_ascii_hexdigit()) {
        return None;
    }
    let value = u32::from_str_radix(text, 16).ok()?;
    *rest = rest.as_str()[digits..].chars();
    char::from_u32(value)
}

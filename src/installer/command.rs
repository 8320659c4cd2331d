//! Reading a command line of Windows Installer, as it splits one: every item with its place.
//!
//! Written from Microsoft's "Command-Line Options" and "Setting Public Property Values on the Command Line": names are read
//! in upper case, a value with blanks is quoted whole, a quote in it is doubled, a backslash is no escape, `NAME=""` clears
//! a property, and a property may stand anywhere but between a switch and its argument. A line that breaks these rules is
//! read on as it was probably meant, with a [`Problem`] at the place.

use std::ops::Range;

/// A command line, taken apart.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Line {
    /// What stands in it, in its order.
    pub items: Vec<Item>,
    /// What Windows Installer would not take, or take otherwise, in its order.
    pub problems: Vec<Problem>,
}

/// One thing on a command line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Item {
    /// Its place in bytes, from its first character to its last.
    pub range: Range<usize>,
    /// What it is.
    pub kind: ItemKind,
}

/// What an item of a command line is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ItemKind {
    /// The program that the line begins with.
    Program,
    /// A switch, `/i` or `-i`.
    Switch {
        /// Its name in lower case, without its sign.
        name: String,
        /// What follows it, if it takes an argument and one is there.
        argument: Option<Word>,
    },
    /// `NAME=value`.
    Property(Property),
    /// Neither a switch, nor its argument, nor a property.
    Stray,
}

/// A property on a command line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Property {
    /// Its name in upper case.
    pub name: String,
    /// The place of the name.
    pub written: Range<usize>,
    /// Its value without quotes.
    pub value: Word,
}

/// A text on a command line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Word {
    /// The text without its quotes.
    pub text: String,
    /// Its place with its quotes.
    pub range: Range<usize>,
}

/// Why a command line cannot be split. Each carries the offset of the guilty place in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Problem {
    /// A quote is not closed.
    #[error("the quote at offset {0} is not closed")]
    Unclosed(usize),
    /// A quoted value goes on after its quote.
    #[error("something follows the closing quote at offset {0}")]
    Glued(usize),
    /// A quote stands inside a value that does not begin with one.
    #[error("a quote stands in the middle of a value at offset {0}")]
    Quote(usize),
    /// Quotes stand around the name and the value.
    #[error(
        "quotes stand around name and value at offset {0}, which Windows Installer does not take"
    )]
    QuotedWhole(usize),
    /// A word that is neither a switch, nor its argument, nor a property.
    #[error("the word at offset {0} is neither a switch nor a property")]
    Stray(usize),
}

impl Problem {
    /// What to do, an imperative sentence.
    #[must_use]
    pub fn help(self) -> &'static str {
        match self {
            Problem::Unclosed(_) | Problem::Glued(_) | Problem::Quote(_) => {
                "quote the whole value, and double each quote in it: `NAME=\"a \"\"b\"\"\"`"
            }
            Problem::QuotedWhole(_) => "quote the value alone: `NAME=\"value\"`",
            Problem::Stray(_) => "remove it, or write it as `NAME=\"value\"`",
        }
    }

    /// The guilty place in bytes.
    #[must_use]
    pub fn offset(self) -> usize {
        match self {
            Problem::Unclosed(at)
            | Problem::Glued(at)
            | Problem::Quote(at)
            | Problem::QuotedWhole(at)
            | Problem::Stray(at) => at,
        }
    }
}

impl Line {
    /// The properties in their order. One that is set twice stands here twice; the last one holds.
    pub fn properties(&self) -> impl Iterator<Item = &Property> {
        self.items.iter().filter_map(|it| match &it.kind {
            ItemKind::Property(property) => Some(property),
            ItemKind::Program | ItemKind::Switch { .. } | ItemKind::Stray => None,
        })
    }
}

/// Takes a command line apart, with the program at its beginning or without.
#[must_use]
pub fn parse(line: &str) -> Line {
    let mut rest = Rest { line, at: 0, problems: Vec::new() };
    let mut items = Vec::new();
    rest.skip_blanks();
    let mut first = true;
    while let Some(start) = rest.peek() {
        let from = rest.at;
        let first = std::mem::take(&mut first);
        let kind = if start == '"' && first {
            rest.quoted();
            ItemKind::Program
        } else if start == '"' {
            rest.quoted_whole()
        } else if start == '/' || start == '-' {
            rest.switch()
        } else if first && rest.word_end('=') == rest.word_end(' ') {
            rest.at = rest.word_end(' ');
            ItemKind::Program
        } else {
            rest.property()
        };
        items.push(Item { range: from..rest.at, kind });
        rest.skip_blanks();
    }
    Line { items, problems: rest.problems }
}

/// Whether Windows Installer would take it for a name: letters, digits, `_` and `.`, and no digit first.
#[must_use]
pub fn is_name(text: &str) -> bool {
    text.starts_with(|it: char| it.is_ascii_alphabetic() || it == '_')
        && text.chars().all(|it| it.is_ascii_alphanumeric() || it == '_' || it == '.')
}

/// Whether an argument follows a switch (without its `/`); a property may stand anywhere but between the two.
fn takes_argument(switch: &str) -> bool {
    const WITH: &[&str] = &[
        "i",
        "package",
        "x",
        "uninstall",
        "a",
        "p",
        "update",
        "j",
        "jm",
        "ju",
        "t",
        "g",
        "n",
        "m",
        "y",
        "z",
    ];
    let repair = switch.starts_with('f') && switch != "forcerestart";
    WITH.contains(&switch) || switch.starts_with('l') || repair
}

/// What is left of a line, from an offset on.
struct Rest<'a> {
    line: &'a str,
    at: usize,
    problems: Vec<Problem>,
}

impl Rest<'_> {
    fn peek(&self) -> Option<char> {
        self.line[self.at..].chars().next()
    }

    fn skip_blanks(&mut self) {
        let rest = &self.line[self.at..];
        self.at += rest.len() - rest.trim_start_matches(is_blank).len();
    }

    /// The end of the word, or of its part before the character.
    fn word_end(&self, before: char) -> usize {
        let rest = &self.line[self.at..];
        self.at + rest.find(|it| is_blank(it) || it == before).unwrap_or(rest.len())
    }

    /// The text in the quotes that begin here, which end before a blank or the end of the line.
    fn quoted(&mut self) -> String {
        let open = self.at;
        let mut text = String::new();
        // Once a quote was escaped with a backslash, the whole value is taken to be written so.
        let mut is_escaped = false;
        loop {
            let from = self.at + 1;
            let Some(length) = self.line[from..].find('"') else {
                text += &self.line[from..];
                self.at = self.line.len();
                self.problems.push(Problem::Unclosed(open));
                return text;
            };
            text += &self.line[from..from + length];
            self.at = from + length + 1;
            let goes_on = match self.peek() {
                Some('"') => {
                    text.push('"');
                    continue;
                }
                Some(next) => !is_blank(next),
                None => false,
            };
            let closes_later = self.line[self.at..].contains('"');
            if text.ends_with('\\') && (goes_on || is_escaped) && closes_later {
                if !is_escaped {
                    self.problems.push(Problem::Glued(self.at - 1));
                }
                is_escaped = true;
                text.pop();
                text.push('"');
                // The loop goes on behind a quote.
                self.at -= 1;
                continue;
            }
            if goes_on {
                self.problems.push(Problem::Glued(self.at - 1));
                let end = self.word_end(' ');
                text += &self.line[self.at..end];
                self.at = end;
            }
            return text;
        }
    }

    /// Quotes where a switch or a property should begin.
    fn quoted_whole(&mut self) -> ItemKind {
        let from = self.at;
        let before = self.problems.len();
        let text = self.quoted();
        let property = text.split_once('=').filter(|(name, _)| is_name(name));
        let Some((name, value)) = property else {
            self.problems.truncate(before);
            self.problems.push(Problem::Stray(from));
            return ItemKind::Stray;
        };
        if self.problems.len() == before {
            self.problems.push(Problem::QuotedWhole(from));
        }
        let written = from + 1..from + 1 + name.len();
        let inner_end = if self.line[..self.at].ends_with('"') { self.at - 1 } else { self.at };
        let range = written.end + 1..inner_end.max(written.end + 1);
        let value = Word { text: value.to_owned(), range };
        ItemKind::Property(Property { name: name.to_ascii_uppercase(), written, value })
    }

    fn switch(&mut self) -> ItemKind {
        let from = self.at + 1;
        self.at = self.word_end('"');
        let name = self.line[from..self.at].to_ascii_lowercase();
        if !takes_argument(&name) {
            return ItemKind::Switch { name, argument: None };
        }
        let end = self.at;
        self.skip_blanks();
        let at = self.at;
        let text = match self.peek() {
            None => {
                self.at = end;
                return ItemKind::Switch { name, argument: None };
            }
            Some('"') => self.quoted(),
            Some(_) => {
                self.at = self.word_end(' ');
                self.line[at..self.at].to_owned()
            }
        };
        ItemKind::Switch { name, argument: Some(Word { text, range: at..self.at }) }
    }

    fn property(&mut self) -> ItemKind {
        let written = self.at..self.word_end('=');
        let name = &self.line[written.clone()];
        if !is_name(name) || !self.line[written.end..].starts_with('=') {
            self.problems.push(Problem::Stray(self.at));
            self.at = self.word_end(' ');
            return ItemKind::Stray;
        }
        let name = name.to_ascii_uppercase();
        let from = written.end + 1;
        self.at = from;
        let text = if self.peek() == Some('"') { self.quoted() } else { self.bare() };
        let value = Word { text, range: from..self.at };
        ItemKind::Property(Property { name, written, value })
    }

    /// A value without quotes. One with a quote in its middle goes on to the blank after the last of its quotes.
    fn bare(&mut self) -> String {
        let from = self.at;
        let end = self.word_end(' ');
        let Some(quote) = self.line[from..end].find('"') else {
            self.at = end;
            return self.line[from..end].to_owned();
        };
        self.problems.push(Problem::Quote(from + quote));
        let mut is_open = false;
        let mut end = self.line.len();
        for (at, character) in self.line[from..].char_indices() {
            match character {
                '"' => is_open = !is_open,
                it if is_blank(it) && !is_open => {
                    end = from + at;
                    break;
                }
                _ => {}
            }
        }
        self.at = end;
        self.line[from..end].replace("\\\"", "").replace('"', "")
    }
}

fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\r' | '\n')
}

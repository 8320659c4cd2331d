//! Texts of a package as a person reads them, and a bound on how much of them a profile keeps.

use std::cell::Cell;
use std::collections::BTreeMap;

use crate::installer::package::Unreadable;

/// The most bytes that a profile keeps, with a share for each text.
const KEPT: usize = 16 << 20;

/// What a text costs beside its bytes.
const SHARE: usize = 64;

/// The most bytes of a text whose references are followed.
const FOLLOWED: usize = 8 << 10;

/// What texts refer to, and what may still be kept.
#[derive(Debug)]
pub(super) struct Texts {
    /// The table `Property`.
    defaults: BTreeMap<String, String>,
    left: Cell<usize>,
}

/// What an ampersand in a text means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Ampersand {
    /// The key that leads to the control stands behind it.
    Key,
    /// Itself.
    Itself,
}

impl Texts {
    pub(super) fn new(defaults: BTreeMap<String, String>) -> Self {
        Texts { defaults, left: Cell::new(KEPT) }
    }

    /// A value of the table `Property`.
    pub(super) fn default(&self, property: &str) -> Option<&str> {
        self.defaults.get(property).map(String::as_str)
    }

    /// All of the table `Property`.
    pub(super) fn defaults(&self) -> &BTreeMap<String, String> {
        &self.defaults
    }

    /// The text as it is, for the profile.
    pub(super) fn keep(&self, text: &str) -> Result<String, Unreadable> {
        let left = self.left.get().checked_sub(text.len() + SHARE);
        let too_much = || Unreadable::damaged("its wizard says more than any package's");
        self.left.set(left.ok_or_else(too_much)?);
        Ok(text.to_owned())
    }

    /// The text as it is, if there is any.
    pub(super) fn some(&self, text: &str) -> Result<Option<String>, Unreadable> {
        if text.is_empty() { Ok(None) } else { self.keep(text).map(Some) }
    }

    /// The text as it is seen: with the values of properties that the package gives, without a style and without the mark of
    /// a key.
    ///
    /// <https://learn.microsoft.com/windows/win32/msi/formatted> and, for `{\style}` and `{&style}`,
    /// <https://learn.microsoft.com/windows/win32/msi/text-control>.
    pub(super) fn show(&self, text: &str, ampersand: Ampersand) -> Result<String, Unreadable> {
        let followed = self.follow(text);
        let bare = without_style(&followed).trim();
        let seen = match ampersand {
            Ampersand::Key => without_key(bare),
            Ampersand::Itself => bare.to_owned(),
        };
        self.keep(&seen)
    }

    /// The text with the values of the properties that it names. A value is not looked through again, so that no text can
    /// grow without end.
    pub(super) fn follow(&self, text: &str) -> String {
        let mut followed = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find('[') {
            followed.push_str(&rest[..start]);
            rest = &rest[start..];
            let (length, value) = match reference(rest) {
                // `[\x]` is the character itself.
                Some(name) if name.starts_with('\\') => (name.len() + 2, Some(&name[1..])),
                Some(name) => (name.len() + 2, self.default(name)),
                None => (1, None),
            };
            let room = FOLLOWED.saturating_sub(followed.len());
            followed.push_str(value.filter(|it| it.len() <= room).unwrap_or(&rest[..length]));
            rest = &rest[length..];
        }
        followed.push_str(rest);
        followed
    }
}

/// What stands between the brackets with which a text begins, if it is one name or sign.
fn reference(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('[')?;
    if let Some(escaped) = inner.strip_prefix('\\') {
        let character = escaped.chars().next()?;
        let end = 1 + character.len_utf8();
        return inner[end..].starts_with(']').then(|| &inner[..end]);
    }
    let end = inner.find(|it: char| !is_of_name(it))?;
    (end > 0 && inner[end..].starts_with(']')).then(|| &inner[..end])
}

/// The names in square brackets of a text.
pub(super) fn references(text: &str) -> impl Iterator<Item = &str> {
    let starts = text.char_indices().filter(|(_, it)| *it == '[').map(|(at, _)| at);
    starts.filter_map(|at| reference(&text[at..])).filter(|it| !it.starts_with('\\'))
}

/// The names of properties in a condition.
///
/// <https://learn.microsoft.com/windows/win32/msi/conditional-statement-syntax>: texts stand in double quotes; `%` stands
/// before environment variables, `$`, `?`, `&` and `!` before components and features.
pub(super) fn names(condition: &str) -> impl Iterator<Item = &str> {
    const WORDS: [&str; 6] = ["NOT", "AND", "OR", "XOR", "EQV", "IMP"];
    let mut rest = condition;
    let mut before = ' ';
    std::iter::from_fn(move || {
        while let Some(character) = rest.chars().next() {
            if character == '"' {
                let end = rest[1..].find('"').map_or(rest.len(), |it| it + 2);
                rest = &rest[end..];
            } else if is_of_name(character) {
                let end = rest.find(|it: char| !is_of_name(it)).unwrap_or(rest.len());
                let (name, others) = rest.split_at(end);
                rest = others;
                let foreign = std::mem::replace(&mut before, ' ');
                let is_word = WORDS.iter().any(|it| name.eq_ignore_ascii_case(it));
                if !matches!(foreign, '%' | '$' | '?' | '&' | '!') && !is_word {
                    return Some(name);
                }
                continue;
            } else {
                rest = &rest[character.len_utf8()..];
            }
            before = character;
        }
        None
    })
}

/// Whether a name is one that the command line can set: no small letter is in it.
///
/// <https://learn.microsoft.com/windows/win32/msi/public-properties>
pub(super) fn is_public(name: &str) -> bool {
    let starts = name.starts_with(|it: char| it.is_ascii_uppercase() || it == '_');
    let rest = |it: char| it.is_ascii_uppercase() || it.is_ascii_digit() || matches!(it, '_' | '.');
    starts && name.contains(|it: char| it.is_ascii_uppercase()) && name.chars().all(rest)
}

/// <https://learn.microsoft.com/windows/win32/msi/identifier>
fn is_of_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '.')
}

fn without_style(text: &str) -> &str {
    let inner = text.strip_prefix("{\\").or_else(|| text.strip_prefix("{&"));
    let end = inner.and_then(|it| it.find('}').filter(|end| it[..*end].chars().all(is_of_name)));
    match (inner, end) {
        (Some(inner), Some(end)) => &inner[end + 1..],
        (Some(_) | None, _) => text,
    }
}

fn without_key(text: &str) -> String {
    let mut seen = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let next = characters.peek().copied();
        match (character, next) {
            ('&', Some('&')) => seen.extend(characters.next()),
            // A lone one between blanks was meant to be seen.
            ('&', Some(key)) if !key.is_whitespace() => {}
            _ => seen.push(character),
        }
    }
    seen
}

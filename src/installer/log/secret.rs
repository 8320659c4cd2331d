//! The secrets that can be read in a log: which they are, and how they are kept out of what is shown.

use std::borrow::Cow;
use std::fmt;

/// What stands in the place of a secret, whatever its length.
pub const STARS: &str = "********";
/// A secret with fewer characters is covered only where it stands as a word: covering every `ab` would spoil the text.
pub const SHORT: usize = 4;
/// Parts of names that tell a secret, in lower case.
const WORDS: [&str; 4] = ["password", "passphrase", "pwd", "secret"];
/// Values that are no secret, whatever their names: `PASSWORD_NEVER_EXPIRES=1`.
const FLAGS: [&str; 8] = ["0", "1", "#0", "#1", "true", "false", "yes", "no"];

/// A value as the log has it; it may be a secret, so it is never shown by chance.
#[derive(Clone, PartialEq, Eq)]
pub struct Value(pub(super) String);

impl Value {
    /// The value itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether Windows Installer itself wrote stars in its place.
    #[must_use]
    pub fn is_starred(&self) -> bool {
        is_starred(&self.0)
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

fn is_starred(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|it| it == '*')
}

/// Whether a name looks like that of a secret.
#[must_use]
pub fn looks_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    WORDS.iter().any(|it| name.contains(it))
}

/// Whether a value can be a secret at all: not a flag, not empty, not stars, no unresolved `[PROPERTY]`.
pub(super) fn can_be_secret(value: &str) -> bool {
    let value = value.trim();
    let is_reference = value.starts_with('[') && value.ends_with(']');
    let is_flag = FLAGS.iter().any(|it| it.eq_ignore_ascii_case(value));
    !(value.is_empty() || is_flag || is_reference || is_starred(value))
}

/// The secrets that a line writes out beside a name that looks like one: `Password=…;`, `/pwd:…`, `-Secret "…"`.
pub(super) fn written_out(line: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let lower = line.to_ascii_lowercase();
    let mut from = 0;
    while let Some((start, end)) = next_name(&lower, from) {
        from = end;
        let name = &line[start..end];
        let before = line[..start].trim_end_matches(['-', '/']);
        let is_switch = before.len() < start && before.chars().next_back().is_none_or(is_gap);
        if let Some(value) = assigned(&line[end..], is_switch) {
            from += value.as_ptr() as usize - line[end..].as_ptr() as usize + value.len();
            if can_be_secret(value) {
                found.push((name, value));
            }
        }
    }
    found
}

/// The next word from here on that holds one of [`WORDS`], in a line in lower case.
fn next_name(line: &str, from: usize) -> Option<(usize, usize)> {
    let at = WORDS.iter().filter_map(|it| line[from..].find(it)).min()? + from;
    let is_name = |it: char| it.is_ascii_alphanumeric() || it == '_';
    let start = line[from..at].trim_end_matches(is_name).len() + from;
    let end = line[at..].find(|it| !is_name(it)).map_or(line.len(), |it| at + it);
    Some((start, end))
}

/// The value that is given to the name before this text.
fn assigned(rest: &str, is_switch: bool) -> Option<&str> {
    let sign = rest.trim_start_matches(['"', '\'']).trim_start();
    let value = match sign.chars().next()? {
        '=' => &sign[1..],
        ':' if is_switch => &sign[1..],
        _ if is_switch && rest.starts_with(' ') => sign,
        _ => return None,
    };
    let value = value.trim_start();
    for quote in ['"', '\''] {
        if let Some(inner) = value.strip_prefix(quote) {
            return Some(inner.find(quote).map_or(inner, |end| &inner[..end]));
        }
    }
    let end = value.find(|it| is_gap(it) || matches!(it, ';' | ',' | '"' | '\'' | '<'));
    Some(end.map_or(value, |end| &value[..end])).filter(|it| !it.is_empty())
}

fn is_gap(character: char) -> bool {
    character.is_whitespace() || matches!(character, '"' | '\'' | '=' | '(' | ',')
}

/// Puts stars in the place of secrets.
pub(super) struct Cover {
    /// Covered wherever they stand, the longest first.
    long: Vec<String>,
    /// Covered where they stand as a word.
    short: Vec<String>,
}

impl Cover {
    /// A cover for these secrets, as they are and with their quotes doubled, as a command line has them.
    pub(super) fn new<'s>(secrets: impl Iterator<Item = &'s str>) -> Self {
        let mut texts: Vec<String> =
            secrets.flat_map(|it| [it.to_owned(), it.replace('"', "\"\"")]).collect();
        texts.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        texts.dedup();
        let (long, short) = texts.into_iter().partition(|it| it.chars().count() >= SHORT);
        Cover { long, short }
    }

    /// The text without secrets.
    pub(super) fn cover<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut text = Cow::Borrowed(text);
        for secret in &self.long {
            if text.contains(secret.as_str()) {
                text = Cow::Owned(text.replace(secret.as_str(), STARS));
            }
        }
        for secret in &self.short {
            if let Some(covered) = without_word(&text, secret) {
                text = Cow::Owned(covered);
            }
        }
        text
    }

    /// Whether the text holds one of them.
    pub(super) fn is_in(&self, text: &str) -> bool {
        self.long.iter().any(|it| text.contains(it.as_str()))
            || self.short.iter().any(|it| without_word(text, it).is_some())
    }
}

/// The text with stars for a word, if it stands there.
fn without_word(text: &str, word: &str) -> Option<String> {
    let mut covered = String::new();
    let mut copied = 0;
    for (at, _) in text.match_indices(word) {
        let end = at + word.len();
        let before = text[..at].chars().next_back();
        let after = text[end..].chars().next();
        let is_word = |it: Option<char>| it.is_none_or(|it| !it.is_alphanumeric());
        if is_word(before) && is_word(after) {
            covered += &text[copied..at];
            covered += STARS;
            copied = end;
        }
    }
    (copied > 0).then(|| covered + &text[copied..])
}

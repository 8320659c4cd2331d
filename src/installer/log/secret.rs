//! The secrets that can be read in a log: which they are, and how they are kept out of what is shown.

use std::borrow::Cow;
use std::fmt;

/// What stands in the place of a secret, whatever its length.
pub const STARS: &str = "********";
/// A secret with fewer characters is covered only where it stands as a word: covering every `ab` would spoil the text.
pub const SHORT: usize = 4;
/// Parts of names that tell a secret, in lower case.
const WORDS: [&str; 5] = ["password", "passphrase", "passwd", "pwd", "secret"];
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

/// The secrets that a line writes out beside a name that looks like one: `Password=…;`, `/pwd:…`, `-Secret "…"`,
/// `"password": "…"`, `<password>…<`, `key="Password" value="…"`.
pub(super) fn written_out(line: &str) -> Vec<(&str, Cow<'_, str>)> {
    let mut found = Vec::new();
    let lower = line.to_ascii_lowercase();
    let mut from = 0;
    while let Some((start, end)) = next_name(&lower, from) {
        from = end;
        let name = &line[start..end];
        let assigned = assigned(&line[end..], sign(name, &line[..start]));
        if let Some((value, quote)) = assigned {
            from += value.as_ptr() as usize - line[end..].as_ptr() as usize + value.len();
            if can_be_secret(value) {
                // A quote inside quotes is doubled. A cover knows that of `"` alone.
                let plain =
                    quote.map(|it| value.replace(&it.to_string().repeat(2), &it.to_string()));
                let plain = plain.filter(|it| it != value);
                if plain.is_none() || quote == Some('\'') {
                    found.push((name, Cow::Borrowed(value)));
                }
                found.extend(plain.map(|it| (name, Cow::Owned(it))));
            }
        }
    }
    found
}

/// What stands around a name, which says how a value may follow it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Sign {
    /// `-name`, `/name`: a colon or a blank.
    Switch,
    /// `"name"`: a colon, or an attribute `value`.
    Quoted,
    /// `<name`: the end of its bracket.
    Element,
    /// `AccountPassword`: a colon, if no words follow.
    Word,
    /// `PasswordAge`: an equals sign alone, as with all others.
    Plain,
}

fn sign(name: &str, before: &str) -> Sign {
    let bare = before.trim_end_matches(['-', '/']);
    let is_last = || WORDS.iter().any(|it| name.to_ascii_lowercase().ends_with(it));
    if bare.len() < before.len() && bare.chars().next_back().is_none_or(is_gap) {
        Sign::Switch
    } else if before.ends_with(['"', '\'']) {
        Sign::Quoted
    } else if before.ends_with('<') {
        Sign::Element
    } else if is_last() {
        Sign::Word
    } else {
        Sign::Plain
    }
}

/// The next word from here on that holds one of [`WORDS`], in a line in lower case.
fn next_name(line: &str, from: usize) -> Option<(usize, usize)> {
    let at = WORDS.iter().filter_map(|it| line[from..].find(it)).min()? + from;
    let is_name = |it: char| it.is_ascii_alphanumeric() || it == '_';
    let start = line[from..at].trim_end_matches(is_name).len() + from;
    let end = line[at..].find(|it| !is_name(it)).map_or(line.len(), |it| at + it);
    Some((start, end))
}

/// The value that is given to the name before this text, as it is written, and the quote around it.
fn assigned(rest: &str, sign: Sign) -> Option<(&str, Option<char>)> {
    let behind = rest.trim_start_matches(['"', '\'']).trim_start();
    let value = match (behind.chars().next()?, sign) {
        ('=', _) | (':', Sign::Switch | Sign::Quoted) => &behind[1..],
        (':', Sign::Word) => return alone(&behind[1..]).map(|it| (it, None)),
        ('>', Sign::Element) => {
            let value = behind[1..].split('<').next().unwrap_or_default().trim();
            return Some((value, None)).filter(|_| !value.is_empty());
        }
        ('v' | 'V', Sign::Quoted) => {
            let word = behind.get(..5).filter(|it| it.eq_ignore_ascii_case("value"))?;
            behind[word.len()..].trim_start().strip_prefix('=')?
        }
        (_, Sign::Switch) if rest.starts_with(' ') => behind,
        _ => return None,
    };
    let value = value.trim_start();
    for quote in ['"', '\''] {
        if let Some(inner) = value.strip_prefix(quote) {
            return Some((&inner[..closing(inner, quote)], Some(quote)));
        }
    }
    let end = value.find(|it| is_gap(it) || matches!(it, ';' | ',' | '"' | '\'' | '<'));
    Some((end.map_or(value, |end| &value[..end]), None)).filter(|it| !it.0.is_empty())
}

/// Where the quote that closes a text stands; a doubled one does not.
fn closing(text: &str, quote: char) -> usize {
    let mut quotes = text.match_indices(quote).map(|it| it.0).peekable();
    while let Some(at) = quotes.next() {
        if quotes.next_if_eq(&(at + 1)).is_none() {
            return at;
        }
    }
    text.len()
}

/// The only word of a text, if it looks like a password: a sentence goes on, and `OK` or `wrong` are none.
fn alone(text: &str) -> Option<&str> {
    let text = text.trim();
    let looks = text.chars().count() >= SHORT
        && text.contains(|it: char| it.is_ascii_digit())
        && text.contains(char::is_alphabetic)
        && !text.contains(char::is_whitespace);
    looks.then_some(text)
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

//! What holds for every format: what comes along when a value is copied, put together or written in the wrong quotes.

use std::ops::Range;

use super::{Format, Malformed, echo};

/// Refuses what no format takes: nothing, quotes that belong to a shell, blanks at the ends, what cannot be seen.
pub(super) fn tidy<F: Format>(text: &str) -> Result<(), Malformed> {
    if is_plain(text) {
        return Ok(());
    }
    not_endless::<F>(text)?;
    let bare = text.trim();
    if bare.is_empty() {
        return Err(empty::<F>(text));
    }
    if bare.len() < text.len() {
        let start = text.len() - text.trim_start().len();
        // What is wrong with the rest weighs more than the blanks.
        let range = start..start + bare.len();
        F::judge(bare).map_err(|malformed| malformed.within(text, range))?;
        let (part, end) =
            if start > 0 { (0..start, "begins") } else { (bare.len()..text.len(), "ends") };
        let what =
            if text[part.clone()].contains(['\n', '\r']) { "a line break" } else { "a blank" };
        return Err(Malformed::plain::<F>(format!("{end} with {what}")).at(part).instead(bare));
    }
    for quote in ['"', '\'', '`'] {
        if let Some(inner) = text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) {
            let is = "has quotes that are part of the value";
            return Err(Malformed::plain::<F>(is).instead(inner));
        }
    }
    if let Some((at, char)) = text.char_indices().find(|(_, char)| is_invisible(*char)) {
        let bare: String = text.chars().filter(|char| !is_invisible(*char)).collect();
        let is = format!("has an invisible character (U+{:04X})", u32::from(char));
        let help =
            format!("type it anew, as {}; the character came along with a copy", echo(&bare));
        return Err(Malformed::new(is, &*help)
            .at(at..at + char.len_utf8())
            .instead_with(bare, help));
    }
    if let Some((at, char)) = text.char_indices().find(|(_, char)| char.is_control()) {
        let is = format!("has {}", name_of(char));
        return Err(Malformed::plain::<F>(is).at(at..at + char.len_utf8()));
    }
    Ok(())
}

/// Whether nothing is wrong with a text at first sight, as with most: it is of ASCII, and neither blanks nor quotes stand at
/// its ends.
fn is_plain(text: &str) -> bool {
    let is_edge = |it: &u8| matches!(it, b'!' | b'#'..=b'&' | b'('..=b'_' | b'a'..=b'~');
    let bytes = text.as_bytes();
    bytes.len() <= MOST
        && bytes.first().is_some_and(is_edge)
        && bytes.last().is_some_and(is_edge)
        && bytes.iter().all(|it| matches!(it, b' '..=b'~'))
}

/// The most bytes of any value.
const MOST: usize = 600;

/// Refuses what is longer than any value, so that no message is.
fn not_endless<F: Format>(text: &str) -> Result<(), Malformed> {
    if text.len() <= MOST {
        return Ok(());
    }
    let length = text.chars().count();
    Err(Malformed::plain::<F>(format!(
        "has {length} characters, which is too long for {}",
        F::WHAT
    )))
}

pub(super) fn empty<F: Format>(text: &str) -> Malformed {
    Malformed::plain::<F>(match text {
        "" => format!("is not {}", F::WHAT),
        _ => "has only blanks".to_owned(),
    })
}

/// Says that a backslash was swallowed, where a control character stands that an escape in double quotes makes.
pub(super) fn lost_backslash<F: Format>(text: &str) -> Result<(), Malformed> {
    not_endless::<F>(text)?;
    let Some((at, char)) = text.char_indices().find(|(_, char)| char.is_control()) else {
        return Ok(());
    };
    let mut whole = String::new();
    for char in text.chars() {
        match escape_of(char) {
            Some(letter) => whole.extend(['\\', letter]),
            None => whole.push(char),
        }
    }
    let is = format!("has {} where a backslash was swallowed", name_of(char));
    Err(Malformed::new(is, in_quotes(F::EXAMPLE))
        .at(at..at + char.len_utf8())
        .instead_with(&*whole, in_quotes(&whole)))
}

/// The help to write a text with backslashes in a script and in a values file.
pub(super) fn in_quotes(text: &str) -> String {
    format!(
        "write it in backticks in a script (`` `{text}` ``), in single quotes in a values file (`'{text}'`)"
    )
}

fn escape_of(char: char) -> Option<char> {
    match char {
        '\u{8}' => Some('b'),
        '\t' => Some('t'),
        '\n' => Some('n'),
        '\u{c}' => Some('f'),
        '\r' => Some('r'),
        '\u{1b}' => Some('e'),
        '\0' => Some('0'),
        _ => None,
    }
}

pub(super) fn name_of(control: char) -> String {
    match control {
        '\t' => "a tab".to_owned(),
        '\n' | '\r' => "a line break".to_owned(),
        _ => format!("a control character (U+{:04X})", u32::from(control)),
    }
}

/// Characters that are not seen: they come along when a value is copied out of a window or a document.
pub(super) fn is_invisible(char: char) -> bool {
    matches!(char, '\u{a0}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
        || matches!(char, '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// The range of one character of a text.
pub(super) fn char_at(text: &str, at: usize) -> Range<usize> {
    let length = text[at..].chars().next().map_or(0, char::len_utf8);
    at..at + length
}

/// A character for a message: in backticks, or in words where it would not be seen.
pub(super) fn shown(char: &str) -> String {
    match char {
        " " => "a blank".to_owned(),
        _ => format!("`{char}`"),
    }
}

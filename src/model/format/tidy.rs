//! What holds for every format: what comes along when a value is copied, put together or written in the wrong quotes.

use std::ops::Range;

use super::{Format, Malformed, echo};

/// Refuses what no format takes: nothing, quotes that belong to a shell, blanks at the ends, what cannot be seen.
pub(super) fn tidy<F: Format>(text: &str) -> Result<(), Malformed> {
    not_endless::<F>(text)?;
    let bare = text.trim();
    if bare.is_empty() {
        return Err(empty::<F>(text));
    }
    if bare.len() < text.len() {
        let start = text.len() - text.trim_start().len();
        // What is wrong with the rest weighs more than the blanks.
        F::parse(bare).map_err(|malformed| malformed.within(start))?;
        let (part, end) =
            if start > 0 { (0..start, "begins") } else { (bare.len()..text.len(), "ends") };
        let what =
            if text[part.clone()].contains(['\n', '\r']) { "a line break" } else { "a blank" };
        return Err(Malformed::new(format!("{end} with {what}"), format!("write {}", echo(bare)))
            .at(part)
            .instead::<F>(bare));
    }
    for quote in ['"', '\'', '`'] {
        if let Some(inner) = text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) {
            return Err(Malformed::new(
                "has quotes that are part of the value",
                "leave the inner quotes out",
            )
            .instead::<F>(inner));
        }
    }
    if let Some((at, char)) = text.char_indices().find(|(_, char)| is_invisible(*char)) {
        let bare: String = text.chars().filter(|char| !is_invisible(*char)).collect();
        return Err(Malformed::new(
            format!("has an invisible character (U+{:04X})", u32::from(char)),
            format!(
                "type it anew, as {}; the character came along when it was copied",
                echo(&bare)
            ),
        )
        .at(at..at + char.len_utf8())
        .instead::<F>(bare));
    }
    if let Some((at, char)) = text.char_indices().find(|(_, char)| char.is_control()) {
        return Err(Malformed::new(
            format!("has {}", name_of(char)),
            format!("write {} on one line, such as `{}`", F::WHAT, F::EXAMPLE),
        )
        .at(at..at + char.len_utf8()));
    }
    Ok(())
}

/// A correction is tried with [`Format::parse`] again, once for every layer that it peels off; so there is a limit.
fn not_endless<F: Format>(text: &str) -> Result<(), Malformed> {
    const MOST: usize = 600;
    if text.len() <= MOST {
        return Ok(());
    }
    let is = format!("has {} characters, which is too long for {}", text.chars().count(), F::WHAT);
    Err(Malformed::new(is, format!("write {}, such as `{}`", F::WHAT, F::EXAMPLE)))
}

pub(super) fn empty<F: Format>(text: &str) -> Malformed {
    let is =
        if text.is_empty() { format!("is not {}", F::WHAT) } else { "has only blanks".to_owned() };
    Malformed::new(is, format!("write {}, such as `{}`", F::WHAT, F::EXAMPLE))
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
    let malformed = Malformed::new(is, "").at(at..at + char.len_utf8());
    // A control character that no escape makes would be there again.
    let malformed = if whole == text { malformed } else { malformed.instead::<F>(whole) };
    let help = format!("write {}", in_quotes(malformed.instead.as_deref().unwrap_or(F::EXAMPLE)));
    Err(Malformed { help, ..malformed })
}

/// How a text with backslashes is written in a script and in a values file.
pub(super) fn in_quotes(text: &str) -> String {
    format!(
        "it in backticks in a script (`` `{text}` ``), in single quotes in a values file (`'{text}'`)"
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

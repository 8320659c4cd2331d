//! What must not be shown of a text that is imported: every password in it, wherever it stands.

use std::ops::Range;

use crate::import::call::{Call, is_property};
use crate::import::judge;
use crate::source::{SourceId, Sources, Span};
use crate::subject::setup::checks::is_secret;

/// Covers what is written out as a password, and drops what holds one by accident.
pub(super) fn sweep(call: &mut Call, text: &str, source: SourceId, sources: &mut Sources) {
    for range in written_out(text) {
        hide(range, text, source, sources);
    }
    // Where quotes are shifted, a value or an argument may hold another property with its password.
    let veiled = sources.veiled();
    let holds = |it: &str| veiled.iter().any(|secret| it.contains(secret));
    // A short password, or one without a digit, may be a part of an honest name.
    let telling = |it: &&&str| it.len() >= 8 && it.contains(|it: char| it.is_ascii_digit());
    for setting in &mut call.settings {
        let inside = veiled.iter().filter(telling).any(|it| setting.value.contains(it));
        setting.is_hidden |= inside || (setting.value.contains('=') && holds(&setting.value));
    }
    call.package = call.package.take().filter(|it| !holds(it));
    call.log = call.log.take().filter(|it| !holds(it));
    // A password that ran into the name behind it.
    let upper: Vec<String> = veiled.iter().map(|it| it.to_ascii_uppercase()).collect();
    call.settings
        .retain(|it| is_property(&it.name) || upper.iter().all(|secret| !it.name.contains(secret)));
}

/// Covers every password, where it stands and wherever else it does.
pub(super) fn veil(call: &Call, text: &str, sources: &mut Sources) {
    for setting in call.settings.iter().filter(|it| it.is_hidden && !it.value.is_empty()) {
        let span = setting.value_span;
        hide(span.range(), text, span.source, sources);
        let long = setting.value.chars().count() >= 4 && !judge::is_masked(&setting.value);
        if long {
            hide_everywhere(&setting.value, text, span.source, sources);
        }
        let quoted = setting.value.replace('"', "\"\"");
        for (_, range) in call.definitions.iter().filter(|(it, _)| {
            quoted.contains(it) || setting.value.contains(it) || it.starts_with(&setting.value)
        }) {
            hide(range.clone(), text, span.source, sources);
        }
    }
    for span in &call.elsewhere {
        hide(span.range(), text, span.source, sources);
    }
}

/// Covers a place, and what stands there wherever else it does.
pub(super) fn hide(range: Range<usize>, text: &str, source: SourceId, sources: &mut Sources) {
    if range.is_empty() {
        return;
    }
    sources.veil(Span { source, start: range.start as u32, end: range.end as u32 });
    let shown = text[range].trim_matches(['"', '\'']);
    if shown.chars().count() >= 4 && !shown.contains('%') && !shown.contains('$') {
        hide_everywhere(shown, text, source, sources);
    }
}

fn hide_everywhere(value: &str, text: &str, source: SourceId, sources: &mut Sources) {
    // A name that stood where a password was expected says nothing.
    if is_property(value) {
        return;
    }
    for (at, found) in text.match_indices(value) {
        sources.veil(Span { source, start: at as u32, end: (at + found.len()) as u32 });
    }
}

/// The values behind everything in a text that sounds like a password and an equals sign.
fn written_out(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (equals, _) in text.match_indices('=') {
        let before = text[..equals].trim_end_matches([' ', '\t']);
        let is_part = |it: char| it.is_ascii_alphanumeric() || it == '_';
        let name = &before[before
            .rfind(|it| !is_part(it))
            .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8))..];
        // No name is longer, and a hostile text must not be searched again and again.
        if name.is_empty() || name.len() > 80 || !is_secret(name) {
            continue;
        }
        let rest = &text[equals + 1..];
        let from = equals + 1 + rest.len() - rest.trim_start_matches([' ', '\t', '`', '\'']).len();
        let rest = &text[from..];
        let length = match rest.strip_prefix('"') {
            Some(inner) => inner.find(['"', '\n']).map_or(rest.len(), |it| it + 2),
            None => rest.find([' ', '\t', '\r', '\n', '"', '\'']).unwrap_or(rest.len()),
        };
        let length = length.min(rest.len());
        found.push(from..from + length);
    }
    found
}

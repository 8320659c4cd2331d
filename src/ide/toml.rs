//! The keys of a values file with their places, also of one with mistakes.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

/// A key of a values file, or of its table `[secrets]`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Key {
    /// The name.
    pub name: String,
    /// Whether it stands under `[secrets]`.
    pub secret: bool,
    /// Where the name stands.
    pub range: Range<u32>,
    /// Its value.
    pub value: Range<u32>,
}

/// The keys in the order of the text.
#[must_use]
pub fn keys(text: &str) -> Vec<Key> {
    let span = |it: Range<usize>| it.start as u32..it.end as u32;
    let (table, _) = DeTable::parse_recoverable(text);
    let mut keys = Vec::new();
    for (name, value) in table.get_ref() {
        if name.get_ref() == "secrets"
            && let DeValue::Table(secrets) = value.get_ref()
        {
            for (name, value) in secrets {
                keys.push(Key {
                    name: name.get_ref().to_string(),
                    secret: true,
                    range: span(name.span()),
                    value: span(value.span()),
                });
            }
            continue;
        }
        keys.push(Key {
            name: name.get_ref().to_string(),
            secret: false,
            range: span(name.span()),
            value: span(value.span()),
        });
    }
    keys.sort_by_key(|it| it.range.start);
    keys
}

/// Whether an offset lies in the table `[secrets]`, told from the headers above it.
#[must_use]
pub fn in_secrets(text: &str, offset: u32) -> bool {
    let before = &text[..offset as usize];
    let header = before.lines().rev().map(str::trim).find(|it| it.starts_with('['));
    header.is_some_and(|it| it.trim_start_matches('[').trim_start().starts_with("secrets"))
}

//! The files of most customers: nothing in them must be hidden, which is seen from their tables alone.

use toml::de::{DeTable, DeValue};

use super::SOURCES;

/// Whether nothing of a file is to be hidden: its one table is `[secrets]`, each secret has one of the four words with a
/// text in plain quotes, on one line, and no comment looks like a line that was commented out.
pub(super) fn is_plain(text: &str, table: &DeTable<'_>) -> bool {
    let mut comments = text.match_indices('#').filter_map(|(at, _)| text[at..].split('\n').next());
    !comments.any(|it| it.contains('='))
        && table.iter().all(|(key, value)| match value.get_ref() {
            DeValue::Table(secrets) if key.get_ref() == "secrets" => {
                secrets.values().all(|it| is_source(&text[it.span()], it.get_ref()))
            }
            DeValue::Table(_) | DeValue::Array(_) => false,
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_) => key.get_ref() != "secrets",
        })
}

/// Whether a value is written `{ word = "text" }`, with no quotes in the text.
fn is_source(written: &str, value: &DeValue<'_>) -> bool {
    let DeValue::Table(table) = value else { return false };
    let Some(word) = table.keys().next().map(|it| it.get_ref().as_ref()) else { return false };
    let text = || {
        let pair = written.strip_prefix('{')?.strip_suffix('}')?.trim_matches(' ');
        let quoted = pair.strip_prefix(word)?.trim_start_matches(' ').strip_prefix('=')?;
        let quoted = quoted.trim_start_matches(' ');
        let within = |quote| quoted.strip_prefix(quote)?.strip_suffix(quote);
        within('"').or_else(|| within('\''))
    };
    SOURCES.contains(&word) && text().is_some_and(|it| !it.contains(['"', '\'', '\n']))
}

#[cfg(test)]
mod tests {
    use toml::de::DeTable;

    use super::super::{secrets, statement};
    use super::is_plain;

    /// Whether a file is plain, after a look that nothing is hidden in one that is.
    fn judged(text: &str) -> bool {
        let plain = DeTable::parse(text).is_ok_and(|it| is_plain(text, it.get_ref()));
        let hidden = secrets::hidden(text, &statement::statements(text));
        assert!(!plain || hidden.is_empty(), "{hidden:?} is hidden in\n{text}");
        plain
    }

    #[test]
    fn nothing_is_hidden_in_a_plain_file() {
        let example = include_str!("../../../examples/contoso.toml");
        assert!(judged(example));
        assert!(!judged(&example.replace("{ env = \"MIM_SERVICE_PASSWORD\" }", "\"Pa55w0rd\"")));
        assert!(!judged(&example.replace("[secrets]", "[secret]")));
        assert!(!judged(&format!("{example}# old_password = \"Pa55w0rd\"\n")));
        // Parts of it elsewhere, or twice, or not at all.
        let parts: Vec<&str> = example.split_inclusive(|it: char| !it.is_alphanumeric()).collect();
        let more =
            ["#", "=", "\"", "'", "{", "}", "\n", "[", ".", "secrets", "value", " ", "\"\"\""];
        let mut plain = 0;
        let mut seed = 1_u64;
        let mut below = |limit: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 33) as usize % limit
        };
        for _ in 0..5_000 {
            let mut changed = parts.clone();
            for _ in 0..=below(3) {
                let at = below(changed.len());
                match below(3) {
                    0 => drop(changed.remove(at)),
                    1 => changed.insert(at, parts[below(parts.len())]),
                    _ => changed.insert(at, more[below(more.len())]),
                }
            }
            plain += usize::from(judged(&changed.concat()));
        }
        assert!((100..4_900).contains(&plain), "{plain} of them were plain");
    }
}

//! The statements of a values file, also of one that is not quite TOML.

use std::ops::Range;

use toml::de::DeTable;

use super::secrets::is_like;

/// One `key = value` or `[table]`, with the lines that belong to it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Statement {
    /// From its first letter to its last, a comment behind it included.
    pub(super) range: Range<usize>,
    /// The words of its key, those of the table above it first; of a header, the table's.
    pub(super) path: Vec<String>,
    /// The key as written, without that of the table.
    pub(super) key: Range<usize>,
    /// What it is.
    pub(super) kind: Kind,
}

/// What a [`Statement`] is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// `[table]`.
    Header,
    /// `key = value`, with all that follows the `=`.
    Pair(Range<usize>),
    /// Neither: there is no `=` after the first word.
    Neither,
}

/// Brackets that nothing closes must not make the search for their ends endless.
const TRIES: u32 = 2000;

/// The statements of a file, in order. Of a file without a mistake they are exactly TOML's.
pub(super) fn statements(text: &str) -> Vec<Statement> {
    let mut statements = Vec::new();
    let mut table: Vec<String> = Vec::new();
    let mut tries = TRIES;
    let mut at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    while at < text.len() {
        let end = line_end(text, at);
        let start = at + blanks(&text[at..end]);
        let line = text[start..end].trim_end();
        if line.is_empty() || line.starts_with('#') {
            at = end + 1;
            continue;
        }
        let (statement, end) = if line.starts_with('[') {
            let (path, key) =
                key_path(text, start + line.len() - line.trim_start_matches('[').len());
            let path = table_meant(path, line);
            table.clone_from(&path);
            let range = start..start + line.len();
            (Statement { range, path, key, kind: Kind::Header }, end)
        } else {
            let (mut statement, end) = pair(text, start, end, &table, &mut tries);
            if is_header_without_brackets(text, &statement) {
                statement.kind = Kind::Header;
                statement.path.drain(..table.len());
                table.clone_from(&statement.path);
            }
            (statement, end)
        };
        statements.push(statement);
        at = end + 1;
    }
    statements
}

/// The table that a header names; also `['secrets]` and `[sec"rets]` begin the table of secrets.
fn table_meant(path: Vec<String>, line: &str) -> Vec<String> {
    if path.first().is_some_and(|word| is_like(word)) {
        return path;
    }
    let inner = line.split(']').next().unwrap_or(line);
    let letters: String = inner.chars().filter(char::is_ascii_alphanumeric).collect();
    if is_like(&letters) { vec![letters] } else { path }
}

/// Whether a line is `secrets]`, `secrets:` or `secrets`: below it stand secrets, whatever else is wrong.
fn is_header_without_brackets(text: &str, statement: &Statement) -> bool {
    let is_alone = matches!(text[statement.key.end..statement.range.end].trim(), "" | "]" | ":");
    let [.., word] = statement.path.as_slice() else { return false };
    statement.kind == Kind::Neither && is_alone && is_like(word)
}

/// A `key = value` that begins at `start`, on a line that ends at `end`; and the end of the last line that it takes.
fn pair(
    text: &str,
    start: usize,
    end: usize,
    table: &[String],
    tries: &mut u32,
) -> (Statement, usize) {
    let (words, key) = key_path(text, start);
    let path = [table, words.as_slice()].concat();
    let after = key.end + blanks(&text[key.end..end]);
    if !text[after..end].starts_with('=') || key.is_empty() {
        // A word may end in a blank that TOML does not know, such as a line separator of Unicode.
        let last = (start + text[start..end].trim_end().len()).max(key.end);
        return (Statement { range: start..last, path, key, kind: Kind::Neither }, end);
    }
    let value = after + 1 + blanks(&text[after + 1..end]);
    let is_secret = || path.first().is_some_and(|table| is_like(table));
    let quotes = ["\"\"\"", "'''"].into_iter().find(|it| text[value..].starts_with(it));
    let end = match quotes.map(|quotes| closing(text, value + quotes.len(), quotes)) {
        None => last_line_end(text, start, value, end, tries),
        Some(closed) if closed < text.len() => line_end(text, closed),
        // All that follows may be part of the secret.
        Some(closed) if is_secret() => closed,
        Some(_) => end,
    };
    let range = start..start + text[start..end].trim_end().len();
    let value = value.min(range.end)..range.end;
    (Statement { range, path, key, kind: Kind::Pair(value) }, end)
}

/// Where quotes close that were opened before `at`; the end of the text if nowhere.
fn closing(text: &str, at: usize, quotes: &str) -> usize {
    text[at..].find(quotes).map_or(text.len(), |found| at + found)
}

/// The end of the line on which a value ends: another line only for arrays and tables that can be read.
fn last_line_end(text: &str, start: usize, value: usize, end: usize, tries: &mut u32) -> usize {
    const MOST: u32 = 50;
    if !text[value..].starts_with(['[', '{']) || closes_at_once(&text[value..end]) {
        return end;
    }
    let mut last = end;
    for _ in 0..MOST.min(*tries) {
        *tries -= 1;
        if DeTable::parse(&text[start..last]).is_ok() {
            return last;
        }
        if last >= text.len() {
            break;
        }
        last = line_end(text, last + 1);
    }
    end
}

/// Whether a table in braces plainly ends on its line, as most secrets' sources do: no further line can belong to it,
/// whatever is in it, and nothing has to be parsed to know that.
fn closes_at_once(value: &str) -> bool {
    let value = value.trim_end();
    if !value.starts_with('{') || !value.ends_with('}') || value.contains("\"\"\"") {
        return false;
    }
    let (mut is_text, mut brackets) = (false, 0);
    let mut signs = value.bytes();
    while let Some(sign) = signs.next() {
        match sign {
            b'"' => is_text = !is_text,
            b'\\' if is_text => {
                signs.next();
            }
            _ if is_text => {}
            b'{' | b'}' | b'[' | b']' => brackets += 1,
            b'\'' | b'\\' | b'#' => return false,
            _ => {}
        }
    }
    brackets == 2 && !is_text
}

/// The words of a key with dots, unquoted, and its range.
fn key_path(text: &str, start: usize) -> (Vec<String>, Range<usize>) {
    const ENDS: &[char] =
        &[' ', '\t', '\r', '\n', '.', '=', ':', '[', ']', '#', ',', '{', '}', '"', '\'', ';'];
    let mut words = Vec::new();
    let mut at = start + blanks(&text[start..]);
    let begin = at;
    let mut end = at;
    loop {
        let rest = &text[at..];
        let quote = rest.chars().next().filter(|char| matches!(char, '"' | '\''));
        let (word, length) = if let Some(quote) = quote {
            let line = &rest[1..line_end(rest, 0)];
            line.find(quote).map_or(("", 0), |length| (&line[..length], length + 2))
        } else {
            let ends = |it: char| !it.is_ascii_alphanumeric() && ENDS.contains(&it);
            let length = rest.find(ends).unwrap_or(rest.len());
            (&rest[..length], length)
        };
        if length == 0 {
            break;
        }
        words.push(word.to_owned());
        end = at + length;
        at = end + blanks(&text[end..]);
        if !text[at..].starts_with('.') {
            break;
        }
        at += 1 + blanks(&text[at + 1..]);
    }
    (words, begin..end)
}

/// The blanks at the beginning of a text.
pub(super) fn blanks(text: &str) -> usize {
    text.len() - text.trim_start_matches([' ', '\t']).len()
}

fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |length| at + length)
}

/// The range of the text in quotes around a place of a value, quotes included.
pub(super) fn string_at(text: &str, value: &Range<usize>, at: usize) -> Option<Range<usize>> {
    let mut start = None;
    let mut quote = '"';
    let mut is_escaped = false;
    for (offset, char) in text[value.clone()].char_indices() {
        let here = value.start + offset;
        match start {
            None if matches!(char, '"' | '\'') => {
                quote = char;
                start = Some(here);
            }
            Some(_) if is_escaped => is_escaped = false,
            Some(_) if char == '\\' && quote == '"' => is_escaped = true,
            Some(begin) if char == quote => {
                if begin <= at && at <= here {
                    return Some(begin..here + 1);
                }
                start = None;
            }
            None | Some(_) => {}
        }
    }
    None
}

/// The end of a value without quotes: before a comment, and the blanks before that.
pub(super) fn value_end(text: &str, value: &Range<usize>) -> usize {
    let bare = &text[value.clone()];
    let end = bare.find(" #").or_else(|| bare.find("\t#")).unwrap_or(bare.len());
    value.start + bare[..end].trim_end().len()
}

/// The first place at or after an offset where a letter begins.
pub(super) fn ceil(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at += 1;
    }
    at
}

/// The last place at or before an offset where a letter begins.
pub(super) fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

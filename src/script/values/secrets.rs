//! The table `[secrets]`: where each secret comes from, and the care for what must not be shown.
//!
//! What is hidden is decided on the text, before anything is understood of it, and rather too much than too little:
//! below `[secrets]` everything is hidden but the names, and the texts behind the four words for a source.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use crate::diagnostic::{Applicability, Diagnostic, nearest};
use crate::source::{Sources, Span};

use super::file::{File, text_span};
use super::statement::{Kind, Statement, blanks};
use super::{
    GivenSecret, SOURCES, SecretSource, VALUES_NAME, VALUES_SECRET, VALUES_SECRET_SOURCE,
    VALUES_SYNTAX, Values, checked_name, give_broken,
};

/// The four ways to write a source.
pub(super) const HOW: &str =
    "`{ env = \"…\" }`, `{ file = \"…\" }`, `{ prompt = \"…\" }` or `{ credential = \"…\" }`";

/// Whether a table of this name was meant to be the table of secrets.
pub(super) fn is_like(table: &str) -> bool {
    const MEANT: &[&str] = &["password", "passwords", "credential", "credentials"];
    const NOT_MEANT: &[&str] = &["server", "servers", "service", "services"];
    if table == "secrets" {
        return true;
    }
    let table = table.to_ascii_lowercase();
    let is_near = nearest(&table, ["secrets"]).is_some() && !NOT_MEANT.contains(&table.as_str());
    is_near || MEANT.contains(&table.as_str())
}

/// Reads the table of secrets.
pub(super) fn read(
    file: &File<'_>,
    table: &DeTable<'_>,
    sources: &mut Sources,
    values: &mut Values,
    out: &mut Vec<Diagnostic>,
) {
    for (key, value) in table {
        let key_span = file.span(key.span());
        let name = match checked_name(key.get_ref(), key_span, "secret", out) {
            Ok(name) => Some((name, true)),
            Err(meant) => meant.map(|name| (name, false)),
        };
        let span = file.span(value.span());
        let source = if let DeValue::Table(table) = value.get_ref() {
            Whole { file, name: key.get_ref(), span }.source(table, sources, out)
        } else {
            sources.veil(span);
            out.push(finding(file, key.get_ref(), span));
            // Perhaps it is a parameter that stands below `[secrets]` by mistake.
            let parameter = name.as_ref().map(|(name, _)| name.clone());
            give_broken(parameter, Some(key_span), span, values);
            None
        };
        match name {
            Some((name, true)) => give(file, name, key_span, span, source, values),
            // Of a name that was reported, the one that was probably meant is not missing.
            Some((name, false)) if !values.secrets.contains_key(&name) => {
                give(file, name, key_span, span, None, values);
            }
            Some(_) | None => {}
        }
    }
}

/// Reads a table that was meant to be that of secrets, or a value in its place.
pub(super) fn misplaced(
    file: &File<'_>,
    key: &Spanned<DeString<'_>>,
    value: &Spanned<DeValue<'_>>,
    sources: &mut Sources,
    values: &mut Values,
    out: &mut Vec<Diagnostic>,
) {
    let name = key.get_ref();
    let span = file.span(key.span());
    match value.get_ref() {
        DeValue::Table(table) => {
            let message =
                format!("`[{name}]` is a table, and a values file has only the table `[secrets]`");
            let mut finding = Diagnostic::new(&VALUES_NAME, span, message);
            finding.label("did you mean `secrets`?");
            finding.help("write `[secrets]`");
            finding.fix("rename it to `secrets`", Applicability::Always, span, "secrets");
            out.push(finding);
            read(file, table, sources, values, out);
        }
        DeValue::Array(tables) => {
            let mut finding = Diagnostic::new(
                &VALUES_SYNTAX,
                span,
                format!("`{name}` is a list, and the secrets are one table"),
            );
            finding.label("expected the table `[secrets]`");
            finding.help("write `[secrets]`, in single brackets");
            let around = Span { start: span.start.saturating_sub(2), end: span.end + 2, ..span };
            let brackets =
                file.text.get(around.range()).filter(|text| *text == format!("[[{name}]]"));
            if let (Some(_), [_]) = (brackets, tables.iter().as_slice()) {
                finding.fix("write `[secrets]`", Applicability::Always, around, "[secrets]");
            }
            out.push(finding);
            for table in tables.iter().filter_map(|table| table.get_ref().as_table()) {
                read(file, table, sources, values, out);
            }
        }
        DeValue::String(_)
        | DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_) => {
            let at = file.span(value.span());
            sources.veil(at);
            let message = format!("`{name}` is a value, where the table of secrets belongs");
            let mut finding = Diagnostic::new(&VALUES_SECRET, at, message);
            finding.label("expected the table `[secrets]`");
            finding.help(format!("write `[secrets]`, and below it for each secret {HOW}"));
            out.push(finding);
        }
    }
}

/// Enters a secret; the later one wins.
pub(super) fn give(
    file: &File<'_>,
    name: String,
    key: Span,
    span: Span,
    source: Option<SecretSource>,
    values: &mut Values,
) {
    let overridden = match values.secrets.remove(&name) {
        Some(before) => std::iter::once(before.span).chain(before.overridden).collect(),
        None => Vec::new(),
    };
    let base = file.base.to_path_buf();
    values.secrets.insert(name, GivenSecret { key, span, source, base, overridden });
}

/// The finding about a statement that gives a secret's value where its source belongs.
pub(super) fn written_out(file: &File<'_>, statement: &Statement) -> Option<Diagnostic> {
    let (Kind::Pair(value), [table, name]) = (&statement.kind, statement.path.as_slice()) else {
        return None;
    };
    if !is_like(table) || file.text[value.clone()].starts_with('{') || value.is_empty() {
        return None;
    }
    Some(finding(file, name, file.span(value.clone())))
}

/// The finding about a secret's value that stands at `span`.
fn finding(file: &File<'_>, name: &str, span: Span) -> Diagnostic {
    let message = format!("the value of the secret `{name}` stands in the values file");
    let mut finding = Diagnostic::new(&VALUES_SECRET, span, message);
    finding.label("the value itself, where its source belongs");
    let variable = variable_for(name);
    let source = format!("{{ env = \"{variable}\" }}");
    finding.help(format!(
        "write where it comes from: `{name} = {source}`, or `file`, `prompt` or `credential`"
    ));
    finding.help("change the secret: everybody who has this file knows it");
    finding.help("if it is a parameter and no secret, move the line above `[secrets]`");
    // Only what is written like a value is replaced; a table's header stays.
    if !file.text[span.range()].starts_with('[') {
        let title = format!("take it from the environment variable `{variable}`");
        finding.fix(title, Applicability::Review, span, source);
    }
    finding
}

fn variable_for(name: &str) -> String {
    let upper = name.to_ascii_uppercase();
    upper.chars().map(|char| if char.is_ascii_alphanumeric() { char } else { '_' }).collect()
}

/// One secret's table.
struct Whole<'a> {
    file: &'a File<'a>,
    name: &'a str,
    span: Span,
}

impl Whole<'_> {
    fn source(
        &self,
        table: &DeTable<'_>,
        sources: &mut Sources,
        out: &mut Vec<Diagnostic>,
    ) -> Option<SecretSource> {
        let is_known = |key: &str| SOURCES.contains(&key);
        let mut known: Vec<_> = table.iter().filter(|(key, _)| is_known(key.get_ref())).collect();
        known.sort_by_key(|(key, _)| key.span().start);
        let unknown = table.iter().filter(|(key, _)| !is_known(key.get_ref()));
        let before = out.len();
        for (key, value) in unknown {
            self.unknown(key, value, &known, sources, out);
        }
        match known.as_slice() {
            [] if out.len() > before => None,
            [] => {
                let name = self.name;
                let mut finding = say(self.span, format!("the secret `{name}` names no source"));
                finding.label("expected one of `env`, `file`, `prompt` and `credential`");
                finding.help(format!("write `{name} = {{ env = \"{}\" }}`", variable_for(name)));
                out.push(finding);
                None
            }
            [(key, value)] => self.text(key, value, sources, out),
            [(first, _), (second, _), ..] => {
                let (one, two) = (first.get_ref(), second.get_ref());
                let message =
                    format!("the secret `{}` has two sources, `{one}` and `{two}`", self.name);
                let mut finding = say(self.file.span(second.span()), message);
                finding.label("a second source");
                finding.relate(self.file.span(first.span()), "the first source");
                finding.help("keep the one that is right");
                out.push(finding);
                None
            }
        }
    }

    /// A word that is none of the four.
    fn unknown(
        &self,
        key: &Spanned<DeString<'_>>,
        value: &Spanned<DeValue<'_>>,
        known: &[(&Spanned<DeString<'_>>, &Spanned<DeValue<'_>>)],
        sources: &mut Sources,
        out: &mut Vec<Diagnostic>,
    ) {
        let word = key.get_ref();
        let span = self.file.span(key.span());
        let at = self.file.span(value.span());
        let meant = match meaning(word) {
            Meaning::Source(meant) => Some(meant),
            Meaning::Value => {
                sources.veil(at);
                out.push(finding(self.file, self.name, at));
                return;
            }
            Meaning::Unknown => {
                sources.veil(at);
                None
            }
        };
        let is_plain =
            word.len() <= 20 && word.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
        let shown = if is_plain { format!("`{word}`") } else { "a key".to_owned() };
        let mut finding = say(span, format!("{shown} of the secret `{}` is no source", self.name));
        finding.label("expected `env`, `file`, `prompt` or `credential`");
        match meant.filter(|meant| known.iter().all(|(key, _)| key.get_ref() != meant)) {
            Some(meant) => {
                finding.help(format!("did you mean `{meant}`?"));
                let applicability = if nearest(word, SOURCES).is_some() {
                    Applicability::Always
                } else {
                    Applicability::Review
                };
                finding.fix(format!("write `{meant}`"), applicability, span, meant);
            }
            None => {
                finding.help(format!("write {HOW}"));
            }
        }
        out.push(finding);
    }

    /// The text behind one of the four words.
    fn text(
        &self,
        key: &Spanned<DeString<'_>>,
        value: &Spanned<DeValue<'_>>,
        sources: &mut Sources,
        out: &mut Vec<Diagnostic>,
    ) -> Option<SecretSource> {
        let (word, name) = (key.get_ref(), self.name);
        let span = self.file.span(value.span());
        let Some(text) = value.get_ref().as_str() else {
            sources.veil(span);
            let message = format!("`{word}` of the secret `{name}` is not a text");
            let mut finding = say(span, message);
            finding.label("expected a text in quotes");
            finding.help(format!("write {}", example(word, name)));
            out.push(finding);
            return None;
        };
        if text.trim().is_empty() {
            let mut finding = say(span, format!("`{word}` of the secret `{name}` is empty"));
            finding.label("expected a text");
            finding.help(format!("write {}", example(word, name)));
            out.push(finding);
            return None;
        }
        let inner = text_span(self.file, span, text);
        if text.contains(char::is_control) {
            let message = format!("`{word}` of the secret `{name}` has a control character");
            let mut finding = say(inner, message);
            finding.label("perhaps a backslash that began an escape");
            finding.help(
                "write the text on one line, in single quotes, where a backslash is a backslash",
            );
            out.push(finding);
            return None;
        }
        let text = text.to_owned();
        match word.as_ref() {
            "env" if is_variable(&text) => Some(SecretSource::Environment(text)),
            "env" => {
                out.push(self.no_variable(&text, inner, sources));
                None
            }
            "file" => Some(SecretSource::File(text)),
            "prompt" => Some(SecretSource::Prompt(text)),
            _ => Some(SecretSource::Credential(text)),
        }
    }

    /// A text that is no variable's name: the name as a shell writes it, or perhaps the value itself.
    fn no_variable(&self, text: &str, span: Span, sources: &mut Sources) -> Diagnostic {
        let name = self.name;
        let message = format!("`env` of the secret `{name}` is not the name of a variable");
        let mut finding = say(span, message);
        if let Some(bare) = bare_variable(text) {
            finding.label("the variable's value in a shell, not its name");
            finding.help(format!("write the name alone: `{bare}`"));
            finding.fix(format!("write `{bare}`"), Applicability::Always, span, bare);
        } else {
            sources.veil(span);
            finding.label("expected letters, digits and `_`");
            let example = example("env", name);
            finding.help(format!(
                "write the name of a variable, {example}; the secret itself does not belong here"
            ));
        }
        finding
    }
}

fn say(span: Span, message: String) -> Diagnostic {
    Diagnostic::new(&VALUES_SECRET_SOURCE, span, message)
}

fn example(word: &str, name: &str) -> String {
    match word {
        "env" => format!("`env = \"{}\"`", variable_for(name)),
        "file" => format!("`file = \"secrets/{name}.txt\"`"),
        "prompt" => "`prompt = \"Password of the service account\"`".to_owned(),
        _ => format!("`credential = \"{name}\"`"),
    }
}

/// What a word in a secret's table was meant to say.
enum Meaning {
    /// One of the four sources.
    Source(&'static str),
    /// That the secret itself follows.
    Value,
    /// Nobody knows.
    Unknown,
}

fn meaning(word: &str) -> Meaning {
    const VALUES: [&str; 8] =
        ["value", "password", "passwort", "pass", "pwd", "secret", "plain", "literal"];
    if let Some(source) = SOURCES.into_iter().find(|it| *it == word) {
        return Meaning::Source(source);
    }
    let word = word.to_ascii_lowercase();
    match word.as_str() {
        "environment" | "variable" | "var" => return Meaning::Source("env"),
        "path" => return Meaning::Source("file"),
        "ask" | "question" => return Meaning::Source("prompt"),
        _ => {}
    }
    let near = nearest(&word, SOURCES.into_iter().chain(VALUES));
    match near.and_then(|near| SOURCES.into_iter().find(|source| *source == near)) {
        Some(source) => Meaning::Source(source),
        None if near == Some(&word) => Meaning::Value,
        None => Meaning::Unknown,
    }
}

fn is_variable(text: &str) -> bool {
    text.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The name in `%NAME%`, `$env:NAME`, `${NAME}` or `$NAME`.
fn bare_variable(text: &str) -> Option<&str> {
    let percent = text.strip_prefix('%').and_then(|rest| rest.strip_suffix('%'));
    let braces = || text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    let powershell = || text.strip_prefix("$env:");
    // A password may begin with `$`; a variable behind it is in capitals.
    let shell = || {
        text.strip_prefix('$').filter(|name| !name.bytes().any(|byte| byte.is_ascii_lowercase()))
    };
    let name = percent.or_else(braces).or_else(powershell).or_else(shell)?;
    is_variable(name).then_some(name)
}

/// What must not be shown of a file.
pub(super) fn hidden(text: &str, statements: &[Statement]) -> Vec<Range<usize>> {
    let mut hidden = Vec::new();
    hide_in_comments(text, statements, &mut hidden);
    for statement in statements {
        // `password = "…"` at the top is a parameter as any other.
        if let (Kind::Pair(value), [name]) = (&statement.kind, statement.path.as_slice())
            && name != "secrets"
            && !text[value.clone()].starts_with('{')
        {
            continue;
        }
        if !statement.path.first().is_some_and(|table| is_like(table)) {
            continue;
        }
        let value = match &statement.kind {
            Kind::Header => {
                let end = statement.key.end;
                let rest = text[end..statement.range.end].trim_start_matches([']', ':', ' ', '\t']);
                // A line that ran into the header's.
                if !rest.starts_with('#') {
                    hide(text, statement.range.end - rest.len()..statement.range.end, &mut hidden);
                }
                continue;
            }
            Kind::Neither => {
                hidden.push(statement.range.clone());
                continue;
            }
            Kind::Pair(value) => value.clone(),
        };
        let is_open = text[value.clone()].starts_with(['"', '\'']);
        let is_table = text[value.clone()].starts_with('{');
        match statement.path.as_slice() {
            [_] | [_, _] if is_table => hide_in_table(text, value, &mut hidden),
            [_, _, word] if is_open && is_source(word) && string_end(text, &value).is_some() => {
                let end = string_end(text, &value).unwrap_or(value.end);
                if !text[end..value.end].trim_start().starts_with('#') {
                    hide(text, end..value.end, &mut hidden);
                }
            }
            _ => hide_to_close(text, value, &mut hidden),
        }
    }
    hidden
}

/// Hides what looks like a line that was commented out.
fn hide_in_comments(text: &str, statements: &[Statement], hidden: &mut Vec<Range<usize>>) {
    let mut headers = statements.iter().filter(|it| it.kind == Kind::Header).peekable();
    while let Some(header) = headers.next() {
        if !header.path.first().is_some_and(|table| is_like(table)) {
            continue;
        }
        let end = headers.peek().map_or(text.len(), |next| next.range.start);
        let mut at = header.range.start;
        for line in text[at..end].split_inclusive('\n') {
            let comment = line.find('#').unwrap_or(line.len());
            if let Some(equals) = line[comment..].find('=') {
                let start = at + comment + equals + 1;
                let value = start + blanks(&text[start..])..at + line.len();
                if text[value.clone()].starts_with('{') {
                    hide_in_table(text, value, hidden);
                } else {
                    hide(text, value, hidden);
                }
            }
            at += line.len();
        }
    }
}

fn is_source(word: &str) -> bool {
    matches!(meaning(word), Meaning::Source(_))
}

fn hide(text: &str, range: Range<usize>, hidden: &mut Vec<Range<usize>>) {
    let part = &text[range.clone()];
    let start = range.start + (part.len() - part.trim_start().len());
    let end = start + part.trim().len();
    if start < end {
        hidden.push(start..end);
    }
}

/// A text in three quotes that is never closed is hidden up to the end of the file.
fn hide_to_close(text: &str, value: Range<usize>, hidden: &mut Vec<Range<usize>>) {
    let rest = &text[value.start..];
    let opens = ["\"\"\"", "'''"].into_iter().find(|quotes| rest.starts_with(quotes));
    let is_closed = opens.is_none_or(|quotes| rest[quotes.len()..].contains(quotes));
    let end = if is_closed { value.end } else { text.len() };
    hide(text, value.start..end, hidden);
}

/// Hides everything in a table but its punctuation, its words, and the texts behind a word for a source.
fn hide_in_table(text: &str, value: Range<usize>, hidden: &mut Vec<Range<usize>>) {
    let mut depth = 0;
    let mut at = value.start;
    while at < value.end {
        let rest = &text[at..value.end];
        let line_end = at + rest.find('\n').unwrap_or(rest.len());
        let char = rest.chars().next().expect("the rest is not empty");
        depth += i32::from(char == '{') - i32::from(char == '}');
        if depth == 0 && char == '#' {
            at = line_end;
            continue;
        }
        if char.is_whitespace() || matches!(char, '{' | '}' | ',') {
            at += char.len_utf8();
            continue;
        }
        let length = rest
            .find(|char: char| !char.is_ascii_alphanumeric() && char != '_' && char != '-')
            .unwrap_or(rest.len());
        let word = &rest[..length];
        let blanks = |at: usize| text[at..line_end].len() - text[at..line_end].trim_start().len();
        let mut next = at + length;
        next += blanks(next);
        let has_equals = text[next..line_end].starts_with('=');
        if has_equals {
            next += 1;
            next += blanks(next);
        }
        if length == 0 || !(has_equals || is_source(word)) {
            hide(text, at..line_end, hidden);
            at = line_end;
            continue;
        }
        if text[next..line_end].starts_with('{') {
            at = next;
            continue;
        }
        match string_end(text, &(next..line_end)) {
            Some(end) if is_source(word) => at = end,
            Some(end) => {
                hide(text, next..end, hidden);
                at = end;
            }
            None => {
                hide(text, next..line_end, hidden);
                at = line_end;
            }
        }
    }
}

/// The end of the text in quotes with which a range begins, if it is closed on its line.
fn string_end(text: &str, range: &Range<usize>) -> Option<usize> {
    let rest = &text[range.clone()];
    let quote = rest.chars().next().filter(|char| matches!(char, '"' | '\''))?;
    if rest.starts_with("\"\"\"") || rest.starts_with("'''") {
        return None;
    }
    let mut is_escaped = false;
    for (offset, char) in rest.char_indices().skip(1) {
        match char {
            '\n' => return None,
            _ if is_escaped => is_escaped = false,
            '\\' if quote == '"' => is_escaped = true,
            _ if char == quote => return Some(range.start + offset + 1),
            _ => {}
        }
    }
    None
}

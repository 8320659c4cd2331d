//! What to say of a statement that is not TOML: in the words of somebody who fills in values, with what to type instead.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use crate::diagnostic::{Applicability, Diagnostic};
use crate::model::format::echo;
use crate::source::Span;

use super::file::File;
use super::mend::Broken;
use super::secrets::HOW;
use super::statement::{Kind, Statement, blanks, ceil, floor, string_at, value_end};
use super::{VALUES_SYNTAX, name_finding, secrets};

/// Says what is wrong with one statement.
pub(super) struct Speaker<'a> {
    pub(super) file: &'a File<'a>,
    pub(super) statement: &'a Statement,
    pub(super) hidden: &'a [Range<usize>],
}

impl Speaker<'_> {
    /// The finding about a statement that cannot be read.
    pub(super) fn broken(&self) -> Option<Diagnostic> {
        let text = &self.file.text[self.statement.range.clone()];
        let value = match &self.statement.kind {
            Kind::Neither => return Some(self.neither()),
            Kind::Header => {
                let Complaint { what, expected, at } = complaint(text)?;
                return Some(self.header(&what, &expected, at + self.statement.range.start));
            }
            Kind::Pair(value) => value.clone(),
        };
        let Complaint { what, expected, at } = complaint(text)?;
        let at = at + self.statement.range.start;
        let subject = self.subject();
        if at < self.statement.key.end {
            return Some(self.wrong_key(&what, &expected));
        }
        if value.is_empty() || self.file.text[value.clone()].starts_with('#') {
            let key = self.statement.key.end;
            let equals = key + blanks(&self.file.text[key..]);
            return Some(self.say(
                equals..equals + 1,
                format!("{subject} has no value"),
                "expected a value after it",
                "write a text in quotes, a number, `true` or `false`, or leave the line out",
            ));
        }
        if self.is_hidden(&value) {
            return Some(self.hidden_value(value));
        }
        let first = self.file.text[value.clone()].chars().next();
        let is_bare = !matches!(first, Some('"' | '\'' | '[' | '{' | '='));
        Some(match what.as_str() {
            "missing escaped value"
            | "too few unicode value digits"
            | "value is out of range"
            | "unicode escape out of range"
            | "invalid unicode escape" => self.escape(value, at),
            "invalid basic string" | "invalid literal string" if at >= value.end => {
                self.unclosed(value)
            }
            "unexpected key or value" if !is_bare => self.more(value, at),
            "unexpected key or value" if matches!(self.rest(&value, at).1, ";" | ",") => {
                self.more(value, at)
            }
            "unclosed inline table" | "unclosed array" => self.unclosed_bracket(value),
            "extra `=`" => {
                let part = self.span(at..at + 1);
                let message = format!("{subject} is followed by two `=`");
                let mut finding = self.say(at..at + 1, message, "one too many", "leave it out");
                finding.fix("remove `=`", Applicability::Always, part, "");
                finding
            }
            _ if is_bare => self.unquoted(value),
            _ => {
                let end = (at + 1).min(self.statement.range.end).max(at);
                let part = floor(self.file.text, at)..ceil(self.file.text, end);
                if let Some(name) = self.secret() {
                    let message = format!("the source of the secret `{name}` cannot be read");
                    self.say(part, message, &expected, &format!("write {HOW}"))
                } else {
                    let message = format!("the value of {subject} cannot be read: {what}");
                    self.say(part, message, &expected, "write one `name = value` per line")
                }
            }
        })
    }

    /// What a statement that cannot be read was to give.
    pub(super) fn loss(&self) -> Loss {
        let statement = self.statement;
        let text = &self.file.text[statement.range.clone()];
        if COMMENTS.iter().any(|mark| text.starts_with(mark)) {
            return Loss::Nothing;
        }
        let (Some(name), false) = (statement.path.last(), statement.key.is_empty()) else {
            return Loss::Unknown;
        };
        let value = match &statement.kind {
            Kind::Pair(value) => value.clone(),
            Kind::Header => return Loss::Unknown,
            // The first word may be anything, below `[secrets]` even a part of a secret.
            Kind::Neither if KEYWORDS.contains(&name.as_str()) => return Loss::Unknown,
            Kind::Neither if self.is_hidden(&statement.key) => return Loss::Unknown,
            Kind::Neither => statement.range.clone(),
        };
        let (path, key) = (statement.path.clone(), statement.key.clone());
        Loss::Known(Broken { path, key, value })
    }

    /// The finding about a key or table that was there before.
    pub(super) fn twice(&self, first: &Statement) -> Diagnostic {
        let path = self.statement.path.join(".");
        let is_header = self.statement.kind == Kind::Header;
        let (message, help) = if is_header {
            let help = format!("move its lines below the first `[{path}]`");
            (format!("the table `[{path}]` begins twice"), help)
        } else {
            (format!("`{path}` is given twice"), "leave one of the two lines out".to_owned())
        };
        let mut finding = self.say(self.statement.key.clone(), message, "given again here", &help);
        finding.relate(self.file.span(first.key.clone()), "given here first");
        finding
    }

    fn say(&self, range: Range<usize>, message: String, label: &str, help: &str) -> Diagnostic {
        let mut finding = Diagnostic::new(&VALUES_SYNTAX, self.span(range), message);
        finding.label(label);
        if !help.is_empty() {
            finding.help(help);
        }
        finding
    }

    fn span(&self, range: Range<usize>) -> Span {
        self.file.span(range)
    }

    fn key(&self) -> String {
        self.statement.path.join(".")
    }

    /// The name of the secret that the statement is about.
    fn secret(&self) -> Option<&str> {
        match self.statement.path.as_slice() {
            [table, name, ..] if secrets::is_like(table) => Some(name),
            _ => None,
        }
    }

    /// What the statement gives a value to, as its author calls it.
    fn subject(&self) -> String {
        match self.secret() {
            Some(name) => format!("the secret `{name}`"),
            None => echo(&self.key()),
        }
    }

    /// A key that TOML does not take without quotes, and no parameter has.
    fn wrong_key(&self, what: &str, expected: &str) -> Diagnostic {
        let name = self.statement.path.last().cloned().unwrap_or_default();
        let role = if self.secret().is_some() { "secret" } else { "parameter" };
        let key = self.statement.key.clone();
        if let Some((finding, _)) = name_finding(&name, self.span(key.clone()), role) {
            return finding;
        }
        let message = format!("the key cannot be read: {what}");
        self.say(key, message, expected, "write the parameter's name")
    }

    fn header(&self, what: &str, expected: &str, at: usize) -> Diagnostic {
        let range = self.statement.range.clone();
        let table = self.key();
        if what == "unclosed table" {
            let message = format!("`[{table}` is not closed by `]`");
            let mut finding =
                self.say(range, message, "expected `]`", &format!("write `[{table}]`"));
            let end = self.span(at..at);
            finding.fix("close it with `]`", Applicability::Always, end, "]");
            return finding;
        }
        let text = &self.file.text[range.clone()];
        if !text.starts_with('[') {
            let message = format!("`{table}` begins no table: it has no brackets");
            let mut finding =
                self.say(range.clone(), message, "expected `[secrets]`", "write `[secrets]`");
            let span = self.span(range);
            finding.fix("write `[secrets]`", Applicability::Always, span, "[secrets]");
            return finding;
        }
        if text.matches(']').count() == 1 && !text.ends_with(']') {
            let end = self.statement.key.end;
            let rest = end + text[end - range.start..].find(']').map_or(0, |at| at + 1);
            let rest = rest + blanks(&self.file.text[rest..range.end]);
            let message = format!("something follows the table `[{table}]` on its line");
            return self.say(
                rest..range.end,
                message,
                "expected the end of the line",
                "begin a line for it",
            );
        }
        let message = format!("the table's name cannot be read: {what}");
        self.say(range, message, expected, "write `[secrets]`, the one table of a values file")
    }

    /// A line without `=`.
    fn neither(&self) -> Diagnostic {
        let range = self.statement.range.clone();
        let text = &self.file.text[range.clone()];
        for mark in COMMENTS {
            if text.starts_with(mark) && !self.is_hidden(&range) {
                let marks = range.start..range.start + mark.len();
                let mut finding = self.say(
                    marks.clone(),
                    format!("`{mark}` begins no comment in a values file"),
                    "expected `#`",
                    "begin the comment with `#`",
                );
                finding.fix("begin it with `#`", Applicability::Always, self.span(marks), "#");
                return finding;
            }
        }
        let key = self.statement.key.clone();
        if key.is_empty() {
            return self.say(
                range.start..ceil(self.file.text, range.start + 1),
                "a line begins with something that is no key".to_owned(),
                "expected the name of a parameter",
                "write one `name = value` per line",
            );
        }
        // Below `[secrets]`, the first word may be part of a secret.
        if self.is_hidden(&key) {
            return self.say(
                key,
                "a line below `[secrets]` has no `=` after its first word".to_owned(),
                "expected `name = { … }`",
                "write the secret's name, `=` and its source, such as `{ env = \"…\" }`",
            );
        }
        let name = self.statement.path.last().cloned().unwrap_or_default();
        let after = key.end + blanks(&self.file.text[key.end..range.end]);
        if self.file.text[after..range.end].starts_with(':') {
            let colon = after..after + 1;
            let message = format!("{} is followed by `:`, where `=` belongs", echo(&name));
            let mut finding = self.say(colon, message, "expected `=`", "write `=` between the two");
            let replaced = self.span(key.end..after + 1);
            finding.fix("write `=`", Applicability::Always, replaced, " =");
            return finding;
        }
        if KEYWORDS.contains(&name.as_str()) {
            let message = format!("`{name}` does not belong into a values file");
            let help = "begin the line with the parameter's name";
            let mut finding =
                self.say(key.clone(), message, "expected the name of a parameter", help);
            let span = self.span(key.start..after);
            finding.fix(format!("remove `{name}`"), Applicability::Always, span, "");
            return finding;
        }
        let message = format!("{} is not followed by `=`", echo(&name));
        self.say(key, message, "expected `=` after it", "write one `name = value` per line")
    }

    fn is_hidden(&self, part: &Range<usize>) -> bool {
        self.hidden.iter().any(|range| range.start < part.end && part.start < range.end)
    }

    /// A value that may be a secret's, of which nothing is shown.
    fn hidden_value(&self, value: Range<usize>) -> Diagnostic {
        if let Some(finding) = secrets::written_out(self.file, self.statement) {
            return finding;
        }
        let message = format!("the source of {} cannot be read", self.subject());
        self.say(
            value,
            message,
            "expected a source, such as `{ env = \"…\" }`",
            &format!("write {HOW}"),
        )
    }

    /// A backslash in double quotes that begins nothing.
    fn escape(&self, value: Range<usize>, at: usize) -> Diagnostic {
        let text = self.file.text;
        let backslash = text[value.start..at].rfind('\\').map_or(at, |found| value.start + found);
        if &text[backslash..value.end] == "\\\"" {
            return self.unclosed(value);
        }
        let end = ceil(text, (backslash + 2).min(value.end));
        let part = backslash..end;
        let message = format!(
            "a backslash in double quotes begins an escape, and `{}` is none",
            text[part.clone()].trim_end()
        );
        let mut finding = self.say(part, message, "expected an escape such as `\\\\`", "");
        // In `"D:\MIM\"` nothing closes the text, since the last backslash takes the quote away.
        let open = text[value.clone()].ends_with("\\\"").then_some(value.clone());
        let is_long = text[value.clone()].starts_with("\"\"\"");
        let literal = string_at(text, &value, at).or(open).filter(|_| !is_long);
        self.offer_single_quotes(&mut finding, literal);
        finding
    }

    /// Offers the literal in single quotes, unless backslashes in it were doubled on purpose.
    fn offer_single_quotes(&self, finding: &mut Diagnostic, literal: Option<Range<usize>>) {
        let inner = literal
            .clone()
            .map(|literal| self.file.text[literal.start + 1..literal.end - 1].to_owned())
            .filter(|inner| {
                !inner.contains('\'') && !inner.contains(r"\\") && !inner.contains("\\\"")
            });
        let (Some(inner), Some(literal)) = (inner, literal) else {
            finding.help("write the text in single quotes, where a backslash is a backslash");
            return;
        };
        let (span, literal) = (self.span(literal), format!("'{inner}'"));
        finding.help(format!(
            "write the text in single quotes, where a backslash is a backslash: {}",
            echo(&literal)
        ));
        finding.fix("write it in single quotes", Applicability::Always, span, literal);
    }

    /// A value without quotes that is neither number nor flag.
    fn unquoted(&self, value: Range<usize>) -> Diagnostic {
        let part = value.start..value_end(self.file.text, &value);
        let word = &self.file.text[part.clone()];
        let span = self.span(part.clone());
        let lower = word.to_ascii_lowercase();
        let (flag, applicability) = match lower.as_str() {
            "true" | "false" => (Some(lower.as_str()), Applicability::Always),
            "yes" | "on" => (Some("true"), Applicability::Review),
            "no" | "off" => (Some("false"), Applicability::Review),
            _ => (None, Applicability::Review),
        };
        if let Some(flag) = flag {
            let message = format!("`{word}` is no flag");
            let help = format!("write `{flag}` for a flag, or `'{word}'` for a text");
            let mut finding = self.say(part, message, "expected `true` or `false`", &help);
            finding.fix(format!("write `{flag}`"), applicability, span, flag);
            return finding;
        }
        if matches!(lower.as_str(), "null" | "nil" | "none") {
            let message = format!("`{word}` is no value");
            let help = format!("leave the line out if {} has no value", self.subject());
            return self.say(part, message, "expected a value", &help);
        }
        if word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_digit()) {
            let message = format!("the number of {} begins with 0", self.subject());
            let help = format!("write it without the 0, or as a text: `'{word}'`");
            return self.say(part, message, "expected a number without leading zeros", &help);
        }
        let alone = word.trim_end_matches([';', ',']);
        if alone.len() < word.len() && DeValue::parse(alone).is_ok() {
            return self.more(value.clone(), value.start + alone.len());
        }
        let word = alone;
        let bare = word.trim_matches(['“', '”', '„', '‘', '’', '«', '»', '"', '\'']);
        let is = if bare.len() == word.len() {
            "has no quotes"
        } else if word.starts_with(bare) || word.ends_with(bare) {
            "has only one quote"
        } else {
            "has typographic quotes"
        };
        let literal = quoted(bare);
        let message = format!("the text {} {is}", echo(word));
        let help = format!("write {}", echo(&literal));
        let mut finding = self.say(part, message, "expected a text in quotes", &help);
        finding.fix("write it in quotes", Applicability::Always, span, literal);
        finding
    }

    fn unclosed(&self, value: Range<usize>) -> Diagnostic {
        let text = &self.file.text[value.clone()];
        let quote = if text.starts_with('"') { '"' } else { '\'' };
        let subject = self.subject();
        if text.len() > 2 && text.starts_with('"') && text.ends_with("\\\"") {
            let last = value.end - 2..value.end;
            let message =
                format!("the text of {subject} is not closed: `\\\"` is a quote within it");
            let mut finding = self.say(last, message, "expected `\"`", "");
            self.offer_single_quotes(&mut finding, Some(value));
            return finding;
        }
        let message = format!("the text of {subject} is not closed by `{quote}`");
        let help = format!("write `{quote}` after its last letter");
        let end = self.span(value.end..value.end);
        let mut finding =
            self.say(value, message, &format!("expected `{quote}` at its end"), &help);
        finding.fix(format!("close it with `{quote}`"), Applicability::Review, end, quote);
        finding
    }

    /// What follows a value that ends at `at`, without a comment.
    fn rest(&self, value: &Range<usize>, at: usize) -> (Range<usize>, &str) {
        let text = self.file.text;
        let start = at + blanks(&text[at..value.end]);
        let end = text[start..value.end].find('#').map_or(value.end, |found| start + found);
        let rest = text[start..end].trim_end();
        (start..start + rest.len(), rest)
    }

    /// Something after the value.
    fn more(&self, value: Range<usize>, at: usize) -> Diagnostic {
        let (part, rest) = self.rest(&value, at);
        let subject = self.subject();
        let span = self.span(part.clone());
        if matches!(rest, ";" | ",") {
            let message = format!("the value of {subject} is followed by `{rest}`");
            let help = format!("leave the `{rest}` out");
            let mut finding = self.say(part, message, "expected the end of the line", &help);
            finding.fix(format!("remove `{rest}`"), Applicability::Always, span, "");
            return finding;
        }
        let whole = &self.file.text[value.start..part.end];
        let message = format!("something follows the value of {subject}");
        let mut finding = self.say(part.clone(), message, "expected the end of the line", "");
        // 'Contoso's portal'
        let inner = whole.strip_prefix('\'').and_then(|whole| whole.strip_suffix('\''));
        if let Some(inner) = inner.filter(|_| rest.len() > 1 && !rest.starts_with('\'')) {
            let literal = quoted(inner);
            finding
                .help(format!("write a text with `'` in it in double quotes: {}", echo(&literal)));
            let span = self.span(value.start..part.end);
            finding.fix("write it in double quotes", Applicability::Review, span, literal);
        } else {
            finding.help("write one `name = value` per line, and a text in one pair of quotes");
        }
        finding
    }

    fn unclosed_bracket(&self, value: Range<usize>) -> Diagnostic {
        let is_table = self.file.text[value.start..].starts_with('{');
        let (open, close) = if is_table { ('{', '}') } else { ('[', ']') };
        let line = self.span(value.end..value.end);
        let mut finding = self.say(
            value.start..value.start + 1,
            format!("the `{open}` of {} is not closed", self.subject()),
            &format!("expected `{close}` at the end of the line"),
            &format!("close it with `{close}`"),
        );
        finding.fix(
            format!("close it with `{close}`"),
            Applicability::Review,
            line,
            format!(" {close}"),
        );
        finding
    }
}

/// What a broken statement was to give.
pub(super) enum Loss {
    Nothing,
    Unknown,
    Known(Broken),
}

const COMMENTS: [&str; 3] = ["//", ";", "--"];
const KEYWORDS: [&str; 5] = ["let", "const", "var", "set", "export"];

/// What the `toml` crate says, and what it expects, as a label.
pub(super) fn split_message(message: &str) -> (&str, String) {
    match message.split_once(", expected ") {
        Some((what, "nothing")) => (what, "expected nothing more".to_owned()),
        Some((what, expected)) => (what, format!("expected {expected}")),
        None => (message, String::new()),
    }
}

/// A text as a TOML literal: in single quotes if it can stand there, where a backslash is a backslash.
pub(super) fn quoted(text: &str) -> String {
    if !text.contains(|char: char| char == '\'' || char.is_control()) {
        return format!("'{text}'");
    }
    let mut literal = String::from('"');
    for char in text.chars() {
        match char {
            '"' | '\\' => literal.extend(['\\', char]),
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '\t' => literal.push_str("\\t"),
            _ if char.is_control() => {
                let hex = format!("{:04X}", u32::from(char));
                literal.extend(["\\u", &hex]);
            }
            _ => literal.push(char),
        }
    }
    literal.push('"');
    literal
}

/// The first thing that the `toml` crate says about a statement.
fn complaint(statement: &str) -> Option<Complaint> {
    let (_, errors) = DeTable::parse_recoverable(statement);
    let error = errors.iter().min_by_key(|error| error.span().map(|span| span.start))?;
    let (what, expected) = split_message(error.message());
    let at = error.span().map_or(0, |span| span.start).min(statement.len());
    Some(Complaint { what: what.to_owned(), expected, at })
}

struct Complaint {
    what: String,
    expected: String,
    at: usize,
}

//! One values file: its parameters and its secrets, with what is wrong in it.

use std::ops::Range;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use crate::diagnostic::{Applicability, Diagnostic};
use crate::model::format::{Format, Name};
use crate::source::{SourceId, Sources, Span};

use super::mend::{self, Broken, Mended};
use super::plain::is_plain;
use super::{
    Raw, VALUES_NAME, VALUES_SYNTAX, Values, checked_name, give, give_broken, secrets, statement,
};

/// Reads a file into the values.
pub(super) fn read(
    id: SourceId,
    base: &Path,
    sources: &mut Sources,
    values: &mut Values,
    out: &mut Vec<Diagnostic>,
) {
    let text = sources.get(id).text.clone();
    let file = File { id, text: &text, base };
    let mut found = Vec::new();
    let parsed = DeTable::parse(&text);
    let mended;
    let table = match parsed {
        Ok(table) if is_plain(&text, table.get_ref()) => table,
        parsed => {
            let statements = statement::statements(&text);
            let hidden = secrets::hidden(&text, &statements);
            for range in &hidden {
                sources.veil(file.span(range.clone()));
            }
            if let Ok(table) = parsed {
                table
            } else {
                let Mended { text, broken, torn } =
                    mend::mend(&file, &statements, &hidden, &mut found);
                mended = text;
                values.torn |= torn;
                for broken in broken {
                    enter_broken(&file, broken, values);
                }
                let (table, errors) = DeTable::parse_recoverable(&mended);
                mend::report_rest(&file, &errors, &mut found);
                table
            }
        }
    };
    for (key, value) in table.get_ref() {
        let name = key.get_ref().as_ref();
        let is_table = value.get_ref().is_table();
        if is_table && name == "secrets" {
            let table = value.get_ref().as_table().expect("it is a table");
            secrets::read(&file, table, sources, values, &mut found);
        } else if name == "secrets"
            || ((is_table || value.get_ref().is_array()) && secrets::is_like(name))
        {
            secrets::misplaced(&file, key, value, sources, values, &mut found);
        } else {
            read_parameter(&file, key, value, values, &mut found);
        }
    }
    found.sort_by_key(|diagnostic| diagnostic.primary.start);
    out.append(&mut found);
}

/// One values file while it is read.
pub(super) struct File<'a> {
    pub(super) id: SourceId,
    pub(super) text: &'a str,
    pub(super) base: &'a Path,
}

impl File<'_> {
    /// The place of a range of the text.
    pub(super) fn span(&self, range: Range<usize>) -> Span {
        Span { source: self.id, start: range.start as u32, end: range.end as u32 }
    }
}

/// Reads one key at the top of a file.
fn read_parameter(
    file: &File<'_>,
    key: &Spanned<DeString<'_>>,
    value: &Spanned<DeValue<'_>>,
    values: &mut Values,
    out: &mut Vec<Diagnostic>,
) {
    let (key_span, span) = (file.span(key.span()), file.span(value.span()));
    if let DeValue::Table(table) = value.get_ref() {
        match form_of_table(file, key_span) {
            TableForm::Inline => {}
            TableForm::Dotted => {
                for inner in table.keys() {
                    dotted(
                        file,
                        &format!("{}.{}", key.get_ref(), inner.get_ref()),
                        inner.span(),
                        values,
                        out,
                    );
                }
                return;
            }
            TableForm::Header => {
                let key = key.get_ref();
                let message = format!(
                    "`[{key}]` is a table, and a values file has only the table `[secrets]`"
                );
                let mut finding = Diagnostic::new(&VALUES_NAME, key_span, message);
                finding.label("no parameter is a table");
                finding.help("write parameters without a table, above `[secrets]`");
                out.push(finding);
                return;
            }
        }
    }
    match checked_name(key.get_ref(), key_span, "parameter", out) {
        Ok(name) => {
            let (span, raw) = read_value(file, span, value.get_ref(), &name, out);
            give(&mut values.parameters, name, Some(key_span), span, raw);
        }
        Err(meant) => give_broken(meant, Some(key_span), span, values),
    }
}

/// Reports a key with dots, of which `last` is the last word.
fn dotted(
    file: &File<'_>,
    whole: &str,
    last: Range<usize>,
    values: &mut Values,
    out: &mut Vec<Diagnostic>,
) {
    let line = file.text[..last.start].rfind('\n').map_or(0, |at| at + 1);
    let blank = file.text[line..].len() - file.text[line..].trim_start().len();
    let span = file.span(line + blank..last.end);
    let mut finding = Diagnostic::new(&VALUES_NAME, span, format!("`{whole}` is a key with a dot"));
    finding.label("a parameter's name has no dot");
    let name = whole.replace('.', "_");
    if Name::parse(&name).is_ok() {
        finding.help(format!("write the parameter's name as the script has it, such as `{name}`"));
        finding.fix(format!("rename it to `{name}`"), Applicability::Review, span, &*name);
        give_broken(Some(name), Some(span), span, values);
    } else {
        finding.help("write the parameter's name as the script has it");
    }
    out.push(finding);
}

enum TableForm {
    Inline,
    Dotted,
    Header,
}

/// How a table was written, told from what stands around the first part of its key.
fn form_of_table(file: &File<'_>, key: Span) -> TableForm {
    let line = file.text[..key.start as usize].rsplit('\n').next().unwrap_or_default();
    if line.trim_start().starts_with('[') {
        TableForm::Header
    } else if file.text[key.end as usize..].trim_start().starts_with('.') {
        TableForm::Dotted
    } else {
        TableForm::Inline
    }
}

/// A value, and the span that fits it best.
fn read_value(
    file: &File<'_>,
    span: Span,
    value: &DeValue<'_>,
    name: &str,
    out: &mut Vec<Diagnostic>,
) -> (Span, Raw) {
    let raw = match value {
        DeValue::String(text) => {
            return (text_span(file, span, text), Raw::Text(text.clone().into_owned()));
        }
        DeValue::Integer(number) => {
            if let Ok(number) = i64::from_str_radix(number.as_str(), number.radix()) {
                Raw::Number(number)
            } else {
                let message = format!("the number of `{name}` is too large");
                let mut finding = Diagnostic::new(&VALUES_SYNTAX, span, message);
                finding.label(format!("expected a number from {} to {}", i64::MIN, i64::MAX));
                finding.help("write a smaller number, or a text in quotes");
                out.push(finding);
                Raw::Broken
            }
        }
        DeValue::Float(number) => number.as_str().parse().map_or(Raw::Broken, Raw::Float),
        DeValue::Boolean(flag) => Raw::Flag(*flag),
        DeValue::Datetime(time) if time.date.is_none() => Raw::Other("a time"),
        DeValue::Datetime(_) => Raw::Other("a date"),
        DeValue::Array(_) => Raw::Other("an array"),
        DeValue::Table(_) => Raw::Other("a table"),
    };
    (span, raw)
}

/// The span between the quotes if the text stands there letter by letter, else the whole literal.
pub(super) fn text_span(file: &File<'_>, span: Span, text: &str) -> Span {
    let literal = &file.text[span.range()];
    let inner = literal.get(1..literal.len().saturating_sub(1)).unwrap_or_default();
    if inner == text && literal.len() >= 2 && literal.starts_with(['"', '\'']) {
        Span { start: span.start + 1, end: span.end - 1, ..span }
    } else {
        span
    }
}

/// Enters what a broken line was to give, so that it does not seem to be missing.
fn enter_broken(file: &File<'_>, broken: Broken, values: &mut Values) {
    let key = file.span(broken.key);
    let span = file.span(broken.value);
    let meant = |name: &str| match Name::parse(name) {
        Ok(name) => Some(name.text()),
        Err(malformed) => malformed.instead,
    };
    match broken.path.as_slice() {
        [name] => {
            if let Some(name) = meant(name) {
                give(&mut values.parameters, name, Some(key), span, Raw::Broken);
            }
        }
        [table, name, ..] if secrets::is_like(table) => {
            if let Some(name) = meant(name) {
                if !file.text[span.range()].starts_with('{') {
                    give_broken(Some(name.clone()), Some(key), span, values);
                }
                secrets::give(file, name, key, span, None, values);
            }
        }
        _ => {}
    }
}

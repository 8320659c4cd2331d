//! Findings in words, for screen readers: no drawing, no colour, one statement a line, nothing wrapped.

use std::fmt::Write;

use crate::diagnostic::{Applicability, Diagnostic, Severity};
use crate::render::{Place, explain, mended, place, summary, tame, within};
use crate::source::{Sources, Span, Spot};

pub(super) fn render(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        for statement in statements(sources, diagnostic) {
            out += &statement;
            out.push('\n');
        }
        out.push('\n');
    }
    let _ = writeln!(out, "In all: {}.", summary(diagnostics));
    out
}

/// One finding.
pub(super) fn one(sources: &Sources, diagnostic: &Diagnostic) -> String {
    statements(sources, diagnostic).iter().flat_map(|it| [it.as_str(), "\n"]).collect()
}

fn statements(sources: &Sources, diagnostic: &Diagnostic) -> Vec<String> {
    let severity = match diagnostic.severity() {
        Severity::Error => "Error",
        Severity::Warning => "Warning",
        Severity::Hint => "Hint",
    };
    let at = words(&place(sources, diagnostic.primary));
    let code = diagnostic.code.name;
    let mut statements =
        vec![format!("{severity}, {code}, in {at}: {}", sentence(&diagnostic.message))];
    if sources.get(diagnostic.primary.source).is_absent() {
        statements.push("Text: it is not at hand.".to_owned());
    } else if let Some(text) = quote(sources, diagnostic.primary) {
        statements.push(format!("Text: {text}"));
    }
    if !diagnostic.label.is_empty() {
        statements.push(format!("Why there: {}", sentence(&diagnostic.label)));
    }
    for label in &diagnostic.labels {
        let at = words(&place(sources, label.span));
        statements.push(format!("Also {at}: {}", sentence(&label.text)));
    }
    statements.extend(diagnostic.help.iter().map(|help| format!("To do: {}", sentence(help))));
    if let Some(fix) = &diagnostic.fix {
        let word = match fix.applicability {
            Applicability::Always => "Edit",
            Applicability::Review => "Edit to review",
        };
        statements.push(format!("{word}: {}", sentence(&fix.title)));
        let lines = mended(sources, fix);
        let lines =
            lines.iter().map(|(number, line)| format!("New line {number}: {}", tame(line, true)));
        statements.extend(lines);
    }
    let authority = diagnostic.code.authority.iter();
    statements.extend(authority.map(|it| format!("Rule: {}, seen {}.", it.link, it.seen)));
    statements.push(format!("More: {}", explain(diagnostic.code)));
    statements
}

/// A place in words, with the columns from the first to the last character.
fn words(place: &Place<'_>) -> String {
    let Place { name, start, end, .. } = place;
    let Spot { line, column } = start;
    let name = tame(name, true);
    if !place.is_in_file() {
        return name;
    }
    if end.line > *line {
        let last = match end.column {
            1 => format!("the end of line {}", end.line - 1),
            after => format!("line {} column {}", end.line, after - 1),
        };
        return format!("{name} line {line} column {column} to {last}");
    }
    if end.column > column + 1 {
        return format!("{name} line {line} columns {column} to {}", end.column - 1);
    }
    format!("{name} line {line} column {column}")
}

/// The text of a span that is short enough to be listened to.
fn quote(sources: &Sources, span: Span) -> Option<String> {
    let text = tame(&sources.shown(within(sources, span)), true);
    let brief = !text.trim().is_empty() && text.chars().count() <= 120;
    brief.then_some(text)
}

fn sentence(text: &str) -> String {
    let text = tame(text, true);
    let ended = text.ends_with(['.', '!', '?', ':']);
    if text.is_empty() || ended { text } else { text + "." }
}

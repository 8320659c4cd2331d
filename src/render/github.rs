//! Annotations of a GitHub workflow: one command for each finding.
//!
//! GitHub drops an annotation that has columns and spans several lines, so those have lines only
//! (<https://github.com/astral-sh/ruff/issues/22074>); the place in the text is complete either way, and is all that the
//! workflow's log shows.

use crate::diagnostic::{Diagnostic, Severity};
use crate::render::{Place, actions, place};
use crate::source::{SourceKind, Sources};

pub(super) fn render(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(|diagnostic| command(sources, diagnostic) + "\n").collect()
}

/// One finding, without a line end.
pub(super) fn command(sources: &Sources, diagnostic: &Diagnostic) -> String {
    let word = match diagnostic.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Hint => "notice",
    };
    let primary = place(sources, diagnostic.primary);
    let mut properties = properties(&primary);
    properties.push(format!("title={}", property(diagnostic.code.name)));

    let mut text = vec![diagnostic.message.clone(), at(&primary, &diagnostic.label)];
    text.extend(diagnostic.labels.iter().map(|it| at(&place(sources, it.span), &it.text)));
    text.extend(actions(diagnostic));
    format!("::{word} {}::{}", properties.join(","), data(&text.join("\n")))
}

/// Where GitHub hangs the annotation: only a file of the repository has such a place.
fn properties(place: &Place<'_>) -> Vec<String> {
    let Place { name, kind, start, end } = place;
    match kind {
        SourceKind::Script | SourceKind::Values => {}
        SourceKind::Library | SourceKind::Environment | SourceKind::Setting => return Vec::new(),
    }
    let mut properties = vec![
        format!("file={}", property(name)),
        format!("line={}", start.line),
        format!("endLine={}", end.line),
    ];
    if start.line == end.line {
        properties.push(format!("col={}", start.column));
        properties.push(format!("endColumn={}", end.column));
    }
    properties
}

fn at(place: &Place<'_>, label: &str) -> String {
    let end = if place.is_in_file() && place.end != place.start {
        format!(" to {}:{}", place.end.line, place.end.column)
    } else {
        String::new()
    };
    if label.is_empty() { format!("at {place}{end}") } else { format!("at {place}{end}: {label}") }
}

/// Escapes as the runner's toolkit does: <https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts>.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

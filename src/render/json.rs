//! One JSON object for programs, with types of its own so that a renamed field of ours breaks nobody.
//!
//! Lines and columns start at 1, columns count Unicode scalar values, offsets count bytes from 0; an end is the place
//! after the last character. A field is always there; what is not known is null, or an empty list.

use serde::Serialize;

use crate::diagnostic::{Diagnostic, Fix, Severity};
use crate::render::{applicability, count, explain, place, within};
use crate::source::{Sources, Span, Spot};

pub(super) fn render(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let report = Report {
        version: 1,
        findings: diagnostics.iter().map(|it| finding(sources, it)).collect(),
        errors: count(diagnostics, Severity::Error),
        warnings: count(diagnostics, Severity::Warning),
        hints: count(diagnostics, Severity::Hint),
    };
    serde_json::to_string(&report).expect("strings and numbers have a JSON form") + "\n"
}

/// One finding.
pub(super) fn one(sources: &Sources, diagnostic: &Diagnostic) -> String {
    let finding = finding(sources, diagnostic);
    serde_json::to_string(&finding).expect("strings and numbers have a JSON form")
}

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    findings: Vec<Finding<'a>>,
    errors: usize,
    warnings: usize,
    hints: usize,
}

#[derive(Serialize)]
struct Finding<'a> {
    code: &'a str,
    severity: &'a str,
    summary: &'a str,
    message: &'a str,
    #[serde(flatten)]
    at: Range<'a>,
    label: &'a str,
    related: Vec<Related<'a>>,
    help: &'a [String],
    fix: Option<WireFix<'a>>,
    explain: String,
    authority: Vec<Authority<'a>>,
}

#[derive(Serialize)]
struct Range<'a> {
    file: &'a str,
    start: Point,
    end: Point,
}

#[derive(Serialize)]
struct Point {
    line: u32,
    column: u32,
    offset: u32,
}

#[derive(Serialize)]
struct Related<'a> {
    #[serde(flatten)]
    at: Range<'a>,
    message: &'a str,
}

#[derive(Serialize)]
struct WireFix<'a> {
    title: &'a str,
    applicability: &'a str,
    edits: Vec<WireEdit<'a>>,
}

#[derive(Serialize)]
struct WireEdit<'a> {
    #[serde(flatten)]
    at: Range<'a>,
    text: &'a str,
}

#[derive(Serialize)]
struct Authority<'a> {
    link: &'a str,
    seen: &'a str,
}

fn finding<'a>(sources: &'a Sources, diagnostic: &'a Diagnostic) -> Finding<'a> {
    let code = diagnostic.code;
    let related = diagnostic.labels.iter();
    let authority = code.authority.iter();
    Finding {
        code: code.name,
        severity: code.severity.word(),
        summary: code.summary,
        message: &diagnostic.message,
        at: range(sources, diagnostic.primary),
        label: &diagnostic.label,
        related: related
            .map(|it| Related { at: range(sources, it.span), message: &it.text })
            .collect(),
        help: &diagnostic.help,
        fix: diagnostic.fix.as_ref().map(|it| fix(sources, it)),
        explain: explain(code),
        authority: authority.map(|it| Authority { link: it.link, seen: it.seen }).collect(),
    }
}

fn fix<'a>(sources: &'a Sources, fix: &'a Fix) -> WireFix<'a> {
    let edits = fix.edits.iter();
    WireFix {
        title: &fix.title,
        applicability: applicability(fix),
        edits: edits.map(|it| WireEdit { at: range(sources, it.span), text: &it.text }).collect(),
    }
}

fn range(sources: &Sources, span: Span) -> Range<'_> {
    let at = place(sources, span);
    let span = within(sources, span);
    let point = |Spot { line, column }, offset| Point { line, column, offset };
    Range { file: at.name, start: point(at.start, span.start), end: point(at.end, span.end) }
}

//! Drawing findings: one answer, in the form that was asked for.
//!
//! Every form says the same of each finding: its code and message, both ends of its place, the related places, what to
//! do, and the edit. What a person reads keeps to a dozen lines a finding; nothing here looks at a terminal or the
//! environment; a source is drawn as it may be shown, never as it is.

mod concise;
mod excerpt;
mod full;
mod github;
mod json;
pub mod many;
mod plain;
mod region;
mod sarif;

use std::fmt;
use std::ops::Range;

use crate::diagnostic::{Applicability, Code, Diagnostic, Fix, Severity};
use crate::source::{SourceKind, Sources, Span, Spot};

/// The form of an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, clap::ValueEnum)]
pub enum Format {
    /// With the lines of source, drawn.
    #[default]
    Full,
    /// One line for each finding.
    Concise,
    /// One JSON object.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Annotations of a GitHub workflow.
    Github,
    /// In words, for screen readers.
    Plain,
}

/// How to draw, as the shell decided it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Style {
    /// The form.
    pub format: Format,
    /// Whether colours may be used.
    pub colour: bool,
    /// Whether lines may be drawn with more than ASCII.
    pub unicode: bool,
    /// The columns of the terminal.
    pub width: usize,
    /// Whether the terminal understands links.
    pub links: bool,
}

/// Draws all findings in the order given; the whole answer, each line ended.
#[must_use]
pub fn render(sources: &Sources, diagnostics: &[Diagnostic], style: &Style) -> String {
    match style.format {
        Format::Full => full::render(sources, diagnostics, style),
        Format::Concise => concise::render(sources, diagnostics, style),
        Format::Json => json::render(sources, diagnostics),
        Format::Sarif => sarif::render(sources, diagnostics),
        Format::Github => github::render(sources, diagnostics),
        Format::Plain => plain::render(sources, diagnostics),
    }
}

/// How many findings there are of each severity: "2 errors, 1 warning", or "no findings".
#[must_use]
pub fn summary(diagnostics: &[Diagnostic]) -> String {
    let counts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Hint]
        .into_iter()
        .map(|severity| (count(diagnostics, severity), severity.word()))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}{}", if count == 1 { "" } else { "s" }))
        .collect();
    if counts.is_empty() { "no findings".to_owned() } else { counts.join(", ") }
}

fn count(diagnostics: &[Diagnostic], severity: Severity) -> usize {
    diagnostics.iter().filter(|it| it.severity() == severity).count()
}

/// A span as people count: the source's name and both ends. Shown, it is `contoso.rhai:12:5`.
struct Place<'a> {
    name: &'a str,
    kind: SourceKind,
    start: Spot,
    /// The spot after the last character.
    end: Spot,
}

impl Place<'_> {
    /// Whether it lies in a file, and not in an argument or a variable, where a line number says nothing.
    fn is_in_file(&self) -> bool {
        match self.kind {
            SourceKind::Script | SourceKind::Library | SourceKind::Values => true,
            SourceKind::Environment | SourceKind::Setting => false,
        }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)?;
        if self.is_in_file() {
            write!(f, ":{}:{}", self.start.line, self.start.column)?;
        }
        Ok(())
    }
}

fn place(sources: &Sources, span: Span) -> Place<'_> {
    let source = sources.get(span.source);
    let Span { start, end, .. } = within(sources, span);
    Place {
        name: &source.name,
        kind: source.kind,
        start: source.spot(start),
        end: source.spot(end),
    }
}

/// The span with its ends on whole characters inside its source, and in order: a wrong span must not hide a finding.
fn within(sources: &Sources, span: Span) -> Span {
    let text = &sources.get(span.source).text;
    let floor = |offset: u32| {
        let end = text.len().min(offset as usize);
        (0..=end).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0) as u32
    };
    let start = floor(span.start);
    Span { start, end: floor(span.end).max(start), ..span }
}

/// How a fix is announced: one that may be made without a look, and one that wants one.
fn fix_word(fix: &Fix) -> &'static str {
    match fix.applicability {
        Applicability::Always => "fix",
        Applicability::Review => "fix to review",
    }
}

/// The word by which programs know how far a fix may be trusted.
fn applicability(fix: &Fix) -> &'static str {
    match fix.applicability {
        Applicability::Always => "always",
        Applicability::Review => "review",
    }
}

/// What to do, a line each: the help, then the fix.
fn actions(diagnostic: &Diagnostic) -> Vec<String> {
    let helps = diagnostic.help.iter().map(|help| format!("help: {help}"));
    let fix = diagnostic.fix.as_ref().map(|fix| format!("{}: {}", fix_word(fix), fix.title));
    helps.chain(fix).collect()
}

/// The numbered lines that a fix of one place makes, unless its title says them.
fn mended(sources: &Sources, fix: &Fix) -> Vec<(u32, String)> {
    let [edit] = fix.edits.as_slice() else {
        return Vec::new();
    };
    if fix.title.contains(edit.text.trim()) {
        return Vec::new();
    }
    let span = within(sources, edit.span);
    let source = sources.get(span.source);
    let text = source.shown();
    let Range { start, end } = span.range();
    let from = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let to = text[end..].find('\n').map_or(text.len(), |at| end + at);
    let edited = [&text[from..start], &edit.text, &text[end..to]].concat();
    let old: Vec<&str> = text[from..to].lines().collect();
    let new: Vec<&str> = edited.lines().collect();

    let head = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let rest = old.len().min(new.len()) - head;
    let ends = old.iter().rev().zip(new.iter().rev()).take(rest);
    let tail = ends.take_while(|(old, new)| old == new).count();
    let lines = (source.spot(span.start).line..).zip(&new).take(new.len() - tail).skip(head);
    lines.map(|(number, line)| (number, (*line).to_owned())).collect()
}

/// The documentation of a code without the space that each line of a doc comment begins with.
fn doc(code: &Code) -> String {
    let lines = code.doc.lines().map(|line| line.strip_prefix(' ').unwrap_or(line));
    lines.collect::<Vec<_>>().join("\n")
}

fn explain(code: &Code) -> String {
    format!("mimeo explain {}", code.name)
}

/// The text with everything visible that would move the cursor, break the line or turn the direction of writing.
fn tame(text: &str, unicode: bool) -> String {
    text.chars().map(|it| if it.is_whitespace() { ' ' } else { tamed(it, unicode) }).collect()
}

fn tamed(character: char, unicode: bool) -> char {
    let turns = matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    if !character.is_control() && !turns {
        character
    } else if unicode {
        '\u{FFFD}'
    } else {
        '?'
    }
}

/// The text in a colour or weight, by its SGR parameters, where colours may be used.
fn paint(text: &str, sgr: &str, style: &Style) -> String {
    if style.colour { format!("\u{1b}[{sgr}m{text}\u{1b}[0m") } else { text.to_owned() }
}

fn sgr(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "1;31",
        Severity::Warning => "1;33",
        Severity::Hint => "1;36",
    }
}

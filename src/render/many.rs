//! Findings of many customers: each drawn while its texts are at hand, to be put together into one answer.
//!
//! What is drawn here says of each finding what [`render`](crate::render::render) says of it. A whole answer of ten
//! thousand customers is never held: a SARIF log begins with [`sarif_opening`], and ends with [`sarif_closing`], which
//! knows the rules that were met on the way.

use crate::diagnostic::{Code, Diagnostic};
use crate::render::{Format, Place, Style, concise, count, full, github, json, plain, sarif};
use crate::source::{SourceKind, Sources, Span};

/// One finding in the form of the style, with its line ends: a drawing, a line, a JSON object. `customer` is whose it is,
/// for those forms where its place does not tell.
#[must_use]
pub fn piece(sources: &Sources, diagnostic: &Diagnostic, customer: &str, style: &Style) -> String {
    match style.format {
        Format::Full => full::excerpt(sources, diagnostic, style),
        Format::Concise => {
            let line = concise::line(sources, diagnostic, style);
            format!("{line} [{}]\n", crate::render::tame(customer, style.unicode))
        }
        Format::Github => github::command(sources, diagnostic) + "\n",
        Format::Json => json::one(sources, diagnostic),
        Format::Sarif => sarif::one(sources, diagnostic, customer),
        Format::Plain => plain::one(sources, diagnostic),
    }
}

/// The place where a finding's rule was met in the scripts, which all customers share; none if it lies in values alone.
#[must_use]
pub fn shared_place(sources: &Sources, diagnostic: &Diagnostic) -> Option<Span> {
    let spans =
        std::iter::once(diagnostic.primary).chain(diagnostic.labels.iter().map(|it| it.span));
    let is_shared = |it: &Span| match sources.get(it.source).kind {
        SourceKind::Script | SourceKind::Library => true,
        SourceKind::Values | SourceKind::Environment | SourceKind::Setting => false,
    };
    spans.into_iter().find(is_shared)
}

/// The place of a finding for people: `customers/contoso.toml:2:5`.
#[must_use]
pub fn place_words(sources: &Sources, span: Span) -> String {
    let place: Place<'_> = crate::render::place(sources, span);
    crate::render::tame(&place.to_string(), true)
}

/// How many findings there are of each severity: errors, warnings, hints.
#[must_use]
pub fn counts(diagnostics: &[Diagnostic]) -> [usize; 3] {
    use crate::diagnostic::Severity::{Error, Hint, Warning};
    [Error, Warning, Hint].map(|severity| count(diagnostics, severity))
}

/// The start of a SARIF log, up to its first result. Results follow with commas between them.
#[must_use]
pub fn sarif_opening() -> String {
    sarif::opening()
}

/// The end of a SARIF log: the rules that were met, and what could not be looked at, by its path with the reason.
#[must_use]
pub fn sarif_closing(codes: &[&'static Code], unread: &[(String, String)]) -> String {
    sarif::closing(codes, unread)
}

//! One line for each finding, which stands alone: `contoso.rhai:12:5: error[code] message (related places; what to do)`.

use crate::diagnostic::Diagnostic;
use crate::render::{Style, actions, paint, place, sgr, tame};
use crate::source::Sources;

pub(super) fn render(sources: &Sources, diagnostics: &[Diagnostic], style: &Style) -> String {
    diagnostics.iter().map(|diagnostic| line(sources, diagnostic, style) + "\n").collect()
}

/// One finding, without a line end.
pub(super) fn line(sources: &Sources, diagnostic: &Diagnostic, style: &Style) -> String {
    let severity = diagnostic.severity();
    let related = diagnostic.labels.iter().map(|label| {
        let place = place(sources, label.span);
        if label.text.is_empty() { place.to_string() } else { format!("{place}: {}", label.text) }
    });
    let more: Vec<String> = related.chain(actions(diagnostic)).collect();
    let more = if more.is_empty() { String::new() } else { format!(" ({})", more.join("; ")) };
    let place = tame(&place(sources, diagnostic.primary).to_string(), style.unicode);
    let message = tame(&format!("{}{more}", diagnostic.message), style.unicode);
    let word = paint(severity.word(), sgr(severity), style);
    format!("{}: {word}[{}] {message}", paint(&place, "1", style), diagnostic.code.name)
}

//! What can be written at a place.
//!
//! Told from the words before the place, so that it also works while the text is broken.

mod script;
mod values;

use std::ops::Range;

use crate::ide::Analysis;
use crate::source::{SourceId, SourceKind};

/// Something that can be written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Item {
    /// The word that is looked for.
    pub label: String,
    /// What it is.
    pub kind: ItemKind,
    /// A few words beside it.
    pub detail: String,
    /// Markdown.
    pub doc: String,
    /// What is written, with places to fill in as `${1:name}`, if it is not the word itself.
    pub snippet: Option<String>,
    /// What is replaced.
    pub range: Range<u32>,
}

/// What an [`Item`] is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[expect(missing_docs, reason = "the names say it")]
pub enum ItemKind {
    Value,
    Method,
    Variable,
    Parameter,
    Secret,
    Function,
    Namespace,
    Module,
    Keyword,
}

/// What can be written at an offset. `modules` are the files that an import could name.
#[must_use]
pub fn complete(
    analysis: &Analysis,
    id: SourceId,
    offset: u32,
    modules: &dyn Fn() -> Vec<String>,
) -> Vec<Item> {
    match analysis.sources.get(id).kind {
        SourceKind::Script | SourceKind::Library => analysis
            .script(id)
            .map_or_else(Vec::new, |it| script::complete(analysis, it, offset, modules)),
        SourceKind::Values => values::complete(analysis, id, offset),
        SourceKind::Environment | SourceKind::Setting => Vec::new(),
    }
}

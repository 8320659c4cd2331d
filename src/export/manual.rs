//! The manual as people and programs read it.
//!
//! All of it becomes one document of sections and entries first, so that every form says the same.

mod document;
mod html;
mod markdown;
mod text;

use crate::export::Style;
use crate::export::manual::document::Document;
use crate::manual::Manual;
use crate::plan::seal;

/// The form of the manual.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, clap::ValueEnum)]
pub enum Form {
    /// For the terminal.
    #[default]
    Text,
    /// A document in Markdown.
    Markdown,
    /// A page that holds everything it needs.
    Html,
    /// For programs.
    Json,
}

/// A part of the manual, each line ended.
#[must_use]
pub fn render(manual: &Manual, form: Form, style: &Style) -> String {
    match form {
        Form::Text => text::render(&Document::of(manual), style),
        Form::Markdown => markdown::render(&Document::of(manual)),
        Form::Html => html::render(&Document::of(manual)),
        Form::Json => seal::pretty(manual),
    }
}

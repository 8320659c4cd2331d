//! The views of a plan: what people read of it, and what other programs draw or run.
//!
//! Every view shows the same plan; none shows more of a secret than its name, for there is no more in a plan.

pub mod command;
pub mod graph;
mod grid;
pub mod html;
pub mod markdown;
pub mod rights;
pub mod table;
pub mod wizard;
mod words;

use crate::plan::Plan;

/// A view of a plan.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, clap::ValueEnum)]
pub enum View {
    /// Everything at one glance, for the terminal.
    #[default]
    Table,
    /// The plan itself, as its file.
    Json,
    /// The installer's wizard, page by page, with the value of every field.
    Wizard,
    /// The command line of the installer.
    Command,
    /// A document in Markdown: runbook before, handover after.
    Markdown,
    /// A page to print or to keep beside the wizard.
    Html,
    /// The rights that whoever carries it out needs.
    Rights,
    /// The steps as a graph, for Mermaid.
    Mermaid,
    /// The steps as a graph, for Graphviz.
    Dot,
}

/// How a terminal view is drawn, as the shell decided it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Style {
    /// Whether colours may be used.
    pub colour: bool,
    /// Whether more than ASCII may be drawn. Values appear as they are.
    pub unicode: bool,
    /// The columns of the terminal.
    pub width: usize,
}

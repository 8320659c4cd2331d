//! The views of a plan: what people read of it, and what other programs draw or run; and of what was found without one.
//!
//! Every view shows the same plan; none shows more of a secret than its name, for there is no more in a plan.

pub mod command;
pub mod coverage;
pub mod graph;
mod grid;
pub mod html;
pub mod junit;
pub mod log;
pub mod manual;
pub mod markdown;
pub mod matrix;
mod page;
pub mod profile;
mod prose;
pub mod rights;
pub mod table;
pub mod wizard;
mod words;

use crate::export::command::{CommandError, Shell};
use crate::plan::op::Question;
use crate::plan::{Plan, visible};

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

/// Why a plan has no such view.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ViewError {
    /// It does not install anything.
    #[error("the plan runs no installer, so there is no command line")]
    NoInstallation,
    /// Windows Installer takes no such command line.
    #[error("step `{}` has no command line: {error}", visible(.step))]
    Command {
        /// The step.
        step: String,
        /// Why.
        error: CommandError,
    },
}

impl ViewError {
    /// What to do, an imperative sentence.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            ViewError::NoInstallation => "choose another view",
            ViewError::Command { error, .. } => error.help(),
        }
    }
}

/// A view of a plan, each line ended.
pub fn view(plan: &Plan, view: View, style: &Style) -> Result<String, ViewError> {
    match view {
        View::Table => Ok(table::render(plan, style)),
        View::Json => Ok(plan.to_json()),
        View::Wizard => Ok(wizard::render(plan, style)),
        View::Command => command_lines(plan),
        View::Markdown => Ok(markdown::render(plan)),
        View::Html => Ok(html::render(plan)),
        View::Rights => Ok(rights::rights(plan)),
        View::Mermaid => Ok(graph::mermaid(plan)),
        View::Dot => Ok(graph::dot(plan)),
    }
}

/// A question as the statement that is true when the answer is yes.
#[must_use]
pub fn statement(question: &Question) -> String {
    words::question(question).bare()
}

/// A text in lines of at most this many columns, broken between words where that can be.
#[must_use]
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    grid::wrap(text, width)
}

/// The command lines of all installations, for the prompt that the vendor's guide uses.
fn command_lines(plan: &Plan) -> Result<String, ViewError> {
    let mut lines = String::new();
    for step in &plan.steps {
        for msi in step.ops.iter().filter_map(words::installation) {
            let line = command::command_line(msi, Shell::Cmd)
                .map_err(|error| ViewError::Command { step: step.id.clone(), error })?;
            lines += &line;
            lines.push('\n');
        }
    }
    if lines.is_empty() { Err(ViewError::NoInstallation) } else { Ok(lines) }
}

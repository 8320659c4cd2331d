//! `mimeo schema`: the published form of the files that mimeo writes.

use crate::cli::ui::Ui;
use crate::cli::{ExitStatus, Failure};
use crate::plan;

/// Print the JSON Schema of a file that mimeo writes
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Of the plan file
    #[arg(long, required = true)]
    plan: bool,
}

/// Runs the command.
pub fn run(args: &Args, ui: &Ui) -> Result<ExitStatus, Failure> {
    debug_assert!(args.plan, "it is required");
    ui.print(&plan::schema::text());
    Ok(ExitStatus::Clean)
}

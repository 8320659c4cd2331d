//! `mimeo diff`: what differs between two plans.

use std::path::PathBuf;

use crate::cli::plan::read;
use crate::cli::ui::Ui;
use crate::cli::{ExitStatus, Failure, exits};
use crate::plan::diff;

/// Show what differs between two saved plans, value by value
#[derive(Debug, clap::Args)]
#[command(after_long_help = exits(&[ExitStatus::Clean, ExitStatus::Usage, ExitStatus::Differences, ExitStatus::Integrity]))]
pub struct Args {
    /// The plan as it was
    #[arg(value_name = "A")]
    was: PathBuf,
    /// The plan as it is
    #[arg(value_name = "B")]
    is: PathBuf,
    /// Write the differences as JSON
    #[arg(long)]
    json: bool,
    /// End with 3 if there are differences
    #[arg(long)]
    exit_code: bool,
}

/// Runs the command.
pub fn run(args: &Args, ui: &Ui) -> Result<ExitStatus, Failure> {
    let changes = diff::diff(&read(&args.was)?, &read(&args.is)?);
    if args.json {
        ui.print(&diff::to_json(&changes));
    } else {
        let coloured = ui.findings(crate::render::Format::Full, false).colour;
        let colour = if coloured { diff::Colour::Ansi } else { diff::Colour::None };
        ui.print(&diff::to_text(&changes, colour));
    }
    let differs = !changes.is_empty() && args.exit_code;
    Ok(if differs { ExitStatus::Differences } else { ExitStatus::Clean })
}

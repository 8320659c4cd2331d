//! `mimeo schema`: the published form of what mimeo writes for programs.

use crate::cli::ui::Ui;
use crate::cli::{ExitStatus, Failure, exits};
use crate::execute::event::Event;
use crate::export::log;
use crate::installer::profile::Profile;
use crate::{plan, watch};

/// Print the JSON Schema of something that mimeo writes
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag, and one is given")]
#[command(after_long_help = exits(&[ExitStatus::Clean, ExitStatus::Usage]))]
pub struct Args {
    /// Of the plan file
    #[arg(long)]
    plan: bool,
    /// Of a line of `--output-format ndjson`, with which a plan is carried out
    #[arg(long)]
    events: bool,
    /// Of a line of `mimeo watch --output-format ndjson`
    #[arg(long)]
    watch: bool,
    /// Of the profile that `installer inspect --out` writes
    #[arg(long)]
    profile: bool,
    /// Of `mimeo installer log --output-format json`
    #[arg(long)]
    log: bool,
}

/// Runs the command.
pub fn run(args: &Args, ui: &Ui) -> Result<ExitStatus, Failure> {
    if args.events {
        ui.print(&plan::schema::file_of::<Event>("An event of carrying a plan out"));
    } else if args.watch {
        ui.print(&plan::schema::file_of::<watch::event::Event>("An event of watching"));
    } else if args.profile {
        ui.print(&plan::schema::file_of::<Profile>("What an installer package says of itself"));
    } else if args.log {
        ui.print(&plan::schema::file_of::<log::json::Report>(
            "What the log of an installation tells",
        ));
    } else {
        ui.print(&plan::schema::text());
    }
    Ok(ExitStatus::Clean)
}

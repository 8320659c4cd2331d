//! `mimeo installer`: what Windows Installer's files say, without any plan.

pub mod inspect;
pub mod log;

use clap::Subcommand;

use crate::cli::ui::Ui;
use crate::cli::{ExitStatus, Failure};

/// Read the installer's files: its package, and the log of an installation
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Inspect(inspect::Args),
    Log(log::Args),
}

/// Runs the command.
pub fn run(args: &Args, ui: &Ui) -> Result<ExitStatus, Failure> {
    match &args.command {
        Command::Inspect(args) => inspect::run(args, ui),
        Command::Log(args) => log::run(args, ui),
    }
}

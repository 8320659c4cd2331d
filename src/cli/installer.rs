//! `mimeo installer`: what Windows Installer's files say, without any plan.

pub mod log;

use clap::Subcommand;

use crate::cli::ui::Ui;
use crate::cli::{ExitStatus, Failure};

/// Read what belongs to Windows Installer
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Log(log::Args),
}

/// Runs the command.
pub fn run(args: &Args, ui: &Ui) -> Result<ExitStatus, Failure> {
    match &args.command {
        Command::Log(args) => log::run(args, ui),
    }
}

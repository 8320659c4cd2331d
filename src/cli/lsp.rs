//! `mimeo lsp`: the language server.

use std::path::PathBuf;
use std::sync::Arc;

use crate::cli::ui::{self, Ui};
use crate::cli::{ExitStatus, Failure};
use crate::installer::shelf::Shelf;
use crate::lsp::{Ended, Setup, serve};

/// Serve an editor: findings, completion, hover and more while a script is written
///
/// Speaks the Language Server Protocol over standard input and output. An editor starts it; see the README. Ends with 0
/// after `shutdown` and `exit`, with 1 after `exit` alone.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What editors add to say how they speak; there is no other way
    #[arg(long, hide = true)]
    stdio: bool,
}

/// Runs the command.
pub fn run(args: &Args, _: &Ui) -> Result<ExitStatus, Failure> {
    let Args { stdio: _ } = args;
    let setup = Setup {
        environment: ui::parameters_of_environment(),
        today: ui::today,
        packages: Arc::new(Shelf::default()),
        library: ui::cache_folder().map(|it| it.join("mimeo").join(env!("CARGO_PKG_VERSION"))),
        folder: ui::current_folder().unwrap_or_else(|| PathBuf::from(".")),
    };
    let ended = serve(std::io::BufReader::new(std::io::stdin()), std::io::stdout(), setup);
    match ended {
        Ok(Ended::Properly) => Ok(ExitStatus::Clean),
        // The protocol asks for 1.
        Ok(Ended::Abruptly) => Ok(ExitStatus::Findings),
        Err(error) => Err(Failure::usage(
            format!("the server cannot start: {error}"),
            "end other programs, and try again",
        )),
    }
}

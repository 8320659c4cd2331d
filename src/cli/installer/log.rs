//! `mimeo installer log`: what the log of an installation says, and a copy of it without secrets.

use std::fs::File;
use std::io::{self, Seek};
use std::path::{Path, PathBuf};

use crate::cli::ui::{self, Ui};
use crate::cli::{ExitStatus, Failure};
use crate::export;
use crate::installer::log::{Readable, Verdict, report};
use crate::installer::scrub::{self, Short};
use crate::subject::setup::properties::PROPERTIES;

/// Tell what the log of an installation says
///
/// How it ended and why it failed, with which properties and features, and whether secrets can be read in it. Reads any log
/// of Windows Installer, also one that is cut off or still being written. Covers every secret that a name gives away.
#[derive(Debug, clap::Args)]
#[command(
    after_long_help = "Exit codes:\n    0  The installation succeeded.\n    1  It failed, or was cancelled.\n    2  The file is no log, or cannot be read.\n    7  The log does not say how the installation ended."
)]
pub struct Args {
    /// The log
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// How the answer is written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    output_format: Output,
    /// Write a copy of the log with stars in the place of secrets
    #[arg(long, value_name = "OUT", conflicts_with = "in_place")]
    scrub: Option<PathBuf>,
    /// Put stars in the place of secrets in the log itself
    #[arg(long)]
    in_place: bool,
}

/// How the answer is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, clap::ValueEnum)]
enum Output {
    /// For people.
    #[default]
    Full,
    /// As JSON, which `mimeo schema --log` describes.
    Json,
}

/// Runs the command.
pub fn run(args: &Args, ui: &Ui) -> Result<ExitStatus, Failure> {
    let unreadable = |error: io::Error| {
        let message = format!("{} cannot be read: {error}", args.file.display());
        Failure::usage(message, "name a log that Windows Installer has written (`msiexec /l*v`)")
    };
    let mut file = File::open(&args.file).map_err(unreadable)?;
    let secrets: Vec<&str> = PROPERTIES.iter().filter(|it| it.secret).map(|it| it.name).collect();
    let report = report(&mut file, &secrets).map_err(unreadable)?;
    if !report.is_log {
        let message = format!("{} is no log of Windows Installer", args.file.display());
        return Err(Failure::usage(message, "name the file behind `/l*v` of msiexec"));
    }
    let name = args.file.display().to_string();
    match args.output_format {
        Output::Full => {
            let mut known: Vec<&str> = PROPERTIES.iter().map(|it| it.name).collect();
            known.extend(["ADDLOCAL", "REMOVE", "REINSTALL", "TRANSFORMS"]);
            ui.print(&export::log::render(&report, &name, &known, &ui.views(false)));
        }
        Output::Json => {
            let report = export::log::json::Report::from(&report);
            let text = serde_json::to_string_pretty(&report).expect("its keys are texts");
            ui.print(&format!("{text}\n"));
        }
    }
    let target = args.scrub.as_deref().or(args.in_place.then_some(args.file.as_path()));
    if let Some(target) = target {
        let count = scrub(file, target, args, &report.secrets)?;
        let places = if count == 1 { "place" } else { "places" };
        ui.talk(&format!("{}: stars in {count} {places}\n", target.display()));
    }
    Ok(match report.ending.verdict {
        Verdict::Succeeded => ExitStatus::Clean,
        Verdict::Failed | Verdict::Cancelled => ExitStatus::Findings,
        Verdict::Unknown => ExitStatus::Unknown,
    })
}

/// Writes the log without secrets. Says in how many places they were.
fn scrub(
    mut file: File,
    target: &Path,
    args: &Args,
    secrets: &[Readable],
) -> Result<usize, Failure> {
    if !args.in_place && target.is_file() {
        let message = format!("{} is there already", target.display());
        return Err(Failure::usage(
            message,
            "name a file that is not there yet, or use `--in-place` for the log itself",
        ));
    }
    let values: Vec<&str> = secrets.iter().map(|it| it.value.reveal()).collect();
    ui::write_file_with(target, move |out| {
        file.rewind()?;
        let count = scrub::copy(&mut file, &values, Short::AsWord, out)?;
        // What Windows Installer writes after this moment would be lost.
        if args.in_place && file.stream_position()? != file.metadata()?.len() {
            return Err(io::Error::other("it is still being written"));
        }
        Ok(count)
    })
}

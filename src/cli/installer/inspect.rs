//! `mimeo installer inspect`: what a package says of itself.

use std::path::{Path, PathBuf};

use crate::cli::ui::{Ui, write_file};
use crate::cli::{ExitStatus, Failure, exits};
use crate::export;
use crate::installer::package::Unreadable;
use crate::installer::profile::survey::survey;
use crate::installer::profile::{Profile, ProfileError};
use crate::plan::visible;
use crate::source::files::{Disk, Files, ReadError};
use crate::subject::setup::comparison::compare;

/// Show what an installer package says of itself
///
/// Features, the pages of its wizard with their fields, properties and values, what its log does not show, and what that
/// says of the properties that mimeo knows. It reads the file, on any system, and installs nothing.
#[derive(Debug, clap::Args)]
#[command(after_long_help = exits(&[ExitStatus::Clean, ExitStatus::Usage]))]
pub struct Args {
    /// The package, such as `Service and Portal.msi`
    #[arg(value_name = "PACKAGE")]
    package: PathBuf,
    /// How it is shown
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    output_format: Format,
    /// Write the profile (JSON) to a file instead
    #[arg(long, value_name = "FILE.json")]
    out: Option<PathBuf>,
}

/// How a profile is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, clap::ValueEnum)]
enum Format {
    /// Well set, with what it says of the properties that mimeo knows.
    #[default]
    Full,
    /// The profile as `--out` writes it.
    Json,
}

/// Runs the command.
pub fn run(args: &Args, ui: &Ui) -> Result<ExitStatus, Failure> {
    let profile = survey(&args.package).map_err(|reason| unreadable(&args.package, &reason))?;
    if let Some(out) = &args.out {
        refuse_other(out)?;
        write_file(out, &profile.to_json())?;
        ui.talk(&format!("wrote {}\n", out.display()));
        return Ok(ExitStatus::Clean);
    }
    ui.print(&match args.output_format {
        Format::Json => profile.to_json(),
        Format::Full => export::profile::render(&profile, &compare(&profile), &ui.views(false)),
    });
    Ok(ExitStatus::Clean)
}

/// The most bytes of a profile that stands in the way of a new one.
const MOST_BYTES: u64 = 64 << 20;

/// Refuses to write over what is no profile.
fn refuse_other(out: &Path) -> Result<(), Failure> {
    let text = match Disk.read(out, MOST_BYTES) {
        Ok(text) => text,
        Err(ReadError::Missing) => return Ok(()),
        Err(
            ReadError::NotAFile(_)
            | ReadError::NotUtf8 { .. }
            | ReadError::TooLarge { .. }
            | ReadError::Io(_),
        ) => return Err(other(out)),
    };
    match Profile::from_json(&text) {
        Ok(_) | Err(ProfileError::Format(_)) => Ok(()),
        Err(ProfileError::Shape { .. }) => Err(other(out)),
    }
}

fn other(out: &Path) -> Failure {
    let message = format!("`{}` is there, and it is no profile", out.display());
    Failure::usage(message, "write the profile to another file")
}

fn unreadable(path: &Path, reason: &Unreadable) -> Failure {
    let message = reason.about(&visible(&path.display().to_string()));
    let hint = match reason {
        Unreadable::Missing => "check the path",
        Unreadable::Refused(_) => "check that this account may read the file",
        Unreadable::Foreign(_) => {
            "name the installer's own `.msi`, copied whole from Microsoft's download"
        }
    };
    Failure::usage(message, hint)
}

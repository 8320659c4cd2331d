//! `mimeo import`: a script from what is there already.

use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::author::pair::Files;
use crate::cli::check::Deny;
use crate::cli::ui::{Ui, make_folder, read_bytes, today, write_file};
use crate::cli::{ExitStatus, Failure, day, exits};
use crate::diagnostic::Severity;
use crate::import::{Given, Kind, NotImportable, Wanted, import};
use crate::model::format::{Build, Format as _};
use crate::render::{Format, render, summary};

/// Turn what is there already into a script
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    Command(CommandArgs),
}

/// Turn an unattended installation into a script and a values file
///
/// Reads a command line of `msiexec`, a batch or PowerShell file with one, the `config.json` of the MIM Unattended Install
/// Generator, or a verbose log of Windows Installer. Says what is wrong with it, at its place. A password in it is written
/// nowhere. The files are written also if there is an error: the script is the better place to mend it.
#[derive(Debug, clap::Args)]
#[command(after_long_help = exits(&[ExitStatus::Clean, ExitStatus::Findings, ExitStatus::Usage]))]
struct CommandArgs {
    /// The command line, in quotes: 'msiexec /i … ADDLOCAL=…'
    #[arg(value_name = "COMMAND", allow_hyphen_values = true, required_unless_present = "file")]
    command: Option<String>,
    /// The file that it stands in
    #[arg(long, value_name = "FILE", conflicts_with = "command")]
    file: Option<PathBuf>,
    /// What kind of text it is [default: recognised]
    #[arg(long, value_enum, value_name = "KIND")]
    from: Option<Kind>,
    /// Write the script and the values file into this folder; not given, both are printed
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// What both files are called, without their endings
    #[arg(long, value_name = "NAME", default_value = "imported", value_parser = file_name)]
    name: String,
    /// The package's build, as its properties in the Explorer show it
    #[arg(long, value_name = "BUILD", value_parser = build)]
    build: Option<String>,
    /// Write over files that are there
    #[arg(long)]
    force: bool,
    /// The day on which rules with dates are judged [default: today]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    as_of: Option<Date>,
    /// How findings are shown
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    output_format: Format,
    /// End with 1 for this as well
    #[arg(long, value_enum, value_name = "WHAT")]
    deny: Option<Deny>,
}

/// Runs the command.
pub fn run(args: &Args, ui: &Ui) -> Result<ExitStatus, Failure> {
    match &args.what {
        What::Command(args) => command(args, ui),
    }
}

/// The most bytes that are read: a verbose log is long.
const MOST_BYTES: u64 = 64 << 20;

fn command(args: &CommandArgs, ui: &Ui) -> Result<ExitStatus, Failure> {
    let (name, bytes) = match (&args.file, &args.command) {
        (Some(path), _) => (path.display().to_string(), read_bytes(path, MOST_BYTES)?),
        (None, command) => {
            ("command line".to_owned(), command.clone().unwrap_or_default().into_bytes())
        }
    };
    let targets = args.out.as_deref().map(|it| targets(it, &args.name));
    if let Some(targets) = targets.iter().flatten().find(|it| it.exists() && !args.force) {
        let message = format!("{} is there already", targets.display());
        return Err(Failure::usage(
            message,
            "write elsewhere, choose a `--name`, or add `--force`",
        ));
    }
    let given = Given { name: &name, is_file: args.file.is_some(), bytes: &bytes, kind: args.from };
    let wanted = Wanted {
        name: args.name.clone(),
        build: args.build.clone(),
        as_of: args.as_of.unwrap_or_else(today),
    };
    let imported = import(&given, &wanted).map_err(|error| not_importable(&name, &error))?;
    if !imported.diagnostics.is_empty() {
        let style = ui.findings(args.output_format, true);
        ui.talk(&render(&imported.sources, &imported.diagnostics, &style));
    }
    if let Some(files) = &imported.files {
        match (&args.out, &targets) {
            (Some(folder), Some(targets)) => write(folder, targets, files, ui)?,
            _ => ui.print(&printed(&args.name, files)),
        }
    }
    if imported.diagnostics.is_empty() {
        ui.talk(&format!("{name}: {}\n", summary(&imported.diagnostics)));
    }
    let denied = |it: Severity| it == Severity::Warning && args.deny == Some(Deny::Warnings);
    let bad = imported.has_errors() || imported.diagnostics.iter().any(|it| denied(it.severity()));
    Ok(if bad { ExitStatus::Findings } else { ExitStatus::Clean })
}

fn not_importable(name: &str, error: &NotImportable) -> Failure {
    Failure::usage(format!("{name}: {error}"), error.help())
}

fn targets(folder: &Path, name: &str) -> [PathBuf; 2] {
    [folder.join(format!("{name}.rhai")), folder.join(format!("{name}.toml"))]
}

fn write(folder: &Path, targets: &[PathBuf; 2], files: &Files, ui: &Ui) -> Result<(), Failure> {
    make_folder(folder)?;
    let [script, values] = targets;
    write_file(script, &files.script)?;
    write_file(values, &files.values)?;
    ui.talk(&format!("wrote {} and {}\n", script.display(), values.display()));
    Ok(())
}

/// Both files, to be looked at.
fn printed(name: &str, files: &Files) -> String {
    format!("{}\n# ---- {name}.toml ----\n{}", files.script, files.values)
}

fn file_name(text: &str) -> Result<String, String> {
    let fits = |it: char| it.is_alphanumeric() || matches!(it, '_' | '-');
    if !text.is_empty() && text.len() <= 60 && text.chars().all(fits) {
        return Ok(text.to_owned());
    }
    Err("write letters, digits, `_` and `-`, without an ending".to_owned())
}

fn build(text: &str) -> Result<String, String> {
    Build::parse(text).map(|it| it.text()).map_err(|it| it.headline(text))
}

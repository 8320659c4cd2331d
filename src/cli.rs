//! The command line: what is typed, what is printed where, and the exit codes.
//!
//! A command's result goes to standard output, talk to standard error, all through [`ui::Ui`].

pub mod apply;
pub mod batch;
pub mod check;
pub mod completions;
pub mod diff;
pub mod docs;
pub mod doctor;
pub mod explain;
pub mod fmt;
pub mod impact;
pub mod import;
pub mod installer;
mod interrupt;
mod job;
pub mod lsp;
pub mod new;
pub mod plan;
pub mod preflight;
pub mod rehearse;
pub mod schema;
pub mod screen;
pub mod status;
mod temporary;
mod terminal;
pub mod test;
pub mod ui;
pub mod watch;
pub mod why;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Parser, Subcommand};
use jiff::civil::Date;

use crate::cli::ui::{Colour, Ui};
use crate::compile::Inputs;
use crate::installer::Packages;
use crate::installer::shelf::Shelf;
use crate::plan::{InputKind, Plan};
use crate::script::limits::Stop;
use crate::script::values::Unreadable;
use crate::source::files::{Disk, ReadError};
use crate::trial::is_tests;
use crate::watch::look::profile;

/// Declares how a command ends: what a reader of the code sees of each is also what `--help` says.
macro_rules! statuses {
    ($($(#[doc = $doc:literal])* $name:ident = $code:literal),* $(,)?) => {
        /// How a command ends. The numbers are the process's exit codes.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[repr(u8)]
        pub enum ExitStatus {
            $($(#[doc = $doc])* $name = $code),*
        }

        impl ExitStatus {
            /// All of them, by number.
            pub const ALL: &[ExitStatus] = &[$(ExitStatus::$name),*];

            /// What it means, a sentence.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self {
                    $(ExitStatus::$name => concat!($($doc),*).trim_ascii_start()),*
                }
            }
        }
    };
}

statuses! {
    /// No error was found; there may be warnings and hints.
    Clean = 0,
    /// An error, a failed test, a warning under `--deny warnings`, or a change by `fmt --check`.
    Findings = 1,
    /// The command line is wrong, or an input is missing, unreadable or not what it should be.
    Usage = 2,
    /// There are differences (`diff --exit-code`, `impact --exit-code`).
    Differences = 3,
    /// Something that was asked before speaks against carrying the plan out (`preflight`, `doctor`).
    Preflight = 4,
    /// A plan or its journal was altered, or what the plan was made from has changed since.
    Integrity = 6,
    /// Whether a step happened is not known, and a person must look.
    Unknown = 7,
    /// A step failed; when the cause is mended, `resume` goes on.
    Resumable = 8,
    /// A step failed, and the script or the plan has to change.
    Final = 9,
    /// Windows has to restart; then `resume` goes on.
    Restart = 10,
    /// Another run holds the plan or the machine.
    Locked = 11,
    /// Nobody is signed in as needed, or the tenant lacks the licence.
    SignIn = 12,
    /// A bug of mimeo.
    Bug = 70,
    /// It was stopped with Ctrl-C.
    Interrupted = 130,
}

/// The table of the exit codes that a command has, for the end of its help. A bug can be everywhere.
fn exits(given: &[ExitStatus]) -> String {
    let has = |it: &&ExitStatus| given.contains(it) || **it == ExitStatus::Bug;
    let rows = ExitStatus::ALL.iter().filter(has);
    let rows = rows.map(|it| format!("{:>5}  {}\n", *it as u8, it.meaning()));
    format!("Exit codes:\n{}", rows.collect::<String>().trim_end())
}

/// Why a command could not do its work. A wrong script is no failure: its findings are the result.
#[derive(Debug)]
pub struct Failure {
    /// How the program ends.
    pub status: ExitStatus,
    /// What is wrong, in a line.
    pub message: String,
    /// What to do.
    pub hints: Vec<String>,
}

impl Failure {
    /// A failure of what was typed or named.
    pub fn usage(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Failure { status: ExitStatus::Usage, message: message.into(), hints: vec![hint.into()] }
    }
}

impl From<Unreadable> for Failure {
    fn from(unreadable: Unreadable) -> Self {
        Failure {
            status: ExitStatus::Usage,
            message: unreadable.to_string(),
            hints: vec![match unreadable.error {
                ReadError::Missing => "check the path".to_owned(),
                ReadError::TooLarge { .. } => "split it into smaller files".to_owned(),
                ReadError::NotAFile(_) | ReadError::NotUtf8 { .. } | ReadError::Io(_) => {
                    "name a text file that is saved as UTF-8".to_owned()
                }
            }],
        }
    }
}

/// Scripted, checked deployments of Microsoft Identity Manager 2016 Service and Portal
#[derive(Debug, Parser)]
#[command(name = "mimeo", version, max_term_width = 100)]
struct Args {
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    color: Colour,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::Args),
    Fmt(fmt::Args),
    Plan(plan::Args),
    Watch(watch::Args),
    Batch(batch::Args),
    Test(test::Args),
    Why(why::Args),
    Diff(diff::Args),
    Impact(impact::Args),
    Doctor(doctor::Args),
    Preflight(preflight::Args),
    Rehearse(rehearse::Args),
    Apply(apply::Args),
    Resume(apply::ResumeArgs),
    Status(status::Args),
    Undo(apply::UndoArgs),
    Rotate(apply::RotateArgs),
    New(new::Args),
    Import(import::Args),
    Explain(explain::Args),
    Docs(docs::Args),
    Installer(installer::Args),
    Schema(schema::Args),
    Lsp(lsp::Args),
    Completions(completions::CompletionsArgs),
    Man(completions::ManArgs),
}

/// Runs one command line and returns how it ended.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitStatus {
    let args = match Args::try_parse_from(args) {
        Ok(args) => args,
        Err(error) => return Ui::usage(&error),
    };
    let ui = Ui::new(args.color);
    let work = || match &args.command {
        Command::Check(args) => check::run(args, &ui),
        Command::Fmt(args) => fmt::run(args, &ui),
        Command::Plan(args) => plan::run(args, &ui),
        Command::Watch(args) => watch::run(args, &ui),
        Command::Batch(args) => batch::run(args, &ui),
        Command::Test(args) => test::run(args, &ui),
        Command::Why(args) => why::run(args, &ui),
        Command::Diff(args) => diff::run(args, &ui),
        Command::Impact(args) => impact::run(args, &ui),
        Command::Doctor(args) => doctor::run(args, &ui),
        Command::Preflight(args) => preflight::run(args, &ui),
        Command::Rehearse(args) => rehearse::run(args, &ui),
        Command::Apply(args) => apply::run(args, &ui),
        Command::Resume(args) => apply::resume(args, &ui),
        Command::Status(args) => status::run(args, &ui),
        Command::Undo(args) => apply::undo(args, &ui),
        Command::Rotate(args) => apply::rotate(args, &ui),
        Command::New(args) => new::run(args, &ui),
        Command::Import(args) => import::run(args, &ui),
        Command::Explain(args) => explain::run(args, &ui),
        Command::Docs(args) => docs::run(args, &ui),
        Command::Installer(args) => installer::run(args, &ui),
        Command::Schema(args) => schema::run(args, &ui),
        Command::Lsp(args) => lsp::run(args, &ui),
        Command::Completions(args) => completions::completions(args, &ui),
        Command::Man(args) => completions::man(args, &ui),
    };
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)) {
        Ok(Ok(_)) if ui.is_cut_off() => ui.failure(&Failure::usage(
            "the result could not be written whole",
            "check that there is room on the disk",
        )),
        Ok(Ok(status)) => status,
        Ok(Err(failure)) => ui.failure(&failure),
        Err(_) => ui.failure(&Failure {
            status: ExitStatus::Bug,
            message: "this is a bug of mimeo".to_owned(),
            hints: vec!["report it with the message above and, if you may, the script".to_owned()],
        }),
    }
}

/// A script and what it is run with.
#[derive(Debug, clap::Args)]
pub struct ScriptArgs {
    /// The deployment script
    #[arg(value_name = "SCRIPT")]
    pub script: PathBuf,
    #[command(flatten)]
    pub(crate) given: GivenArgs,
}

/// The values of one customer, and the day.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct GivenArgs {
    /// A values file; may be repeated, the last one wins
    #[arg(long, value_name = "FILE.toml")]
    values: Vec<PathBuf>,
    /// A single value; wins over values files and the environment
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = setting)]
    settings: Vec<(String, String)>,
    /// The folder that imports may not leave [default: the script's own]
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    root: Option<PathBuf>,
    /// What `mimeo installer inspect --out` wrote of the installer's package, taken in the place of the package itself
    #[arg(long, value_name = "FILE.json")]
    package_profile: Option<PathBuf>,
    /// The day on which rules with dates are judged [default: today]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    as_of: Option<Date>,
}

impl GivenArgs {
    /// The inputs of a compilation, with the environment's part. A file that is named in the script's place by mistake is
    /// refused: it would be read, and mended, as a script.
    pub(crate) fn inputs(&self, script: &Path) -> Result<Inputs, Failure> {
        refuse_no_script(script)?;
        Ok(Inputs {
            script: script.to_path_buf(),
            root: self.root.clone(),
            values: self.values.clone(),
            settings: self.settings.clone(),
            environment: ui::parameters_of_environment(),
            packages: Some(self.packages()?),
            as_of: self.as_of.unwrap_or_else(ui::today),
            stop: Stop::default(),
        })
    }

    /// Who knows what the installer's package says: the profile that was named, or the package itself where it can be read.
    fn packages(&self) -> Result<Arc<dyn Packages>, Failure> {
        let Some(path) = &self.package_profile else { return Ok(Arc::new(Shelf::default())) };
        let profile = profile(&Disk, path).map_err(|error| {
            let message = format!("`{}`: {error}", path.display());
            Failure::usage(message, "write it again: `mimeo installer inspect PACKAGE --out FILE`")
        })?;
        Ok(Arc::new(profile))
    }

    /// The last values file that was named.
    pub(crate) fn last_values(&self) -> Option<&Path> {
        self.values.last().map(PathBuf::as_path)
    }

    /// Whether a values file was named.
    pub(crate) fn names_values(&self) -> bool {
        !self.values.is_empty()
    }

    /// The inputs of a plan that was saved: what is named, else what the plan names, looked for in the root, which is the
    /// plan's own folder if none is named. Not all of it need be there.
    pub(crate) fn inputs_of_plan(&self, path: &Path, plan: &Plan) -> Result<Inputs, Failure> {
        let beside = path.parent().filter(|it| !it.as_os_str().is_empty());
        let beside = beside.unwrap_or(Path::new(".")).to_path_buf();
        let root = self.root.clone().unwrap_or(beside);
        let named = |kind: InputKind| {
            plan.inputs.iter().filter(move |it| it.kind == kind).map(|it| it.name.as_str())
        };
        let script = named(InputKind::Script).next().unwrap_or_default();
        let values = if self.values.is_empty() {
            named(InputKind::Values).map(|it| root.join(it)).collect()
        } else {
            self.values.clone()
        };
        Ok(Inputs {
            script: root.join(script),
            root: Some(root),
            values,
            settings: self.settings.clone(),
            environment: Vec::new(),
            packages: Some(self.packages()?),
            as_of: self.as_of.unwrap_or_else(ui::today),
            stop: Stop::default(),
        })
    }

    /// Refuses what only a script can use, where a saved plan is named.
    pub(crate) fn none_for_a_plan(&self) -> Result<(), Failure> {
        let none = self.values.is_empty() && self.settings.is_empty();
        let none = none && self.package_profile.is_none();
        if none && self.root.is_none() && self.as_of.is_none() {
            return Ok(());
        }
        let message = "a saved plan takes no values, settings, root, profile or day";
        Err(Failure::usage(message, "name the script instead of the plan"))
    }
}

/// Refuses what is no script by its ending.
fn refuse_no_script(script: &Path) -> Result<(), Failure> {
    let ending = script.extension().unwrap_or_default().to_ascii_lowercase();
    if ending == "toml" {
        let message = format!("`{}` is a values file, not a script", script.display());
        return Err(Failure::usage(message, "name the script, and this with `--values`"));
    }
    if is_tests(script) {
        let message = format!("`{}` holds tests of a template", script.display());
        return Err(Failure::usage(
            message,
            format!("run them: `mimeo test {}`", script.display()),
        ));
    }
    if ending == "json" {
        let message = format!("`{}` is a plan, not a script", script.display());
        return Err(Failure::usage(message, "name the script that it was made from"));
    }
    Ok(())
}

fn setting(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write it as NAME=VALUE")?;
    Ok((name.trim().to_owned(), value.to_owned()))
}

fn day(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| "write a day as YYYY-MM-DD, such as 2026-11-23".to_owned())
}

//! `mimeo plan`: the checked plan of a deployment.

use std::path::{Path, PathBuf};

use crate::cli::check::FindingArgs;
use crate::cli::ui::{Ui, write_file};
use crate::cli::{ExitStatus, Failure, GivenArgs, exits};
use crate::compile::{Compiled, Inputs, compile};
use crate::diagnostic::Severity;
use crate::export::{View, view};
use crate::plan::Plan;
use crate::plan::seal::PlanError;
use crate::render::{Format, render, summary};
use crate::source::files::{Disk, Files};

/// Show the plan of a script with a customer's values, or a plan that was saved
///
/// The plan goes to standard output or a file, what was found to standard error. There is a plan only if there is no
/// error.
#[derive(Debug, clap::Args)]
#[command(after_long_help = exits(&[ExitStatus::Clean, ExitStatus::Findings, ExitStatus::Usage, ExitStatus::Integrity]))]
pub struct Args {
    /// The deployment script, or a plan that `--out` has written (`.json`)
    #[arg(value_name = "SCRIPT|PLAN")]
    script: PathBuf,
    #[command(flatten)]
    given: GivenArgs,
    /// How the plan is shown
    #[arg(long, value_enum, default_value_t, value_name = "VIEW")]
    view: View,
    /// Write it to a file; a plan file (JSON) unless `--view` says otherwise
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    findings: FindingArgs,
}

/// Runs the command.
pub fn run(args: &Args, ui: &Ui) -> Result<ExitStatus, Failure> {
    let (plan, status) = if is_plan(&args.script) {
        args.given.none_for_a_plan()?;
        (Some(read(&args.script)?), ExitStatus::Clean)
    } else {
        let inputs = args.given.inputs(&args.script)?;
        let compiled = compile(&Disk, &inputs)?;
        if let Some(out) = &args.out {
            refuse_input(out, &compiled, &inputs)?;
        }
        tell(&compiled, args.findings.output_format, ui);
        let status = args.findings.status(&compiled);
        (compiled.plan, status)
    };
    let Some(plan) = plan else { return Ok(status) };
    let to_file = args.out.is_some();
    // A file without another wish is the plan itself, to be shown, compared and carried out later.
    let shape = if to_file && args.view == View::default() { View::Json } else { args.view };
    let text = view(&plan, shape, &ui.views(to_file))
        .map_err(|error| Failure::usage(error.to_string(), error.help()))?;
    match &args.out {
        Some(path) => {
            write_file(path, &text)?;
            ui.talk(&format!("wrote {}\n", path.display()));
        }
        None => ui.print(&text),
    }
    Ok(status)
}

/// Says what was found, beside the plan. On a terminal, hints are only counted: the plan is what was asked for.
pub(super) fn tell(compiled: &Compiled, format: Format, ui: &Ui) {
    let style = ui.findings(format, true);
    let drawn = matches!(format, Format::Full | Format::Concise | Format::Plain);
    let (hints, grave): (Vec<_>, Vec<_>) = compiled
        .diagnostics
        .iter()
        .cloned()
        .partition(|it| drawn && it.severity() == Severity::Hint);
    if !grave.is_empty() {
        ui.talk(&render(&compiled.sources, &grave, &style));
    }
    if !hints.is_empty() {
        ui.talk(&format!("{}: `mimeo check` shows them\n\n", summary(&hints)));
    }
}

/// Refuses to write over what was read.
fn refuse_input(out: &Path, compiled: &Compiled, inputs: &Inputs) -> Result<(), Failure> {
    let Ok(target) = Disk.canonical(out) else { return Ok(()) };
    let mut read = inputs.paths(&compiled.sources).into_iter();
    if read.any(|(_, path)| Disk.canonical(&path).is_ok_and(|path| path == target)) {
        let message = format!("`{}` is an input of this plan", out.display());
        return Err(Failure::usage(message, "write the plan to another file"));
    }
    Ok(())
}

/// The most bytes of a plan file.
const MOST_BYTES: u64 = 16 << 20;

/// Whether a path names a plan rather than a script.
pub(super) fn is_plan(path: &Path) -> bool {
    path.extension().is_some_and(|it| it.eq_ignore_ascii_case("json"))
}

/// Reads a plan that was saved, and refuses one that was altered.
pub(super) fn read(path: &Path) -> Result<Plan, Failure> {
    let text = Disk.read(path, MOST_BYTES).map_err(|error| {
        let message = format!("{} cannot be read: {error}", path.display());
        Failure::usage(message, "name a plan that `mimeo plan --out` has written")
    })?;
    Plan::from_json(&text).map_err(|error| Failure {
        status: if error == PlanError::Altered { ExitStatus::Integrity } else { ExitStatus::Usage },
        message: format!("{}: {error}", path.display()),
        hints: vec![error.help()],
    })
}

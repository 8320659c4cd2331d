//! `mimeo check`: what is wrong with a script and its values.

use crate::cli::ui::{Ui, write_file};
use crate::cli::{ExitStatus, Failure, ScriptArgs, exits};
use crate::compile::{Compiled, Inputs, check};
use crate::diagnostic::{Applicability, Edit, Severity};
use crate::render::{self, Format, render};
use crate::source::SourceId;
use crate::source::files::{Disk, Files};

/// Check a script with a customer's values
///
/// Reports everything that is wrong or worth knowing. Ends with 0 if there is no error, with 1 if there is one, with 2 if
/// a file cannot be read.
#[derive(Debug, clap::Args)]
#[command(after_long_help = exits(&[ExitStatus::Clean, ExitStatus::Findings, ExitStatus::Usage]))]
pub struct Args {
    #[command(flatten)]
    script: ScriptArgs,
    #[command(flatten)]
    findings: FindingArgs,
    /// Make the edits that need no look, in the script, its modules and the values files
    #[arg(long)]
    fix: bool,
}

/// How findings are shown and judged.
#[derive(Clone, Debug, clap::Args)]
pub struct FindingArgs {
    /// How findings are shown
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub output_format: Format,
    /// End with 1 for this as well
    #[arg(long, value_enum, value_name = "WHAT")]
    pub deny: Option<Deny>,
}

/// What is judged like an error.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum Deny {
    /// Warnings.
    Warnings,
}

impl FindingArgs {
    /// How a command with these findings ends.
    #[must_use]
    pub fn status(&self, compiled: &Compiled) -> ExitStatus {
        let denied = |it: Severity| it == Severity::Warning && self.deny == Some(Deny::Warnings);
        let bad = compiled
            .diagnostics
            .iter()
            .any(|it| it.severity() == Severity::Error || denied(it.severity()));
        if bad { ExitStatus::Findings } else { ExitStatus::Clean }
    }
}

/// Runs the command.
pub fn run(args: &Args, ui: &Ui) -> Result<ExitStatus, Failure> {
    let inputs = args.script.given.inputs(&args.script.script)?;
    let mut compiled = check(&Disk, &inputs)?;
    if args.fix {
        // An edit may bring the next mistake to light; a script that is mended in a few rounds is mended.
        let mut count = 0;
        for _ in 0..5 {
            let made = fix(&compiled, &inputs)?;
            if made == 0 {
                break;
            }
            count += made;
            compiled = check(&Disk, &inputs)?;
        }
        ui.talk(&format!("made {count} {}\n", if count == 1 { "edit" } else { "edits" }));
    }
    let format = args.findings.output_format;
    let style = ui.findings(format, false);
    ui.print(&render(&compiled.sources, &compiled.diagnostics, &style));
    let drawn = matches!(format, Format::Full | Format::Concise | Format::Plain);
    if drawn && compiled.diagnostics.is_empty() {
        let name = args.script.script.display();
        ui.talk(&format!("{name}: {}\n", render::summary(&compiled.diagnostics)));
    }
    Ok(args.findings.status(&compiled))
}

/// Makes the edits that need no look, each file once; returns how many.
fn fix(compiled: &Compiled, inputs: &Inputs) -> Result<usize, Failure> {
    let fixes = compiled.diagnostics.iter().filter_map(|it| it.fix.as_ref());
    let sure = fixes.filter(|it| it.applicability == Applicability::Always);
    let mut edits: Vec<&Edit> = sure.flat_map(|it| &it.edits).collect();
    edits.sort_by_key(|it| (it.span.source, it.span.start, it.span.end));
    edits.dedup();
    make_edits(compiled, inputs, &edits)
}

/// Makes edits in their order, each file once; returns how many. A file that says something else by now is left alone.
pub(super) fn make_edits(
    compiled: &Compiled,
    inputs: &Inputs,
    edits: &[&Edit],
) -> Result<usize, Failure> {
    let mut count = 0;
    for (id, path) in inputs.paths(&compiled.sources) {
        let source = compiled.sources.get(id);
        let (text, made) = edited(&source.text, id, edits);
        if made > 0 {
            let now = Disk.read(&path, u64::MAX).map_err(|error| {
                let message = format!("`{}` cannot be read: {error}", path.display());
                Failure::usage(message, "check the path")
            })?;
            if now != *source.text {
                let message = format!("`{}` has changed meanwhile", path.display());
                return Err(Failure::usage(message, "check it again"));
            }
            write_file(&path, &text)?;
            count += made;
        }
    }
    Ok(count)
}

/// A text with the edits of one source made; of two that overlap, the first.
fn edited(text: &str, id: SourceId, edits: &[&Edit]) -> (String, usize) {
    let mut new = String::with_capacity(text.len());
    let mut at = 0;
    let mut count = 0;
    for edit in edits.iter().filter(|it| it.span.source == id) {
        let range = edit.span.range();
        if range.start < at {
            continue;
        }
        new.push_str(&text[at..range.start]);
        new.push_str(&edit.text);
        at = range.end;
        count += 1;
    }
    new.push_str(&text[at..]);
    (new, count)
}

//! `mimeo why`: where a value of the plan comes from.

use std::path::PathBuf;

use crate::cli::plan::{is_plan, read};
use crate::cli::ui::Ui;
use crate::cli::{ExitStatus, Failure, GivenArgs, exits};
use crate::compile::compile;
use crate::diagnostic::nearest;
use crate::plan::{Entry, From, Plan, Setting, Trace};
use crate::render::{Format, render};
use crate::source::files::Disk;

/// Tell where a value of the plan comes from
///
/// Says who wrote it and how it got there, or that it is a default, and how it gets into the installer.
#[derive(Debug, clap::Args)]
#[command(after_long_help = exits(&[ExitStatus::Clean, ExitStatus::Findings, ExitStatus::Usage, ExitStatus::Integrity]))]
pub struct Args {
    /// The deployment script, or a plan that `mimeo plan --out` has written (`.json`)
    #[arg(value_name = "SCRIPT|PLAN")]
    script: PathBuf,
    /// The value's name in the plan, such as `mail.mailbox`, or an installer property; all names if left out
    #[arg(value_name = "FIELD")]
    field: Option<String>,
    #[command(flatten)]
    given: GivenArgs,
}

/// Runs the command.
pub fn run(args: &Args, ui: &Ui) -> Result<ExitStatus, Failure> {
    let plan = if is_plan(&args.script) {
        args.given.none_for_a_plan()?;
        read(&args.script)?
    } else {
        let compiled = compile(&Disk, &args.given.inputs(&args.script)?)?;
        let Some(plan) = compiled.plan else {
            let style = ui.findings(Format::Full, true);
            ui.talk(&render(&compiled.sources, &compiled.diagnostics, &style));
            return Ok(ExitStatus::Findings);
        };
        plan
    };
    let Some(field) = &args.field else {
        let names: Vec<_> =
            plan.settings.iter().map(|it| format!("{} = {}\n", it.name, it.value)).collect();
        ui.print(&names.concat());
        return Ok(ExitStatus::Clean);
    };
    let found: Vec<&Setting> =
        plan.settings.iter().filter(|it| it.name == *field || fills(it, field)).collect();
    if found.is_empty() {
        return Err(unknown(&plan, field));
    }
    let text: Vec<_> = found.into_iter().map(told).collect();
    ui.print(&text.join("\n"));
    Ok(ExitStatus::Clean)
}

/// Whether a setting fills an installer property.
fn fills(setting: &Setting, property: &str) -> bool {
    match &setting.entry {
        Some(Entry::Properties(names)) => names.iter().any(|it| it == property),
        Some(Entry::ByHand(_)) | None => false,
    }
}

fn unknown(plan: &Plan, field: &str) -> Failure {
    let names = plan.settings.iter().map(|it| it.name.as_str());
    let hint = match nearest(field, names) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "leave the name out to see all of them".to_owned(),
    };
    Failure::usage(format!("the plan has no value `{field}`"), hint)
}

fn told(setting: &Setting) -> String {
    let mut lines = vec![format!("{} = {}", setting.name, setting.value)];
    let page = setting.page.map_or_else(String::new, |page| format!(", page {page} of the wizard"));
    lines.push(format!("  {} ({}{page})", setting.label, setting.format));
    match &setting.from {
        From::Default(because) => lines.push(format!("  nobody said it: {because}")),
        From::Said(trace) => lines.extend(places("said at", trace)),
        From::Follows { because, trace } => {
            lines.push(format!("  {because}"));
            lines.extend(places("which is said at", trace));
        }
    }
    match &setting.entry {
        Some(Entry::Properties(names)) => {
            lines.push(format!("  reaches the installer as {}", names.join(", ")));
        }
        Some(Entry::ByHand(because)) => {
            lines.push(format!("  entered by a person on its page: {because}"));
        }
        None => {}
    }
    lines.push(String::new());
    lines.join("\n")
}

fn places(lead: &str, trace: &Trace) -> Vec<String> {
    let mut lines = vec![format!("  {lead} {}", trace.at)];
    let named = |it: &crate::plan::TraceValue| {
        it.parameter.as_deref().map_or_else(String::new, |name| format!(" (`{name}`)"))
    };
    if let Some(value) = &trace.value {
        lines.push(format!("  its value stands at {}{}", value.at, named(value)));
        for place in &value.overridden {
            lines.push(format!("  which overrides {place}"));
        }
    }
    for part in &trace.parts {
        lines.push(format!("  put together with {}{}", part.at, named(part)));
    }
    for caller in &trace.via {
        lines.push(format!("  in `{}`, called at {}", caller.function, caller.at));
    }
    lines
}

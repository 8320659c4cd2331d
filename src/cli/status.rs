//! `mimeo status`: how far a plan is.

use std::path::PathBuf;

use jiff::Timestamp;

use crate::cli::apply::deed::journal_failure;
use crate::cli::plan::read;
use crate::cli::ui::Ui;
use crate::cli::{ExitStatus, Failure, exits};
use crate::execute::journal::{Begun, How, Journal, State};
use crate::execute::run::{new_end, secret_end};
use crate::plan::op::Op;
use crate::plan::visible;

/// Show how far a plan is
///
/// Reads the plan and the journal beside it, and changes neither.
#[derive(Debug, clap::Args)]
#[command(after_long_help = exits(&[ExitStatus::Clean, ExitStatus::Usage, ExitStatus::Integrity]))]
pub struct Args {
    /// The plan, with its journal beside it
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
}

/// Runs the command.
pub fn run(args: &Args, ui: &Ui) -> Result<ExitStatus, Failure> {
    let plan = read(&args.plan)?;
    let journal = Journal::beside(&args.plan);
    let records = Journal::look(&journal, &plan).map_err(|it| journal_failure(&it))?;
    let state = State::of(&records);
    let mut text = format!("{}\n", visible(&plan.title));
    if let (Some(first), Some(last)) = (records.first(), records.last()) {
        let machine = first.run.as_ref().map(|it| it.machine.as_str()).unwrap_or_default();
        text.push_str(&format!(
            "  begun {} on {}, last record {}\n\n",
            first.at,
            visible(machine),
            last.at
        ));
    }
    let mut left = 0;
    for (step, number) in plan.steps.iter().zip(1..) {
        let ended = state.ended.get(&step.id);
        let is_open = state.open == Some(Begun::Step(step.id.clone()));
        let undoing = state.open == Some(Begun::Undo(step.id.clone()));
        let word = match ended.map(|it| it.how) {
            _ if is_open => "begun, not ended",
            _ if undoing => "undo begun, not ended",
            Some(How::Done) => "done",
            Some(How::DoneRestart) => "done, restart needed",
            Some(How::Skipped) => "nothing to do",
            Some(How::Confirmed) => "done, as a person says",
            Some(How::Failed) => "failed",
            Some(How::Stopped) => "stopped",
            Some(How::Undone) => "undone",
            Some(How::UndoFailed) => "undo failed",
            None => "",
        };
        left += usize::from(!state.is_complete(&step.id));
        text.push_str(&format!(
            "  {number:>2}  {:<24} {word:<22} {}\n",
            visible(&step.id),
            visible(&step.title)
        ));
        if let Some(ended) = ended
            && !ended.because.is_empty()
            && !is_open
        {
            text.push_str(&format!("      {}\n", visible(&ended.because)));
        }
    }
    let ended = state.ended.keys().filter(|it| it.starts_with("rotate-") && it.ends_with("-add"));
    let rounds = ended.filter(|it| state.is_complete(it)).count();
    let of_rotation = state.known.get(&new_end(rounds)).and_then(|it| it.parse().ok());
    let makes =
        plan.steps.iter().find(|it| it.ops.iter().any(|it| matches!(it, Op::StoreSecret { .. })));
    if makes.is_some_and(|it| state.is_complete(&it.id))
        && let Some(end) = of_rotation.or_else(|| secret_end(&plan))
    {
        let days = end.duration_since(Timestamp::now()).as_hours() / 24;
        let end = end.strftime("%Y-%m-%d");
        text.push_str(&format!("\n  the client secret ends {end}, in {days} days; replace it before: mimeo rotate {}\n", args.plan.display()));
    }
    text.push_str(&match left {
        0 => "\nNothing is left to do.\n".to_owned(),
        _ => format!("\n{left} left. To go on: mimeo resume {}\n", args.plan.display()),
    });
    ui.print(&text);
    Ok(ExitStatus::Clean)
}

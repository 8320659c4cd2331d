//! `mimeo apply`, `resume`, `undo` and `rotate`: carrying a plan out on this server and in the real tenant, and taking it back.

pub(super) mod deed;
mod undo;
pub(super) mod world;

use std::path::{Path, PathBuf};

use crate::cli::apply::deed::{Deed, Manner, journal_failure, locks, needed, real, tell_set_aside};
use crate::cli::apply::world::WorldArgs;
use crate::cli::check::FindingArgs;
use crate::cli::job::Job;
use crate::cli::screen::Output;
use crate::cli::ui::{Ui, hostname, write_file};
use crate::cli::{ExitStatus, Failure, GivenArgs, exits};
use crate::execute::journal::{Begun, How, Journal, JournalError, Record, State};
use crate::execute::run::Decided;
use crate::plan::{Kind, Plan};
use crate::render::Format;

/// Carry a plan out on this server
///
/// Takes a script with a customer's values, shows what will be done and asks, or a plan that was saved. The plan and its
/// journal are kept beside the values file; if something stops it, `mimeo resume` goes on.
#[derive(Debug, clap::Args)]
#[command(after_long_help = exits(&[ExitStatus::Clean, ExitStatus::Findings, ExitStatus::Usage, ExitStatus::Integrity, ExitStatus::Unknown, ExitStatus::Resumable, ExitStatus::Final, ExitStatus::Restart, ExitStatus::Locked, ExitStatus::SignIn, ExitStatus::Interrupted]))]
pub struct Args {
    /// The deployment script, or a plan that `mimeo plan --out` has written (`.json`)
    #[arg(value_name = "SCRIPT|PLAN")]
    plan: PathBuf,
    #[command(flatten)]
    given: GivenArgs,
    #[command(flatten)]
    world: WorldArgs,
    /// How what happens is shown
    #[arg(long = "output-format", value_enum, default_value_t, value_name = "FORMAT")]
    events: Output,
    /// Carry it out without asking, and agree to everything that the plan asks of a person
    #[arg(long)]
    yes: bool,
}

/// Go on with a plan that was begun
///
/// What has ended is not repeated; what had begun is asked about first, where it can be.
///
/// Looks for the plan that `mimeo apply` kept, `contoso.plan.json` beside `contoso.toml`, and for its journal beside that,
/// `contoso.plan.journal`. Whichever of the two is named leads to both, and so does the script with its `--values`. The
/// script and the values files are looked for in the plan's folder, the script's if it is named, or below `--root`; the values files say where the secrets come
/// from.
#[derive(Debug, clap::Args)]
#[command(after_long_help = exits(&[ExitStatus::Clean, ExitStatus::Findings, ExitStatus::Usage, ExitStatus::Integrity, ExitStatus::Unknown, ExitStatus::Resumable, ExitStatus::Final, ExitStatus::Restart, ExitStatus::Locked, ExitStatus::SignIn, ExitStatus::Interrupted]))]
pub struct ResumeArgs {
    #[command(flatten)]
    saved: SavedArgs,
    /// A step whose outcome is not known: it has happened; may be repeated
    #[arg(long, value_name = "STEP")]
    done: Vec<String>,
    /// A step whose outcome is not known: it has not happened, and is done now; may be repeated
    #[arg(long, value_name = "STEP", conflicts_with = "done")]
    again: Vec<String>,
}

/// Take back what was carried out, the last step first
///
/// What was there before stays. What a program cannot take back is told, for a person to do. Lists all of it, and asks.
///
/// Takes the same paths as `mimeo resume`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = exits(&[ExitStatus::Clean, ExitStatus::Findings, ExitStatus::Usage, ExitStatus::Integrity, ExitStatus::Unknown, ExitStatus::Resumable, ExitStatus::Final, ExitStatus::Locked, ExitStatus::SignIn, ExitStatus::Interrupted]))]
pub struct UndoArgs {
    #[command(flatten)]
    saved: SavedArgs,
}

/// Replace the client secret that a plan made, before it ends
///
/// Makes another one, has it given to the MIM Service, opens the mailbox with it, and only then takes the old one away. It
/// lives as long as the script says, from today on. After an interruption, the same command goes on.
///
/// Takes the same paths as `mimeo resume`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = exits(&[ExitStatus::Clean, ExitStatus::Findings, ExitStatus::Usage, ExitStatus::Integrity, ExitStatus::Unknown, ExitStatus::Resumable, ExitStatus::Final, ExitStatus::Locked, ExitStatus::SignIn, ExitStatus::Interrupted]))]
pub struct RotateArgs {
    #[command(flatten)]
    saved: SavedArgs,
}

/// A plan that was begun, with what it takes to go on.
#[derive(Debug, clap::Args)]
struct SavedArgs {
    /// The plan, with its journal beside it; or the journal; or the script, with the values that it was begun with
    #[arg(value_name = "PLAN|JOURNAL|SCRIPT")]
    plan: PathBuf,
    #[command(flatten)]
    given: GivenArgs,
    #[command(flatten)]
    world: WorldArgs,
    /// How what happens is shown
    #[arg(long = "output-format", value_enum, default_value_t, value_name = "FORMAT")]
    events: Output,
    /// Go on without asking, and agree to everything that the plan asks of a person
    #[arg(long)]
    yes: bool,
    /// Go on although the plan was begun under another name of a machine
    #[arg(long)]
    elsewhere: bool,
}

/// Runs `apply`.
pub fn run(args: &Args, ui: &Ui) -> Result<ExitStatus, Failure> {
    let findings = FindingArgs { output_format: Format::Full, deny: None };
    let job = match Job::of(&args.plan, &args.given, findings, ui)? {
        Ok(job) => job,
        Err(status) => return Ok(status),
    };
    let _held = locks(&job.path, true, ui)?;
    let journal = Journal::beside(&job.path);
    begun_before(&job, &journal)?;
    let deed = Deed::CarryOut(Decided::default());
    job.knows_sources_of(&needed(&job.plan, &[], &deed))?;
    if !args.yes {
        ui.talk(&announcement(&job.plan));
        if !ui.agrees("Carry it out?") {
            return Err(Failure::usage(
                "nothing was done",
                "answer with `y`, or say `--yes` where nobody can answer",
            ));
        }
    }
    if args.plan != job.path {
        write_file(&job.path, &job.plan.to_json())?;
        ui.talk(&format!("kept the plan as {}\n", job.path.display()));
    }
    let journal = Journal::create(&journal, &job.plan).map_err(|it| journal_failure(&it))?;
    let how = Manner { world: &args.world, output: args.events, agrees: args.yes };
    real(job, journal, &[], &how, ui, &deed)
}

/// Runs `resume`.
pub fn resume(args: &ResumeArgs, ui: &Ui) -> Result<ExitStatus, Failure> {
    let decided = Decided { done: args.done.clone(), again: args.again.clone() };
    saved(&args.saved, ui, &Deed::CarryOut(decided))
}

/// Runs `undo`.
pub fn undo(args: &UndoArgs, ui: &Ui) -> Result<ExitStatus, Failure> {
    saved(&args.saved, ui, &Deed::Undo)
}

/// Runs `rotate`.
pub fn rotate(args: &RotateArgs, ui: &Ui) -> Result<ExitStatus, Failure> {
    saved(&args.saved, ui, &Deed::Rotate)
}

fn saved(args: &SavedArgs, ui: &Ui, deed: &Deed) -> Result<ExitStatus, Failure> {
    let findings = FindingArgs { output_format: Format::Full, deny: None };
    let path = saved_plan(&args.plan, &args.given)?;
    let mut given = args.given.clone();
    if path != args.plan && !is_journal(&args.plan) {
        // The plan was made from the script's folder.
        let beside = args.plan.parent().filter(|it| !it.as_os_str().is_empty());
        let beside = beside.unwrap_or(Path::new(".")).to_path_buf();
        given.root = given.root.or(Some(beside));
    }
    if path != args.plan {
        ui.talk(&format!("the plan is {}\n", path.display()));
    }
    let job = match Job::of(&path, &given, findings, ui)? {
        Ok(job) => job,
        Err(status) => return Ok(status),
    };
    check_steps(&job.plan, deed)?;
    let _held = locks(&job.path, true, ui)?;
    let found =
        Journal::open(&Journal::beside(&job.path), &job.plan).map_err(|it| journal_failure(&it))?;
    tell_set_aside(&found, ui);
    check_records(&found.records, args, deed)?;
    job.knows_sources_of(&needed(&job.plan, &found.records, deed))?;
    if matches!(deed, Deed::Undo) && !args.yes {
        ui.talk(&undo::announcement(&job.plan, &found.records));
        if !ui.agrees("Take it back?") {
            return Err(Failure::usage(
                "nothing was done",
                "answer with `y`, or say `--yes` where nobody can answer",
            ));
        }
    }
    let how = Manner { world: &args.world, output: args.events, agrees: args.yes };
    real(job, found.journal, &found.records, &how, ui, deed)
}

/// What a person has to know before a plan goes on: that it was begun elsewhere, undone, or not begun at all.
fn check_records(records: &[Record], args: &SavedArgs, deed: &Deed) -> Result<(), Failure> {
    let integrity = |message: String, hint: &str| Failure {
        status: ExitStatus::Integrity,
        message,
        hints: vec![hint.to_owned()],
    };
    let Some(run) = records.iter().rev().find_map(|it| it.run.as_ref()) else {
        let message = "the journal has no record: nothing was begun, or it was emptied".to_owned();
        return Err(integrity(
            message,
            "begin with `mimeo apply`, if nothing of the plan is there yet",
        ));
    };
    if run.machine != hostname() && !args.elsewhere {
        let message = format!(
            "the plan was begun on `{}`, and this is `{}`",
            crate::plan::visible(&run.machine),
            hostname()
        );
        return Err(integrity(
            message,
            "go on there; if this is that server under another name, say `--elsewhere`",
        ));
    }
    let state = State::of(records);
    let undone = state.ended.values().any(|it| matches!(it.how, How::Undone | How::UndoFailed));
    if undone && matches!(deed, Deed::CarryOut(_)) && !args.yes {
        let message = "steps of the plan were undone, and would be done again".to_owned();
        return Err(Failure::usage(
            message,
            "say `--yes` to do them again, or go on with `mimeo undo`",
        ));
    }
    if let Deed::CarryOut(decided) = deed {
        for id in decided.done.iter().chain(&decided.again) {
            let open = state.open == Some(Begun::Step(id.clone()));
            let ended = state.ended.get(id).map(|it| it.how);
            if !open && !matches!(ended, Some(How::Failed | How::Stopped)) {
                let message = format!("the step `{id}` is not one whose outcome is not known");
                return Err(Failure::usage(
                    message,
                    "`mimeo status PLAN` shows how each step ended",
                ));
            }
        }
    }
    Ok(())
}

/// The saved plan of a name: a plan, a journal, or the script whose plan was kept beside its values.
fn saved_plan(named: &Path, given: &GivenArgs) -> Result<PathBuf, Failure> {
    if crate::cli::plan::is_plan(named) {
        return Ok(named.to_path_buf());
    }
    let plan = if is_journal(named) {
        named.with_extension("json")
    } else {
        given.last_values().unwrap_or(named).with_extension("plan.json")
    };
    if plan.is_file() {
        return Ok(plan);
    }
    let message =
        format!("there is no plan `{}`, which `{}` leads to", plan.display(), named.display());
    let hint = if is_journal(named) {
        "put the plan back beside its journal, or name it where it is"
    } else {
        "name the values file that it was begun with, `--values FILE.toml`, or the plan that `mimeo apply` kept"
    };
    Err(Failure::usage(message, hint))
}

fn is_journal(path: &Path) -> bool {
    path.extension().is_some_and(|it| it.eq_ignore_ascii_case("journal"))
}

fn check_steps(plan: &Plan, deed: &Deed) -> Result<(), Failure> {
    let Deed::CarryOut(decided) = deed else { return Ok(()) };
    for id in decided.done.iter().chain(&decided.again) {
        if !plan.steps.iter().any(|it| it.id == *id) {
            let ids = plan.steps.iter().map(|it| it.id.as_str());
            let hint = match crate::diagnostic::nearest(id, ids) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "`mimeo status PLAN` lists the steps".to_owned(),
            };
            return Err(Failure::usage(
                format!("the plan has no step `{}`", crate::plan::visible(id)),
                hint,
            ));
        }
    }
    Ok(())
}

/// A plan that was begun goes on with `resume`, also if the script was changed since.
fn begun_before(job: &Job, journal: &Path) -> Result<(), Failure> {
    let there = match Journal::look(journal, &job.plan) {
        Ok(records) => !records.is_empty(),
        Err(JournalError::Missing(_)) => false,
        Err(error @ (JournalError::OtherPlan { .. } | JournalError::Altered { .. })) => {
            let mut failure = journal_failure(&error);
            failure.hints.push(format!(
                "to begin anew, move `{}` and its plan to another folder",
                journal.display()
            ));
            return Err(failure);
        }
        Err(error) => return Err(journal_failure(&error)),
    };
    if there {
        return Err(journal_failure(&JournalError::There(journal.to_path_buf())));
    }
    Ok(())
}

/// What will be done, in a few lines.
fn announcement(plan: &Plan) -> String {
    let count = |kind: Kind| plan.steps.iter().filter(|it| it.kind == kind).count();
    let reads = count(Kind::Read);
    let mut text = format!("{}\n", crate::plan::visible(&plan.title));
    let tenant = plan.setting("cloud.tenant").map(|it| it.value.to_string());
    if let Some(tenant) = tenant {
        text.push_str(&format!("  tenant  {}\n", crate::plan::visible(&tenant)));
    }
    text.push_str(&format!("  server  {}\n", hostname()));
    text.push_str(&format!("  steps   {}, {reads} of which only read\n", plan.steps.len()));
    text.push_str(&format!("  seal    {}\n", plan.seal.chars().take(19).collect::<String>()));
    text
}

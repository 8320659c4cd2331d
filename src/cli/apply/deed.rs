//! A deed that is done with a plan: the locks, the wish to stop, the run, and how it ended.

use std::path::Path;

use jiff::Timestamp;

use crate::cli::apply::world::{Cloud, WorldArgs};
use crate::cli::job::Job;
use crate::cli::screen::{Output, Screen};
use crate::cli::terminal::Terminal;
use crate::cli::ui::{Ui, hostname, machine_lock};
use crate::cli::{ExitStatus, Failure};
use crate::execute::failure::Class;
use crate::execute::graph::now;
use crate::execute::here::Here;
use crate::execute::journal::{Found, Journal, JournalError, Record};
use crate::execute::lock::{Lock, LockError, lock};
use crate::execute::machine::Machine;
use crate::execute::pace::Pace;
use crate::execute::person::Person;
use crate::execute::run::{Decided, Outcome, RotateError, Run, Tools, needed_secrets};
use crate::execute::secret::Secrets;
use crate::plan::Plan;
use crate::plan::op::Op;
use crate::render::{Format, render};

/// What is done with a plan.
pub(in crate::cli) enum Deed {
    CarryOut(Decided),
    Undo,
    Rotate,
}

/// How a person wants it done.
pub(in crate::cli) struct Manner<'a> {
    pub(in crate::cli) world: &'a WorldArgs,
    pub(in crate::cli) output: Output,
    pub(in crate::cli) agrees: bool,
}

/// One run at a time over a plan, and on a machine.
pub(in crate::cli) fn locks(plan: &Path, machine: bool, ui: &Ui) -> Result<Vec<Lock>, Failure> {
    let holder = format!(
        "process {} on {}, since {}, with {}",
        std::process::id(),
        hostname(),
        now(),
        plan.display()
    );
    let of_plan = lock(&plan.with_extension("lock"), "this plan", &holder);
    let of_machine = || lock(&machine_lock(), "this machine", &holder);
    let both = |it| Ok(if machine { vec![it, of_machine()?] } else { vec![it] });
    let held = of_plan.and_then(both).map_err(|error| lock_failure(&error))?;
    for lock in &held {
        if let Some(left_by) = &lock.left_by {
            let what = lock.what;
            ui.talk(&format!(
                "note: the last run did not end by itself; its lock of {what} is taken over: {left_by}\n"
            ));
        }
    }
    Ok(held)
}

fn lock_failure(error: &LockError) -> Failure {
    let (status, hint) = match error {
        LockError::Held { .. } => (
            ExitStatus::Locked,
            "wait until it has ended; a run that crashed holds nothing".to_owned(),
        ),
        LockError::Denied { path, .. } => (
            ExitStatus::Locked,
            format!(
                "go on as that user; or, if no run is going on, have `{}` removed by that user or an administrator",
                path.display()
            ),
        ),
        LockError::Io { .. } => {
            (ExitStatus::Usage, "check that the folder may be written to".to_owned())
        }
    };
    Failure { status, message: error.to_string(), hints: vec![hint] }
}

/// The failure that a journal is which cannot be used.
pub(in crate::cli) fn journal_failure(error: &JournalError) -> Failure {
    let status = match error {
        JournalError::OtherPlan { .. } | JournalError::Altered { .. } => ExitStatus::Integrity,
        JournalError::Missing(_)
        | JournalError::There(_)
        | JournalError::Io { .. }
        | JournalError::Format { .. }
        | JournalError::Foreign { .. }
        | JournalError::TooLarge(_) => ExitStatus::Usage,
    };
    Failure { status, message: error.to_string(), hints: vec![error.help().to_owned()] }
}

/// A journal that breaks off in the middle: what was begun is asked about when the plan goes on.
fn broken_journal(error: &JournalError) -> Failure {
    Failure { status: ExitStatus::Resumable, ..journal_failure(error) }
}

/// Runs what needs the network, until it is over.
pub(in crate::cli) fn block_on<F: Future>(future: F) -> Result<F::Output, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| {
        Failure::usage(
            format!("the network cannot be used: {error}"),
            "free memory or files, and try again",
        )
    })?;
    let local = tokio::task::LocalSet::new();
    let done = local.block_on(&runtime, future);
    drop(local);
    // A line that nobody types any more is not waited for; an installation has ended, since its end was waited for.
    runtime.shutdown_background();
    Ok(done)
}

/// The first Ctrl-C stops after the running operation, and so does every other. From here on none ends the program.
pub(in crate::cli) async fn heed_interrupts(pace: &Pace, ui: &Ui) {
    let pace = pace.clone();
    let ui = ui.clone();
    tokio::task::spawn_local(async move {
        while tokio::signal::ctrl_c().await.is_ok() {
            ui.talk(
                "\nstopping after the running operation; an installation is never broken off\n",
            );
            pace.stop();
        }
    });
    // Only when it has run for the first time is it told of signals.
    tokio::task::yield_now().await;
}

/// The names of the secrets whose values a deed needs, those that it makes included.
pub(in crate::cli) fn needed(plan: &Plan, records: &[Record], deed: &Deed) -> Vec<String> {
    match deed {
        Deed::CarryOut(_) => needed_secrets(plan, records),
        // What cannot be taken away by it is told to a person.
        Deed::Undo => Vec::new(),
        Deed::Rotate => kept(plan).map(str::to_owned).collect(),
    }
}

/// The names of the secrets that a plan makes.
fn kept(plan: &Plan) -> impl Iterator<Item = &str> {
    let ops = plan.steps.iter().flat_map(|it| &it.ops);
    ops.filter_map(|op| {
        if let Op::StoreSecret { secret, .. } = op { Some(secret.as_str()) } else { None }
    })
}

/// Does it on this server and in the real tenant.
pub(in crate::cli) fn real(
    mut job: Job,
    journal: Journal,
    records: &[Record],
    how: &Manner<'_>,
    ui: &Ui,
    deed: &Deed,
) -> Result<ExitStatus, Failure> {
    let needed = needed(&job.plan, records, deed);
    let secrets = Secrets::new(job.sources_of_secrets(&needed, ui));
    let screen = Screen::new(ui, how.output);
    let outcome = block_on(async {
        let pace = Pace::real();
        heed_interrupts(&pace, ui).await;
        let cloud = Cloud::of(&job.plan, how.world, &pace, ui)?;
        let machine = Here::new(how.world.directory());
        let person = Terminal { ui, screen: &screen, agrees: how.agrees, pace: pace.clone() };
        let tools = Tools {
            machine: &machine,
            person: &person,
            client: &cloud.client,
            sessions: &cloud.sessions,
            secrets: &secrets,
            pace: &pace,
            watch: &|event| screen.show(event),
            point: &|| {},
            other_mailbox: how.world.other_mailbox.clone(),
        };
        let run = Run::new(&job.plan, tools, journal, records, hostname());
        perform(&run, deed).await
    })??;
    Ok(conclude(&mut job, outcome, &screen, ui))
}

/// Does what was asked for with a run.
pub(in crate::cli) async fn perform<M: Machine, P: Person>(
    run: &Run<'_, M, P>,
    deed: &Deed,
) -> Result<Outcome, Failure> {
    match deed {
        Deed::CarryOut(decided) => run.carry_out(decided).await.map_err(|it| broken_journal(&it)),
        Deed::Undo => run.undo().await.map_err(|it| broken_journal(&it)),
        Deed::Rotate => run.rotate(Timestamp::now()).await.map_err(|error| match &error {
            RotateError::Journal(error) => broken_journal(error),
            RotateError::None => {
                Failure::usage(error.to_string(), "rotate the secret where it was made")
            }
            RotateError::KeyUnknown => Failure::usage(
                error.to_string(),
                "replace it in the Entra admin center, under the application's certificates & secrets",
            ),
            RotateError::NotDone(_) => {
                Failure::usage(error.to_string(), "go on with `mimeo resume` first")
            }
        }),
    }
}

/// Says how it ended, and shows the finding of a failed step at the line that asks for it.
pub(in crate::cli) fn conclude(
    job: &mut Job,
    outcome: Outcome,
    screen: &Screen<'_>,
    ui: &Ui,
) -> ExitStatus {
    let plan = job.path.display().to_string();
    let say = |text: String| {
        if screen.is_for_people() {
            screen.aside(|| ui.print(&text));
        }
    };
    match outcome {
        Outcome::Complete => {
            say("\nNothing is left to do.\n".to_owned());
            ExitStatus::Clean
        }
        Outcome::Stopped => {
            say(format!("\nStopped. To go on: mimeo resume {plan}\n"));
            ExitStatus::Interrupted
        }
        Outcome::Restart => {
            say(format!("\nRestart Windows now. Then go on: mimeo resume {plan}\n"));
            ExitStatus::Restart
        }
        Outcome::Failed(place, failure) => {
            let status = match failure.class {
                Class::Resumable => ExitStatus::Resumable,
                Class::Final => ExitStatus::Final,
                Class::SignIn => ExitStatus::SignIn,
                Class::Unknown => ExitStatus::Unknown,
                Class::Stopped => ExitStatus::Interrupted,
            };
            let setting = failure.setting.as_ref().and_then(|it| job.plan.setting(it));
            let trace =
                setting.and_then(|it| it.from.trace()).unwrap_or(&job.plan.steps[place].from);
            let trace = trace.clone();
            let mut failure = failure;
            for help in failure.help.iter_mut().filter(|_| !job.is_passing) {
                for verb in ["resume", "undo"] {
                    *help =
                        help.replace(&format!("`mimeo {verb}`"), &format!("`mimeo {verb} {plan}`"));
                }
                *help = help.replace("resume PLAN", &format!("resume {plan}"));
            }
            let finding = job.finding(&trace, &failure);
            let style = ui.findings(Format::Full, false);
            let drawn = render(&job.sources, &[finding], &style);
            say(format!("\n{drawn}"));
            status
        }
    }
}

/// Says where the end of a torn journal is kept.
pub(in crate::cli) fn tell_set_aside(found: &Found, ui: &Ui) {
    if let Some(aside) = &found.set_aside {
        ui.talk(&format!(
            "note: the last record was not whole, as a crash leaves it; it is kept in {}\n",
            aside.display()
        ));
    }
}

//! `mimeo preflight`: everything that can be asked before anything is changed.

use std::path::PathBuf;

use crate::cli::apply::deed::block_on;
use crate::cli::apply::world::{Cloud, WorldArgs};
use crate::cli::check::FindingArgs;
use crate::cli::job::Job;
use crate::cli::screen::{Output, Screen};
use crate::cli::terminal::Terminal;
use crate::cli::ui::Ui;
use crate::cli::{ExitStatus, Failure, GivenArgs, exits};
use crate::diagnostic::{Diagnostic, Severity};
use crate::execute::failure::Failure as StepFailure;
use crate::execute::here::Here;
use crate::execute::machine::Answer;
use crate::execute::pace::Pace;
use crate::execute::preflight;
use crate::execute::run::{Run, SECRET_UNREADABLE, Tools, needed_secrets};
use crate::execute::secret::Secrets;
use crate::export::statement;
use crate::plan::{Plan, Trace, visible};
use crate::render::{Format, render};

/// Ask everything that can be asked before
///
/// Looks at the secrets, this server, the network, the directory and the tenant, and changes nothing. What cannot be asked here is
/// unknown, and no finding.
#[derive(Debug, clap::Args)]
#[command(after_long_help = exits(&[ExitStatus::Clean, ExitStatus::Findings, ExitStatus::Usage, ExitStatus::Preflight, ExitStatus::Integrity, ExitStatus::SignIn]))]
pub struct Args {
    /// The deployment script, or a plan that `mimeo plan --out` has written (`.json`)
    #[arg(value_name = "SCRIPT|PLAN")]
    plan: PathBuf,
    #[command(flatten)]
    given: GivenArgs,
    #[command(flatten)]
    world: WorldArgs,
    #[command(flatten)]
    findings: FindingArgs,
    /// Do not sign in, and leave the tenant out
    #[arg(long)]
    offline: bool,
}

/// Runs the command.
pub fn run(args: &Args, ui: &Ui) -> Result<ExitStatus, Failure> {
    let format = args.findings.output_format;
    let mut job = match Job::of(&args.plan, &args.given, args.findings.clone(), ui)? {
        Ok(job) => job,
        Err(status) => return Ok(status),
    };
    let told = matches!(format, Format::Full | Format::Plain | Format::Concise);
    let say = |mark: &str, text: &str| {
        if told {
            ui.print(&format!("  {mark:<8} {text}\n"));
        }
    };
    let mut found: Vec<(Option<Trace>, StepFailure)> = Vec::new();
    let secrets = Secrets::new(job.sources_of_secrets(&needed_secrets(&job.plan, &[]), ui));
    let plan = job.plan.clone();
    found.extend(look_at_secrets(&plan, &secrets, &say));
    block_on(async {
        let machine = Here::new(args.world.directory());
        for (asked, answer) in preflight::ask(&plan, &machine).await {
            let what = statement(&asked.question);
            let met = asked.is_met(&answer);
            let (Answer::Yes(words) | Answer::No(words) | Answer::Unknown(words)) = &answer;
            let seen =
                if words.is_empty() { String::new() } else { format!(": {}", visible(words)) };
            let not = if asked.wants { "" } else { "not so: " };
            match met {
                Some(true) => say("ok", &format!("{not}{what}{seen}")),
                None => say("unknown", &format!("{what}{seen}")),
                Some(false) => {
                    say(
                        asked.code.severity.word(),
                        &format!("{what}: {}", if asked.wants { "no" } else { "yes" }),
                    );
                    let message = if asked.wants && !words.is_empty() {
                        visible(words).into_owned()
                    } else if asked.wants {
                        format!("it is not so that {what}")
                    } else {
                        format!("{what}{seen}")
                    };
                    let failure = StepFailure::new(asked.code, message).help(asked.help);
                    found.push((asked.trace().cloned(), failure));
                }
            }
        }
        if args.offline {
            return Ok::<(), Failure>(());
        }
        let pace = Pace::real();
        let cloud = Cloud::of(&plan, &args.world, &pace, ui)?;
        let screen = Screen::new(ui, Output::Full);
        let person = Terminal { ui, screen: &screen, agrees: false, pace: pace.clone() };
        let tools = Tools {
            machine: &machine,
            person: &person,
            client: &cloud.client,
            sessions: &cloud.sessions,
            secrets: &secrets,
            pace: &pace,
            watch: &|_| {},
            point: &|| {},
            other_mailbox: args.world.other_mailbox.clone(),
        };
        let run = Run::reading(&plan, tools);
        for (place, read) in run.read_only().await {
            let step = &plan.steps[place];
            match read {
                Ok(warnings) => {
                    say("ok", &step.title);
                    found.extend(warnings.into_iter().map(|it| (Some(step.from.clone()), it)));
                }
                Err(failure) => {
                    say("error", &step.title);
                    found.push((Some(step.from.clone()), failure));
                }
            }
        }
        Ok(())
    })??;
    let first = plan.steps.first().map(|it| it.from.clone());
    let findings: Vec<Diagnostic> = found
        .into_iter()
        .filter_map(|(trace, failure)| {
            Some(job.finding(&trace.or_else(|| first.clone())?, &failure))
        })
        .collect();
    if told {
        ui.print("\n");
    }
    if !findings.is_empty() || !told {
        ui.print(&render(&job.sources, &findings, &ui.findings(format, false)));
    }
    let denied =
        |it: &Diagnostic| it.severity() == Severity::Warning && args.findings.deny.is_some();
    let bad = findings.iter().any(|it| it.severity() == Severity::Error || denied(it));
    if told && !bad {
        ui.print("Nothing that could be asked speaks against it.\n");
    }
    Ok(if bad { ExitStatus::Preflight } else { ExitStatus::Clean })
}

/// Says what is known of each secret, and gives what speaks against it.
fn look_at_secrets(
    plan: &Plan,
    secrets: &Secrets,
    say: &dyn Fn(&str, &str),
) -> Vec<(Option<Trace>, StepFailure)> {
    let mut found = Vec::new();
    for asked in preflight::secrets(plan, secrets) {
        let what = format!("the secret `{}`", visible(&asked.name));
        match asked.answer {
            Answer::Yes(place) => say("ok", &format!("{what}: {}", visible(&place))),
            Answer::Unknown(why) => say("unknown", &visible(&why)),
            Answer::No(why) => {
                say("error", &format!("{what}: no"));
                let failure = StepFailure::new(&SECRET_UNREADABLE, visible(&why)).help(asked.help);
                found.push((asked.setting.and_then(|it| it.from.trace()).cloned(), failure));
            }
        }
    }
    found
}

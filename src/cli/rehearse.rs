//! `mimeo rehearse`: the whole plan against a simulated tenant and server.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::cli::apply::deed::{
    Deed, block_on, conclude, heed_interrupts, journal_failure, locks, perform, tell_set_aside,
};
use crate::cli::apply::world::{endpoints_of, http, sign_in_failure, tenant_of};
use crate::cli::check::FindingArgs;
use crate::cli::job::Job;
use crate::cli::screen::{Output, Screen};
use crate::cli::temporary::Temporary;
use crate::cli::ui::{Ui, make_folder, write_file};
use crate::cli::{ExitStatus, Failure, GivenArgs, exits};
use crate::execute::failure::Class;
use crate::execute::graph;
use crate::execute::journal::Journal;
use crate::execute::pace::Pace;
use crate::execute::run::{Decided, Outcome, Run, Tools, needed_secrets};
use crate::execute::secret::{Secrets, Source};
use crate::execute::session::Sessions;
use crate::execute::sign_in::{self, Method, Outside, Shown};
use crate::execute::simulate;
use crate::execute::simulate::fault::{Fault, NAMED};
use crate::execute::simulate::person::Obliging;
use crate::execute::simulate::server::StandIn;
use crate::execute::simulate::tenant::service::Service;
use crate::execute::simulate::tenant::{Client, GRAPH_COMMAND_LINE, digest};
use crate::execute::simulate::world::{Shared, World};
use crate::render::Format;
use crate::source::files::{Disk, Files};

/// Rehearse a plan against a simulated tenant and server
///
/// Nothing is touched but this machine's loopback and a folder. A simulated person answers what asks a person, fills in the
/// wizard's sheet, and mends what `--fail` breaks; then the rehearsal resumes, as an evening would. With `--folder` it stops
/// there instead, with the exit code that `apply` would have, and the same command goes on.
#[derive(Debug, clap::Args)]
#[command(after_long_help = exits(&[ExitStatus::Clean, ExitStatus::Findings, ExitStatus::Usage, ExitStatus::Integrity, ExitStatus::Unknown, ExitStatus::Resumable, ExitStatus::Final, ExitStatus::Restart, ExitStatus::Locked, ExitStatus::SignIn, ExitStatus::Interrupted]))]
pub struct Args {
    /// The deployment script, or a plan that `mimeo plan --out` has written (`.json`)
    #[arg(value_name = "SCRIPT|PLAN", required_unless_present = "fail")]
    plan: Option<PathBuf>,
    #[command(flatten)]
    given: GivenArgs,
    /// Something that goes wrong, such as `install:1603`; may be repeated. `--fail list` lists all
    #[arg(long, value_name = "WHAT", value_parser = fault)]
    fail: Vec<Wanted>,
    /// Keep the plan, its journal and the simulated world in this folder, and go on from what is there
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
    /// How what happens is shown
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    output_format: Output,
    /// Do not imitate how long things take
    #[arg(long)]
    at_once: bool,
    /// Only be the tenant, until Ctrl-C, for `mimeo apply` on a server to try: prints how to reach it
    #[arg(long, conflicts_with = "at_once")]
    serve: bool,
}

#[derive(Clone, Copy, Debug)]
enum Wanted {
    List,
    Fault(Fault),
}

fn fault(text: &str) -> Result<Wanted, String> {
    if text == "power-cut:0" {
        return Err("points are counted from 1".to_owned());
    }
    if text == "list" { Ok(Wanted::List) } else { text.parse().map(Wanted::Fault) }
}

/// How much faster than in the world things happen on a terminal.
const SCALE: f64 = 0.1;
/// How often the simulated person mends something.
const ROUNDS: usize = 8;

/// Runs the command.
pub fn run(args: &Args, ui: &Ui) -> Result<ExitStatus, Failure> {
    let mut faults = BTreeSet::new();
    for wanted in &args.fail {
        match wanted {
            Wanted::List => {
                ui.print(&list());
                return Ok(ExitStatus::Clean);
            }
            Wanted::Fault(fault) => {
                faults.insert(*fault);
            }
        }
    }
    let findings = FindingArgs { output_format: Format::Full, deny: None };
    let Some(plan) = &args.plan else {
        return Err(Failure::usage(
            "no script is named",
            "name the script or the plan that is rehearsed; `--fail list` alone lists what can go wrong",
        ));
    };
    let mut job = match Job::of(plan, &args.given, findings, ui)? {
        Ok(job) => job,
        Err(status) => return Ok(status),
    };
    let screen = Screen::new(ui, args.output_format);
    match &args.folder {
        _ if args.serve => serve(&job, faults, ui),
        Some(folder) => {
            make_folder(folder)?;
            let _held = locks(&folder.join("plan.json"), false, ui)?;
            rehearse(&mut job, folder, faults, true, args, &screen, ui)
        }
        None => {
            let folder = Temporary::new()?;
            rehearse(&mut job, folder.path(), faults, false, args, &screen, ui)
        }
    }
}

fn list() -> String {
    let mut text: String =
        NAMED.iter().map(|(name, _, what)| format!("{name:<20} {what}\n")).collect();
    text.push_str("sign-in:CODE         the sign-in service answers with AADSTS and this code\n");
    text.push_str("install:CODE         Windows Installer ends with this exit code\n");
    text.push_str("power-cut:POINT      the power goes at this record of the journal or effect, counted from 1\n");
    text
}

fn rehearse(
    job: &mut Job,
    folder: &Path,
    faults: BTreeSet<Fault>,
    kept: bool,
    args: &Args,
    screen: &Screen<'_>,
    ui: &Ui,
) -> Result<ExitStatus, Failure> {
    let plan_file = folder.join("plan.json");
    same_plan(job, &plan_file)?;
    let endpoints = endpoints_of(&job.plan)?;
    let world_file = folder.join("world.json");
    let mut world = match Disk.read(&world_file, 64 << 20) {
        Ok(text) => serde_json::from_str::<World>(&text).map_err(|error| {
            Failure::usage(
                format!("{} is no world of a rehearsal: {error}", world_file.display()),
                "name another folder",
            )
        })?,
        Err(_) => simulate::world(&job.plan, &endpoints, BTreeSet::new()),
    };
    world.faults = faults;
    // Whoever begins again has restarted the server before, if it asked for that.
    world.server.pending_reboot = false;
    let shared = if kept { Shared::kept(world, &world_file) } else { Shared::new(world) };
    job.path = plan_file;
    job.is_passing = !kept;
    let scale = if args.at_once || !ui.is_watched() { 0.0 } else { SCALE };
    let pace = Pace::scaled(scale);
    let said = |text: &str| {
        if screen.is_for_people() {
            screen.aside(|| ui.print(text));
        }
    };
    let outcome = block_on(async {
        heed_interrupts(&pace, ui).await;
        let service = Service::start(shared.clone()).await.map_err(|error| no_port(&error))?;
        let endpoints = service.endpoints(endpoints);
        let mut decided = Decided::default();
        for _ in 0..ROUNDS {
            let outcome =
                Box::pin(once(job, &shared, &endpoints, &pace, &decided, screen, ui)).await?;
            let mended = if kept { None } else { mend(&shared, &outcome) };
            let Some(mended) = mended else { return Ok(outcome) };
            if let Outcome::Failed(place, failure) = &outcome {
                if failure.class == Class::Unknown {
                    decided.done.push(job.plan.steps[*place].id.clone());
                }
                conclude(job, outcome, screen, ui);
            }
            said(&format!("\n{mended} Then: mimeo resume\n\n"));
            pace.go_on();
        }
        Err(Failure::usage("too much goes wrong at once", "rehearse with fewer faults"))
    })??;
    let complete = matches!(outcome, Outcome::Complete);
    let status = conclude(job, outcome, screen, ui);
    if complete {
        said("This was a rehearsal: no tenant and no server was touched.\n");
    }
    Ok(status)
}

/// The tenant alone, with an application that may do everything that a plan asks of Graph.
fn serve(job: &Job, faults: BTreeSet<Fault>, ui: &Ui) -> Result<ExitStatus, Failure> {
    const CLIENT: &str = "0000000e-0000-4000-8000-000000000001";
    let endpoints = endpoints_of(&job.plan)?;
    let mut world = simulate::world(&job.plan, &endpoints, faults);
    let secret = uuid::Uuid::new_v4().simple().to_string();
    let roles = job.plan.steps.iter().flat_map(|it| &it.rights);
    let roles = roles.filter(|it| it.on == "Microsoft Graph").map(|it| it.right.clone());
    let client = Client {
        secrets: vec![digest(&secret)],
        roles: roles.chain(["Organization.Read.All".to_owned()]).collect(),
        ..Client::default()
    };
    world.tenant.clients.insert(CLIENT.to_owned(), client);
    let kept: Vec<(String, String)> = world.server.secrets.clone().into_iter().collect();
    block_on(async {
        let service = Service::start(Shared::new(world)).await.map_err(|error| no_port(&error))?;
        let origin = service.origin();
        let mut text = format!("AZURE_CLIENT_ID={CLIENT}\nAZURE_CLIENT_SECRET={secret}\n");
        for (name, value) in kept {
            text.push_str(&format!("secret {name}={value}\n"));
        }
        text.push_str(&format!(
            "mimeo apply … --sign-in client-secret --endpoint login={origin} --endpoint graph={origin} --endpoint exchange={origin}\n"
        ));
        ui.print(&text);
        // Without a signal it runs until it is killed.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        Ok(ExitStatus::Clean)
    })?
}

fn no_port(error: &std::io::Error) -> Failure {
    let message = format!("no port of the loopback is to be had: {error}");
    Failure::usage(message, "free a port, and try again")
}

/// A folder holds the rehearsal of one plan.
fn same_plan(job: &Job, file: &Path) -> Result<(), Failure> {
    let text = job.plan.to_json();
    match Disk.read(file, 16 << 20) {
        Ok(there) if there == text => Ok(()),
        Ok(_) => Err(Failure {
            status: ExitStatus::Integrity,
            message: format!("{} is the rehearsal of another plan", file.display()),
            hints: vec!["name another folder, or rehearse the plan as it was".to_owned()],
        }),
        Err(_) => write_file(file, &text),
    }
}

/// One run, as `apply` and `resume` do it.
async fn once(
    job: &Job,
    shared: &Shared,
    endpoints: &crate::execute::cloud::Endpoints,
    pace: &Pace,
    decided: &Decided,
    screen: &Screen<'_>,
    ui: &Ui,
) -> Result<Outcome, Failure> {
    let file = Journal::beside(&job.path);
    let open = Journal::open(&file, &job.plan);
    let (journal, records) = match open {
        Ok(found) => {
            screen.aside(|| tell_set_aside(&found, ui));
            (found.journal, found.records)
        }
        Err(crate::execute::journal::JournalError::Missing(_)) => {
            let made = Journal::create(&file, &job.plan).map_err(|it| journal_failure(&it))?;
            (made, Vec::new())
        }
        Err(error) => return Err(journal_failure(&error)),
    };
    let world: BTreeMap<String, Source> = needed_secrets(&job.plan, &[])
        .into_iter()
        .map(|name| (name, Source::Rehearsal(shared.clone())))
        .collect();
    let secrets = Secrets::new(world);
    let who = sign_in::Application {
        client_id: GRAPH_COMMAND_LINE.to_owned(),
        tenant: tenant_of(&job.plan),
    };
    let mut outside = Outside::new(Rc::new(|shown: &Shown<'_>| {
        if let Shown::Browser { url } = shown {
            tokio::task::spawn_local(browse(url.to_string()));
        }
    }));
    let waits = pace.clone();
    outside.pause = Rc::new(move |pause| {
        let waits = waits.clone();
        Box::pin(async move { waits.pause(pause).await })
    });
    let sessions = Sessions::new(&job.plan, endpoints, who, Method::Browser, outside, pace)
        .map_err(|it| sign_in_failure(&it))?;
    let client = graph::Client::new(http(true)?, endpoints.clone(), pace.clone());
    let machine = StandIn::new(shared.clone(), &job.plan, pace.clone());
    let watch = |event: &_| screen.show(event);
    let person = Obliging { watch: &watch, pace: pace.clone() };
    let tools = Tools {
        machine: &machine,
        person: &person,
        client: &client,
        sessions: &sessions,
        secrets: &secrets,
        pace,
        watch: &watch,
        point: &|| shared.point(),
        other_mailbox: None,
    };
    let run = Run::new(&job.plan, tools, journal, &records, "rehearsal".to_owned());
    perform(&run, &Deed::CarryOut(decided.clone())).await
}

/// The simulated person's browser: opens the page, and follows where it leads.
async fn browse(url: String) {
    let client = reqwest::Client::builder().no_proxy().build();
    if let Ok(client) = client {
        // If the page does not answer, the sign-in says so.
        let _page = client.get(url).send().await;
    }
}

/// What the simulated person does about it, in a sentence; nothing if there is nothing to be done.
fn mend(shared: &Shared, outcome: &Outcome) -> Option<String> {
    match outcome {
        Outcome::Complete | Outcome::Stopped => None,
        Outcome::Restart => {
            shared.note(|world| {
                world.server.pending_reboot = false;
                world.faults.retain(|it| !matches!(it, Fault::Install(_)));
            });
            Some("The simulated server restarts.".to_owned())
        }
        Outcome::Failed(..) => {
            let names: Vec<String> = shared.note(|world| {
                let names = world.faults.iter().map(ToString::to_string).collect();
                world.faults.clear();
                names
            });
            (!names.is_empty())
                .then(|| format!("The simulated person mends `{}`.", names.join("`, `")))
        }
    }
}

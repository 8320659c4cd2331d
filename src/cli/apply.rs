//! `mimeo apply`, `resume`, `undo` and `rotate`: carrying a plan out on this server and in the real tenant, and taking it back.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use url::Url;

use crate::cli::check::FindingArgs;
use crate::cli::job::Job;
use crate::cli::screen::{Output, Screen};
use crate::cli::terminal::Terminal;
use crate::cli::ui::{Ui, directory_domain, hostname, machine_lock, variable, write_file};
use crate::cli::{ExitStatus, Failure, GivenArgs};
use crate::execute::cloud::{Endpoint, Endpoints, endpoint};
use crate::execute::directory::{Directory, Protection, Server, SignIn as DirectorySignIn};
use crate::execute::failure::Class;
use crate::execute::graph::{Client, now};
use crate::execute::here::Here;
use crate::execute::journal::{Begun, Found, How, Journal, JournalError, Record, State};
use crate::execute::lock::{Lock, LockError, lock};
use crate::execute::machine::Machine;
use crate::execute::pace::Pace;
use crate::execute::person::Person;
use crate::execute::run::{Decided, Outcome, RotateError, Run, Tools, needed_secrets};
use crate::execute::secret::Secrets;
use crate::execute::session::Sessions;
use crate::execute::sign_in::{self, Method, Outside, Shown};
use crate::plan::{Kind, Plan};
use crate::render::{Format, render};

/// Carry a plan out on this server
///
/// Takes a script with a customer's values, shows what will be done and asks, or a plan that was saved. The plan and its
/// journal are kept beside the values file; if something stops it, `mimeo resume` goes on.
///
/// Ends with 0 when nothing is left to do, 8 when a step failed and can be resumed, 9 when it cannot, 7 when a person must
/// look, 10 when Windows has to restart first, 12 for a sign-in or a licence, 11 when another run holds the plan, 130 when it
/// was stopped.
#[derive(Debug, clap::Args)]
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
#[derive(Debug, clap::Args)]
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
/// What was there before stays. What a program cannot take back is told, for a person to do.
#[derive(Debug, clap::Args)]
pub struct UndoArgs {
    #[command(flatten)]
    saved: SavedArgs,
}

/// Replace the client secret that a plan made, before it ends
///
/// Makes another one, has it given to the MIM Service, opens the mailbox with it, and only then takes the old one away. It
/// lives as long as the script says, from today on. After an interruption, the same command goes on.
#[derive(Debug, clap::Args)]
pub struct RotateArgs {
    #[command(flatten)]
    saved: SavedArgs,
}

/// A plan that was begun, with what it takes to go on.
#[derive(Debug, clap::Args)]
struct SavedArgs {
    /// The plan, with its journal beside it
    #[arg(value_name = "PLAN")]
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

/// How the tenant and the directory are reached.
#[derive(Debug, clap::Args)]
pub(super) struct WorldArgs {
    /// How the administrator signs in
    #[arg(long, value_enum, default_value_t, value_name = "WAY")]
    sign_in: Way,
    /// The application to sign in with [default: Microsoft Graph Command Line Tools; `AZURE_CLIENT_ID`]
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,
    /// Another address for a service of the cloud: login, graph or exchange; may be repeated
    #[arg(long, value_name = "NAME=URL", value_parser = endpoint)]
    endpoint: Vec<(Endpoint, Url)>,
    /// A mailbox that must stay closed to the application [default: that of whoever signs in]
    #[arg(long, value_name = "ADDRESS")]
    pub(super) other_mailbox: Option<String>,
    /// The domain controller, or the DNS name of the domain, that is asked about accounts [default: this server's domain]
    #[arg(long, value_name = "HOST|DOMAIN")]
    directory: Option<String>,
    /// Who asks it, where the current user cannot; the password is `MIMEO_DIRECTORY_PASSWORD`
    #[arg(long, value_name = "USER", requires = "directory")]
    directory_user: Option<String>,
}

/// The ways to sign in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, clap::ValueEnum)]
enum Way {
    /// With the browser of this machine.
    #[default]
    Browser,
    /// With a code on another device.
    DeviceCode,
    /// As an application, with `AZURE_CLIENT_SECRET`.
    ClientSecret,
    /// As an application, with the PEM file `AZURE_CLIENT_CERTIFICATE_PATH`.
    Certificate,
    /// As whoever is signed in to the Azure CLI.
    AzureCli,
    /// As the identity of this virtual machine.
    ManagedIdentity,
}

/// Microsoft Graph Command Line Tools, which every tenant has.
const COMMAND_LINE_TOOLS: &str = "14d82eec-204b-4c2f-b7e8-296a70dab67e";

/// Runs `apply`.
pub fn run(args: &Args, ui: &Ui) -> Result<ExitStatus, Failure> {
    let findings = FindingArgs { output_format: Format::Full, deny: None };
    let job = match Job::of(&args.plan, &args.given, findings, ui)? {
        Ok(job) => job,
        Err(status) => return Ok(status),
    };
    let _held = locks(&job.path, true)?;
    let journal = Journal::beside(&job.path);
    begun_before(&job, &journal)?;
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
    real(job, journal, &[], &how, ui, &Deed::CarryOut(Decided::default()))
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

/// What is done with a plan.
pub(super) enum Deed {
    CarryOut(Decided),
    Undo,
    Rotate,
}

struct Manner<'a> {
    world: &'a WorldArgs,
    output: Output,
    agrees: bool,
}

fn saved(args: &SavedArgs, ui: &Ui, deed: &Deed) -> Result<ExitStatus, Failure> {
    let findings = FindingArgs { output_format: Format::Full, deny: None };
    let path = saved_plan(&args.plan, &args.given)?;
    let job = match Job::of(&path, &args.given, findings, ui)? {
        Ok(job) => job,
        Err(status) => return Ok(status),
    };
    check_steps(&job.plan, deed)?;
    let _held = locks(&job.path, true)?;
    let found =
        Journal::open(&Journal::beside(&job.path), &job.plan).map_err(|it| journal_failure(&it))?;
    tell_set_aside(&found, ui);
    check_records(&found.records, args, deed)?;
    if matches!(deed, Deed::Undo) && !args.yes && !ui.agrees("Take back what was carried out?") {
        return Err(Failure::usage(
            "nothing was done",
            "answer with `y`, or say `--yes` where nobody can answer",
        ));
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

/// Says where the end of a torn journal is kept.
pub(super) fn tell_set_aside(found: &Found, ui: &Ui) {
    if let Some(aside) = &found.set_aside {
        ui.talk(&format!(
            "note: the last record was not whole, as a crash leaves it; it is kept in {}\n",
            aside.display()
        ));
    }
}

/// The saved plan of a name: a plan, or the script whose plan was kept beside its values.
pub(super) fn saved_plan(named: &Path, given: &GivenArgs) -> Result<PathBuf, Failure> {
    if crate::cli::plan::is_plan(named) {
        return Ok(named.to_path_buf());
    }
    let kept = given.last_values().unwrap_or(named).with_extension("plan.json");
    let message = format!("`{}` is not a plan", named.display());
    Err(Failure::usage(
        message,
        format!("name the plan that `mimeo apply` kept: `{}`", kept.display()),
    ))
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

/// One run at a time over a plan, and on a machine.
pub(super) fn locks(plan: &Path, machine: bool) -> Result<Vec<Lock>, Failure> {
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
    of_plan.and_then(both).map_err(|error| match &error {
        LockError::Held { .. } => Failure {
            status: ExitStatus::Locked,
            message: error.to_string(),
            hints: vec!["wait until it has ended; a run that crashed holds nothing".to_owned()],
        },
        LockError::Io { .. } => {
            Failure::usage(error.to_string(), "check that the folder may be written to")
        }
    })
}

/// The failure that a journal is which cannot be used.
pub(super) fn journal_failure(error: &JournalError) -> Failure {
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
pub(super) fn block_on<F: Future>(future: F) -> Result<F::Output, Failure> {
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

/// The first Ctrl-C stops after the running operation.
pub(super) fn heed_interrupts(pace: &Pace, ui: &Ui) {
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
}

fn real(
    mut job: Job,
    journal: Journal,
    records: &[Record],
    how: &Manner<'_>,
    ui: &Ui,
    deed: &Deed,
) -> Result<ExitStatus, Failure> {
    let needed = needed_secrets(&job.plan, records);
    let secrets = Secrets::new(job.sources_of_secrets(&needed, ui));
    let screen = Screen::new(ui, how.output);
    let outcome = block_on(async {
        let pace = Pace::real();
        heed_interrupts(&pace, ui);
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
pub(super) async fn perform<M: Machine, P: Person>(
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
pub(super) fn conclude(
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

/// The tenant and the ways into it.
pub(super) struct Cloud {
    pub(super) client: Client,
    pub(super) sessions: Sessions,
}

impl Cloud {
    pub(super) fn of(
        plan: &Plan,
        args: &WorldArgs,
        pace: &Pace,
        ui: &Ui,
    ) -> Result<Cloud, Failure> {
        let mut endpoints = endpoints_of(plan)?;
        for (endpoint, url) in &args.endpoint {
            endpoints.redirect(*endpoint, url);
        }
        let application = sign_in::Application {
            client_id: args
                .client_id
                .clone()
                .or_else(|| variable("AZURE_CLIENT_ID"))
                .unwrap_or_else(|| COMMAND_LINE_TOOLS.to_owned()),
            tenant: tenant_of(plan),
        };
        let method = args.method()?;
        let talk = ui.clone();
        let outside = Outside::new(std::rc::Rc::new(move |shown| show_sign_in(&talk, shown)));
        let sessions = Sessions::new(plan, &endpoints, application, method, outside, pace)
            .map_err(|it| sign_in_failure(&it))?;
        Ok(Cloud { client: Client::new(http(false)?, endpoints, pace.clone()), sessions })
    }
}

/// The failure that signing in cannot even begin.
pub(super) fn sign_in_failure(failure: &crate::execute::failure::Failure) -> Failure {
    Failure {
        status: ExitStatus::SignIn,
        message: failure.message.clone(),
        hints: failure.help.clone(),
    }
}

/// The addresses of the cloud that a plan names.
pub(super) fn endpoints_of(plan: &Plan) -> Result<Endpoints, Failure> {
    let environment = plan.text("cloud.environment").unwrap_or("global");
    Endpoints::of(environment).ok_or_else(|| {
        let message = format!(
            "the plan names a cloud that is not known: `{}`",
            crate::plan::visible(environment)
        );
        Failure::usage(message, "make the plan again with this version")
    })
}

/// The tenant that a plan names.
pub(super) fn tenant_of(plan: &Plan) -> String {
    plan.text("cloud.tenant").unwrap_or("organizations").to_owned()
}

/// The client for everything that is spoken over HTTP. It follows no redirect: a token must not go elsewhere. A
/// direct one takes no proxy.
pub(super) fn http(direct: bool) -> Result<reqwest::Client, Failure> {
    let builder = reqwest::Client::builder();
    let builder = if direct { builder.no_proxy() } else { builder };
    let client = builder
        .user_agent(concat!("mimeo/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(std::time::Duration::from_secs(10))
        .build();
    client.map_err(|error| {
        Failure::usage(
            format!("no secure connections can be made: {error}"),
            "check the certificates of this machine",
        )
    })
}

fn show_sign_in(ui: &Ui, shown: &Shown<'_>) {
    match shown {
        Shown::Browser { url } => {
            ui.talk(
                "sign in with the browser; if none opens, open this address on this machine:\n",
            );
            ui.talk(&format!("{url}\n"));
            // Where no browser opens, the address is there to be copied.
            open::that_detached(url.as_str()).unwrap_or_default();
        }
        Shown::DeviceCode { message, .. } => {
            ui.talk(&format!("{}\n", crate::plan::visible(message)));
        }
    }
}

impl WorldArgs {
    fn method(&self) -> Result<Method, Failure> {
        let given = |name: &str| {
            variable(name).ok_or_else(|| {
                Failure::usage(
                    format!("`{name}` is not set"),
                    "set it, or sign in another way with `--sign-in`",
                )
            })
        };
        Ok(match self.sign_in {
            Way::Browser => Method::Browser,
            Way::DeviceCode => Method::DeviceCode,
            Way::ClientSecret => Method::ClientSecret(given("AZURE_CLIENT_SECRET")?.into()),
            Way::Certificate => {
                let path = given("AZURE_CLIENT_CERTIFICATE_PATH")?;
                let pem = crate::source::files::Files::read(
                    &crate::source::files::Disk,
                    Path::new(&path),
                    1 << 20,
                );
                let pem = pem.map_err(|error| {
                    Failure::usage(
                        format!("{path} cannot be read: {error}"),
                        "name a PEM file with the certificate and its private key",
                    )
                })?;
                Method::Certificate(pem.into())
            }
            Way::AzureCli => Method::AzureCli,
            Way::ManagedIdentity => Method::ManagedIdentity,
        })
    }

    /// The directory that accounts are looked up in; none where none is named and this server is in no domain.
    pub(super) fn directory(&self) -> Option<Directory> {
        let named = self.directory.clone().or_else(directory_domain)?;
        let sign_in = match &self.directory_user {
            Some(user) => DirectorySignIn::Password {
                user: user.clone(),
                password: variable("MIMEO_DIRECTORY_PASSWORD").unwrap_or_default().into(),
                protection: Protection::Tls,
            },
            None => DirectorySignIn::CurrentUser,
        };
        // A name with a first part like `dc01` and a domain is a host; the domain itself is found by its own name.
        let is_domain = directory_domain().is_some_and(|it| it.eq_ignore_ascii_case(&named));
        let server = if is_domain { Server::Domain(named) } else { Server::Host(named) };
        Some(Directory {
            server,
            port: None,
            sign_in,
            authorities: None,
            limit: std::time::Duration::from_secs(5),
        })
    }
}

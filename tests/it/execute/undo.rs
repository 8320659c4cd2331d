//! Taking back what was done, and replacing a client secret: the executor against the simulated tenant.

use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;
use std::task::Poll;

use jiff::Timestamp;
use mimeo::compile::{Inputs, compile};
use mimeo::execute::cloud::Endpoints;
use mimeo::execute::event::Event;
use mimeo::execute::graph::Client;
use mimeo::execute::journal::Journal;
use mimeo::execute::pace::Pace;
use mimeo::execute::run::{Decided, Outcome, Run, Tools, needed_secrets};
use mimeo::execute::secret::{Secrets, Source};
use mimeo::execute::session::Sessions;
use mimeo::execute::sign_in::{Application, Method, Outside, Shown};
use mimeo::execute::simulate;
use mimeo::execute::simulate::person::Obliging;
use mimeo::execute::simulate::server::StandIn;
use mimeo::execute::simulate::tenant::GRAPH_COMMAND_LINE;
use mimeo::execute::simulate::tenant::service::Service;
use mimeo::execute::simulate::world::{Shared, World};
use mimeo::plan::Plan;
use mimeo::source::files::Disk;

use crate::support::{TODAY, root};

pub(super) fn plan() -> Plan {
    let path = |ending: &str| root().join("examples/register-application").with_extension(ending);
    let mut inputs = Inputs::new(path("rhai"), TODAY);
    inputs.values.push(path("toml"));
    compile(&Disk, &inputs).expect("it can be read").plan.expect("it is right")
}

pub(super) enum Deed {
    CarryOut,
    Undo,
    Rotate,
}

/// One run of the program's executor, as a command does it.
pub(super) async fn run(
    plan: &Plan,
    shared: &Shared,
    file: &Path,
    deed: Deed,
) -> (Outcome, Vec<Event>) {
    let (outcome, events) = run_until(plan, shared, file, deed, &|| false).await;
    (outcome.expect("nothing ends it"), events)
}

/// The same, with secrets of the caller's.
pub(super) async fn run_with(
    plan: &Plan,
    shared: &Shared,
    file: &Path,
    deed: Deed,
    secrets: &Secrets,
) -> (Outcome, Vec<Event>) {
    let (outcome, events) = run_whole(plan, shared, file, deed, secrets, &|| false).await;
    (outcome.expect("nothing ends it"), events)
}

/// A run that is dropped at the first moment at which `ends` says so, as a crash does it.
async fn run_until(
    plan: &Plan,
    shared: &Shared,
    file: &Path,
    deed: Deed,
    ends: &dyn Fn() -> bool,
) -> (Option<Outcome>, Vec<Event>) {
    let source = |name| (name, Source::Rehearsal(shared.clone()));
    let sources: BTreeMap<_, _> = needed_secrets(plan, &[]).into_iter().map(source).collect();
    run_whole(plan, shared, file, deed, &Secrets::new(sources), ends).await
}

async fn run_whole(
    plan: &Plan,
    shared: &Shared,
    file: &Path,
    deed: Deed,
    secrets: &Secrets,
    ends: &dyn Fn() -> bool,
) -> (Option<Outcome>, Vec<Event>) {
    let service = Service::start(shared.clone()).await.expect("a port");
    let endpoints = service.endpoints(Endpoints::of("global").expect("it is known"));
    let (journal, records) = match Journal::open(file, plan) {
        Ok(found) => (found.journal, found.records),
        Err(_) => (Journal::create(file, plan).expect("it is new"), Vec::new()),
    };
    let pace = Pace::scaled(0.0);
    let sessions = sessions(plan, &endpoints, &pace);
    let client = Client::new(reqwest::Client::new(), endpoints, pace.clone());
    let machine = StandIn::new(shared.clone(), plan, pace.clone());
    let events = std::cell::RefCell::new(Vec::new());
    let watch = |event: &Event| events.borrow_mut().push(event.clone());
    let person = Obliging { watch: &watch, pace: pace.clone() };
    let tools = Tools {
        machine: &machine,
        person: &person,
        client: &client,
        sessions: &sessions,
        secrets,
        pace: &pace,
        watch: &watch,
        point: &|| shared.point(),
        other_mailbox: None,
    };
    let run = Run::new(plan, tools, journal, &records, "test".to_owned());
    let decided = Decided::default();
    let mut work = Box::pin(async {
        match deed {
            Deed::CarryOut => run.carry_out(&decided).await.expect("the journal is written"),
            Deed::Undo => run.undo().await.expect("the journal is written"),
            Deed::Rotate => run.rotate(Timestamp::now()).await.expect("there is a secret"),
        }
    });
    let outcome = std::future::poll_fn(|context| {
        if ends() { Poll::Ready(None) } else { work.as_mut().poll(context).map(Some) }
    })
    .await;
    drop(work);
    drop(run);
    (outcome, events.into_inner())
}

/// Whoever signs in to the simulated tenant: a browser that agrees to everything.
pub(super) fn sessions(plan: &Plan, endpoints: &Endpoints, pace: &Pace) -> Sessions {
    let mut outside = Outside::new(Rc::new(|shown: &Shown<'_>| {
        if let Shown::Browser { url } = shown {
            let url = url.to_string();
            tokio::task::spawn_local(async move { reqwest::get(url).await.map(|_| ()) });
        }
    }));
    outside.pause = Rc::new(|_| Box::pin(async {}));
    let tenant = "contoso.onmicrosoft.com".to_owned();
    let who = Application { client_id: GRAPH_COMMAND_LINE.to_owned(), tenant };
    Sessions::new(plan, endpoints, who, Method::Browser, outside, pace)
        .expect("nothing is sent yet")
}

pub(super) fn world(plan: &Plan) -> World {
    let endpoints = Endpoints::of("global").expect("it is known");
    simulate::world(plan, &endpoints, std::collections::BTreeSet::new())
}

pub(super) fn local<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    tokio::task::LocalSet::new().block_on(&runtime.expect("it starts"), future)
}

/// A program that reads events knows where a run begins and where it is over.
fn assert_framed(events: &[Event]) {
    let [first, between @ .., last] = events else { panic!("{events:?}") };
    assert!(matches!(first, Event::Started { .. }), "{first:?}");
    assert!(matches!(last, Event::Finished { .. }), "{last:?}");
    let frame = |it: &Event| matches!(it, Event::Started { .. } | Event::Finished { .. });
    assert!(!between.iter().any(frame), "{between:?}");
}

#[test]
fn what_was_made_is_taken_back_and_once() {
    let (plan, folder) = (plan(), tempfile::tempdir().expect("a folder"));
    let (shared, file) = (Shared::new(world(&plan)), folder.path().join("plan.journal"));
    local(async {
        let (outcome, events) = run(&plan, &shared, &file, Deed::CarryOut).await;
        assert!(matches!(outcome, Outcome::Complete), "{outcome:?}");
        assert_framed(&events);
        assert_eq!(shared.look().tenant.applications.len(), 1);
        let (outcome, events) = run(&plan, &shared, &file, Deed::Undo).await;
        assert!(matches!(outcome, Outcome::Complete), "{outcome:?}");
        assert_framed(&events);
        let effects = {
            let world = shared.look();
            assert!(world.tenant.applications.is_empty(), "the application was made by the plan");
            assert!(world.tenant.exchange.assignments.is_empty(), "and so was its role");
            assert!(
                !world.server.secrets.contains_key("mailbox_app_secret"),
                "its secret is worth nothing"
            );
            world.effects.len()
        };
        let (outcome, _) = run(&plan, &shared, &file, Deed::Undo).await;
        assert!(matches!(outcome, Outcome::Complete), "{outcome:?}");
        assert_eq!(shared.look().effects.len(), effects, "nothing is taken back twice");
    });
}

#[test]
fn what_a_crash_lost_the_end_of_is_taken_back_if_it_was_not_there_before() {
    let (plan, folder) = (plan(), tempfile::tempdir().expect("a folder"));
    let (shared, file) = (Shared::new(world(&plan)), folder.path().join("plan.journal"));
    local(async {
        let made = || !shared.look().tenant.applications.is_empty();
        let (outcome, _) = run_until(&plan, &shared, &file, Deed::CarryOut, &made).await;
        assert!(outcome.is_none(), "the answer of the tenant was never read");
        assert!(made());
        let (outcome, events) = run(&plan, &shared, &file, Deed::Undo).await;
        assert!(matches!(outcome, Outcome::Complete), "{outcome:?} {events:?}");
        assert!(!made(), "{events:?}");
    });
}

#[test]
fn what_was_there_before_a_crash_is_left_alone() {
    let (plan, folder) = (plan(), tempfile::tempdir().expect("a folder"));
    let shared = Shared::new(world(&plan));
    local(async {
        let file = folder.path().join("first.journal");
        let (outcome, _) = run(&plan, &shared, &file, Deed::CarryOut).await;
        assert!(matches!(outcome, Outcome::Complete), "{outcome:?}");
        let before = {
            let tenant = &shared.look().tenant;
            (tenant.principals.len(), tenant.grants.len())
        };
        // Another run finds it, and dies in each of the steps that could have made something.
        for step in ["register-application", "create-service-principal"] {
            let file = folder.path().join(format!("{step}.journal"));
            let begun = format!("\"begun\":{{\"step\":\"{step}\"}}");
            let ends = || std::fs::read_to_string(&file).unwrap_or_default().contains(&begun);
            let (outcome, events) = run_until(&plan, &shared, &file, Deed::CarryOut, &ends).await;
            assert!(outcome.is_none(), "{step}: {outcome:?} {events:?}");
            let (outcome, events) = run(&plan, &shared, &file, Deed::Undo).await;
            assert!(matches!(outcome, Outcome::Complete), "{step}: {outcome:?}");
            let world = shared.look();
            assert_eq!(world.tenant.applications.len(), 1, "{step}: {events:?}");
            let kept = (world.tenant.principals.len(), world.tenant.grants.len());
            assert_eq!(kept, before, "{step}: {events:?}");
        }
    });
}

#[test]
fn every_deed_is_framed_by_its_events() {
    let (plan, folder) = (plan(), tempfile::tempdir().expect("a folder"));
    let (shared, file) = (Shared::new(world(&plan)), folder.path().join("plan.journal"));
    local(async {
        for deed in [Deed::CarryOut, Deed::Rotate, Deed::Undo] {
            let (_, events) = run(&plan, &shared, &file, deed).await;
            assert_framed(&events);
            let (first, last) = (events.first(), events.last());
            assert!(matches!(first, Some(Event::Started { complete: 0, .. })), "{first:?}");
            let Some(Event::Started { steps, .. }) = first else { continue };
            let Some(Event::Finished { outcome, complete, .. }) = last else {
                panic!("{last:?}");
            };
            assert_eq!((outcome.as_str(), complete), ("complete", steps));
        }
    });
}

#[test]
fn a_client_secret_is_replaced_and_only_then_taken_away() {
    let (plan, folder) = (plan(), tempfile::tempdir().expect("a folder"));
    let (shared, file) = (Shared::new(world(&plan)), folder.path().join("plan.journal"));
    local(async {
        let (outcome, _) = run(&plan, &shared, &file, Deed::CarryOut).await;
        assert!(matches!(outcome, Outcome::Complete), "{outcome:?}");
        for _ in 0..2 {
            let before = shared.look().tenant.applications[0].secrets[0].key_id.clone();
            let (outcome, events) = run(&plan, &shared, &file, Deed::Rotate).await;
            assert!(matches!(outcome, Outcome::Complete), "{outcome:?} {events:?}");
            let secrets = shared.look().tenant.applications[0].secrets.clone();
            assert_eq!(secrets.len(), 1, "the old one is gone, and the new one is there");
            assert_ne!(secrets[0].key_id, before);
        }
    });
}

//! Taking back what was done, and replacing a client secret: the executor against the simulated tenant.

use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

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
    let source = |name| (name, Source::Rehearsal(shared.clone()));
    let sources: BTreeMap<_, _> = needed_secrets(plan, &[]).into_iter().map(source).collect();
    run_with(plan, shared, file, deed, &Secrets::new(sources)).await
}

/// The same, with secrets of the caller's.
pub(super) async fn run_with(
    plan: &Plan,
    shared: &Shared,
    file: &Path,
    deed: Deed,
    secrets: &Secrets,
) -> (Outcome, Vec<Event>) {
    let service = Service::start(shared.clone()).await.expect("a port");
    let endpoints = service.endpoints(Endpoints::of("global").expect("it is known"));
    let (journal, records) = match Journal::open(file, plan) {
        Ok(found) => (found.journal, found.records),
        Err(_) => (Journal::create(file, plan).expect("it is new"), Vec::new()),
    };
    let pace = Pace::scaled(0.0);
    let mut outside = Outside::new(Rc::new(|shown: &Shown<'_>| {
        if let Shown::Browser { url } = shown {
            let url = url.to_string();
            tokio::task::spawn_local(async move { reqwest::get(url).await.map(|_| ()) });
        }
    }));
    outside.pause = Rc::new(|_| Box::pin(async {}));
    let tenant = "contoso.onmicrosoft.com".to_owned();
    let who = Application { client_id: GRAPH_COMMAND_LINE.to_owned(), tenant };
    let sessions = Sessions::new(plan, &endpoints, who, Method::Browser, outside, &pace);
    let sessions = sessions.expect("nothing is sent yet");
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
    let outcome = match deed {
        Deed::CarryOut => run.carry_out(&Decided::default()).await.expect("the journal is written"),
        Deed::Undo => run.undo().await.expect("the journal is written"),
        Deed::Rotate => run.rotate(Timestamp::now()).await.expect("there is a secret"),
    };
    drop(run);
    (outcome, events.into_inner())
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

//! Carrying out, proved on rehearsals: the program itself is started, killed, disturbed and started again.

/// A crash at every point, and journals that a crash cut off.
mod crash;
/// Everything that `--fail` can break.
mod faults;
/// Somebody presses Ctrl-C.
mod interrupt;
/// One run at a time.
mod locks;
/// Answers that a proxy or a bad day puts in the place of Microsoft's.
mod odd;
/// A client secret is replaced while the power goes.
mod rotate;
/// Secrets in what is written and said; how often the journal waits.
mod secrets;
/// A saved plan away from what it was made from.
mod saved;
/// Plans and journals that somebody altered.
mod tamper;
/// Taking back what was done, and replacing a client secret.
mod undo;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use mimeo::execute::cloud::Endpoints;
use mimeo::execute::simulate;
use mimeo::execute::simulate::fault::Fault;
use mimeo::execute::simulate::tenant::service::Service;
use mimeo::execute::simulate::tenant::{Client, digest};
use mimeo::execute::simulate::world::Shared;
use mimeo::plan::Plan;
use serde_json::Value as Json;

use crate::support::root;

/// A folder with a script, its values, and what rehearsals of it leave.
struct Stage {
    folder: tempfile::TempDir,
}

/// How the program ended, and what it said.
struct Run {
    /// Nothing if it was killed.
    code: Option<i32>,
    out: String,
    err: String,
}

impl Stage {
    fn new(script: &Script) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("main.rhai"), &script.text).expect("a file");
        std::fs::write(folder.path().join("values.toml"), &script.values).expect("a file");
        std::fs::write(folder.path().join("roots.pem"), ROOTS.as_bytes()).expect("a file");
        Stage { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The program with these arguments, in this folder, with locks and temporary files of its own.
    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mimeo"));
        command.args(args).current_dir(self.folder.path()).env("COLUMNS", "100");
        command.env("LANG", "C.UTF-8").env("TMPDIR", self.folder.path());
        // To read a system's hundreds of root certificates takes longer than a rehearsal.
        command.env("SSL_CERT_FILE", self.path("roots.pem"));
        command.env("SSL_CERT_DIR", self.path("no-roots"));
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy();
            if name.starts_with("MIMEO_") || name.starts_with("AZURE_") || name == "NO_COLOR" {
                command.env_remove(&*name);
            }
        }
        command
    }

    fn run(&self, args: &[&str]) -> Run {
        Run::of(self.command(args).output().expect("the program starts"))
    }

    /// The command line of a rehearsal in a folder of this one.
    fn rehearsal<'a>(folder: &'a str, more: &[&'a str]) -> Vec<&'a str> {
        let mut args = vec!["rehearse", "main.rhai", "--values", "values.toml", "--at-once"];
        args.extend(["--as-of", "2026-11-23", "--folder", folder]);
        args.extend(more);
        args
    }

    fn rehearse(&self, folder: &str, more: &[&str]) -> Run {
        self.run(&Self::rehearsal(folder, more))
    }

    /// Its plan, as a command of its own makes it.
    fn plan(&self) -> Plan {
        let made = ["plan", "main.rhai", "--values", "values.toml", "--as-of", "2026-11-23"];
        let made = self.run(&[&made[..], &["--out", "contoso.plan.json"]].concat());
        assert_eq!(made.code, Some(0), "{}", made.all());
        Plan::from_json(&self.read("contoso.plan.json")).expect("it is whole")
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).expect("it is there")
    }

    fn world(&self, folder: &str) -> Json {
        serde_json::from_str(&self.read(&format!("{folder}/world.json"))).expect("it is JSON")
    }

    fn effects(&self, folder: &str) -> Vec<String> {
        effects(&self.world(folder))
    }
}

impl Run {
    fn of(output: Output) -> Self {
        let text = |it: Vec<u8>| String::from_utf8(it).expect("the program writes UTF-8");
        Run { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// The events of a run with `--output-format ndjson`.
    fn events(&self) -> Vec<Json> {
        self.out.lines().map(|it| serde_json::from_str(it).expect("each line is JSON")).collect()
    }

    /// The codes of the findings among its events.
    fn codes(&self) -> Vec<String> {
        let codes = self.events();
        let codes = codes.iter().filter_map(|it| it.get("code")?.as_str());
        codes.filter(|it| !it.is_empty()).map(str::to_owned).collect()
    }

    /// Everything that it said, for a message.
    fn all(&self) -> String {
        format!("{:?}\n{}\n{}", self.code, self.out, self.err)
    }
}

/// The one root certificate that the program finds.
static ROOTS: LazyLock<String> = LazyLock::new(|| {
    let names = vec!["roots.contoso.com".to_owned()];
    rcgen::generate_simple_self_signed(names).expect("a certificate").cert.pem()
});

/// A script that is rehearsed, with its values.
struct Script {
    name: &'static str,
    text: String,
    values: String,
}

/// The application is registered and limited to one mailbox.
static SCOPED: LazyLock<Script> =
    LazyLock::new(|| example("scoped", "register-application", |it| it));
/// The application is registered, gets the consent for all mailboxes, and is restricted to a group.
static GROUP: LazyLock<Script> = LazyLock::new(|| {
    example("group", "register-application", |it| {
        it.replace(".scope_to_mailbox()", ".restrict_to_group(\"MIMMailboxAccess\")")
    })
});
/// An installation without a window and without the cloud.
static QUIET: LazyLock<Script> = LazyLock::new(|| example("quiet", "volume-quiet", |it| it));

fn example(name: &'static str, file: &str, edit: impl FnOnce(String) -> String) -> Script {
    let read = |ending: &str| {
        let path = root().join("examples").join(file).with_extension(ending);
        std::fs::read_to_string(path).expect("it is there")
    };
    let original = read("rhai");
    let text = edit(original.clone());
    assert_eq!(text == original, name != "group", "`{name}` is what its name says");
    Script { name, text, values: read("toml") }
}

/// What happened in a simulated world, in order.
fn effects(world: &Json) -> Vec<String> {
    let effects = world["effects"].as_array().expect("a list");
    effects.iter().map(|it| it.as_str().expect("a text").to_owned()).collect()
}

/// The effects, sorted, without those that the plan may repeat, and without a client secret that was taken away again.
fn once_only(effects: &[String]) -> Vec<String> {
    let again = ["PollExchangeEnabled = 1", "service FIMService restarted", "rule enabled: "];
    let may_repeat = |it: &str| again.iter().any(|again| it.contains(again));
    let mut kept: Vec<String> = Vec::new();
    for effect in effects {
        if may_repeat(effect) && kept.contains(effect) {
            continue;
        }
        if effect == "client secret removed" {
            let added = kept.iter().rposition(|it| it == "client secret added");
            kept.remove(added.expect("only what was added is removed"));
            continue;
        }
        kept.push(effect.clone());
    }
    kept.sort_unstable();
    kept
}

/// The one client secret of the registered application, which must be the one that is kept.
fn assert_one_live_secret(world: &Json, name: &str) {
    let applications = world["tenant"]["applications"].as_array().expect("a list");
    let [application] = applications.as_slice() else { panic!("{name}: {applications:#?}") };
    let secrets = application["secrets"].as_array().expect("a list");
    let [secret] = secrets.as_slice() else { panic!("{name}: {secrets:#?}") };
    let kept = world["server"]["secrets"]["mailbox_app_secret"].as_str().expect("it is kept");
    assert_eq!(secret["digest"], digest(kept), "{name}");
}

/// That two worlds came to the same.
fn assert_same_state(one: &Json, other: &Json, name: &str) {
    let mut different = Vec::new();
    differences("", &state(one), &state(other), &mut different);
    assert!(different.is_empty(), "{name}: {}", different.join("\n"));
}

fn differences(at: &str, one: &Json, other: &Json, found: &mut Vec<String>) {
    match (one, other) {
        (Json::Object(some), Json::Object(others)) => {
            for key in some.keys().chain(others.keys()) {
                differences(&format!("{at}/{key}"), &one[key], &other[key], found);
            }
        }
        (Json::Array(some), Json::Array(others)) if some.len() == others.len() => {
            for (place, (one, other)) in some.iter().zip(others).enumerate() {
                differences(&format!("{at}/{place}"), one, other, found);
            }
        }
        _ if one == other => {}
        _ => found.push(format!("{at}: {one} instead of {other}")),
    }
}

/// What a world came to, without what differs from run to run.
fn state(world: &Json) -> Json {
    let mut state = serde_json::json!({ "server": world["server"], "tenant": world["tenant"] });
    state["server"]["secrets"] = Json::Null;
    for name in ["sign_ins", "counted", "struck", "deleted"] {
        state["tenant"].as_object_mut().expect("an object").shift_remove(name);
    }
    let empty = |it: &mut Json, names: &[&str]| {
        for name in names {
            it[*name] = Json::Null;
        }
    };
    for application in list(&mut state["tenant"]["applications"]) {
        empty(application, &["created", "unseen", "unknown"]);
        for secret in list(&mut application["secrets"]) {
            empty(secret, &["key_id", "start", "hint", "digest", "unknown"]);
        }
    }
    for principal in list(&mut state["tenant"]["principals"]) {
        empty(principal, &["id", "unseen"]);
    }
    for grant in list(&mut state["tenant"]["grants"]) {
        empty(grant, &["id", "principal", "resource", "created", "unseen", "missing"]);
    }
    state
}

fn list(json: &mut Json) -> impl Iterator<Item = &mut Json> {
    json.as_array_mut().expect("a list").iter_mut()
}

/// A simulated tenant on a thread of its own, for a program that is to take it for the real one.
struct Tenant {
    shared: Shared,
    origin: String,
    /// Dropped, it ends.
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Tenant {
    /// The application that the program signs in as.
    const CLIENT: &str = "0000000e-0000-4000-8000-000000000001";

    /// The tenant of a plan, in which an application with this secret may do everything that the plan asks of Graph.
    fn of(plan: &Plan, secret: &str, faults: &[Fault]) -> Self {
        let endpoints = Endpoints::of("global").expect("it is known");
        let faults = faults.iter().copied().collect();
        let mut world = simulate::world(plan, &endpoints, faults);
        let rights = plan.steps.iter().flat_map(|it| &it.rights);
        let roles = rights.filter(|it| it.on == "Microsoft Graph").map(|it| it.right.clone());
        let client = Client {
            secrets: vec![digest(secret)],
            roles: roles.chain(["Organization.Read.All".to_owned()]).collect(),
            ..Client::default()
        };
        world.tenant.shows_at_once = true;
        world.tenant.clients.insert(Self::CLIENT.to_owned(), client);
        let shared = Shared::recording(world);
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let (tell, told) = std::sync::mpsc::channel();
        let of_thread = shared.clone();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("it starts").block_on(async {
                let service = Service::start(of_thread).await.expect("a port");
                tell.send(service.origin()).expect("somebody waits for it");
                // Nobody sends anything: it ends when the other end is dropped.
                stopped.await.unwrap_or_default();
            });
        });
        let origin = told.recv().expect("it starts");
        Tenant { shared, origin, stop: Some(stop), thread: Some(thread) }
    }

    /// The command line that goes to this tenant instead of the real one.
    fn reached(&self, args: &[&str]) -> Vec<String> {
        let mut all: Vec<String> = args.iter().map(|it| (*it).to_owned()).collect();
        all.extend(["--sign-in", "client-secret", "--client-id", Self::CLIENT].map(str::to_owned));
        for name in ["login", "graph", "exchange"] {
            all.extend(["--endpoint".to_owned(), format!("{name}={}", self.origin)]);
        }
        all
    }
}

impl Drop for Tenant {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(Err(failed)) = self.thread.take().map(std::thread::JoinHandle::join) {
            std::panic::resume_unwind(failed);
        }
    }
}

/// Everything in a folder and below, with its bytes, by path.
fn snapshot(folder: &Path) -> std::collections::BTreeMap<PathBuf, Vec<u8>> {
    let mut all = std::collections::BTreeMap::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            all.insert(path.clone(), Vec::new());
            all.extend(snapshot(&path));
        } else {
            let bytes = std::fs::read(&path).expect("a file");
            all.insert(path, bytes);
        }
    }
    all
}

//! Secrets in what is written and said; how often the journal waits for the disk.

use std::collections::BTreeMap;
use std::path::Path;

use mimeo::execute::run::Outcome;
use mimeo::execute::secret::{Secrets, Source};
use mimeo::execute::simulate::world::{Sent, Shared};
use serde_json::Value as Json;

use super::{Run, SCOPED, Stage, Tenant, undo};

/// What nobody may read anywhere, in whatever form: the password of the service, the secret of the program's own
/// application.
const SERVICE: &str = r#"Canary "of" the <service> & \4711"#;
const CLIENT: &str = r#"Canary+"of"%the'client'&\4712"#;
/// The variable that the values file names for the password of the service.
const VARIABLE: &str = "MIM_SERVICE_PASSWORD";

/// Every file below a folder, with its bytes.
fn files(folder: &Path, all: &mut Vec<(std::path::PathBuf, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, all);
        } else {
            let bytes = std::fs::read(&path).expect("a file");
            all.push((path, bytes));
        }
    }
}

/// Everything in a stage's folder but the files that are there to hold a secret.
fn written(stage: &Stage, but: &[&str]) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut all = Vec::new();
    files(&stage.path("."), &mut all);
    all.retain(|(path, _)| !but.iter().any(|it| path.ends_with(it)));
    all
}

/// As it stands in the body of a form.
fn encoded(secret: &str) -> String {
    url::form_urlencoded::byte_serialize(secret.as_bytes()).collect()
}

/// The forms in which somebody may write a secret: as it is, in JSON, in JSON within JSON, in XML, in a form, on a command
/// line, and in Base64.
fn forms(secret: &str) -> Vec<String> {
    use base64::Engine as _;
    let json = |text: &str| {
        let quoted = serde_json::to_string(text).expect("it is text");
        quoted[1..quoted.len() - 1].to_owned()
    };
    let of_form = encoded(secret);
    vec![
        secret.to_owned(),
        json(secret),
        json(&json(secret)),
        quick_xml::escape::escape(secret).into_owned(),
        of_form.replace('+', "%20"),
        of_form,
        secret.replace('"', "\"\""),
        secret.replace('"', "\\\""),
        secret.replace('\'', "''"),
        base64::engine::general_purpose::STANDARD.encode(secret),
    ]
}

fn assert_nowhere(canaries: &[&str], written: &[(std::path::PathBuf, Vec<u8>)], name: &str) {
    for (path, bytes) in written {
        let text = String::from_utf8_lossy(bytes);
        for canary in canaries {
            for form in forms(canary) {
                assert!(!text.contains(&form), "{name}: {form} is in {}", path.display());
            }
        }
    }
}

/// The program signs in, registers the application, keeps its new secret and opens the mailbox with it. Somebody says that
/// what only Windows can do has been done.
#[test]
fn no_secret_is_in_anything_that_apply_writes_says_or_sends() {
    for format in ["full", "ndjson"] {
        let stage = Stage::new(&SCOPED);
        let tenant = Tenant::of(&stage.plan(), CLIENT, &[]);
        let mut args = vec!["apply".to_owned(), "main.rhai".to_owned()];
        args.extend(["--values", "values.toml", "--as-of", "2026-11-23"].map(str::to_owned));
        let mut said = Vec::new();
        let is_open = || tenant.shared.sent().iter().any(|it| it.to.contains("/EWS/"));
        while !is_open() {
            let more = ["--yes", "--output-format", format];
            let all: Vec<&str> = args.iter().map(String::as_str).chain(more).collect();
            let all = tenant.reached(&all);
            let all: Vec<&str> = all.iter().map(String::as_str).collect();
            let mut command = stage.command(&all);
            command.env(VARIABLE, SERVICE).env("AZURE_CLIENT_SECRET", CLIENT);
            let ran = Run::of(command.output().expect("it starts"));
            assert_eq!(ran.code, Some(8), "{}", ran.all());
            said.push(("stdout".into(), ran.out.into_bytes()));
            said.push(("stderr".into(), ran.err.into_bytes()));
            let status = stage.run(&["status", "values.plan.json"]).out;
            let failed = status.lines().find(|it| it.contains(" failed "));
            let id = failed.and_then(|it| it.split_whitespace().nth(1)).expect("one failed");
            args = ["resume", "values.plan.json", "--root", ".", "--done", id]
                .map(str::to_owned)
                .to_vec();
            assert!(said.len() < 20, "{status}");
        }
        let made = stage.read("secrets/mailbox.txt");
        let made = made.trim();
        assert!(made.len() > 20, "a secret was made");
        said.extend(written(&stage, &["secrets/mailbox.txt"]));
        assert_nowhere(&[SERVICE, CLIENT, made], &said, format);
        assert_sent_to_sign_in_only(&tenant.shared, &[SERVICE, CLIENT, made]);
        for canary in [CLIENT, made] {
            let mut sent = tenant.shared.sent().into_iter();
            assert!(sent.any(|it| it.body.contains(&encoded(canary))), "it was used");
        }
    }
}

/// Every secret goes to the sign-in service, in a body, or nowhere.
fn assert_sent_to_sign_in_only(shared: &Shared, canaries: &[&str]) {
    let sent = shared.sent();
    assert!(sent.len() > 3, "{sent:#?}");
    for Sent { to, headers, body } in sent {
        let to_sign_in = to.ends_with("/oauth2/v2.0/token");
        for canary in canaries {
            for form in forms(canary) {
                assert!(!to.contains(&form) && !headers.contains(&form), "{to}");
                assert!(!body.contains(&form) || to_sign_in, "{to}");
            }
        }
    }
}

/// The whole plan to its end: the installation with its log, the mailbox opened, and everything that was told.
#[test]
fn no_secret_is_in_anything_that_a_whole_run_leaves() {
    let folder = tempfile::tempdir().expect("a folder");
    let plan = undo::plan();
    let shared = Shared::recording(undo::world(&plan));
    let kept = folder.path().join("mailbox.txt");
    let sources = BTreeMap::from([
        (
            "mim_service_password".to_owned(),
            Source::Environment(VARIABLE.to_owned(), Some(SERVICE.to_owned().into())),
        ),
        ("mailbox_app_secret".to_owned(), Source::File(kept.clone())),
    ]);
    let file = folder.path().join("plan.journal");
    let mut told = Vec::new();
    let mut made = Vec::new();
    for deed in [undo::Deed::CarryOut, undo::Deed::Rotate, undo::Deed::Undo] {
        let secrets = Secrets::new(sources.clone());
        let ran = undo::run_with(&plan, &shared, &file, deed, &secrets);
        let (outcome, events) = undo::local(ran);
        assert!(matches!(outcome, Outcome::Complete), "{outcome:?}");
        told.push(("events".into(), serde_json::to_vec(&events).expect("they are data")));
        told.push(("outcome".into(), format!("{outcome:?}").into_bytes()));
        if let Ok(text) = std::fs::read_to_string(&kept) {
            made.push(text.trim().to_owned());
        }
    }
    let [first, second] = made.as_slice() else { panic!("one was made, then another: {made:?}") };
    assert_ne!(first, second);
    let canaries = [SERVICE, first.as_str(), second.as_str()];
    files(folder.path(), &mut told);
    let world = shared.look();
    assert!(world.server.logs.values().any(|it| it.contains("***")), "the log was cleaned");
    told.push(("world".into(), serde_json::to_vec(&*world).expect("it is data")));
    drop(world);
    told.push(("plan".into(), plan.to_json().into_bytes()));
    assert_nowhere(&canaries, &told, "a whole run");
    assert_sent_to_sign_in_only(&shared, &canaries);
    let opened = shared.sent().iter().any(|it| it.body.contains("client_secret="));
    assert!(opened, "the application signed in");
}

/// The secrets of a rehearsal are worth nothing, and are treated as if they were.
#[test]
fn no_secret_is_in_anything_that_a_rehearsal_leaves() {
    let stage = Stage::new(&SCOPED);
    let cut = stage.rehearse("folder", &["--fail", "power-cut:1"]);
    assert_ne!(cut.code, Some(0));
    let mut world = stage.world("folder");
    world["server"]["secrets"]["mim_service_password"] = SERVICE.into();
    std::fs::write(stage.path("folder/world.json"), world.to_string()).expect("a file");
    for more in [&["--fail", "install:1603"][..], &["--output-format", "ndjson"]] {
        let ran = stage.rehearse("folder", more);
        let mut all = vec![("stdout".into(), ran.out.into_bytes())];
        all.push(("stderr".into(), ran.err.into_bytes()));
        let mut world = stage.world("folder");
        let secrets = std::mem::take(&mut world["server"]["secrets"]);
        assert_eq!(secrets["mim_service_password"], SERVICE, "it was used");
        let made = secrets["mailbox_app_secret"].as_str().expect("it was made");
        all.push(("world".into(), world.to_string().into_bytes()));
        all.extend(written(&stage, &["folder/world.json"]));
        assert_nowhere(&[SERVICE, made], &all, "a rehearsal");
    }
}

/// What preflight says of each secret, by the way that the values file names.
#[test]
fn preflight_says_which_secrets_are_not_to_be_had() {
    let stage = Stage::new(&SCOPED);
    let values = stage.read("values.toml");
    let head = values.split("[secrets]").next().expect("there is something before");
    std::fs::write(stage.path("empty.txt"), "\n").expect("a file");
    std::fs::write(stage.path("password.txt"), format!("{SERVICE}\n")).expect("a file");
    std::fs::create_dir(stage.path("folder.txt")).expect("a folder");
    let good = r#"{ file = "secrets/mailbox.txt" }"#;
    // The source of the password, that of the new secret, and what is said; nothing if nothing speaks against it.
    let cases = [
        (r#"{ env = "MIM_SERVICE_PASSWORD" }"#, good, ""),
        (r#"{ file = "password.txt" }"#, good, ""),
        (r#"{ env = "NOT_SET" }"#, good, "is not in the environment variable `NOT_SET`"),
        (r#"{ file = "nowhere.txt" }"#, good, "nowhere.txt"),
        (r#"{ file = "empty.txt" }"#, good, "empty.txt"),
        (r#"{ file = "folder.txt" }"#, good, "folder.txt"),
        (r#"{ prompt = "Password" }"#, good, "begin in a terminal"),
        (r#"{ file = "password.txt" }"#, r#"{ file = "folder.txt" }"#, "it is no file"),
        (r#"{ file = "password.txt" }"#, r#"{ file = "empty.txt/new.txt" }"#, "empty.txt/new.txt"),
    ];
    for (password, made, says) in cases {
        let text = format!(
            "{head}[secrets]\nmim_service_password = {password}\nmailbox_app_secret = {made}\n"
        );
        std::fs::write(stage.path("values.toml"), text).expect("a file");
        let before = written(&stage, &[]);
        let mut args = vec!["preflight", "main.rhai", "--values", "values.toml", "--offline"];
        args.extend(["--as-of", "2026-11-23", "--output-format", "json"]);
        let mut command = stage.command(&args);
        let command = command.env(VARIABLE, SERVICE).stdin(std::process::Stdio::null());
        let ran = Run::of(command.output().expect("it starts"));
        let report: Json = serde_json::from_str(&ran.out).expect("it is JSON");
        let all = report["findings"].as_array().expect("a list");
        let found: Vec<&Json> = all.iter().filter(|it| it["code"] == "secret-unreadable").collect();
        let name = format!("{password}, {made}: {}", ran.all());
        assert_eq!(found.len(), usize::from(!says.is_empty()), "{name}");
        assert!(found.iter().all(|it| it.to_string().contains(says)), "{name}");
        assert!(ran.code == Some(4) || says.is_empty(), "{name}");
        assert!(!ran.out.contains(SERVICE) && !ran.err.contains(SERVICE), "{name}");
        assert_eq!(written(&stage, &[]), before, "{name}: nothing was changed");
    }
}

#[cfg(not(windows))]
#[test]
fn what_is_in_a_store_that_is_elsewhere_is_unknown() {
    let stage = Stage::new(&SCOPED);
    let values = stage.read("values.toml");
    let stored = values.replace(r#"{ env = "MIM_SERVICE_PASSWORD" }"#, r#"{ credential = "MIM" }"#);
    assert_ne!(values, stored);
    std::fs::write(stage.path("values.toml"), stored).expect("a file");
    let mut args = vec!["preflight", "main.rhai", "--values", "values.toml", "--offline"];
    args.extend(["--as-of", "2026-11-23"]);
    let ran = stage.run(&args);
    let line = ran.out.lines().find(|it| it.contains("`mim_service_password`"));
    let line = line.expect("it is named");
    assert!(line.trim_start().starts_with("unknown"), "{line}");
    assert!(!ran.out.contains("secret-unreadable"), "{}", ran.out);
}

#[test]
fn a_step_costs_one_wait_for_the_disk() {
    let ran = Stage::new(&SCOPED).rehearse("whole", &["--output-format", "ndjson"]);
    let events: Vec<Json> =
        ran.out.lines().map(|it| serde_json::from_str(it).expect("it is JSON")).collect();
    let steps = events.iter().filter(|it| it["event"] == "step_started").count();
    let finished = events.last().expect("it ends");
    assert!(steps > 10, "{}", ran.all());
    assert_eq!(finished["records"], steps + 1, "{}", ran.all());
    assert_eq!(finished["event"], "finished");
}

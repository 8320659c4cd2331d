//! A real process on a pipe or a terminal: every editor's way of saving, and what comes and goes.

use std::fs;
#[cfg(unix)]
use std::io::Read;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value as Json;

const SCRIPT: &str = r#"license::volume();
installer::msi(`D:\MIM\Service and Portal.msi`).accept_license_terms();
portal::password_reset(param::host("host", "The host"))
    .pool_account(`contoso\mimpool$`)
    .service_address("mim.contoso.com")
    .intranet();
"#;
const VALUES: &str = "host = \"pwreset.contoso.com\"\n";

/// A busy machine takes its time.
const LIMIT: Duration = Duration::from_secs(60);

/// A folder that is watched.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = Folder(tempfile::tempdir().expect("a folder"));
        for (name, text) in files {
            folder.write(name, text);
        }
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mimeo"));
        command.arg("watch").args(args).args(["--as-of", "2026-11-23"]);
        command.current_dir(self.0.path()).env("LANG", "C.UTF-8").stdin(Stdio::null());
        command
    }

    fn watch(&self, args: &[&str]) -> Watch {
        let mut command = self.command(args);
        command.args(["--output-format", "ndjson"]);
        Watch::new(command)
    }

    fn watch_two(&self) -> Watch {
        let watch = self.watch(&["main.rhai", "contoso.toml"]);
        let first = watch.next();
        assert_eq!(first["run"], 1, "{first}");
        assert_eq!(first["customers"][0]["plan"], "good", "{first}");
        watch
    }
}

fn good() -> Folder {
    Folder::new(&[("main.rhai", SCRIPT), ("contoso.toml", VALUES)])
}

struct Watch {
    child: Child,
    events: Receiver<Json>,
}

impl Watch {
    fn new(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("it starts");
        let out = child.stdout.take().expect("it is piped");
        let (send, events) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                let event = serde_json::from_str(&line).expect("each line is JSON");
                if send.send(event).is_err() {
                    return;
                }
            }
        });
        Watch { child, events }
    }

    fn next(&self) -> Json {
        self.events.recv_timeout(LIMIT).expect("it says something in time")
    }

    /// The first run of which this holds, among a few.
    fn until(&self, holds: impl Fn(&Json) -> bool) -> Json {
        let mut seen = Vec::new();
        for _ in 0..8 {
            let event = self.next();
            if holds(&event) {
                return event;
            }
            seen.push(event.to_string());
        }
        panic!("not among\n{}", seen.join("\n"));
    }

    /// The run that finds a host that is none.
    fn found(&self, host: &str) -> Json {
        self.until(|it| it["new"].to_string().contains(host))
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.child.kill().expect("it can be ended");
        self.child.wait().expect("it was started here");
    }
}

fn named(list: &Json, name: &str) -> bool {
    list.as_array().expect("a list").iter().any(|it| it == name)
}

/// A way of saving a file.
type Way = fn(&Path, &str);

const WAYS: &[(&str, Way)] = &[
    ("in place", |path, text| {
        let mut file = fs::OpenOptions::new().write(true).open(path).expect("it is there");
        file.write_all(text.as_bytes()).expect("it can be written");
        file.set_len(text.len() as u64).expect("it can be cut");
    }),
    ("truncate and write", |path, text| fs::write(path, text).expect("it can be written")),
    ("temporary and rename", |path, text| {
        fs::write(path.with_file_name(".new"), text).expect("it can be written");
        fs::rename(path.with_file_name(".new"), path).expect("it can be renamed");
    }),
    ("backup and rename", |path, text| {
        fs::rename(path, path.with_file_name("contoso.toml~")).expect("it can be renamed");
        fs::write(path, text).expect("it can be written");
    }),
    ("delete and create", |path, text| {
        fs::remove_file(path).expect("it is there");
        fs::write(path, text).expect("it can be written");
    }),
    ("with line ends of Windows", |path, text| {
        fs::write(path, text.replace('\n', "\r\n")).expect("it can be written");
    }),
    ("bit by bit", |path, text| {
        let mut file = fs::File::create(path).expect("it can be made");
        for part in text.as_bytes().chunks(5) {
            file.write_all(part).expect("it can be written");
            file.flush().expect("it can be written");
        }
    }),
    ("twice", |path, text| {
        fs::write(path, VALUES).expect("it can be written");
        fs::write(path, text).expect("it can be written");
    }),
    #[cfg(unix)]
    ("a link that is swapped", |path, text| {
        fs::write(path.with_file_name("real"), text).expect("it can be written");
        std::os::unix::fs::symlink("real", path.with_file_name("link")).expect("a link");
        fs::rename(path.with_file_name("link"), path).expect("it can be renamed");
    }),
    #[cfg(unix)]
    ("behind the link", |path, text| {
        fs::write(path.with_file_name("real"), text).expect("it can be written");
    }),
];

#[test]
fn every_way_of_saving_is_seen() {
    let folder = good();
    let watch = folder.watch_two();
    for (index, (name, save)) in WAYS.iter().enumerate() {
        save(&folder.path("contoso.toml"), &format!("host = \"pw reset{index}\"\n"));
        let run = watch.found(&format!("pw reset{index}"));
        assert_eq!(run["customers"][0]["plan"], "stale", "{name}: {run}");
    }
}

#[cfg(unix)]
#[test]
fn a_folder_that_is_renamed_and_comes_back_is_seen() {
    let folder = Folder::new(&[("main.rhai", SCRIPT), ("values/contoso.toml", VALUES)]);
    let watch = folder.watch(&["main.rhai", "values/contoso.toml"]);
    watch.next();
    for index in 0..3 {
        fs::rename(folder.path("values"), folder.path("away")).expect("it can be renamed");
        folder.write("away/contoso.toml", &format!("host = \"pw reset{index}\"\n"));
        fs::rename(folder.path("away"), folder.path("values")).expect("it can be renamed");
        watch.found(&format!("pw reset{index}"));
        folder.write("values/contoso.toml", &format!("host = \"pw later{index}\"\n"));
        watch.found(&format!("pw later{index}"));
    }
}

#[test]
fn a_save_that_changes_nothing_is_no_run() {
    let folder = good();
    let watch = folder.watch_two();
    for _ in 0..5 {
        folder.write("contoso.toml", VALUES);
        folder.write("beside.toml", "x = 1\n");
        folder.write("contoso.toml~", "x = 1\n");
    }
    folder.write("contoso.toml", "host = \"pw reset\"\n");
    let run = watch.next();
    assert_eq!(run["run"], 2, "{run}");
    assert_eq!(run["changed"].to_string(), "[\"contoso.toml\"]");
}

#[test]
fn a_broken_script_keeps_the_last_good_plan() {
    let folder = good();
    let watch = folder.watch(&["main.rhai", "contoso.toml"]);
    let first = watch.next();
    folder.write("main.rhai", &SCRIPT[..60]);
    let broken = watch.until(|it| it["customers"][0]["plan"] == "stale");
    assert_eq!(broken["customers"][0]["seal"], first["customers"][0]["seal"]);
    folder.write("main.rhai", &SCRIPT.replace(".intranet", ".port(8080).intranet"));
    let mended = watch.until(|it| it["customers"][0]["plan"] == "good");
    assert_ne!(mended["customers"][0]["seal"], first["customers"][0]["seal"]);
    assert!(mended["customers"][0]["differences"].as_u64() > Some(0), "{mended}");
    assert!(!mended["fixed"].as_array().expect("a list").is_empty(), "{mended}");
}

#[test]
fn an_import_is_watched_for_as_long_as_it_is_one() {
    let folder = good();
    folder.write("lib/host.rhai", "fn one() { 1 }\n");
    let watch = folder.watch_two();
    let imports = format!("import \"lib/host\" as host;\n{SCRIPT}");
    folder.write("main.rhai", &imports);
    let run = watch.next();
    assert!(named(&run["watched"], "lib/host.rhai"), "{run}");
    folder.write("lib/host.rhai", "fn one() { 1 \n");
    let broken = watch.next();
    assert_eq!(broken["customers"][0]["plan"], "stale", "{broken}");
    folder.write("lib/host.rhai", "fn one() { 1 }\n");
    watch.until(|it| it["customers"][0]["plan"] == "good");
    folder.write("main.rhai", SCRIPT);
    let without = watch.next();
    assert!(!named(&without["watched"], "lib/host.rhai"), "{without}");
    folder.write("lib/host.rhai", "fn one() { 2 }\n");
    folder.write("contoso.toml", "host = \"pw reset\"\n");
    let next = watch.next();
    assert_eq!(next["changed"].to_string(), "[\"contoso.toml\"]", "{next}");
}

#[test]
fn what_is_missing_is_awaited() {
    let folder = Folder::new(&[("main.rhai", &format!("import \"lib/host\" as host;\n{SCRIPT}"))]);
    let watch = folder.watch(&["main.rhai", "values/contoso.toml"]);
    let first = watch.next();
    assert!(named(&first["missing"], "values/contoso.toml"), "{first}");
    assert!(first["missing"].to_string().contains("lib/host.rhai"), "{first}");
    folder.write("values/contoso.toml", VALUES);
    watch.until(|it| !named(&it["missing"], "values/contoso.toml"));
    folder.write("lib/host.rhai", "fn one() { 1 }\n");
    let run = watch.until(|it| it["customers"][0]["plan"] == "good");
    assert_eq!(run["missing"].to_string(), "[]");
    fs::remove_file(folder.path("values/contoso.toml")).expect("it is there");
    let gone = watch.until(|it| named(&it["missing"], "values/contoso.toml"));
    assert_eq!(gone["customers"][0]["plan"], "stale", "{gone}");
}

#[test]
fn customers_come_and_go_with_the_files_of_their_folder() {
    let folder = Folder::new(&[("main.rhai", SCRIPT), ("customers/contoso.toml", VALUES)]);
    let watch = folder.watch(&["main.rhai", "--values", "customers"]);
    let names = |run: &Json| {
        let customers = run["customers"].as_array().expect("a list");
        customers.iter().map(|it| it["name"].to_string()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(names(&watch.next()), "\"contoso\"");
    folder.write("customers/fabrikam.toml", VALUES);
    let two = watch.until(|it| names(it) == "\"contoso\" \"fabrikam\"");
    assert!(two["run"].as_u64() < Some(4), "{two}");
    folder.write("customers/fabrikam.toml", "host = \"pw reset\"\n");
    let run = watch.found("pw reset");
    assert_eq!(run["customers"][0]["plan"], "good");
    assert_eq!(run["customers"][1]["errors"], 1);
    fs::remove_file(folder.path("customers/fabrikam.toml")).expect("it is there");
    watch.until(|it| names(it) == "\"contoso\"");
}

#[cfg(unix)]
#[test]
fn a_command_gets_each_new_plan_and_what_it_writes_is_no_save() {
    let folder = good();
    let line = "cp \"$MIMEO_PLAN\" out.plan.json; echo $MIMEO_CUSTOMER >> log; exit 3";
    let watch = folder.watch(&["main.rhai", "contoso.toml", "--exec", line]);
    let seal = watch.next()["customers"][0]["seal"].clone();
    let ended = watch.next();
    assert_eq!((&ended["event"], &ended["status"]), (&"exec".into(), &3.into()), "{ended}");
    let plan = fs::read_to_string(folder.path("out.plan.json")).expect("it was written");
    assert_eq!(serde_json::from_str::<Json>(&plan).expect("it is JSON")["seal"], seal);
    folder.write("contoso.toml", "host = \"pw reset\"\n");
    let broken = watch.next();
    assert_eq!(broken["run"], 2, "{broken}");
    folder.write("contoso.toml", "host = \"reset.contoso.com\"\n");
    assert_eq!(watch.next()["run"], 3);
    assert_eq!(watch.next()["event"], "exec");
    assert_eq!(
        fs::read_to_string(folder.path("log")).expect("it was written"),
        "contoso\ncontoso\n"
    );
}

#[test]
fn a_folder_is_one_whichever_way_it_is_named_and_has_to_hold_something() {
    let folder = good();
    folder.write("customers/contoso.toml", VALUES);
    fs::create_dir(folder.path("none")).expect("a folder");
    let once = |args: &[&str]| {
        let mut command = folder.command(&[&["main.rhai", "--once"], args].concat());
        let ended = command.output().expect("it starts");
        let text = [ended.stdout, ended.stderr].concat();
        (ended.status.code(), String::from_utf8(text).expect("it writes UTF-8"))
    };
    let ways = ["customers", "none/../customers", "none/../customers/contoso.toml"];
    let (code, text) = once(&ways);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("1 of 1 plans good") || text.contains("plan good"), "{text}");
    let (code, text) = once(&["none"]);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("no values file"), "{text}");
}

#[cfg(unix)]
#[test]
fn what_a_killed_watch_left_over_is_removed_by_the_next() {
    let folder = good();
    let room = tempfile::tempdir().expect("a folder");
    let left = || {
        let entries = fs::read_dir(room.path()).expect("it is there");
        entries.map(|it| it.expect("it is there").file_name()).collect::<Vec<_>>()
    };
    let started = |line| {
        let mut command = folder.command(&["main.rhai", "contoso.toml", "--exec", line]);
        command.args(["--output-format", "ndjson"]).env("TMPDIR", room.path());
        Watch::new(command)
    };
    let killed = started("exit 0");
    while killed.next()["event"] != "exec" {}
    drop(killed);
    let [first] = left().try_into().expect("one folder is left over");
    let alive = started("exit 0");
    while alive.next()["event"] != "exec" {}
    let mut once = folder.command(&["main.rhai", "contoso.toml", "--exec", "exit 0", "--once"]);
    let ended = once.env("TMPDIR", room.path()).output().expect("it starts");
    assert!(ended.status.success(), "{ended:?}");
    let [second] = left().try_into().expect("only that of the one that lives is there");
    assert_ne!(first, second);
}

/// What is written through another name of a file is told where that name is, and nowhere else.
#[cfg(unix)]
#[test]
fn a_folder_that_tells_nothing_is_found_out_and_looked_at() {
    let folder = good();
    folder.write("elsewhere/x", "");
    let other = folder.path("elsewhere/contoso.toml");
    fs::hard_link(folder.path("contoso.toml"), &other).expect("a link");
    let watch = folder.watch_two();
    for index in 0..3 {
        fs::write(&other, format!("host = \"pw reset{index}\"\n")).expect("it can be written");
        let run = watch.found(&format!("pw reset{index}"));
        // What is watched from the first run on is looked at once more, which may be in time for the first save.
        assert!(index == 0 || run["polled"].as_array().map(Vec::len) == Some(1), "{run}");
    }
}

#[test]
fn without_events_files_are_looked_at() {
    let folder = good();
    let watch = folder.watch(&["main.rhai", "contoso.toml", "--poll", "20"]);
    watch.next();
    for index in 0..5 {
        folder.write("contoso.toml", &format!("host = \"pw reset{index}\"\n"));
        watch.found(&format!("pw reset{index}"));
    }
}

#[test]
fn once_ends_as_check_does() {
    let folder = good();
    folder.write("broken.rhai", "let x = ;");
    folder.write("warns.rhai", &SCRIPT.replace(".intranet()", ""));
    let cases: &[(&[&str], i32)] = &[
        (&["main.rhai", "contoso.toml"], 0),
        (&["main.rhai", "--values", "contoso.toml"], 0),
        (&["main.rhai"], 1),
        (&["broken.rhai", "contoso.toml"], 1),
        (&["main.rhai", "nowhere.toml"], 2),
        (&["nowhere.rhai"], 2),
        (&["warns.rhai", "contoso.toml"], 0),
        (&["warns.rhai", "contoso.toml", "--deny", "warnings"], 1),
    ];
    for (args, code) in cases {
        let output = folder.command(args).arg("--once").output().expect("it starts");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(*code), "{args:?}: {text}");
    }
    let output = folder.command(&["main.rhai", "contoso.toml", "--once"]).output();
    let text = String::from_utf8(output.expect("it starts").stdout).expect("it is text");
    assert!(text.starts_with("run 1: "), "{text}");
    assert!(text.lines().next().is_some_and(|it| it.contains("plan good")), "{text}");
}

#[test]
fn events_are_what_their_schema_says() {
    let schema = Command::new(env!("CARGO_BIN_EXE_mimeo")).args(["schema", "--watch"]).output();
    let schema: Json =
        serde_json::from_slice(&schema.expect("it starts").stdout).expect("it is JSON");
    let schema = jsonschema::validator_for(&schema).expect("it is a schema");
    let folder = good();
    let watch = folder.watch(&["main.rhai", "contoso.toml", "missing.toml", "--exec", "exit 0"]);
    let mut kinds = std::collections::BTreeSet::new();
    for _ in 0..2 {
        let event = watch.next();
        if let Err(error) = schema.validate(&event) {
            panic!("{error}: {event}");
        }
        kinds.insert(event["event"].to_string());
    }
    assert_eq!(kinds.len(), 2, "{kinds:?}");
}

#[test]
fn it_ends_when_nobody_reads() {
    let folder = good();
    let mut command = folder.command(&["main.rhai", "contoso.toml"]);
    let mut child = command.stdout(Stdio::piped()).spawn().expect("it starts");
    let mut out = BufReader::new(child.stdout.take().expect("it is piped"));
    let mut line = String::new();
    out.read_line(&mut line).expect("it says something");
    assert!(line.starts_with("run 1: "), "{line}");
    drop(out);
    folder.write("contoso.toml", "host = \"pw reset\"\n");
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}

/// Where the program `script` of util-linux gives a terminal.
#[cfg(target_os = "linux")]
#[test]
fn a_terminal_is_given_back_as_it_was() {
    for (key, code) in [("q", 0), ("\u{3}", 130)] {
        let folder = good();
        let line = format!(
            "stty -a > before; {} watch main.rhai contoso.toml; echo ended $? >&2; stty -a > after",
            env!("CARGO_BIN_EXE_mimeo")
        );
        let mut command = Command::new("script");
        command.args(["-qfec", &line, "/dev/null"]).current_dir(folder.0.path());
        command.env("LANG", "C.UTF-8").env("TERM", "xterm").env_remove("COLUMNS");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let Ok(mut child) = command.spawn() else { return };
        let mut out = child.stdout.take().expect("it is piped");
        let (send, screen) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = out.read(&mut bytes) {
                send.send(bytes[..count].to_vec()).unwrap_or_default();
            }
        });
        let mut seen = Vec::new();
        let mut until = |what: &str| {
            while !String::from_utf8_lossy(&seen).contains(what) {
                let more = screen.recv_timeout(LIMIT).unwrap_or_default();
                assert!(!more.is_empty(), "no {what:?} in {:?}", String::from_utf8_lossy(&seen));
                seen.extend(more);
            }
        };
        until("\u{1b}[?1049h");
        until("watching 2 files");
        let mut keyboard = child.stdin.take().expect("it is piped");
        keyboard.write_all(b"?").expect("it reads keys");
        until("scroll (also");
        folder.write("contoso.toml", "host = \"pw reset\"\n");
        until("the plan of run 1 stays");
        keyboard.write_all(key.as_bytes()).expect("it reads keys");
        until("\u{1b}[?1049l");
        until(&format!("ended {code}"));
        child.wait().expect("it was started here");
        let state = |name: &str| fs::read_to_string(folder.path(name)).expect("it was written");
        assert_eq!(state("before"), state("after"));
    }
}

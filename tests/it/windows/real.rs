//! On Windows itself, against its installer and a package of our own. It changes the registry and installs something, so it
//! takes a machine for it: nothing runs unless the variable `MIMEO_TEST_WINDOWS` names the folder with the package and the
//! stand-ins (`tests/windows`).

use std::cell::RefCell;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use mimeo::execute::machine::{Answer, Installation, Known, Machine, MachineError, Script};
use mimeo::execute::windows::{Windows, read_credential, write_credential};
use mimeo::installer::exit::{Outcome, explain};
use mimeo::installer::scrub::scrub;
use mimeo::plan::op::{Question, Registry, Ui};
use secrecy::{ExposeSecret, SecretString};
use tempfile::TempDir;

use crate::windows::{reply, script, secret, text};

const PRODUCT: &str = "Mimeo Test Identity Manager Service and Portal";
const SECRET: &str = "S3cret \"Paß\" of nobody";

/// The machine, for one test at a time.
pub(super) struct Server {
    tools: PathBuf,
    folder: TempDir,
    runtime: Option<tokio::runtime::Runtime>,
    _one: MutexGuard<'static, ()>,
}

impl Server {
    /// The machine without the product; none where it is not given for this.
    pub(super) fn get() -> Option<Server> {
        static ONE: Mutex<()> = Mutex::new(());
        let tools = PathBuf::from(std::env::var_os("MIMEO_TEST_WINDOWS")?);
        let one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        let folder =
            tempfile::Builder::new().prefix("with blanks ").tempdir().expect("it can be made");
        let mut server = Server { tools, folder, runtime: Some(runtime()), _one: one };
        if server.is_installed(None) {
            let removal = [("REMOVE", text("ALL"))];
            assert_eq!(server.install(&[], &removal), 0);
        }
        Some(server)
    }

    /// The folder of the package and the stand-ins.
    pub(super) fn tools(&self) -> &Path {
        &self.tools
    }

    /// A folder for the test.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().expect("it is text").to_owned()
    }

    fn installation(&self, features: &[&str], properties: &[(&str, Known)]) -> Installation {
        let properties = properties.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        Installation {
            package: self.tools.join("portal.msi").to_str().expect("it is text").to_owned(),
            ui: Ui::Quiet,
            log: Some(self.path("my log.txt")),
            features: features.iter().map(|it| (*it).to_owned()).collect(),
            properties: properties.collect(),
            hidden: vec!["SERVICE_ACCOUNT_PASSWORD".to_owned()],
        }
    }

    fn install(&mut self, features: &[&str], properties: &[(&str, Known)]) -> u32 {
        let installation = self.installation(features, properties);
        self.run(Windows.install(&installation, &mut |_| ())).expect("it can be asked for")
    }

    pub(super) fn run<T>(&mut self, future: impl Future<Output = T>) -> T {
        self.runtime.get_or_insert_with(runtime).block_on(future)
    }

    fn ask(&mut self, question: &Question) -> Answer {
        self.run(Windows.answer(question))
    }

    fn is_installed(&mut self, build: Option<&str>) -> bool {
        let build = build.map(ToOwned::to_owned);
        match self.ask(&Question::Installed { product: PRODUCT.to_owned(), build }) {
            Answer::Yes(version) => {
                assert_eq!(version, "4.6.540.0");
                true
            }
            Answer::No(_) => false,
            Answer::Unknown(reason) => panic!("{reason}"),
        }
    }

    /// The features that the last installation installed.
    pub(super) fn features(&mut self) -> Vec<&'static str> {
        let mut features = Vec::new();
        for name in ["CommonServices", "WebPortals", "RegistrationPortal", "ResetPortal"] {
            let value = registry(r"SOFTWARE\MimeoTest", name, 1);
            if matches!(self.ask(&Question::Registry(value)), Answer::Yes(_)) {
                features.push(name);
            }
        }
        features
    }

    pub(super) fn log(&mut self) -> Vec<u8> {
        let path = self.path("my log.txt");
        self.run(Windows.read_log(&path)).expect("it was written")
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("it can be built")
}

fn registry(key: &str, name: &str, dword: u32) -> Registry {
    Registry {
        hive: "HKEY_LOCAL_MACHINE".to_owned(),
        key: key.to_owned(),
        name: name.to_owned(),
        dword,
    }
}

/// Windows' own program for the registry.
fn reg(arguments: &[&str]) {
    let ended = Command::new("reg.exe").args(arguments).stdout(Stdio::null()).status();
    let ended = ended.expect("it is there");
    assert!(ended.success(), "{arguments:?}");
}

/// The command lines of everything that runs, also outside of wine; none where they cannot be seen.
fn command_lines() -> Vec<String> {
    let Ok(processes) = std::fs::read_dir(r"Z:\proc") else { return Vec::new() };
    let lines = processes.filter_map(|it| std::fs::read(it.ok()?.path().join("cmdline")).ok());
    lines.map(|it| String::from_utf8_lossy(&it).replace('\0', " ")).collect()
}

#[test]
fn every_value_arrives() {
    let Some(mut server) = Server::get() else { return };
    // What Microsoft's rules permit, without what wine's library gets wrong by itself: a quote at the end of a value and
    // several blanks in a row.
    let values = [
        ("P01", "plain"),
        ("P02", "two words"),
        ("P03", r#"a "b" c"#),
        ("P04", r"C:\trailing\"),
        ("P05", r"\\server\share\ and more\"),
        ("P06", "%PATH% $env:PATH `n"),
        ("P07", "a;b,c=d&e|f<g>h^i"),
        ("P08", "O'Brien"),
        ("P09", "[ProductName] {a}"),
        ("P10", "/quiet -x"),
        ("P11", "Zürich 日本 😀"),
        ("P12", " blank before"),
        ("P13", "P01=other"),
        ("CLEARED", ""),
        ("SERVICE_ACCOUNT_PASSWORD", SECRET),
    ];
    let long = "0123456789 ".repeat(1_000).trim().to_owned();
    let names: Vec<&str> = values.iter().map(|(name, _)| *name).chain(["LONG"]).collect();
    let mut properties: Vec<(&str, Known)> =
        values.iter().map(|(name, value)| (*name, secret(value))).collect();
    properties.push(("LONG", text(&long)));
    properties.push(("RECORD", text(&names.join(";"))));
    properties.push(("RECORD_FILE", text(&server.path("recorded.txt"))));
    assert_eq!(server.install(&["CommonServices"], &properties), 0);
    let recorded = std::fs::read_to_string(server.path("recorded.txt")).unwrap();
    let expected: String = values
        .iter()
        .chain([&("LONG", long.as_str())])
        .map(|(name, value)| format!("{name}={value}\n"))
        .collect();
    assert_eq!(recorded, expected);
}

#[test]
fn only_the_chosen_features_are_installed() {
    let Some(mut server) = Server::get() else { return };
    assert_eq!(server.features(), [""; 0]);
    assert_eq!(server.install(&["CommonServices", "RegistrationPortal"], &[]), 0);
    assert_eq!(server.features(), ["CommonServices", "RegistrationPortal"]);
}

#[test]
fn a_product_is_found_by_name_and_build() {
    let Some(mut server) = Server::get() else { return };
    assert!(!server.is_installed(None));
    assert_eq!(server.install(&["WebPortals"], &[]), 0);
    assert!(server.is_installed(None));
    assert!(server.is_installed(Some("4.6.34.0")));
    assert!(server.is_installed(Some("4.6.540.0")));
    assert!(!server.is_installed(Some("4.6.540.1")));
    assert_eq!(server.install(&[], &[("REMOVE", text("ALL"))]), 0);
    assert!(!server.is_installed(None));
}

#[test]
fn the_exit_code_comes_back_whole() {
    let Some(mut server) = Server::get() else { return };
    for (code, outcome) in
        [(1602, Outcome::Cancelled), (1603, Outcome::Failed), (3010, Outcome::RestartNeeded)]
    {
        let exit = [("TEST_EXIT", text(&code.to_string()))];
        assert_eq!(server.install(&["CommonServices"], &exit), code);
        assert_eq!(explain(code).outcome, outcome);
        assert_eq!(server.is_installed(None), outcome == Outcome::RestartNeeded);
    }
}

#[test]
fn a_package_that_cannot_be_opened_is_told() {
    let Some(mut server) = Server::get() else { return };
    let mut ends = |package: String| {
        let installation = Installation { package, ..server.installation(&[], &[]) };
        server.run(Windows.install(&installation, &mut |_| ())).unwrap()
    };
    // Wine says 2 and 1627 where Windows says 1619 and 1620.
    let missing = ends(r"C:\no such folder\portal.msi".to_owned());
    assert!([2, 1619].contains(&missing), "{missing}");
    let folder = tempfile::tempdir().unwrap();
    let broken = folder.path().join("broken.msi");
    std::fs::write(&broken, "no package").unwrap();
    let broken = ends(broken.to_str().unwrap().to_owned());
    assert!([1620, 1627].contains(&broken), "{broken}");
    assert_eq!(explain(missing).outcome, Outcome::Failed);
    assert_eq!(explain(broken).outcome, Outcome::Failed);
}

#[test]
fn progress_is_told_at_once_and_no_command_line_has_a_secret() {
    let Some(mut server) = Server::get() else { return };
    let go = server.path("go");
    let properties = [("TEST_WAIT", text(&go)), ("SERVICE_ACCOUNT_PASSWORD", secret(SECRET))];
    let installation = server.installation(&["CommonServices"], &properties);
    let told = RefCell::new(Vec::new());
    let seen = RefCell::new(Vec::new());
    let mut progress = |line: &str| {
        told.borrow_mut().push(line.to_owned());
        if line.starts_with("Configuring SharePoint") {
            // The action runs, and waits.
            *seen.borrow_mut() = command_lines();
            std::fs::write(&go, "").unwrap();
        }
    };
    let code = server.run(Windows.install(&installation, &mut progress));
    assert_eq!(code, Ok(0));
    assert!(told.borrow().iter().any(|it| it.starts_with("Configuring SharePoint")), "{told:?}");
    let seen = seen.into_inner();
    let own = std::env::args().next().unwrap();
    let own = own.rsplit(['\\', '/']).next().unwrap();
    assert!(seen.iter().any(|it| it.contains(own)), "these run: {seen:#?}");
    assert!(!seen.iter().any(|it| it.contains("S3cret")), "{seen:#?}");
}

#[test]
fn an_installation_outlives_who_waits_for_it() {
    let Some(mut server) = Server::get() else { return };
    let go = server.path("go");
    let installation = server.installation(&["CommonServices"], &[("TEST_WAIT", text(&go))]);
    let (running, mut runs) = tokio::sync::mpsc::unbounded_channel();
    let mut progress = |line: &str| {
        if line.starts_with("Configuring SharePoint") {
            running.send(()).unwrap();
        }
    };
    server.run(async {
        let install = Windows.install(&installation, &mut progress);
        tokio::select! {
            ended = install => panic!("it waits, and did not end with {ended:?}"),
            _ = runs.recv() => {}
        }
    });
    std::fs::write(&go, "").unwrap();
    // The runtime waits for the thread that installs.
    drop(server.runtime.take());
    assert!(server.is_installed(None));
}

#[test]
fn the_secret_in_the_log_is_covered() {
    let Some(mut server) = Server::get() else { return };
    let secrets = ["hunter2 and \"more\"", "Zürich 日本 😀"];
    let properties =
        [("SERVICE_ACCOUNT_PASSWORD", secret(secrets[0])), ("OTHER_PASSWORD", secret(secrets[1]))];
    assert_eq!(server.install(&["CommonServices"], &properties), 0);
    let log = server.log();
    // Wine names the hidden property, too; Windows does not, but the other one.
    let clean = scrub(&log, &secrets).expect("a log of properties is no place for secrets");
    let path = server.path("my log.txt");
    server.run(Windows.write_log(&path, &clean)).unwrap();
    let written = std::fs::read(&path).unwrap();
    assert_eq!(written, clean);
    let rest = String::from_utf8_lossy(&written).replace('\0', "");
    assert!(!rest.contains("hunter2") && !rest.contains("rich"), "{rest}");
    assert!(rest.contains("OTHER_PASSWORD = ********"), "{rest}");
    assert_eq!(scrub(&written, &secrets), None);
}

#[test]
fn a_log_is_written_over_and_cut_off() {
    let Some(mut server) = Server::get() else { return };
    let path = server.path("log.txt");
    for bytes in [b"much longer than the next".as_slice(), b"short", b"", b"long again"] {
        server.run(Windows.write_log(&path, bytes)).unwrap();
        assert_eq!(server.run(Windows.read_log(&path)).unwrap(), bytes);
    }
    let missing = server.path("no such folder/log.txt");
    assert!(server.run(Windows.read_log(&missing)).is_err());
    assert!(server.run(Windows.write_log(&missing, b"")).is_err());
}

#[test]
fn a_value_of_the_registry_is_set_and_asked() {
    let Some(mut server) = Server::get() else { return };
    let key = r"SOFTWARE\MimeoTest\Settings\Ünicode";
    for hive in ["HKEY_CURRENT_USER", "HKEY_LOCAL_MACHINE"] {
        let value =
            |name: &str, dword| Registry { hive: hive.to_owned(), ..registry(key, name, dword) };
        let ask = |it: Registry| Question::Registry(it);
        reg(&["add", &format!(r"{hive}\{key}"), "/f", "/v", "text", "/d", "1"]);
        server.run(Windows.set(&value("number", 7))).unwrap();
        assert_eq!(server.ask(&ask(value("number", 7))), Answer::Yes("7".to_owned()));
        assert_eq!(server.ask(&ask(value("number", 8))), Answer::No("7".to_owned()));
        assert_eq!(server.ask(&ask(value("none", 0))), Answer::No("not set".to_owned()));
        assert!(matches!(server.ask(&ask(value("text", 1))), Answer::Unknown(_)));
        server.run(Windows.set(&value("number", u32::MAX))).unwrap();
        assert_eq!(
            server.ask(&ask(value("number", u32::MAX))),
            Answer::Yes("4294967295".to_owned())
        );
        reg(&["delete", &format!(r"{hive}\SOFTWARE\MimeoTest\Settings"), "/f"]);
        assert_eq!(server.ask(&ask(value("number", 7))), Answer::No("not set".to_owned()));
    }
    let other = Registry { hive: "HKEY_USERS".to_owned(), ..registry(key, "x", 1) };
    assert!(server.run(Windows.set(&other)).is_err());
    assert!(matches!(server.ask(&Question::Registry(other)), Answer::Unknown(_)));
}

#[test]
fn a_folder_is_made_and_asked() {
    let Some(mut server) = Server::get() else { return };
    let path = server.path(r"one\zwei Ä\three");
    let ask = Question::Folder { path: path.clone() };
    assert_eq!(server.ask(&ask), Answer::No(String::new()));
    for _ in 0..2 {
        server.run(Windows.make_folder(&path)).unwrap();
        assert_eq!(server.ask(&ask), Answer::Yes(String::new()));
    }
    let file = server.path("file");
    std::fs::write(&file, "").unwrap();
    assert!(server.run(Windows.make_folder(&file)).is_err());
    assert!(
        matches!(server.ask(&Question::Folder { path: file }), Answer::No(seen) if !seen.is_empty())
    );
}

#[test]
fn a_service_runs_or_does_not() {
    let Some(mut server) = Server::get() else { return };
    let mut ask = |name: &str| server.ask(&Question::ServiceRuns { name: name.to_owned() });
    assert_eq!(ask("PlugPlay"), Answer::Yes(String::new()));
    assert_eq!(ask("StiSvc"), Answer::No("it does not run".to_owned()));
    assert_eq!(ask("NoSuchService"), Answer::No("there is no such service".to_owned()));
}

#[test]
fn every_trace_of_a_pending_restart_counts() {
    const CURRENT: &str = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion";
    const MANAGER: &str = r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager";
    const RENAMES: &str = "PendingFileRenameOperations";
    let Some(mut server) = Server::get() else { return };
    assert_eq!(server.ask(&Question::PendingReboot), Answer::No(String::new()));
    for key in
        [r"Component Based Servicing\RebootPending", r"WindowsUpdate\Auto Update\RebootRequired"]
    {
        let key = format!(r"{CURRENT}\{key}");
        reg(&["add", &key, "/f"]);
        let answer = server.ask(&Question::PendingReboot);
        reg(&["delete", &key, "/f"]);
        assert!(matches!(answer, Answer::Yes(_)), "{key}: {answer:?}");
    }
    reg(&["add", MANAGER, "/f", "/v", RENAMES, "/t", "REG_MULTI_SZ", "/d", r"\??\C:\x"]);
    let answer = server.ask(&Question::PendingReboot);
    reg(&["delete", MANAGER, "/f", "/v", RENAMES]);
    assert_eq!(answer, Answer::Yes("files wait to be replaced".to_owned()));
    assert_eq!(server.ask(&Question::PendingReboot), Answer::No(String::new()));
}

#[test]
fn another_installation_is_noticed() {
    let Some(mut server) = Server::get() else { return };
    assert_eq!(server.ask(&Question::InstallerBusy), Answer::No(String::new()));
    let mut other = Command::new(server.tools.join("hold.exe"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(other.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "held\n");
    let busy = server.ask(&Question::InstallerBusy);
    drop(other.stdin.take());
    other.wait().unwrap();
    assert!(matches!(busy, Answer::Yes(_)), "{busy:?}");
    assert_eq!(server.ask(&Question::InstallerBusy), Answer::No(String::new()));
}

/// A script that the stand-in for PowerShell answers with these fields.
fn answered(fields: [&str; 5], parameters: &[(&str, Known)]) -> Script {
    let reply = reply(fields);
    let fields = reply.trim().strip_prefix("m4rk:").expect("it begins so");
    script(&format!("# test: answer {fields}\nparam($A)\n"), parameters)
}

#[test]
fn powershell_gets_its_values_by_its_input() {
    let Some(mut server) = Server::get() else { return };
    // Only here: the variable is seen by every program that is started.
    let kept =
        PathBuf::from(std::env::var_os("MIMEO_TEST_POWERSHELL").expect("it goes with the other"));
    let script = answered(
        ["done", "grün\nzwei", "", "", ""],
        &[("Password", secret(SECRET)), ("Place", text("Zürich – 😀"))],
    );
    let output = server.run(Windows.run(&script));
    assert_eq!(output, Ok("grün\nzwei".to_owned()));
    let line = std::fs::read(kept.join("line")).unwrap();
    let line: Vec<u16> =
        line.chunks_exact(2).map(|it| u16::from_le_bytes([it[0], it[1]])).collect();
    let line = String::from_utf16(&line).unwrap();
    assert!(
        line.to_lowercase().contains(r"\system32\windowspowershell\v1.0\powershell.exe"),
        "{line}"
    );
    assert!(line.contains("-NonInteractive") && line.contains("-EncodedCommand"), "{line}");
    assert!(!line.contains("S3cret") && !line.contains("rich"), "{line}");
    let document = std::fs::read(kept.join("document")).unwrap();
    let document: serde_json::Value = serde_json::from_slice(&document).unwrap();
    assert_eq!(document["secrets"]["Password"], SECRET);
    assert_eq!(document["parameters"]["Place"], "Zürich – 😀");
    assert_eq!(document["text"], script.text);
}

#[test]
fn powershell_says_what_went_wrong() {
    let Some(mut server) = Server::get() else { return };
    let mut run = |script: &Script| server.run(Windows.run(script)).unwrap_err();
    assert_eq!(
        run(&script("# test: missing\n", &[])),
        MachineError::Module("FIMAutomation".to_owned())
    );
    let failed = answered(["failed", "", "no rule", "", "3"], &[]);
    assert_eq!(run(&failed), MachineError::Script("no rule (line 3)".to_owned()));
    let ended = run(&script("# test: exit 70000\n", &[])).to_string();
    assert_eq!(ended, "Windows PowerShell: ended with exit code 70000 and no answer: first words");
    // As wine's own.
    let silent = run(&script("nothing\n", &[])).to_string();
    assert_eq!(silent, "Windows PowerShell: ended with exit code 0 and no answer");
}

#[test]
fn a_question_that_powershell_does_not_answer_is_unknown() {
    let Some(mut server) = Server::get() else { return };
    let here = "localhost".to_owned();
    for question in [
        Question::SqlServer { server: here.clone() },
        Question::Database { server: here.clone(), name: "FIMService".to_owned() },
        Question::RuleEnabled { rule: "x".to_owned() },
        Question::WindowsFeature { name: "Web-WebServer".to_owned() },
        Question::Answers { url: "http://localhost/".to_owned(), status: 200 },
        Question::Resolves { host: here },
    ] {
        let answer = server.ask(&question);
        assert!(matches!(answer, Answer::Unknown(_)), "{question:?}: {answer:?}");
    }
}

#[test]
fn a_credential_is_kept_and_read() {
    let Some(_server) = Server::get() else { return };
    let name = "mimeo:test/Zürich";
    assert!(read_credential("mimeo:test/none").unwrap().is_none());
    for value in [SECRET, "Zürich 日本 😀", "x", ""] {
        write_credential(name, &SecretString::from(value)).unwrap();
        let read = read_credential(name).unwrap().expect("it was just written");
        assert_eq!(read.expose_secret(), value);
    }
    let long = SecretString::from("x".repeat(5_000));
    let refused = write_credential(name, &long).unwrap_err().to_string();
    assert!(!refused.contains("xxx"), "{refused}");
}

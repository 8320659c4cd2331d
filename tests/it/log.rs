//! What `mimeo installer log` says of logs: of Windows, of wine, in other languages, cut off, huge, and full of secrets.
//!
//! The logs are written for these tests, in the wording of Windows Installer; names and values are invented.

use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::Path;
use std::process::{Command, Output};

use mimeo::installer::log::text::Encoding;
use mimeo::installer::log::{Place, Report, Verdict, report};
use mimeo::installer::scrub::{Short, copy};
use serde_json::Value as Json;

use crate::msi::{ENCODINGS, Numbers, encoded};

/// A failure in a deferred action, with secrets in a command line, in properties, and in the output of an action.
const FAILED: &str = include_str!("log/failed.log");
/// A success after which Windows has to restart.
const SUCCEEDED: &str = include_str!("log/succeeded.log");

/// What is secret in [`FAILED`].
const CANARIES: [&str; 2] = ["hunter2", "Tr0ubadour"];

/// Wine's form: no engine lines, 8-bit text, 0 for what failed, properties in clear.
const WINE: &str = "\
Action 10:00:00: INSTALL. \n\
Action start 10:00:00: INSTALL.\n\
Action start 10:00:00: LaunchConditions.\n\
Action ended 10:00:00: LaunchConditions. Return value 1.\n\
Action start 10:00:01: CaFail.\n\
Action ended 10:00:01: CaFail. Return value 0.\n\
Action ended 10:00:01: INSTALL. Return value 0.\n\
Property(S): ProductName = Contoso Identity Portal\n\
Property(S): SERVICE_ACCOUNT_PASSWORD = S3cret Pass\n\
Property(S): MAIL_SERVER = mail.contoso.com\n\
Property(S): OriginalDatabase = Z:\\mim\\portal.msi\n";

/// A person closed the wizard.
const CANCELLED: &str = "\
=== Logging started: 11/23/2026  9:41:00 ===\r\n\
Action start 9:41:02: INSTALL.\r\n\
Action start 9:41:02: WelcomeDlg.\r\n\
Action 9:41:02: WelcomeDlg. Dialog created\r\n\
Action ended 9:41:30: WelcomeDlg. Return value 2.\r\n\
Action ended 9:41:30: INSTALL. Return value 2.\r\n\
=== Logging stopped: 11/23/2026  9:41:30 ===\r\n\
MSI (c) (54:78) [09:41:30:500]: Product: Contoso Identity Portal -- Installation failed.\r\n\
MSI (c) (54:78) [09:41:30:510]: MainEngineThread is returning 1602\r\n";

fn read(bytes: &[u8]) -> Report {
    report(&mut Cursor::new(bytes), &["SERVICE_ACCOUNT_PASSWORD"]).expect("memory can be read")
}

fn run(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mimeo"));
    command.args(["installer", "log"]).args(args).current_dir(folder);
    command.env("COLUMNS", "100").env("LANG", "C.UTF-8").env_remove("CLICOLOR_FORCE");
    let Output { status, stdout, stderr } = command.output().expect("the program starts");
    let text = |it: Vec<u8>| String::from_utf8(it).expect("the program writes UTF-8");
    (status.code().expect("it ends by itself"), text(stdout), text(stderr))
}

/// What is shown of a log.
fn shown(log: &[u8], args: &[&str]) -> (i32, String) {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("mim.log"), log).expect("a file");
    let (code, out, err) = run(folder.path(), &[&["mim.log"], args].concat());
    assert_eq!(err, "");
    (code, out)
}

#[test]
fn a_failed_installation_is_told() {
    let (code, out) = shown(&encoded(FAILED, Encoding::Utf16Le, true), &[]);
    insta::assert_snapshot!("log__failed", out);
    assert_eq!(code, 1);
    assert!(out.lines().all(|it| it.chars().count() <= 100), "{out}");
}

#[test]
fn a_success_is_told_with_its_restart() {
    let (code, out) = shown(&encoded(SUCCEEDED, Encoding::Utf16Le, true), &[]);
    insta::assert_snapshot!("log__succeeded", out);
    assert_eq!(code, 0);
}

#[test]
fn a_log_of_wine_is_told() {
    let (code, out) = shown(WINE.as_bytes(), &[]);
    insta::assert_snapshot!("log__wine", out);
    assert_eq!(code, 1);
}

#[test]
fn a_cancelled_installation_is_no_failure_of_an_action() {
    let (code, out) = shown(&encoded(CANCELLED, Encoding::Utf16Be, true), &[]);
    insta::assert_snapshot!("log__cancelled", out);
    assert_eq!(code, 1);
    let without_code =
        CANCELLED.split_once("MSI (c) (54:78) [09:41:30:510]").expect("it ends so").0;
    assert_eq!(read(without_code.as_bytes()).ending.verdict, Verdict::Cancelled);
}

#[test]
fn the_json_is_what_its_schema_says() {
    let schema = Command::new(env!("CARGO_BIN_EXE_mimeo")).args(["schema", "--log"]).output();
    let schema: Json =
        serde_json::from_slice(&schema.expect("it starts").stdout).expect("it is JSON");
    let schema = jsonschema::validator_for(&schema).expect("it is a schema");
    for log in [FAILED, SUCCEEDED, WINE, CANCELLED] {
        let (_, out) = shown(log.as_bytes(), &["--output-format", "json"]);
        let said: Json = serde_json::from_str(&out).expect("it is JSON");
        if let Err(error) = schema.validate(&said) {
            panic!("{error}: {out}");
        }
    }
    let (_, out) = shown(FAILED.as_bytes(), &["--output-format", "json"]);
    let said: Json = serde_json::from_str(&out).expect("it is JSON");
    assert_eq!(said["result"]["verdict"], "failed");
    assert_eq!(said["failure"]["action"], "DeploySolution");
    assert_eq!(said["secrets"][0]["lines"], serde_json::json!([10, 11, 25, 39]));
}

#[test]
fn facts_stand_with_their_lines() {
    for encoding in ENCODINGS {
        for mark in [true, false] {
            let told = read(&encoded(FAILED, encoding, mark));
            assert_eq!((told.ending.code, told.ending.line), (Some(1603), Some(50)));
            assert_eq!((told.sessions, told.is_complete), (1, true));
            let failure = told.failure.as_ref().expect("there is one");
            assert_eq!((failure.action.as_deref(), failure.line), (Some("DeploySolution"), 35));
            assert_eq!(failure.causes[0].line, 29);
            assert_eq!(told.product.as_ref().expect("said").what, "Contoso Identity Portal");
            assert_eq!(told.version.as_ref().expect("said").what, "4.6.673.0");
            assert_eq!(told.package.as_ref().expect("said").what, r"D:\MIM\Service and Portal.msi");
            let features: Vec<_> = told.features.iter().map(|it| it.name.as_str()).collect();
            assert_eq!(features, ["CommonServices", "WebPortals", "Reporting"]);
        }
    }
}

#[test]
fn properties_are_whole_for_who_goes_on_with_them() {
    let told = read(FAILED.as_bytes());
    let password = told.property("SERVICE_ACCOUNT_PASSWORD").expect("it was given");
    assert_eq!(password.place, Place::CommandLine);
    assert_eq!(password.value.reveal(), "hunter2 \"Canary\"");
    assert_eq!((password.shown.as_str(), password.line), ("********", 10));
    let version = told.property("ProductVersion").expect("it is listed");
    assert_eq!((version.place, version.value.reveal()), (Place::Server, "4.6.673.0"));
    let hidden = told.property("RESET_ACCOUNT_PASSWORD").expect("it is listed");
    assert!(hidden.value.is_starred() && hidden.is_secret);
    let empty = read(SUCCEEDED.as_bytes());
    assert_eq!(empty.property("MAIL_SERVER").expect("it was given").value.reveal(), "");
    // Nor does anybody see them by printing the report.
    assert!(CANARIES.iter().all(|it| !format!("{told:?}").contains(it)), "{told:?}");
}

#[test]
fn words_of_other_languages_do_not_matter() {
    for (start, end, value, full_stop) in [
        ("Aktion gestartet um", "Aktion beendet um", "Rückgabewert", ". "),
        ("Début de l'action", "Fin de l'action", "Valeur renvoyée", ". "),
        ("操作启动", "操作结束", "返回值", "。"),
    ] {
        let colon = if start.starts_with('D') { " : " } else { ": " };
        let log = format!(
            "=== Protokoll: 23.11.2026  9:41:00  Build: SHIP UNICODE 5.00.10011.00 ===\r\n\
             {start} 9:41:02{colon}CheckDatabase{full_stop}\r\n\
             {end} 9:41:07{colon}CheckDatabase{full_stop}{value} 3{full_stop}\r\n\
             {end} 9:41:07{colon}INSTALL{full_stop}{value} 3{full_stop}\r\n"
        );
        let told = read(&encoded(&log, Encoding::Utf16Le, true));
        assert_eq!(told.ending.verdict, Verdict::Failed, "{log}");
        let failure = told.failure.expect("there is one");
        assert_eq!((failure.action.as_deref(), failure.line), (Some("CheckDatabase"), 3));
    }
}

#[test]
fn a_standard_action_that_fails_is_named_too() {
    let log = "\
        MSI (s) (A4:30) [09:44:10:115]: Executing op: ActionStart(Name=StartServices,Description=Starting services,)\r\n\
        MSI (s) (A4:30) [09:44:40:115]: Product: Contoso Identity Portal -- Error 1920. Service 'Contoso' (Contoso) failed to start.\r\n\
        \r\n\
        Action ended 9:44:41: InstallFinalize. Return value 3.\r\n";
    let told = read(log.as_bytes());
    assert_eq!(told.errors.len(), 1);
    let failure = told.failure.expect("there is one");
    assert_eq!(failure.action.as_deref(), Some("StartServices"));
    assert_eq!(failure.causes[0].what.says, "a service was installed and did not start");
}

#[test]
fn the_last_installation_of_a_file_is_told() {
    let told = read(format!("{FAILED}{SUCCEEDED}").as_bytes());
    assert_eq!((told.sessions, told.ending.code), (2, Some(3010)));
    assert!(told.failure.is_none() && told.features.is_empty());
    // What can be read in the file can be read, whichever installation wrote it.
    assert!(!told.secrets.is_empty());
}

#[test]
fn a_log_that_breaks_off_is_told_honestly() {
    for (log, verdict) in [
        (FAILED, Verdict::Failed),
        (SUCCEEDED, Verdict::Succeeded),
        (CANCELLED, Verdict::Cancelled),
        (WINE, Verdict::Failed),
    ] {
        let bytes = encoded(log, Encoding::Windows1252, false);
        for end in 0..=bytes.len() {
            let told = read(&bytes[..end]);
            let now = told.ending.verdict;
            assert!(now == Verdict::Unknown || now == verdict, "{now:?} at {end} of {log}");
            let shown = format!("{told:?}");
            assert!(CANARIES.iter().all(|it| !shown.contains(it)), "{shown}");
            assert!(told.ending.code.is_none_or(|it| [0, 1602, 1603, 3010].contains(&it)));
        }
        assert_eq!(read(&bytes).ending.verdict, verdict);
    }
    let wide = encoded(FAILED, Encoding::Utf16Le, true);
    for end in (0..wide.len()).step_by(7) {
        let told = read(&wide[..end]);
        assert!(told.ending.verdict != Verdict::Succeeded);
    }
}

#[test]
fn what_is_no_log_is_told_as_such() {
    let mut numbers = Numbers(11);
    for length in [0, 1, 2, 3, 10, 100, 5_000, 70_000] {
        let bytes: Vec<u8> = (0..length).map(|_| numbers.below(256) as u8).collect();
        assert!(!read(&bytes).is_log, "{length}");
    }
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("letter.txt"), "Dear Contoso,\n").expect("a file");
    for name in ["letter.txt", "missing.log", "."] {
        let (code, out, err) = run(folder.path(), &[name]);
        assert_eq!((code, out.as_str()), (2, ""), "{err}");
        assert!(err.starts_with("error: ") && err.contains("help: "), "{err}");
    }
}

#[test]
fn no_secret_is_shown_wherever_it_stands() {
    let places = [
        "MSI (s) (A4:30) [09:41:00:000]: Command Line: SERVICE_ACCOUNT_PASSWORD=\"C4nary/Wort ä\" X=1",
        "MSI (s) (A4:30) [09:41:00:000]: PROPERTY CHANGE: Adding MY_PWD property. Its value is 'C4nary/Wort ä'.",
        "MSI (c) (A4:30) [09:41:00:000]: PROPERTY CHANGE: Modifying APP_SECRET property. Its current value is 'old'. Its new value: 'C4nary/Wort ä'.",
        "MSI (c) (A4:30) [09:41:00:000]: PROPERTY CHANGE: Deleting APP_SECRET property. Its current value is 'C4nary/Wort ä'.",
        "Property(S): PassPhrase = C4nary/Wort ä",
        "Property(C): SERVICE_ACCOUNT_PASSWORD = C4nary/Wort ä",
        "Tool: --connection \"Server=x;Password='C4nary/Wort ä';\"",
        "Tool: -Password \"C4nary/Wort ä\" -Force",
        "Property(S): CONNECTION = Server=x;pwd=\"C4nary/Wort ä\"",
    ];
    for encoding in ENCODINGS {
        for place in places {
            let log = format!(
                "MSI (s) (A4:30) [09:41:00:000]: Original package ==> D:\\C4nary/Wort ä.msi\r\n\
                 MSI (s) (A4:30) [09:41:00:000]: Feature: C4nary/Wort ä; Installed: Absent;   Request: Local;   Action: Local\r\n\
                 MSI (s) (A4:30) [09:41:00:000]: Product: C4nary/Wort ä -- Error 1920. C4nary/Wort ä.\r\n\
                 {place}\r\n\
                 CAQuietExec:  C4nary/Wort ä and C4nary/Wort ä\r\n\
                 Action ended 9:41:07: CheckDatabase. Return value 3.\r\n\
                 Property(S): OTHER = xC4nary/Wort äx\r\n"
            );
            let bytes = encoded(&log, encoding, true);
            let told = read(&bytes);
            assert_eq!(told.secrets.iter().map(|it| it.count).max(), Some(6), "{place}");
            for args in [&[][..], &["--output-format", "json"]] {
                let (code, out) = shown(&bytes, args);
                assert_eq!(code, 1, "{out}");
                assert!(!out.contains("C4nary"), "{encoding:?} {place}\n{out}");
            }
        }
    }
}

#[test]
fn a_secret_is_known_by_what_stands_around_it() {
    let forms = [
        ("<password>C4nary</password><user>bob</user>", "<user>bob</user>"),
        ("<add key=\"Password\" value=\"C4nary\"/> kept", "kept"),
        ("{\"password\": \"C4nary\", \"user\":\"bob\"}", "\"user\":\"bob\""),
        ("{'password':'C4nary'} kept", "kept"),
        ("PASSWORD=\"C4nary \"\" C4nary\" kept", "kept"),
        ("password='C4nary '' C4nary' kept", "kept"),
        ("passwd=C4nary kept", "kept"),
        ("ServicePassword: C4nary", "ServicePassword: "),
        ("Validating the password: passed", "password: passed"),
        ("Password: must have 8 characters", "must have 8 characters"),
        ("PasswordAge: 1000d", "PasswordAge: 1000d"),
    ];
    for (form, kept) in forms {
        let log = format!(
            "CAQuietExec:  {form}\r\nAction ended 9:41:07: CheckDatabase. Return value 3.\r\n"
        );
        for args in [&[][..], &["--output-format", "json"]] {
            let (_, out) = shown(log.as_bytes(), args);
            assert!(!out.contains("C4nary"), "{form}\n{out}");
            let kept = if args.is_empty() { kept.to_owned() } else { kept.replace('"', "\\\"") };
            assert!(out.contains(&kept), "{form}\n{out}");
        }
    }
}

#[test]
fn what_an_action_is_handed_is_not_shown() {
    let log = "\
        MSI (s) (A4:30) [09:41:00:000]: Doing action: SetConfigure\r\n\
        MSI (s) (A4:30) [09:41:00:000]: PROPERTY CHANGE: Adding Configure property. Its value is 'contoso;C4nary'.\r\n\
        MSI (s) (A4:30) [09:41:00:000]: PROPERTY CHANGE: Adding CONFIGURE2 property. Its value is 'C4nary'.\r\n\
        MSI (s) (A4:30) [09:41:00:000]: Executing op: ActionStart(Name=Configure,,)\r\n\
        MSI (s) (A4:30) [09:41:01:000]: Executing op: CustomActionSchedule(Action=Configure,ActionType=3073,Source=BinaryData,Target=Run,CustomActionData=contoso;C4nary(1))\r\n\
        MSI (s) (A4:30) [09:41:01:000]: Executing op: CustomActionSchedule(Action=CONFIGURE2,ActionType=3073,Source=BinaryData,Target=Run,CustomActionData=C4na\r\n\
        CustomAction Configure returned actual error code 1603 (note this may not be 100% accurate)\r\n\
        Action ended 9:41:07: InstallFinalize. Return value 3.\r\n\
        Property(S): Configure = contoso;C4nary\r\n\
        Property(S): SERVICE_ACCOUNT_PASSWORD = **********\r\n";
    for args in [&[][..], &["--output-format", "json"]] {
        let (_, out) = shown(log.as_bytes(), args);
        assert!(!out.contains("C4na"), "{out}");
    }
    assert!(shown(log.as_bytes(), &[]).1.contains("ActionType=3073,Source=BinaryData"));
}

#[test]
fn what_an_action_says_whose_failure_does_not_matter_is_no_reason() {
    let log = "\
        MSI (s) (A4:30) [09:41:00:000]: Executing op: ActionStart(Name=RetractOld,,)\r\n\
        CAQuietExec:  A deployment or retraction is already under way for the solution\r\n\
        CAQuietExec:  Error 0xfffffffa: Command line returned an error.\r\n\
        CustomAction RetractOld returned actual error code 1603 but will be translated to success due to continue marking\r\n\
        MSI (s) (A4:30) [09:41:00:000]: Executing op: ActionStart(Name=StartServices,,)\r\n\
        MSI (s) (A4:30) [09:41:00:000]: Product: Contoso -- Error 1920. Service 'FIMService' failed to start.\r\n\
        Action ended 9:41:07: InstallFinalize. Return value 3.\r\n";
    let causes = read(log.as_bytes()).causes;
    let said: Vec<&str> = causes.iter().map(|it| it.what.says).collect();
    assert_eq!(said, ["a service was installed and did not start"]);
}

#[test]
fn flags_and_references_are_no_secrets() {
    let log = "\
        Property(S): PASSWORD_NEVER_EXPIRES = 1\n\
        Property(S): SECRET_KIND = [KIND]\n\
        Property(S): OLD_PASSWORD = **********\n\
        Property(S): MsiHiddenProperties = OLD_PASSWORD;NEW_PASSWORD\n\
        Tool: the password was wrong\n";
    assert_eq!(read(log.as_bytes()).secrets, []);
}

#[test]
fn a_scrubbed_log_says_the_same_without_secrets() {
    for encoding in ENCODINGS {
        let log = encoded(FAILED, encoding, true);
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("mim.log");
        std::fs::write(&path, &log).expect("a file");
        let (code, _, err) = run(folder.path(), &["mim.log", "--scrub", "clean.log"]);
        assert_eq!((code, err.as_str()), (1, "clean.log: stars in 5 places\n"));
        assert_eq!(std::fs::read(&path).expect("it is there"), log, "the log itself is untouched");
        let clean = std::fs::read(folder.path().join("clean.log")).expect("it is there");
        let told = read(&clean);
        assert_eq!((told.encoding, told.secrets.len()), (encoding, 0));
        assert_eq!(told.lines, FAILED.lines().count());
        for canary in CANARIES {
            let needle = encoded(canary, encoding, false);
            assert!(!clean.windows(needle.len()).any(|it| it == needle), "{encoding:?}");
        }
        let (code, _, err) = run(folder.path(), &["mim.log", "--scrub", "clean.log"]);
        assert_eq!(code, 2, "{err}");
        assert!(err.contains("is there already"), "{err}");
        let (code, _, err) = run(folder.path(), &["mim.log", "--in-place"]);
        assert_eq!((code, err.as_str()), (1, "mim.log: stars in 5 places\n"));
        assert_eq!(std::fs::read(&path).expect("it is there"), clean);
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 2);
    }
}

#[test]
fn a_short_secret_is_covered_as_a_word() {
    let log = b"abc xabc abc1 'abc' abc";
    let mut clean = Vec::new();
    let count = copy(&mut &log[..], &["abc"], Short::AsWord, &mut clean).expect("memory");
    assert_eq!((count, clean.as_slice()), (3, &b"******** xabc abc1 '********' ********"[..]));
    let wide = encoded("abc xabc\r\nabc", Encoding::Utf16Le, true);
    let mut clean = Vec::new();
    copy(&mut wide.as_slice(), &["abc"], Short::AsWord, &mut clean).expect("memory");
    assert_eq!(clean, encoded("******** xabc\r\n********", Encoding::Utf16Le, true));
}

/// A log that is made while it is read, so that no memory holds it.
struct Huge {
    at: u64,
    length: u64,
    end: &'static [u8],
}

impl Huge {
    const LINE: &'static [u8] = b"MSI (s) (A4:30) [09:41:00:000]: Executing op: FileCopy(SourceName=a.dll,DestName=a.dll,Attributes=512,FileSize=65536)\r\n";
}

impl Read for Huge {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let middle = self.length - self.end.len() as u64;
        let (text, from) = if self.at < middle {
            (Self::LINE, (self.at % Self::LINE.len() as u64) as usize)
        } else {
            (self.end, (self.at - middle) as usize)
        };
        let mut part = &text[from..];
        if self.at < middle {
            part = &part[..part.len().min((middle - self.at) as usize)];
        }
        let count = part.len().min(buffer.len());
        buffer[..count].copy_from_slice(&part[..count]);
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Huge {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        assert_eq!(to, SeekFrom::Start(0));
        self.at = 0;
        Ok(0)
    }
}

#[test]
fn a_huge_log_is_read_to_its_end() {
    let end = b"\r\nProperty(S): SERVICE_ACCOUNT_PASSWORD = hunter2\r\nMSI (s) (A4:30) [09:41:00:000]: MainEngineThread is returning 1603\r\n";
    let megabytes = if std::env::var_os("MIMEO_SLOW_TESTS").is_some() { 2_000 } else { 20 };
    let mut log = Huge { at: 0, length: megabytes << 20, end };
    let told = report(&mut log, &[]).expect("it can be read");
    assert_eq!(told.ending.code, Some(1603));
    assert_eq!(told.secrets[0].lines, [told.lines - 1]);
    // A line without an end is read in bounded memory too.
    let mut line = io::repeat(b'x').take(30 << 20);
    let mut lines = mimeo::installer::log::text::Lines::new(&mut line).expect("it can be read");
    let first = lines.read().expect("it can be read").expect("there is one");
    assert_eq!(first.text.len(), mimeo::installer::log::text::LINE_BYTES);
    assert_eq!(lines.read().expect("it can be read"), None);
}

#[test]
fn a_log_of_a_running_installation_is_told() {
    let running = FAILED.split_once("CustomAction DeploySolution").expect("it is there").0;
    let (code, out) = shown(&encoded(running, Encoding::Utf16Le, true), &[]);
    insta::assert_snapshot!("log__running", out);
    assert_eq!(code, 7);
}

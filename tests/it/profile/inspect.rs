//! `mimeo installer inspect`, as its user meets it.

use std::process::Command;

use mimeo::installer::profile::Profile;
use mimeo::subject::setup::comparison::{Verdict, compare};
use tempfile::TempDir;

use super::{of, read};
use crate::support::package::{Build, draft, package};

const FILE: &str = "Service and Portal.msi";

struct Run {
    code: Option<i32>,
    out: String,
    err: String,
}

fn folder(bytes: &[u8]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(FILE), bytes).unwrap();
    folder
}

fn run(folder: &TempDir, columns: &str, args: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mimeo"));
    command.args(["installer", "inspect"]).args(args).current_dir(folder.path());
    command.env("COLUMNS", columns).env("LANG", "C.UTF-8");
    command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
    let output = command.output().unwrap();
    let text = |it: Vec<u8>| String::from_utf8(it).unwrap();
    Run { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

#[test]
fn a_package_is_shown() {
    let folder = folder(&package(Build::Redesigned));
    let run = run(&folder, "100", &[FILE]);
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
    // The crate that writes the package marks it with the time.
    let digest = of(Build::Redesigned).package.digest;
    insta::assert_snapshot!("inspect", run.out.replace(&digest, "sha256:…"));
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for columns in [40, 60, 80, 100, 120] {
        for build in Build::ALL {
            let run = run(&folder(&package(build)), &columns.to_string(), &[FILE]);
            assert_eq!(run.code, Some(0));
            for line in run.out.lines() {
                assert!(line.chars().count() <= columns, "{columns}: {line}");
            }
        }
    }
}

#[test]
fn json_and_file_are_the_profile() {
    let folder = folder(&package(Build::Old));
    let json = run(&folder, "80", &[FILE, "--output-format", "json"]);
    assert_eq!(Profile::from_json(&json.out).unwrap().product.version, "4.6.34.0");
    let saved = run(&folder, "80", &[FILE, "--out", "profile.json"]);
    assert_eq!(
        (saved.code, saved.out.as_str(), saved.err.as_str()),
        (Some(0), "", "wrote profile.json\n")
    );
    let text = std::fs::read_to_string(folder.path().join("profile.json")).unwrap();
    assert_eq!(text, json.out);
    // An older profile may be written over; nothing else.
    assert_eq!(run(&folder, "80", &[FILE, "--out", "profile.json"]).code, Some(0));
    std::fs::write(folder.path().join("notes.json"), "{}").unwrap();
    for name in ["notes.json", FILE, "."] {
        let run = run(&folder, "80", &[FILE, "--out", name]);
        assert_eq!(run.code, Some(2), "{name}");
        assert!(run.err.contains("is there, and it is no profile"), "{}", run.err);
    }
    assert_eq!(std::fs::read_to_string(folder.path().join("notes.json")).unwrap(), "{}");
}

#[test]
fn what_cannot_be_read_is_said_with_a_hint() {
    let whole = package(Build::Old);
    for (bytes, says) in [
        (&whole[..whole.len() / 2], "is damaged"),
        (b"MZ", "is damaged or no package of Windows Installer"),
        (b"", "is damaged or no package of Windows Installer"),
    ] {
        let run = run(&folder(bytes), "80", &[FILE]);
        assert_eq!((run.code, run.out.as_str()), (Some(2), ""));
        assert!(run.err.starts_with(&format!("error: `{FILE}` {says}")), "{}", run.err);
        assert!(run.err.contains("\nhelp: name the installer's own `.msi`"), "{}", run.err);
    }
    let seen = run(&folder(&whole), "80", &["nowhere.msi"]);
    assert_eq!(seen.code, Some(2));
    assert_eq!(seen.err, "error: there is no file `nowhere.msi`\nhelp: check the path\n");
    let seen = run(&folder(&whole), "80", &["."]);
    assert!(seen.err.starts_with("error: `.` is a folder\n"), "{}", seen.err);
}

#[test]
fn the_table_of_properties_is_judged() {
    let profile = of(Build::Redesigned);
    let comparison = compare(&profile);
    let verdict = |name: &str| {
        let row = comparison.rows.iter().find(|(row, _)| row.name == name).unwrap();
        row.1.clone()
    };
    assert_eq!(verdict("SQLSERVER_SERVER"), Verdict::Confirmed);
    assert_eq!(verdict("SERVICE_ACCOUNT_PASSWORD"), Verdict::Confirmed);
    assert_eq!(verdict("MAIL_SERVER_USE_SSL"), Verdict::Unknown);
    assert_eq!(verdict("REBOOT"), Verdict::WindowsInstaller);
    assert!(matches!(verdict("SHAREPOINTTIMEOUT"), Verdict::Mentioned(_)));
    // This package does not hide it.
    assert!(matches!(verdict("RESET_ACCOUNT_PASSWORD"), Verdict::Contradicted(_)));
    let offered: Vec<&str> = comparison.offered.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(
        offered[..6],
        [
            "AZURE_CLOUD_INSTANCE",
            "MAIL_SERVER_TYPE",
            "MAIL_AUTHENTICATION",
            "EXCHANGE_APP_ID",
            "EXCHANGE_TENANT_ID",
            "EXCHANGE_CLIENT_SECRET"
        ]
    );
    assert!(!offered.contains(&"RESUME"));
}

#[test]
fn a_field_of_another_kind_is_a_contradiction() {
    let mut draft = draft(Build::Redesigned);
    for row in &mut draft.sheet("Control").rows {
        if row[8] == "SERVICE_ACCOUNT_PASSWORD".into() {
            row[7] = 3.into();
        }
        if row[8] == "SQLSERVER_DATABASE".into() {
            row[7] = 0x20_0003.into();
        }
    }
    for row in &mut draft.sheet("RadioButton").rows {
        if row[0] == "EXISTINGDATABASE".into() && row[2] == "1".into() {
            row[2] = "REUSE".into();
        }
    }
    let profile = read(&draft.bytes()).unwrap();
    let comparison = compare(&profile);
    let reasons = |name: &str| {
        let row = comparison.rows.iter().find(|(row, _)| row.name == name).unwrap();
        let Verdict::Contradicted(reasons) = &row.1 else { panic!("{name}: {:?}", row.1) };
        reasons.clone()
    };
    assert_eq!(
        reasons("SERVICE_ACCOUNT_PASSWORD"),
        ["its field shows what is typed, and it is a secret"]
    );
    assert_eq!(
        reasons("SQLSERVER_DATABASE"),
        ["its field hides what is typed, and the table takes it for no secret"]
    );
    assert_eq!(reasons("EXISTINGDATABASE"), ["its field does not offer `1`, which plans write"]);
}

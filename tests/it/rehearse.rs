//! The rehearsal as its user meets it: what is shown of a good evening and of a bad one, and what a program reads.

use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value as Json;

use crate::support::{examples, root};

struct Ran {
    code: i32,
    out: String,
    err: String,
}

fn rehearse(example: &str, more: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mimeo"));
    let example = examples().into_iter().find(|it| it.name == example).expect("there is one");
    let path = |it: PathBuf| it.strip_prefix(root()).expect("it lies below").to_path_buf();
    command.arg("rehearse").arg(path(example.script)).arg("--values").arg(path(example.values));
    // The plan is that of one day, whenever the test runs.
    if !more.contains(&"--as-of") {
        command.args(["--as-of", "2026-11-23"]);
    }
    command.args(more).current_dir(root());
    command.env("COLUMNS", "100").env("LANG", "C.UTF-8").env_remove("NO_COLOR");
    let Output { status, stdout, stderr } = command.output().expect("the program starts");
    let text = |it: Vec<u8>| String::from_utf8(it).expect("the program writes UTF-8");
    Ran { code: status.code().expect("it ends by itself"), out: text(stdout), err: text(stderr) }
}

#[test]
fn a_good_evening() {
    let ran = rehearse("register-application", &[]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    insta::assert_snapshot!(ran.out);
}

#[test]
fn a_bad_evening_ends_well() {
    let ran = rehearse("register-application", &["--fail", "install:1603"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    insta::assert_snapshot!(ran.out);
}

#[test]
fn a_restart_in_between() {
    let ran = rehearse("register-application", &["--fail", "install:3010"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    insta::assert_snapshot!(ran.out);
}

#[test]
fn every_example_is_carried_out_to_its_end() {
    let names: Vec<String> = examples().into_iter().map(|it| it.name).collect();
    assert!(names.len() >= 23, "{names:?}");
    for name in names {
        // Options B and G ended with basic authentication.
        let day = if matches!(name.as_str(), "option-b" | "option-g") {
            "2021-03-18"
        } else {
            "2026-11-23"
        };
        let ran = rehearse(&name, &["--as-of", day]);
        assert_eq!(ran.code, 0, "{name}\n{}{}", ran.out, ran.err);
        assert!(ran.out.contains("Nothing is left to do."), "{name}\n{}", ran.out);
    }
}

#[test]
fn events_are_what_their_schema_says() {
    let schema = Command::new(env!("CARGO_BIN_EXE_mimeo")).args(["schema", "--events"]).output();
    let schema: Json =
        serde_json::from_slice(&schema.expect("it starts").stdout).expect("it is JSON");
    let schema = jsonschema::validator_for(&schema).expect("it is a schema");
    let mut seen = std::collections::BTreeSet::new();
    for fault in ["install:1603", "graph:throttled", "license:warning", "ews:denied"] {
        let ran = rehearse("everything", &["--output-format", "ndjson", "--fail", fault]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        for line in ran.out.lines() {
            let event: Json = serde_json::from_str(line).expect("each line is JSON");
            if let Err(error) = schema.validate(&event) {
                panic!("{error}: {line}");
            }
            seen.insert(event["event"].as_str().unwrap_or_default().to_owned());
        }
    }
    for event in [
        "started",
        "signed_in",
        "tenant",
        "step_started",
        "waiting",
        "progress",
        "asked",
        "noted",
        "step_done",
        "step_failed",
        "finished",
    ] {
        assert!(seen.contains(event), "{event} was not among {seen:?}");
    }
}

#[test]
fn a_fault_that_is_none_is_told_with_those_there_are() {
    let ran = rehearse("contoso", &["--fail", "instal:1603"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("install:CODE"), "{}", ran.err);
    let list = rehearse("contoso", &["--fail", "list"]);
    assert_eq!(list.code, 0);
    for (name, _, _) in mimeo::execute::simulate::fault::NAMED {
        assert!(list.out.contains(name), "{name}");
    }
}

#[test]
fn the_faults_are_listed_without_a_script_and_nothing_else_is_done_without_one() {
    let run = |args: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_mimeo")).args(args).current_dir(root()).output()
    };
    let list = run(&["rehearse", "--fail", "list"]).expect("it starts");
    assert_eq!(list.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&list.stdout).contains("install:CODE"));
    for args in [&["rehearse"][..], &["rehearse", "--fail", "install:1603"]] {
        let refused = run(args).expect("it starts");
        assert_eq!(refused.status.code(), Some(2), "{args:?}");
        assert!(refused.stdout.is_empty());
    }
}

//! A saved plan away from what it was made from: what is not at hand is said, and nothing is begun that cannot be ended.

use mimeo::execute::simulate::fault::Fault;

use super::{Run, SCOPED, Stage, Tenant};

const SECRET: &str = "of-the-client";

/// The program in the folder to which only the plan was copied, and these files.
fn apply(stage: &Stage, tenant: &Tenant, more: &[&str]) -> Run {
    let args = tenant.reached(&[&["apply", "away/contoso.plan.json", "--yes"], more].concat());
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let mut command = stage.command(&args);
    command.env("AZURE_CLIENT_SECRET", SECRET).env("MIM_SERVICE_PASSWORD", "of-the-service");
    Run::of(command.output().expect("the program starts"))
}

fn away(faults: &[Fault]) -> (Stage, Tenant) {
    let stage = Stage::new(&SCOPED);
    let plan = stage.plan();
    let tenant = Tenant::of(&plan, SECRET, faults);
    std::fs::create_dir(stage.path("away")).expect("a folder");
    std::fs::copy(stage.path("contoso.plan.json"), stage.path("away/contoso.plan.json"))
        .expect("a copy");
    (stage, tenant)
}

#[test]
fn a_failure_is_told_at_its_place_without_a_text_that_is_not_at_hand() {
    let (stage, tenant) = away(&[Fault::LicenseNone]);
    let ran = apply(&stage, &tenant, &["--values", "values.toml"]);
    assert_eq!(ran.code, Some(12), "{}", ran.all());
    let report = ran.out.split("error[").nth(1).expect("there is a finding").to_owned();
    insta::assert_snapshot!(report);
    assert!(ran.err.contains("note: not at hand"), "{}", ran.err);
    // The place is the one that the script shows.
    let (with, without) = (ran.out, apply_at_home(&stage, &tenant));
    let place = |text: &str| {
        let at = text.find("─[").expect("a place") + 4;
        text[at..].split(']').next().expect("its end").to_owned()
    };
    assert_eq!(place(&with), place(&without));
}

fn apply_at_home(stage: &Stage, tenant: &Tenant) -> String {
    let args = tenant.reached(&["apply", "contoso.plan.json", "--yes"]);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let mut command = stage.command(&args);
    command.env("AZURE_CLIENT_SECRET", SECRET).env("MIM_SERVICE_PASSWORD", "of-the-service");
    let ran = Run::of(command.output().expect("the program starts"));
    assert!(!ran.out.contains("not at hand"), "{}", ran.all());
    ran.out
}

#[test]
fn nothing_begins_without_the_file_that_says_where_secrets_come_from() {
    let (stage, tenant) = away(&[]);
    let ran = apply(&stage, &tenant, &[]);
    assert_eq!(ran.code, Some(2), "{}", ran.all());
    insta::assert_snapshot!(ran.err);
    assert!(!stage.path("away/contoso.plan.journal").exists(), "nothing was begun");
    assert!(tenant.shared.sent().is_empty(), "nobody was asked");
    // The folder that has everything will do.
    let ran = apply(&stage, &tenant, &["--root", "."]);
    assert!(!tenant.shared.sent().is_empty(), "{}", ran.all());
}

#[test]
fn of_several_values_files_the_one_that_is_missing_is_named() {
    let stage = Stage::new(&SCOPED);
    let whole = stage.read("values.toml");
    let (head, secrets) = whole.split_once("[secrets]").expect("it has both");
    std::fs::write(stage.path("values.toml"), head).expect("a file");
    std::fs::write(stage.path("secrets.toml"), format!("[secrets]{secrets}")).expect("a file");
    let mut made = vec!["plan", "main.rhai", "--values", "values.toml", "--values", "secrets.toml"];
    made.extend(["--as-of", "2026-11-23", "--out", "contoso.plan.json"]);
    assert_eq!(stage.run(&made).code, Some(0));
    std::fs::remove_file(stage.path("values.toml")).expect("it is there");
    let ran = stage.run(&["preflight", "contoso.plan.json", "--offline"]);
    assert!(ran.err.contains("not judged again as of today: `values.toml`"), "{}", ran.all());
    assert!(!ran.err.contains("changed"), "{}", ran.err);
}

#[test]
fn resume_takes_the_plan_the_journal_or_the_script() {
    let (stage, tenant) = away(&[Fault::LicenseNone]);
    std::fs::create_dir(stage.path("customers")).expect("a folder");
    std::fs::copy(stage.path("values.toml"), stage.path("customers/contoso.toml")).expect("a copy");
    let begun = "customers/contoso.toml";
    let run = |args: &[&str]| {
        let args = tenant.reached(&[args, &["--yes"]].concat());
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let mut command = stage.command(&args);
        command.env("AZURE_CLIENT_SECRET", SECRET).env("MIM_SERVICE_PASSWORD", "of-the-service");
        Run::of(command.output().expect("the program starts"))
    };
    let ran = run(&["apply", "main.rhai", "--values", begun, "--as-of", "2026-11-23"]);
    assert_eq!(ran.code, Some(12), "{}", ran.all());
    for args in [
        &["resume", "customers/contoso.plan.json", "--root", ".", "--values", begun][..],
        &["resume", "customers/contoso.plan.journal", "--root", ".", "--values", begun],
        &["resume", "main.rhai", "--values", begun],
    ] {
        let ran = run(args);
        assert_eq!(ran.code, Some(12), "{args:?}: {}", ran.all());
        assert!(!ran.err.contains("not at hand"), "{args:?}: {}", ran.err);
    }
    for (args, says) in [
        (
            &["resume", "main.rhai"][..],
            "there is no plan `main.plan.json`, which `main.rhai` leads to",
        ),
        (&["resume", "away/other.plan.journal"], "there is no plan `away/other.plan.json`"),
    ] {
        let ran = run(args);
        assert_eq!(ran.code, Some(2), "{args:?}: {}", ran.all());
        assert!(ran.err.contains(says), "{args:?}: {}", ran.err);
    }
}

#[test]
fn undo_lists_what_it_will_take_back_before_it_asks() {
    let stage = Stage::new(&SCOPED);
    let ran = stage.rehearse("whole", &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
    let journal = stage.read("whole/plan.journal");
    let args = ["undo", "whole/plan.json", "--elsewhere", "--root", ".", "--values", "values.toml"];
    let asked = stage.run(&args);
    assert_eq!(asked.code, Some(2), "nobody can answer: {}", asked.all());
    insta::assert_snapshot!(asked.err);
    assert_eq!(stage.read("whole/plan.journal"), journal, "nothing was done");
}

#[test]
fn what_is_refused_after_the_start_is_framed_by_its_events() {
    let (stage, tenant) = away(&[]);
    let args = ["apply", "contoso.plan.json", "--yes", "--output-format", "ndjson"];
    let args = tenant.reached(&args);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    // The password is not in the environment.
    let mut command = stage.command(&args);
    command.env("AZURE_CLIENT_SECRET", SECRET).env_remove("MIM_SERVICE_PASSWORD");
    let ran = Run::of(command.output().expect("the program starts"));
    assert_eq!(ran.code, Some(8), "{}", ran.all());
    let names: Vec<String> =
        ran.events().iter().map(|it| it["event"].as_str().expect("a name").to_owned()).collect();
    assert_eq!(names, ["started", "step_failed", "finished"], "{}", ran.all());
    assert_eq!(ran.codes(), ["secret-unreadable"]);
    assert!(tenant.shared.sent().is_empty(), "nobody was asked");
}

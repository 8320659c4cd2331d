//! The template repositories below `examples/`, as whoever keeps one runs it: their tests, what these come by, their kept
//! plans on any machine, and all customers at once. That they are laid out, planned and carried out is tested with the other
//! examples.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::support::{files_below, root};

const REPOSITORIES: [&str; 2] = ["lab", "office365"];

/// Where a repository lies.
fn repository(name: &str) -> PathBuf {
    root().join("examples").join(name)
}

/// Runs the program in a folder, which must end with 0, and returns its result.
fn mimeo(folder: &Path, args: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mimeo"));
    command.args(args).args(["--as-of", "2026-11-23"]).current_dir(folder);
    command.env("COLUMNS", "100").env("LANG", "C.UTF-8").env("NO_COLOR", "1");
    let Output { status, stdout, stderr } = command.output().expect("the program starts");
    let text = |it: Vec<u8>| String::from_utf8(it).expect("the program writes UTF-8");
    let (stdout, stderr) = (text(stdout), text(stderr));
    assert_eq!(status.code(), Some(0), "{args:?}\n{stdout}{stderr}");
    stdout
}

#[test]
fn their_tests_pass_and_come_by_every_branch() {
    let elsewhere = tempfile::tempdir().expect("a folder");
    for name in REPOSITORIES {
        let path = repository(name);
        mimeo(&path, &["test", "--fail-under", "95"]);
        let path = path.to_str().expect("it is UTF-8");
        mimeo(elsewhere.path(), &["test", "--fail-under", "95", path]);
    }
}

/// A copy of a repository without its plans, and the plans that its tests write there.
fn written(name: &str, from_within: bool) -> BTreeMap<PathBuf, String> {
    let copy = tempfile::tempdir().expect("a folder");
    let original = repository(name);
    for file in files_below(&format!("examples/{name}")) {
        let path = file.strip_prefix(&original).expect("it lies below");
        if !path.starts_with("plans") {
            let to = copy.path().join(path);
            std::fs::create_dir_all(to.parent().expect("it lies in a folder")).expect("a folder");
            std::fs::copy(&file, to).expect("it can be copied");
        }
    }
    if from_within {
        mimeo(copy.path(), &["test", "--update"]);
    } else {
        mimeo(root(), &["test", "--update", copy.path().to_str().expect("it is UTF-8")]);
    }
    let plans = files_below(copy.path().join("plans").to_str().expect("it is UTF-8"));
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).expect("it was written");
        assert!(!text.contains(copy.path().to_str().expect("it is UTF-8")), "{}", path.display());
        (path.strip_prefix(copy.path()).expect("it lies below").to_path_buf(), text)
    };
    plans.into_iter().map(read).collect()
}

#[test]
fn their_plans_are_the_same_wherever_they_are_written() {
    for (name, count) in REPOSITORIES.into_iter().zip([1, 3]) {
        let plans = written(name, true);
        assert_eq!(plans, written(name, false), "{name}");
        assert_eq!(plans.len(), count, "{name}");
        let kept = files_below(&format!("examples/{name}/plans"));
        let kept = kept.iter().map(|it| it.strip_prefix(repository(name)).expect("it is there"));
        assert!(kept.eq(plans.keys()), "{name} keeps a plan that no test is about");
    }
}

#[test]
fn all_customers_have_a_plan_at_once() {
    let told = mimeo(&repository("office365"), &["batch", "office365.rhai", "customers/"]);
    let matrix = told.split("\n\n").next().expect("it begins with the matrix");
    insta::assert_snapshot!(matrix);
}

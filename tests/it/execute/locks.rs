//! One run at a time: who holds a plan or a machine, and what a run leaves that was killed.

#[cfg(unix)]
use std::process::{Command, Stdio};

use mimeo::execute::lock::lock;

#[cfg(unix)]
use super::Run;
use super::{SCOPED, Stage};

#[test]
fn a_second_run_is_told_who_holds_the_plan() {
    let stage = Stage::new(&SCOPED);
    std::fs::create_dir_all(stage.path("held")).expect("a folder");
    let held = lock(&stage.path("held/plan.lock"), "this plan", "process 4711 on mim")
        .expect("it is free");
    let ran = stage.rehearse("held", &[]);
    assert_eq!(ran.code, Some(11), "{}", ran.all());
    assert!(ran.err.contains("process 4711 on mim"), "{}", ran.err);
    drop(held);
    let ran = stage.rehearse("held", &[]);
    assert_eq!(ran.code, Some(0), "the holder is gone");
    assert!(!ran.err.contains("taken over"), "it ended by itself: {}", ran.err);
}

#[cfg(unix)]
#[test]
fn the_lock_of_a_killed_run_is_taken_over_at_once_and_said_so() {
    use std::io::{BufRead, BufReader};
    use std::os::unix::process::ExitStatusExt;

    let stage = Stage::new(&SCOPED);
    // The tenant is silent for a while, so that the run is there to be halted.
    let args = Stage::rehearsal("held", &["--fail", "graph:timeout", "--output-format", "ndjson"]);
    let mut child = stage
        .command(&args)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
    assert!(
        lines.any(|it| it.expect("it is text").contains(r#""event":"step_started""#)),
        "a step begins"
    );
    let halted = Command::new("kill").args(["-STOP", &child.id().to_string()]).status();
    assert!(halted.expect("it starts").success());
    let second = stage.rehearse("held", &[]);
    assert_eq!(second.code, Some(11), "{}", second.all());
    let holder = format!("process {} on ", child.id());
    assert!(second.err.contains(&holder), "{}", second.err);
    child.kill().expect("it runs");
    assert_eq!(child.wait().expect("it ends").signal(), Some(9));
    let resumed = stage.rehearse("held", &[]);
    assert_eq!(resumed.code, Some(0), "{}", resumed.all());
    assert!(resumed.err.contains("taken over") && resumed.err.contains(&holder), "{}", resumed.err);
    let again = stage.rehearse("held", &[]);
    assert!(!again.err.contains("taken over"), "once: {}", again.err);
}

/// The program as somebody to whom the stage's files are those of another user. Who may read everything runs it as a user
/// that owns nothing.
#[cfg(unix)]
fn as_another_user(stage: &Stage, args: &[&str]) -> Run {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::os::unix::process::CommandExt;
    const NOBODY: u32 = 65534;

    let mut command = stage.command(args);
    let own = std::fs::metadata(stage.path("main.rhai")).expect("it is there").uid();
    if own == 0 {
        // The program's own folder may be closed to others.
        let program = stage.path("mimeo");
        if !program.exists() {
            std::fs::copy(env!("CARGO_BIN_EXE_mimeo"), &program).expect("a copy");
        }
        let mut other = Command::new(program);
        other.args(args).current_dir(stage.path(".")).uid(NOBODY).gid(NOBODY);
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => other.env(name, value),
                None => other.env_remove(name),
            };
        }
        std::fs::set_permissions(stage.path("."), std::fs::Permissions::from_mode(0o777))
            .expect("it is ours");
        command = other;
    }
    Run::of(command.output().expect("the program starts"))
}

#[cfg(unix)]
#[test]
fn a_lock_of_another_user_is_told_with_its_owner_and_what_to_do() {
    use std::os::unix::fs::PermissionsExt;

    let stage = Stage::new(&SCOPED);
    std::fs::create_dir_all(stage.path("held")).expect("a folder");
    std::fs::set_permissions(stage.path("held"), std::fs::Permissions::from_mode(0o777))
        .expect("it is ours");
    let file = stage.path("held/plan.lock");
    std::fs::write(&file, "").expect("a file");
    let mode = |mode| {
        let mode = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(&file, mode).expect("it is ours");
    };
    mode(0o000);
    std::fs::write(stage.path("held/plan.holder"), "process 4711 on mim\n").expect("a file");
    let args = Stage::rehearsal("held", &[]);
    let refused = as_another_user(&stage, &args);
    assert_eq!(refused.code, Some(11), "{}", refused.all());
    for part in
        ["whether this plan is in use cannot be told", "belongs to the user", "4711", "removed by"]
    {
        assert!(refused.err.contains(part), "{part}: {}", refused.err);
    }
    assert!(!refused.err.contains("denied"), "{}", refused.err);
    // What can be read can be locked, whoever made it.
    mode(0o444);
    let held = lock(&file, "this plan", "process 4712 on mim").expect("it is free");
    let refused = as_another_user(&stage, &args);
    assert_eq!(refused.code, Some(11), "{}", refused.all());
    assert!(refused.err.contains("process 4712 on mim"), "{}", refused.err);
    drop(held);
    let ran = as_another_user(&stage, &args);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
}

//! Ctrl-C: the first stops after the running operation, and so does every other; then the same command goes on.
#![cfg(unix)]

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

use mimeo::execute::journal::Journal;
use mimeo::plan::Plan;

use super::{Run, SCOPED, Stage, assert_one_live_secret, assert_same_state, effects, once_only};

fn interrupt(child: &Child) {
    // It may have stopped by itself before the second; until it is waited for, its number is its own.
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(sent.expect("it starts").success());
}

/// Starts a rehearsal whose tenant is silent at its first answer, and presses Ctrl-C as soon as somebody has signed in.
fn interrupted(stage: &Stage, folder: &str, times: usize) -> Run {
    let args = Stage::rehearsal(folder, &["--fail", "graph:timeout", "--output-format", "ndjson"]);
    let mut command = stage.command(&args);
    let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
    let mut talk = BufReader::new(child.stderr.take().expect("it is piped"));
    let mut out = String::new();
    while !out.contains(r#""event":"signed_in""#) {
        out += &(lines.next().expect("it goes on").expect("it is text") + "\n");
    }
    let mut err = String::new();
    for _ in 0..times {
        interrupt(&child);
        // Each is answered while it still runs.
        if talk.read_line(&mut err).expect("it is text") == 0 {
            break;
        }
        talk.read_line(&mut err).expect("it is text");
    }
    for line in lines {
        out += &(line.expect("it is text") + "\n");
    }
    talk.read_to_string(&mut err).expect("it is text");
    Run { code: child.wait().expect("it ends").code(), out, err }
}

#[test]
fn ctrl_c_stops_after_the_running_operation_and_the_same_command_goes_on() {
    let stage = Stage::new(&SCOPED);
    let whole = stage.rehearse("whole", &[]);
    assert_eq!(whole.code, Some(0), "{}", whole.all());
    for times in [1, 2] {
        let folder = format!("pressed-{times}");
        let stopped = interrupted(&stage, &folder, times);
        assert_eq!(stopped.code, Some(130), "{}", stopped.all());
        assert!(stopped.err.contains("stopping after the running operation"), "{}", stopped.err);
        let events = stopped.events();
        let last = events.last().expect("there are events");
        assert_eq!((&last["event"], &last["outcome"]), (&"finished".into(), &"stopped".into()));

        let plan = Plan::from_json(&stage.read(&format!("{folder}/plan.json"))).expect("whole");
        let records = Journal::look(&stage.path(&format!("{folder}/plan.journal")), &plan);
        assert!(!records.expect("it is sound").is_empty());
        let status = stage.run(&["status", &format!("{folder}/plan.json")]);
        assert!(status.out.contains("To go on: mimeo resume"), "{}", status.all());

        let resumed = stage.rehearse(&folder, &[]);
        assert_eq!(resumed.code, Some(0), "{}", resumed.all());
        let (world, expected) = (stage.world(&folder), stage.world("whole"));
        assert_eq!(once_only(&effects(&world)), once_only(&effects(&expected)));
        assert_same_state(&world, &expected, &folder);
        assert_one_live_secret(&world, &folder);
    }
}

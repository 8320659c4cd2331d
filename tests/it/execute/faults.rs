//! Everything that `--fail` can break: how the program ends, what it says, and that the same command then goes on to the
//! same end as if nothing had happened.

use std::sync::atomic::{AtomicUsize, Ordering};

use mimeo::execute::simulate::fault::NAMED;

use super::{
    GROUP, Run, SCOPED, Script, Stage, assert_one_live_secret, assert_same_state, effects,
    once_only,
};

/// A fault, the exit code of the run that meets it, the codes of its findings, and something else that it says.
type Row = (&'static str, i32, &'static [&'static str], &'static str);

const ROWS: &[Row] = &[
    ("license:none", 12, &["license-not-found"], ""),
    ("license:suspended", 12, &["license-not-usable"], ""),
    ("license:warning", 0, &["license-in-grace"], ""),
    ("license:teams-rooms", 0, &["license-of-devices"], ""),
    ("tenant:other", 12, &["tenant-other"], ""),
    ("tenant:guest", 12, &["sign-in-guest"], ""),
    // The tenant says `Retry-After: 2`.
    ("graph:throttled", 0, &[], r#""why":"Microsoft Graph has too much to do","seconds":2"#),
    ("graph:replication", 0, &[], "what was made a moment ago does not show yet"),
    ("graph:reset", 0, &[], "the connection broke; a read told that nothing had happened"),
    ("graph:timeout", 0, &[], "the answer took too long"),
    ("graph:half", 0, &[], "the connection broke"),
    ("graph:forbidden", 12, &["graph-forbidden"], "Application.ReadWrite.All"),
    ("secret:forbidden", 8, &["secret-forbidden"], ""),
    ("secret:lifetime", 9, &["secret-lifetime"], ".secret_lifetime_days("),
    ("secret:expired", 8, &["application-sign-in"], "AADSTS7000222"),
    ("ews:off", 8, &["ews-off"], ""),
    ("ews:unlisted", 8, &["ews-not-listed"], ""),
    ("ews:denied", 8, &["ews-denied"], ""),
    ("ews:mailbox", 8, &["ews-no-mailbox"], ""),
    ("ews:other", 0, &["ews-too-wide"], ""),
    ("powershell:module", 8, &["script-module"], "ExchangeOnlineManagement"),
    ("portal:silent", 8, &["wait-over"], ""),
    ("sign-in:53003", 12, &["sign-in-failed"], "AADSTS53003"),
    ("sign-in:65001", 12, &["sign-in-failed"], "AADSTS65001"),
    ("sign-in:90033", 12, &["sign-in-failed"], "AADSTS90033"),
    ("sign-in:700016", 12, &["sign-in-failed"], "AADSTS700016"),
    ("install:1602", 8, &["install-cancelled"], ""),
    ("install:1603", 8, &["install-failed"], "deploying or retracting a solution"),
    ("install:1618", 0, &[], "another installation is running"),
    ("install:1619", 8, &["install-failed"], "1619"),
    ("install:1625", 8, &["install-failed"], "1625"),
    ("install:1638", 8, &["install-failed"], "1638"),
    ("install:1639", 8, &["install-failed"], "1639"),
    ("install:1641", 10, &[], r#""outcome":"restart""#),
    ("install:3010", 10, &[], r#""outcome":"restart""#),
];

#[test]
fn every_fault_has_a_row() {
    for (name, ..) in NAMED {
        let rows = ROWS.iter().filter(|it| it.0 == *name).count();
        assert_eq!(rows, 1, "`{name}` has one row above");
    }
    let list = Stage::new(&SCOPED).run(&["rehearse", "main.rhai", "--fail", "list"]);
    for (name, ..) in NAMED {
        assert!(list.out.lines().any(|it| it.starts_with(name)), "`{name}`: {}", list.out);
    }
}

#[test]
fn every_fault_ends_as_documented_and_is_resumed() {
    let stage = undisturbed(&SCOPED);
    in_parallel(ROWS, |(fault, code, codes, says)| {
        let folder = fault.replace(':', "-");
        let met = stage.rehearse(&folder, &["--fail", fault, "--output-format", "ndjson"]);
        assert_eq!(met.code, Some(*code), "{fault}: {}", met.all());
        assert_eq!(met.codes(), *codes, "{fault}: {}", met.all());
        assert!(met.out.contains(says), "{fault}: {}", met.all());
        assert_eq!(outcome(&met), word(*code), "{fault}: {}", met.all());
        let again = stage.rehearse(&folder, &[]);
        assert_eq!(again.code, Some(0), "{fault}: {}", again.all());
        assert_as_undisturbed(&stage, &folder, fault);
    });
}

/// A fault that passes by itself is none that a person ever meets.
#[test]
fn what_goes_wrong_on_the_way_to_the_cloud_changes_nothing() {
    let stage = undisturbed(&GROUP);
    // `graph:timeout` waits in earnest; the table above has it.
    let passing = ["throttled", "replication", "reset", "half"];
    let mut cases: Vec<Vec<String>> =
        passing.iter().map(|it| vec![format!("graph:{it}")]).collect();
    let all = passing.iter().map(|it| format!("graph:{it}"));
    cases.push(all.collect());
    in_parallel(&cases, |faults| {
        let name = faults.join("+");
        let folder = name.replace(':', "-");
        let more: Vec<&str> = faults.iter().flat_map(|it| ["--fail", it.as_str()]).collect();
        let met = stage.rehearse(&folder, &more);
        assert_eq!(met.code, Some(0), "{name}: {}", met.all());
        assert_as_undisturbed(&stage, &folder, &name);
    });
}

#[test]
fn what_fails_for_good_is_met_again_until_it_is_mended() {
    let stage = undisturbed(&SCOPED);
    for (fault, code) in
        [("license:none", 12), ("secret:lifetime", 9), ("ews:off", 8), ("install:1603", 8)]
    {
        let folder = fault.replace(':', "-");
        let first = stage.rehearse(&folder, &["--fail", fault]);
        let before = stage.effects(&folder);
        let second = stage.rehearse(&folder, &["--fail", fault]);
        assert_eq!((first.code, second.code), (Some(code), Some(code)), "{}", second.all());
        assert_eq!(stage.effects(&folder), before, "{fault}: what is done is not done again");
        let status = stage.run(&["status", &format!("{folder}/plan.json")]);
        assert_eq!(status.code, Some(0), "{fault}: {}", status.all());
        assert!(status.out.contains("failed"), "{fault}: {}", status.out);
    }
}

#[test]
fn without_a_folder_the_simulated_person_mends_what_breaks() {
    let stage = Stage::new(&SCOPED);
    for fault in ["license:none", "graph:forbidden", "ews:off", "install:1603", "install:3010"] {
        let mut args = vec!["rehearse", "main.rhai", "--values", "values.toml", "--at-once"];
        args.extend(["--as-of", "2026-11-23", "--fail", fault]);
        let run = stage.run(&args);
        assert_eq!(run.code, Some(0), "{fault}: {}", run.all());
        assert!(run.out.contains("Then: mimeo resume"), "{fault}: {}", run.out);
        assert!(run.out.contains("Nothing is left to do."), "{fault}: {}", run.out);
    }
    let left = std::fs::read_dir(stage.path(".")).expect("a folder");
    let left = left.filter(|it| it.as_ref().expect("an entry").path().is_dir()).count();
    assert_eq!(left, 0, "the rehearsal's own folder is gone");
}

fn undisturbed(script: &Script) -> Stage {
    let stage = Stage::new(script);
    let run = stage.rehearse("undisturbed", &[]);
    assert_eq!(run.code, Some(0), "{}", run.all());
    stage
}

fn assert_as_undisturbed(stage: &Stage, folder: &str, name: &str) {
    let (world, expected) = (stage.world(folder), stage.world("undisturbed"));
    let had = effects(&world);
    assert_eq!(once_only(&had), once_only(&effects(&expected)), "{name}: {had:#?}");
    if name.starts_with("install:3010") || name.starts_with("install:1641") {
        // The log tells of the restart, which has happened before the second run.
        assert_eq!(world["server"]["pending_reboot"], false, "{name}");
    } else {
        assert_same_state(&world, &expected, name);
    }
    assert_one_live_secret(&world, name);
}

/// The outcome that the last event tells, of a run that tells where it begins and ends, once each.
fn outcome(run: &Run) -> String {
    let events = run.events();
    let names: Vec<&str> = events.iter().filter_map(|it| it["event"].as_str()).collect();
    assert_eq!(names.first(), Some(&"started"), "{}", run.all());
    for frame in ["started", "finished"] {
        assert_eq!(names.iter().filter(|it| **it == frame).count(), 1, "{}", run.all());
    }
    let last = events.last().expect("there are events");
    assert_eq!(last["event"], "finished", "{}", run.all());
    last["outcome"].as_str().expect("a text").to_owned()
}

fn word(code: i32) -> &'static str {
    match code {
        0 => "complete",
        10 => "restart",
        _ => "failed",
    }
}

/// Does the work of each item, two at a time.
fn in_parallel<T: Sync>(items: &[T], work: impl Fn(&T) + Sync) {
    let next = AtomicUsize::new(0);
    let (next, work) = (&next, &work);
    std::thread::scope(|scope| {
        let run = move || {
            while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                work(item);
            }
        };
        let workers = [scope.spawn(run), scope.spawn(run)];
        for worker in workers {
            worker.join().unwrap_or_else(|failed| std::panic::resume_unwind(failed));
        }
    });
}

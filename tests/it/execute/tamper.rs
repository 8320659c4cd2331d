//! Plans and journals that somebody altered: none is accepted, and nothing on the disk is changed.

use std::path::Path;

use mimeo::execute::journal::{Journal, JournalError};
use mimeo::plan::Plan;
use mimeo::plan::seal::seal;
use serde_json::Value as Json;

use super::{QUIET, Run, SCOPED, Stage, snapshot};
use crate::plan::Random;

/// How many mutations each test makes.
const MUTATIONS: usize = 10_000;

#[test]
fn no_mutation_of_a_sealed_plan_is_accepted() {
    let mut plan = Plan::from_json(&rehearsed().read("whole/plan.json")).expect("it is whole");
    // Every kind of data once is enough, and ten times as fast.
    plan.inputs.truncate(1);
    plan.settings.truncate(3);
    plan.pages.truncate(1);
    plan.steps.retain(|it| ["register-application", "create-client-secret"].contains(&&*it.id));
    for step in &mut plan.steps {
        step.after.retain(|it| it == "register-application");
    }
    seal(&mut plan);
    let text = plan.to_json();
    let mut random = Random(2026);
    let (mut refused, mut unreadable, mut same) = (0, 0, 0);
    while refused < MUTATIONS {
        let bytes = if random.below(4) == 0 {
            edited(&text, &mut random).into_bytes()
        } else {
            mutated(text.as_bytes(), &mut random)
        };
        // A file that is not UTF-8 never gets this far.
        let Ok(altered) = String::from_utf8(bytes) else {
            unreadable += 1;
            continue;
        };
        match Plan::from_json(&altered) {
            // Spaces between the data are no mutation.
            Ok(read) => {
                assert_eq!(read, plan, "after {refused}: {altered}");
                same += 1;
            }
            Err(error) => {
                let message = error.to_string();
                assert!(!message.contains('\n') && !message.is_empty(), "{message}");
                assert!(!error.help().is_empty(), "{message}");
                refused += 1;
            }
        }
    }
    assert!(
        same < MUTATIONS / 10 && unreadable < MUTATIONS,
        "{same} the same, {unreadable} binary"
    );
}

#[test]
fn no_mutation_of_a_journal_before_its_last_record_is_accepted() {
    let stage = rehearsed();
    let plan = Plan::from_json(&stage.read("whole/plan.json")).expect("it is whole");
    let text = stage.read("whole/plan.journal");
    let last = text.trim_end().rfind('\n').expect("there are several records") + 1;
    let (head, tail) = text.as_bytes().split_at(last);
    let path = stage.path("altered.journal");
    let mut random = Random(1123);
    let mut refused = 0;
    while refused < MUTATIONS {
        let mut bytes = if random.below(4) == 0 {
            edited_line(&text[..last], &mut random).into_bytes()
        } else {
            mutated(head, &mut random)
        };
        if bytes == head {
            continue;
        }
        bytes.extend_from_slice(tail);
        std::fs::write(&path, &bytes).expect("a file");
        let looked = Journal::look(&path, &plan).map(|it| it.len());
        let opened = Journal::open(&path, &plan).map(|it| it.records.len());
        for (how, read) in [("look", looked), ("open", opened)] {
            let Err(error) = read else {
                panic!("{how} takes it: {}", String::from_utf8_lossy(&bytes[last / 2..]))
            };
            let told = matches!(
                error,
                JournalError::Altered { .. }
                    | JournalError::OtherPlan { .. }
                    | JournalError::Format { .. }
            );
            assert!(told, "{how}: {error}");
            assert!(!error.to_string().contains('\n') && !error.help().is_empty(), "{error}");
        }
        assert_eq!(std::fs::read(&path).expect("a file"), bytes, "it stays as it was found");
        refused += 1;
    }
    let left = std::fs::read_dir(stage.path(".")).expect("a folder");
    let torn = left
        .filter(|it| it.as_ref().expect("an entry").file_name().to_string_lossy().contains("torn"));
    assert_eq!(torn.count(), 0, "nothing was set aside");
}

/// What is done to the files of a run that is over, how each command ends, and what it says.
type Case = (&'static str, fn(&Path, &Stage), i32, &'static str);

const CASES: &[Case] = &[
    ("a plan without its journal", |it, _| remove(it, "plan.journal"), 2, "there is no journal"),
    ("a journal without its plan", |it, _| remove(it, "plan.json"), 2, "plan.json"),
    (
        "the journal of another plan",
        |it, stage| {
            let other = stage.read("other/plan.journal");
            std::fs::write(it.join("plan.journal"), other).expect("a file");
        },
        6,
        "belongs to another plan",
    ),
    ("an altered first record", |it, _| alter(it, 0), 6, "was altered"),
    ("an altered record in the middle", |it, _| alter(it, 7), 6, "(line 8)"),
    ("a record that is left out", |it, _| leave_out(it, 3), 6, "(line 4)"),
    ("a record that stands twice", |it, _| double(it, 5), 6, "(line 7)"),
    (
        "an unknown format",
        |it, _| {
            let plan = Plan::from_json(&read(it, "plan.json")).expect("it is whole");
            let record = format!(
                r#"{{"at":"2030-01-01T00:00:00Z","run":{{"format":9,"plan":"{}","made_by":"mimeo 9.0.0","machine":"mim"}}}}"#,
                plan.seal
            );
            let chain = mimeo::plan::seal::digest(&format!("{}{record}", plan.seal));
            let line = format!("{{\"chain\":\"{chain}\",\"record\":{record}}}\n");
            std::fs::write(it.join("plan.journal"), line).expect("a file");
        },
        2,
        "has format 9; this version reads format 1",
    ),
    (
        "a directory in the journal's place",
        |it, _| {
            remove(it, "plan.journal");
            std::fs::create_dir(it.join("plan.journal")).expect("a folder");
        },
        2,
        "cannot be used",
    ),
    (
        "a directory in the plan's place",
        |it, _| {
            remove(it, "plan.json");
            std::fs::create_dir(it.join("plan.json")).expect("a folder");
        },
        2,
        "plan.json",
    ),
    (
        "a huge journal",
        |it, _| {
            let file = std::fs::OpenOptions::new().write(true).open(it.join("plan.journal"));
            file.expect("it is there").set_len(1 << 40).expect("a file with holes");
        },
        2,
        "larger than any journal",
    ),
    (
        "a huge plan",
        |it, _| {
            let file = std::fs::OpenOptions::new().write(true).open(it.join("plan.json"));
            file.expect("it is there").set_len(1 << 40).expect("a file with holes");
        },
        2,
        "plan.json",
    ),
    (
        "a journal that is no text",
        |it, _| {
            let mut bytes = std::fs::read(it.join("plan.journal")).expect("a file");
            bytes[200] = 0xFF;
            std::fs::write(it.join("plan.journal"), bytes).expect("a file");
        },
        6,
        "was altered",
    ),
    (
        "a plan that is no text",
        |it, _| {
            let mut bytes = std::fs::read(it.join("plan.json")).expect("a file");
            bytes[200] = 0xFF;
            std::fs::write(it.join("plan.json"), bytes).expect("a file");
        },
        2,
        "plan.json",
    ),
    (
        "an altered plan",
        |it, _| {
            let text = read(it, "plan.json").replace("mim.contoso.com", "evil.contoso.com");
            std::fs::write(it.join("plan.json"), text).expect("a file");
        },
        6,
        "altered",
    ),
    (
        "an empty plan",
        |it, _| std::fs::write(it.join("plan.json"), "").expect("a file"),
        2,
        "ends in the middle",
    ),
];

#[test]
fn what_was_altered_is_refused_and_left_as_it_is() {
    let stage = rehearsed();
    let other = Stage::new(&QUIET);
    let rehearsed = other.rehearse("whole", &[]);
    assert_eq!(rehearsed.code, Some(0), "{}", rehearsed.all());
    std::fs::create_dir(stage.path("other")).expect("a folder");
    std::fs::write(stage.path("other/plan.journal"), other.read("whole/plan.journal"))
        .expect("a file");
    for (number, (name, damage, code, says)) in CASES.iter().enumerate() {
        let folder = format!("case-{number}");
        std::fs::create_dir(stage.path(&folder)).expect("a folder");
        for file in ["plan.json", "plan.journal", "world.json"] {
            let (from, to) = (format!("whole/{file}"), format!("{folder}/{file}"));
            std::fs::copy(stage.path(&from), stage.path(&to)).expect("a copy");
        }
        damage(&stage.path(&folder), &stage);
        let plan = format!("{folder}/plan.json");
        // A file with holes is not read for the comparison.
        let huge = name.contains("huge");
        let before = (!huge).then(|| snapshot(&stage.path(&folder)));
        let given = ["--values", "values.toml", "--root", "."];
        for command in ["status", "resume", "undo", "rotate"] {
            let mut args = vec![command, plan.as_str()];
            if command != "status" {
                args.extend(given);
                args.push("--yes");
            }
            let run = stage.run(&args);
            let what = format!("{name}: {command}");
            assert_eq!(run.code, Some(*code), "{what}: {}", run.all());
            assert!(
                run.err.contains("error: ") && run.err.contains("help: "),
                "{what}: {}",
                run.err
            );
            assert!(run.err.contains(says), "{what}: {}", run.err);
            assert!(run.out.is_empty(), "{what}: {}", run.out);
            if let Some(before) = &before {
                // What a lock leaves is no part of the plan.
                let mut after = snapshot(&stage.path(&folder));
                after.retain(|path, _| path.extension().is_none_or(|it| it != "lock"));
                assert!(after == *before, "{what}: something was changed");
            }
        }
    }
}

#[test]
fn an_empty_journal_is_one_that_nothing_was_written_to() {
    let stage = rehearsed();
    std::fs::write(stage.path("whole/plan.journal"), "").expect("a file");
    let status = stage.run(&["status", "whole/plan.json"]);
    assert_eq!(status.code, Some(0), "{}", status.all());
    assert!(status.out.contains("15 left."), "{}", status.out);
}

#[test]
fn a_rehearsal_refuses_a_folder_with_an_altered_journal_or_another_plan() {
    let stage = rehearsed();
    let refused = |run: &Run, code: i32, says: &str| {
        assert_eq!(run.code, Some(code), "{}", run.all());
        assert!(run.err.contains(says), "{}", run.err);
    };
    let world = stage.read("whole/world.json");
    let journal = stage.read("whole/plan.journal");
    alter(&stage.path("whole"), 2);
    refused(&stage.rehearse("whole", &[]), 6, "was altered");
    std::fs::write(stage.path("whole/plan.journal"), journal).expect("a file");
    let days = ["--set", "secret_days=90"];
    refused(&stage.rehearse("whole", &days), 6, "is the rehearsal of another plan");
    assert_eq!(stage.read("whole/world.json"), world);
    std::fs::write(stage.path("whole/world.json"), "{}").expect("a file");
    refused(&stage.rehearse("whole", &[]), 2, "is no world of a rehearsal");
}

fn rehearsed() -> Stage {
    let stage = Stage::new(&SCOPED);
    let run = stage.rehearse("whole", &[]);
    assert_eq!(run.code, Some(0), "{}", run.all());
    stage
}

fn json(text: &str) -> Json {
    serde_json::from_str(text).expect("it is JSON")
}

fn read(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).expect("a file")
}

fn remove(folder: &Path, name: &str) {
    std::fs::remove_file(folder.join(name)).expect("it is there");
}

/// Changes the lines of the journal in a folder.
fn lines(folder: &Path, change: impl FnOnce(&mut Vec<String>)) {
    let mut lines: Vec<String> = read(folder, "plan.journal").lines().map(str::to_owned).collect();
    change(&mut lines);
    std::fs::write(folder.join("plan.journal"), lines.join("\n") + "\n").expect("a file");
}

fn alter(folder: &Path, line: usize) {
    lines(folder, |it| {
        let altered = it[line].replace("\"at\":\"2", "\"at\":\"3");
        assert_ne!(altered, it[line]);
        it[line] = altered;
    });
}

fn leave_out(folder: &Path, line: usize) {
    lines(folder, |it| {
        it.remove(line);
    });
}

fn double(folder: &Path, line: usize) {
    lines(folder, |it| it.insert(line, it[line].clone()));
}

/// Bytes flipped, left out, put in, cut off or doubled, and lines left out, swapped or doubled.
fn mutated(bytes: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=random.below(2) {
        let at = random.below(bytes.len());
        match random.below(8) {
            0 | 1 => bytes[at] ^= 1 << random.below(8),
            2 => bytes[at] = b' ' + (random.below(95) as u8),
            3 => {
                let end = (at + 1 + random.below(40)).min(bytes.len());
                bytes.drain(at..end);
            }
            4 => bytes.insert(at, b' ' + (random.below(95) as u8)),
            5 => {
                let end = (at + 1 + random.below(200)).min(bytes.len());
                let copy = bytes[at..end].to_vec();
                let to = random.below(bytes.len());
                bytes.splice(to..to, copy);
            }
            6 => bytes.truncate(at.max(1)),
            _ => {
                let mut lines: Vec<&[u8]> = bytes.split_inclusive(|it| *it == b'\n').collect();
                let (one, other) = (random.below(lines.len()), random.below(lines.len()));
                match random.below(3) {
                    0 => lines.swap(one, other),
                    1 => lines.insert(other, lines[one]),
                    _ => {
                        lines.remove(one);
                    }
                }
                bytes = lines.concat();
            }
        }
        if bytes.is_empty() {
            bytes.push(b'\n');
        }
    }
    bytes
}

/// JSON with another value somewhere.
fn edited(text: &str, random: &mut Random) -> String {
    let mut json = json(text);
    let mut pointers = Vec::new();
    leaves("", &json, &mut pointers);
    let pointer = &pointers[random.below(pointers.len())];
    let leaf = json.pointer_mut(pointer).expect("it is there");
    *leaf = match (&*leaf, random.below(3)) {
        (Json::Bool(flag), _) => Json::Bool(!flag),
        (Json::Number(number), 0) => (number.as_u64().unwrap_or(0) + 1).into(),
        (Json::String(text), 0) => format!("{text}x").into(),
        (Json::String(text), 1) => text.chars().skip(1).chain(['!']).collect::<String>().into(),
        (_, 2) => Json::Null,
        _ => "evil".into(),
    };
    json.to_string()
}

/// A line of a journal with another value somewhere, its chain as it was.
fn edited_line(text: &str, random: &mut Random) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let at = random.below(lines.len());
    lines[at] = edited(&lines[at], random);
    lines.join("\n") + "\n"
}

fn leaves(at: &str, json: &Json, found: &mut Vec<String>) {
    match json {
        Json::Object(fields) => {
            for (key, value) in fields {
                let key = key.replace('~', "~0").replace('/', "~1");
                leaves(&format!("{at}/{key}"), value, found);
            }
        }
        Json::Array(items) => {
            for (place, value) in items.iter().enumerate() {
                leaves(&format!("{at}/{place}"), value, found);
            }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => found.push(at.to_owned()),
    }
}

#[test]
fn a_record_of_another_version_is_refused_and_not_set_aside() {
    let stage = rehearsed();
    let plan = Plan::from_json(&stage.read("whole/plan.json")).expect("it is whole");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("plan.journal");
    let mut text = stage.read("whole/plan.journal");
    let last = text.lines().last().expect("it has records");
    let chain = &last["{\"chain\":\"".len()..][..64];
    let record = r#"{"at":"2027-01-01T00:00:00Z","measured":"something new"}"#;
    let next = mimeo::plan::seal::digest(&format!("{chain}{record}"));
    text.push_str(&format!("{{\"chain\":\"{next}\",\"record\":{record}}}\n"));
    std::fs::write(&file, &text).expect("a file");
    let refused = Journal::open(&file, &plan).expect_err("nobody here can read it");
    assert!(matches!(refused, JournalError::Foreign { .. }), "{refused}");
    assert_eq!(std::fs::read_to_string(&file).expect("it is there"), text);
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1);
}

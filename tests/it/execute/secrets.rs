//! Secrets in what is written and said; how often the journal waits for the disk.

use std::path::Path;
use std::process::Command;

use serde_json::Value as Json;

use super::{SCOPED, Stage};

const CANARIES: [&str; 2] = ["Canary-of-the-service-4711", "Canary-of-the-client-4712"];

/// Every file below a folder, with its bytes.
fn files(folder: &Path, all: &mut Vec<(std::path::PathBuf, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, all);
        } else {
            let bytes = std::fs::read(&path).expect("a file");
            all.push((path, bytes));
        }
    }
}

#[test]
fn no_secret_is_in_anything_that_apply_writes_or_says() {
    let stage = Stage::new(&SCOPED);
    std::fs::create_dir_all(stage.path("secrets")).expect("a folder");
    // Nobody listens there: the sign-in fails, after the secrets were read.
    let nobody = "http://127.0.0.1:9";
    for format in ["full", "ndjson"] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mimeo"));
        command.args(["apply", "main.rhai", "--values", "values.toml", "--yes"]);
        command.args(["--sign-in", "client-secret", "--output-format", format]);
        for name in ["login", "graph", "exchange"] {
            command.arg("--endpoint").arg(format!("{name}={nobody}"));
        }
        command.current_dir(stage.path(".")).env("TMPDIR", stage.path("."));
        command.env("MIM_SERVICE_PASSWORD", CANARIES[0]).env("AZURE_CLIENT_SECRET", CANARIES[1]);
        let done = command.output().expect("it starts");
        assert!(!done.status.success(), "nobody is signed in");
        let mut written = vec![("stdout".into(), done.stdout), ("stderr".into(), done.stderr)];
        files(&stage.path("."), &mut written);
        for (path, bytes) in written {
            let text = String::from_utf8_lossy(&bytes);
            for canary in CANARIES {
                assert!(!text.contains(canary), "{format}: {}", path.display());
            }
        }
        for name in ["values.plan.journal", "values.plan.json"] {
            std::fs::remove_file(stage.path(name)).expect("it was written");
        }
    }
}

#[test]
fn a_step_costs_one_wait_for_the_disk() {
    let ran = Stage::new(&SCOPED).rehearse("whole", &["--output-format", "ndjson"]);
    let events: Vec<Json> =
        ran.out.lines().map(|it| serde_json::from_str(it).expect("it is JSON")).collect();
    let steps = events.iter().filter(|it| it["event"] == "step_started").count();
    let finished = events.last().expect("it ends");
    assert!(steps > 10, "{}", ran.all());
    assert_eq!(finished["records"], steps + 1, "{}", ran.all());
    assert_eq!(finished["event"], "finished");
}

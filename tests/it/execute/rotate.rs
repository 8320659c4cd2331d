//! The power goes at every record and effect of a rotation; then the same command goes on.

use std::path::{Path, PathBuf};
use std::process::Command;

use mimeo::execute::journal::Journal;
use mimeo::execute::run::Outcome;
use mimeo::execute::simulate::fault::Fault;
use mimeo::execute::simulate::world::{Shared, World};

use super::undo::{Deed, local, plan, run, world};
use super::{assert_one_live_secret, effects};

/// Names the folder to a process that this test starts of itself, to have it killed; and the point at which it is.
const FOLDER: &str = "ROTATION_IN";
const POINT: &str = "ROTATION_CUT_AT";

/// The process that is killed. On its own this test does nothing.
#[test]
fn a_rotation_that_another_test_has_killed() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let point = std::env::var(POINT).expect("it goes with the folder");
    let outcome = rotate(&folder, Some(point.parse().expect("a number")));
    assert!(matches!(outcome, Outcome::Complete), "{outcome:?}");
}

fn rotate(folder: &Path, cut: Option<u32>) -> Outcome {
    let file = folder.join("world.json");
    let text = std::fs::read_to_string(&file).expect("it is there");
    let mut world: World = serde_json::from_str(&text).expect("it is a world");
    world.faults = cut.map(Fault::PowerCut).into_iter().collect();
    let shared = Shared::kept(world, &file);
    local(run(&plan(), &shared, &folder.join("plan.journal"), Deed::Rotate)).0
}

fn read(folder: &Path) -> serde_json::Value {
    let text = std::fs::read_to_string(folder.join("world.json")).expect("it is there");
    serde_json::from_str(&text).expect("it is JSON")
}

#[test]
fn a_crash_anywhere_in_a_rotation_leaves_one_client_secret_that_is_kept() {
    let stage = tempfile::tempdir().expect("a folder");
    let done = stage.path().join("done");
    std::fs::create_dir(&done).expect("a folder");
    let plan = plan();
    let shared = Shared::kept(world(&plan), &done.join("world.json"));
    let (outcome, _) = local(run(&plan, &shared, &done.join("plan.journal"), Deed::CarryOut));
    assert!(matches!(outcome, Outcome::Complete), "{outcome:?}");
    let before = read(&done)["tenant"]["applications"][0]["secrets"][0]["key_id"].clone();

    let mut crashed = 0;
    loop {
        let point = crashed + 1;
        let folder = stage.path().join(format!("at-{point}"));
        std::fs::create_dir(&folder).expect("a folder");
        for name in ["world.json", "plan.journal"] {
            std::fs::copy(done.join(name), folder.join(name)).expect("a copy");
        }
        let name = "execute::rotate::a_rotation_that_another_test_has_killed";
        let cut = Command::new(std::env::current_exe().expect("it runs"))
            .args([name, "--exact", "--nocapture"])
            .env(FOLDER, &folder)
            .env(POINT, point.to_string())
            .output()
            .expect("it starts");
        if cut.status.success() {
            break;
        }
        let said = String::from_utf8_lossy(&cut.stderr).into_owned();
        assert!(!said.contains("panicked"), "point {point}: {said}");
        Journal::look(&folder.join("plan.journal"), &plan).expect("it is sound");

        let outcome = rotate(&folder, None);
        assert!(matches!(outcome, Outcome::Complete), "point {point}: {outcome:?}");
        let world = read(&folder);
        assert_one_live_secret(&world, &format!("point {point}"));
        let live = &world["tenant"]["applications"][0]["secrets"][0]["key_id"];
        assert_ne!(*live, before, "point {point}: {:#?}", effects(&world));
        crashed += 1;
    }
    assert!(crashed > 12, "{crashed} points: four steps, and what they do");
}

//! The power goes at every record of the journal and at every effect; then the same command goes on.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::{
    GROUP, QUIET, SCOPED, Script, Stage, assert_one_live_secret, assert_same_state, effects,
    once_only,
};

/// As many rehearsals at once as the machines have processors that run the tests.
const AT_ONCE: usize = 2;

#[test]
fn a_crash_anywhere_repeats_nothing_and_loses_nothing_with_a_role_for_one_mailbox() {
    crash_everywhere(&SCOPED);
}

#[test]
fn a_crash_anywhere_repeats_nothing_and_loses_nothing_with_a_consent() {
    crash_everywhere(&GROUP);
}

#[test]
fn a_crash_anywhere_repeats_nothing_and_loses_nothing_without_the_cloud() {
    crash_everywhere(&QUIET);
}

/// Cuts the power at each point in turn until there is none left.
fn crash_everywhere(script: &Script) {
    let stage = Stage::new(script);
    let undisturbed = stage.rehearse("undisturbed", &[]);
    assert_eq!(undisturbed.code, Some(0), "{}", undisturbed.all());
    let expected = stage.world("undisturbed");
    let (next, past_the_end) = (AtomicUsize::new(1), AtomicBool::new(false));
    let crashed = Mutex::new(Vec::new());
    let work = || {
        while !past_the_end.load(Ordering::Relaxed) {
            let point = next.fetch_add(1, Ordering::Relaxed);
            let folder = format!("at-{point}");
            let cut = stage.rehearse(&folder, &["--fail", &format!("power-cut:{point}")]);
            let name = format!("{} at point {point}", script.name);
            if cut.code == Some(0) {
                past_the_end.store(true, Ordering::Relaxed);
                break;
            }
            assert!(was_killed(cut.code), "{name}: {}", cut.all());
            let resumed = stage.rehearse(&folder, &[]);
            assert_eq!(resumed.code, Some(0), "{name}: {}", resumed.all());
            let world = stage.world(&folder);
            let (had, wanted) = (effects(&world), effects(&expected));
            assert_eq!(once_only(&had), once_only(&wanted), "{name}: {had:#?}");
            assert_same_state(&world, &expected, &name);
            if script.name != "quiet" {
                assert_one_live_secret(&world, &name);
            }
            let nothing = stage.rehearse(&folder, &[]);
            assert_eq!(nothing.code, Some(0), "{name}: {}", nothing.all());
            assert_eq!(effects(&stage.world(&folder)), had, "{name}: a third run does nothing");
            crashed.lock().expect("nobody panicked").push(point);
        }
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            if let Err(failed) = worker.join() {
                past_the_end.store(true, Ordering::Relaxed);
                std::panic::resume_unwind(failed);
            }
        }
    });
    let mut crashed = crashed.into_inner().expect("nobody panicked");
    crashed.sort_unstable();
    assert_eq!(crashed, (1..=crashed.len()).collect::<Vec<_>>(), "no point was left out");
    let (records, effects) = (stage.read("undisturbed/plan.journal"), effects(&expected));
    let points = 2 * (records.lines().count() + effects.len());
    assert_eq!(crashed.len(), points, "two points a record, and two an effect");
}

/// Whether the process ended as by a loss of power, and not by itself.
fn was_killed(code: Option<i32>) -> bool {
    if cfg!(unix) {
        code.is_none()
    } else {
        // `abort` is a fast fail of Windows.
        code == Some(0xC000_0409_u32.cast_signed())
    }
}

#[test]
fn a_journal_cut_after_any_record_is_resumed() {
    let stage = Stage::new(&GROUP);
    let undisturbed = stage.rehearse("whole", &[]);
    assert_eq!(undisturbed.code, Some(0), "{}", undisturbed.all());
    let expected = stage.world("whole");
    let journal = stage.read("whole/plan.journal");
    let ends: Vec<usize> = journal.match_indices('\n').map(|(at, _)| at + 1).collect();
    // The last record lost as a whole: the step that it closes has happened, and its question tells.
    for end in &ends[..ends.len() - 1] {
        std::fs::write(stage.path("whole/plan.journal"), &journal[..*end]).expect("a file");
        let resumed = stage.rehearse("whole", &[]);
        let name = format!("cut at byte {end}");
        assert_eq!(resumed.code, Some(0), "{name}: {}", resumed.all());
        assert!(!resumed.err.contains("was not whole"), "{name}: {}", resumed.err);
        let world = stage.world("whole");
        assert_eq!(once_only(&effects(&world)), once_only(&effects(&expected)), "{name}");
        assert_same_state(&world, &expected, &name);
        assert_one_live_secret(&world, &name);
    }
    let left = std::fs::read_dir(stage.path("whole")).expect("a folder").count();
    // The plan, its journal, its lock and the world.
    assert_eq!(left, 4, "nothing was torn, so nothing is set aside");
}

#[test]
fn a_torn_last_record_is_set_aside_and_said_so() {
    let stage = Stage::new(&QUIET);
    // Until the installation has happened and its record has not been written.
    let cut = stage.rehearse("cut", &["--fail", "power-cut:9"]);
    assert!(was_killed(cut.code), "{}", cut.all());
    let expected = {
        let whole = stage.rehearse("whole", &[]);
        assert_eq!(whole.code, Some(0), "{}", whole.all());
        stage.world("whole")
    };
    let journal = stage.read("cut/plan.journal");
    let world = stage.read("cut/world.json");
    let last = journal.trim_end().rfind('\n').map_or(0, |it| it + 1);
    assert!(last > 0, "there is a record before the last");
    let middle = usize::midpoint(last, journal.len());
    for end in [last + 1, last + 12, middle, journal.len() - 2, journal.len() - 1] {
        let torn = &journal[last..end];
        std::fs::write(stage.path("cut/plan.journal"), &journal[..end]).expect("a file");
        std::fs::write(stage.path("cut/world.json"), &world).expect("a file");
        let resumed = stage.rehearse("cut", &[]);
        let name = format!("{} bytes of the last record", end - last);
        assert_eq!(resumed.code, Some(0), "{name}: {}", resumed.all());
        assert!(resumed.err.contains("the last record was not whole"), "{name}: {}", resumed.err);
        let aside = std::fs::read_dir(stage.path("cut")).expect("a folder");
        let aside = aside.map(|it| it.expect("an entry").path());
        let aside: Vec<_> = aside.filter(|it| it.to_string_lossy().contains("torn")).collect();
        let [aside] = aside.as_slice() else { panic!("{name}: {aside:?}") };
        assert!(resumed.err.contains(&*aside.file_name().expect("a name").to_string_lossy()));
        assert_eq!(std::fs::read_to_string(aside).expect("a file"), torn, "{name}");
        std::fs::remove_file(aside).expect("it is ours");
        let after = stage.world("cut");
        assert_eq!(once_only(&effects(&after)), once_only(&effects(&expected)), "{name}");
        assert_same_state(&after, &expected, &name);
    }
}

#[test]
fn a_torn_first_record_had_no_effect_after_it() {
    let stage = Stage::new(&QUIET);
    let whole = stage.rehearse("whole", &[]);
    assert_eq!(whole.code, Some(0), "{}", whole.all());
    let journal = stage.read("whole/plan.journal");
    let first = journal.find('\n').expect("a record") + 1;
    for end in [0, 1, 40, first - 1] {
        let folder = format!("cut-{end}");
        std::fs::create_dir(stage.path(&folder)).expect("a folder");
        let plan = stage.read("whole/plan.json");
        std::fs::write(stage.path(&format!("{folder}/plan.json")), plan).expect("a file");
        let cut = stage.path(&format!("{folder}/plan.journal"));
        std::fs::write(cut, &journal[..end]).expect("a file");
        let resumed = stage.rehearse(&folder, &[]);
        assert_eq!(resumed.code, Some(0), "{end}: {}", resumed.all());
        assert_eq!(resumed.err.contains("was not whole"), end > 0, "{end}: {}", resumed.err);
        assert_eq!(stage.effects(&folder), stage.effects("whole"), "{end}");
    }
}

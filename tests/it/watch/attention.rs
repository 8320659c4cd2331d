//! When a change is one, on a clock of its own: the ways in which editors save, as events and contents at their times.

use std::collections::BTreeMap;
use std::time::Duration;

use mimeo::watch::attention::{Attention, Closes, Pace, Signal, Verdict};
use mimeo::watch::look::{Found, Readings, Seen, Want, faults};

/// What happens to the file at a time.
enum Step {
    /// It has this text, and this is heard.
    Text(u64, &'static str, &'static [Signal]),
    /// It is gone, and this is heard.
    Gone(u64, &'static [Signal]),
}
use Step::{Gone, Text};

const OLD: &str = "host = \"a\"\n";
const NEW: &str = "host = \"b\"\n";
const HALF: &str = "host = \"b";

fn want(name: &str) -> Want {
    Want::text(name, 1000)
}

fn digest(text: &str) -> Seen {
    let mut print = [0_u8; 32];
    for (at, byte) in text.bytes().enumerate() {
        print[at % 32] = print[at % 32].wrapping_mul(31).wrapping_add(byte) ^ at as u8;
    }
    Seen::Text(print, text.len())
}

fn found(text: Option<&str>) -> Found {
    match text {
        None => Found::plain(Seen::Missing),
        Some(text) => Found {
            seen: digest(text),
            faults: faults("a.toml".as_ref(), text),
            empty: text.trim().is_empty(),
        },
    }
}

/// Lets it happen; returns when runs were made, and for which texts.
fn runs(closes: Closes, steps: &[Step]) -> Vec<(u64, Option<&'static str>)> {
    let want = want("a.toml");
    let mut attention = Attention::new(Pace::new(closes));
    let known: Readings = BTreeMap::from([(want.clone(), digest(OLD))]);
    attention.adopt(&known);
    let mut text = Some(OLD);
    let mut runs = Vec::new();
    let mut steps = steps.iter().peekable();
    for ms in 0..2_000 {
        let now = Duration::from_millis(ms);
        while let Some(step) =
            steps.next_if(|it| matches!(it, Text(at, ..) | Gone(at, _) if *at == ms))
        {
            let signals = match step {
                Text(_, new, signals) => {
                    text = Some(*new);
                    signals
                }
                Gone(_, signals) => {
                    text = None;
                    signals
                }
            };
            for signal in *signals {
                attention.hear(&want, *signal, now);
            }
        }
        for want in attention.ready(now) {
            attention.judge(&want, found(text), now);
        }
        if attention.take(now).is_some() {
            runs.push((ms, text));
            let seen = found(text).seen;
            attention.adopt(&BTreeMap::from([(want.clone(), seen)]));
        }
    }
    assert!(steps.next().is_none(), "every step has its time");
    assert_eq!(attention.due(), None, "nothing is left to be done");
    runs
}

#[test]
fn every_way_of_saving_is_one_run_at_the_time_of_its_last_event() {
    use Signal::{Firm, Made, Soft};
    let ways: &[(&str, &[Step], u64)] = &[
        ("in place", &[Text(5, NEW, &[Soft, Firm])], 5),
        ("truncate and write", &[Text(5, "", &[Soft]), Text(5, NEW, &[Soft, Firm])], 5),
        ("truncate, seen empty", &[Text(5, "", &[Soft]), Text(9, NEW, &[Soft, Firm])], 9),
        ("rename over it", &[Text(5, NEW, &[Firm])], 5),
        (
            "backup and new",
            &[Gone(5, &[Signal::Gone]), Text(6, "", &[Made]), Text(7, NEW, &[Soft, Firm])],
            7,
        ),
        ("delete and create", &[Gone(5, &[Signal::Gone]), Text(40, NEW, &[Made, Soft, Firm])], 40),
        ("touch", &[Text(5, OLD, &[Firm])], 0),
        ("written as it was", &[Text(5, "", &[Soft]), Text(6, OLD, &[Soft, Firm])], 0),
        (
            "slowly",
            &[Text(5, "", &[Soft]), Text(25, HALF, &[Soft]), Text(60, NEW, &[Soft, Firm])],
            60,
        ),
        (
            "half, closed, then whole",
            &[Text(5, HALF, &[Soft, Firm]), Text(20, NEW, &[Soft, Firm])],
            20,
        ),
        ("folder away and back", &[Gone(5, &[Firm]), Text(30, OLD, &[Firm])], 0),
        ("folder away, back with another", &[Gone(5, &[Firm]), Text(30, NEW, &[Firm])], 30),
    ];
    for (name, steps, at) in ways {
        let expected = if *at == 0 { vec![] } else { vec![(*at, Some(NEW))] };
        assert_eq!(runs(Closes::Told, steps), expected, "{name}");
    }
}

#[test]
fn where_no_close_is_told_a_moment_without_changes_is_one() {
    use Signal::{Firm, Made, Soft};
    let ways: &[(&str, &[Step], u64)] = &[
        ("in place", &[Text(5, NEW, &[Soft])], 15),
        ("truncate and write", &[Text(5, "", &[Soft]), Text(6, NEW, &[Soft])], 16),
        ("truncate, seen empty", &[Text(5, "", &[Soft]), Text(30, NEW, &[Soft])], 40),
        ("rename over it", &[Text(5, NEW, &[Firm])], 5),
        ("delete and create", &[Gone(5, &[Signal::Gone]), Text(40, NEW, &[Made, Soft])], 50),
        ("half, then whole", &[Text(5, HALF, &[Soft]), Text(20, NEW, &[Soft])], 30),
    ];
    for (name, steps, at) in ways {
        assert_eq!(runs(Closes::Untold, steps), vec![(*at, Some(NEW))], "{name}");
    }
}

#[test]
fn what_is_meant_to_be_broken_empty_or_gone_is_told_after_a_moment() {
    use Signal::{Firm, Soft};
    let broken = runs(Closes::Told, &[Text(5, HALF, &[Soft, Firm])]);
    assert_eq!(broken, vec![(35, Some(HALF))]);
    let empty = runs(Closes::Told, &[Text(5, "", &[Soft, Firm])]);
    assert_eq!(empty, vec![(255, Some(""))]);
    let gone = runs(Closes::Told, &[Gone(5, &[Signal::Gone])]);
    assert_eq!(gone, vec![(105, None)]);
    let moved = runs(Closes::Told, &[Gone(5, &[Firm])]);
    assert_eq!(moved, vec![(105, None)]);
}

#[test]
fn a_broken_file_that_stays_as_broken_does_not_wait_again() {
    use Signal::Firm;
    const OTHER: &str = "host = \"c";
    let told = runs(Closes::Told, &[Text(5, HALF, &[Firm]), Text(100, OTHER, &[Firm])]);
    assert_eq!(told, vec![(35, Some(HALF)), (100, Some(OTHER))]);
}

#[test]
fn two_saves_are_two_runs_and_the_last_is_what_is_shown() {
    use Signal::{Firm, Soft};
    const LATER: &str = "host = \"c\"\n";
    let told = runs(Closes::Told, &[Text(5, NEW, &[Soft, Firm]), Text(7, LATER, &[Soft, Firm])]);
    assert_eq!(told, vec![(5, Some(NEW)), (7, Some(LATER))]);
}

#[test]
fn a_writer_that_never_closes_is_looked_at_all_the_same() {
    let told = runs(Closes::Told, &[Text(5, NEW, &[Signal::Soft])]);
    assert_eq!(told, vec![(255, Some(NEW))]);
}

#[test]
fn a_file_in_doubt_keeps_the_others_waiting_but_not_for_ever() {
    let ms = Duration::from_millis;
    let (one, other) = (want("a.toml"), want("b.toml"));
    let mut attention = Attention::new(Pace::new(Closes::Told));
    attention.adopt(&BTreeMap::from([(one.clone(), digest(OLD)), (other.clone(), digest(OLD))]));
    attention.hear(&other, Signal::Soft, ms(0));
    attention.hear(&one, Signal::Firm, ms(1));
    assert_eq!(attention.ready(ms(1)), std::slice::from_ref(&one));
    assert_eq!(attention.judge(&one, found(Some(NEW)), ms(1)), Verdict::Changed);
    assert_eq!(attention.take(ms(1)), None, "the other is being written");
    attention.hear(&other, Signal::Firm, ms(3));
    assert_eq!(attention.judge(&other, found(Some(NEW)), ms(3)), Verdict::Changed);
    assert_eq!(attention.take(ms(3)).expect("both are whole").len(), 2);

    attention.hear(&other, Signal::Soft, ms(9));
    attention.hear(&one, Signal::Firm, ms(10));
    assert_eq!(attention.judge(&one, found(Some(OLD)), ms(10)), Verdict::Changed);
    let mut at = 10;
    while attention.take(ms(at)).is_none() {
        // The other is written without an end.
        attention.hear(&other, Signal::Soft, ms(at));
        at += 10;
    }
    assert_eq!(at, 410);
}

#[test]
fn a_change_that_no_event_told_of_says_so() {
    let ms = Duration::from_millis;
    let one = want("a.toml");
    let mut attention = Attention::new(Pace::new(Closes::Told));
    attention.adopt(&BTreeMap::from([(one.clone(), digest(OLD))]));
    attention.hear(&one, Signal::Unheard, ms(0));
    assert!(attention.ready(ms(39)).is_empty(), "an event may be late");
    assert_eq!(attention.judge(&one, found(Some(NEW)), ms(40)), Verdict::Unheard);
    assert!(attention.take(ms(40)).is_some());
    attention.hear(&one, Signal::Unheard, ms(50));
    attention.hear(&one, Signal::Firm, ms(51));
    assert_eq!(attention.judge(&one, found(Some(OLD)), ms(51)), Verdict::Changed);
    attention.hear(&one, Signal::Unheard, ms(60));
    assert_eq!(attention.judge(&one, found(Some(OLD)), ms(100)), Verdict::Same);
}

#[test]
fn where_nobody_tells_of_writing_a_shorter_text_is_looked_at_twice() {
    const SHORT: &str = "# half";
    assert_eq!(faults("a.toml".as_ref(), SHORT), 0);
    let half = runs(Closes::Told, &[Text(5, SHORT, &[Signal::Unheard]), Text(60, NEW, &[])]);
    assert_eq!(half, vec![(75, Some(NEW))]);
    let meant = runs(Closes::Told, &[Text(5, SHORT, &[Signal::Unheard])]);
    assert_eq!(meant, vec![(75, Some(SHORT))]);
    let told = runs(Closes::Told, &[Text(5, SHORT, &[Signal::Firm])]);
    assert_eq!(told, vec![(5, Some(SHORT))]);
}

#[test]
fn what_a_run_read_anew_is_told_to_be_looked_at_and_what_it_did_not_is_forgotten() {
    let ms = Duration::from_millis;
    let (one, other) = (want("a.toml"), want("b.toml"));
    let mut attention = Attention::new(Pace::new(Closes::Told));
    let read =
        |wants: &[&Want]| wants.iter().map(|it| ((*it).clone(), digest(OLD))).collect::<Readings>();
    assert_eq!(attention.adopt(&read(&[&one])), std::slice::from_ref(&one));
    assert_eq!(attention.adopt(&read(&[&one, &other])), std::slice::from_ref(&other));
    attention.hear(&other, Signal::Soft, ms(0));
    assert!(attention.adopt(&read(&[&one])).is_empty());
    assert_eq!(attention.due(), None);
    assert_eq!(attention.seen(&other), None);
}

#[test]
fn a_text_reads_worse_when_its_end_is_missing() {
    let script = "license::volume();\nlet a = [1, 2];\n";
    assert_eq!(faults("a.rhai".as_ref(), script), 0);
    assert!(faults("a.rhai".as_ref(), &script[..30]) > 0);
    assert_eq!(faults("a.toml".as_ref(), NEW), 0);
    assert!(faults("a.toml".as_ref(), HALF) > 0);
    assert!(faults("a.json".as_ref(), "{") > 0);
}

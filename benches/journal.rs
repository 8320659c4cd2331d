//! What a step costs beside what it does: a record of the journal against the bare wait for the disk, in turn.
//!
//! `cargo bench --bench journal` prints medians and the median of pairwise ratios. The disk decides the times; the ratio is the
//! program's.
#![expect(clippy::disallowed_methods, reason = "a benchmark looks at the clock")]
#![expect(clippy::print_stdout, reason = "a benchmark prints")]

use std::fs::OpenOptions;
use std::io::Write;
use std::time::{Duration, Instant};

use mimeo::compile::{Inputs, compile};
use mimeo::execute::journal::{Begun, Ended, How, Journal, Record};
use mimeo::source::files::Memory;

/// Records of each kind.
const RUNS: usize = 200;

fn main() {
    let script = "license::volume();
        installer::msi(`D:\\MIM\\Service and Portal.msi`).accept_license_terms();
        portal::password_reset(\"pwreset.contoso.com\").pool_account(`contoso\\mimpool$`)
            .service_address(\"mim.contoso.com\").intranet();";
    let files = Memory::new([("contoso.rhai", script)]);
    let inputs = Inputs::new("contoso.rhai", jiff::civil::date(2026, 11, 23));
    let plan = compile(&files, &inputs).expect("the script is there").plan.expect("it is right");
    let folder = tempfile::tempdir().expect("a folder can be made");
    let mut journal =
        Journal::create(&folder.path().join("plan.journal"), &plan).expect("it is new");
    let mut bare = OpenOptions::new()
        .append(true)
        .create(true)
        .open(folder.path().join("bare"))
        .expect("it is new");
    let record = Record {
        at: "2026-11-23T22:04:11Z".to_owned(),
        run: None,
        knows: std::collections::BTreeMap::new(),
        ended: Some(Ended {
            step: "make-log-folder".to_owned(),
            how: How::Done,
            gave: std::collections::BTreeMap::new(),
            made: false,
            because: String::new(),
        }),
        begun: Some(Begun::Step("install".to_owned())),
    };
    let text = serde_json::to_string(&record).expect("it is text");
    let line = format!("{text}{:90}\n", "");
    let mut pairs: Vec<(Duration, Duration)> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            journal.append(&record).expect("there is room");
            let with = start.elapsed();
            let start = Instant::now();
            bare.write_all(line.as_bytes()).expect("there is room");
            bare.sync_data().expect("there is room");
            (with, start.elapsed())
        })
        .collect();
    assert_eq!(journal.syncs() as usize, RUNS, "each record is one wait for the disk");
    let mut ratios: Vec<f64> =
        pairs.iter().map(|(with, without)| with.as_secs_f64() / without.as_secs_f64()).collect();
    ratios.sort_by(f64::total_cmp);
    let middle = RUNS / 2;
    pairs.sort();
    println!("record of the journal  {:>8.1} us", pairs[middle].0.as_secs_f64() * 1e6);
    pairs.sort_by_key(|it| it.1);
    println!("write and wait         {:>8.1} us", pairs[middle].1.as_secs_f64() * 1e6);
    println!("ratio                  {:>8.2}", ratios[middle]);
}

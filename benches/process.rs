//! Whole processes, side by side: one that does nothing, a bare Rhai program that makes the same calls, and `mimeo`.
//!
//! `cargo bench` runs them in turn and prints medians and the median of pairwise ratios; a ratio holds where a busy machine
//! makes milliseconds meaningless. The outputs are looked at first, so that nothing is measured that went wrong.
//!
//! The bare program reads the script and the values, makes the calls, and prints how many there were.
#![expect(
    clippy::disallowed_methods,
    reason = "a benchmark starts processes and looks at the clock"
)]
#![expect(clippy::print_stdout, reason = "a benchmark prints")]

#[path = "support/bare.rs"]
mod bare;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use bare::Bare;

/// Runs of each program.
const RUNS: usize = 41;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|it| it != "--bench").collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["noop"] => {}
        ["bare", script, values] => {
            println!("{} calls", Bare::new(Path::new(script)).run(Path::new(values)).calls.len());
        }
        _ => compare(),
    }
}

/// Runs all of them in turn.
fn compare() {
    let own = std::env::current_exe().expect("this program has a path");
    let mimeo = PathBuf::from(env!("CARGO_BIN_EXE_mimeo"));
    let example = |name: &str| {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name).display().to_string()
    };
    let (script, values) = (example("contoso.rhai"), example("contoso.toml"));
    let given = ["--values", &values, "--as-of", "2026-11-23"];
    let broken = std::env::temp_dir().join(format!("mimeo-bench-{}.rhai", std::process::id()));
    let text = std::fs::read_to_string(&script).expect("the example is there");
    let text = text
        .replace(".port(80)", ".port(70000)")
        .replace("FIMService", "FIM Service")
        .replace("cloud::global", "cloud::globl");
    std::fs::write(&broken, text).expect("the folder for temporary files can be written to");
    let broken_path = broken.display().to_string();
    let programs: Vec<(&str, &Path, Vec<&str>, i32)> = vec![
        ("noop", &own, vec!["noop"], 0),
        ("bare Rhai", &own, vec!["bare", &script, &values], 0),
        ("mimeo check", &mimeo, [&["check", &script], &given[..]].concat(), 0),
        ("mimeo plan", &mimeo, [&["plan", &script], &given[..]].concat(), 0),
        ("mimeo check, 3 errors", &mimeo, [&["check", &broken_path], &given[..]].concat(), 1),
    ];
    for (name, program, args, code) in &programs {
        let output = Command::new(program).args(args).output().expect("it starts");
        assert_eq!(
            output.status.code(),
            Some(*code),
            "{name}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    let mut times = vec![Vec::new(); programs.len()];
    for _ in 0..RUNS {
        for ((_, program, args, _), times) in programs.iter().zip(&mut times) {
            let started = Instant::now();
            let mut command = Command::new(program);
            command.args(args).stdout(Stdio::null()).stderr(Stdio::null());
            command.status().expect("it starts");
            times.push(started.elapsed().as_secs_f64() * 1e3);
        }
    }
    std::fs::remove_file(&broken).expect("it was written");
    println!("{:24} {:>8} {:>8} {:>8}", "", "ms", "x noop", "x bare");
    for ((name, ..), own) in programs.iter().zip(&times) {
        let ratio =
            |to: &[f64]| median(own.iter().zip(to).map(|(one, other)| one / other).collect());
        println!(
            "{name:24} {:8.2} {:8.2} {:8.2}",
            median(own.clone()),
            ratio(&times[0]),
            ratio(&times[1])
        );
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

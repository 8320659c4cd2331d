//! Many customers in one process: `mimeo`'s compiler beside a bare Rhai engine that makes the same calls, and the whole
//! program with its threads and files.
//!
//! `cargo bench --bench batch` runs them in turn and prints customers a second, the median of pairwise ratios, and the most
//! memory that each program held. A ratio holds where a busy machine makes seconds meaningless. The outputs are looked at
//! first, so that nothing is measured that went wrong.
//!
//! The bare program reads a customer's values, runs the script that was compiled once, and keeps the place and the
//! arguments of each call: what no program with this engine can be faster than. With rules, it reads each argument as what
//! its parameter takes, and judges a declared deployment by the rules, which is what the goal is set against: 8,000
//! customers in the time of its 11,000. It has no findings, no origins, no texts of where anything comes from, no plan and no
//! seal; to be compared with one who plans it writes a ready plan out.
#![expect(
    clippy::disallowed_methods,
    reason = "a benchmark starts processes and looks at the clock"
)]
#![expect(clippy::print_stdout, reason = "a benchmark prints")]

#[path = "support/bare.rs"]
mod bare;

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bare::Bare;
use mimeo::compile::{self, Inputs};
use mimeo::model::format::{self, Format};
use mimeo::script::on_deep_stack;
use mimeo::script::registry::{FnSpec, Ty};
use mimeo::source::files::{Disk, SteadyDisk};
use mimeo::subject::{self, SUBJECTS};
use rhai::{Dynamic, ImmutableString};

/// Rounds of each comparison.
const ROUNDS: usize = 9;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|it| it != "--bench").collect();
    let count = |text: &str| text.parse().expect("a number of customers");
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        // One side alone, for a profiler.
        ["bare", folder, number] => {
            println!("{:.0} /s", bare(Path::new(folder), count(number), Peer::Calls));
        }
        ["rules", folder, number] => {
            println!("{:.0} /s", bare(Path::new(folder), count(number), Peer::Rules));
        }
        ["check", folder, number] => {
            println!("{:.0} /s", own(Path::new(folder), count(number), Until::Findings));
        }
        ["plan", folder, number] => {
            println!("{:.0} /s", own(Path::new(folder), count(number), Until::Plan));
        }
        ["customers", folder, number, bad] => {
            customers(Path::new(folder), count(number), count(bad));
        }
        _ => compare(),
    }
}

/// How far a customer goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Until {
    Findings,
    Plan,
}

/// The example, with a folder of customers beside it; every `bad`th has a mistake.
fn customers(folder: &Path, number: usize, bad: usize) {
    let example = |name: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name);
        std::fs::read_to_string(path).expect("the example is there")
    };
    let below = folder.join("customers");
    std::fs::create_dir_all(&below).expect("the folder for temporary files can be written to");
    std::fs::write(folder.join("contoso.rhai"), example("contoso.rhai")).expect("it has room");
    let values = example("contoso.toml");
    for index in 0..number {
        let name = format!("c{index:05}");
        let mut text = values.replace("contosoagl", &name);
        if bad > 0 && index % bad == bad / 2 {
            text = text.replace("contoso.onmicrosoft.com", "contoso onmicrosoft com");
        }
        std::fs::write(below.join(format!("{name}.toml")), text).expect("it has room");
    }
}

fn values_of(folder: &Path, index: usize) -> PathBuf {
    folder.join("customers").join(format!("c{index:05}.toml"))
}

/// Customers a second of the compiler, in process and on one core.
fn own(folder: &Path, number: usize, until: Until) -> f64 {
    on_deep_stack(|| {
        let script = folder.join("contoso.rhai");
        let program = compile::load(&Disk, &script, None).expect("the example can be read");
        let program = Arc::new(program);
        let files = SteadyDisk::default();
        let began = Instant::now();
        let before = spent(began);
        let mut bytes = 0;
        for index in 0..number {
            let mut inputs = Inputs::new(&script, jiff::civil::date(2026, 11, 23));
            inputs.values.push(values_of(folder, index));
            let mut compiled =
                compile::run(&files, &program, &inputs).expect("the values can be read");
            assert!(!compiled.has_errors(), "the example has no error");
            if until == Until::Plan {
                let plan = compiled.assemble_written(inputs.as_of).expect("it has no error");
                bytes += plan.to_json().len();
            }
        }
        assert!(until == Until::Findings || bytes > number * 10_000, "plans have a size");
        rate(number, spent(began).saturating_sub(before))
    })
}

/// What this thread has had of a processor, where the system tells: others that want it too do not count.
fn spent(started: Instant) -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = told.and_then(|it| it.split_whitespace().next()?.parse().ok());
    nanoseconds.map_or_else(|| started.elapsed(), Duration::from_nanos)
}

fn rate(number: usize, time: Duration) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX)) / time.as_secs_f64()
}

/// How far the bare program goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Peer {
    /// The calls alone.
    Calls,
    /// Arguments as types, and the rules.
    Rules,
    /// A plan written as well.
    Plan,
}

/// Customers a second of the bare engine, in process and on one core.
fn bare(folder: &Path, number: usize, peer: Peer) -> f64 {
    on_deep_stack(|| {
        let script = folder.join("contoso.rhai");
        let bare = Bare::new(&script);
        let mut inputs = Inputs::new(&script, jiff::civil::date(2026, 11, 23));
        inputs.values.push(values_of(folder, 0));
        let ready = compile::compile(&Disk, &inputs).expect("the example can be read");
        let plan = ready.plan.as_ref().expect("it has no error");
        let began = Instant::now();
        let before = spent(began);
        for index in 0..number {
            let state = bare.run(&values_of(folder, index));
            assert!(state.calls.len() > 30, "the calls were made");
            if peer != Peer::Calls {
                let fitting: usize =
                    state.calls.iter().map(|(row, _, args)| fitting(row, args)).sum();
                assert!(
                    (20..100).contains(&fitting),
                    "{fitting} arguments are what they should be"
                );
                black_box(subject::check(SUBJECTS, &ready.deployment, inputs.as_of));
            }
            if peer == Peer::Plan {
                black_box(serde_json::to_string(plan).expect("a plan has a JSON form"));
            }
        }
        rate(number, spent(began).saturating_sub(before))
    })
}

/// How many arguments of a call are what its parameters take.
fn fitting(row: &FnSpec, args: &[Dynamic]) -> usize {
    fn parses<T: Format>(value: &Dynamic) -> bool {
        let text = value.read_lock::<ImmutableString>();
        text.is_some_and(|it| black_box(T::parse(&it)).is_ok())
    }
    let fits = |ty, value: &Dynamic| match ty {
        Ty::Text => parses::<format::Text>(value),
        Ty::Host => parses::<format::HostName>(value),
        Ty::SqlServer => parses::<format::SqlServer>(value),
        Ty::Database => parses::<format::DatabaseName>(value),
        Ty::Account => parses::<format::DomainAccount>(value),
        Ty::Email => parses::<format::EmailAddress>(value),
        Ty::Url => parses::<format::Url>(value),
        Ty::Guid => parses::<format::Guid>(value),
        Ty::Build => parses::<format::Build>(value),
        Ty::Path => parses::<format::WindowsPath>(value),
        Ty::Thumbprint => parses::<format::Thumbprint>(value),
        Ty::Domain => parses::<format::DomainName>(value),
        Ty::Property => parses::<format::PropertyName>(value),
        Ty::Name => parses::<format::Name>(value),
        Ty::Port | Ty::Days => value.is_int(),
        Ty::Flag => value.is_bool(),
        Ty::Secret | Ty::Choices | Ty::Choice | Ty::Any => false,
    };
    let args = &args[usize::from(row.is_method())..];
    row.params.iter().zip(args).filter(|(param, value)| fits(param.ty, value)).count()
}

/// A run of the whole program.
struct Whole {
    /// Customers a second.
    rate: f64,
    /// The most memory that it held, in MiB; none where the system does not tell.
    memory: Option<f64>,
}

/// Runs `mimeo batch` over a folder.
fn whole(folder: &Path, number: usize, more: &[&str], code: i32) -> Whole {
    let script = folder.join("contoso.rhai");
    let customers = folder.join("customers");
    let mut command = Command::new(env!("CARGO_BIN_EXE_mimeo"));
    command.arg("batch").arg(script).arg(customers).args(["--as-of", "2026-11-23"]).args(more);
    let memory = Path::new("/usr/bin/time").exists().then(|| folder.join("memory.txt"));
    if let Some(memory) = &memory {
        let program = std::mem::replace(&mut command, Command::new("/usr/bin/time"));
        command.args(["--format", "%M", "--output"]).arg(memory);
        command.arg(program.get_program()).args(program.get_args());
    }
    let started = Instant::now();
    let output = command.stdout(Stdio::null()).stderr(Stdio::piped()).output().expect("it starts");
    let rate = rate(number, started.elapsed());
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{more:?}: {said}");
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(path).expect("it was measured");
        let kilobytes: f64 = text.lines().last()?.trim().parse().ok()?;
        Some(kilobytes / 1024.0)
    };
    Whole { rate, memory: memory.and_then(read) }
}

/// Runs all of them in turn.
fn compare() {
    let base = std::env::temp_dir().join(format!("mimeo-bench-{}", std::process::id()));
    let (small, large, bad) = (base.join("small"), base.join("large"), base.join("bad"));
    customers(&small, 1_000, 0);
    customers(&large, 10_000, 0);
    customers(&bad, 1_000, 100);

    println!(
        "in process, one core, 1,000 customers, by the time that the thread had of a processor"
    );
    let mut rates: [Vec<f64>; 5] = Default::default();
    for _ in 0..ROUNDS {
        rates[0].push(bare(&small, 1_000, Peer::Calls));
        rates[1].push(bare(&small, 1_000, Peer::Rules));
        rates[2].push(own(&small, 1_000, Until::Findings));
        rates[3].push(bare(&small, 1_000, Peer::Plan));
        rates[4].push(own(&small, 1_000, Until::Plan));
    }
    println!("{:32} {:>10} {:>8}", "", "/s", "x peer");
    let names =
        ["bare Rhai", "bare Rhai with rules", "check", "bare Rhai, a plan written", "plan as JSON"];
    for ((name, own), peer) in names.iter().zip(&rates).zip([0, 0, 1, 0, 3]) {
        println!("{name:32} {:10.0} {:8.2}", median(own.clone()), ratio(own, &rates[peer]));
    }

    let out = base.join("out");
    let out = out.display().to_string();
    let runs: Vec<(&str, &Path, usize, Vec<&str>, i32)> = vec![
        ("check, 1 thread", &small, 1_000, vec!["--jobs", "1"], 0),
        ("check, 2 threads", &small, 1_000, vec!["--jobs", "2"], 0),
        ("check, 1 % bad, 1 thread", &bad, 1_000, vec!["--jobs", "1"], 1),
        ("plan, 1 thread", &small, 1_000, vec!["--plan", "--jobs", "1"], 0),
        ("plan to files, 2 threads", &small, 1_000, vec!["--out-dir", &out], 0),
        ("check, 10,000, 1 thread", &large, 10_000, vec!["--jobs", "1"], 0),
        ("check, 10,000, 2 threads", &large, 10_000, vec!["--jobs", "2"], 0),
        (
            "check as JSON, 10,000, 2 threads",
            &large,
            10_000,
            vec!["--jobs", "2", "--output-format", "json"],
            0,
        ),
    ];
    let mut results: Vec<Vec<Whole>> = runs.iter().map(|_| Vec::new()).collect();
    for _ in 0..ROUNDS {
        for ((_, folder, number, more, code), results) in runs.iter().zip(&mut results) {
            results.push(whole(folder, *number, more, *code));
        }
    }
    println!("\nwhole process");
    println!("{:34} {:>8} {:>9} {:>9}", "", "/s", "x first", "MiB");
    let rates: Vec<Vec<f64>> =
        results.iter().map(|it| it.iter().map(|it| it.rate).collect()).collect();
    for (((name, ..), results), own) in runs.iter().zip(&results).zip(&rates) {
        let memory = results.iter().filter_map(|it| it.memory).fold(0.0, f64::max);
        let ratio = ratio(own, &rates[0]);
        println!("{name:34} {:8.0} {ratio:9.2} {memory:9.1}", median(own.clone()));
    }
    std::fs::remove_dir_all(&base).expect("it was made");
}

fn ratio(rates: &[f64], to: &[f64]) -> f64 {
    median(rates.iter().zip(to).map(|(one, other)| one / other).collect())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

//! Watching, measured from outside: a real `mimeo watch`, saves like those of editors, and what came of each.
//!
//! `cargo bench --bench watch` saves 40 times in each way; `cargo bench --bench watch -- 1000` as often as it says. With
//! `memory` after the number it saves ten thousand times in one way and prints the size of the process; with `poll`,
//! everything is done again where no events are used. Where `ruff` is on the path, the two are set beside each other, save
//! by save, each with a file of 200 lines.
//!
//! A save is answered by the run whose plan has the seal that this program computes for the same texts. *Missed* is a save
//! that is not answered in five seconds; *needless* is a run that no save asked for. The time is that from just before the
//! last system call of a save, which closes or renames, to the line on the pipe.
#![expect(
    clippy::disallowed_methods,
    reason = "a benchmark starts processes, saves files and looks at the clock"
)]
#![expect(clippy::print_stdout, reason = "a benchmark prints")]

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use jiff::civil::date;
use mimeo::compile::{Inputs, compile};
use mimeo::source::files::Disk;
use mimeo::watch::board::{Board, Cause};
use mimeo::watch::keys::View;
use mimeo::watch::run::{Runner, Setup};
use mimeo::watch::screen::frame;
use serde_json::Value as Json;

/// How long a save may stay without an answer.
const LIMIT: Duration = Duration::from_secs(5);
/// Customers in the measurement of many.
const CUSTOMERS: usize = 50;
const DAY: &str = "2026-11-23";

/// A way of saving: takes the file and the new text, returns when the last system call began.
type Save = fn(&Path, &str) -> Instant;

/// The ways of saving, with how many runs each may bring.
const WAYS: &[(&str, usize, Save)] = &[
    ("in place", 1, in_place),
    ("truncate and write", 1, truncate),
    ("temporary and rename", 1, temporary),
    ("backup and rename", 1, backup),
    ("atomic replace, synced", 1, atomic),
    ("delete and create", 1, delete),
    ("touch only", 0, touch),
    ("twice within 2 ms", 2, twice),
    ("symbolic link swapped", 1, link),
    ("directory renamed and back", 1, directory),
    ("slow partial write", 1, slow),
    ("CRLF", 1, crlf),
];

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|it| it != "--bench").collect();
    let count = args.iter().find_map(|it| it.parse().ok()).unwrap_or(40);
    let asked = |word: &str| args.iter().any(|it| it == word);
    println!(
        "{:30} {:>6} {:>6} {:>8} {:>8} {:>8} {:>8}",
        "", "saves", "missed", "needless", "p50 ms", "p95 ms", "max ms"
    );
    ways("", count, &[]);
    many(count);
    picture();
    beside_ruff(count.min(200));
    if asked("poll") {
        ways(", --poll 20", count, &["--poll", "20"]);
        ways(", --poll 200", count.min(200), &["--poll", "200"]);
    }
    if asked("memory") {
        memory();
    }
}

/// A watching process.
struct Watched {
    child: Child,
    lines: Receiver<(Instant, Json)>,
    runs: usize,
}

impl Watched {
    fn new(folder: &Path, customers: &[&str], more: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mimeo"));
        command.arg("watch").arg(folder.join("main.rhai"));
        command.args(customers.iter().map(|it| folder.join(it)));
        command.args(["--output-format", "ndjson", "--as-of", DAY]).args(more);
        command.stdout(Stdio::piped()).stdin(Stdio::null());
        let mut child = command.spawn().expect("it starts");
        let out = child.stdout.take().expect("it is piped");
        let (send, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                let at = Instant::now();
                let event = serde_json::from_str(&line).expect("each line is JSON");
                if send.send((at, event)).is_err() {
                    return;
                }
            }
        });
        let mut watched = Watched { child, lines, runs: 0 };
        watched.next(LIMIT).expect("the first run");
        // What it watches from now on it looks at once more.
        std::thread::sleep(Duration::from_millis(100));
        watched
    }

    fn next(&mut self, wait: Duration) -> Option<(Instant, Json)> {
        let next = self.lines.recv_timeout(wait).ok();
        self.runs += usize::from(next.is_some());
        next
    }

    /// The moment of the run after which a customer has this plan.
    fn answer(&mut self, customer: usize, seal: &str) -> Option<Instant> {
        let until = Instant::now() + LIMIT;
        loop {
            let (at, event) = self.next(until.saturating_duration_since(Instant::now()))?;
            let there = &event["customers"][customer];
            if there["seal"] == seal && there["plan"] == "good" {
                return Some(at);
            }
        }
    }

    /// Counts what still comes.
    fn settle(&mut self) {
        while self.next(Duration::from_millis(500)).is_some() {}
    }

    fn size(&self) -> u64 {
        let text = fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let text = text.unwrap_or_default();
        let line = text.lines().find_map(|it| it.strip_prefix("VmRSS:"));
        line.and_then(|it| it.split_whitespace().next()?.parse().ok()).unwrap_or(0)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it was started here");
    }
}

/// A folder with the example, whose values lie in a folder of their own.
fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let script = example("contoso.rhai");
    fs::write(folder.path().join("main.rhai"), script).expect("a file");
    fs::create_dir(folder.path().join("values")).expect("a folder");
    fs::write(folder.path().join("values/contoso.toml"), text(0)).expect("a file");
    folder
}

fn example(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name);
    fs::read_to_string(path).expect("it is there")
}

/// The values with something that no other save has.
fn text(number: usize) -> String {
    let text = example("contoso.toml");
    let text = text.replace("contosoagl.contoso.com", &format!("sql{number:06}.contoso.com"));
    assert!(text.contains("sql0"), "the example has the server");
    text
}

fn seal(folder: &Path, values: &Path) -> String {
    let mut inputs = Inputs::new(folder.join("main.rhai"), date(2026, 11, 23));
    inputs.values.push(values.to_path_buf());
    let compiled = compile(&Disk, &inputs).expect("it can be read");
    compiled.plan.expect("it has no error").seal
}

/// The seals of so many texts, computed before anything is watched.
fn seals(folder: &Path, values: &Path, texts: &[String]) -> Vec<String> {
    let seal = |text: &String| {
        fs::write(values, text).expect("a file");
        seal(folder, values)
    };
    let seals = texts.iter().map(seal).collect();
    fs::write(values, text(0)).expect("a file");
    seals
}

fn ways(more: &str, count: usize, args: &[&str]) {
    for (name, runs, save) in WAYS {
        let folder = project();
        let values = folder.path().join("values/contoso.toml");
        let texts: Vec<String> = (1..=count)
            .map(text)
            .map(|it| if *name == "CRLF" { it.replace('\n', "\r\n") } else { it })
            .collect();
        let seals = if *name == "symbolic link swapped" {
            // A plan names the file that the link leads to.
            fs::rename(&values, beside(&values, "real-a.txt")).expect("it is ours");
            make_link(Path::new("real-a.txt"), &values);
            let linked = texts.iter().map(|it| {
                link(&values, it);
                seal(folder.path(), &values)
            });
            let seals: Vec<String> = linked.collect();
            if count % 2 == 1 {
                link(&values, &text(0));
            }
            seals
        } else {
            seals(folder.path(), &values, &texts)
        };
        let mut watched = Watched::new(folder.path(), &["values/contoso.toml"], args);
        let first = watched.runs;
        let mut times = Vec::new();
        let mut missed = 0;
        for (text, seal) in texts.iter().zip(&seals) {
            let last = save(&values, text);
            if *runs == 0 {
                std::thread::sleep(Duration::from_millis(2));
                continue;
            }
            match watched.answer(0, seal) {
                Some(at) => times.push(at.saturating_duration_since(last)),
                None => missed += 1,
            }
        }
        watched.settle();
        let needless = (watched.runs - first).saturating_sub((count - missed) * runs);
        row(&format!("{name}{more}"), count, missed, needless, times);
    }
}

/// Many customers: one is saved, or the script of all.
fn many(count: usize) {
    let folder = project();
    for number in 1..CUSTOMERS {
        let path = folder.path().join(format!("values/customer{number:02}.toml"));
        fs::write(path, text(number)).expect("a file");
    }
    let values = folder.path().join("values/contoso.toml");
    let texts: Vec<String> = (1..=count).map(|it| text(it + 1000)).collect();
    let sealed = seals(folder.path(), &values, &texts);
    let mut watched = Watched::new(folder.path(), &["values"], &[]);
    let first = watched.runs;
    let (mut times, mut missed) = (Vec::new(), 0);
    for (text, seal) in texts.iter().zip(&sealed) {
        let last = temporary(&values, text);
        match watched.answer(0, seal) {
            Some(at) => times.push(at.saturating_duration_since(last)),
            None => missed += 1,
        }
    }
    watched.settle();
    let needless = (watched.runs - first).saturating_sub(count - missed);
    row(&format!("one of {CUSTOMERS} customers"), count, missed, needless, times);

    let script = folder.path().join("main.rhai");
    let original = example("contoso.rhai");
    let first = watched.runs;
    let (mut times, mut missed) = (Vec::new(), 0);
    let scripts: Vec<String> = (0..count).map(|it| format!("{original}\n// {it}\n")).collect();
    let sealed: Vec<String> = scripts
        .iter()
        .map(|it| {
            let other = tempfile::tempdir().expect("a folder");
            let to = |name: &str| other.path().join(name);
            fs::write(to("main.rhai"), it).expect("a file");
            fs::create_dir(to("values")).expect("a folder");
            fs::copy(&values, to("values/contoso.toml")).expect("a file");
            seal(other.path(), &to("values/contoso.toml"))
        })
        .collect();
    for (text, seal) in scripts.iter().zip(&sealed) {
        let last = temporary(&script, text);
        match watched.answer(0, seal) {
            Some(at) => times.push(at.saturating_duration_since(last)),
            None => missed += 1,
        }
    }
    watched.settle();
    let needless = (watched.runs - first).saturating_sub(count - missed);
    row(&format!("the script of {CUSTOMERS} customers"), count, missed, needless, times);
}

/// What drawing adds on a terminal: the board and the screen as lines, for many customers.
fn picture() {
    let folder = project();
    for number in 1..CUSTOMERS {
        let path = folder.path().join(format!("values/customer{number:02}.toml"));
        fs::write(path, text(number)).expect("a file");
    }
    let inputs = Inputs::new(folder.path().join("main.rhai"), date(2026, 11, 23));
    let customers = vec![folder.path().join("values")];
    let mut runner = Runner::new(Setup { inputs, profile: None, customers });
    let run =
        |runner: &mut Runner| runner.run(&Disk, BTreeSet::new(), date(2026, 11, 23), &|| false);
    let outcome = run(&mut runner).expect("nothing overtakes it");
    let mut board = Board::default();
    let mut view = View::default();
    let style = mimeo::export::Style { colour: true, unicode: true, width: 120 };
    let mut times = Vec::new();
    for _ in 0..200 {
        let started = Instant::now();
        board.take(&outcome, Cause::default());
        let lines = frame(&board, &mut view, &style, 50);
        times.push(started.elapsed());
        assert_eq!(lines.len(), 50);
    }
    row(&format!("drawing {CUSTOMERS} customers"), 200, 0, 0, times);
}

/// `ruff check --watch`, whose lines come on a pipe as well.
struct Ruff {
    child: Child,
    lines: Receiver<(Instant, String)>,
}

impl Ruff {
    /// Nothing, where there is none. It watches the folder: of a file that is named, it loses sight when it is replaced.
    fn new(folder: &Path) -> Option<Self> {
        let mut command = Command::new("ruff");
        command.args(["check", "--watch", "--no-cache", "--output-format", "concise", "."]);
        command.current_dir(folder).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().ok()?;
        let out = child.stdout.take().expect("it is piped");
        let (send, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                if send.send((Instant::now(), line)).is_err() {
                    return;
                }
            }
        });
        Some(Ruff { child, lines })
    }

    fn answer(&self, name: &str) -> Option<Instant> {
        let until = Instant::now() + LIMIT;
        loop {
            let wait = until.saturating_duration_since(Instant::now());
            let (at, line) = self.lines.recv_timeout(wait).ok()?;
            if line.contains(name) {
                return Some(at);
            }
        }
    }
}

impl Drop for Ruff {
    fn drop(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it was started here");
    }
}

/// Each saves a file of 200 lines in turn: ruff's has a name that is undefined, ours another plan.
fn beside_ruff(count: usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let (script, python) = (folder.path().join("main.rhai"), folder.path().join("main.py"));
    let values = folder.path().join("everything.toml");
    let original = example("everything.rhai");
    let fill = "// what fills it\n".repeat(199 - original.lines().count());
    let scripts: Vec<String> = (0..count).map(|it| format!("{original}{fill}// {it}\n")).collect();
    let function =
        |it| format!("def function_{it}(value):\n    other = value * {it}\n    return other\n\n");
    let functions: String = (0..49).map(function).collect();
    let python_text =
        |it: usize| format!("import os\nprint(os.name)\n{functions}print(undefined_{it:06})\n\n");
    assert_eq!((scripts[0].lines().count(), python_text(0).lines().count()), (200, 200));
    fs::write(&values, example("everything.toml")).expect("a file");
    let seals: Vec<String> = scripts
        .iter()
        .map(|it| {
            fs::write(&script, it).expect("a file");
            seal(folder.path(), &values)
        })
        .collect();
    fs::write(&script, &original).expect("a file");
    fs::write(&python, python_text(999_999)).expect("a file");
    let Some(ruff) = Ruff::new(folder.path()) else {
        println!("ruff is not on the path: nothing to set beside it");
        return;
    };
    ruff.answer("undefined_999999").expect("its first run");
    let mut watched = Watched::new(folder.path(), &["everything.toml"], &[]);
    let (mut own, mut others) = (Vec::new(), Vec::new());
    for (number, (text, seal)) in scripts.iter().zip(&seals).enumerate() {
        let last = temporary(&script, text);
        own.extend(watched.answer(0, seal).map(|it| it.saturating_duration_since(last)));
        let last = temporary(&python, &python_text(number));
        let answer = ruff.answer(&format!("undefined_{number:06}"));
        others.extend(answer.map(|it| it.saturating_duration_since(last)));
    }
    let missed = [&own, &others].map(|it| count - it.len());
    let ratios =
        own.iter().zip(&others).map(|(own, other)| own.as_secs_f64() / other.as_secs_f64());
    let mut ratios: Vec<f64> = ratios.collect();
    ratios.sort_by(f64::total_cmp);
    row("a script of 200 lines", count, missed[0], 0, own);
    row("ruff, 200 lines of Python", count, missed[1], 0, others);
    println!("the median of the ratios is {:.2}", ratios[ratios.len() / 2]);
}

/// Ten thousand saves, and the size of the process on the way.
fn memory() {
    let folder = project();
    let values = folder.path().join("values/contoso.toml");
    let texts: Vec<String> = (1..=100).map(text).collect();
    let seals = seals(folder.path(), &values, &texts);
    let mut watched = Watched::new(folder.path(), &["values/contoso.toml"], &[]);
    let mut sizes = vec![watched.size()];
    let mut missed = 0;
    for number in 0..10_000 {
        temporary(&values, &texts[number % 100]);
        missed += usize::from(watched.answer(0, &seals[number % 100]).is_none());
        if number % 1000 == 999 {
            sizes.push(watched.size());
        }
    }
    println!(
        "\nresident KiB at the start and after each 1,000 of 10,000 saves ({missed} missed): {sizes:?}"
    );
}

fn row(name: &str, count: usize, missed: usize, needless: usize, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |part: usize| {
        let time = times.get((times.len() * part / 100).min(times.len().saturating_sub(1)));
        time.map_or_else(|| "-".to_owned(), |it| format!("{:.2}", it.as_secs_f64() * 1e3))
    };
    println!(
        "{name:30} {count:6} {missed:6} {needless:8} {:>8} {:>8} {:>8}",
        at(50),
        at(95),
        at(100)
    );
}

fn beside(path: &Path, name: &str) -> PathBuf {
    path.with_file_name(name)
}

fn in_place(path: &Path, text: &str) -> Instant {
    let mut file = OpenOptions::new().write(true).open(path).expect("it is there");
    file.write_all(text.as_bytes()).expect("it can be written");
    file.set_len(text.len() as u64).expect("it can be cut");
    let last = Instant::now();
    drop(file);
    last
}

fn truncate(path: &Path, text: &str) -> Instant {
    let mut file = File::create(path).expect("it can be made");
    file.write_all(text.as_bytes()).expect("it can be written");
    let last = Instant::now();
    drop(file);
    last
}

fn temporary(path: &Path, text: &str) -> Instant {
    let part = beside(path, ".contoso.part");
    fs::write(&part, text).expect("it can be written");
    let last = Instant::now();
    fs::rename(&part, path).expect("it can be renamed");
    last
}

fn backup(path: &Path, text: &str) -> Instant {
    fs::rename(path, beside(path, "contoso.toml~")).expect("it can be renamed");
    truncate(path, text)
}

fn atomic(path: &Path, text: &str) -> Instant {
    let part = beside(path, "contoso.toml.new");
    let mut file = File::create(&part).expect("it can be made");
    file.write_all(text.as_bytes()).expect("it can be written");
    file.sync_all().expect("it can be synced");
    drop(file);
    let last = Instant::now();
    fs::rename(&part, path).expect("it can be renamed");
    let folder = File::open(path.parent().expect("it lies in a folder")).expect("it can be opened");
    folder.sync_all().expect("it can be synced");
    last
}

fn delete(path: &Path, text: &str) -> Instant {
    fs::remove_file(path).expect("it is there");
    std::thread::sleep(Duration::from_millis(1));
    truncate(path, text)
}

fn touch(path: &Path, _: &str) -> Instant {
    let file = OpenOptions::new().write(true).open(path).expect("it is there");
    file.set_modified(std::time::SystemTime::now()).expect("it can be touched");
    Instant::now()
}

fn twice(path: &Path, text: &str) -> Instant {
    truncate(path, &text.replace("sql", "sqlb"));
    std::thread::sleep(Duration::from_millis(2));
    truncate(path, text)
}

fn link(path: &Path, text: &str) -> Instant {
    let now = fs::read_link(path).expect("it is a link");
    let other = if now.ends_with("real-a.txt") { "real-b.txt" } else { "real-a.txt" };
    fs::write(beside(path, other), text).expect("it can be written");
    let new = beside(path, "contoso.link");
    make_link(Path::new(other), &new);
    let last = Instant::now();
    fs::rename(&new, path).expect("it can be renamed");
    last
}

#[cfg(unix)]
fn make_link(target: &Path, path: &Path) {
    std::os::unix::fs::symlink(target, path).expect("a link");
}

#[cfg(not(unix))]
fn make_link(target: &Path, path: &Path) {
    std::os::windows::fs::symlink_file(target, path).expect("a link");
}

fn directory(path: &Path, text: &str) -> Instant {
    let folder = path.parent().expect("it lies in a folder");
    let away = folder.with_file_name("away");
    fs::rename(folder, &away).expect("it can be renamed");
    fs::write(away.join("contoso.toml"), text).expect("it can be written");
    let last = Instant::now();
    fs::rename(&away, folder).expect("it can be renamed");
    last
}

fn slow(path: &Path, text: &str) -> Instant {
    let mut file = File::create(path).expect("it can be made");
    for part in text.as_bytes().chunks(text.len().div_ceil(3)) {
        file.write_all(part).expect("it can be written");
        std::thread::sleep(Duration::from_millis(15));
    }
    let last = Instant::now();
    drop(file);
    last
}

fn crlf(path: &Path, text: &str) -> Instant {
    temporary(path, text)
}

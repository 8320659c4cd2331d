//! `mimeo test`: the tests of templates.

mod report;

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use jiff::civil::Date;

use crate::cli::test::report::{Form, Report};
use crate::cli::ui::{self, Ui, current_folder, files_below, make_folder, write_file};
use crate::cli::{ExitStatus, Failure, day, exits, interrupt};
use crate::compile::many;
use crate::export::coverage;
use crate::model::format::Format;
use crate::script::folder;
use crate::script::on_deep_stack;
use crate::source::files::{Disk, Files};
use crate::trial::coverage::{Counting, Coverage, Hits};
use crate::trial::judge::{Verdict, judge};
use crate::trial::{self, Given, TEST_PLAN, Trial};

/// Test templates: what becomes of them with values is as expected
///
/// Runs the cases of `*.test.rhai` files, on all processors. A case gives values to a template and expects fields and steps of
/// the plan, findings, or a whole plan: `mimeo docs test` tells how.
#[derive(Debug, clap::Args)]
#[command(after_long_help = exits(&[ExitStatus::Clean, ExitStatus::Findings, ExitStatus::Usage, ExitStatus::Interrupted]))]
pub struct Args {
    /// Files of tests, and folders with such files in them or below [default: the current folder]
    #[arg(value_name = "FILE.test.rhai|DIR")]
    paths: Vec<PathBuf>,
    /// Only cases whose title, file or values file has this text, in capitals or not
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Write the plans that cases expect, where they differ or are not there yet
    #[arg(long)]
    update: bool,
    /// Tell which branches, lines and functions of the templates no case comes by
    #[arg(long)]
    coverage: bool,
    /// Write the coverage as a page that shows the templates
    #[arg(long, value_name = "FILE.html")]
    coverage_html: Option<PathBuf>,
    /// Write the coverage as lcov's tracefile
    #[arg(long, value_name = "FILE.info")]
    coverage_lcov: Option<PathBuf>,
    /// End with 1 if fewer of a hundred branches are taken
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    fail_under: Option<u8>,
    /// The folder that tests, templates and their imports may not leave [default: of tests the current folder, of imports each
    /// template's own]
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    root: Option<PathBuf>,
    /// The day on which rules with dates are judged, where a case says none [default: today]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    as_of: Option<Date>,
    /// The form of the answer
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    output_format: Form,
    /// How many cases are worked on at a time [default: one for each processor]
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
}

/// Runs the command.
pub fn run(args: &Args, ui: &Ui) -> Result<ExitStatus, Failure> {
    for path in [&args.coverage_html, &args.coverage_lcov].into_iter().flatten() {
        ui::refuse_input(path, "the tests")?;
    }
    let trials = read_all(args)?;
    let as_of = args.as_of.unwrap_or_else(ui::today);
    let work = list(&trials, args.filter.as_deref());
    if work.is_empty()
        && let Some(text) = &args.filter
        && trials.iter().any(|(it, _)| !it.suite.cases.is_empty())
    {
        let message = format!("no case has `{text}` in its title or the names of its files");
        return Err(Failure::usage(message, "leave `--filter` out to run all"));
    }
    let counting = if args.wants_coverage() { countings(&trials)? } else { BTreeMap::new() };
    let hits: Mutex<BTreeMap<&Path, Hits>> = Mutex::default();
    let stop = interrupt::flag();
    let processors = || std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let jobs = args.jobs.map_or_else(processors, NonZeroUsize::get);
    let mut report = Report::new(&trials, args.output_format, ui);
    let judged = |index: usize| {
        let (file, case) = work[index];
        let (trial, given) = &trials[file];
        let expected = &trial.suite.cases[case];
        let program = trial.program.as_ref()?;
        if let Some(counting) = counting.get(trial.template.as_path()) {
            let counted = counting.count(&Disk, trial, expected, given, as_of);
            let mut hits = hits.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            hits.entry(&trial.template).or_default().add(counted);
        }
        let judge = || judge(&Disk, trial, program, expected, given, as_of);
        catch_unwind(AssertUnwindSafe(judge)).ok()
    };
    let numbered = |index: usize| (work[index], judged(index));
    let mut failure = None;
    many::in_order(work.len(), jobs, &stop, numbered, |((file, case), verdict)| {
        let verdict =
            verdict.map(|it| if args.update { updated(it, &mut report, &mut failure) } else { it });
        report.take(file, case, verdict);
    });
    if let Some(failure) = failure {
        return Err(failure);
    }
    let stopped = report.taken() < work.len();
    let mut coverage = Coverage::default();
    let hits = hits.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    for (template, counting) in &counting {
        coverage.add(counting, hits.get(template).unwrap_or(&Hits::default()));
    }
    let status = report.end(args.wants_coverage().then_some(&coverage));
    if stopped {
        return Ok(ExitStatus::Interrupted);
    }
    write_coverage(args, &coverage, ui)?;
    Ok(under(args, &coverage, ui).unwrap_or(status))
}

impl Args {
    fn wants_coverage(&self) -> bool {
        let files = [&self.coverage_html, &self.coverage_lcov].into_iter().any(Option::is_some);
        self.coverage || files || self.fail_under.is_some()
    }
}

/// The cases, each by its file and its place in it.
fn list(trials: &[(Trial, Given)], filter: Option<&str>) -> Vec<(usize, usize)> {
    let files = trials.iter().enumerate();
    let cases =
        files.flat_map(|(file, (it, _))| (0..it.suite.cases.len()).map(move |at| (file, at)));
    let wanted = cases.filter(|(file, at)| {
        let Some(text) = filter else { return true };
        let has = |it: &str| it.to_lowercase().contains(&text.to_lowercase());
        let (trial, _) = &trials[*file];
        let case = &trial.suite.cases[*at];
        has(case.title.as_deref().unwrap_or_default())
            || has(&trial.path.to_string_lossy())
            || case.values.iter().any(|it| has(&it.value.text()))
    });
    wanted.collect()
}

/// Reads every file of tests.
fn read_all(args: &Args) -> Result<Vec<(Trial, Given)>, Failure> {
    let mut files = Vec::new();
    let here = [PathBuf::from(".")];
    for path in if args.paths.is_empty() { &here[..] } else { &args.paths } {
        match files_below(path)? {
            None => files.push(path.clone()),
            Some(found) => {
                let found: Vec<PathBuf> = found
                    .into_iter()
                    .filter(|it| trial::is_tests(it))
                    .map(|it| it.strip_prefix(".").map(Path::to_path_buf).unwrap_or(it))
                    .collect();
                if found.is_empty() {
                    let message = format!("`{}` holds no tests", path.display());
                    return Err(Failure::usage(message, "files of tests end in `.test.rhai`"));
                }
                files.extend(found);
            }
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    files.retain(|it| seen.insert(Disk.canonical(it).unwrap_or_else(|_| it.clone())));
    let mut trials = Vec::new();
    let alone = files.len() == 1;
    for file in files {
        if !trial::is_tests(&file) && Disk.canonical(&file).is_ok() {
            let message = format!("`{}` is no file of tests", file.display());
            return Err(Failure::usage(message, "files of tests end in `.test.rhai`"));
        }
        let given = Given { root: root(args, &file), imports: args.root.clone() };
        let trial = match trial::read(&Disk, &file, &given) {
            // One file that cannot be read keeps nobody from testing the others.
            Err(error) if !alone => Trial::unreadable(&file, &error),
            trial => trial?,
        };
        trials.push((trial, given));
    }
    Ok(trials)
}

/// The folder that a file of tests may not leave: the one that was named, else the current one if the file lies below it, else
/// its own.
fn root(args: &Args, file: &Path) -> PathBuf {
    if let Some(root) = &args.root {
        return root.clone();
    }
    let real = |path: &Path| Disk.canonical(path).ok();
    let below = current_folder().and_then(|here| {
        let here = real(&here)?;
        real(file)?.starts_with(&here).then_some(here)
    });
    below.unwrap_or_else(|| folder(file))
}

/// The templates once more, each once, with everything in them that is counted.
fn countings(trials: &[(Trial, Given)]) -> Result<BTreeMap<&Path, Counting>, Failure> {
    let mut countings = BTreeMap::new();
    for (trial, given) in trials.iter().filter(|(it, _)| it.program.is_some()) {
        if !countings.contains_key(trial.template.as_path()) {
            let load = || trial::coverage::load(&Disk, &trial.template, given);
            countings.insert(trial.template.as_path(), on_deep_stack(load)?);
        }
    }
    Ok(countings)
}

/// Writes the plans that differ; what else is wrong with the case stays.
fn updated(
    mut verdict: Verdict,
    report: &mut Report<'_>,
    failure: &mut Option<Failure>,
) -> Verdict {
    // With another mistake the plan is not what anybody wants to keep.
    let only = verdict.findings.iter().all(|it| std::ptr::eq(it.code, &raw const TEST_PLAN));
    if !only || failure.is_some() {
        return verdict;
    }
    for (path, text) in std::mem::take(&mut verdict.plans) {
        let made = make_folder(&folder(&path)).and_then(|()| write_file(&path, &text));
        match made {
            Ok(()) => report.wrote(&path),
            Err(error) => {
                *failure = Some(error);
                return verdict;
            }
        }
    }
    verdict.findings.clear();
    verdict
}

fn write_coverage(args: &Args, coverage: &Coverage, ui: &Ui) -> Result<(), Failure> {
    let texts = [
        (&args.coverage_html, coverage::page as fn(&Coverage) -> String),
        (&args.coverage_lcov, coverage::lcov),
    ];
    for (path, text) in texts {
        if let Some(path) = path {
            write_file(path, &text(coverage))?;
            ui.talk(&format!("wrote {}\n", path.display()));
        }
    }
    Ok(())
}

/// How the program ends if too little is covered.
fn under(args: &Args, coverage: &Coverage, ui: &Ui) -> Option<ExitStatus> {
    let least = args.fail_under?;
    let percent = coverage.branches().percent();
    if percent >= f64::from(least) {
        return None;
    }
    ui.talk(&format!("{percent} % of the branches are taken, and at least {least} % are wanted\n"));
    Some(ExitStatus::Findings)
}

//! What `mimeo test` answers: a line for each case and a finding for what is not as expected, or the same for programs.

use std::path::Path;

use serde_json::{Value as Json, json};

use crate::cli::ExitStatus;
use crate::cli::ui::Ui;
use crate::diagnostic::Diagnostic;
use crate::export::coverage;
use crate::export::junit::{self, Case as TestCase, Outcome};
use crate::plan::visible;
use crate::render::{self, Format, Style, many};
use crate::source::Sources;
use crate::trial::coverage::{Coverage, Share};
use crate::trial::judge::Verdict;
use crate::trial::{Given, Trial};

/// The form of the answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, clap::ValueEnum)]
pub(super) enum Form {
    /// A line for each case, findings with the lines of source, drawn.
    #[default]
    Full,
    /// One line for each finding.
    Concise,
    /// One JSON object.
    Json,
    /// A test report that build servers show.
    Junit,
    /// Annotations of a GitHub workflow.
    Github,
    /// Findings in words, for screen readers.
    Plain,
}

/// The answer in the making.
pub(super) struct Report<'a> {
    trials: &'a [(Trial, Given)],
    form: Form,
    ui: &'a Ui,
    style: Style,
    /// The file whose cases were told last.
    file: Option<usize>,
    passed: usize,
    failed: usize,
    errors: usize,
    has_findings: bool,
    pending: String,
    files: Vec<Json>,
}

impl<'a> Report<'a> {
    pub(super) fn new(trials: &'a [(Trial, Given)], form: Form, ui: &'a Ui) -> Self {
        let format = match form {
            Form::Full => Format::Full,
            Form::Concise | Form::Junit => Format::Concise,
            Form::Json => Format::Json,
            Form::Github => Format::Github,
            Form::Plain => Format::Plain,
        };
        let mut report = Report {
            trials,
            form,
            ui,
            style: ui.findings(format, false),
            file: None,
            passed: 0,
            failed: 0,
            errors: 0,
            has_findings: false,
            pending: String::new(),
            files: Vec::new(),
        };
        for (trial, _) in trials {
            report.errors += usize::from(trial.is_broken());
        }
        report
    }

    /// How many cases were taken.
    pub(super) fn taken(&self) -> usize {
        self.passed + self.failed
    }

    /// Tells of a plan that was written.
    pub(super) fn wrote(&self, path: &Path) {
        self.ui.talk(&format!("wrote {}\n", visible(&path.display().to_string())));
    }

    /// Takes the next case; none for one that could not be judged.
    pub(super) fn take(&mut self, file: usize, case: usize, verdict: Option<Verdict>) {
        self.open(Some(file));
        let (trial, _) = &self.trials[file];
        let findings = verdict.as_ref().map_or(&[][..], |it| &it.findings);
        let passed = verdict.is_some() && findings.is_empty() && !trial.is_broken();
        if passed {
            self.passed += 1;
        } else {
            self.failed += 1;
        }
        let title = trial.suite.cases[case].title.as_deref().unwrap_or("(a case without a title)");
        let sources = verdict.as_ref().map_or(&trial.sources, |it| &it.sources);
        let drawn = self.drawn(sources, findings, title);
        self.has_findings |= !findings.is_empty();
        match self.form {
            Form::Full | Form::Plain => {
                let word = self.word(passed);
                let why = match &verdict {
                    None if trial.program.is_none() => " (not run: the template has an error)",
                    None => " (not judged: this is a bug of mimeo)",
                    Some(_) if !passed && findings.is_empty() => " (the file has an error)",
                    Some(_) => "",
                };
                self.ui.print(&format!("  {word} {}{why}\n", visible(title)));
                self.ui.print(&drawn);
            }
            Form::Concise | Form::Github => self.ui.print(&drawn),
            Form::Json => {
                let findings: Json = serde_json::from_str(&drawn).expect("findings are JSON");
                let result = if passed { "passed" } else { "failed" };
                let entry = json!({ "title": title, "result": result, "findings": findings });
                let cases = self.files.last_mut().and_then(|it| it["cases"].as_array_mut());
                cases.expect("the file was opened").push(entry);
            }
            Form::Junit => {
                let message = render::summary(findings);
                let class = trial.path.display().to_string();
                let kind = findings.first().map_or("test", |it| it.code.name);
                let outcome = match passed {
                    true => Outcome::Passed,
                    false if trial.is_broken() => {
                        Outcome::Broken("the file of the tests or its template has an error")
                    }
                    false => Outcome::Failed { message: &message, kind, told: &drawn },
                };
                let case = TestCase { name: title, class: &class, file: Some(&class), outcome };
                self.pending.push_str(&case.to_xml());
            }
        }
    }

    /// The findings of a case, or of a file.
    fn drawn(&self, sources: &Sources, findings: &[Diagnostic], whose: &str) -> String {
        let pieces = findings.iter().map(|it| many::piece(sources, it, whose, &self.style));
        match self.form {
            Form::Full | Form::Plain => {
                pieces.map(|it| it.trim_end().to_owned() + "\n\n").collect()
            }
            Form::Concise | Form::Github | Form::Junit => pieces.collect(),
            Form::Json => format!("[{}]", pieces.collect::<Vec<_>>().join(",")),
        }
    }

    fn word(&self, passed: bool) -> String {
        let (word, sgr) = if passed { ("ok    ", "32") } else { ("FAILED", "1;31") };
        if self.style.colour { format!("\u{1b}[{sgr}m{word}\u{1b}[0m") } else { word.to_owned() }
    }

    /// Tells of the files up to this one, or of all: their names, and what is wrong with them whatever the case.
    fn open(&mut self, file: Option<usize>) {
        let next = self.file.map_or(0, |it| it + 1);
        let last = file.map_or(self.trials.len(), |it| it + 1);
        for index in next..last {
            self.file = Some(index);
            let (trial, _) = &self.trials[index];
            let name = trial.path.display().to_string();
            let name = visible(&name).into_owned();
            let drawn = self.drawn(&trial.sources, &trial.diagnostics, &name);
            self.has_findings |= !trial.diagnostics.is_empty();
            match self.form {
                Form::Full | Form::Plain => {
                    self.ui.print(&format!("{name}\n"));
                    self.ui.print(&drawn);
                }
                Form::Concise | Form::Github => self.ui.print(&drawn),
                Form::Json => {
                    let findings: Json = serde_json::from_str(&drawn).expect("findings are JSON");
                    self.files.push(json!({
                        "file": name,
                        "template": trial.template.display().to_string(),
                        "findings": findings,
                        "cases": [],
                    }));
                }
                Form::Junit => {
                    if trial.is_broken() {
                        let outcome = Outcome::Broken(&drawn);
                        let case =
                            TestCase { name: &name, class: &name, file: Some(&name), outcome };
                        self.pending.push_str(&case.to_xml());
                    }
                }
            }
        }
    }

    /// Ends the answer, and tells how the program ends.
    pub(super) fn end(mut self, coverage: Option<&Coverage>) -> ExitStatus {
        self.open(None);
        let Report { passed, failed, errors, .. } = self;
        match self.form {
            Form::Full | Form::Plain | Form::Concise | Form::Github => {
                if let Some(coverage) =
                    coverage.filter(|it| self.form != Form::Github && it.files().next().is_some())
                {
                    self.ui
                        .print(&format!("\n{}", coverage::text(coverage, &self.ui.views(false))));
                }
                let broken = match errors {
                    0 => String::new(),
                    1 => ", 1 file with an error".to_owned(),
                    count => format!(", {count} files with errors"),
                };
                if self.has_findings && self.form == Form::Full {
                    self.ui.talk("\nfor the rule behind a finding: mimeo explain CODE");
                }
                self.ui.talk(&format!("\n{passed} passed, {failed} failed{broken}\n"));
            }
            Form::Json => {
                let share = |it: Share| json!({ "hit": it.hit, "all": it.all });
                let coverage = coverage.map(|it| {
                    let files = it.files().map(|(path, file)| {
                        json!({
                            "file": path.display().to_string(),
                            "branches": share(file.branch_share()),
                            "lines": share(file.line_share()),
                            "functions": share(file.function_share()),
                        })
                    });
                    files.collect::<Vec<_>>()
                });
                let answer = json!({
                    "version": 1, "files": self.files, "coverage": coverage,
                    "totals": { "passed": passed, "failed": failed, "errors": errors },
                });
                self.ui.print(&format!("{answer}\n"));
            }
            Form::Junit => {
                let tests = passed + failed + errors;
                let report = junit::report("mimeo test", &self.pending, [tests, failed, errors]);
                self.ui.print(&report);
            }
        }
        if failed + errors == 0 { ExitStatus::Clean } else { ExitStatus::Findings }
    }
}

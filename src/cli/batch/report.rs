//! The answer about many customers, put together in their order while they come in.
//!
//! What programs read goes out as it comes; for people the rows and the groups are kept, and for a test report its cases.

use std::collections::HashSet;
use std::path::Path;

use serde_json::json;

use crate::cli::ExitStatus;
use crate::cli::batch::group::Groups;
use crate::cli::batch::junit;
use crate::cli::batch::task::{Batch, Goal, Outcome};
use crate::cli::ui::Ui;
use crate::diagnostic::Code;
use crate::export::matrix::{self, Row, Steps, Verdict};
use crate::render::{Format, many};

/// The form of the answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, clap::ValueEnum)]
pub enum Form {
    /// A matrix of the customers, then the findings, those of many customers drawn once.
    #[default]
    Full,
    /// One line for each finding.
    Concise,
    /// One JSON object.
    Json,
    /// Annotations of a GitHub workflow.
    Github,
    /// SARIF 2.1.0, one run for all.
    Sarif,
    /// A test report in JUnit's form, a test case for each customer.
    Junit,
}

impl Form {
    /// How each finding is drawn.
    pub(super) fn of_findings(self) -> Format {
        match self {
            Form::Full => Format::Full,
            Form::Concise | Form::Junit => Format::Concise,
            Form::Json => Format::Json,
            Form::Github => Format::Github,
            Form::Sarif => Format::Sarif,
        }
    }
}

/// So much is put together before it goes out.
const PORTION: usize = 64 * 1024;

/// The answer so far.
pub(super) struct Report<'a> {
    batch: &'a Batch<'a>,
    ui: &'a Ui,
    pending: String,
    rows: Vec<Row>,
    groups: Groups,
    verdicts: [usize; 4],
    counts: [usize; 3],
    worst: ExitStatus,
    failed: usize,
    written: usize,
    taken: usize,
    known: HashSet<&'static str>,
    codes: Vec<&'static Code>,
    unread: Vec<(String, String)>,
    is_first: bool,
}

impl<'a> Report<'a> {
    /// Begins an answer.
    pub(super) fn new(batch: &'a Batch<'a>, ui: &'a Ui) -> Self {
        let pending = match batch.form {
            Form::Full | Form::Concise | Form::Github | Form::Junit => String::new(),
            Form::Json => "{\"version\":1,\"customers\":[".to_owned(),
            Form::Sarif => many::sarif_opening(),
        };
        Report {
            batch,
            ui,
            pending,
            rows: Vec::new(),
            groups: Groups::default(),
            verdicts: [0; 4],
            counts: [0; 3],
            worst: ExitStatus::Clean,
            failed: 0,
            written: 0,
            taken: 0,
            known: HashSet::new(),
            codes: Vec::new(),
            unread: Vec::new(),
            is_first: true,
        }
    }

    /// Takes the next customer.
    pub(super) fn take(&mut self, outcome: Outcome) {
        self.taken += 1;
        self.verdicts[outcome.row.verdict as usize] += 1;
        for (sum, count) in self.counts.iter_mut().zip(outcome.row.counts) {
            *sum += count;
        }
        self.failed += usize::from(outcome.status == ExitStatus::Findings);
        // Of two ends the one with the greater number says more.
        if outcome.status as u8 > self.worst as u8 {
            self.worst = outcome.status;
        }
        match self.batch.form {
            Form::Full => {
                drop(self.groups.take(outcome.index, &outcome.row.customer, outcome.hits));
                self.written += usize::from(outcome.row.steps.is_some());
                if self.verdicts[outcome.row.verdict as usize] <= matrix::READABLE {
                    self.rows.push(outcome.row);
                }
            }
            Form::Github => match &outcome.row.problem {
                Some(problem) => self.pending.push_str(&annotation(self.path(&outcome), problem)),
                None => {
                    let own = self.groups.take(outcome.index, &outcome.row.customer, outcome.hits);
                    self.pending.push_str(&own);
                }
            },
            Form::Concise => match &outcome.row.problem {
                Some(problem) => {
                    let line = format!("{}: error: {problem}\n", self.path(&outcome).display());
                    self.pending.push_str(&crate::plan::visible(line.trim_end()));
                    self.pending.push('\n');
                }
                None => self.pending.push_str(&outcome.text),
            },
            Form::Json => self.object(&outcome),
            Form::Sarif => match &outcome.row.problem {
                Some(problem) => {
                    let path = self.path(&outcome).display().to_string();
                    self.unread.push((path, problem.clone()));
                }
                None => self.results(&outcome),
            },
            Form::Junit => match &outcome.row.problem {
                Some(problem) => {
                    let customer = &self.batch.customers.list[outcome.index];
                    let script = &self.batch.customers.scripts[customer.script];
                    self.pending.push_str(&junit::broken(customer, script, problem));
                }
                None => self.pending.push_str(&outcome.text),
            },
        }
        if self.pending.len() > PORTION && self.batch.form != Form::Junit {
            self.flush();
        }
    }

    /// Ends the answer, and tells how the program ends.
    pub(super) fn end(mut self) -> ExitStatus {
        let total = self.batch.customers.list.len();
        match self.batch.form {
            Form::Full => self.full(),
            Form::Concise => {}
            Form::Json => {
                let [errors, warnings, hints] = self.counts;
                let [ok, warned, failing, failed] = self.verdicts;
                let totals = json!({
                    "total": total, "ok": ok, "warnings": warned, "errors": failing, "failed": failed,
                });
                let end = format!(
                    "],\"totals\":{totals},\"errors\":{errors},\"warnings\":{warnings},\"hints\":{hints}}}\n"
                );
                self.pending.push_str(&end);
            }
            Form::Github => {
                let annotations = self.groups.annotations();
                self.pending.push_str(&annotations);
            }
            Form::Sarif => {
                let closing = many::sarif_closing(&self.codes, &self.unread);
                self.pending.push_str(&closing);
            }
            Form::Junit => {
                let errors = self.verdicts[Verdict::Failed as usize];
                self.pending = crate::export::junit::report(
                    "mimeo batch",
                    &self.pending,
                    [self.taken, self.failed, errors],
                );
            }
        }
        self.flush();
        if self.taken < total {
            self.ui.talk(&format!("stopped: {} of {total} customers were looked at\n", self.taken));
            return ExitStatus::Interrupted;
        }
        if matches!(self.batch.form, Form::Concise | Form::Github) {
            self.ui.talk(&format!("{}\n", matrix::summary(self.verdicts)));
        }
        self.worst
    }

    fn flush(&mut self) {
        self.ui.print(&self.pending);
        self.pending.clear();
    }

    /// The file that stands for a customer.
    fn path(&self, outcome: &Outcome) -> &'a Path {
        let customer = &self.batch.customers.list[outcome.index];
        customer.values.last().unwrap_or(&self.batch.customers.scripts[customer.script])
    }

    fn separate(&mut self) {
        if !std::mem::take(&mut self.is_first) {
            self.pending.push(',');
        }
    }

    fn object(&mut self, outcome: &Outcome) {
        self.separate();
        let customer = &self.batch.customers.list[outcome.index];
        let row = &outcome.row;
        let [errors, warnings, hints] = row.counts;
        let (seal, file) = outcome.plan.as_ref().map_or((None, None), |(seal, file)| {
            (Some(seal), file.as_ref().map(|it| it.display().to_string()))
        });
        let values: Vec<String> =
            customer.values.iter().map(|it| it.display().to_string()).collect();
        let head = json!({
            "customer": row.customer,
            "script": self.batch.customers.scripts[customer.script].display().to_string(),
            "values": values,
            "result": row.verdict.word(),
            "problem": row.problem,
            "errors": errors,
            "warnings": warnings,
            "hints": hints,
            "option": row.option,
            "steps": row.steps,
            "ends": row.ends,
            "seal": seal,
            "plan": file,
        })
        .to_string();
        // The findings are JSON already.
        let open = head.strip_suffix('}').expect("an object ends in a brace");
        self.pending.push_str(&format!("\n{open},\"findings\":[{}]}}", outcome.text));
    }

    fn results(&mut self, outcome: &Outcome) {
        if outcome.text.is_empty() {
            return;
        }
        self.separate();
        self.pending.push_str(&outcome.text);
        for code in &outcome.codes {
            if self.known.insert(code.name) {
                self.codes.push(code);
            }
        }
    }

    fn full(&mut self) {
        let steps = if *self.batch.goal == Goal::Check { Steps::NotMade } else { Steps::Counted };
        let style = self.ui.views(false);
        let mut text = matrix::matrix(&self.rows, self.taken, steps, &style);
        text.push('\n');
        let groups = self.groups.draw(self.batch.unless(), |line| {
            let line = crate::plan::visible(line);
            if style.colour { format!("\u{1b}[2m{line}\u{1b}[0m") } else { line.into_owned() }
        });
        text.push_str(&groups);
        text.push_str(&matrix::summary(self.verdicts));
        text.push('\n');
        if let Goal::Write(folder) = self.batch.goal {
            let written = self.written;
            let noun = if written == 1 { "plan" } else { "plans" };
            text.push_str(&format!("{written} {noun} in {}\n", folder.display()));
        }
        if !groups.is_empty() {
            text.push_str("for the rule behind a finding: mimeo explain CODE\n");
        }
        self.pending = text;
    }
}

/// Where GitHub hangs what could not be read.
fn annotation(path: &Path, problem: &str) -> String {
    let data = |it: &str| it.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let file = data(&path.display().to_string()).replace(':', "%3A").replace(',', "%2C");
    format!("::error file={file},title=unreadable::{}\n", data(problem))
}

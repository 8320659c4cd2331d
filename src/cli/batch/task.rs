//! The work for one customer, done on any thread: compile, plan and write it, and keep only what the answer needs.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::batch::customers::{Customer, Customers};
use crate::cli::batch::group::{Across, Firsts, Hit};
use crate::cli::batch::junit;
use crate::cli::batch::report::Form;
use crate::cli::check::FindingArgs;
use crate::cli::ui::{make_folder, write_file};
use crate::cli::{ExitStatus, Failure};
use crate::compile::{self, Compiled, Inputs};
use crate::diagnostic::{Code, Severity};
use crate::execute::journal::Journal;
use crate::export::matrix::{Row, Verdict};
use crate::plan::Plan;
use crate::plan::seal::PlanError;
use crate::render::{Style, many};
use crate::script::Program;
use crate::source::files::{Disk, Files, ReadError, SteadyDisk};
use crate::subject::mail;

/// What is wanted of each customer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Goal {
    /// The findings.
    Check,
    /// The findings, and the plan's size.
    Plan,
    /// The plan in a file below this folder.
    Write(PathBuf),
}

/// What all customers share.
pub(super) struct Batch<'a> {
    /// Their values are read through it.
    pub(super) files: SteadyDisk,
    /// The customers.
    pub(super) customers: &'a Customers,
    /// Their scripts, compiled once; those of a list may be unreadable.
    pub(super) programs: &'a [Result<Arc<Program>, Failure>],
    /// What they are given beside their own values: shared values, settings, day.
    pub(super) given: &'a Inputs,
    /// How findings are judged.
    pub(super) findings: &'a FindingArgs,
    /// What is wanted.
    pub(super) goal: &'a Goal,
    /// The form of the answer.
    pub(super) form: Form,
    /// How findings are drawn.
    pub(super) style: Style,
    /// Who the first of each group are.
    pub(super) firsts: Firsts,
}

/// What remains of a customer.
pub(super) struct Outcome {
    /// Which one it is.
    pub(super) index: usize,
    /// The row of the matrix.
    pub(super) row: Row,
    /// How the program would end for this one alone.
    pub(super) status: ExitStatus,
    /// The seal and the file of the plan.
    pub(super) plan: Option<(String, Option<PathBuf>)>,
    /// Its findings, drawn, where every customer's are told.
    pub(super) text: String,
    /// The rules that were met.
    pub(super) codes: Vec<&'static Code>,
    /// Its findings as groups want them.
    pub(super) hits: Vec<Hit>,
}

impl Batch<'_> {
    /// Does the work. Whatever happens to one customer, the others do not see it.
    pub(super) fn outcome(&self, index: usize) -> Outcome {
        let customer = &self.customers.list[index];
        let done = catch_unwind(AssertUnwindSafe(|| self.look(index, customer)));
        let failure = match done {
            Ok(Ok(outcome)) => return outcome,
            Ok(Err(failure)) => failure,
            Err(_) => Failure {
                status: ExitStatus::Bug,
                message: "this is a bug of mimeo".to_owned(),
                hints: vec!["report it with the message above".to_owned()],
            },
        };
        let mut outcome = Outcome::new(index, customer);
        outcome.status = failure.status;
        outcome.row.verdict = Verdict::Failed;
        outcome.row.problem = Some(failure.message);
        outcome
    }

    /// The inputs of a customer.
    pub(super) fn inputs(&self, customer: &Customer) -> Inputs {
        let mut inputs = self.given.clone();
        inputs.script.clone_from(&self.customers.scripts[customer.script]);
        inputs.values.extend(customer.values.iter().cloned());
        inputs
    }

    fn look(&self, index: usize, customer: &Customer) -> Result<Outcome, Failure> {
        let program = match &self.programs[customer.script] {
            Ok(program) => program,
            Err(failure) => {
                let Failure { status, message, hints } = failure;
                return Err(Failure {
                    status: *status,
                    message: message.clone(),
                    hints: hints.clone(),
                });
            }
        };
        let inputs = self.inputs(customer);
        let mut compiled = compile::run(&self.files, program, &inputs)?;
        let mut outcome = Outcome::new(index, customer);
        outcome.status = self.findings.status(&compiled);
        outcome.row.counts = many::counts(&compiled.diagnostics);
        outcome.row.verdict = match outcome.row.counts {
            [0, 0, _] => Verdict::Ok,
            [0, ..] => Verdict::Warnings,
            _ => Verdict::Errors,
        };
        if outcome.row.verdict != Verdict::Errors {
            outcome.row.option = compiled.deployment.option().map(|it| it.to_string());
            outcome.row.ends = mail::deadline(&compiled.deployment).map(|it| it.date);
        }
        if *self.goal != Goal::Check {
            let canonical = compiled.assemble_written(inputs.as_of);
            if let (Some(plan), Some(canonical)) = (compiled.plan.take(), canonical) {
                let file = match self.goal {
                    Goal::Check | Goal::Plan => None,
                    Goal::Write(folder) => {
                        Some(write(folder, &customer.name, &canonical.to_json())?)
                    }
                };
                outcome.row.steps = Some(plan.steps.len());
                outcome.plan = Some((plan.seal, file));
            }
        }
        self.tell(&compiled, customer, &mut outcome);
        Ok(outcome)
    }

    /// Draws the findings while their texts are at hand.
    fn tell(&self, compiled: &Compiled, customer: &Customer, outcome: &mut Outcome) {
        let (sources, diagnostics) = (&compiled.sources, &compiled.diagnostics);
        let grouped = |across| {
            let whose = (outcome.index, customer.name.as_str());
            let found = (sources, diagnostics.as_slice());
            self.firsts.hits(whose, customer.script, found, across, &self.style)
        };
        let joint = match self.form {
            Form::Full => {
                outcome.hits = grouped(Across::Customers);
                return;
            }
            Form::Github => {
                outcome.hits = grouped(Across::Nothing);
                return;
            }
            Form::Concise => "",
            Form::Json | Form::Sarif => ",",
            Form::Junit => {
                outcome.text = junit::case(
                    customer,
                    &self.customers.scripts[customer.script],
                    compiled,
                    self.findings,
                    &self.style,
                );
                return;
            }
        };
        let piece = |it| many::piece(sources, it, &customer.name, &self.style);
        outcome.text = diagnostics.iter().map(piece).collect::<Vec<_>>().join(joint);
        if self.form == Form::Sarif {
            outcome.codes = diagnostics.iter().map(|it| it.code).collect();
        }
    }

    /// Whether hints are told: beside a plan they are only counted.
    pub(super) fn unless(&self) -> Option<Severity> {
        (*self.goal != Goal::Check).then_some(Severity::Hint)
    }
}

impl Outcome {
    fn new(index: usize, customer: &Customer) -> Self {
        let row = Row {
            customer: customer.name.clone(),
            verdict: Verdict::Ok,
            counts: [0; 3],
            option: None,
            steps: None,
            ends: None,
            problem: None,
        };
        Outcome {
            index,
            row,
            status: ExitStatus::Clean,
            plan: None,
            text: String::new(),
            codes: Vec::new(),
            hits: Vec::new(),
        }
    }
}

/// The most bytes of a plan file.
const MOST_BYTES: u64 = 16 << 20;

/// Writes a plan below a folder, by the customer's name. What is there is written over only if it is a plan that nobody has
/// begun to carry out.
fn write(folder: &Path, name: &str, text: &str) -> Result<PathBuf, Failure> {
    let path = folder.join(format!("{name}.plan.json"));
    let refuse = |reason: &str, hint: &str| {
        Err(Failure::usage(format!("{} {reason}", path.display()), hint))
    };
    match Disk.read(&path, MOST_BYTES) {
        Ok(there) if there == text => return Ok(path),
        Ok(there) => match Plan::from_json(&there) {
            Ok(_) | Err(PlanError::Format { .. }) => {
                if Journal::beside(&path).exists() {
                    return refuse(
                        "has been begun to be carried out, and is another plan",
                        "write to another folder",
                    );
                }
            }
            Err(
                PlanError::Syntax { .. }
                | PlanError::Shape { .. }
                | PlanError::Altered
                | PlanError::Twice(_)
                | PlanError::Unknown { .. }
                | PlanError::Cycle(_)
                | PlanError::Misplaced { .. },
            ) => return refuse("is no plan of mimeo, so it stays", "write to another folder"),
        },
        Err(ReadError::Missing) => {
            // A name with folders, where two customers had one name.
            if let Some(parent) = path.parent().filter(|it| !it.is_dir()) {
                make_folder(parent)?;
            }
        }
        Err(
            ReadError::NotAFile(_)
            | ReadError::TooLarge { .. }
            | ReadError::NotUtf8 { .. }
            | ReadError::Io(_),
        ) => return refuse("is no plan of mimeo, so it stays", "write to another folder"),
    }
    write_file(&path, text)?;
    Ok(path)
}

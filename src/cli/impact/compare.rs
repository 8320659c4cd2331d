//! One customer on both sides: the plans, the findings, and which of the things that differ makes each difference.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;

use jiff::civil::Date;

use crate::cli::batch::customers::{Customer, Customers};
use crate::compile::{self, Compiled, Inputs};
use crate::diagnostic::{Diagnostic, Severity};
use crate::plan::Plan;
use crate::plan::diff::{self, Change, Part, What};
use crate::plan::seal::digest;
use crate::script::Program;
use crate::script::values::Unreadable;
use crate::source::files::Disk;

/// What the customers have, or would have.
pub(super) struct Side {
    /// The scripts.
    pub(super) scripts: Vec<PathBuf>,
    /// The scripts, compiled.
    pub(super) programs: Vec<Arc<Program>>,
    /// What is given beside each customer's own values.
    pub(super) given: Inputs,
}

/// Both sides.
pub(super) struct Comparison<'a> {
    /// The customers.
    pub(super) customers: &'a Customers,
    /// What they have.
    pub(super) from: Side,
    /// What they would have.
    pub(super) to: Side,
    /// The texts that differ, by name: added, removed or changed.
    pub(super) texts: BTreeMap<String, &'static str>,
}

/// How a customer stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Standing {
    /// The plan and the findings stay.
    Same,
    /// The plan or the findings differ.
    Differs,
    /// There would be a plan where there is none.
    Mended,
    /// There is no plan, and there would be none.
    Planless,
    /// There would be no plan where there is one.
    Fails,
    /// The values cannot be read.
    Unread,
}

impl Standing {
    /// The word by which programs know it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Standing::Same => "same",
            Standing::Differs => "differs",
            Standing::Mended => "mended",
            Standing::Planless => "planless",
            Standing::Fails => "fails",
            Standing::Unread => "unread",
        }
    }
}

/// A difference between two plans with what makes it.
pub(super) struct Told {
    /// The difference.
    pub(super) change: Change,
    /// What makes it: the name of a text, the day, or several.
    pub(super) because: Vec<String>,
}

/// A finding that is new or gone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Remark {
    /// How grave it is.
    pub(super) severity: Severity,
    /// Its code.
    pub(super) code: &'static str,
    /// What it says.
    pub(super) message: String,
}

/// What remains of a customer.
pub(super) struct Outcome {
    /// Which one it is.
    pub(super) index: usize,
    /// How it stands.
    pub(super) standing: Standing,
    /// The differences of the plans.
    pub(super) changes: Vec<Told>,
    /// Findings that only the second side has.
    pub(super) new: Vec<Remark>,
    /// Findings that only the first side has.
    pub(super) gone: Vec<Remark>,
    /// Why it could not be looked at.
    pub(super) problem: Option<String>,
}

/// What the day is called among the causes.
const DAY: &str = "the day";

impl<'a> Comparison<'a> {
    /// Sets two sides beside each other.
    pub(super) fn new(customers: &'a Customers, from: Side, to: Side) -> Self {
        let texts = |side: &Side| -> BTreeMap<String, String> {
            let sources = side.programs.iter().flat_map(|it| it.sources.iter());
            sources.map(|(_, it)| (it.name.clone(), digest(&it.text))).collect()
        };
        let (was, is) = (texts(&from), texts(&to));
        let mut differ = BTreeMap::new();
        for name in was.keys().chain(is.keys()) {
            let word = match (was.get(name), is.get(name)) {
                (Some(was), Some(is)) if was == is => continue,
                (Some(_), Some(_)) => "changed",
                (Some(_), None) => "removed",
                (None, _) => "added",
            };
            differ.insert(name.clone(), word);
        }
        Comparison { customers, from, to, texts: differ }
    }

    /// The days, where they differ.
    pub(super) fn days(&self) -> Option<(Date, Date)> {
        let days = (self.from.given.as_of, self.to.given.as_of);
        (days.0 != days.1).then_some(days)
    }

    /// Whether nothing differs.
    pub(super) fn is_idle(&self) -> bool {
        self.texts.is_empty() && self.days().is_none()
    }

    /// Compares a customer. Whatever happens to one, the others do not see it.
    pub(super) fn outcome(&self, index: usize) -> Outcome {
        let customer = &self.customers.list[index];
        let done = catch_unwind(AssertUnwindSafe(|| self.look(index, customer)));
        let problem = match done {
            Ok(Ok(outcome)) => return outcome,
            Ok(Err(unreadable)) => unreadable.to_string(),
            Err(_) => "this is a bug of mimeo".to_owned(),
        };
        Outcome {
            index,
            standing: Standing::Unread,
            changes: Vec::new(),
            new: Vec::new(),
            gone: Vec::new(),
            problem: Some(problem),
        }
    }

    fn look(&self, index: usize, customer: &Customer) -> Result<Outcome, Unreadable> {
        let was = compiled(&self.from, customer, self.from.given.as_of)?;
        let is = compiled(&self.to, customer, self.to.given.as_of)?;
        let changes = match (&was.plan, &is.plan) {
            (Some(was), Some(is)) => {
                let changes = differences(was, is);
                let by_day = match self.days() {
                    Some((day, _)) if !self.texts.is_empty() && !changes.is_empty() => {
                        let between = compiled(&self.to, customer, day)?;
                        between.plan.map(|it| differences(&it, is))
                    }
                    Some(_) | None => None,
                };
                changes.into_iter().map(|it| self.told(it, by_day.as_deref())).collect()
            }
            (None | Some(_), None) | (None, Some(_)) => Vec::new(),
        };
        let (old, current) = (remarks(&was), remarks(&is));
        let new = only(&current, &old);
        let gone = only(&old, &current);
        let quiet = changes.is_empty() && new.is_empty() && gone.is_empty();
        let standing = match (was.plan.is_some(), is.plan.is_some()) {
            (true, true) if quiet => Standing::Same,
            (true, true) => Standing::Differs,
            (true, false) => Standing::Fails,
            (false, true) => Standing::Mended,
            (false, false) => Standing::Planless,
        };
        Ok(Outcome { index, standing, changes, new, gone, problem: None })
    }

    /// A difference with its cause. `by_day` are those that remain where only the day differs, if more does.
    fn told(&self, mut change: Change, by_day: Option<&[Change]>) -> Told {
        let file = change.at.rsplit(" at ").next().unwrap_or_default();
        let file = file.split(':').next().unwrap_or_default().to_owned();
        let texts = || match self.texts.keys().find(|it| **it == file) {
            Some(name) => vec![name.clone()],
            None => self.texts.keys().cloned().collect(),
        };
        let same = |it: &&Change| {
            (it.part, &it.name, &it.field) == (change.part, &change.name, &change.field)
        };
        let because = match (self.days().is_some(), by_day) {
            (false, _) => texts(),
            (true, _) if self.texts.is_empty() => vec![DAY.to_owned()],
            (true, Some(by_day)) => match by_day.iter().find(same) {
                Some(it) if it.what == change.what => vec![DAY.to_owned()],
                Some(_) => texts().into_iter().chain([DAY.to_owned()]).collect(),
                None => texts(),
            },
            // What there would be between the two has no plan, so nobody can tell.
            (true, None) => texts().into_iter().chain([DAY.to_owned()]).collect(),
        };
        // A place in a customer's own file is no place of the change.
        if !self.texts.contains_key(&file) {
            change.at.clear();
        }
        Told { change, because }
    }
}

fn compiled(side: &Side, customer: &Customer, as_of: Date) -> Result<Compiled, Unreadable> {
    let mut inputs = side.given.clone();
    inputs.script.clone_from(&side.scripts[customer.script]);
    inputs.values.extend(customer.values.iter().cloned());
    inputs.as_of = as_of;
    let mut compiled = compile::run(&Disk, &side.programs[customer.script], &inputs)?;
    compiled.assemble(as_of);
    Ok(compiled)
}

/// What differs in what will be done: neither where it is written nor what it was made from and when.
fn differences(was: &Plan, is: &Plan) -> Vec<Change> {
    let mut changes = diff::diff(was, is);
    changes.retain(|it| {
        let head =
            it.part == Part::Plan && matches!(it.name.as_str(), "as_of" | "made_by" | "format");
        let elsewhere = matches!(it.what, What::Origin { .. } | What::Shifted);
        !head && !elsewhere && it.part != Part::Inputs
    });
    changes
}

fn remarks(compiled: &Compiled) -> Vec<Remark> {
    let remark = |it: &Diagnostic| Remark {
        severity: it.severity(),
        code: it.code.name,
        message: it.message.clone(),
    };
    compiled.diagnostics.iter().map(remark).collect()
}

/// The remarks of one side that the other has not. Numbers are not compared: days that remain are fewer every day.
fn only(own: &[Remark], others: &[Remark]) -> Vec<Remark> {
    let key = |it: &Remark| {
        let message: String = it.message.chars().filter(|it| !it.is_ascii_digit()).collect();
        (it.code, message)
    };
    let known: BTreeSet<_> = others.iter().map(key).collect();
    let mut left: Vec<Remark> =
        own.iter().filter(|it| !known.contains(&key(it))).cloned().collect();
    left.sort();
    left.dedup();
    left
}

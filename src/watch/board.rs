//! What is shown: the findings with what became of them, and each customer's last good plan.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::compile::Compiled;
use crate::diagnostic::{Applicability, Diagnostic, Fix};
use crate::plan::diff::{Change, diff, summary};
use crate::plan::{Plan, visible};
use crate::watch::event::{Customer, Event, Standing};
use crate::watch::look::{Readings, Seen, Want, What};
use crate::watch::note::{self, Gravity, Key, Note};
use crate::watch::run::{Checked, Outcome};

/// What is shown.
#[derive(Debug, Default)]
pub struct Board {
    /// The number of the last run.
    pub run: u64,
    /// How long it took, from the change to the result.
    pub took: Duration,
    /// The customers, in their order.
    pub panels: Vec<Panel>,
    /// The findings of all customers, those of the same place once.
    pub items: Vec<Item>,
    /// The findings that the run before had, and this one has not.
    pub fixed: Vec<Note>,
    /// The findings that were there when the script could be run, and cannot be judged while it is broken.
    pub unjudged: Vec<Note>,
    /// The files that had changed.
    pub changed: Vec<String>,
    /// The files that are watched.
    pub watched: Vec<String>,
    /// Those of them that are not there.
    pub missing: Vec<String>,
    /// The folders from which no events come.
    pub polled: Vec<String>,
    /// What else there is to say, such as how a command ended.
    pub aside: Option<String>,
}

/// One customer.
#[derive(Debug)]
pub struct Panel {
    /// The last result.
    pub checked: Arc<Checked>,
    /// The last result with a plan, and the number of its run.
    pub good: Option<(Arc<Checked>, u64)>,
    /// What differs between the last good plan and the one before it, if the last run changed it.
    pub changes: Vec<Change>,
}

/// A finding, as it is shown.
#[derive(Debug)]
pub struct Item {
    /// The finding, with the customers it was found for where there are several.
    pub note: Note,
    /// Whether the run before did not have it.
    pub new: bool,
    /// Whether it was found in a script that could be run.
    judged: bool,
    /// The customer and the index among its findings where it can be looked up.
    at: (usize, usize),
}

impl Panel {
    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.checked.name
    }

    /// The last good plan.
    #[must_use]
    pub fn plan(&self) -> Option<&Plan> {
        self.good.as_ref().and_then(|(checked, _)| plan(checked))
    }

    /// What there is of a plan.
    #[must_use]
    pub fn standing(&self) -> Standing {
        match (plan(&self.checked), &self.good) {
            (Some(_), _) => Standing::Good,
            (None, Some(_)) => Standing::Stale,
            (None, None) => Standing::None,
        }
    }

    fn count(&self, gravity: Gravity) -> usize {
        self.checked.notes.iter().filter(|it| it.severity == gravity).count()
    }
}

fn plan(checked: &Checked) -> Option<&Plan> {
    checked.compiled.as_ref()?.plan.as_ref()
}

/// What a run was made for.
#[derive(Clone, Debug, Default)]
pub struct Cause {
    /// The files that had changed.
    pub changed: Vec<String>,
    /// From the change to the result.
    pub took: Duration,
    /// The folders from which no events come.
    pub polled: Vec<String>,
}

impl Board {
    /// Takes a result in; returns the customers that it brought a new plan for.
    pub fn take(&mut self, outcome: &Outcome, cause: Cause) -> Vec<Arc<Checked>> {
        self.run += 1;
        self.took = cause.took;
        self.changed = cause.changed;
        self.polled = cause.polled;
        (self.watched, self.missing) = files(&outcome.readings);
        let mut before = std::mem::take(&mut self.panels);
        let mut planned = Vec::new();
        for checked in &outcome.customers {
            let known = before.iter().position(|it| it.checked.name == checked.name);
            let mut panel = match known {
                Some(index) => before.swap_remove(index),
                None => Panel { checked: checked.clone(), good: None, changes: Vec::new() },
            };
            panel.changes.clear();
            if let Some(is) = plan(checked) {
                let was = panel.plan();
                if was.is_none_or(|it| it.seal != is.seal) {
                    let changes = was.map(|it| diff(it, is)).unwrap_or_default();
                    panel.changes = changes;
                    planned.push(checked.clone());
                }
                panel.good = Some((checked.clone(), self.run));
            }
            panel.checked = checked.clone();
            self.panels.push(panel);
        }
        let items = std::mem::take(&mut self.items);
        let before = items.into_iter().map(|it| (it.note, it.judged));
        let unjudged = std::mem::take(&mut self.unjudged).into_iter().map(|it| (it, true));
        let (was, judged): (Vec<Note>, Vec<bool>) = before.chain(unjudged).unzip();
        self.items = merged(&outcome.customers);
        let difference = note::compare(&was, &self.notes());
        for (item, new) in self.items.iter_mut().zip(difference.new) {
            item.new = new;
        }
        self.fixed.clear();
        for gone in difference.gone {
            let note = was[gone].clone();
            // What is not there because nothing could be judged is not mended.
            if judged[gone] && !is_judged(&note, &outcome.customers) {
                self.unjudged.push(note);
            } else {
                self.fixed.push(note);
            }
        }
        planned
    }

    /// The findings, without what became of them.
    #[must_use]
    pub fn notes(&self) -> Vec<Note> {
        self.items.iter().map(|it| it.note.clone()).collect()
    }

    /// How many findings are new.
    #[must_use]
    pub fn count_new(&self) -> usize {
        self.items.iter().filter(|it| it.new).count()
    }

    /// The finding itself and what it was found in; nothing for an input that cannot be read.
    #[must_use]
    pub fn finding(&self, item: &Item) -> Option<(&Checked, &Compiled, &Diagnostic)> {
        let checked = &self.panels.get(item.at.0)?.checked;
        let compiled = checked.compiled.as_ref()?;
        Some((checked, compiled, compiled.diagnostics.get(item.at.1)?))
    }

    /// The file that a finding is in.
    #[must_use]
    pub fn path(&self, item: &Item) -> Option<PathBuf> {
        let (checked, compiled, diagnostic) = self.finding(item)?;
        let paths = checked.inputs.paths(&compiled.sources);
        paths.into_iter().find(|(id, _)| *id == diagnostic.primary.source).map(|(_, path)| path)
    }

    /// The edit of a finding that needs no look.
    #[must_use]
    pub fn fix(&self, item: &Item) -> Option<&Fix> {
        let fix = self.finding(item)?.2.fix.as_ref();
        fix.filter(|it| it.applicability == Applicability::Always)
    }

    /// The place of a finding, by its key.
    #[must_use]
    pub fn position(&self, key: &Key) -> Option<usize> {
        self.items.iter().position(|it| it.note.key() == *key)
    }

    /// What the last run tells a program.
    #[must_use]
    pub fn event(&self) -> Event {
        let new = self.items.iter().filter(|it| it.new).map(|it| it.note.clone()).collect();
        Event::Run {
            run: self.run,
            milliseconds: milliseconds(self.took),
            changed: self.changed.clone(),
            customers: self.panels.iter().map(customer).collect(),
            new,
            fixed: self.fixed.clone(),
            same: self.items.len() - self.count_new(),
            unjudged: self.unjudged.len(),
            watched: self.watched.clone(),
            missing: self.missing.clone(),
            polled: self.polled.clone(),
        }
    }

    /// The last run in a line, and below it what is new.
    #[must_use]
    pub fn to_lines(&self) -> String {
        let notes = self.notes();
        let mut facts = vec![note::summary(&notes)];
        facts.push(self.plans());
        if self.run > 1 {
            facts.push(self.became());
        }
        if !self.missing.is_empty() {
            facts.push(format!("missing: {}", self.missing.join(", ")));
        }
        facts.push(format!("{:.1} ms", milliseconds(self.took)));
        let mut text = format!("run {}: {}\n", self.run, facts.join("; "));
        for item in self.items.iter().filter(|it| it.new) {
            text.push_str(&format!("  + {}{}\n", item.note.to_line(), of_customers(&item.note)));
        }
        for note in &self.fixed {
            text.push_str(&format!("  - {}\n", note.to_line()));
        }
        text
    }

    /// What became of the findings: "1 new, 2 fixed, 3 the same".
    #[must_use]
    pub fn became(&self) -> String {
        let new = self.count_new();
        let same = self.items.len() - new;
        let unjudged = match self.unjudged.len() {
            0 => String::new(),
            count => format!(", {count} not judged"),
        };
        format!("{new} new, {} fixed, {same} the same{unjudged}", self.fixed.len())
    }

    /// How it stands with the plans.
    #[must_use]
    pub fn plans(&self) -> String {
        let mut counts = [0; 3];
        for panel in &self.panels {
            counts[panel.standing() as usize] += 1;
        }
        let [good, stale, none] = counts;
        let changes: usize = self.panels.iter().map(|it| it.changes.len()).sum();
        let differs = match changes {
            0 => "no differences".to_owned(),
            1 => "1 difference".to_owned(),
            many => format!("{many} differences"),
        };
        if let [panel] = self.panels.as_slice() {
            return match (panel.standing(), &panel.good) {
                (Standing::Good, _) if self.run == 1 => "plan good".to_owned(),
                (Standing::Good, _) => format!("plan good, {}", summary(&panel.changes)),
                (Standing::Stale, Some((_, run))) => format!("the plan of run {run} stays"),
                (Standing::Stale | Standing::None, _) => "no plan yet".to_owned(),
            };
        }
        let mut facts = vec![format!("{good} of {} plans good", self.panels.len())];
        if stale > 0 {
            facts.push(format!("{stale} stay as they were"));
        }
        if none > 0 {
            facts.push(format!("{none} not made yet"));
        }
        if self.run > 1 {
            facts.push(differs);
        }
        facts.join(", ")
    }
}

/// Whether everyone that a finding was found for could be judged.
fn is_judged(note: &Note, customers: &[Arc<Checked>]) -> bool {
    let concerns = |it: &Checked| note.customers.is_empty() || note.customers.contains(&it.name);
    customers.iter().filter(|it| concerns(it)).all(|it| it.judged)
}

/// The customers of a finding, where there are several, for the end of a line.
#[must_use]
pub fn of_customers(note: &Note) -> String {
    match note.customers.as_slice() {
        [] => String::new(),
        few @ ([_] | [_, _] | [_, _, _]) => format!(" ({})", few.join(", ")),
        many => format!(" ({} customers)", many.len()),
    }
}

/// A time as a number of milliseconds, to the hundredth.
#[must_use]
pub fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 100_000.0).round() / 100.0
}

fn customer(panel: &Panel) -> Customer {
    Customer {
        name: panel.name().to_owned(),
        errors: panel.count(Gravity::Error),
        warnings: panel.count(Gravity::Warning),
        hints: panel.count(Gravity::Hint),
        plan: panel.standing(),
        seal: panel.plan().map(|it| it.seal.clone()),
        differences: panel.changes.len(),
    }
}

/// The findings of all customers in their order, those of the same place once.
fn merged(customers: &[Arc<Checked>]) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    let mut known: HashMap<(Key, u32, u32), usize> = HashMap::new();
    let several = customers.len() > 1;
    for (panel, checked) in customers.iter().enumerate() {
        for (index, note) in checked.notes.iter().enumerate() {
            let key = (note.key(), note.line, note.column);
            let at = *known.entry(key).or_insert_with(|| {
                items.push(Item {
                    note: note.clone(),
                    new: true,
                    judged: checked.judged,
                    at: (panel, index),
                });
                items.len() - 1
            });
            let names = &mut items[at].note.customers;
            if several && names.last() != Some(&checked.name) {
                names.push(checked.name.clone());
            }
        }
    }
    items
}

/// The names of the files that were read, and of those that are not there.
fn files(readings: &Readings) -> (Vec<String>, Vec<String>) {
    let base = std::path::absolute(".").unwrap_or_default();
    let name = |path: &Path| {
        // What Windows resolves has a prefix that nobody typed.
        let text = path.to_string_lossy();
        let plain = Path::new(text.strip_prefix(r"\\?\").unwrap_or(&text));
        let shown = plain.strip_prefix(&base).unwrap_or(plain).display().to_string();
        visible(&if cfg!(windows) { shown.replace('\\', "/") } else { shown }).into_owned()
    };
    let of_interest = |want: &Want, seen: &Seen| match want.what {
        What::Text { .. } | What::Names => true,
        // Where an import leads that has no file yet.
        What::Place => *seen == Seen::Missing,
        What::Stamp => *seen != Seen::Missing,
    };
    let mut watched = Vec::new();
    let mut missing = Vec::new();
    for (want, seen) in readings.iter().filter(|(want, seen)| of_interest(want, seen)) {
        let mut name = name(&want.path);
        if want.what == What::Names {
            name.push('/');
        }
        if !watched.contains(&name) {
            watched.push(name.clone());
        }
        if *seen == Seen::Missing && !missing.contains(&name) {
            missing.push(name);
        }
    }
    (watched, missing)
}

//! The answer of `mimeo impact`: for people what differs, with the customers whom it concerns; for programs every customer.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde_json::json;

use crate::cli::ExitStatus;
use crate::cli::impact::compare::{Comparison, Outcome, Remark, Standing};
use crate::cli::ui::Ui;
use crate::diagnostic::Severity;
use crate::plan::diff::{Colour, Part};
use crate::plan::visible;

/// The form of the answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Form {
    /// For people.
    Text(Colour),
    /// For programs.
    Json,
}

/// As many customers of a difference are named.
const NAMED: usize = 12;
/// As many values of one field are told.
const VALUES: usize = 6;
/// So much is put together before it goes out.
const PORTION: usize = 64 * 1024;

/// Customers of whom the same is to be said.
#[derive(Default)]
struct Who {
    first: usize,
    count: usize,
    names: Vec<String>,
}

impl Who {
    fn add(&mut self, index: usize, name: &str) {
        if self.count == 0 {
            self.first = index;
        }
        self.count += 1;
        if self.names.len() < NAMED {
            self.names.push(visible(name).into_owned());
        }
    }

    fn words(&self) -> String {
        let noun = if self.count == 1 { "customer" } else { "customers" };
        let more = match self.count - self.names.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        format!("{} {noun}: {}{more}", self.count, self.names.join(", "))
    }
}

/// The values of one field, by how they are told.
#[derive(Default)]
struct Field {
    values: BTreeMap<(String, String), Who>,
    /// Customers with other values than are kept.
    more: usize,
}

/// The answer so far.
pub(super) struct Summary<'a> {
    comparison: &'a Comparison<'a>,
    form: Form,
    ui: &'a Ui,
    pending: String,
    taken: usize,
    standings: BTreeMap<Standing, Who>,
    problems: Vec<(String, String)>,
    fields: BTreeMap<(Part, String, String), Field>,
    remarks: BTreeMap<(Severity, bool, Remark), Who>,
}

impl<'a> Summary<'a> {
    /// Begins an answer.
    pub(super) fn new(comparison: &'a Comparison<'a>, form: Form, ui: &'a Ui) -> Self {
        let mut summary = Summary {
            comparison,
            form,
            ui,
            pending: String::new(),
            taken: 0,
            standings: BTreeMap::new(),
            problems: Vec::new(),
            fields: BTreeMap::new(),
            remarks: BTreeMap::new(),
        };
        summary.begin();
        summary
    }

    fn begin(&mut self) {
        let comparison = self.comparison;
        let (from, to) = (&comparison.from.given, &comparison.to.given);
        match self.form {
            Form::Json => {
                let side = |root: Option<String>, day: jiff::civil::Date| json!({ "root": root, "as_of": day.to_string() });
                let root = |it: &crate::compile::Inputs| {
                    it.root.as_ref().map(|it| it.display().to_string())
                };
                let head = json!({
                    "version": 1,
                    "from": side(root(from), from.as_of),
                    "to": side(root(to), to.as_of),
                    "inputs": comparison.texts,
                })
                .to_string();
                let open = head.strip_suffix('}').expect("an object ends in a brace");
                self.pending = format!("{open},\"customers\":[");
            }
            Form::Text(_) => {
                for (name, word) in &comparison.texts {
                    self.pending.push_str(&format!("{} {word}\n", visible(name)));
                }
                if let Some((was, is)) = comparison.days() {
                    self.pending.push_str(&format!("the day {was} -> {is}\n"));
                }
                self.pending.push('\n');
            }
        }
    }

    /// Takes the next customer.
    pub(super) fn take(&mut self, outcome: Outcome) {
        let name = &self.comparison.customers.list[outcome.index].name;
        if self.form == Form::Json {
            self.object(name, &outcome);
        }
        self.taken += 1;
        self.standings.entry(outcome.standing).or_default().add(outcome.index, name);
        if self.form == Form::Json {
            return;
        }
        if let Some(problem) = outcome.problem {
            self.problems.push((name.clone(), problem));
        }
        for told in outcome.changes {
            let change = &told.change;
            let key = (change.part, change.name.clone(), change.field.clone());
            let field = self.fields.entry(key).or_default();
            let words = (change.words(Colour::None), told.because.join(", "));
            let full = field.values.len() >= VALUES;
            match field.values.entry(words) {
                Entry::Occupied(mut entry) => entry.get_mut().add(outcome.index, name),
                Entry::Vacant(_) if full => field.more += 1,
                Entry::Vacant(entry) => entry.insert(Who::default()).add(outcome.index, name),
            }
        }
        let new = outcome.new.into_iter().map(|it| (true, it));
        let gone = outcome.gone.into_iter().map(|it| (false, it));
        for (is_new, remark) in new.chain(gone) {
            let key = (remark.severity, !is_new, remark);
            self.remarks.entry(key).or_default().add(outcome.index, name);
        }
    }

    fn object(&mut self, name: &str, outcome: &Outcome) {
        let changes: Vec<_> = outcome
            .changes
            .iter()
            .map(|it| {
                let mut change = json!(it.change);
                change["because"] = json!(it.because);
                change
            })
            .collect();
        let remarks = |remarks: &[Remark]| -> Vec<_> {
            let remark = |it: &Remark| json!({ "code": it.code, "severity": it.severity.word(), "message": it.message });
            remarks.iter().map(remark).collect()
        };
        let object = json!({
            "customer": name,
            "standing": outcome.standing.word(),
            "problem": outcome.problem,
            "changes": changes,
            "findings": { "new": remarks(&outcome.new), "gone": remarks(&outcome.gone) },
        });
        let comma = if self.taken == 0 { "" } else { "," };
        self.pending.push_str(&format!("{comma}\n{object}"));
        if self.pending.len() > PORTION {
            self.flush();
        }
    }

    fn flush(&mut self) {
        self.ui.print(&self.pending);
        self.pending.clear();
    }

    /// Ends the answer, and tells how the program ends if differences count.
    pub(super) fn end(mut self) -> ExitStatus {
        let total = self.comparison.customers.list.len();
        match self.form {
            Form::Json => {
                let words = self.standings.iter().map(|(it, who)| (it.word(), who.count));
                let totals: BTreeMap<&str, usize> = words.collect();
                self.pending.push_str(&format!("],\"totals\":{}}}\n", json!(totals)));
            }
            Form::Text(colour) => self.text(colour),
        }
        self.flush();
        if self.taken < total {
            self.ui.talk(&format!("stopped: {} of {total} customers were looked at\n", self.taken));
            return ExitStatus::Interrupted;
        }
        let has = |standing| self.standings.contains_key(&standing);
        if has(Standing::Fails) {
            ExitStatus::Findings
        } else if has(Standing::Unread) {
            ExitStatus::Usage
        } else if has(Standing::Differs) || has(Standing::Mended) {
            ExitStatus::Differences
        } else {
            ExitStatus::Clean
        }
    }

    fn text(&mut self, colour: Colour) {
        let mut out = std::mem::take(&mut self.pending);
        let heading = |text: &str| format!("{}\n", paint(text, "1", colour));
        let standing = |standing: Standing| self.standings.get(&standing);
        if let Some(who) = standing(Standing::Fails) {
            out += &heading("no plan any more");
            out += &format!("  {}\n\n", paint(&who.words(), "31", colour));
        }
        if let Some(who) = standing(Standing::Mended) {
            out += &heading("a plan at last");
            out += &format!("  {}\n\n", who.words());
        }
        if !self.problems.is_empty() {
            out += &heading("not compared");
            for (name, problem) in &self.problems {
                out += &format!("  {}: {}\n", visible(name), visible(problem));
            }
            out.push('\n');
        }
        for (part, word) in [
            (Part::Plan, "plan"),
            (Part::Settings, "settings"),
            (Part::Pages, "pages"),
            (Part::Steps, "steps"),
        ] {
            let mut fields: Vec<_> = self.fields.iter().filter(|(key, _)| key.0 == part).collect();
            if fields.is_empty() {
                continue;
            }
            let weight = |field: &Field| {
                let told: usize = field.values.values().map(|it| it.count).sum();
                std::cmp::Reverse(told + field.more)
            };
            fields.sort_by_key(|(_, field)| weight(field));
            out += &heading(word);
            for (_, field) in fields {
                out += &told(field, colour);
            }
            out.push('\n');
        }
        if !self.remarks.is_empty() {
            out += &heading("findings");
            let mut remarks: Vec<_> = self.remarks.iter().collect();
            remarks.sort_by_key(|((severity, gone, _), who)| {
                (*severity, *gone, std::cmp::Reverse(who.count), who.first)
            });
            for ((severity, gone, remark), who) in remarks {
                let (sign, sgr) = if *gone { ("-", "32") } else { ("+", "31") };
                let word = format!("{}[{}]", severity.word(), remark.code);
                let sign = paint(sign, sgr, colour);
                out += &format!("  {sign} {word} {}\n", visible(&remark.message));
                out += &format!("      {}\n", paint(&who.words(), "2", colour));
            }
            out.push('\n');
        }
        let counts = self.standings.iter().map(|(standing, who)| {
            let word = match standing {
                Standing::Same => "as before",
                Standing::Differs => "with differences",
                Standing::Mended => "with a plan at last",
                Standing::Planless => "without a plan either way",
                Standing::Fails => "without a plan any more",
                Standing::Unread => "not compared",
            };
            format!("{} {word}", who.count)
        });
        let counts: Vec<String> = counts.collect();
        let noun = if self.taken == 1 { "customer" } else { "customers" };
        out += &format!("{} {noun}: {}\n", self.taken, counts.join(", "));
        self.pending = out;
    }
}

/// A field with its values, those of most customers first.
fn told(field: &Field, colour: Colour) -> String {
    let mut out = String::new();
    let mut values: Vec<_> = field.values.iter().collect();
    values.sort_by_key(|(_, who)| (std::cmp::Reverse(who.count), who.first));
    for ((words, because), who) in values {
        for line in words.lines() {
            out += &format!("  {line}\n");
        }
        let more = format!("{}; because of {because}", who.words());
        out += &format!("      {}\n", paint(&visible(&more), "2", colour));
    }
    if field.more > 0 {
        let noun = if field.more == 1 { "customer" } else { "customers" };
        let more = format!("{} more {noun} with other values; `--json` tells all", field.more);
        out += &format!("      {}\n", paint(&more, "2", colour));
    }
    out
}

fn paint(text: &str, sgr: &str, colour: Colour) -> String {
    match colour {
        Colour::None => text.to_owned(),
        Colour::Ansi => format!("\u{1b}[{sgr}m{text}\u{1b}[0m"),
    }
}

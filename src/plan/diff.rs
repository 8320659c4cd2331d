//! What differs between two plans, by the names that people know: settings, steps and their fields, inputs, pages, dates.
//!
//! Steps and pages are compared in the form of their file, so that a new kind of operation is compared without a word
//! here. Of a secret there is only its name, as in the plans themselves.

mod compare;

use std::fmt::Write;

use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::plan::diff::compare::{Pair, fields, is_value, pairs, same_ends};
use crate::plan::op::Value;
use crate::plan::{
    From, Input, Page, Place, Plan, Setting, Step, Trace, TraceValue, seal, visible,
};

/// One difference.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Change {
    /// The part of the plan.
    pub part: Part,
    /// The name of the setting, input or step, the number of the page, or the field of the plan.
    pub name: String,
    /// What the wizard calls it, or its title; may be empty.
    pub label: String,
    /// The field of it, as a path of keys and indices; empty for the thing itself.
    pub field: String,
    /// Where it is said in the second plan, or was said in the first if it is gone; may be empty.
    pub at: String,
    /// What differs.
    #[serde(flatten)]
    pub what: What,
}

/// A part of a plan.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// What stands at its head: title, dates, option.
    Plan,
    /// What it was made from.
    Inputs,
    /// Its values.
    Settings,
    /// The pages of the wizard.
    Pages,
    /// What is done.
    Steps,
}

impl Part {
    fn word(self) -> &'static str {
        match self {
            Part::Plan => "plan",
            Part::Inputs => "inputs",
            Part::Settings => "settings",
            Part::Pages => "pages",
            Part::Steps => "steps",
        }
    }
}

/// What differs. Values stand in the form of the plan's file.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum What {
    /// Only the second plan has it.
    Added {
        /// What it is.
        is: Json,
    },
    /// Only the first plan has it.
    Removed {
        /// What it was.
        was: Json,
    },
    /// Both have it, and it is not the same.
    Changed {
        /// What it was.
        was: Json,
        /// What it is.
        is: Json,
    },
    /// The same, standing elsewhere among its like.
    Moved {
        /// What stood before it in the first plan; none if it was the first.
        was: Option<String>,
        /// What stands before it in the second plan; none if it is the first.
        is: Option<String>,
    },
    /// The same, but it comes from elsewhere.
    Origin {
        /// Where it came from.
        was: String,
        /// Where it comes from.
        is: String,
    },
    /// The same, said at another line or column of the same files.
    Shifted,
}

/// Compares two plans; the differences in the order of the second one. Nothing is left out but the seals: they differ
/// exactly if something else does.
#[must_use]
pub fn diff(was: &Plan, is: &Plan) -> Vec<Change> {
    let mut changes = Vec::new();
    heads(was, is, &mut changes);
    inputs(&was.inputs, &is.inputs, &mut changes);
    settings(&was.settings, &is.settings, &mut changes);
    pages(&was.pages, &is.pages, &mut changes);
    steps(&was.steps, &is.steps, &mut changes);
    changes
}

/// The differences as JSON for programs.
#[must_use]
pub fn to_json(changes: &[Change]) -> String {
    seal::pretty(&json!({ "version": 1, "changes": changes }))
}

/// Whether a text may be coloured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Colour {
    /// Not at all.
    None,
    /// With the escape sequences of a terminal.
    Ansi,
}

/// The differences as text for people, by part, each line ended.
#[must_use]
pub fn to_text(changes: &[Change], colour: Colour) -> String {
    let mut out = String::new();
    for part in [Part::Plan, Part::Inputs, Part::Settings, Part::Pages, Part::Steps] {
        let changes: Vec<&Change> = changes.iter().filter(|it| it.part == part).collect();
        if changes.is_empty() {
            continue;
        }
        let _ = writeln!(out, "{}", paint(part.word(), "1", colour));
        let (shifted, told): (Vec<&Change>, Vec<&Change>) =
            changes.into_iter().partition(|it| it.what == What::Shifted);
        // Between two customers of one template everything comes from elsewhere, which would bury what matters.
        let (elsewhere, mut told): (Vec<&Change>, Vec<&Change>) =
            told.into_iter().partition(|it| matches!(it.what, What::Origin { .. }));
        let few = elsewhere.len() <= FEW;
        if few {
            told.extend(&elsewhere);
        }
        let width = told.iter().map(|it| it.name().chars().count()).max().unwrap_or(0);
        let mut parent = None;
        for change in told {
            let known = parent.replace(&change.name) == Some(&change.name);
            if change.is_below() && !known {
                let name = format!("{}  {}", visible(&change.name), visible(&change.label));
                let _ = writeln!(out, "  {} {}", paint("~", "33", colour), name.trim_end());
            }
            change.tell(width.min(WIDEST), colour, &mut out);
        }
        if !few {
            let told = format!("= {} the same, from elsewhere", elsewhere.len());
            let _ = writeln!(out, "  {}", paint(&told, "2", colour));
        }
        if !shifted.is_empty() {
            let told = format!("= {} said at other places of the same files", shifted.len());
            let _ = writeln!(out, "  {}", paint(&told, "2", colour));
        }
        out.push('\n');
    }
    let _ = writeln!(out, "{}", summary(changes));
    out
}

/// How many differences there are of each kind: "2 changed, 1 added", or "no differences".
#[must_use]
pub fn summary(changes: &[Change]) -> String {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for change in changes {
        let word = change.what.word();
        match counts.iter_mut().find(|(it, _)| *it == word) {
            Some((_, count)) => *count += 1,
            None => counts.push((word, 1)),
        }
    }
    let counts: Vec<String> =
        counts.iter().map(|(word, count)| format!("{count} {word}")).collect();
    if counts.is_empty() { "no differences".to_owned() } else { counts.join(", ") }
}

/// Names are aligned up to this width.
const WIDEST: usize = 52;

/// As many origins of a part are told one by one; [`to_json`] tells all.
const FEW: usize = 8;

impl What {
    fn word(&self) -> &'static str {
        match self {
            What::Added { .. } => "added",
            What::Removed { .. } => "removed",
            What::Changed { .. } => "changed",
            What::Moved { .. } => "moved",
            What::Origin { .. } => "from elsewhere",
            What::Shifted => "shifted",
        }
    }

    fn sign(&self) -> (&'static str, &'static str) {
        match self {
            What::Added { .. } => ("+", "32"),
            What::Removed { .. } => ("-", "31"),
            What::Changed { .. } => ("~", "33"),
            What::Moved { .. } => (">", "36"),
            What::Origin { .. } | What::Shifted => ("=", "2"),
        }
    }
}

impl Change {
    /// The difference on its own as text for people: a line, and more where a text of several lines differs.
    #[must_use]
    pub fn words(&self, colour: Colour) -> String {
        let (sign, sgr) = self.what.sign();
        let field = format!("{} {}", visible(&self.name), visible(&self.field));
        let (text, block) = self.text(colour);
        let mut out = format!("{} {}  {text}", paint(sign, sgr, colour), field.trim_end());
        for (sign, line) in block {
            let _ = write!(out, "\n    {sign} {}", visible(line));
        }
        out
    }

    /// Whether it is told below the step or page that it belongs to.
    fn is_below(&self) -> bool {
        !self.field.is_empty() && matches!(self.part, Part::Steps | Part::Pages)
    }

    fn name(&self) -> String {
        if self.is_below() {
            format!("    {}", visible(&self.field))
        } else if self.field.is_empty() {
            visible(&self.name).into_owned()
        } else {
            format!("{} {}", visible(&self.name), visible(&self.field))
        }
    }

    fn tell(&self, width: usize, colour: Colour, out: &mut String) {
        let (sign, sgr) = self.what.sign();
        let (text, block) = self.text(colour);
        let name = self.name();
        let indent = name.len() - name.trim_start().len();
        let line = format!("{:<1$}  {text}", name.trim_start(), width.saturating_sub(indent));
        let _ = writeln!(out, "  {:indent$}{} {}", "", paint(sign, sgr, colour), line.trim_end());
        for (sign, line) in block {
            let sgr = if sign == '+' { "32" } else { "31" };
            let line = paint(&format!("{sign} {}", visible(line)), sgr, colour);
            let _ = writeln!(out, "      {:indent$}{line}", "");
        }
    }

    /// What differs, and the lines of it where a text has several.
    fn text(&self, colour: Colour) -> (String, Vec<(char, &str)>) {
        let whole = self.field.is_empty() && self.part != Part::Settings && self.part != Part::Plan;
        let mut block = Vec::new();
        let mut text = match &self.what {
            // A whole step or page is too much for a line, and an input is a digest.
            What::Added { .. } | What::Removed { .. } if whole => visible(&self.label).into_owned(),
            What::Changed { .. } if whole => "another text".to_owned(),
            What::Added { is: it } | What::Removed { was: it } => words(it),
            What::Changed { was, is } => {
                if let (Some(was), Some(is)) = (was.as_str(), is.as_str())
                    && (was.contains('\n') || is.contains('\n'))
                {
                    block = lines(was, is);
                }
                if block.is_empty() { change_words(was, is) } else { String::new() }
            }
            What::Moved { was, is } => {
                format!("{} -> {}", behind(was.as_ref()), behind(is.as_ref()))
            }
            What::Origin { was, is } => format!("the same; {} -> {}", visible(was), visible(is)),
            What::Shifted => String::new(),
        };
        let told = matches!(self.what, What::Origin { .. });
        let is_placed = self.part == Part::Settings && self.field.is_empty() && !told;
        if is_placed && !self.at.is_empty() {
            let at = format!("  ({})", visible(&self.at));
            text += &paint(&at, "2", colour);
        }
        (text, block)
    }
}

fn behind(step: Option<&String>) -> String {
    step.map_or_else(|| "first".to_owned(), |it| format!("after `{}`", visible(it)))
}

fn paint(text: &str, sgr: &str, colour: Colour) -> String {
    match colour {
        Colour::None => text.to_owned(),
        Colour::Ansi => format!("\u{1B}[{sgr}m{text}\u{1B}[0m"),
    }
}

/// What was and what is, told apart: the number 1 from the text, and a line end from none.
fn change_words(was: &Json, is: &Json) -> String {
    let exact = |it: &Json| visible(&it.to_string()).into_owned();
    let (mut from, mut to) = (words(was), words(is));
    if from == to {
        (from, to) = (exact(was), exact(is));
    }
    format!("{from} -> {to}")
}

/// A value on one line.
fn words(json: &Json) -> String {
    let quote = |text: &str| {
        let plain = !text.is_empty() && text.trim() == text;
        if plain { visible(text).into_owned() } else { format!("\"{}\"", visible(text)) }
    };
    if is_value(json)
        && let Ok(value) = serde_json::from_value::<Value>(json.clone())
    {
        return quote(&value.to_string());
    }
    match json {
        Json::String(text) => quote(text),
        Json::Null | Json::Bool(_) | Json::Number(_) => json.to_string(),
        Json::Array(items) if items.is_empty() => "nothing".to_owned(),
        Json::Object(fields) if fields.is_empty() => "nothing".to_owned(),
        Json::Array(items) => items.iter().map(nested).collect::<Vec<_>>().join(", "),
        Json::Object(fields) => {
            let field =
                |(key, value): (&String, &Json)| format!("{}: {}", visible(key), nested(value));
            fields.iter().map(field).collect::<Vec<_>>().join(", ")
        }
    }
}

/// A value inside another.
fn nested(json: &Json) -> String {
    match json {
        Json::Array(_) => format!("[{}]", words(json)),
        Json::Object(_) if !is_value(json) => format!("{{{}}}", words(json)),
        Json::Object(_) | Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {
            words(json)
        }
    }
}

/// The lines that differ, without those at the start and the end that do not.
fn lines<'a>(was: &'a str, is: &'a str) -> Vec<(char, &'a str)> {
    let (was, is): (Vec<&str>, Vec<&str>) = (was.lines().collect(), is.lines().collect());
    let (start, end) = same_ends(&was, &is);
    let gone = was[start..was.len() - end].iter().map(|it| ('-', *it));
    let new = is[start..is.len() - end].iter().map(|it| ('+', *it));
    gone.chain(new).collect()
}

fn heads(was: &Plan, is: &Plan, changes: &mut Vec<Change>) {
    let head = |it: &Plan| {
        there(json!({
            "format": it.format, "made_by": it.made_by, "title": it.title, "as_of": it.as_of,
            "ends": it.ends, "option": it.option,
        }))
    };
    for (path, what) in fields(&head(was), &head(is)) {
        changes.push(change(Part::Plan, path, "", String::new(), what));
    }
}

fn inputs(was: &[Input], is: &[Input], changes: &mut Vec<Change>) {
    let kind = |it: &Input| words(&json!(it.kind));
    for Pair { was, is, moved } in pairs(was, is, |it| format!("{} {}", kind(it), it.name)) {
        let Some(it) = is.or(was) else { continue };
        let digest = |it: Option<&Input>| json!(it.map(|it| &it.sha256));
        let found = fields(&digest(was), &digest(is)).into_iter().map(|(_, what)| what);
        for what in moved.into_iter().chain(found) {
            changes.push(change(Part::Inputs, it.name.clone(), &kind(it), String::new(), what));
        }
    }
}

fn settings(was: &[Setting], is: &[Setting], changes: &mut Vec<Change>) {
    let rest = |it: &Setting| {
        let (label, page, format, entry) = (&it.label, it.page, &it.format, &it.entry);
        there(json!({ "label": label, "page": page, "format": format, "entry": entry }))
    };
    for Pair { was, is, moved } in pairs(was, is, |it| it.name.clone()) {
        let Some(it) = is.or(was) else { continue };
        let mut push = |field, what| {
            let mut change = change(Part::Settings, it.name.clone(), &it.label, field, what);
            change.at = words_of(&it.from);
            changes.push(change);
        };
        if let Some(what) = moved {
            push(String::new(), what);
        }
        match (was, is) {
            (Some(was), Some(is)) => {
                if was.value != is.value {
                    let (was, is) = (json!(was.value), json!(is.value));
                    push(String::new(), What::Changed { was, is });
                } else if was.from != is.from {
                    push(String::new(), origin(&was.from, &is.from));
                }
                let same = (&was.label, was.page, &was.format, &was.entry)
                    == (&is.label, is.page, &is.format, &is.entry);
                if !same {
                    for (field, what) in fields(&rest(was), &rest(is)) {
                        push(field, what);
                    }
                }
            }
            (None, Some(is)) => push(String::new(), What::Added { is: json!(is.value) }),
            (Some(was), None) => push(String::new(), What::Removed { was: json!(was.value) }),
            (None, None) => {}
        }
    }
}

fn pages(was: &[Page], is: &[Page], changes: &mut Vec<Change>) {
    for Pair { was, is, moved } in pairs(was, is, |it| it.number.to_string()) {
        let Some(it) = is.or(was) else { continue };
        let moved = moved.into_iter().map(|what| (String::new(), what));
        let found = if was == is { Vec::new() } else { fields(&json!(was), &json!(is)) };
        for (field, what) in moved.chain(found) {
            changes.push(change(Part::Pages, it.number.to_string(), &it.title, field, what));
        }
    }
}

fn steps(was: &[Step], is: &[Step], changes: &mut Vec<Change>) {
    let rest = |it: &Step| {
        let mut json = json!(it);
        if let Json::Object(fields) = &mut json {
            fields.remove("from");
        }
        json
    };
    for Pair { was, is, moved } in pairs(was, is, |it| it.id.clone()) {
        let Some(it) = is.or(was) else { continue };
        let same = was.zip(is).is_some_and(|(was, is)| does_the_same(was, is));
        let mut found =
            if same { Vec::new() } else { fields(&json!(was.map(rest)), &json!(is.map(rest))) };
        if let (Some(was), Some(is)) = (was, is)
            && was.from != is.from
        {
            let said = |it: &Step| From::Said(Box::new(it.from.clone()));
            let what = origin(&said(was), &said(is));
            // That a line has moved is not worth a word beside what has changed.
            if found.is_empty() || what != What::Shifted {
                found.push((String::new(), what));
            }
        }
        let moved = moved.into_iter().map(|what| (String::new(), what));
        for (field, what) in moved.chain(found) {
            let change = change(Part::Steps, it.id.clone(), &it.title, field, what);
            changes.push(Change { at: place(&it.from), ..change });
        }
    }
}

/// Whether two steps differ at most in where they come from. Data is told apart much faster than its JSON.
fn does_the_same(was: &Step, is: &Step) -> bool {
    let Step { id, title, kind, after, probe, ops, gives, rights, undo, from: _ } = was;
    (id, title, kind, after, probe) == (&is.id, &is.title, &is.kind, &is.after, &is.probe)
        && (ops, gives, rights, undo) == (&is.ops, &is.gives, &is.rights, &is.undo)
}

/// The fields that are there: one of ours that is nothing is left out.
fn there(mut fields: Json) -> Json {
    if let Json::Object(fields) = &mut fields {
        fields.retain(|_, value| !value.is_null());
    }
    fields
}

fn change(part: Part, name: String, label: &str, field: String, what: What) -> Change {
    Change { part, name, label: label.to_owned(), field, at: String::new(), what }
}

fn origin(was: &From, is: &From) -> What {
    if placeless(was) == placeless(is) {
        What::Shifted
    } else {
        What::Origin { was: words_of(was), is: words_of(is) }
    }
}

/// An origin without lines and columns.
fn placeless(from: &From) -> From {
    fn clear(place: &mut Place) {
        (place.line, place.column, place.end_line, place.end_column) = (0, 0, 0, 0);
    }
    fn clear_value(value: &mut TraceValue) {
        clear(&mut value.at);
        value.overridden.iter_mut().for_each(clear);
    }
    let mut from = from.clone();
    if let From::Said(trace) | From::Follows { trace, .. } = &mut from {
        clear(&mut trace.at);
        trace.value.iter_mut().chain(&mut trace.parts).for_each(clear_value);
        trace.via.iter_mut().for_each(|it| clear(&mut it.at));
    }
    from
}

fn words_of(from: &From) -> String {
    match from {
        From::Said(trace) => place(trace),
        From::Default(because) => because.clone(),
        From::Follows { because, trace } => format!("{because}, {}", place(trace)),
    }
}

/// Where the value was written if that is known, else the argument.
fn place(trace: &Trace) -> String {
    match &trace.value {
        Some(TraceValue { parameter: Some(parameter), at, .. }) => format!("{parameter} at {at}"),
        Some(TraceValue { parameter: None, at, .. }) => at.to_string(),
        None => trace.at.to_string(),
    }
}

//! One case: the template is compiled with what the case gives, and held against what it expects.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::Date;

use crate::compile::{self, Compiled, Inputs};
use crate::diagnostic::{Code, Diagnostic, Severity, nearest};
use crate::model::Declared;
use crate::model::format::{Format, Text};
use crate::plan::diff::{self, Change, Colour, Part, What};
use crate::plan::op::{Literal, Value};
use crate::plan::{From, Place, Plan};
use crate::script::Program;
use crate::script::faults::SCRIPT_THROWN;
use crate::script::suite::{Case, Expectation};
use crate::source::files::{Files, ReadError};
use crate::source::{Caller, Sources, Span, Spot};
use crate::subject::{STEPS, SUBJECTS, is_step};
use crate::trial::{
    Given, TEST_DAY, TEST_FIELD, TEST_FINDING, TEST_NAME, TEST_PLAN, TEST_STEP, TEST_UNEXPECTED,
    TEST_UNREADABLE, Trial, inside,
};

/// The most bytes of a plan's file.
const MOST_BYTES: u64 = 16 << 20;
/// So many differences of a plan are told with the finding.
const MOST_CHANGES: usize = 8;

/// What became of a case.
#[derive(Debug)]
pub struct Verdict {
    /// The texts of the tests, of the template and of the values.
    pub sources: Sources,
    /// What is not as expected; a case without is passed.
    pub findings: Vec<Diagnostic>,
    /// The plans that differ from their files, or have none yet.
    pub plans: Vec<(PathBuf, String)>,
}

/// What a compilation is made from in a case; nothing where the case cannot be compiled, with the reasons.
pub(super) fn inputs(
    files: &dyn Files,
    trial: &Trial,
    case: &Case,
    given: &Given,
    as_of: Date,
) -> Result<Inputs, Vec<Diagnostic>> {
    let mut wrong = Vec::new();
    let mut inputs = Inputs::new(&trial.template, as_of);
    inputs.root.clone_from(&given.imports);
    for path in &case.values {
        match inside(files, &trial.path, path, given) {
            Ok(path) => inputs.values.push(path),
            Err(diagnostic) => wrong.push(*diagnostic),
        }
    }
    let text = |it: &Literal| match it {
        Literal::Text(text) => text.clone(),
        Literal::Number(number) => number.to_string(),
        Literal::Flag(flag) => flag.to_string(),
        Literal::List(texts) => texts.join(", "),
    };
    let settings = case.settings.iter();
    inputs.settings = settings.map(|(name, it)| (name.text(), text(it))).collect();
    if let Some(day) = &case.as_of {
        match day.value.text().parse() {
            Ok(day) => inputs.as_of = day,
            Err(_) => {
                let message = format!("`{}` is no day", day.value.text());
                let mut diagnostic = Diagnostic::about(&TEST_DAY, &day.origin, message);
                diagnostic.label("not a day of the calendar");
                diagnostic.help("write it as YYYY-MM-DD, such as `2026-11-23`");
                wrong.push(diagnostic);
            }
        }
    }
    if wrong.is_empty() { Ok(inputs) } else { Err(wrong) }
}

/// Judges one case. Call it on [`crate::script::on_deep_stack`].
#[must_use]
pub fn judge(
    files: &dyn Files,
    trial: &Trial,
    program: &Arc<Program>,
    case: &Case,
    given: &Given,
    as_of: Date,
) -> Verdict {
    let mut verdict =
        Verdict { sources: trial.sources.clone(), findings: Vec::new(), plans: Vec::new() };
    let inputs = match inputs(files, trial, case, given, as_of) {
        Ok(inputs) => inputs,
        Err(wrong) => {
            verdict.findings = wrong;
            return verdict;
        }
    };
    let mut compiled = match compile::run(files, program, &inputs) {
        Ok(compiled) => compiled,
        Err(error) => {
            let said = inputs.values.iter().position(|it| *it == error.path);
            let at = said.map_or(case.origin.call, |it| case.values[it].origin.blame());
            let message = format!("the {} cannot be read: {}", error.what, error.error);
            let mut diagnostic = Diagnostic::new(&TEST_UNREADABLE, at, message);
            diagnostic.label(error.path.display().to_string());
            diagnostic.help("check the path, which is relative to this file");
            verdict.findings.push(diagnostic);
            return verdict;
        }
    };
    compiled.assemble(inputs.as_of);
    let by = verdict.sources.append(std::mem::take(&mut compiled.sources));
    let Compiled { diagnostics, plan, .. } = compiled;
    let found: Vec<Diagnostic> = diagnostics.into_iter().map(|it| it.moved(by)).collect();
    let mut judge = Judge { files, trial, case, given, by, found, plan, verdict };
    judge.findings();
    judge.plan();
    let mut verdict = judge.verdict;
    let veiled = verdict.sources.veiled();
    for it in &mut verdict.findings {
        it.cover(&veiled);
    }
    verdict
}

struct Judge<'a> {
    files: &'a dyn Files,
    trial: &'a Trial,
    case: &'a Case,
    given: &'a Given,
    /// How many sources stand before those of the compilation.
    by: u32,
    found: Vec<Diagnostic>,
    plan: Option<Plan>,
    verdict: Verdict,
}

impl Judge<'_> {
    fn report(&mut self, diagnostic: Diagnostic) {
        self.verdict.findings.push(diagnostic);
    }

    fn findings(&mut self) {
        let mut expected = vec![false; self.found.len()];
        let mut strict = None;
        for expectation in &self.case.expectations {
            match expectation {
                Expectation::Finding(code, place) => {
                    self.finding(code, place.as_ref(), &mut expected);
                }
                Expectation::Thrown(message) => self.thrown(message, &mut expected),
                Expectation::NoWarnings(origin) => strict = Some(origin),
                Expectation::Field(..)
                | Expectation::NoField(_)
                | Expectation::Step(_)
                | Expectation::NoStep(_)
                | Expectation::Plan(_) => {}
            }
        }
        let origin = strict.unwrap_or(&self.case.origin);
        let unexpected = self.found.iter().zip(expected).filter(|(it, expected)| {
            !expected
                && it.severity()
                    <= if strict.is_some() { Severity::Warning } else { Severity::Error }
        });
        let told = unexpected.map(|(it, _)| {
            let word = it.severity().word();
            let message = format!("unexpected {word} `{}`: {}", it.code.name, it.message);
            let mut diagnostic = Diagnostic::new(&TEST_UNEXPECTED, it.primary, message);
            diagnostic.label(it.label.clone());
            for label in &it.labels {
                diagnostic.relate(label.span, label.text.clone());
            }
            diagnostic.relate(origin.call, "this case does not expect it");
            for Caller { function, span } in &origin.via {
                diagnostic.relate(*span, format!("in `{function}`, called from here"));
            }
            for help in &it.help {
                diagnostic.help(help.clone());
            }
            diagnostic
        });
        let told: Vec<_> = told.collect();
        self.verdict.findings.extend(told);
    }

    fn finding(
        &mut self,
        code: &Declared<Text>,
        place: Option<&Declared<Text>>,
        expected: &mut [bool],
    ) {
        let name = code.value.text();
        let codes: Vec<&Code> = compile::catalogue();
        if codes.iter().all(|it| it.name != name) {
            self.unknown(
                "code",
                code,
                codes.iter().map(|it| it.name),
                "`mimeo explain` lists them",
            );
            return;
        }
        let like: Vec<usize> =
            (0..self.found.len()).filter(|it| self.found[*it].code.name == name).collect();
        let sources = &self.verdict.sources;
        let fits = |it: &usize| {
            place.is_none_or(|place| is_at(sources, self.found[*it].primary, &place.value.text()))
        };
        let matched: Vec<usize> = like.iter().copied().filter(fits).collect();
        for index in &matched {
            expected[*index] = true;
        }
        if !matched.is_empty() {
            return;
        }
        let mut diagnostic = match (like.first(), place) {
            (Some(first), Some(place)) => {
                let at = self.found[*first].primary;
                let message = format!(
                    "`{name}` is at {}, not at `{}`",
                    sources.place(at),
                    place.value.text()
                );
                let mut diagnostic = Diagnostic::about(&TEST_FINDING, &place.origin, message);
                diagnostic.relate(at, self.found[*first].message.clone());
                // It is told here already.
                for index in &like {
                    expected[*index] = true;
                }
                diagnostic
            }
            _ => {
                let message = format!("`{name}` is not found");
                Diagnostic::about(&TEST_FINDING, &code.origin, message)
            }
        };
        diagnostic.label("expected here");
        let grave = self.found.iter().filter(|it| it.severity() != Severity::Hint);
        let mut others: Vec<&str> = grave.map(|it| it.code.name).collect();
        others.dedup();
        if like.is_empty() {
            diagnostic.help(match others.as_slice() {
                [] => "these values bring neither an error nor a warning".to_owned(),
                names => format!("these values bring `{}`", names.join("`, `")),
            });
        } else {
            diagnostic.help("correct the place, or leave it out");
        }
        self.report(diagnostic);
    }

    fn thrown(&mut self, message: &Declared<Text>, expected: &mut [bool]) {
        let part = message.value.text();
        let thrown = |it: &Diagnostic| std::ptr::eq(it.code, &raw const SCRIPT_THROWN);
        let mut is_there = false;
        for (found, expected) in self.found.iter().zip(expected) {
            if thrown(found) && found.message.contains(&part) {
                *expected = true;
                is_there = true;
            }
        }
        if is_there {
            return;
        }
        let told = format!("no message with `{part}` is thrown");
        let mut diagnostic = Diagnostic::about(&TEST_FINDING, &message.origin, told);
        diagnostic.label("expected here");
        if !self.found.iter().any(thrown) {
            diagnostic.help("nothing is thrown with these values");
        }
        self.report(diagnostic);
    }

    /// Tells of a name that nothing has.
    fn unknown<'n>(
        &mut self,
        what: &str,
        said: &Declared<Text>,
        known: impl Iterator<Item = &'n str>,
        otherwise: &str,
    ) {
        let name = said.value.text();
        let message = format!("there is no {what} `{name}`");
        let mut diagnostic = Diagnostic::about(&TEST_NAME, &said.origin, message);
        diagnostic.label(format!("no {what}"));
        match nearest(&name, known) {
            Some(meant) => diagnostic.help(format!("did you mean `{meant}`?")),
            None => diagnostic.help(otherwise),
        };
        self.report(diagnostic);
    }

    fn plan(&mut self) {
        // Without a plan everything that is expected of it only follows, unless the errors are expected.
        let Some(plan) = self.plan.take() else {
            if self.verdict.findings.is_empty() {
                self.no_plan();
            }
            return;
        };
        for expectation in &self.case.expectations {
            match expectation {
                Expectation::Field(name, value) => self.field(&plan, name, value),
                Expectation::NoField(name) => self.no_field(&plan, name),
                Expectation::Step(id) => self.step(&plan, id),
                Expectation::NoStep(id) => self.no_step(&plan, id),
                Expectation::Plan(path) => self.golden(&plan, path),
                Expectation::Finding(..) | Expectation::Thrown(_) | Expectation::NoWarnings(_) => {}
            }
        }
    }

    fn no_plan(&mut self) {
        for expectation in &self.case.expectations {
            let said = match expectation {
                Expectation::Field(name, _) => name,
                Expectation::Step(it) | Expectation::Plan(it) => it,
                Expectation::NoField(_)
                | Expectation::NoStep(_)
                | Expectation::Finding(..)
                | Expectation::Thrown(_)
                | Expectation::NoWarnings(_) => continue,
            };
            let message = "there is no plan, since the case has an error";
            let mut diagnostic = Diagnostic::about(&TEST_FIELD, &said.origin, message);
            diagnostic.label("expected of a plan");
            diagnostic.help("expect either the error or the plan");
            self.verdict.findings.push(diagnostic);
            return;
        }
    }

    fn field(&mut self, plan: &Plan, name: &Declared<Text>, expected: &Declared<Literal>) {
        let wanted = name.value.text();
        let head = match wanted.as_str() {
            "option" => Some(plan.option.as_deref()),
            "ends" => Some(plan.ends.as_ref().map(|it| it.date.as_str())),
            _ => None,
        };
        if let Some(head) = head {
            let value = head.map(|it| Literal::Text(it.to_owned()));
            if value.as_ref() != Some(&expected.value) {
                let is = value.as_ref().map_or("not said".to_owned(), words);
                let message = format!("`{wanted}` is {is}, not {}", words(&expected.value));
                let mut diagnostic = Diagnostic::about(&TEST_FIELD, &expected.origin, message);
                diagnostic.label("expected here");
                self.report(diagnostic);
            }
            return;
        }
        let Some(setting) = plan.setting(&wanted) else {
            if self.is_field(name) {
                let message = format!("the plan has no `{wanted}`");
                let mut diagnostic = Diagnostic::about(&TEST_FIELD, &name.origin, message);
                diagnostic.label("not asked for in this deployment");
                diagnostic.help("`.expect_no(…)` is what says that it is not there");
                self.report(diagnostic);
            }
            return;
        };
        if is_value(&setting.value, &expected.value) {
            return;
        }
        let message = format!(
            "`{wanted}` is {}, not {}",
            value_words(&setting.value),
            words(&expected.value)
        );
        let mut diagnostic = Diagnostic::about(&TEST_FIELD, &expected.origin, message);
        diagnostic.label("expected here");
        match &setting.from {
            From::Default(reason) => {
                diagnostic.help(format!("nobody says it: it is {reason}"));
            }
            From::Said(trace) | From::Follows { trace, .. } => {
                let place = trace.value.as_ref().map_or(&trace.at, |it| &it.at);
                if let Some(span) = self.span(place) {
                    diagnostic.relate(span, "it comes from here");
                }
            }
        }
        self.report(diagnostic);
    }

    fn no_field(&mut self, plan: &Plan, name: &Declared<Text>) {
        let wanted = name.value.text();
        let Some(setting) = plan.setting(&wanted) else {
            self.is_field(name);
            return;
        };
        let message = format!("the plan has `{wanted}`: {}", value_words(&setting.value));
        let mut diagnostic = Diagnostic::about(&TEST_FIELD, &name.origin, message);
        diagnostic.label("expected not to be there");
        if let Some(span) = setting.from.trace().and_then(|it| self.span(&it.at)) {
            diagnostic.relate(span, "it comes from here");
        }
        self.report(diagnostic);
    }

    /// Whether a plan can have such a field; it is told if not.
    fn is_field(&mut self, name: &Declared<Text>) -> bool {
        let fields = || {
            let fields = SUBJECTS.iter().flat_map(|it| it.fields).map(|it| it.name);
            fields.chain(["option", "ends"])
        };
        let known = fields().any(|it| it == name.value.text());
        if !known {
            self.unknown("field", name, fields(), "`mimeo plan --view json` shows their names");
        }
        known
    }

    fn step(&mut self, plan: &Plan, id: &Declared<Text>) {
        let wanted = id.value.text();
        if plan.steps.iter().any(|it| it.id == wanted) {
            return;
        }
        let message = format!("the plan has no step `{wanted}`");
        let mut diagnostic = Diagnostic::about(&TEST_STEP, &id.origin, message);
        diagnostic.label("no such step");
        let ids: Vec<&str> = plan.steps.iter().map(|it| it.id.as_str()).collect();
        match nearest(&wanted, ids.iter().copied()) {
            Some(meant) => diagnostic.help(format!("did you mean `{meant}`?")),
            None => diagnostic.help(format!("its steps are `{}`", ids.join("`, `"))),
        };
        self.report(diagnostic);
    }

    fn no_step(&mut self, plan: &Plan, id: &Declared<Text>) {
        let wanted = id.value.text();
        let Some(step) = plan.steps.iter().find(|it| it.id == wanted) else {
            if !is_step(&wanted) {
                let known = STEPS.iter().copied();
                self.unknown("step", id, known, "`mimeo plan --view json` shows their names");
            }
            return;
        };
        let message = format!("the plan has the step `{wanted}`: {}", step.title);
        let mut diagnostic = Diagnostic::about(&TEST_STEP, &id.origin, message);
        diagnostic.label("expected not to be there");
        if let Some(span) = self.span(&step.from.at) {
            diagnostic.relate(span, "it comes from here");
        }
        self.report(diagnostic);
    }

    fn golden(&mut self, plan: &Plan, said: &Declared<Text>) {
        let path = match inside(self.files, &self.trial.path, said, self.given) {
            Ok(path) => path,
            Err(diagnostic) => return self.report(*diagnostic),
        };
        let name = said.value.text();
        let mut diagnostic = match self.files.read(&path, MOST_BYTES) {
            Err(ReadError::Missing) => {
                let message = format!("there is no `{name}` yet");
                Diagnostic::about(&TEST_PLAN, &said.origin, message)
            }
            Err(error) => {
                let message = format!("`{name}` cannot be read: {error}");
                let mut diagnostic = Diagnostic::about(&TEST_UNREADABLE, &said.origin, message);
                diagnostic.help("name the file of a plan");
                return self.report(diagnostic);
            }
            Ok(text) => match Plan::from_json(&text) {
                Err(error) => {
                    // Whatever it is, it is not written over.
                    let message = format!("`{name}` is no plan: {error}");
                    let mut diagnostic = Diagnostic::about(&TEST_UNREADABLE, &said.origin, message);
                    diagnostic.help("name the file of a plan; one that is broken can be deleted, and `mimeo test --update` writes it anew");
                    return self.report(diagnostic);
                }
                Ok(golden) => {
                    let changes = diff::diff(&golden, plan);
                    let changes: Vec<Change> = changes.into_iter().filter(matters).collect();
                    if changes.is_empty() {
                        return;
                    }
                    let summary = diff::summary(&changes);
                    let message = format!("the plan is not that of `{name}`: {summary}");
                    let mut diagnostic = Diagnostic::about(&TEST_PLAN, &said.origin, message);
                    for change in changes.iter().take(MOST_CHANGES) {
                        let words = change.words(Colour::None);
                        for line in words.lines() {
                            diagnostic.help(line);
                        }
                    }
                    if changes.len() > MOST_CHANGES {
                        diagnostic.help(format!("… and {} more", changes.len() - MOST_CHANGES));
                    }
                    diagnostic
                }
            },
        };
        diagnostic.label("expected here");
        diagnostic.help("if the plan is right, write it: `mimeo test --update`");
        self.verdict.plans.push((path, plan.to_json()));
        self.report(diagnostic);
    }

    /// The span of a place of the plan.
    fn span(&self, place: &Place) -> Option<Span> {
        let mut sources = self.verdict.sources.iter().skip(self.by as usize);
        let (id, source) = sources.find(|(_, it)| it.name == place.file)?;
        let start = source.offset(Spot { line: place.line, column: place.column });
        let end = source.offset(Spot { line: place.end_line, column: place.end_column });
        Some(Span { source: id, start, end })
    }
}

/// Whether a difference between plans is one of what is done: not of where it comes from, of the day or of the program.
fn matters(change: &Change) -> bool {
    let told = !matches!(change.what, What::Origin { .. } | What::Shifted);
    let head = change.part == Part::Plan && matches!(change.name.as_str(), "as_of" | "made_by");
    told && change.part != Part::Inputs && !head
}

/// Whether a span begins at a place: `contoso.toml`, `contoso.toml:2`, `contoso.toml:2:20`, `--set number`.
fn is_at(sources: &Sources, span: Span, place: &str) -> bool {
    let source = sources.get(span.source);
    let Spot { line, column } = sources.spot(span);
    let mut parts = place.rsplitn(3, ':');
    let numbers: Vec<u32> = parts.by_ref().map_while(|it| it.parse().ok()).take(2).collect();
    let ending = numbers.iter().rev().map(|it| format!(":{it}")).collect::<String>();
    let file = place.strip_suffix(&ending).unwrap_or(place);
    let is_file = source.name == file || Path::new(&source.name).ends_with(file);
    let is_there = match numbers.as_slice() {
        [] => true,
        [at] => *at == line,
        [at_column, at_line, ..] => *at_line == line && *at_column == column,
    };
    is_file && is_there
}

fn is_value(value: &Value, expected: &Literal) -> bool {
    match (value, expected) {
        (Value::Value(value), expected) if value == expected => true,
        // A port is a text in some fields, and a number to whoever writes a test.
        (Value::Value(Literal::Text(text)), Literal::Number(number))
        | (Value::Value(Literal::Number(number)), Literal::Text(text)) => {
            *text == number.to_string()
        }
        (Value::Secret(name) | Value::Slot(name), Literal::Text(text)) => name == text,
        _ => false,
    }
}

fn value_words(value: &Value) -> String {
    match value {
        Value::Value(literal) => words(literal),
        Value::Secret(name) => format!("the secret `{name}`"),
        Value::Slot(name) => format!("`{name}`, which becomes known while carrying out"),
    }
}

fn words(literal: &Literal) -> String {
    match literal {
        Literal::Flag(flag) => format!("`{flag}`"),
        Literal::Number(number) => format!("`{number}`"),
        Literal::Text(text) => crate::model::format::echo(text),
        Literal::List(texts) => format!("`[{}]`", texts.join(", ")),
    }
}

//! The interview: one question after the other, and back.
//!
//! After every answer the deployment, with the defaults of what is still to be asked, checks without error: an answer that
//! would bring one is refused with the finding. So no question is a dead end, and what is written at the end is sound.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::author::answers::Answers;
use crate::author::pair::Files;
use crate::author::question::{Entry, Kind, Preset, Question};
use crate::author::questions::QUESTIONS;
use crate::author::write::write;
use crate::compile::{self, Compiled, Inputs};
use crate::diagnostic::{Diagnostic, Severity};
use crate::model::format::{Malformed, echo};
use crate::source::files::Memory;
use crate::subject::mail;

/// An interview under way.
#[derive(Clone, Debug)]
pub struct Interview {
    answers: Answers,
    /// The questions that were answered, in order, by their place in the table.
    trail: Vec<usize>,
    /// What was answered before a step back.
    before: BTreeMap<&'static str, String>,
    as_of: Date,
}

/// Why an answer cannot be given.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Objection {
    /// What is wrong, in a line.
    pub what: String,
    /// What to do.
    pub help: Vec<String>,
    /// The answer that was probably meant.
    pub instead: Option<String>,
}

/// An entry of a list, as it can be chosen.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The entry.
    pub entry: &'static Entry,
    /// Whether it can be chosen.
    pub standing: Standing,
}

/// Whether an entry can be chosen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Standing {
    /// It can.
    Open,
    /// It can, and this is to be known.
    Noted(String),
    /// It cannot.
    Refused(Objection),
}

impl Interview {
    /// An interview of which nothing is answered yet.
    #[must_use]
    pub fn new(as_of: Date) -> Self {
        let (answers, before) = (Answers::default(), BTreeMap::new());
        Interview { answers, trail: Vec::new(), before, as_of }
    }

    /// What was answered.
    #[must_use]
    pub fn answers(&self) -> &Answers {
        &self.answers
    }

    /// The next question; none if all are answered.
    #[must_use]
    pub fn question(&self) -> Option<&'static Question> {
        self.next().map(|it| QUESTIONS[it])
    }

    fn next(&self) -> Option<usize> {
        let from = self.trail.last().map_or(0, |it| it + 1);
        (from..QUESTIONS.len()).find(|it| (QUESTIONS[*it].asked)(&self.answers))
    }

    /// The answer that is offered: what was answered before, else what is likely.
    #[must_use]
    pub fn offered(&self, question: &Question) -> Option<String> {
        if let Some(before) = self.before.get(question.id)
            && self.objection(question, before).is_none()
        {
            return Some(before.clone());
        }
        match question.default {
            Preset::Offered(make) => Some(make(&self.answers)),
            Preset::Sample(_) => None,
        }
    }

    /// The entries of a list. What the checks warn of, unless they warn of each entry, is noted.
    #[must_use]
    pub fn choices(&self, question: &Question) -> Vec<Choice> {
        let entries = question.kind.entries();
        let judged: Vec<_> = entries.iter().map(|it| self.judged(question, it.key)).collect();
        let open = judged.iter().flatten().count();
        let is_shared =
            |warning: &str| open > 1 && judged.iter().flatten().all(|it| it.contains(warning));
        let choice = |(entry, judged): (&'static Entry, &Result<BTreeSet<String>, Objection>)| {
            let standing = match judged {
                Err(objection) => Standing::Refused(objection.clone()),
                Ok(warnings) => {
                    let own: Vec<&str> =
                        warnings.iter().map(String::as_str).filter(|it| !is_shared(it)).collect();
                    if own.is_empty() { Standing::Open } else { Standing::Noted(own.join("; ")) }
                }
            };
            Choice { entry, standing }
        };
        entries.iter().zip(&judged).map(choice).collect()
    }

    /// Why an answer cannot be given.
    #[must_use]
    pub fn objection(&self, question: &Question, answer: &str) -> Option<Objection> {
        self.judged(question, answer).err()
    }

    /// Answers the next question. What is to be known then is told; an answer that cannot be given is refused.
    pub fn answer(&mut self, answer: &str) -> Result<Vec<String>, Objection> {
        let Some(at) = self.next() else { return Ok(Vec::new()) };
        let question = QUESTIONS[at];
        let now = self.judged(question, answer)?;
        let known = warnings(&judge(&self.answers, self.as_of));
        // What is offered anyhow is not remembered: it may follow from an answer that is changed.
        self.before.remove(question.id);
        if self.offered(question).as_deref() != Some(answer) {
            self.before.insert(question.id, answer.to_owned());
        }
        self.answers.give(question.id, answer);
        self.trail.push(at);
        Ok(now.difference(&known).cloned().collect())
    }

    /// Goes back to the question before; whether there is one.
    pub fn back(&mut self) -> bool {
        let Some(last) = self.trail.pop() else { return false };
        self.answers.take(QUESTIONS[last].id);
        true
    }

    /// Both files of the answers, with the defaults of what was not asked.
    #[must_use]
    pub fn files(&self, name: &str) -> Files {
        write(&self.answers, name)
    }

    /// What is to be known of the deployment with one more answer, unless it cannot be given.
    fn judged(&self, question: &Question, answer: &str) -> Result<BTreeSet<String>, Objection> {
        match question.kind {
            Kind::Optional(_) | Kind::Several(_) if answer.is_empty() => {}
            Kind::Text(judge) | Kind::Optional(judge) => {
                judge(answer).map_err(|malformed| Objection::of_format(answer, malformed))?;
            }
            Kind::One(entries) | Kind::Several(entries) => {
                for key in answer.split(',') {
                    let entry = entries.iter().find(|it| it.key == key);
                    let Some(entry) = entry else {
                        return Err(Objection::of_list("nothing of the list is chosen"));
                    };
                    if let Some(reason) = (entry.barred)(&self.answers) {
                        return Err(Objection::of_list(reason));
                    }
                }
            }
        }
        let mut answers = self.answers.clone();
        answers.give(question.id, answer);
        let compiled = judge(&answers, self.as_of);
        let errors = compiled.diagnostics.iter().filter(|it| it.severity() == Severity::Error);
        // What follows from an answer may be wrong with it; the answer is to blame.
        let subject = question.id.split('.').next().unwrap_or_default();
        let is_elsewhere = |it: &&Diagnostic| !it.code.name.starts_with(subject);
        match errors.min_by_key(is_elsewhere) {
            Some(error) => Err(Objection::of_finding(error)),
            None => Ok(warnings(&compiled)),
        }
    }
}

impl Objection {
    fn of_format(answer: &str, malformed: Malformed) -> Self {
        let what = malformed.headline(answer);
        let help = match &malformed.instead {
            Some(instead) => format!("write {}", echo(instead)),
            None => malformed.help,
        };
        Objection { what, help: vec![help], instead: malformed.instead }
    }

    fn of_list(reason: &str) -> Self {
        Objection { what: reason.to_owned(), help: Vec::new(), instead: None }
    }

    fn of_finding(error: &Diagnostic) -> Self {
        // A script is not what is written here.
        let is_plain = |it: &&String| !it.contains("::") && !it.contains("`.");
        let help = error.help.iter().filter(is_plain).cloned().collect();
        Objection { what: sentence(error), help, instead: None }
    }
}

/// Compiles the deployment that answers make.
#[must_use]
pub fn judge(answers: &Answers, as_of: Date) -> Compiled {
    let files = write(answers, "answers");
    let files = Memory::new([("answers.rhai", files.script), ("answers.toml", files.values)]);
    let inputs =
        Inputs { values: vec!["answers.toml".into()], ..Inputs::new("answers.rhai", as_of) };
    compile::check(&files, &inputs).expect("both files are in memory")
}

/// What is to be known of a deployment without errors: what the checks warn of, and the day on which it ends.
fn warnings(compiled: &Compiled) -> BTreeSet<String> {
    let grave = compiled.diagnostics.iter().filter(|it| it.severity() == Severity::Warning);
    let mut all: BTreeSet<String> = grave.map(sentence).collect();
    if let Some(end) = mail::deadline(&compiled.deployment)
        && !all.iter().any(|it| it.contains(&end.date))
    {
        all.insert(format!("works until {}, the end of {}", end.date, end.what));
    }
    all
}

/// A finding in a line: what is, and why.
fn sentence(finding: &Diagnostic) -> String {
    match finding.label.as_str() {
        "" => finding.message.clone(),
        label => format!("{}: {label}", finding.message),
    }
}

//! The subjects of the domain, in the order of an installation, which is the wizard's order.
//!
//! A subject is a rib: its verbs (host functions), its checks, the fields of the wizard that it fills, and the steps that
//! it asks for. Subjects never import each other; a check sees the whole [`Deployment`].

pub mod deployment;
pub mod cloud;
pub mod license;
pub mod setup;
pub mod database;
pub mod mail;
pub mod reporting;
pub mod application;
pub mod certificate;
pub mod account;
pub mod synchronization;
pub mod service;
pub mod portal;
pub mod password_portal;
pub mod task;

use jiff::civil::Date;

use crate::diagnostic::{Code, Diagnostic, Reporter};
use crate::model::format::Format;
use crate::model::{Deployment, Part, Secret};
use crate::plan::op::{Op, Question, Value};
use crate::plan::{Kind, Right, Undo};
use crate::script::registry::{FnSpec, Ty};
use crate::source::Origin;

/// The subjects, in the order of an installation, which is the wizard's order.
pub static SUBJECTS: &[&Subject] = &[
    &deployment::SUBJECT,
    &cloud::SUBJECT,
    &license::SUBJECT,
    &setup::SUBJECT,
    &database::SUBJECT,
    &mail::SUBJECT,
    &reporting::SUBJECT,
    &application::SUBJECT,
    &certificate::SUBJECT,
    &account::SUBJECT,
    &synchronization::SUBJECT,
    &service::SUBJECT,
    &portal::SUBJECT,
    &password_portal::SUBJECT,
    &task::SUBJECT,
];

/// One subject.
#[derive(Debug)]
pub struct Subject {
    /// Its name, with which its codes begin.
    pub name: &'static str,
    /// Its host functions.
    pub functions: &'static [FnSpec],
    /// Its checks.
    pub checks: &'static [Check],
    /// What the plan says of it, value by value.
    pub fields: &'static [Field],
    /// The steps that it asks for.
    pub steps: fn(&Deployment, &mut Planner),
}

/// A rule over what was declared.
#[derive(Debug)]
pub struct Check {
    /// The only code that it reports.
    pub code: &'static Code,
    /// The rule. It is judged on the given day.
    pub run: fn(&Deployment, Date, &mut Reporter<'_>),
}

/// A value of the deployment, most of them a field of the wizard.
#[derive(Debug)]
pub struct Field {
    /// Its name in the plan: `mail.mailbox`.
    pub name: &'static str,
    /// What the wizard calls it.
    pub label: &'static str,
    /// The wizard's page.
    pub page: Option<u8>,
    /// What it is.
    pub ty: Ty,
    /// Reads it off a deployment without errors.
    pub read: fn(&Deployment) -> Reading,
}

/// What a deployment says of a [`Field`].
#[derive(Clone, Debug)]
pub enum Reading {
    /// The wizard does not ask for it in this deployment.
    NotAsked,
    /// Somebody said it.
    Said(Value, Origin),
    /// Nobody said it; the value, and why it is that.
    Default(Value, &'static str),
    /// It follows from something else that was said; the value, why, and where that was said.
    Follows(Value, &'static str, Origin),
}

/// The reason of most defaults.
pub const WIZARD: &str = "the wizard's default";

impl Reading {
    /// A part of a format: as said, else not asked.
    pub fn said<T: Format>(part: &Part<T>) -> Reading {
        match part.said() {
            Some(it) => Reading::Said(Value::text(it.value.text()), it.origin.clone()),
            None => Reading::NotAsked,
        }
    }

    /// A part of a format: as said, else the wizard's default.
    pub fn said_or<T: Format>(part: &Part<T>, default: &str) -> Reading {
        match part.said() {
            Some(it) => Reading::Said(Value::text(it.value.text()), it.origin.clone()),
            None => Reading::Default(Value::text(default), WIZARD),
        }
    }

    /// A check box: as said, else off.
    #[must_use]
    pub fn flag(part: &Part<bool>) -> Reading {
        match part.said() {
            Some(it) => Reading::Said(Value::flag(it.value), it.origin.clone()),
            None => Reading::Default(Value::flag(false), WIZARD),
        }
    }

    /// A secret: its name as said, else not asked.
    #[must_use]
    pub fn secret(part: &Part<Secret>) -> Reading {
        match part.said() {
            Some(it) => Reading::Said(Value::Secret(it.value.name.text()), it.origin.clone()),
            None => Reading::NotAsked,
        }
    }
}

/// A step as a subject asks for it; the compiler adds the places.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Its identity.
    pub id: String,
    /// What it does, as a command.
    pub title: String,
    /// What may happen to it after a crash.
    pub kind: Kind,
    /// The steps that must have ended before; those that the plan lacks are passed over.
    pub after: Vec<&'static str>,
    /// The question that tells whether it has happened.
    pub probe: Option<Question>,
    /// What is done.
    pub ops: Vec<Op>,
    /// What it makes known.
    pub gives: Vec<&'static str>,
    /// The rights that it needs.
    pub rights: Vec<Right>,
    /// How it is undone.
    pub undo: Undo,
    /// The declaration that asks for it.
    pub origin: Origin,
}

/// The steps that a plan can have; those that it may have more than once bear a number behind the name.
pub static STEPS: &[&str] = &[
    "validate-license",
    "find-exchange",
    "read-secret-policy",
    "register-application",
    "create-service-principal",
    "check-consent",
    "restrict-application",
    "grant-mailbox-access",
    "create-client-secret",
    "allow-ews",
    "test-mailbox",
    "make-log-folder",
    "backup-database",
    "install",
    "poll-mailbox",
    "portal-answers",
    "intranet-zone",
    "compatibility-view-off",
    "enable-rule",
    "add-ins",
    "language-packs",
];

/// Whether a plan can have such a step: `install`, `enable-rule-2`.
#[must_use]
pub fn is_step(id: &str) -> bool {
    let name = id.trim_end_matches(|it: char| it.is_ascii_digit());
    STEPS.contains(&name.strip_suffix('-').unwrap_or(id))
}

impl Draft {
    /// A step that reads and changes nothing, to be completed by its caller.
    #[must_use]
    pub fn new(id: &str, title: &str, origin: &Origin) -> Draft {
        debug_assert!(is_step(id), "{id} is not among the steps");
        Draft {
            id: id.to_owned(),
            title: title.to_owned(),
            kind: Kind::Read,
            after: Vec::new(),
            probe: None,
            ops: Vec::new(),
            gives: Vec::new(),
            rights: Vec::new(),
            undo: Undo::Nothing,
            origin: origin.clone(),
        }
    }
}

/// Collects the steps of a plan.
#[derive(Debug, Default)]
pub struct Planner {
    /// The day of the plan, from which spans of time are counted.
    pub as_of: Date,
    /// The steps, in the order in which the subjects asked for them.
    pub steps: Vec<Draft>,
}

impl Planner {
    /// Adds a step.
    pub fn step(&mut self, draft: Draft) {
        self.steps.push(draft);
    }
}

/// Runs every check over a deployment.
#[must_use]
pub fn check(subjects: &[&Subject], deployment: &Deployment, as_of: Date) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for check in subjects.iter().flat_map(|subject| subject.checks) {
        (check.run)(deployment, as_of, &mut Reporter::new(check.code, &mut diagnostics));
    }
    diagnostics
}

//! The plan: what will be done, with every value's origin, sealed against change.
//!
//! These types are also the plan's file: [`Plan::to_json`] writes them in one canonical form, the same bytes for the same
//! inputs on every machine, and [`Plan::from_json`] reads only what this version understands. A plan never holds a secret's
//! value, only its name.

pub mod diff;
pub mod op;
pub mod order;
pub mod schema;
pub mod seal;

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::plan::op::{Literal, Op, Question, Value};
use crate::source::{Sources, Span};

/// The version of the plan's file format.
pub const FORMAT: u32 = 1;

/// The [`Setting::format`] of a value that the wizard offers in a list or as radio buttons.
pub const CHOICE: &str = "an entry of a list";

/// A checked deployment, ready to be carried out.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The version of this format.
    #[schemars(extend("const" = FORMAT))]
    pub format: u32,
    /// The program that made it, with its version.
    pub made_by: String,
    /// The name of the whole.
    pub title: String,
    /// The day on which the dated rules were judged (ISO 8601).
    pub as_of: String,
    /// The first day on which something in it stops working, if one is known.
    pub ends: Option<Deadline>,
    /// The option of the vendor's guide, `A` to `I`, where the MIM Service is installed.
    pub option: Option<String>,
    /// Everything that it was made from.
    pub inputs: Vec<Input>,
    /// Every value that was said or has a default, in the order of the wizard.
    pub settings: Vec<Setting>,
    /// The pages that the installer's wizard will show, in order.
    pub pages: Vec<Page>,
    /// What is done, in order.
    pub steps: Vec<Step>,
    /// The digest over all of the above.
    #[schemars(extend("pattern" = "^sha256:[0-9a-f]{64}$"))]
    pub seal: String,
}

/// A day on which something stops working.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Deadline {
    /// The first day without it (ISO 8601).
    pub date: String,
    /// What stops.
    pub what: String,
    /// The document that says so.
    pub source: String,
}

/// Something that the plan was made from.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// What it is.
    pub kind: InputKind,
    /// Its name: a path relative to the root, a setting, an environment variable.
    pub name: String,
    /// SHA-256 of its text or its bytes, in hexadecimal.
    pub sha256: String,
}

/// What an [`Input`] is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum InputKind {
    /// The entry script, or a module below the root.
    Script,
    /// A module of the standard library.
    Library,
    /// A values file.
    Values,
    /// An environment variable.
    Environment,
    /// A `--set` argument.
    Setting,
    /// The installer's package, as it says of itself.
    Package,
}

/// One value of the deployment.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    /// Its name: `mail.mailbox`.
    pub name: String,
    /// What the wizard calls it, or a plain description.
    pub label: String,
    /// The page of the wizard that asks for it, counted as in the vendor's guide.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<u8>,
    /// What it is: "a host name".
    pub format: String,
    /// The value itself.
    #[serde(flatten)]
    pub value: Value,
    /// Where it comes from.
    pub from: From,
    /// How it gets into the installer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<Entry>,
}

/// Where a value comes from.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum From {
    /// Somebody wrote it.
    Said(Box<Trace>),
    /// Nobody said it; the reason for this value.
    Default(String),
    /// It follows from something that was written.
    Follows {
        /// What it follows from, in words.
        because: String,
        /// Where that was written.
        trace: Box<Trace>,
    },
}

impl From {
    /// Where it was written, if it was.
    #[must_use]
    pub fn trace(&self) -> Option<&Trace> {
        match self {
            From::Said(trace) | From::Follows { trace, .. } => Some(trace),
            From::Default(_) => None,
        }
    }
}

/// How a value gets into the installer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// By these Windows Installer properties.
    Properties(Vec<String>),
    /// A person enters it on its page; the reason. A property may fill it in as well.
    ByHand(String),
}

/// Where something was written, in words that outlive the sources.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Trace {
    /// The argument, or the call where there is none.
    pub at: Place,
    /// The parameter or literal elsewhere that brought the value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<TraceValue>,
    /// Parameters that went into a value which the script put together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<TraceValue>,
    /// The calls of script functions that led there, innermost first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub via: Vec<TraceCaller>,
}

/// A place in a source, counted from 1 in characters.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The source's name.
    pub file: String,
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
    /// The line of the end.
    pub end_line: u32,
    /// The column after the end.
    pub end_column: u32,
}

impl Place {
    /// The place of a span.
    #[must_use]
    pub fn of(sources: &Sources, span: Span) -> Place {
        let (start, end) = (sources.spot(span), sources.end_spot(span));
        Place {
            file: sources.get(span.source).name.clone(),
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
        }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// Where a value was written that came by way of a parameter or variable.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TraceValue {
    /// The parameter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// The place.
    pub at: Place,
    /// Places that said it too and were overridden, the last overridden first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overridden: Vec<Place>,
}

/// A call of a script function.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TraceCaller {
    /// The function.
    pub function: String,
    /// The call.
    pub at: Place,
}

/// A page of the installer's wizard.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// Its number, counted as in the vendor's guide.
    pub number: u8,
    /// Its title.
    pub title: String,
    /// Its subtitle; may be empty.
    pub subtitle: String,
    /// What a person does or minds there beside the fields.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// Something that a person would recognise as one thing to do.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Its identity, unique in the plan: `install`.
    pub id: String,
    /// What it does, as a command.
    pub title: String,
    /// What may happen to it after a crash.
    pub kind: Kind,
    /// The steps that must have ended before.
    pub after: Vec<String>,
    /// A read-only question that tells whether it has happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probe: Option<Question>,
    /// What is done, in order.
    pub ops: Vec<Op>,
    /// What it makes known to later steps: `application.id`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gives: Vec<String>,
    /// The rights that whoever carries it out needs.
    pub rights: Vec<Right>,
    /// How to undo it, or why there is no way.
    pub undo: Undo,
    /// The declaration that asks for it.
    pub from: Trace,
}

/// What may happen to a step after a crash.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// It changes nothing.
    Read,
    /// Doing it again changes nothing.
    Idempotent,
    /// Its probe tells whether it has happened.
    Probeable,
    /// It must not be repeated; a person decides.
    Irreversible,
}

/// A right that a step needs.
#[derive(
    Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct Right {
    /// Where it is granted: `Microsoft Graph`, `Exchange Online`, `this server`, `SQL Server`.
    pub on: String,
    /// The right, by its name there.
    pub right: String,
}

/// How a step is undone.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Undo {
    /// It changes nothing that would have to be undone.
    Nothing,
    /// By these operations.
    Ops(Vec<Op>),
    /// By these operations if carrying out made it; what was there before stays.
    IfMade {
        /// The operations.
        ops: Vec<Op>,
        /// What a person looks at where nobody knows who made it.
        otherwise: String,
    },
    /// Not by a program: what a person does instead, or why there is no way back.
    ByHand(String),
}

impl Plan {
    /// The setting of this name.
    #[must_use]
    pub fn setting(&self, name: &str) -> Option<&Setting> {
        self.settings.iter().find(|it| it.name == name)
    }

    /// The value of the setting of this name, if it is a literal text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        if let Value::Value(Literal::Text(text)) = &self.setting(name)?.value {
            Some(text)
        } else {
            None
        }
    }
}

/// The text as it may be shown on one line: what would move the cursor, break the line, turn the direction of writing or
/// hide is escaped. A plan's file comes from anywhere, and its texts must not speak for the program.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    fn hides(character: char) -> bool {
        character.is_control()
            || matches!(character, '\u{AD}' | '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}')
            || matches!(character, '\u{2060}'..='\u{2069}' | '\u{FEFF}')
    }
    if !text.contains(hides) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if hides(character) {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

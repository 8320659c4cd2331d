//! A question of the interview: what it is called in the wizard, what it takes, and what is offered as its answer.

use crate::author::answers::Answers;
use crate::model::format::Malformed;

/// A question.
#[derive(Debug)]
pub struct Question {
    /// Its name, which is that of the plan's field if there is one.
    pub id: &'static str,
    /// The wizard's page.
    pub page: Option<u8>,
    /// What the wizard calls it.
    pub label: &'static str,
    /// What it is about, for whoever does not know.
    pub help: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// Its answer where none is given.
    pub default: Preset,
    /// Whether it is asked, after the answers before it.
    pub asked: fn(&Answers) -> bool,
}

/// What a question takes.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A text of a format.
    Text(Judge),
    /// The same, or nothing.
    Optional(Judge),
    /// One entry of a list.
    One(&'static [Entry]),
    /// Entries of a list, by their keys with commas between them.
    Several(&'static [Entry]),
}

impl Kind {
    /// The entries of a list; none of a text.
    #[must_use]
    pub fn entries(self) -> &'static [Entry] {
        match self {
            Kind::Text(_) | Kind::Optional(_) => &[],
            Kind::One(entries) | Kind::Several(entries) => entries,
        }
    }
}

/// Says whether a text fits a format.
pub type Judge = fn(&str) -> Result<(), Malformed>;

/// An entry of a list.
#[derive(Debug)]
pub struct Entry {
    /// What stands for it in an answer.
    pub key: &'static str,
    /// What the wizard calls it.
    pub label: &'static str,
    /// Why answers before rule it out, where no check can tell it from the script.
    pub barred: fn(&Answers) -> Option<&'static str>,
}

/// The answer where none is given.
#[derive(Clone, Copy, Debug)]
pub enum Preset {
    /// It is likely, and offered.
    Offered(fn(&Answers) -> String),
    /// Nobody can guess it. The sample stands for it while earlier answers are judged.
    Sample(fn(&Answers) -> String),
}

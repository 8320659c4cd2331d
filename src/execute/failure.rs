//! Why a step could not be carried out: a finding in the making, with what it means for going on.

use crate::diagnostic::Code;
use crate::execute::secret::Secrets;

/// A failure of the world: a cloud, a server, a person who says no.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Which kind of finding it is.
    pub code: &'static Code,
    /// What is: one line, lower case, no full stop, names in backticks.
    pub message: String,
    /// What to do, each an imperative sentence; what a support case needs comes last.
    pub help: Vec<String>,
    /// What it means for going on.
    pub class: Class,
    /// The value of the plan that is to blame, by its name; else the step is.
    pub setting: Option<String>,
}

/// What a failure means for going on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Class {
    /// When the cause is mended, `resume` goes on.
    Resumable,
    /// Nothing that is done here mends it; the script or the plan has to change.
    Final,
    /// Nobody is signed in as needed, or the tenant lacks the licence.
    SignIn,
    /// Whether it happened is not known, and a person must look.
    Unknown,
    /// Somebody asked to stop.
    Stopped,
}

impl Failure {
    /// A failure that can be mended.
    pub fn new(code: &'static Code, message: impl Into<String>) -> Self {
        let class = Class::Resumable;
        Failure { code, message: message.into(), help: Vec::new(), class, setting: None }
    }

    /// Adds a next action.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// Says what it means for going on.
    #[must_use]
    pub fn class(mut self, class: Class) -> Self {
        self.class = class;
        self
    }

    /// Covers every secret in its texts, whoever wrote them.
    #[must_use]
    pub fn covered(mut self, secrets: &Secrets) -> Self {
        self.message = secrets.cover(&self.message);
        for help in &mut self.help {
            *help = secrets.cover(help);
        }
        self
    }
}

/// Somebody else's words as a part of a message: on one line, the end of a long text left out.
#[must_use]
pub fn words(text: &str) -> String {
    const MOST: usize = 300;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = crate::plan::visible(&line);
    match line.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.into_owned(),
    }
}

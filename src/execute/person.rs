//! The person who carries a plan out: what is asked of them.

/// Whoever sits in front of it, or stands in for them.
#[expect(async_fn_in_trait, reason = "everything runs on one thread")]
pub trait Person {
    /// Asks for something to be done or agreed to; whether it was.
    async fn confirm(&self, what: &str) -> Decision;
    /// Asks for something to be done that nobody can agree to beforehand; whether it was.
    async fn insist(&self, what: &str) -> Decision;
    /// Offers to run a reviewed script here, or to leave it to somebody who runs it elsewhere.
    async fn script(&self, title: &str, needs: &str, text: &str) -> ScriptDecision;
    /// Shows what is to be entered in the wizard before it opens.
    async fn sheet(&self, sheet: &[SheetEntry]);
}

/// The answer to something that a person does or agrees to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Decision {
    /// It is done.
    Done,
    /// Not now.
    NotNow,
}

/// What happens to a script for Exchange Online.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ScriptDecision {
    /// It is run here.
    Run,
    /// Somebody ran it elsewhere.
    DoneElsewhere,
    /// Not now.
    NotNow,
}

/// A field of the wizard that a person fills in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SheetEntry {
    /// The wizard's page.
    pub page: u8,
    /// The field.
    pub label: String,
    /// Whether it is a list or a radio button.
    pub choice: bool,
    /// What is entered or chosen; for a secret, where its value is to be found.
    pub value: String,
}

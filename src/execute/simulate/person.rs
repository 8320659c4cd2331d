//! The stand-in for the person: agrees to what is asked, and enters the wizard's sheet.

use std::time::Duration;

use crate::execute::event::Event;
use crate::execute::pace::Pace;
use crate::execute::person::{Decision, Person, ScriptDecision, SheetEntry};

/// The person of a rehearsal.
pub struct Obliging<'a> {
    /// Told what the person does.
    pub watch: &'a dyn Fn(&Event),
    /// How long the person takes.
    pub pace: Pace,
}

impl Person for Obliging<'_> {
    async fn confirm(&self, _what: &str) -> Decision {
        self.pace.pause(Duration::from_secs(4)).await;
        Decision::Done
    }

    async fn insist(&self, what: &str) -> Decision {
        self.confirm(what).await
    }

    async fn script(&self, _title: &str, _needs: &str, _text: &str) -> ScriptDecision {
        self.pace.pause(Duration::from_secs(3)).await;
        ScriptDecision::Run
    }

    async fn sheet(&self, sheet: &[SheetEntry]) {
        for entry in sheet {
            let verb = if entry.choice { "chooses" } else { "enters" };
            let text =
                format!("page {}: the person {verb} {}: {}", entry.page, entry.label, entry.value);
            (self.watch)(&Event::Progress { step: String::new(), text });
            self.pace.pause(Duration::from_secs(2)).await;
        }
    }
}

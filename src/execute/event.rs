//! What happens while a plan is carried out, for whoever watches: bars on a terminal, lines of JSON for a program.

use schemars::JsonSchema;
use serde::Serialize;

use crate::plan::op::Question;

/// Something that happened. As a line of JSON, each has its name in `event`.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A plan begins, or goes on.
    Started {
        /// The plan's seal.
        plan: String,
        /// Its title.
        title: String,
        /// How many steps it has.
        steps: usize,
        /// How many of them have nothing left to do.
        complete: usize,
    },
    /// Somebody has signed in.
    SignedIn {
        /// The user's name, or the ID of an application.
        user: String,
        /// The ID of the tenant.
        tenant: String,
    },
    /// The tenant that everything below is written to.
    Tenant {
        /// Its name.
        name: String,
        /// Its ID.
        id: String,
    },
    /// A step begins.
    StepStarted {
        /// Its number in the plan, from 1.
        number: usize,
        /// The step.
        step: String,
        /// What it does.
        title: String,
    },
    /// Something is waited for.
    Waiting {
        /// The step.
        step: String,
        /// The question whose answer is waited for, if it is one.
        #[serde(skip_serializing_if = "Option::is_none")]
        question: Option<Question>,
        /// What is waited for, in words; may be empty where there is a question.
        why: String,
        /// For how long at most, or until the next try, in seconds.
        seconds: u32,
    },
    /// Something goes on.
    Progress {
        /// The step.
        step: String,
        /// What it is at.
        text: String,
    },
    /// A person was asked.
    Asked {
        /// The step.
        step: String,
        /// What.
        what: String,
        /// Whether it was done.
        done: bool,
    },
    /// Something that is worth knowing and stops nothing.
    Noted {
        /// The step; empty where it belongs to none.
        step: String,
        /// The code of the finding, or empty.
        code: String,
        /// What.
        message: String,
        /// What to do.
        help: Vec<String>,
    },
    /// A step ended well.
    StepDone {
        /// The step.
        step: String,
        /// How long it took, in milliseconds.
        milliseconds: u64,
    },
    /// A step had nothing to do.
    StepSkipped {
        /// The step.
        step: String,
        /// Why.
        because: String,
    },
    /// A step failed.
    StepFailed {
        /// The step.
        step: String,
        /// The code of the finding.
        code: String,
        /// What went wrong.
        message: String,
        /// What to do.
        help: Vec<String>,
        /// The place in the script that asks for the step.
        place: String,
    },
    /// A step was undone.
    StepUndone {
        /// The step.
        step: String,
        /// What is left to a person; may be empty.
        by_hand: String,
    },
    /// It is over, for now.
    Finished {
        /// How: `complete`, `stopped`, `restart`, `failed`, `unknown`.
        outcome: String,
        /// How many steps have nothing left to do.
        complete: usize,
        /// How many records the journal got, each of which was waited for.
        records: u32,
    },
}

//! What watching tells a program: one JSON object a line, as `mimeo schema --watch` describes them.

use schemars::JsonSchema;
use serde::Serialize;

use crate::watch::note::Note;

/// Something that happened. As a line of JSON, each has its name in `event`.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The files were read and checked, because something in them changed.
    Run {
        /// The number of the run, from 1.
        run: u64,
        /// From the change to the result, in milliseconds.
        milliseconds: f64,
        /// The names of the files that had changed; none for the first run, or one that was asked for.
        changed: Vec<String>,
        /// How it stands with each customer.
        customers: Vec<Customer>,
        /// The findings that the run before did not have.
        new: Vec<Note>,
        /// The findings that are gone.
        fixed: Vec<Note>,
        /// How many findings are the same.
        same: usize,
        /// How many findings cannot be judged while the script is broken: neither fixed nor the same.
        unjudged: usize,
        /// The files that are watched.
        watched: Vec<String>,
        /// Those of them that are not there.
        missing: Vec<String>,
        /// The folders from which no events come, so that they are looked at now and then.
        polled: Vec<String>,
    },
    /// The command of `--exec` has ended.
    Exec {
        /// The customer whose plan it was given.
        customer: String,
        /// Its exit code; none if it was killed or did not start.
        status: Option<i32>,
        /// How long it took, in milliseconds.
        milliseconds: f64,
    },
}

/// How it stands with one customer.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
pub struct Customer {
    /// The name.
    pub name: String,
    /// How many errors were found.
    pub errors: usize,
    /// How many warnings.
    pub warnings: usize,
    /// How many hints.
    pub hints: usize,
    /// What there is of a plan.
    pub plan: Standing,
    /// The seal of the plan that is shown; none if there was never one.
    pub seal: Option<String>,
    /// How many things in the plan differ from the last good one.
    pub differences: usize,
}

/// What there is of a plan.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// The plan of this run.
    Good,
    /// The last good plan; this run has errors.
    Stale,
    /// None: no run was without errors yet.
    None,
}

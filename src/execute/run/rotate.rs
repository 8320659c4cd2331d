//! Replacing a client secret before it ends: a new one beside the old, MIM told of it, the mailbox opened with it, and only
//! then the old one taken away.

use std::collections::BTreeMap;

use jiff::{Timestamp, ToSpan};
use serde_json::json;

use crate::execute::journal::{Begun, JournalError};
use crate::execute::machine::{Known, Machine};
use crate::execute::person::Person;
use crate::execute::run::operations::{password, secret_end};
use crate::execute::run::{Before, Outcome, Run};
use crate::plan::op::{Body, Http, Op};
use crate::plan::{Kind, Plan, Step, Undo};

/// Why a client secret cannot be replaced.
#[derive(Debug, thiserror::Error)]
pub enum RotateError {
    /// The plan makes none.
    #[error("this plan makes no client secret")]
    None,
    /// The step that makes it has not been done.
    #[error("the step `{0}` has not been done")]
    NotDone(String),
    /// The key by which the old one is taken away is in no record.
    #[error(
        "the key of the client secret is not known: the step that made it was confirmed by a person"
    )]
    KeyUnknown,
    /// The journal refused.
    #[error("{0}")]
    Journal(#[from] JournalError),
}

const KEY: &str = "application.secret_key";
const OLD_KEY: &str = "application.old_secret_key";

impl<M: Machine, P: Person> Run<'_, M, P> {
    /// Replaces the client secret that the plan made by one that lives as long from today on.
    pub async fn rotate(&self, today: Timestamp) -> Result<Outcome, RotateError> {
        let makes = |step: &&Step| step.ops.iter().any(|it| password(it).is_some());
        let place = self.plan.steps.iter().position(|it| makes(&it)).ok_or(RotateError::None)?;
        let make = &self.plan.steps[place];
        if !self.state.borrow().is_complete(&make.id) {
            return Err(RotateError::NotDone(make.id.clone()));
        }
        let open = self.state.borrow().open.clone();
        if let Some(Begun::Step(open) | Begun::Undo(open)) = open
            && !open.starts_with("rotate-")
        {
            return Err(RotateError::NotDone(open));
        }
        let round = self.round();
        let (key, end) = self.begun_with(round, today)?;
        self.slots.borrow_mut().insert(OLD_KEY.to_owned(), Known::Text(key.clone()));
        let knows = BTreeMap::from([(old_key(round), key), (new_end(round), end.clone())]);
        self.insists.set(true);
        let steps = rotation(self.plan, make, round, &end);
        let work = async {
            for step in &steps {
                if self.state.borrow().is_complete(&step.id) {
                    continue;
                }
                let begun = Begun::Step(step.id.clone());
                let tried = self.state.borrow().ended.contains_key(&step.id)
                    || self.state.borrow().open.as_ref() == Some(&begun);
                // What an earlier try of it added is in nobody's hands.
                if tried && let Err(failure) = self.clear(step).await {
                    self.see_tokens();
                    let failure = failure.covered(self.tools.secrets);
                    self.tell_failed(step, &failure);
                    return Ok(Outcome::Failed(place, failure));
                }
                let before = Before { tried: false, open: false };
                if let Some(outcome) = self.one(place, step, before, knows.clone()).await? {
                    return Ok(outcome);
                }
            }
            self.finish()?;
            Ok(Outcome::Complete)
        };
        let complete = || {
            let state = self.state.borrow();
            steps.iter().filter(|it| state.is_complete(&it.id)).count()
        };
        self.framed(steps.len(), complete, work).await
    }

    /// The key of the old client secret and the end of the new one: as this rotation began, on whatever day.
    fn begun_with(&self, round: usize, today: Timestamp) -> Result<(String, String), RotateError> {
        let state = self.state.borrow();
        if let (Some(key), Some(end)) =
            (state.known.get(&old_key(round)), state.known.get(&new_end(round)))
        {
            return Ok((key.clone(), end.clone()));
        }
        let key = state.known.get(KEY).cloned().ok_or(RotateError::KeyUnknown)?;
        Ok((key, end_of(self.plan, round, today)))
    }

    /// The number of the rotation that is to be finished or begun.
    fn round(&self) -> usize {
        let state = self.state.borrow();
        let ended =
            state.ended.keys().filter(|it| it.starts_with("rotate-") && it.ends_with("-remove"));
        ended.filter(|it| state.is_complete(it)).count() + 1
    }
}

/// The steps of a rotation. Their records stand in the plan's journal.
fn rotation(plan: &Plan, make: &Step, round: usize, end: &str) -> Vec<Step> {
    let id = |what: &str| format!("rotate-{round}-{what}");
    let step = |what: &str, title: &str, ops: Vec<Op>| Step {
        id: id(what),
        title: title.to_owned(),
        kind: Kind::Idempotent,
        after: Vec::new(),
        probe: None,
        ops,
        gives: Vec::new(),
        undo: Undo::Nothing,
        ..make.clone()
    };
    let mut removed = None;
    let mut adds = make.ops.clone();
    for op in &mut adds {
        if let Op::Http(http) = op
            && let Some(Body::Json(body)) = &mut http.body
            && let Some(password) = body.get_mut("passwordCredential")
        {
            password["endDateTime"] = json!(end);
            removed = Some(http.clone());
        }
    }
    let mut add = step("add", "Create another client secret", adds);
    add.gives = vec![KEY.to_owned()];
    let what = "Give the new client secret to the MIM Service: Programs and Features > Microsoft Identity Manager Service and Portal > Change, on the page for the mailbox.";
    let tell =
        step("configure", "Let the MIM Service know", vec![Op::Ask { what: what.to_owned() }]);
    let tests = plan.steps.iter().filter(|it| it.id == "test-mailbox").flat_map(|it| &it.ops);
    let tests = tests.filter(|it| matches!(it, Op::Http(_))).cloned().collect();
    let test = step("test", "Open the mailbox with the new client secret", tests);
    let remove = removed.map(|http| Http {
        path: http.path.replace("/addPassword", "/removePassword"),
        body: Some(Body::Json(json!({ "keyId": "{slot:application.old_secret_key}" }))),
        expect: vec![204],
        take: BTreeMap::new(),
        ..http
    });
    let remove = step(
        "remove",
        "Take the old client secret away",
        remove.map(Op::Http).into_iter().collect(),
    );
    vec![add, tell, test, remove]
}

/// When a client secret ends that is made today and lives as long as the plan's.
fn end_of(plan: &Plan, round: usize, today: Timestamp) -> String {
    let planned = plan.as_of.parse::<jiff::civil::Date>().ok();
    let planned = planned.and_then(|it| it.to_zoned(jiff::tz::TimeZone::UTC).ok());
    let days = match (secret_end(plan), planned) {
        (Some(end), Some(planned)) => end.duration_since(planned.timestamp()).as_hours() / 24,
        _ => 180,
    };
    // Each rotation has a moment of its own, by which its secret is known again after a crash.
    let midnight = today.as_second() - today.as_second().rem_euclid(86_400);
    let end = Timestamp::from_second(midnight + i64::try_from(round).unwrap_or(0))
        .and_then(|it| it.checked_add((days * 24).hours()))
        .unwrap_or(today);
    end.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The names under which the journal keeps what a rotation began with.
fn old_key(round: usize) -> String {
    format!("rotate-{round}.old_key")
}

/// As above: when the new client secret ends.
#[must_use]
pub fn new_end(round: usize) -> String {
    format!("rotate-{round}.end")
}

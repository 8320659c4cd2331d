//! Taking back what was done, in the reverse order.

use std::collections::BTreeMap;

use crate::execute::event::Event;
use crate::execute::failure::{Class, Failure};
use crate::execute::journal::{Begun, How, JournalError, State};
use crate::execute::machine::Machine;
use crate::execute::person::Person;
use crate::execute::run::{Outcome, Run, Went, absent_before, ended, kept};
use crate::plan::op::Op;
use crate::plan::{Step, Undo};

impl<M: Machine, P: Person> Run<'_, M, P> {
    /// Takes back what this journal says was done. What a person has to take back is told, and counts as undone.
    pub async fn undo(&self) -> Result<Outcome, JournalError> {
        let done: Vec<usize> = self.to_undo();
        let undone = || {
            let state = self.state.borrow();
            let how = |place: &usize| state.ended.get(&self.plan.steps[*place].id).map(|it| it.how);
            done.iter().filter(|it| how(it) == Some(How::Undone)).count()
        };
        self.framed(done.len(), undone, self.undo_all(&done)).await
    }

    async fn undo_all(&self, done: &[usize]) -> Result<Outcome, JournalError> {
        for (number, place) in done.iter().enumerate() {
            let step = &self.plan.steps[*place];
            if self.tools.pace.is_stopping() {
                self.finish()?;
                return Ok(Outcome::Stopped);
            }
            self.append(Some(Begun::Undo(step.id.clone())), BTreeMap::new())?;
            self.tell(Event::StepStarted {
                number: number + 1,
                step: step.id.clone(),
                title: format!("Undo: {}", step.title),
            });
            match self.undo_step(step).await.map_err(for_undo) {
                Ok(by_hand) => {
                    self.tell(Event::StepUndone {
                        step: step.id.clone(),
                        by_hand: by_hand.clone(),
                    });
                    self.close(ended(&step.id, How::Undone, Went::default(), by_hand));
                }
                Err(failure) => {
                    self.see_tokens();
                    let failure = failure.covered(self.tools.secrets);
                    let stopped = failure.class == Class::Stopped;
                    let because = failure.message.clone();
                    self.close(ended(&step.id, How::UndoFailed, Went::default(), because));
                    self.finish()?;
                    if stopped {
                        return Ok(Outcome::Stopped);
                    }
                    self.tell_failed(step, &failure);
                    return Ok(Outcome::Failed(*place, failure));
                }
            }
        }
        self.finish()?;
        Ok(Outcome::Complete)
    }

    /// The places of the steps that were done, the last first.
    fn to_undo(&self) -> Vec<usize> {
        let state = self.state.borrow();
        let places = self.plan.steps.iter().enumerate().rev();
        let begun = places.filter(|(_, step)| {
            matches!(fate(step, &state), Some(Fate::TakenBack | Fate::ByHand(_)))
        });
        begun.map(|(place, _)| place).collect()
    }

    /// Undoes a step; what is left to a person.
    async fn undo_step(&self, step: &Step) -> Result<String, Failure> {
        let made = was_made(step, &self.state.borrow());
        let (ops, otherwise) = match &step.undo {
            Undo::Nothing => return Ok(String::new()),
            Undo::ByHand(what) => return Ok(what.clone()),
            Undo::Ops(ops) => (ops, "see whether anything of it is left"),
            Undo::IfMade { otherwise, .. } if !made => return Ok(otherwise.clone()),
            Undo::IfMade { ops, otherwise } => (ops, otherwise.as_str()),
        };
        // A client secret may have been added by a try whose end nobody saw.
        let tried = self.request_of_secret(step);
        if tried {
            self.clear(step).await?;
            for secret in step.ops.iter().filter_map(kept) {
                if made && !self.tools.secrets.discard(secret) {
                    return Ok(format!(
                        "Delete the secret `{secret}`, which is worth nothing any more."
                    ));
                }
            }
            return Ok(String::new());
        }
        let known = |op: &Op| !matches!(op, Op::Http(http) if self.request(http).is_err());
        if !ops.iter().all(known) {
            // A crash may have lost what the step made known.
            self.seen_of(step).await;
        }
        if !ops.iter().all(known) {
            return Ok(otherwise.to_owned());
        }
        for op in ops {
            self.perform(step, op, &mut Went::default()).await?;
        }
        Ok(String::new())
    }
}

/// What becomes of a step when its plan is taken back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fate {
    /// It is taken back.
    TakenBack,
    /// A person takes it back: what is to be done, or why there is no way.
    ByHand(String),
    /// It stays as it is, and why.
    Stays(&'static str),
}

/// What becomes of a step; nothing for one of which nothing has to be taken back.
#[must_use]
pub fn fate(step: &Step, state: &State) -> Option<Fate> {
    let ended = state.ended.get(&step.id);
    let open = [Begun::Step(step.id.clone()), Begun::Undo(step.id.clone())];
    let is_open = state.open.as_ref().is_some_and(|it| open.contains(it));
    if step.undo == Undo::Nothing || (ended.is_none() && !is_open) {
        return None;
    }
    match ended.map(|it| it.how) {
        Some(How::Skipped) if !is_open => return Some(Fate::Stays("it was there before")),
        Some(How::Undone) if !is_open => return Some(Fate::Stays("it was undone already")),
        Some(
            How::Done
            | How::DoneRestart
            | How::Skipped
            | How::Confirmed
            | How::Failed
            | How::Stopped
            | How::Undone
            | How::UndoFailed,
        )
        | None => {}
    }
    match &step.undo {
        Undo::Nothing => None,
        Undo::Ops(_) => Some(Fate::TakenBack),
        Undo::IfMade { .. } if was_made(step, state) => Some(Fate::TakenBack),
        Undo::IfMade { otherwise: what, .. } | Undo::ByHand(what) => {
            Some(Fate::ByHand(what.clone()))
        }
    }
}

/// Whether the step made something that was not there before, as far as the journal tells.
fn was_made(step: &Step, state: &State) -> bool {
    let ended = state.ended.get(&step.id);
    let skipped = ended.is_some_and(|it| it.how == How::Skipped);
    ended.is_some_and(|it| it.made) || (!skipped && state.known.contains_key(&absent_before(step)))
}

/// Undoing goes on with another command than carrying out.
fn for_undo(mut failure: Failure) -> Failure {
    for help in &mut failure.help {
        *help = help.replace("`mimeo resume`", "`mimeo undo`");
    }
    failure
}

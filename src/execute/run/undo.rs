//! Taking back what was done, in the reverse order.

use std::collections::BTreeMap;

use crate::execute::event::Event;
use crate::execute::failure::{Class, Failure};
use crate::execute::journal::{Begun, How, JournalError};
use crate::execute::machine::Machine;
use crate::execute::person::Person;
use crate::execute::run::{Outcome, Run, Went, ended, kept};
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
        let done = places.filter(|(_, step)| {
            let ended = state.ended.get(&step.id).map(|it| it.how);
            let was_open = state.open == Some(Begun::Step(step.id.clone()))
                || state.open == Some(Begun::Undo(step.id.clone()));
            // What was skipped was there before.
            matches!(
                ended,
                Some(
                    How::Done
                        | How::DoneRestart
                        | How::Confirmed
                        | How::Stopped
                        | How::Failed
                        | How::UndoFailed
                )
            ) || was_open
        });
        done.filter(|(_, step)| step.undo != Undo::Nothing).map(|(place, _)| place).collect()
    }

    /// Undoes a step; what is left to a person.
    async fn undo_step(&self, step: &Step) -> Result<String, Failure> {
        let ended = self.state.borrow().ended.get(&step.id).cloned();
        let skipped = ended.as_ref().is_some_and(|it| it.how == How::Skipped);
        let made = ended.is_some_and(|it| it.made) || (!skipped && self.was_absent(step));
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

/// Undoing goes on with another command than carrying out.
fn for_undo(mut failure: Failure) -> Failure {
    for help in &mut failure.help {
        *help = help.replace("`mimeo resume`", "`mimeo undo`");
    }
    failure
}

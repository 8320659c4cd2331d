//! What `undo` will take back, said before it is asked for.

use crate::execute::journal::{Begun, How, Record, State};
use crate::plan::{Plan, Step, Undo, visible};

/// What becomes of a step when its plan is taken back.
enum Fate {
    /// It is taken back.
    TakenBack,
    /// A person takes it back: what is to be done, or why there is no way.
    ByHand(String),
    /// It stays as it is, and why.
    Stays(&'static str),
}

/// The steps that were begun, the last first, with what becomes of each; a line for each.
pub(in crate::cli) fn announcement(plan: &Plan, records: &[Record]) -> String {
    let state = State::of(records);
    let mut text = format!("{}\n", visible(&plan.title));
    for (step, number) in plan.steps.iter().zip(1..).collect::<Vec<_>>().into_iter().rev() {
        let Some(fate) = fate(step, &state) else { continue };
        let (word, why) = match fate {
            Fate::TakenBack => ("undo", String::new()),
            Fate::ByHand(what) => ("by hand", what),
            Fate::Stays(why) => ("stays", why.to_owned()),
        };
        text.push_str(&format!("  {word:<8} {number:>2}  {}\n", visible(&step.title)));
        if !why.is_empty() {
            text.push_str(&format!("               {}\n", visible(&why)));
        }
    }
    text
}

/// Nothing for a step of which nothing has to be taken back.
fn fate(step: &Step, state: &State) -> Option<Fate> {
    let ended = state.ended.get(&step.id);
    let open = [Begun::Step(step.id.clone()), Begun::Undo(step.id.clone())];
    let is_open = state.open.as_ref().is_some_and(|it| open.contains(it));
    if step.undo == Undo::Nothing || (ended.is_none() && !is_open) {
        return None;
    }
    let made = ended.is_some_and(|it| it.made);
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
        Undo::IfMade { .. } if made => Some(Fate::TakenBack),
        Undo::IfMade { otherwise: what, .. } | Undo::ByHand(what) => {
            Some(Fate::ByHand(what.clone()))
        }
    }
}

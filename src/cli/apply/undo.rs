//! What `undo` will take back, said before it is asked for.

use crate::execute::journal::{Record, State};
use crate::execute::run::{Fate, fate};
use crate::plan::{Plan, visible};

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

//! The calls that nothing waits for: what declares or says something is noted while the script runs, and carried out when
//! it is through.
//!
//! A builder is all that such a call returns, so nobody sees the difference; but the engine's code and that of all the
//! handlers do not fit a processor's nearest cache together, and in turn each would drive the other out at every call.

use rhai::{Dynamic, Position};

use crate::script::args::{Argument, Call, Noun};
use crate::script::recorder::{Handle, Recorder};
use crate::script::registry::FnSpec;
use crate::source::Caller;

/// The calls of one run that are still to be carried out, in order.
#[derive(Debug, Default)]
pub struct Pending {
    calls: Vec<Noted>,
    /// The arguments of all of them.
    values: Vec<Dynamic>,
    declarations: usize,
}

/// A call as it was made.
#[derive(Debug)]
pub(super) struct Noted {
    /// The row that is called.
    pub(super) spec: &'static FnSpec,
    /// What it does.
    pub(super) act: Act,
    /// The script that it stands in, as an index into those of the program.
    pub(super) script: usize,
    /// Where its name stands.
    pub(super) position: Position,
    /// How many arguments it has.
    pub(super) count: usize,
    /// The calls of script functions that led here.
    pub(super) via: Vec<Caller>,
}

/// What a call does.
#[derive(Debug)]
pub(super) enum Act {
    /// Declares a noun, and tells its index among those of its name.
    Declare(fn(&mut Call<'_>) -> usize),
    /// Says a part of the noun behind a builder.
    Say(fn(&mut Call<'_>), Handle),
}

impl Pending {
    /// Notes a call.
    pub(super) fn note(&mut self, call: Noted, arguments: impl Iterator<Item = Dynamic>) {
        self.calls.push(call);
        self.values.extend(arguments);
    }

    /// The number of the next declaration of the run.
    pub(super) fn declaration(&mut self) -> usize {
        self.declarations += 1;
        self.declarations - 1
    }
}

impl Recorder {
    /// Carries out what is pending.
    pub(super) fn settle(&mut self) {
        let program = self.program.clone();
        let mut pending = std::mem::take(&mut self.pending);
        let mut values = pending.values.drain(..);
        // Where each declaration of the run went.
        let mut places = Vec::with_capacity(pending.declarations);
        let mut arguments = Vec::new();
        for Noted { spec, act, script, position, count, via } in pending.calls.drain(..) {
            let site = program.scripts[script].site(position, &program.sources);
            let given = values.by_ref().take(count).enumerate();
            arguments.clear();
            arguments.extend(
                given.map(|(at, value)| Argument { value, span: site.argument(at, count) }),
            );
            let mut call = Call {
                recorder: self,
                spec,
                noun: None,
                span: site.span,
                arguments: &arguments,
                via,
            };
            match act {
                Act::Declare(declare) => places.push(declare(&mut call)),
                Act::Say(say, Handle { kind, declaration }) => {
                    call.noun = Some(Noun { kind, index: places[declaration] });
                    say(&mut call);
                }
            }
        }
        drop(values);
        // The next run finds room.
        pending.declarations = 0;
        self.pending = pending;
    }
}

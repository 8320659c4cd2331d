//! The state behind the host functions of one run: what has been declared, what has been found, and where.

use std::collections::{BTreeMap, HashSet};
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rhai::{Dynamic, Position};

use crate::diagnostic::{Code, Diagnostic};
use crate::model::Deployment;
use crate::script::engine::Clock;
use crate::script::param::Parameters;
use crate::script::pending::Pending;
use crate::script::provenance::Provenance;
use crate::script::registry::{Kind, Registry};
use crate::script::site::spot;
use crate::script::suite::Suite;
use crate::script::{Program, Script};
use crate::source::{Caller, SourceId, SourceKind, Sources, Span};
use crate::{syntax, verbs};

/// A recorder as the engine holds it: there is one while a script runs.
#[derive(Clone, Debug, Default)]
pub struct Shared(Arc<Mutex<Option<Recorder>>>);

impl Shared {
    /// Begins a run with a recorder.
    pub fn begin(&self, recorder: Recorder) {
        *self.inner() = Some(recorder);
    }

    /// Ends the run, and hands back what it recorded.
    #[must_use]
    pub fn end(&self) -> Option<Recorder> {
        self.inner().take()
    }

    /// The recorder itself. A run is single-threaded; the lock satisfies the engine's types.
    #[must_use]
    pub fn lock(&self) -> Locked<'_> {
        Locked(self.inner())
    }

    fn inner(&self) -> MutexGuard<'_, Option<Recorder>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The recorder of the run that is under way.
#[derive(Debug)]
pub struct Locked<'s>(MutexGuard<'s, Option<Recorder>>);

impl Deref for Locked<'_> {
    type Target = Recorder;

    fn deref(&self) -> &Recorder {
        self.0.as_ref().expect("the engine calls only during a run")
    }
}

impl DerefMut for Locked<'_> {
    fn deref_mut(&mut self) -> &mut Recorder {
        self.0.as_mut().expect("the engine calls only during a run")
    }
}

/// What one run has recorded so far.
#[derive(Debug)]
pub struct Recorder {
    /// The rows that can be called.
    pub registry: Registry,
    /// The scripts that run.
    pub program: Arc<Program>,
    /// Their texts, and those of the values.
    pub sources: Sources,
    /// What has been declared.
    pub deployment: Deployment,
    /// What has been found.
    pub diagnostics: Vec<Diagnostic>,
    /// The tests that have been declared.
    pub suite: Suite,
    /// How often the run came by each probe.
    pub hits: BTreeMap<u32, u64>,
    /// What has been called and is still to be carried out.
    pub pending: Pending,
    /// Where values came from.
    pub provenance: Provenance,
    /// How long it may take.
    pub clock: Clock,
    /// The parameters' values.
    pub parameters: Parameters,
    /// The last finding that was reported before, for whoever adds to it.
    pub repeated: Option<Diagnostic>,
    /// How many calls of host functions were made.
    pub calls: usize,
    /// What has been reported, by code, place and message.
    pub seen: HashSet<(&'static str, Span, String)>,
    /// The modules that have run, by index of their script.
    pub modules: BTreeMap<usize, Arc<rhai::Module>>,
}

verbs! { pub static PROBES;
    /// Counts that the run came by. It stands only in the text that a test's coverage is measured with.
    ///
    /// - `number`: which probe it is
    fn mimeo_probe(number: Any) yields = |call| {
        // It is none of the script's own calls, of which there is a limit.
        call.recorder.calls -= 1;
        let number = call.arguments.first().and_then(|it| it.value.as_int().ok()?.try_into().ok());
        if let Some(number) = number {
            *call.recorder.hits.entry(number).or_default() += 1;
        }
        Dynamic::UNIT
    };
}

/// What a builder is in a script: which noun it completes.
#[derive(Clone, Copy, Debug)]
pub struct Handle {
    /// What began it.
    pub kind: &'static Kind,
    /// Which of the declarations of the run.
    pub declaration: usize,
}

/// A value that is already reported as bad. Everything done with it is silent.
#[derive(Clone, Copy, Debug)]
pub struct Poison;

/// Stands in a text for a part that is already reported as bad. A noncharacter, which no file may contain.
pub const POISON: char = '\u{10FFFE}';

/// Whether a text has a part that is already reported as bad.
#[must_use]
pub fn is_poisoned(text: &str) -> bool {
    // Most texts are ASCII, which is seen at once.
    !text.is_ascii() && text.contains(POISON)
}

/// What the engine calls the type of a value that is reported already.
pub(super) const POISON_NAME: &str = "unusable value";
/// What the engine calls the type of a builder.
pub(super) const HANDLE_NAME: &str = "declaration";
/// What the engine calls the type of a reference to a secret.
pub(super) const SECRET_NAME: &str = "secret";

impl Recorder {
    /// Reports a finding, once for the same code, place and message: a loop or a function called twice says it once.
    pub fn report(&mut self, diagnostic: Diagnostic) -> &mut Diagnostic {
        let key = (diagnostic.code.name, diagnostic.primary, diagnostic.message.clone());
        if self.seen.insert(key) {
            self.diagnostics.push(diagnostic);
        } else {
            // What is added to a repeated finding is said already.
            self.repeated = Some(diagnostic);
            return self.repeated.as_mut().expect("it was just put there");
        }
        self.diagnostics.last_mut().expect("it was just put there")
    }

    /// Reports at a place.
    pub fn at(
        &mut self,
        code: &'static Code,
        span: Span,
        message: impl Into<String>,
    ) -> &mut Diagnostic {
        self.report(Diagnostic::new(code, span, message))
    }

    /// The script of an engine's source name; the entry script for none.
    #[must_use]
    pub fn script(&self, source: Option<&str>) -> &Script {
        self.program.script(source)
    }

    /// Whether a source is a module of the standard library.
    #[must_use]
    pub fn is_library(&self, source: SourceId) -> bool {
        self.sources.get(source).kind == SourceKind::Library
    }

    /// The byte offset of an engine's position.
    #[must_use]
    pub fn offset(&self, source: SourceId, position: Position) -> u32 {
        self.sources.get(source).offset(spot(position))
    }

    /// The calls of script functions on the engine's stack, innermost first, without the native call itself.
    #[must_use]
    pub fn callers(&self, frames: &[rhai::debugger::CallStackFrame], own: Position) -> Vec<Caller> {
        let mut callers = Vec::new();
        let mut source = self.script(None);
        for (index, frame) in frames.iter().enumerate() {
            let here = source;
            source = frame.source.as_deref().map_or(source, |name| self.script(Some(name)));
            // A native function that is called without a namespace has a frame of its own; a closure's frame stands
            // at the native function that calls it, which has been seen already.
            let is_own = index + 1 == frames.len() && frame.pos == own;
            if is_own || frame.fn_name.starts_with("anon$") {
                continue;
            }
            if let Some(span) = self.call_span(here, frame.pos) {
                callers.push(Caller { function: frame.fn_name.to_string(), span });
            }
        }
        callers.reverse();
        callers
    }

    fn call_span(&self, script: &Script, position: Position) -> Option<Span> {
        if position.is_none() {
            return None;
        }
        let call = script.tree.call_at(self.offset(script.id, position))?;
        Some(script.span(call.own_range()))
    }

    /// The call in a script at an engine's position.
    #[must_use]
    pub fn call<'s>(&self, script: &'s Script, position: Position) -> Option<syntax::Call<'s>> {
        script.tree.call_at(self.offset(script.id, position))
    }
}

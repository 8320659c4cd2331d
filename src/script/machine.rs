//! Engines that outlive a run: to set one up costs as much as a tenth of a customer's check, and it remembers where it found
//! the functions that a script calls.

use std::sync::{Mutex, PoisonError};

use rhai::{AST, Caches, Engine};

use crate::script::pending::Pending;
use crate::script::recorder::{Recorder, Shared};
use crate::script::registry::Registry;
use crate::script::{Program, engine};

/// The engines of a program that nobody uses now; as many as there have been runs at the same time.
#[derive(Debug, Default)]
pub(super) struct Machines(Mutex<Vec<Machine>>);

/// An engine with what it keeps between runs.
#[derive(Debug)]
struct Machine {
    registry: Registry,
    engine: Engine,
    caches: Caches,
    recorder: Shared,
    /// Empty, with the room that the last run needed.
    pending: Pending,
}

impl Program {
    /// Runs one of the program's scripts, and hands back what the recorder has then.
    pub(super) fn execute(&self, ast: &AST, mut recorder: Recorder) -> Recorder {
        let idle = || self.machines.0.lock().unwrap_or_else(PoisonError::into_inner);
        let registry = recorder.registry;
        let at = |it: &Machine| std::ptr::eq(it.registry.tables, registry.tables);
        let found = {
            let mut idle = idle();
            idle.iter().position(at).map(|at| idle.swap_remove(at))
        };
        let mut machine = found.unwrap_or_else(|| Machine::new(registry, self));
        recorder.pending = std::mem::take(&mut machine.pending);
        machine.recorder.begin(recorder);
        engine::run(&machine.engine, &mut machine.caches, ast, &machine.recorder);
        let mut recorder = machine.recorder.end().expect("the run was begun above");
        machine.pending = std::mem::take(&mut recorder.pending);
        // What a module's functions found is not what those of another script would find.
        if self.scripts.len() > 1 {
            machine.caches = Caches::new();
        }
        idle().push(machine);
        recorder
    }
}

impl Machine {
    fn new(registry: Registry, program: &Program) -> Self {
        let recorder = Shared::default();
        let engine = engine::engine(registry, &recorder, program);
        Machine { registry, engine, caches: Caches::new(), recorder, pending: Pending::default() }
    }
}

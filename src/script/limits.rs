//! What a script may use up. Reaching a limit is a finding; see `script-limit`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Steps of the engine, all loops and calls together.
pub const OPERATIONS: u64 = 2_000_000;
/// Calls within calls.
pub const CALL_DEPTH: usize = 64;
/// Expressions within expressions.
pub const EXPRESSION_DEPTH: usize = 96;
/// Bytes of all texts in one value.
pub const TEXT: usize = 1 << 20;
/// Elements of a list.
pub const LIST: usize = 10_000;
/// Entries of a map.
pub const MAP: usize = 10_000;
/// Variables at one time.
pub const VARIABLES: usize = 2_000;
/// Functions of one script.
pub const FUNCTIONS: usize = 500;
/// Modules imported.
pub const MODULES: usize = 64;
/// Calls of host functions: an installation of everything takes about a hundred.
pub const HOST_CALLS: usize = 2_000;
/// Calls of host functions in a script of tests: about ten for a case.
pub const TEST_CALLS: usize = 20_000;
/// Time on the wall.
pub const TIME: Duration = Duration::from_secs(3);
/// The stack of the thread that a script runs on: at the depths above a debug build needs a third of it.
pub const STACK: usize = 64 << 20;

/// Ends a run from another thread. What it found until then is only a part, and whoever ends it wants none of it.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Ends the run at its next step.
    pub fn now(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether the run is to end.
    #[must_use]
    pub fn is_wanted(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

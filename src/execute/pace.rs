//! Waiting: how long things take, and a wish to stop.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::Notify;

/// How waits pass. In a rehearsal they pass faster than in the world.
#[derive(Clone, Debug)]
pub struct Pace {
    scale: f64,
    stop: Rc<Stop>,
}

#[derive(Debug, Default)]
struct Stop {
    wanted: Cell<bool>,
    changed: Notify,
}

impl Pace {
    /// Waits take as long as they say.
    #[must_use]
    pub fn real() -> Self {
        Pace::scaled(1.0)
    }

    /// Waits take this part of what they say, such as 0.1; with 0, no time at all.
    #[must_use]
    pub fn scaled(scale: f64) -> Self {
        Pace { scale, stop: Rc::default() }
    }

    /// Asks to stop after the running operation; a wait ends at once.
    pub fn stop(&self) {
        self.stop.wanted.set(true);
        self.stop.changed.notify_waiters();
    }

    /// Whether somebody asked to stop.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.stop.wanted.get()
    }

    /// Takes the wish to stop back, for the next run.
    pub fn go_on(&self) {
        self.stop.wanted.set(false);
    }

    /// Waits until somebody asks to stop.
    pub async fn stopped(&self) {
        let changed = self.stop.changed.notified();
        if !self.is_stopping() {
            changed.await;
        }
    }

    /// Waits. Ends early when somebody asks to stop.
    pub async fn pause(&self, duration: Duration) {
        let changed = self.stop.changed.notified();
        if self.is_stopping() {
            return;
        }
        tokio::select! {
            () = tokio::time::sleep(duration.mul_f64(self.scale)) => {}
            () = changed => {}
        }
    }

    /// The time that has to pass here for this much time to pass in the world.
    #[must_use]
    pub fn lasting(&self, duration: Duration) -> Duration {
        duration.mul_f64(self.scale)
    }
}

//! What the simulated tenant and server have in common: their state, which outlives a power cut.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::execute::simulate::fault::Fault;
use crate::execute::simulate::tenant::Tenant;

/// Everything that a rehearsal changes.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct World {
    /// What goes wrong, until somebody mends it.
    pub faults: BTreeSet<Fault>,
    /// What happened, in order: `application created`. Reads are no effects.
    pub effects: Vec<String>,
    /// The tenant in Microsoft Entra ID, with Exchange Online.
    pub tenant: Tenant,
    /// The server.
    pub server: Server,
}

/// The server of a rehearsal.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// The products that are installed, with their builds.
    pub installed: BTreeMap<String, String>,
    /// Registry values, by hive, key and name.
    pub registry: BTreeMap<String, u32>,
    /// Folders.
    pub folders: BTreeSet<String>,
    /// Management policy rules that are enabled.
    pub rules: BTreeSet<String>,
    /// Logs of installations, by path.
    pub logs: BTreeMap<String, String>,
    /// Secrets that were made and kept. A rehearsal's secrets are worth nothing outside it.
    pub secrets: BTreeMap<String, String>,
    /// Whether a restart is pending.
    pub pending_reboot: bool,
}

/// A request that the simulated tenant got, for whoever looks what was sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sent {
    /// The method, the path and the query.
    pub to: String,
    /// The headers, a line each.
    pub headers: String,
    /// The body.
    pub body: String,
}

/// A handle on a [`World`].
#[derive(Clone, Debug)]
pub struct Shared {
    world: Arc<Mutex<World>>,
    /// The file that keeps it.
    file: Option<Arc<PathBuf>>,
    points: Arc<Mutex<u32>>,
    /// Every request, where somebody wants to look at them.
    sent: Option<Arc<Mutex<Vec<Sent>>>>,
}

impl Shared {
    /// A world that is forgotten at the end.
    #[must_use]
    pub fn new(world: World) -> Self {
        Shared {
            world: Arc::new(Mutex::new(world)),
            file: None,
            points: Arc::default(),
            sent: None,
        }
    }

    /// A world that is forgotten at the end, and remembers every request until then.
    #[must_use]
    pub fn recording(world: World) -> Self {
        Shared { sent: Some(Arc::default()), ..Shared::new(world) }
    }

    /// A world that is kept in a file after every change.
    #[must_use]
    pub fn kept(world: World, file: &Path) -> Self {
        Shared { file: Some(Arc::new(file.to_path_buf())), ..Shared::new(world) }
    }

    /// Looks at the world. Keep it no longer than needed, and not over an `await`.
    pub fn look(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the world, as one effect that is there as a whole or not at all.
    pub fn change<R>(&self, effect: &str, change: impl FnOnce(&mut World) -> R) -> R {
        self.point();
        let result = {
            let mut world = self.look();
            world.effects.push(effect.to_owned());
            change(&mut world)
        };
        self.keep();
        self.point();
        result
    }

    /// Changes what is no effect: how often something was asked, a fault that has passed.
    pub fn note<R>(&self, change: impl FnOnce(&mut World) -> R) -> R {
        let result = change(&mut self.look());
        self.keep();
        result
    }

    /// The requests that were remembered.
    #[must_use]
    pub fn sent(&self) -> Vec<Sent> {
        let lock =
            |it: &Arc<Mutex<Vec<Sent>>>| it.lock().unwrap_or_else(PoisonError::into_inner).clone();
        self.sent.as_ref().map(lock).unwrap_or_default()
    }

    /// Remembers a request, where somebody wants to look at them.
    pub(in crate::execute::simulate) fn record(&self, sent: impl FnOnce() -> Sent) {
        if let Some(all) = &self.sent {
            all.lock().unwrap_or_else(PoisonError::into_inner).push(sent());
        }
    }

    /// Whether something goes wrong.
    #[must_use]
    pub fn has(&self, fault: Fault) -> bool {
        self.look().faults.contains(&fault)
    }

    /// A moment in which the power may go: at its turn, the process ends as if it were killed.
    pub fn point(&self) {
        let mut points = self.points.lock().unwrap_or_else(PoisonError::into_inner);
        *points += 1;
        if self.has(Fault::PowerCut(*points)) {
            std::process::abort();
        }
    }

    fn keep(&self) {
        let Some(file) = &self.file else { return };
        let text = serde_json::to_string_pretty(&*self.look()).expect("all keys are texts");
        write_whole(file, &text);
    }
}

/// Replaces a file at once.
#[expect(clippy::disallowed_methods, reason = "the folder of a rehearsal belongs to it alone")]
fn write_whole(file: &Path, text: &str) {
    let part = file.with_extension("part");
    let written = std::fs::write(&part, text).and_then(|()| std::fs::rename(&part, file));
    // Without its file the rehearsal still goes on; it cannot be resumed after a power cut.
    written.unwrap_or_default();
}

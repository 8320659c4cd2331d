//! Hearing of what happens in folders, through the system.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use notify::event::{AccessKind, AccessMode, ModifyKind, RenameMode};
use notify::{Config, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use crate::watch::attention::Closes;
use crate::watch::trail::{Kind, Stir};

/// Whether this system tells when a file is closed after writing.
pub(super) const CLOSES: Closes = if cfg!(any(target_os = "linux", target_os = "android")) {
    Closes::Told
} else {
    Closes::Untold
};

/// Hears of what happens in folders.
#[derive(Debug)]
pub(super) struct Ears {
    watcher: Option<RecommendedWatcher>,
    folders: BTreeSet<PathBuf>,
    /// Folders that cannot be watched.
    pub(super) deaf: BTreeSet<PathBuf>,
}

impl Ears {
    /// Hears, and tells of everything that may matter.
    pub(super) fn new(tell: impl Fn(Stir) + Send + 'static) -> Self {
        let heard = move |event: notify::Result<Event>| {
            if let Some(stir) = stir(event) {
                tell(stir);
            }
        };
        // Where the system has no more room for watches, looking at times has to do.
        let watcher = RecommendedWatcher::new(heard, Config::default()).ok();
        Ears { watcher, folders: BTreeSet::new(), deaf: BTreeSet::new() }
    }

    /// Hears nothing.
    pub(super) fn none() -> Self {
        Ears { watcher: None, folders: BTreeSet::new(), deaf: BTreeSet::new() }
    }

    /// Whether anything can be heard at all.
    pub(super) fn are_open(&self) -> bool {
        self.watcher.is_some()
    }

    /// Watches these folders and no others. A folder that may have become another is to be watched anew.
    pub(super) fn attend(&mut self, wanted: &BTreeSet<PathBuf>, anew: bool) {
        let Some(watcher) = &mut self.watcher else { return };
        for folder in self.folders.iter().filter(|it| anew || !wanted.contains(*it)) {
            // One that is gone is watched no more.
            watcher.unwatch(folder).unwrap_or_default();
        }
        if anew {
            self.folders.clear();
        }
        self.deaf.retain(|it| wanted.contains(it));
        for folder in wanted.difference(&self.folders) {
            if watcher.watch(folder, RecursiveMode::NonRecursive).is_err() && folder.is_dir() {
                self.deaf.insert(folder.clone());
            }
        }
        self.folders.clone_from(wanted);
    }

    /// Notes that a folder does tell something: a busy system may be late.
    pub(super) fn trust(&mut self, folder: &Path) {
        self.deaf.remove(folder);
    }

    /// Notes that a folder tells nothing.
    pub(super) fn doubt(&mut self, folder: &Path) {
        self.deaf.insert(folder.to_path_buf());
    }
}

/// What an event says, if it may matter.
fn stir(event: notify::Result<Event>) -> Option<Stir> {
    let Ok(event) = event else { return Some(Stir { kind: Kind::Lost, paths: Vec::new() }) };
    if event.need_rescan() {
        return Some(Stir { kind: Kind::Lost, paths: Vec::new() });
    }
    let kind = match event.kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => Kind::Closed,
        // Looking at a file is heard as well, and both names of a rename after each of them.
        EventKind::Access(_) | EventKind::Modify(ModifyKind::Name(RenameMode::Both)) => {
            return None;
        }
        EventKind::Create(_) => Kind::Created,
        EventKind::Modify(ModifyKind::Name(RenameMode::From)) | EventKind::Remove(_) => Kind::Gone,
        EventKind::Modify(ModifyKind::Name(_)) => Kind::Renamed,
        EventKind::Modify(ModifyKind::Metadata(_)) => Kind::Touched,
        EventKind::Modify(ModifyKind::Data(_) | ModifyKind::Any | ModifyKind::Other)
        | EventKind::Any
        | EventKind::Other => Kind::Changed,
    };
    Some(Stir { kind, paths: event.paths })
}

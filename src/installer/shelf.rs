//! The packages of this machine: each is read when a script names it, and again when its file has changed.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use crate::installer::package::Unreadable;
use crate::installer::profile::survey::survey;
use crate::installer::{Contents, Packages};

/// How long a file may take. A share whose server is gone answers after minutes.
const LIMIT: Duration = Duration::from_secs(10);

/// The packages of this machine.
#[derive(Debug, Default)]
pub struct Shelf {
    read: Mutex<HashMap<PathBuf, (Stamp, Contents)>>,
}

/// By what a file is known to be the same: its length and when it was last written.
type Stamp = (u64, Option<SystemTime>);

impl Packages for Shelf {
    /// A file that is not there, or may not be read, says nothing: it lies on the server that the plan is for.
    fn look(&self, path: &str) -> Contents {
        let path = PathBuf::from(path);
        let known = |path: &Path| {
            let read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
            read.get(path).cloned()
        };
        let before = known(&path);
        let its_path = path.clone();
        let look = move || {
            let stamp = stamp(&its_path)?;
            match before {
                Some((same, contents)) if same == stamp => Some((stamp, contents)),
                Some(_) | None => Some((stamp, read(&its_path))),
            }
        };
        // Elsewhere a path of Windows is the name of no file, which is told at once.
        let found = if cfg!(windows) { in_time(look) } else { look() };
        let Some((stamp, contents)) = found else { return Contents::Unread };
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        read.insert(path, (stamp, contents.clone()));
        contents
    }
}

fn read(path: &Path) -> Contents {
    match survey(path) {
        Ok(profile) => Contents::Read(Arc::new(profile)),
        Err(Unreadable::Foreign(reason)) => Contents::Unreadable(reason),
        Err(Unreadable::Missing | Unreadable::Refused(_)) => Contents::Unread,
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "whether a package changed shows in its length and its time"
)]
fn stamp(path: &Path) -> Option<Stamp> {
    let about = std::fs::metadata(path).ok()?;
    Some((about.len(), about.modified().ok()))
}

/// Does it in a thread of its own; nothing if that takes too long. The thread is left to itself then.
fn in_time<T: Send + 'static>(work: impl FnOnce() -> Option<T> + Send + 'static) -> Option<T> {
    let (send, receive) = channel();
    let work = move || send.send(work()).unwrap_or_default();
    std::thread::Builder::new().spawn(work).ok()?;
    receive.recv_timeout(LIMIT).ok().flatten()
}

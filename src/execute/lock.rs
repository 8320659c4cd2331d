//! Locks: one run at a time over a plan, and on a machine.
//!
//! The system releases a lock when its holder ends, however it ends, so no lock is left over by a crash. Who holds it
//! stands in a file beside it, since a locked file cannot be read everywhere.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::source::files::{Disk, Files};

/// A lock that is held until it is dropped.
#[derive(Debug)]
pub struct Lock {
    file: File,
    holder: PathBuf,
}

/// Why a lock is not to be had.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another run holds it.
    #[error("{what} is in use: {holder}")]
    Held {
        /// What is locked, in words.
        what: &'static str,
        /// Who holds it.
        holder: String,
    },
    /// The disk refused.
    #[error("the lock {} cannot be taken: {error}", path.display())]
    Io {
        /// The lock.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
}

/// Takes a lock at once or not at all. `holder` tells others who has it.
pub fn lock(path: &Path, what: &'static str, holder: &str) -> Result<Lock, LockError> {
    let io = |error| LockError::Io { path: path.to_path_buf(), error };
    let file = OpenOptions::new().read(true).append(true).create(true).open(path).map_err(io)?;
    let named = path.with_extension("holder");
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let holder = Disk.read(&named, 4096).unwrap_or_default();
            let holder = crate::plan::visible(holder.trim()).into_owned();
            let unknown = || "another run, which does not say who it is".to_owned();
            let holder = if holder.is_empty() { unknown() } else { holder };
            return Err(LockError::Held { what, holder });
        }
        Err(TryLockError::Error(error)) => return Err(io(error)),
    }
    // Whatever stands there is removed, not followed: it may be a link.
    remove(&named);
    let mut options = OpenOptions::new();
    let made = options.write(true).create_new(true).open(&named);
    let written = made.and_then(|mut it| writeln!(it, "{holder}"));
    // A name is only for people; the lock holds without it.
    written.unwrap_or_default();
    Ok(Lock { file, holder: named })
}

#[expect(clippy::disallowed_methods, reason = "the file is a lock's own")]
fn remove(path: &Path) {
    std::fs::remove_file(path).unwrap_or_default();
}

impl Drop for Lock {
    fn drop(&mut self) {
        remove(&self.holder);
        self.file.unlock().unwrap_or_default();
    }
}

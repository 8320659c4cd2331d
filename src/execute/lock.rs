//! Locks: one run at a time over a plan, and on a machine.
//!
//! The system releases a lock when its holder ends, however it ends, so no lock is left over by a crash. Who holds it
//! stands in a file beside it, since a locked file cannot be read everywhere.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::source::files::{Disk, Files};

/// A lock that is held until it is dropped.
#[derive(Debug)]
pub struct Lock {
    file: File,
    holder: PathBuf,
    /// What is locked, in words.
    pub what: &'static str,
    /// Who held it before and did not end by itself, as a crash leaves it.
    pub left_by: Option<String>,
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
    /// It belongs to another user, who lets nobody look at it.
    #[error("whether {what} is in use cannot be told: the lock {} belongs to {owner}{}", path.display(), last(.holder))]
    Denied {
        /// What is locked, in words.
        what: &'static str,
        /// The lock.
        path: PathBuf,
        /// Whose file it is.
        owner: String,
        /// Who took it last; may be empty.
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

fn last(holder: &str) -> String {
    if holder.is_empty() { String::new() } else { format!(", last taken by {holder}") }
}

/// Takes a lock at once or not at all. `holder` tells others who has it.
pub fn lock(path: &Path, what: &'static str, holder: &str) -> Result<Lock, LockError> {
    let io = |error| LockError::Io { path: path.to_path_buf(), error };
    let named = path.with_extension("holder");
    let there = || {
        let text = Disk.read(&named, 4096).unwrap_or_default();
        crate::plan::visible(text.trim()).into_owned()
    };
    let file = match OpenOptions::new().read(true).append(true).create(true).open(path) {
        // The file that another user's run has left can be locked by whoever can read it.
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            File::open(path).map_err(|_| match owner(path) {
                Some(owner) => {
                    LockError::Denied { what, path: path.to_path_buf(), owner, holder: there() }
                }
                None => io(error),
            })?
        }
        opened => opened.map_err(io)?,
    };
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let holder = there();
            let unknown = || "another run, which does not say who it is".to_owned();
            let holder = if holder.is_empty() { unknown() } else { holder };
            return Err(LockError::Held { what, holder });
        }
        Err(TryLockError::Error(error)) => return Err(io(error)),
    }
    // Whoever ends by itself takes its name away.
    let left_by = Some(there()).filter(|it| !it.is_empty());
    // Whatever stands there is removed, not followed: it may be a link.
    remove(&named);
    let mut options = OpenOptions::new();
    let made = options.write(true).create_new(true).open(&named);
    let written = made.and_then(|mut it| writeln!(it, "{holder}"));
    // A name is only for people; the lock holds without it.
    written.unwrap_or_default();
    Ok(Lock { file, holder: named, what, left_by })
}

/// Whose file it is, in words; nothing where there is none.
#[cfg(unix)]
fn owner(path: &Path) -> Option<String> {
    let owner = std::os::unix::fs::MetadataExt::uid(&about(path)?);
    let users = Disk.read(Path::new("/etc/passwd"), 1 << 20).unwrap_or_default();
    let name = users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(owner)).then(|| crate::plan::visible(name).into_owned())
    });
    Some(name.map_or_else(|| format!("the user {owner}"), |it| format!("the user `{it}`")))
}

/// Whose file it is, in words; nothing where there is none.
#[cfg(not(unix))]
fn owner(path: &Path) -> Option<String> {
    about(path).map(|_| "another user".to_owned())
}

fn about(path: &Path) -> Option<std::fs::Metadata> {
    std::fs::symlink_metadata(path).ok()
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

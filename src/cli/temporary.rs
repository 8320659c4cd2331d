//! A folder for what is not kept.
#![expect(
    clippy::disallowed_methods,
    reason = "a lock is only one once it has its name, and what is left over is removed"
)]

use std::env;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use uuid::Uuid;

use crate::cli::Failure;

/// A folder for what is not kept. It goes when this is dropped; that of a process which was killed goes when the next one is
/// made.
#[derive(Debug)]
pub(super) struct Temporary {
    path: PathBuf,
    /// Locked for as long as this lives.
    held: File,
}

/// With what the names begin.
const PREFIX: &str = "mimeo-";
/// The file in each that its process holds.
const LOCK: &str = "held";

impl Temporary {
    /// A new folder in the system's one for such things.
    pub(super) fn new() -> Result<Self, Failure> {
        let base = env::temp_dir();
        clear(&base);
        let path = base.join(format!("{PREFIX}{}", Uuid::new_v4().simple()));
        let made = make(&path).map_err(|error| {
            let message = format!("{} cannot be made: {error}", path.display());
            Failure::usage(message, "name a folder that may be written to, in the variable TMPDIR")
        });
        Ok(Temporary { held: made?, path })
    }

    /// Where it is.
    #[must_use]
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // What cannot be removed now is removed by the next one.
        self.held.unlock().unwrap_or_default();
        fs::remove_dir_all(&self.path).unwrap_or_default();
    }
}

fn make(path: &Path) -> io::Result<File> {
    fs::create_dir_all(path)?;
    let unnamed = path.join("new");
    let file = File::create_new(&unnamed)?;
    file.lock()?;
    // Whoever finds it by its name finds it locked.
    fs::rename(unnamed, path.join(LOCK))?;
    Ok(file)
}

/// Removes the folders that nobody holds any more.
fn clear(base: &Path) {
    let Ok(entries) = fs::read_dir(base) else { return };
    for entry in entries.filter_map(Result::ok) {
        let name = entry.file_name();
        let unique = name.to_str().and_then(|it| it.strip_prefix(PREFIX));
        let is_one = unique.is_some_and(|it| Uuid::try_parse(it).is_ok())
            && entry.file_type().is_ok_and(|it| it.is_dir());
        let free = |file: &File| file.try_lock().is_ok();
        if is_one && File::open(entry.path().join(LOCK)).as_ref().is_ok_and(free) {
            // That of another user stays.
            fs::remove_dir_all(entry.path()).unwrap_or_default();
        }
    }
}

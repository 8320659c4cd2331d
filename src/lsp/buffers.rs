//! The files as the editor has them: what is open is the truth, all else is read from the disk.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::source::files::{Disk, Files, ReadError};

/// The texts that are open, over the disk.
#[derive(Clone, Debug, Default)]
pub(super) struct Buffers(pub(super) Arc<BTreeMap<PathBuf, Arc<str>>>);

impl Files for Buffers {
    fn read(&self, path: &Path, limit: u64) -> Result<String, ReadError> {
        let open = self.0.get(path).or_else(|| self.0.get(&Disk.canonical(path).ok()?));
        let Some(text) = open else { return Disk.read(path, limit) };
        if text.len() as u64 > limit {
            return Err(ReadError::TooLarge { size: text.len() as u64, limit });
        }
        Ok(text.to_string())
    }

    /// What is open need not be on the disk yet, and is known by its path without links.
    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        if self.0.contains_key(path) {
            return Ok(path.to_path_buf());
        }
        Disk.canonical(path).or_else(|error| {
            let mut open = self.0.keys();
            let there = open.any(|it| it.starts_with(path));
            if there { Ok(path.to_path_buf()) } else { Err(error) }
        })
    }
}

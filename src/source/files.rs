//! How texts are read: the one door to the file system for everything that compiles.

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsString;
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::{PoisonError, RwLock};

/// Reads texts for a compilation. [`Disk`] is the real one, [`Memory`] holds what an embedding program or a test hands in.
pub trait Files {
    /// Reads a regular file of UTF-8 text with at most `limit` bytes.
    fn read(&self, path: &Path, limit: u64) -> Result<String, ReadError>;

    /// The path with symbolic links and `..` resolved; fails where nothing is there.
    fn canonical(&self, path: &Path) -> io::Result<PathBuf>;
}

/// The file of a path in the folder that the path leads to: the same for two ways to it, and not where a link of its own
/// leads.
#[must_use]
pub fn settled(files: &dyn Files, path: &Path) -> PathBuf {
    let parent = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let real = files.canonical(parent).unwrap_or_else(|_| parent.to_path_buf());
    real.join(path.file_name().unwrap_or_default())
}

/// Why a text could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Nothing is at this path.
    #[error("there is no such file")]
    Missing,
    /// Something is there, but it is a folder, a device or a pipe.
    #[error("it is {0}, not a text file")]
    NotAFile(&'static str),
    /// It has more bytes than the limit.
    #[error("it has {size} bytes, and at most {limit} are read")]
    TooLarge {
        /// The size found, in bytes.
        size: u64,
        /// The limit, in bytes.
        limit: u64,
    },
    /// It is not UTF-8.
    #[error("it is not UTF-8 text: the first wrong byte is at offset {offset} (line {line})")]
    NotUtf8 {
        /// The offset of the first wrong byte.
        offset: usize,
        /// The line of that byte, from 1.
        line: usize,
    },
    /// The system refused.
    #[error("{0}")]
    Io(io::Error),
}

/// The files of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

#[expect(clippy::disallowed_methods, reason = "this is the door to the file system")]
impl Files for Disk {
    fn read(&self, path: &Path, limit: u64) -> Result<String, ReadError> {
        let file = open(path).map_err(|error| {
            let other = std::fs::metadata(path).ok().and_then(|it| other_than_file(&it));
            other.map_or_else(|| of_io(error), ReadError::NotAFile)
        })?;
        let about = file.metadata().map_err(of_io)?;
        if let Some(other) = other_than_file(&about) {
            return Err(ReadError::NotAFile(other));
        }
        if about.len() > limit {
            return Err(ReadError::TooLarge { size: about.len(), limit });
        }
        // It may grow while it is read.
        let mut bytes = Vec::with_capacity(about.len() as usize + 1);
        file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(of_io)?;
        if bytes.len() as u64 > limit {
            return Err(ReadError::TooLarge { size: bytes.len() as u64, limit });
        }
        to_text(bytes)
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        std::fs::canonicalize(path)
    }
}

/// Opens a file to read it. Where it is a pipe, this does not wait for a writer.
fn open(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK);
    options.open(path)
}

/// What something is that is no regular file.
fn other_than_file(about: &Metadata) -> Option<&'static str> {
    if about.is_dir() {
        return Some("a folder");
    }
    (!about.is_file()).then_some("a device or a pipe")
}

/// The files of this machine for one answer about many customers: where a folder really is, is looked up once. Texts are
/// read anew each time.
#[derive(Debug, Default)]
pub struct SteadyDisk {
    folders: RwLock<HashMap<OsString, PathBuf>>,
}

impl Files for SteadyDisk {
    fn read(&self, path: &Path, limit: u64) -> Result<String, ReadError> {
        Disk.read(path, limit)
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
            return Disk.canonical(path);
        };
        // A link may lead anywhere, and how Windows spells a name only the whole path tells.
        if cfg!(windows) || path.symlink_metadata()?.is_symlink() {
            return Disk.canonical(path);
        }
        let known = self.folders.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(real) = known.get(folder.as_os_str()) {
            return Ok(real.join(name));
        }
        drop(known);
        let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let real = Disk.canonical(here)?;
        let file = real.join(name);
        let mut known = self.folders.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(folder.into(), real);
        Ok(file)
    }
}

fn of_io(error: io::Error) -> ReadError {
    if error.kind() == io::ErrorKind::NotFound { ReadError::Missing } else { ReadError::Io(error) }
}

/// Turns bytes into text, or says where they stop being UTF-8. UTF-16, which Windows editors write, is named.
fn to_text(bytes: Vec<u8>) -> Result<String, ReadError> {
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err(ReadError::NotAFile("UTF-16 text (save it as UTF-8)"));
    }
    String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        let before = String::from_utf8_lossy(&error.as_bytes()[..offset]);
        let line = before.matches('\n').count() + 1;
        ReadError::NotUtf8 { offset, line }
    })
}

/// Texts held in memory, by path.
#[derive(Clone, Debug, Default)]
pub struct Memory(BTreeMap<PathBuf, String>);

impl Memory {
    /// Texts by path; a path is taken as written, with `.` and `..` resolved.
    pub fn new<P: AsRef<Path>, T: Into<String>>(texts: impl IntoIterator<Item = (P, T)>) -> Self {
        let texts = texts.into_iter().map(|(path, text)| (plain(path.as_ref()), text.into()));
        Memory(texts.collect())
    }
}

impl Files for Memory {
    fn read(&self, path: &Path, limit: u64) -> Result<String, ReadError> {
        let path = plain(path);
        let Some(text) = self.0.get(&path) else {
            let folder = self.0.keys().any(|other| other.starts_with(&path));
            return Err(if folder { ReadError::NotAFile("a folder") } else { ReadError::Missing });
        };
        if text.len() as u64 > limit {
            return Err(ReadError::TooLarge { size: text.len() as u64, limit });
        }
        Ok(text.clone())
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        let path = plain(path);
        let there = self.0.keys().any(|other| other.starts_with(&path));
        if there { Ok(path) } else { Err(io::ErrorKind::NotFound.into()) }
    }
}

/// The path with `.` and `..` resolved by its words alone.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => {
                plain.push(component);
            }
        }
    }
    plain
}

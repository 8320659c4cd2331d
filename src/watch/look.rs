//! What a run reads, and whether it still says the same: content decides, not the time of a file.
#![expect(
    clippy::disallowed_methods,
    reason = "this is a door to the file system: it looks, and reads no text"
)]

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};

use crate::installer::profile::Profile;
use crate::installer::{Contents, Packages};
use crate::source::files::{Disk, Files, ReadError};
use crate::syntax;

/// Something that a run wants to know of a path.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Want {
    /// The path, as it was asked for.
    pub path: PathBuf,
    /// What of it.
    pub what: What,
}

impl Want {
    /// The text of a file with at most this many bytes.
    pub fn text(path: impl Into<PathBuf>, limit: u64) -> Self {
        Want { path: path.into(), what: What::Text { limit } }
    }
}

/// What a run wants to know of a path.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum What {
    /// Its text.
    Text {
        /// The most bytes.
        limit: u64,
    },
    /// Where it leads, with links resolved.
    Place,
    /// Its length and time: it is large, and read only when they differ.
    Stamp,
    /// The values files in a folder.
    Names,
}

/// What is known of a [`Want`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Seen {
    /// Nothing is there.
    Missing,
    /// It is there, and cannot be read.
    Refused(String),
    /// A text, by its digest and its length in bytes.
    Text([u8; 32], usize),
    /// Where it leads.
    Place(PathBuf),
    /// The length and the time.
    Stamp(u64, Option<SystemTime>),
    /// The names of the values files.
    Names(Vec<PathBuf>),
}

/// What was read, with what was seen.
pub type Readings = BTreeMap<Want, Seen>;

/// What a look at a [`Want`] finds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// What is seen.
    pub seen: Seen,
    /// How badly its text reads, as [`faults`] counts it.
    pub faults: u32,
    /// Whether it is an empty text.
    pub empty: bool,
}

impl Found {
    /// What is seen of something that is no text.
    #[must_use]
    pub fn plain(seen: Seen) -> Self {
        Found { seen, faults: 0, empty: false }
    }
}

/// Looks at something again. Call it on a stack as deep as a script needs.
#[must_use]
pub fn look(want: &Want, known: Option<&Seen>) -> Found {
    match want.what {
        What::Text { limit } => match Disk.read(&want.path, limit) {
            Ok(text) => {
                let seen = of_text(&text);
                // Most looks find what was there.
                let faults = if known == Some(&seen) { 0 } else { faults(&want.path, &text) };
                Found { seen, faults, empty: text.trim().is_empty() }
            }
            Err(error) => Found::plain(of_error(&error)),
        },
        What::Place => Found::plain(of_place(Disk.canonical(&want.path))),
        What::Stamp => Found::plain(stamp(&want.path)),
        What::Names => Found::plain(Seen::Names(values_files(&want.path))),
    }
}

/// How badly a text reads: what a file that is caught half-written has more of than before.
#[must_use]
pub fn faults(path: &Path, text: &str) -> u32 {
    let ending = path.extension().unwrap_or_default().to_ascii_lowercase();
    if ending == "toml" {
        u32::from(toml::de::DeTable::parse(text).is_err())
    } else if ending == "json" {
        u32::from(serde_json::from_str::<serde::de::IgnoredAny>(text).is_err())
    } else {
        syntax::parse(text.into()).errors().len() as u32
    }
}

/// What tells cheaply whether a look is worth while: where every poll looks at.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Mark {
    length: u64,
    changed: Option<SystemTime>,
    identity: u64,
    /// Whether it was written so shortly before that its time may hide a second write.
    fresh: bool,
}

impl Mark {
    /// Whether the contents may differ since the mark that was taken before.
    #[must_use]
    pub fn may_differ(&self, before: &Mark) -> bool {
        before.fresh || self != before
    }
}

/// The times of file systems are this coarse at worst.
const COARSE: Duration = Duration::from_secs(3);

/// The mark of a path; that of nothing is the default.
#[must_use]
pub fn mark(path: &Path, now: SystemTime) -> Mark {
    let Ok(about) = std::fs::metadata(path) else { return Mark::default() };
    let changed = about.modified().ok();
    let fresh = changed.is_some_and(|it| now.duration_since(it).unwrap_or_default() < COARSE);
    Mark { length: about.len(), changed, identity: identity(&about), fresh }
}

#[cfg(unix)]
fn identity(about: &std::fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(about)
}

#[cfg(not(unix))]
fn identity(_: &std::fs::Metadata) -> u64 {
    0
}

/// The values files in a folder, by name. Those of editors, which begin with a dot, are none.
#[must_use]
pub fn values_files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.filter_map(|it| Some(it.ok()?.path()));
    let mut files: Vec<PathBuf> = paths.filter(|it| is_values_file(it)).collect();
    files.sort();
    files
}

/// Whether a path is called as a values file is.
#[must_use]
pub fn is_values_file(path: &Path) -> bool {
    let hidden = path.file_name().is_some_and(|it| it.to_string_lossy().starts_with('.'));
    !hidden && path.extension().is_some_and(|it| it.eq_ignore_ascii_case("toml"))
}

/// Where a symbolic link leads; nothing for what is none.
#[must_use]
pub fn link(path: &Path) -> Option<PathBuf> {
    std::fs::read_link(path).ok()
}

/// Whether a path is a folder.
#[must_use]
pub fn is_folder(path: &Path) -> bool {
    path.is_dir()
}

fn of_text(text: &str) -> Seen {
    Seen::Text(Sha256::digest(text.as_bytes()).into(), text.len())
}

fn of_error(error: &ReadError) -> Seen {
    match error {
        ReadError::Missing => Seen::Missing,
        ReadError::NotAFile(_)
        | ReadError::TooLarge { .. }
        | ReadError::NotUtf8 { .. }
        | ReadError::Io(_) => Seen::Refused(error.to_string()),
    }
}

fn of_place(place: io::Result<PathBuf>) -> Seen {
    place.map_or(Seen::Missing, Seen::Place)
}

fn stamp(path: &Path) -> Seen {
    match std::fs::metadata(path) {
        Ok(about) => Seen::Stamp(about.len(), about.modified().ok()),
        Err(_) => Seen::Missing,
    }
}

/// Files that remember what was asked of them.
pub struct Witness<'f> {
    files: &'f (dyn Files + Sync),
    readings: Mutex<Readings>,
}

impl fmt::Debug for Witness<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Witness").field("readings", &self.readings).finish_non_exhaustive()
    }
}

impl<'f> Witness<'f> {
    /// Files behind a witness.
    #[must_use]
    pub fn new(files: &'f (dyn Files + Sync)) -> Self {
        Witness { files, readings: Mutex::default() }
    }

    /// Everything that was read.
    #[must_use]
    pub fn into_readings(self) -> Readings {
        self.readings.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, path: &Path, what: What, seen: Seen) {
        let mut readings = self.readings.lock().unwrap_or_else(PoisonError::into_inner);
        readings.insert(Want { path: path.to_path_buf(), what }, seen);
    }
}

impl Files for Witness<'_> {
    fn read(&self, path: &Path, limit: u64) -> Result<String, ReadError> {
        let read = self.files.read(path, limit);
        let seen = match &read {
            Ok(text) => of_text(text),
            Err(error) => of_error(error),
        };
        self.note(path, What::Text { limit }, seen);
        read
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        let place = self.files.canonical(path);
        let seen = place.as_ref().map_or(Seen::Missing, |it| Seen::Place(it.clone()));
        self.note(path, What::Place, seen);
        place
    }
}

/// Packages that remember which were asked for.
#[derive(Debug)]
pub struct Shelves {
    packages: Arc<dyn Packages>,
    asked: Mutex<Readings>,
}

impl Shelves {
    /// Packages behind a witness.
    #[must_use]
    pub fn new(packages: Arc<dyn Packages>) -> Self {
        Shelves { packages, asked: Mutex::default() }
    }

    /// What was asked for since the last time.
    pub fn take(&self) -> Readings {
        std::mem::take(&mut *self.asked.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Packages for Shelves {
    fn look(&self, path: &str) -> Contents {
        let there = PathBuf::from(path);
        // A path of Windows is none elsewhere.
        if there.is_absolute() {
            let seen = stamp(&there);
            let want = Want { path: there, what: What::Stamp };
            self.asked.lock().unwrap_or_else(PoisonError::into_inner).insert(want, seen);
        }
        self.packages.look(path)
    }
}

/// The most bytes of a profile. That of a large package has a few hundred thousand.
pub const PROFILE_LIMIT: u64 = 16 << 20;

/// Reads the profile of a package.
pub fn profile(files: &dyn Files, path: &Path) -> Result<Profile, String> {
    let text = files.read(path, PROFILE_LIMIT).map_err(|error| error.to_string())?;
    Profile::from_json(&text).map_err(|error| error.to_string())
}

//! Which names of which folders decide what a path leads to, and so which events concern a run.
//!
//! Folders are watched, not files: every editor's way of saving leaves a trace there, also a rename over the file. A link
//! on the way is a name of its own, and so are the folder that a file lies in and the one above, so that one that is
//! renamed, or put in its place, is noticed.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Component, Path, PathBuf};

use crate::watch::attention::Signal;
use crate::watch::look::{Want, What, is_values_file};

/// Something that happened in the file system.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stir {
    /// What happened.
    pub kind: Kind,
    /// To what.
    pub paths: Vec<PathBuf>,
}

/// What happened to a path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A file that was open for writing was closed.
    Closed,
    /// It got its name, or lost it to another.
    Renamed,
    /// Something else than the contents may have changed.
    Touched,
    /// The contents changed; more may follow.
    Changed,
    /// It was made.
    Created,
    /// It is gone.
    Gone,
    /// Events were lost.
    Lost,
}

/// What an event means for a run.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Concern {
    /// What is to be looked at.
    pub signals: BTreeMap<Want, Signal>,
    /// Whether a folder that is watched may be another one.
    pub folders: bool,
}

/// The names that matter.
#[derive(Clone, Debug, Default)]
pub struct Trail {
    names: HashMap<PathBuf, Vec<(Want, Part)>>,
    listed: HashMap<PathBuf, Vec<Want>>,
    folders: BTreeSet<PathBuf>,
    wants: BTreeSet<Want>,
}

/// What a name is on the way to a path.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Part {
    /// Its end.
    File,
    /// A link or a folder on the way.
    Way,
}

/// A path has at most this many links.
const LINKS: usize = 40;

impl Trail {
    /// The trail of everything that was read. `base` is what relative paths count from, and `link` tells where a symbolic
    /// link leads; `is_folder` whether a path is a folder.
    pub fn new<'w>(
        wants: impl IntoIterator<Item = &'w Want>,
        base: &Path,
        link: &dyn Fn(&Path) -> Option<PathBuf>,
        is_folder: &dyn Fn(&Path) -> bool,
    ) -> Self {
        let mut trail = Trail::default();
        let mut known: HashMap<PathBuf, Vec<(PathBuf, Part)>> = HashMap::new();
        for want in wants {
            trail.wants.insert(want.clone());
            let points = known
                .entry(want.path.clone())
                .or_insert_with(|| points(&base.join(&want.path), link, is_folder));
            for (name, part) in points.iter() {
                if let Some(folder) = name.parent() {
                    trail.folders.insert(folder.to_path_buf());
                }
                let wants = trail.names.entry(folded(name)).or_default();
                let entry = (want.clone(), *part);
                if !wants.contains(&entry) {
                    wants.push(entry);
                }
            }
            if want.what == What::Names
                && let Some((end, _)) = points.iter().find(|(_, part)| *part == Part::File)
            {
                trail.folders.insert(end.clone());
                trail.listed.entry(folded(end)).or_default().push(want.clone());
            }
        }
        trail
    }

    /// The folders to be watched.
    #[must_use]
    pub fn folders(&self) -> &BTreeSet<PathBuf> {
        &self.folders
    }

    /// How many paths it is of.
    #[must_use]
    pub fn len(&self) -> usize {
        self.wants.len()
    }

    /// Whether it is of none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.wants.is_empty()
    }

    /// The folder in which a path lies at last.
    #[must_use]
    pub fn home(&self, want: &Want) -> Option<PathBuf> {
        let named =
            self.names.iter().find(|(_, wants)| wants.contains(&(want.clone(), Part::File)));
        named.and_then(|(name, _)| Some(name.parent()?.to_path_buf()))
    }

    /// What an event means.
    #[must_use]
    pub fn concern(&self, stir: &Stir) -> Concern {
        let mut concern = Concern::default();
        if stir.kind == Kind::Lost {
            concern.folders = true;
            concern.signals = self.wants.iter().map(|it| (it.clone(), Signal::Firm)).collect();
            return concern;
        }
        for path in &stir.paths {
            let path = folded(path);
            for (want, part) in self.names.get(&path).into_iter().flatten() {
                let signal = signal(stir.kind, *part);
                concern.folders |= *part == Part::Way;
                let entry = concern.signals.entry(want.clone()).or_insert(signal);
                *entry = (*entry).max(signal);
            }
            // A watched folder tells of its own end.
            let own = matches!(stir.kind, Kind::Renamed | Kind::Gone);
            concern.folders |= own && self.folders.iter().any(|it| folded(it) == path);
            let named = match stir.kind {
                Kind::Renamed | Kind::Created | Kind::Gone => is_values_file(&path),
                Kind::Closed | Kind::Touched | Kind::Changed | Kind::Lost => false,
            };
            if let Some(wants) = path.parent().filter(|_| named).and_then(|it| self.listed.get(it))
            {
                concern.signals.extend(wants.iter().map(|it| (it.clone(), Signal::Firm)));
            }
        }
        concern
    }
}

fn signal(kind: Kind, part: Part) -> Signal {
    match (kind, part) {
        (Kind::Gone, Part::File) => Signal::Gone,
        (Kind::Changed, Part::File) => Signal::Soft,
        (Kind::Created, Part::File) => Signal::Made,
        (Kind::Closed | Kind::Renamed | Kind::Touched | Kind::Lost, Part::File)
        | (_, Part::Way) => Signal::Firm,
    }
}

/// The names that decide what a path leads to, in folders that are none of them links.
fn points(
    path: &Path,
    link: &dyn Fn(&Path) -> Option<PathBuf>,
    is_folder: &dyn Fn(&Path) -> bool,
) -> Vec<(PathBuf, Part)> {
    let mut points = Vec::new();
    let mut at = PathBuf::new();
    let mut ahead: Vec<PathBuf> = reversed(path);
    let mut links = 0;
    while let Some(part) = ahead.pop() {
        match Path::new(&part).components().next() {
            Some(Component::ParentDir) => {
                at.pop();
                continue;
            }
            Some(Component::Normal(_)) => {}
            Some(Component::Prefix(_) | Component::RootDir | Component::CurDir) | None => {
                at.push(&part);
                continue;
            }
        }
        let next = at.join(&part);
        if let Some(target) = link(&next)
            && links < LINKS
        {
            links += 1;
            points.push((next, Part::Way));
            if target.is_absolute() {
                at = PathBuf::new();
            }
            ahead.extend(reversed(&target));
        } else if ahead.is_empty() {
            points.push((next.clone(), Part::File));
            at = next;
        } else if is_folder(&next) {
            at = next;
        } else {
            // What lies below cannot be there before this is.
            points.push((next.clone(), Part::Way));
            return points;
        }
    }
    // The folder that the file lies in, by its name in the one above.
    if let Some(folder) = at.parent()
        && folder.parent().is_some_and(|it| it.parent().is_some())
    {
        points.push((folder.to_path_buf(), Part::Way));
    }
    points
}

fn reversed(path: &Path) -> Vec<PathBuf> {
    let parts: Vec<PathBuf> = path.components().map(|it| PathBuf::from(it.as_os_str())).collect();
    parts.into_iter().rev().collect()
}

/// A path by which names are told apart: where the system does not heed the case of letters, neither does this.
fn folded(path: &Path) -> PathBuf {
    if cfg!(any(windows, target_os = "macos")) {
        PathBuf::from(path.to_string_lossy().to_lowercase())
    } else {
        path.to_path_buf()
    }
}

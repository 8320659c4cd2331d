//! What `import` reads: the standard library, and files below the root. Everything is read before anything runs.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use crate::code;
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::script::known::Known;
use crate::script::values::Unreadable;
use crate::script::{MOST_BYTES, Script, folder, with_slashes};
use crate::source::files::{Files, ReadError};
use crate::source::{SourceId, SourceKind, Sources, Span};

code! {
    /// An `import` names a module that cannot be read.
    ///
    /// ```rhai,reports
    /// import "std/optoins" as options;
    /// ```
    ///
    /// ```rhai
    /// import "std/options" as options;
    /// ```
    IMPORT_UNREADABLE: Error = "import-unreadable", "module that cannot be read";

    /// An `import` leads out of the root, by `..`, by an absolute path or by a symbolic link. A template reads only what
    /// lies beside it, so that it can be handed on whole and reads nothing else of the machine.
    ///
    /// ```rhai,reports
    /// import "../../windows/system" as system;
    /// ```
    ///
    /// Put the module below the root, or name a root that holds both with `--root`. The standard library is always there:
    ///
    /// ```rhai
    /// import "std/naming" as naming;
    /// ```
    IMPORT_OUTSIDE: Error = "import-outside", "import from outside the root";

    /// Modules import each other in a ring. None of them could be the first.
    IMPORT_CYCLE: Error = "import-cycle", "modules that import each other";

    /// The path of an `import` is put together by the script. Modules are read before anything runs, so their paths have to
    /// stand in the text.
    ///
    /// ```rhai,reports
    /// let name = "std/naming";
    /// import name as naming;
    /// ```
    ///
    /// ```rhai
    /// import "std/naming" as naming;
    /// ```
    IMPORT_COMPUTED: Error = "import-computed", "import of a computed path"
}

/// The codes of this file.
pub static CODES: &[&Code] =
    &[&IMPORT_UNREADABLE, &IMPORT_OUTSIDE, &IMPORT_CYCLE, &IMPORT_COMPUTED];

/// The modules of the standard library: path and text.
pub static LIBRARY: &[(&str, &str)] = &[
    ("std/checks", include_str!("../../stdlib/checks.rhai")),
    ("std/naming", include_str!("../../stdlib/naming.rhai")),
    ("std/options", include_str!("../../stdlib/options.rhai")),
    ("std/topology", include_str!("../../stdlib/topology.rhai")),
];

/// The text of a module of the standard library.
#[must_use]
pub fn library(path: &str) -> Option<&'static str> {
    LIBRARY.iter().find(|(it, _)| *it == path).map(|(_, text)| *text)
}

/// Where the standard library is read from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Library {
    /// The program's own.
    Embedded,
    /// The modules `std/….rhai` below the root, and for those that are not there the program's own: to see what another
    /// library would do to a script.
    BelowRoot,
}

/// The most modules of one program.
const MOST_MODULES: usize = 64;

/// Which module each `import` brings.
#[derive(Debug, Default)]
pub struct Imports(BTreeMap<(SourceId, String), usize>);

impl Imports {
    /// The module of an import, as an index into the program's scripts.
    #[must_use]
    pub fn get(&self, from: SourceId, path: &str) -> Option<usize> {
        self.0.get(&(from, path.to_owned())).copied()
    }
}

/// Where a module lies.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Place {
    Library(&'static str),
    /// A module of another standard library, by its import path and its file.
    OtherLibrary(String, PathBuf),
    File(PathBuf),
}

/// Reads the entry script and everything that it imports, each once; tells the root as well, with links resolved.
pub(super) fn read_all(
    files: &dyn Files,
    entry: &Path,
    root: Option<&Path>,
    library: Library,
    known: &Known,
    sources: &mut Sources,
    out: &mut Vec<Diagnostic>,
) -> Result<(Vec<Script>, Imports, PathBuf), Unreadable> {
    let unreadable =
        |what, path: &Path, error: ReadError| Unreadable { what, path: path.to_path_buf(), error };
    let text = files.read(entry, MOST_BYTES).map_err(|error| unreadable("script", entry, error))?;
    let resolved = |what, path: &Path| {
        files.canonical(path).map_err(|error| {
            let missing = error.kind() == std::io::ErrorKind::NotFound;
            let error = if missing { ReadError::Missing } else { ReadError::Io(error) };
            unreadable(what, path, error)
        })
    };
    let at = resolved("script", entry)?;
    let root = resolved("root", root.unwrap_or(&folder(entry)))?;
    let name = match at.strip_prefix(&root) {
        Ok(below) => with_slashes(below),
        Err(_) => {
            let error =
                std::io::Error::other(format!("it does not lie below the root {}", root.display()));
            return Err(unreadable("script", entry, ReadError::Io(error)));
        }
    };
    let mut reader = Reader {
        files,
        root,
        library,
        known,
        sources,
        out,
        scripts: Vec::new(),
        places: Vec::new(),
        imports: Imports::default(),
        stack: Vec::new(),
    };
    reader.script(Place::File(at), name, SourceKind::Script, text);
    Ok((reader.scripts, reader.imports, reader.root))
}

struct Reader<'r> {
    files: &'r dyn Files,
    root: PathBuf,
    library: Library,
    known: &'r Known,
    sources: &'r mut Sources,
    out: &'r mut Vec<Diagnostic>,
    scripts: Vec<Script>,
    places: Vec<Place>,
    imports: Imports,
    /// The scripts that are being read, the entry first, each with the import that is followed.
    stack: Vec<(usize, Span)>,
}

impl Reader<'_> {
    /// Adds a script and follows its imports; returns its index.
    fn script(&mut self, place: Place, name: String, kind: SourceKind, text: String) -> usize {
        let id = self.sources.add(kind, name.clone(), text);
        let tree = self.known.tree(&name, &self.sources.get(id).text);
        let index = self.scripts.len();
        let wanted: Vec<(Option<String>, Span)> = tree
            .imports()
            .filter_map(|import| {
                let range = import.path_expr()?.range();
                let span = Span { source: id, start: range.start, end: range.end };
                Some((import.path(), span))
            })
            .collect();
        self.scripts.push(Script::new(id, name, tree));
        self.places.push(place);
        for (path, span) in wanted {
            match path {
                Some(path) => self.follow(index, &path, span),
                None => {
                    let mut diagnostic = Diagnostic::new(
                        &IMPORT_COMPUTED,
                        span,
                        "the path of the import is computed",
                    );
                    diagnostic.label("known only when the script runs");
                    diagnostic.help("write the path here, in quotes");
                    self.out.push(diagnostic);
                }
            }
        }
        index
    }

    fn follow(&mut self, from: usize, path: &str, span: Span) {
        let Some(place) = self.place(from, path, span) else { return };
        let id = self.scripts[from].id;
        if let Some(known) = self.places.iter().position(|it| *it == place) {
            let reading = known == from || self.stack.iter().any(|(index, _)| *index == known);
            if reading {
                self.report_ring(known, from, span);
            } else {
                self.imports.0.insert((id, path.to_owned()), known);
            }
            return;
        }
        if self.scripts.len() > MOST_MODULES {
            let message = format!("the script imports more than {MOST_MODULES} modules");
            self.out.push(Diagnostic::new(&crate::script::faults::SCRIPT_LIMIT, span, message));
            return;
        }
        let (name, kind, text) = match &place {
            Place::Library(name) => {
                let text = library(name).unwrap_or_default();
                ((*name).to_owned(), SourceKind::Library, text.to_owned())
            }
            Place::OtherLibrary(name, file) => match self.files.read(file, MOST_BYTES) {
                Ok(text) => (name.clone(), SourceKind::Library, text),
                Err(error) => {
                    self.report_unreadable(path, span, &error.to_string());
                    return;
                }
            },
            Place::File(file) => match self.files.read(file, MOST_BYTES) {
                Ok(text) => {
                    let below = file.strip_prefix(&self.root).unwrap_or(file);
                    (with_slashes(below), SourceKind::Script, text)
                }
                Err(error) => {
                    self.report_unreadable(path, span, &error.to_string());
                    return;
                }
            },
        };
        self.stack.push((from, span));
        let index = self.script(place, name, kind, text);
        self.stack.pop();
        self.imports.0.insert((id, path.to_owned()), index);
    }

    /// Where an import leads, if it may.
    fn place(&mut self, from: usize, path: &str, span: Span) -> Option<Place> {
        if let Some(name) = path.strip_prefix("std/") {
            if let Some(file) = self.other_library(name) {
                return Some(Place::OtherLibrary(path.to_owned(), file));
            }
            if let Some((name, _)) = LIBRARY.iter().find(|(it, _)| *it == path) {
                return Some(Place::Library(name));
            }
            let message = format!("the standard library has no module `{name}`");
            let mut diagnostic = Diagnostic::new(&IMPORT_UNREADABLE, span, message);
            diagnostic.label("not in the standard library");
            match nearest(path, LIBRARY.iter().map(|(it, _)| *it)) {
                Some(meant) => {
                    diagnostic.help(format!("did you mean `{meant}`?"));
                    let text = format!("\"{meant}\"");
                    let always = crate::diagnostic::Applicability::Always;
                    diagnostic.fix(format!("write `{meant}`"), always, span, text);
                }
                None => {
                    let names: Vec<_> = LIBRARY.iter().map(|(it, _)| format!("`{it}`")).collect();
                    diagnostic.help(format!("its modules are {}", names.join(", ")));
                }
            }
            self.out.push(diagnostic);
            return None;
        }
        let below = Path::new(path);
        let windows = path.contains(['\\', ':']);
        let relative = below.components().all(|it| {
            matches!(it, Component::CurDir | Component::ParentDir | Component::Normal(_))
        });
        if windows || !relative || path.is_empty() {
            self.report_outside(path, span, "an import is a path below the root, with `/`");
            return None;
        }
        let Place::File(importer) = &self.places[from] else {
            self.report_outside(
                path,
                span,
                "a module of the standard library imports only `std/…`",
            );
            return None;
        };
        let mut file = folder(importer).join(below);
        if file.extension().is_none() {
            file.set_extension("rhai");
        }
        // By its words first: whether something is there must not be told of a place outside.
        if !lexically_below(&self.root, &file) {
            self.report_outside(path, span, "it leads out of the root");
            return None;
        }
        match self.files.canonical(&file) {
            Ok(real) if real.starts_with(&self.root) => Some(Place::File(real)),
            Ok(_) => {
                self.report_outside(path, span, "it leads out of the root by a symbolic link");
                None
            }
            Err(_) => {
                let shown = file.strip_prefix(&self.root).unwrap_or(below);
                let reason = format!("there is no file `{}` below the root", with_slashes(shown));
                self.report_unreadable(path, span, &reason);
                None
            }
        }
    }

    /// The file of a module of the standard library below the root, where one is looked for and there.
    fn other_library(&self, name: &str) -> Option<PathBuf> {
        let is_plain = name.chars().all(|it| it.is_ascii_alphanumeric() || it == '_' || it == '-');
        if self.library == Library::Embedded || !is_plain {
            return None;
        }
        let file = self.root.join("std").join(name).with_extension("rhai");
        self.files.canonical(&file).ok().filter(|it| it.starts_with(&self.root))
    }

    fn report_unreadable(&mut self, path: &str, span: Span, reason: &str) {
        let message = format!("the module `{path}` cannot be read: {reason}");
        let mut diagnostic = Diagnostic::new(&IMPORT_UNREADABLE, span, message);
        diagnostic.label("imported here");
        diagnostic
            .help("correct the path; it counts from this file's folder, and `.rhai` is added");
        self.out.push(diagnostic);
    }

    fn report_outside(&mut self, path: &str, span: Span, reason: &str) {
        let message = format!("the import of `{path}` leaves the root");
        let mut diagnostic = Diagnostic::new(&IMPORT_OUTSIDE, span, message);
        diagnostic.label(reason);
        diagnostic
            .help("put the module below the root, or name a root that holds both with `--root`");
        self.out.push(diagnostic);
    }

    fn report_ring(&mut self, first: usize, last: usize, span: Span) {
        let from = self.stack.iter().position(|(index, _)| *index == first);
        let ring = from.map_or(&[][..], |from| &self.stack[from..]);
        let mut names: Vec<_> =
            ring.iter().map(|(index, _)| format!("`{}`", self.scripts[*index].name)).collect();
        names.push(format!("`{}`", self.scripts[last].name));
        names.push(format!("`{}`", self.scripts[first].name));
        if first == last {
            names.remove(0);
        }
        let message = if first == last {
            format!("`{}` imports itself", self.scripts[first].name)
        } else {
            format!("modules import each other: {}", names.join(" → "))
        };
        let mut diagnostic = Diagnostic::new(&IMPORT_CYCLE, span, message);
        diagnostic.label("closes the ring");
        for (index, import) in ring {
            diagnostic.relate(*import, format!("imported by `{}`", self.scripts[*index].name));
        }
        diagnostic.help("move what both need into a module of its own");
        self.out.push(diagnostic);
    }
}

/// Whether a path lies below a folder by its words alone.
fn lexically_below(root: &Path, path: &Path) -> bool {
    let mut depth: i32 = 0;
    let Ok(below) = path.strip_prefix(root) else { return false };
    for component in below.components() {
        match component {
            Component::ParentDir => depth -= 1,
            Component::Normal(_) => depth += 1,
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
        if depth < 0 {
            return false;
        }
    }
    true
}

//! Coverage: which statements, functions and branches of a template and its own modules the cases of its tests came by.
//!
//! A branch is a way of a decision: the blocks of an `if`, its missing `else` too; each arm of a `switch`; the body of a
//! `while` or `for`; a `catch`; and the right side of `&&`, `||` and `??`. The standard library is not counted.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use jiff::civil::Date;

use crate::compile;
use crate::script::import::Library;
use crate::script::known::Known;
use crate::script::recorder::PROBES;
use crate::script::registry::{FnSpec, Registry};
use crate::script::suite::Case;
use crate::script::values::Unreadable;
use crate::script::{self, Program};
use crate::source::files::Files;
use crate::source::{SourceKind, Sources, Span, Spot};
use crate::trial::probe::{Probed, ProbedFiles, What};
use crate::trial::{Given, Trial, judge};

/// A template that counts what is carried out of it.
#[derive(Debug)]
pub struct Counting {
    program: Arc<Program>,
    scripts: Vec<Probed>,
}

/// What cases came by in a template.
#[derive(Clone, Debug, Default)]
pub struct Hits {
    /// How often each probe was come by.
    probes: BTreeMap<u32, u64>,
    /// The texts that hold a secret by mistake, as far as a run told.
    covered: BTreeSet<String>,
}

impl Hits {
    /// Adds those of another case.
    pub fn add(&mut self, other: Hits) {
        for (probe, count) in other.probes {
            *self.probes.entry(probe).or_default() += count;
        }
        self.covered.extend(other.covered);
    }
}

/// What was counted in all files.
#[derive(Clone, Debug, Default)]
pub struct Coverage(BTreeMap<PathBuf, File>);

/// What was counted in one file.
#[derive(Clone, Debug)]
pub struct File {
    /// Its text as it may be shown.
    pub text: String,
    /// The lines on which a statement begins, from 1, and how often the first of them was carried out.
    pub lines: BTreeMap<u32, u64>,
    /// The functions, in the order of the text.
    pub functions: Vec<FunctionHits>,
    /// The branches, in the order of the text.
    pub branches: Vec<Branch>,
    hits: Vec<u64>,
}

/// A function, and how often it was called.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FunctionHits {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub at: Spot,
    /// How often it was called.
    pub hits: u64,
}

/// A way of a decision, and how often it was taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Branch {
    /// Where it stands.
    pub at: Spot,
    /// Where its decision begins.
    pub decision: Spot,
    /// What it is: "`else`".
    pub what: &'static str,
    /// How often it was taken.
    pub hits: u64,
}

/// How many of so many.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Share {
    /// How many were come by.
    pub hit: usize,
    /// How many there are.
    pub all: usize,
}

impl Share {
    fn of(hits: impl Iterator<Item = u64>) -> Share {
        hits.fold(Share::default(), |sum, it| Share {
            hit: sum.hit + usize::from(it > 0),
            all: sum.all + 1,
        })
    }

    /// Of a hundred, to a tenth and never rounded up to the whole; of nothing it is everything.
    #[must_use]
    pub fn percent(self) -> f64 {
        if self.all == 0 {
            return 100.0;
        }
        f64::from((self.hit * 1000 / self.all) as u32) / 10.0
    }
}

impl std::ops::Add for Share {
    type Output = Share;

    fn add(self, other: Share) -> Share {
        Share { hit: self.hit + other.hit, all: self.all + other.all }
    }
}

/// The functions of a template that counts.
#[must_use]
pub fn registry() -> Registry {
    static TABLES: LazyLock<Vec<&'static [FnSpec]>> =
        LazyLock::new(|| compile::registry().tables.iter().copied().chain([PROBES]).collect());
    Registry { tables: &TABLES, ..compile::registry() }
}

/// Reads a template so that it counts. Modules are told by paths like the template's own, wherever that lies.
pub fn load(files: &dyn Files, template: &Path, given: &Given) -> Result<Counting, Unreadable> {
    let probed = ProbedFiles::new(files);
    let (root, library) = (given.imports.as_deref(), Library::Embedded);
    let known = &mut Known::default();
    let program = script::load(&probed, template, root, library, registry(), known)?;
    let mut scripts = probed.scripts.into_inner();
    let folder = root.map_or_else(|| script::folder(template), Path::to_path_buf);
    if let Ok(real) = files.canonical(&folder) {
        for script in &mut scripts {
            let path = files.canonical(&script.path).unwrap_or_default();
            if let Ok(path) = path.strip_prefix(&real) {
                let path = folder.join(path);
                script.path = path.strip_prefix(".").map(Path::to_path_buf).unwrap_or(path);
            }
        }
    }
    Ok(Counting { program: Arc::new(program), scripts })
}

impl Counting {
    /// The template with its probes. It means the same as the one without.
    #[must_use]
    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }

    /// Carries the template out for a case. A case that cannot be compiled comes by nothing.
    #[must_use]
    pub fn count(
        &self,
        files: &dyn Files,
        trial: &Trial,
        case: &Case,
        given: &Given,
        as_of: Date,
    ) -> Hits {
        let Ok(inputs) = judge::inputs(files, trial, case, given, as_of) else {
            return Hits::default();
        };
        let run = compile::declare(files, &self.program, registry(), &inputs);
        let Ok(run) = run else { return Hits::default() };
        let covered = run.sources.veiled().into_iter().map(str::to_owned).collect();
        Hits { probes: run.hits, covered }
    }
}

impl Coverage {
    /// Adds what cases came by in a template.
    pub fn add(&mut self, counting: &Counting, hits: &Hits) {
        for script in &counting.scripts {
            let file = self.0.entry(script.path.clone()).or_insert_with(|| File {
                text: script.text.to_string(),
                lines: BTreeMap::new(),
                functions: Vec::new(),
                branches: Vec::new(),
                hits: vec![0; script.probes.len()],
            });
            for (number, count) in hits.probes.range(script.first..) {
                match file.hits.get_mut((number - script.first) as usize) {
                    Some(sum) => *sum += count,
                    None => break,
                }
            }
            // Backwards, so that of two texts that begin alike the longer one is first.
            for covered in hits.covered.iter().rev() {
                file.text = file.text.replace(covered, "***");
            }
            file.tell(script);
        }
    }

    /// The files, by path.
    pub fn files(&self) -> impl Iterator<Item = (&Path, &File)> {
        self.0.iter().map(|(path, file)| (path.as_path(), file))
    }

    /// The share of the branches of all files.
    #[must_use]
    pub fn branches(&self) -> Share {
        self.0.values().map(File::branch_share).fold(Share::default(), |sum, it| sum + it)
    }

    /// The share of the functions of all files.
    #[must_use]
    pub fn functions(&self) -> Share {
        self.0.values().map(File::function_share).fold(Share::default(), |sum, it| sum + it)
    }

    /// The share of the lines of all files.
    #[must_use]
    pub fn lines(&self) -> Share {
        self.0.values().map(File::line_share).fold(Share::default(), |sum, it| sum + it)
    }
}

impl File {
    /// Reads the sums off the probes.
    fn tell(&mut self, script: &Probed) {
        let mut sources = Sources::default();
        let id = sources.add(SourceKind::Script, "", script.text.clone());
        let spot = |start: u32| sources.spot(Span { source: id, start, end: start });
        self.lines.clear();
        self.functions.clear();
        self.branches.clear();
        for (probe, hits) in script.probes.iter().zip(&self.hits) {
            let at = spot(probe.range.start);
            match &probe.what {
                What::Statement => {
                    self.lines.entry(at.line).or_insert(*hits);
                }
                What::Function(name) => {
                    self.functions.push(FunctionHits { name: name.clone(), at, hits: *hits });
                }
                What::Branch(decision, what) => {
                    let decision = spot(*decision);
                    self.branches.push(Branch { at, decision, what, hits: *hits });
                }
            }
        }
        self.functions.sort_by_key(|it| it.at);
        self.branches.sort_by_key(|it| (it.decision, it.at));
    }

    /// The share of the branches that were taken.
    #[must_use]
    pub fn branch_share(&self) -> Share {
        Share::of(self.branches.iter().map(|it| it.hits))
    }

    /// The share of the lines that were carried out.
    #[must_use]
    pub fn line_share(&self) -> Share {
        Share::of(self.lines.values().copied())
    }

    /// The share of the functions that were called.
    #[must_use]
    pub fn function_share(&self) -> Share {
        Share::of(self.functions.iter().map(|it| it.hits))
    }
}

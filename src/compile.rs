//! The pipeline: from files and inputs to findings and, if there is no error, a plan.
//!
//! [`compile`] is pure and total: the same files, inputs and day give the same result, there is no network and no clock
//! but the guard that stops a script which does not end, and it always returns.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::Date;

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::installer::Packages;
use crate::model::Deployment;
use crate::plan::Plan;
use crate::plan::seal::{self, Canonical};
use crate::script::import::Library;
use crate::script::known::Known;
use crate::script::limits::{self, Stop};
use crate::script::registry::Registry;
use crate::script::values::{self, Unreadable, ValueInputs};
use crate::script::{self, Program, param, print};
use crate::source::files::Files;
use crate::source::{Source, SourceId, SourceKind, Sources};
use crate::subject::{self, SUBJECTS, setup};

mod assemble;
pub mod many;

/// What a compilation is made from, beside the files.
#[derive(Clone, Debug)]
pub struct Inputs {
    /// The entry script.
    pub script: PathBuf,
    /// The folder that imports may not leave; the script's own if none is given.
    pub root: Option<PathBuf>,
    /// Values files, the last one winning.
    pub values: Vec<PathBuf>,
    /// `--set name=value`, winning over everything else.
    pub settings: Vec<(String, String)>,
    /// Environment variables `MIMEO_PARAM_…`, winning over values files.
    pub environment: Vec<(String, String)>,
    /// Who knows what the installer's package says of itself; nobody, where it plays no part.
    pub packages: Option<Arc<dyn Packages>>,
    /// The day on which dated rules are judged.
    pub as_of: Date,
    /// Ends the run before its time.
    pub stop: Stop,
}

impl Inputs {
    /// Inputs with a script and a day and nothing else.
    pub fn new(script: impl Into<PathBuf>, as_of: Date) -> Self {
        Inputs {
            script: script.into(),
            root: None,
            values: Vec::new(),
            settings: Vec::new(),
            environment: Vec::new(),
            packages: None,
            as_of,
            stop: Stop::default(),
        }
    }

    /// The files behind the texts of a compilation.
    #[must_use]
    pub fn paths(&self, sources: &Sources) -> Vec<(SourceId, PathBuf)> {
        // Values files are read in the order in which they are given.
        let mut values = self.values.iter();
        let path = |source: &Source| match source.kind {
            SourceKind::Script => Some(self.root_folder().join(&source.name)),
            SourceKind::Values => values.next().cloned(),
            SourceKind::Library | SourceKind::Environment | SourceKind::Setting => None,
        };
        let paths: Vec<_> = sources.iter().map(|(_, it)| it).map(path).collect();
        let named = sources.iter().zip(paths);
        named.filter_map(|((id, _), path)| Some((id, path?))).collect()
    }

    /// The folder that imports may not leave and that names of scripts are relative to.
    #[must_use]
    pub fn root_folder(&self) -> PathBuf {
        self.root.clone().unwrap_or_else(|| script::folder(&self.script))
    }
}

/// What a compilation brings forth.
#[derive(Debug)]
pub struct Compiled {
    /// Every text that was read, values included.
    pub sources: Sources,
    /// What the script declares.
    pub deployment: Deployment,
    /// Everything found, in the order of the texts.
    pub diagnostics: Vec<Diagnostic>,
    /// The plan; nothing if there is an error.
    pub plan: Option<Plan>,
}

impl Compiled {
    /// Makes the plan, if there is no error.
    pub fn assemble(&mut self, as_of: Date) {
        drop(self.assemble_written(as_of));
    }

    /// Makes the plan, if there is no error, and returns what its file is made of: to write the plan again would cost as
    /// much as to make it.
    pub fn assemble_written(&mut self, as_of: Date) -> Option<Canonical> {
        self.plan = self.sketch(as_of);
        self.plan.as_mut().map(seal::seal)
    }

    /// Makes the plan, if there is no error, without its seal, which is dear: to look at, and not to keep.
    #[must_use]
    pub fn sketch(&self, as_of: Date) -> Option<Plan> {
        (!self.has_errors()).then(|| assemble::plan(self, as_of))
    }

    /// Whether an error was found.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|it| it.severity() == Severity::Error)
    }
}

/// The rows of every host function: the language's own, then those of the subjects in order.
#[must_use]
pub fn registry() -> Registry {
    static TABLES: std::sync::LazyLock<Vec<&'static [script::registry::FnSpec]>> =
        std::sync::LazyLock::new(|| {
            let own = [param::FUNCTIONS, print::FUNCTIONS];
            own.into_iter().chain(SUBJECTS.iter().map(|it| it.functions)).collect()
        });
    Registry { tables: &TABLES, most_calls: limits::HOST_CALLS }
}

/// Every code that can be reported, by file.
#[must_use]
pub fn catalogue() -> Vec<&'static Code> {
    let language = script::CODES.iter().flat_map(|it| it.iter().copied());
    let formats = crate::model::format::CODES.iter().copied();
    let subjects = SUBJECTS.iter().flat_map(|it| it.checks).map(|it| it.code);
    language.chain(formats).chain(subjects).collect()
}

/// Compiles a script with one customer's values.
///
/// A wrong script is not an error: what is wrong with it is in [`Compiled::diagnostics`]. The error is a file that
/// cannot be read.
pub fn compile(files: &(dyn Files + Sync), inputs: &Inputs) -> Result<Compiled, Unreadable> {
    let mut compiled = check(files, inputs)?;
    compiled.assemble(inputs.as_of);
    Ok(compiled)
}

/// Compiles a script with one customer's values for its findings alone: [`Compiled::plan`] is left out.
pub fn check(files: &(dyn Files + Sync), inputs: &Inputs) -> Result<Compiled, Unreadable> {
    script::on_deep_stack(|| {
        let program = load(files, &inputs.script, inputs.root.as_deref())?;
        run(files, &Arc::new(program), inputs)
    })
}

/// Reads and compiles a script and its modules, once for all customers.
pub fn load(files: &dyn Files, entry: &Path, root: Option<&Path>) -> Result<Program, Unreadable> {
    load_with(files, entry, root, Library::Embedded)
}

/// As [`load`], with the standard library from elsewhere.
pub fn load_with(
    files: &dyn Files,
    entry: &Path,
    root: Option<&Path>,
    library: Library,
) -> Result<Program, Unreadable> {
    script::load(files, entry, root, library, registry(), &mut Known::default())
}

/// As [`load`], for one who reads the same scripts again and again.
pub fn load_again(
    files: &dyn Files,
    entry: &Path,
    root: Option<&Path>,
    known: &mut Known,
) -> Result<Program, Unreadable> {
    script::load(files, entry, root, Library::Embedded, registry(), known)
}

/// Runs a program over one customer's values, without assembling the plan. Call it on [`script::on_deep_stack`].
pub fn run(
    files: &dyn Files,
    program: &Arc<Program>,
    inputs: &Inputs,
) -> Result<Compiled, Unreadable> {
    Ok(judge(program, declare(files, program, registry(), inputs)?, inputs))
}

/// Checks what a run of a program has declared.
#[must_use]
pub fn judge(program: &Program, mut run: script::Run, inputs: &Inputs) -> Compiled {
    if let Some(packages) = &inputs.packages {
        setup::package::read(&mut run.deployment, packages.as_ref());
    }
    let mut diagnostics = run.diagnostics;
    if program.runnable {
        diagnostics.extend(subject::check(SUBJECTS, &run.deployment, inputs.as_of));
    }
    sort(&mut diagnostics);
    let veiled = run.sources.veiled();
    if !veiled.is_empty() {
        for it in &mut diagnostics {
            it.cover(&veiled);
        }
    }
    Compiled { sources: run.sources, deployment: run.deployment, diagnostics, plan: None }
}

/// Runs a program over one customer's values, for what it declares alone. Call it on [`script::on_deep_stack`].
pub fn declare(
    files: &dyn Files,
    program: &Arc<Program>,
    registry: Registry,
    inputs: &Inputs,
) -> Result<script::Run, Unreadable> {
    let mut sources = program.sources.clone();
    let mut found = Vec::new();
    let value_inputs = ValueInputs {
        root: &program.root,
        files: &inputs.values,
        environment: &inputs.environment,
        settings: &inputs.settings,
    };
    let values = values::load(files, &value_inputs, &mut sources, &mut found)?;
    Ok(script::run(program, registry, &values, sources, found, &inputs.stop))
}

/// The most findings that are shown; nobody reads more.
const MOST_FINDINGS: usize = 200;

/// Orders findings as the texts are read, each once, and no more than can be read.
pub fn sort(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by_key(|it| (it.primary.source, it.primary.start, it.primary.end));
    let mut new = Vec::with_capacity(diagnostics.len());
    for there in diagnostics.chunk_by(|one, other| one.primary == other.primary) {
        // Most places have one finding.
        let mut seen = HashSet::new();
        let is_new = |it| there.len() == 1 || seen.insert(it);
        new.extend(there.iter().map(|it| (it.code.name, it.message.as_str())).map(is_new));
    }
    let mut new = new.into_iter();
    diagnostics.retain(|_| new.next().expect("there is one for each"));
    if diagnostics.len() > MOST_FINDINGS {
        // An error must not be lost behind hints.
        diagnostics.sort_by_key(Diagnostic::severity);
        diagnostics.truncate(MOST_FINDINGS);
    }
}

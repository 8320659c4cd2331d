//! From what changed to findings and plans: only what the change concerns is read and run again.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use jiff::civil::Date;

use crate::compile::{self, Compiled, Inputs, many};
use crate::installer::Packages;
use crate::installer::shelf::Shelf;
use crate::script::Program;
use crate::script::known::Known;
use crate::script::values::{LIMIT, Unreadable};
use crate::source::files::{Disk, Files, ReadError, settled};
use crate::watch::look::{
    Readings, Seen, Shelves, Want, What, Witness, is_folder, profile, values_files,
};
use crate::watch::note::Note;

/// What is watched.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The inputs of every customer, with the values files for all.
    pub inputs: Inputs,
    /// The profile that is taken in the place of the installer's package.
    pub profile: Option<PathBuf>,
    /// Values files of customers, or folders of such; without any, there is one customer.
    pub customers: Vec<PathBuf>,
}

/// One customer's result.
#[derive(Debug)]
pub struct Checked {
    /// The name.
    pub name: String,
    /// What it was made from.
    pub inputs: Inputs,
    /// What was found; nothing if an input could not be read.
    pub compiled: Option<Compiled>,
    /// The findings.
    pub notes: Vec<Note>,
    /// Whether the script was run to be judged: else it is not known what would be found in what it declares.
    pub judged: bool,
}

/// What a run brings forth.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The customers, in their order.
    pub customers: Vec<Arc<Checked>>,
    /// Everything that was read.
    pub readings: Readings,
}

/// Runs, and keeps what the next run can use again.
#[derive(Debug)]
pub struct Runner {
    setup: Setup,
    shelf: Arc<Shelf>,
    /// What was made of the scripts before.
    known: Known,
    program: Option<Loaded>,
    kept: Vec<Kept>,
    /// What changed since the last run that was not overtaken.
    stale: BTreeSet<Want>,
    /// Counts the programs.
    generation: u64,
}

#[derive(Debug)]
struct Loaded {
    program: Result<Arc<Program>, Note>,
    packages: Result<Arc<dyn Packages>, Note>,
    readings: Readings,
    as_of: Date,
}

#[derive(Debug)]
struct Kept {
    values: Vec<PathBuf>,
    generation: u64,
    readings: Readings,
    checked: Arc<Checked>,
}

impl Runner {
    /// Nothing was run yet.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        Runner {
            setup,
            shelf: Arc::default(),
            // Where there is no room for another thread, everything is done in turn.
            known: Known::with_helper().unwrap_or_default(),
            program: None,
            kept: Vec::new(),
            stale: BTreeSet::new(),
            generation: 0,
        }
    }

    /// Forgets everything, so that the next run is a whole one.
    pub fn forget(&mut self) {
        self.program = None;
    }

    /// Runs what a change concerns. Call it on [`on_deep_stack`](crate::script::on_deep_stack). Nothing comes of it if it
    /// is overtaken.
    pub fn run(
        &mut self,
        files: &(dyn Files + Sync),
        changed: BTreeSet<Want>,
        as_of: Date,
        is_overtaken: &(dyn Fn() -> bool + Sync),
    ) -> Option<Outcome> {
        self.stale.extend(changed);
        let concerned = |readings: &Readings, stale: &BTreeSet<Want>| {
            stale.iter().any(|it| readings.contains_key(it))
        };
        if self
            .program
            .as_ref()
            .is_none_or(|it| it.as_of != as_of || concerned(&it.readings, &self.stale))
        {
            self.program = Some(self.load(files, as_of));
            self.generation += 1;
        }
        let (customers, mut readings) = self.customers();
        let loaded = self.program.as_ref().expect("it was loaded");
        readings.extend(loaded.readings.clone());
        let mut before = std::mem::take(&mut self.kept);
        let mut still = |(name, values): &(String, Vec<PathBuf>)| {
            let known = before.iter().position(|it| it.values == *values)?;
            let known = before.swap_remove(known);
            let same = known.generation == self.generation && known.checked.name == *name;
            (same && !concerned(&known.readings, &self.stale)).then_some(known)
        };
        let kept = customers.iter().map(&mut still).collect();
        let kept = self.check_all(files, loaded, customers, kept, is_overtaken);
        let whole = kept.iter().all(Option::is_some);
        self.kept = kept.into_iter().flatten().collect();
        if !whole || is_overtaken() {
            return None;
        }
        self.stale.clear();
        readings.extend(self.kept.iter().flat_map(|it| it.readings.clone()));
        let customers = self.kept.iter().map(|it| it.checked.clone()).collect();
        Some(Outcome { customers, readings })
    }

    /// Checks the customers that are not kept, on all processors. Who is left out because the run is overtaken is run by the
    /// run that overtakes it.
    fn check_all(
        &self,
        files: &(dyn Files + Sync),
        loaded: &Loaded,
        customers: Vec<(String, Vec<PathBuf>)>,
        mut kept: Vec<Option<Kept>>,
        is_overtaken: &(dyn Fn() -> bool + Sync),
    ) -> Vec<Option<Kept>> {
        let open: Vec<usize> = (0..kept.len()).filter(|it| kept[*it].is_none()).collect();
        let check = |index: usize| {
            let (name, values) = customers[index].clone();
            (!is_overtaken()).then(|| self.check(files, loaded, name, values))
        };
        match open.as_slice() {
            [] => return kept,
            [index] => {
                kept[*index] = check(*index);
                return kept;
            }
            _ => {}
        }
        let (work, stop) = (|at: usize| check(open[at]), AtomicBool::new(false));
        let mut places = open.iter();
        many::in_order(open.len(), many::processors(), &stop, work, |it| {
            kept[*places.next().expect("each has a place")] = it;
        });
        kept
    }

    fn load(&mut self, files: &(dyn Files + Sync), as_of: Date) -> Loaded {
        let witness = Witness::new(files);
        let Inputs { script, root, .. } = &self.setup.inputs;
        let program = compile::load_again(&witness, script, root.as_deref(), &mut self.known);
        let packages: Result<Arc<dyn Packages>, Note> = match &self.setup.profile {
            Some(path) => match profile(&witness, path) {
                Ok(profile) => Ok(Arc::new(profile)),
                Err(error) => Err(refused(path, error)),
            },
            None => Ok(self.shelf.clone()),
        };
        Loaded {
            program: program.map(Arc::new).map_err(|it| Note::unreadable(&it)),
            packages,
            readings: witness.into_readings(),
            as_of,
        }
    }

    /// The customers with their values files, and what was read to know them.
    fn customers(&self) -> (Vec<(String, Vec<PathBuf>)>, Readings) {
        let mut readings = Readings::new();
        let mut own = Vec::new();
        for path in &self.setup.customers {
            if is_folder(path) {
                let files = values_files(path);
                let want = Want { path: path.clone(), what: What::Names };
                readings.insert(want, Seen::Names(files.clone()));
                own.extend(files);
            } else {
                own.push(path.clone());
            }
        }
        let base = &self.setup.inputs.values;
        if self.setup.customers.is_empty() {
            let named = base.last().unwrap_or(&self.setup.inputs.script);
            return (vec![(stem(named), base.clone())], readings);
        }
        // One folder may have been named in two ways.
        let mut folders: BTreeMap<PathBuf, PathBuf> = BTreeMap::new();
        let mut seen = BTreeSet::new();
        own.retain(|it| {
            let (parent, name) = (it.parent().unwrap_or(it), it.file_name().unwrap_or_default());
            let real = folders.entry(parent.to_path_buf()).or_insert_with(|| settled(&Disk, it));
            seen.insert(real.with_file_name(name))
        });
        let names = names(&own);
        let values = own.iter().map(|it| base.iter().chain([it]).cloned().collect());
        (names.into_iter().zip(values).collect(), readings)
    }

    fn check(
        &self,
        files: &(dyn Files + Sync),
        loaded: &Loaded,
        name: String,
        values: Vec<PathBuf>,
    ) -> Kept {
        let witness = Witness::new(files);
        let mut inputs =
            Inputs { values: values.clone(), as_of: loaded.as_of, ..self.setup.inputs.clone() };
        let mut notes = Vec::new();
        let mut compiled = None;
        let mut asked = Readings::new();
        match (&loaded.program, &loaded.packages) {
            (Ok(program), Ok(packages)) => {
                let shelves = Arc::new(Shelves::new(packages.clone()));
                inputs.packages = Some(shelves.clone());
                match compile::run(&witness, program, &inputs) {
                    Ok(mut run) => {
                        run.assemble(inputs.as_of);
                        notes =
                            run.diagnostics.iter().map(|it| Note::of(&run.sources, it)).collect();
                        compiled = Some(run);
                    }
                    Err(unreadable) => notes.push(Note::unreadable(&unreadable)),
                }
                if self.setup.profile.is_none() {
                    asked = shelves.take();
                }
            }
            (program, packages) => {
                notes.extend(program.as_ref().err().cloned());
                notes.extend(packages.as_ref().err().cloned());
            }
        }
        let mut readings = witness.into_readings();
        readings.extend(asked);
        // A values file that was not reached is waited for as well.
        for path in &values {
            if !readings.keys().any(|it| it.path == *path) {
                let witness = Witness::new(files);
                // What is in it is of no use without a script.
                drop(witness.read(path, LIMIT));
                readings.extend(witness.into_readings());
            }
        }
        let runnable = loaded.program.as_ref().is_ok_and(|it| it.runnable);
        let judged = runnable && compiled.is_some();
        let checked = Arc::new(Checked { name, inputs, compiled, notes, judged });
        Kept { values, generation: self.generation, readings, checked }
    }
}

fn refused(path: &Path, error: String) -> Note {
    Note::unreadable(&Unreadable {
        what: "package's profile",
        path: path.to_path_buf(),
        error: ReadError::Io(std::io::Error::other(error)),
    })
}

/// What customers are called: by their files, with the folder before it where two are called alike.
fn names(paths: &[PathBuf]) -> Vec<String> {
    let short: Vec<String> = paths.iter().map(|it| stem(it)).collect();
    let alike = |name: &String| short.iter().filter(|it| *it == name).count() > 1;
    let long = paths.iter().map(|it| it.with_extension("").display().to_string());
    let named =
        short.iter().zip(long).map(|(short, long)| if alike(short) { long } else { short.clone() });
    named.collect()
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

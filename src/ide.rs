//! What an editor asks of a script and its values, answered in offsets and texts.
//!
//! [`analyse`] reads and compiles, which always ends and takes a millisecond; the answers are made from the result and, where
//! a plan was made, from the last [`Outcome`] with one. Nothing here knows the editor's protocol.

pub mod complete;
pub mod entity;
pub mod hints;
pub mod hover;
pub mod kind;
pub mod outline;
pub mod rename;
pub mod signature;
pub mod tokens;
pub mod toml;

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::compile::{self, Compiled, Inputs};
use crate::diagnostic::Diagnostic;
use crate::model::Deployment;
use crate::plan::{Place, Plan, Setting};
use crate::script::import::Library;
use crate::script::known::Known;
use crate::script::registry::Registry;
use crate::script::values::{self, Unreadable, ValueInputs, Values};
use crate::script::{self, Program, Script};
use crate::source::files::Files;
use crate::source::{SourceId, SourceKind, Sources, Span, Spot};
use crate::trial::{self, Given};

/// A script with its modules and values, read but not run.
#[derive(Debug)]
pub struct Analysis {
    /// The functions that it may call: those of templates, or of tests.
    pub registry: Registry,
    /// The script and its modules.
    pub program: Arc<Program>,
    /// Their texts, and those of the values.
    pub sources: Sources,
    /// What is given.
    pub values: Values,
    /// What is wrong with the texts of the values.
    found: Vec<Diagnostic>,
    /// What it was made from.
    pub inputs: Inputs,
    /// The files behind the sources; those of the standard library are not among them.
    pub paths: Vec<(SourceId, PathBuf)>,
}

/// What running it brought.
#[derive(Debug)]
pub struct Outcome {
    /// The findings and the texts; the plan is made by [`Good::of`].
    pub compiled: Compiled,
}

/// Reads and compiles a script, its modules and its values. Call it on a deep stack.
pub fn analyse(
    files: &dyn Files,
    inputs: &Inputs,
    known: &mut Known,
) -> Result<Analysis, Unreadable> {
    let tests = trial::is_tests(&inputs.script);
    let registry = if tests { trial::registry() } else { compile::registry() };
    let (entry, root) = (&inputs.script, inputs.root.as_deref());
    let program = script::load(files, entry, root, Library::Embedded, registry, known)?;
    let mut sources = program.sources.clone();
    let value_inputs = ValueInputs {
        root: &program.root,
        files: &inputs.values,
        environment: &inputs.environment,
        settings: &inputs.settings,
    };
    let mut found = Vec::new();
    let values = values::load(files, &value_inputs, &mut sources, &mut found)?;
    let paths = inputs.paths(&sources);
    let program = Arc::new(program);
    Ok(Analysis { registry, program, sources, values, found, inputs: inputs.clone(), paths })
}

/// Runs what was read. Of a script of tests it tells what can be told before a case is tried.
pub fn run(files: &(dyn Files + Sync), analysis: &Analysis) -> Result<Outcome, Unreadable> {
    if trial::is_tests(&analysis.inputs.script) {
        return tests(files, analysis);
    }
    let Analysis { program, registry, values, inputs, .. } = analysis;
    let (sources, found) = (analysis.sources.clone(), analysis.found.clone());
    let run = script::run(program, *registry, values, sources, found, &inputs.stop);
    Ok(Outcome { compiled: compile::judge(program, run, inputs) })
}

fn tests(files: &(dyn Files + Sync), analysis: &Analysis) -> Result<Outcome, Unreadable> {
    let inputs = &analysis.inputs;
    let given = Given { root: inputs.root_folder(), imports: inputs.root.clone() };
    let trial = trial::read(files, &inputs.script, &given)?;
    // The texts of the template stand behind those of the tests; what is wrong there is told where the template is open.
    let own = |it: Span| analysis.sources.iter().any(|(id, _)| id == it.source);
    let mut diagnostics = trial.diagnostics;
    diagnostics.retain(|it| own(it.primary) && it.labels.iter().all(|it| own(it.span)));
    let deployment =
        Deployment::empty(Span { source: analysis.program.scripts[0].id, start: 0, end: 0 });
    let compiled = Compiled { sources: trial.sources, deployment, diagnostics, plan: None };
    Ok(Outcome { compiled })
}

impl Analysis {
    /// The source of a file.
    #[must_use]
    pub fn source_of(&self, path: &Path) -> Option<SourceId> {
        self.paths.iter().find(|(_, it)| it == path).map(|(id, _)| *id)
    }

    /// The file of a source.
    #[must_use]
    pub fn path_of(&self, id: SourceId) -> Option<&Path> {
        self.paths.iter().find(|(it, _)| *it == id).map(|(_, path)| path.as_path())
    }

    /// The script of a source.
    #[must_use]
    pub fn script(&self, id: SourceId) -> Option<&Script> {
        self.program.scripts.iter().find(|it| it.id == id)
    }

    /// The sources that are values files.
    pub fn values_files(&self) -> impl Iterator<Item = SourceId> {
        let values = self.sources.iter().filter(|(_, it)| it.kind == SourceKind::Values);
        values.map(|(id, _)| id)
    }
}

/// A plan, and the texts that it was made from.
#[derive(Debug)]
pub struct Good {
    /// The plan.
    pub plan: Plan,
    /// The texts by name.
    pub sources: Sources,
}

impl Good {
    /// Makes the plan of an outcome, if nothing speaks against one. Tests have none.
    #[must_use]
    pub fn of(analysis: &Analysis, outcome: &Outcome) -> Option<Good> {
        let inputs = &analysis.inputs;
        if trial::is_tests(&inputs.script) {
            return None;
        }
        let plan = outcome.compiled.sketch(inputs.as_of)?;
        Some(Good { plan, sources: outcome.compiled.sources.clone() })
    }

    /// The values of the plan that were said within a range of a text which may have changed since, with where they are
    /// said there.
    #[must_use]
    pub fn settings_in(
        &self,
        name: &str,
        text: &str,
        range: &Range<u32>,
    ) -> Vec<(&Setting, Range<u32>)> {
        let mut found = Vec::new();
        let Some(id) = self.sources.named(name) else { return found };
        let old = self.sources.get(id);
        for setting in &self.plan.settings {
            let Some(trace) = setting.from.trace().filter(|it| it.at.file == name) else {
                continue;
            };
            let at = old.offset(start_of(&trace.at))..old.offset(end_of(&trace.at));
            let Some(at) = moved(&old.text, text, at) else { continue };
            if range.start <= at.start && at.end <= range.end {
                found.push((setting, at));
            }
        }
        found
    }
}

fn start_of(place: &Place) -> Spot {
    Spot { line: place.line, column: place.column }
}

fn end_of(place: &Place) -> Spot {
    Spot { line: place.end_line, column: place.end_column }
}

/// Where a range of a text lies after an edit; none where the edit touches it.
fn moved(old: &str, new: &str, range: Range<u32>) -> Option<Range<u32>> {
    if old == new {
        return Some(range);
    }
    let same = old.bytes().zip(new.bytes()).take_while(|(one, other)| one == other).count();
    if range.end as usize <= same {
        return Some(range);
    }
    let rest = (old.len() - same).min(new.len() - same);
    let behind = old.bytes().rev().zip(new.bytes().rev()).take(rest);
    let behind = behind.take_while(|(one, other)| one == other).count();
    if range.start as usize >= old.len() - behind {
        let shift = |it: u32| (it as usize + new.len() - old.len()) as u32;
        return Some(shift(range.start)..shift(range.end));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::moved;

    #[test]
    fn a_place_moves_with_what_stands_before_it() {
        assert_eq!(moved("abc def", "abc def", 4..7), Some(4..7));
        assert_eq!(moved("abc def", "abXc def", 4..7), Some(5..8));
        assert_eq!(moved("abc def", "abc def ghi", 0..3), Some(0..3));
        assert_eq!(moved("abc def", "abc dXf", 4..7), None);
    }
}

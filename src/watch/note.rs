//! Findings as they are kept between runs, and what became of them: new, fixed, or the same wherever it stands now.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::diagnostic::{Applicability, Diagnostic, Severity};
use crate::plan::visible;
use crate::script::values::Unreadable;
use crate::source::{SourceKind, Sources};

/// The code of an input that cannot be read at all, which no rule is about.
pub const UNREADABLE: &str = "unreadable";

/// A finding, without the texts that it was found in.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
pub struct Note {
    /// How grave it is.
    pub severity: Gravity,
    /// The code, or `unreadable` for an input that cannot be read.
    pub code: String,
    /// What is.
    pub message: String,
    /// The name of the text that it was found in.
    pub file: String,
    /// The line, from 1; 0 where a line says nothing.
    pub line: u32,
    /// The column, from 1; 0 where a column says nothing.
    pub column: u32,
    /// Whether there is an edit that needs no look.
    pub fixable: bool,
    /// The names of the customers that it was found for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub customers: Vec<String>,
}

/// How grave a finding is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Gravity {
    /// There is no plan until this is mended.
    Error,
    /// The plan can be carried out, but something in it is likely to hurt.
    Warning,
    /// Worth knowing.
    Hint,
}

impl From<Severity> for Gravity {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Error => Gravity::Error,
            Severity::Warning => Gravity::Warning,
            Severity::Hint => Gravity::Hint,
        }
    }
}

impl Gravity {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Gravity::Error => "error",
            Gravity::Warning => "warning",
            Gravity::Hint => "hint",
        }
    }
}

impl Note {
    /// A finding, to be kept.
    #[must_use]
    pub fn of(sources: &Sources, diagnostic: &Diagnostic) -> Self {
        let source = sources.get(diagnostic.primary.source);
        let spot = source.spot(diagnostic.primary.start);
        let (line, column) = match source.kind {
            SourceKind::Script | SourceKind::Library | SourceKind::Values => {
                (spot.line, spot.column)
            }
            SourceKind::Environment | SourceKind::Setting => (0, 0),
        };
        let fix = diagnostic.fix.as_ref();
        Note {
            severity: diagnostic.severity().into(),
            code: diagnostic.code.name.to_owned(),
            message: visible(&diagnostic.message).into_owned(),
            file: visible(&source.name).into_owned(),
            line,
            column,
            fixable: fix.is_some_and(|it| it.applicability == Applicability::Always),
            customers: Vec::new(),
        }
    }

    /// An input that cannot be read.
    #[must_use]
    pub fn unreadable(unreadable: &Unreadable) -> Self {
        Note {
            severity: Gravity::Error,
            code: UNREADABLE.to_owned(),
            message: format!("the {} cannot be read: {}", unreadable.what, unreadable.error),
            file: visible(&unreadable.path.display().to_string()).into_owned(),
            line: 0,
            column: 0,
            fixable: false,
            customers: Vec::new(),
        }
    }

    /// Where it stands: `contoso.rhai:12:5`.
    #[must_use]
    pub fn place(&self) -> String {
        if self.line == 0 {
            self.file.clone()
        } else {
            format!("{}:{}:{}", self.file, self.line, self.column)
        }
    }

    /// The finding on a line, as `check --output-format concise` begins it.
    #[must_use]
    pub fn to_line(&self) -> String {
        format!("{}: {}[{}] {}", self.place(), self.severity.word(), self.code, self.message)
    }

    /// By what it is the same finding, wherever it has moved.
    #[must_use]
    pub fn key(&self) -> Key {
        Key { file: self.file.clone(), code: self.code.clone(), message: self.message.clone() }
    }
}

/// By what a finding is known again.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Key {
    file: String,
    code: String,
    message: String,
}

/// What became of the findings.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Difference {
    /// For each finding of the second run, whether it is new.
    pub new: Vec<bool>,
    /// The findings of the first run that are gone, as indices.
    pub gone: Vec<usize>,
}

impl Difference {
    /// How many findings are the same.
    #[must_use]
    pub fn same(&self) -> usize {
        self.new.iter().filter(|it| !**it).count()
    }
}

/// Compares the findings of two runs. Of several that say the same, those that stand where they stood are the same first.
#[must_use]
pub fn compare(was: &[Note], is: &[Note]) -> Difference {
    let mut left: HashMap<Key, Vec<usize>> = HashMap::new();
    for (index, note) in was.iter().enumerate() {
        left.entry(note.key()).or_default().push(index);
    }
    let mut new = vec![true; is.len()];
    for exact in [true, false] {
        for (note, new) in is.iter().zip(&mut new).filter(|(_, new)| **new) {
            let Some(indices) = left.get_mut(&note.key()) else { continue };
            let stood = |it: &usize| {
                let was = &was[*it];
                !exact || (was.line, was.column) == (note.line, note.column)
            };
            if let Some(at) = indices.iter().position(stood) {
                indices.remove(at);
                *new = false;
            }
        }
    }
    let mut gone: Vec<usize> = left.into_values().flatten().collect();
    gone.sort_unstable();
    Difference { new, gone }
}

/// How many findings there are of each severity: "2 errors, 1 warning", or "no findings".
#[must_use]
pub fn summary(notes: &[Note]) -> String {
    let counts: Vec<String> = [Gravity::Error, Gravity::Warning, Gravity::Hint]
        .into_iter()
        .map(|it| (notes.iter().filter(|note| note.severity == it).count(), it.word()))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}{}", if count == 1 { "" } else { "s" }))
        .collect();
    if counts.is_empty() { "no findings".to_owned() } else { counts.join(", ") }
}

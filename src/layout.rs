//! How scripts and values files are laid out: line breaks, indentation, blanks, and nothing else.
//!
//! What [`format()`] gives back has exactly the tokens and comments of what it was given, in their order, and formatting it
//! again changes nothing. It settles what authors do not want to think about, and leaves to them what they lined up or
//! broke on purpose. For both languages:
//!
//! - No line ends with blanks, the file ends with one line end, at most one empty line stands in a row, and none at the
//!   beginning.
//! - Line ends stay what most of them are, LF or CRLF. A byte order mark stays.
//! - A comment stays on its line. One behind code that was moved to a column, by two blanks or more, keeps that column.
//! - Columns that an author lined up stay: what is more than one blank before the `=` of neighbouring lines is kept where a
//!   line next to it has its `=` in the same column. A column is never made, and one that no longer stands is let go.
//! - What stands within a text is the text's, also the code in its interpolations.
//!
//! The rules for each language are those of [`script`] and [`values`].

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a rule names the kinds that it is about; all others have the common one"
)]

pub mod script;
pub mod values;

use std::path::Path;

/// What a file is written in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum Language {
    /// A script, or a module of one.
    #[value(name = "rhai")]
    Script,
    /// A values file.
    #[value(name = "toml")]
    Values,
}

impl Language {
    /// The language of a file by the ending of its name.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_string_lossy().to_ascii_lowercase();
        match ending.as_str() {
            "rhai" => Some(Language::Script),
            "toml" => Some(Language::Values),
            _ => None,
        }
    }
}

/// The text has syntax errors: what was meant is not known, so it is left alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("it has syntax errors")]
pub struct Broken;

/// Lays a text out.
pub fn format(language: Language, text: &str) -> Result<String, Broken> {
    match language {
        Language::Script => script::format(text),
        Language::Values => values::format(text),
    }
}

/// The line end that most lines of a text have.
fn line_end(text: &str) -> &'static str {
    let all = text.matches('\n').count();
    let long = text.matches("\r\n").count();
    if long * 2 > all { "\r\n" } else { "\n" }
}

/// The columns that a piece of a line takes, which begins in a column.
fn width(text: &str, from: usize) -> usize {
    let step = |column: usize, it: char| if it == '\t' { column / 4 * 4 + 4 } else { column + 1 };
    text.chars().fold(from, step) - from
}

/// A text without the blanks at the end of each of its lines, joined again by a line end.
fn without_trailing_blanks(text: &str, line_end: &str) -> String {
    let lines: Vec<&str> =
        text.split('\n').map(|it| it.trim_end_matches([' ', '\t', '\r'])).collect();
    lines.join(line_end)
}

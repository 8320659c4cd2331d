//! `mimeo fmt`: scripts and values files, laid out.

use std::path::{Component, MAIN_SEPARATOR, Path, PathBuf};

use similar::TextDiff;

use crate::cli::ui::{Ui, files_below, read_input, write_file};
use crate::cli::{ExitStatus, Failure, exits};
use crate::compile::load;
use crate::diagnostic::{Diagnostic, Severity};
use crate::layout::{Language, format};
use crate::render::{Format, render};
use crate::script::MOST_BYTES;
use crate::script::values::{self, Unreadable, ValueInputs};
use crate::source::Sources;
use crate::source::files::{Disk, Files, Memory};

/// Lay scripts and values files out
///
/// Settles line breaks, indentation and blanks, and changes no token and no comment. Columns that were lined up stay. A
/// file with syntax errors is left alone, and its errors are told.
#[derive(Debug, clap::Args)]
#[command(after_long_help = exits(&[ExitStatus::Clean, ExitStatus::Findings, ExitStatus::Usage]))]
pub struct Args {
    /// Scripts (`.rhai`), values files (`.toml`), folders with both, or `-` for standard input
    #[arg(value_name = "FILE|DIR", required = true)]
    paths: Vec<PathBuf>,
    /// Change nothing, list the files that would change, and end with 1 if there is one
    #[arg(long)]
    check: bool,
    /// Change nothing, and print what would change
    #[arg(long)]
    diff: bool,
    /// What standard input is written in
    #[arg(long, value_enum, value_name = "LANGUAGE", default_value = "rhai")]
    language: Language,
}

/// A text to be laid out.
struct Input {
    /// Where it is; nothing for standard input.
    path: Option<PathBuf>,
    /// How it is called.
    name: String,
    language: Language,
    text: String,
}

/// Runs the command.
pub fn run(args: &Args, ui: &Ui) -> Result<ExitStatus, Failure> {
    // Everything is read before anything is written, so that a wrong name changes nothing.
    let inputs = inputs(args)?;
    let (mut changed, mut broken) = (0, 0);
    for input in &inputs {
        let Ok(new) = format(input.language, &input.text) else {
            let (sources, findings) = syntax_errors(input)?;
            ui.talk(&render(&sources, &findings, &ui.findings(Format::Full, true)));
            broken += 1;
            continue;
        };
        let is_changed = new != input.text;
        changed += usize::from(is_changed);
        if is_changed && args.diff {
            ui.print(&difference(input, &new)?);
        }
        match &input.path {
            _ if is_changed && args.check && !args.diff => {
                ui.print(&format!("{}\n", input.name));
            }
            _ if args.check || args.diff => {}
            Some(path) if is_changed => write_file(path, &new)?,
            Some(_) => {}
            None => ui.print(&new),
        }
    }
    if inputs.iter().any(|it| it.path.is_some()) {
        ui.talk(&format!("{}\n", summary(args, inputs.len(), changed, broken)));
    }
    let bad = broken > 0 || (args.check && changed > 0);
    Ok(if bad { ExitStatus::Findings } else { ExitStatus::Clean })
}

/// What was done, in a line.
fn summary(args: &Args, all: usize, changed: usize, broken: usize) -> String {
    let files = |count: usize| format!("{count} {}", if count == 1 { "file" } else { "files" });
    let verb = if args.check || args.diff { "would change" } else { "laid out" };
    let mut parts = Vec::new();
    if changed > 0 {
        parts.push(format!("{} {verb}", files(changed)));
    }
    if all > changed + broken {
        parts.push(format!("{} in order", files(all - changed - broken)));
    }
    if broken > 0 {
        parts.push(format!("{} with errors left alone", files(broken)));
    }
    parts.join(", ")
}

fn inputs(args: &Args) -> Result<Vec<Input>, Failure> {
    let mut inputs: Vec<Input> = Vec::new();
    for named in &args.paths {
        if named.as_os_str() == "-" {
            let text = read_input(MOST_BYTES)?;
            let name = match args.language {
                Language::Script => "standard-input.rhai",
                Language::Values => "standard-input.toml",
            };
            inputs.push(Input { path: None, name: name.to_owned(), language: args.language, text });
            continue;
        }
        let below = files_below(named)?;
        if let Some(below) = below {
            for path in below {
                if let Some(language) = Language::of(&path) {
                    inputs.push(read(path, language)?);
                }
            }
        } else {
            let Some(language) = Language::of(named) else {
                let message =
                    format!("`{}` is neither a script nor a values file", named.display());
                return Err(Failure::usage(message, "name files that end in `.rhai` or `.toml`"));
            };
            inputs.push(read(named.clone(), language)?);
        }
    }
    if inputs.is_empty() {
        let hint = "name a folder with files that end in `.rhai` or `.toml`";
        return Err(Failure::usage("there is no script and no values file", hint));
    }
    let mut seen = std::collections::BTreeSet::new();
    inputs.retain(|it| it.path.as_ref().is_none_or(|it| seen.insert(it.clone())));
    Ok(inputs)
}

fn read(path: PathBuf, language: Language) -> Result<Input, Failure> {
    let what = match language {
        Language::Script => "script",
        Language::Values => "values file",
    };
    let text = Disk.read(&path, MOST_BYTES).map_err(|error| Unreadable {
        what,
        path: path.clone(),
        error,
    })?;
    let name = path.strip_prefix(".").unwrap_or(&path).display().to_string();
    let name = name.replace(MAIN_SEPARATOR, "/");
    Ok(Input { path: Some(path), name, language, text })
}

/// The syntax errors of a text, with the text, in which what must not be shown is covered.
fn syntax_errors(input: &Input) -> Result<(Sources, Vec<Diagnostic>), Failure> {
    let (sources, mut findings) = examined(input)?;
    let is_syntax = |it: &Diagnostic| matches!(it.code.name, "script-syntax" | "values-syntax");
    if findings.iter().any(is_syntax) {
        findings.retain(is_syntax);
    } else {
        findings.retain(|it| it.severity() == Severity::Error);
    }
    Ok((sources, findings))
}

/// A text as it is read to be checked, by itself.
fn examined(input: &Input) -> Result<(Sources, Vec<Diagnostic>), Failure> {
    let path = Path::new(&input.name);
    let files = Memory::new([(path, input.text.as_str())]);
    match input.language {
        Language::Script => {
            // Below the current folder, files are called by their way from it.
            let is_below = path.components().all(|it| matches!(it, Component::Normal(_)));
            let program = load(&files, path, is_below.then_some(Path::new("")))?;
            Ok((program.sources, program.diagnostics))
        }
        Language::Values => {
            let (mut sources, mut findings) = (Sources::default(), Vec::new());
            let folder = files.canonical(path.parent().unwrap_or(Path::new("")));
            let inputs = ValueInputs {
                root: &folder.unwrap_or_default(),
                files: &[path.to_path_buf()],
                environment: &[],
                settings: &[],
            };
            values::load(&files, &inputs, &mut sources, &mut findings)?;
            Ok((sources, findings))
        }
    }
}

/// What would change, as a unified diff. What a file writes out that should be a secret is covered.
fn difference(input: &Input, new: &str) -> Result<String, Failure> {
    let (sources, _) = examined(input)?;
    let diff = TextDiff::from_lines(input.text.as_str(), new);
    let text = diff.unified_diff().header(&input.name, &input.name).to_string();
    Ok(sources.veiled().into_iter().fold(text, |text, it| text.replace(it, "***")))
}

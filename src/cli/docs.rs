//! `mimeo docs`: the manual of a template, and the reference of modules and host functions.

use std::path::{Path, PathBuf};

use crate::cli::ui::{self, Ui, write_file};
use crate::cli::{ExitStatus, Failure, exits};
use crate::export::manual::{Form, render};
use crate::manual::{Inputs, Manual, Read, reference, template};
use crate::render::{self, Format};
use crate::source::files::{Disk, Files};

/// Show what a template asks for and what becomes of it, or the reference of a module or function
///
/// For a script: its parameters with type, fallback and example, the fields and pages of the wizard that each reaches, its
/// secrets, its modules, and a values file to begin with. To learn what reaches what, the script is run over values that
/// are made up, and over those of `--values`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = exits(&[ExitStatus::Clean, ExitStatus::Findings, ExitStatus::Usage]))]
pub struct Args {
    /// A script (`template.rhai`), a module (`std/options`), a namespace (`mail`), or a function (`std/options.c`,
    /// `mail::smtp`, `.mailbox`); lists what there is if left out
    #[arg(value_name = "TOPIC")]
    topic: Option<String>,
    /// The form; by the ending of `--out` if left out
    #[arg(long, value_enum, value_name = "FORM")]
    format: Option<Form>,
    /// Write it to a file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// A values file with which the script is tried as well; may be repeated, each is tried by itself
    #[arg(long, value_name = "FILE.toml")]
    values: Vec<PathBuf>,
    /// The folder that imports may not leave [default: the script's own]
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    root: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: &Args, ui: &Ui) -> Result<ExitStatus, Failure> {
    let script = args.topic.as_deref().filter(|it| names_a_file(it));
    if script.is_none() && (!args.values.is_empty() || args.root.is_some()) {
        let message = "`--values` and `--root` belong to a script";
        return Err(Failure::usage(message, "name a script, such as `template.rhai`"));
    }
    let (manual, status) = match (script, &args.topic) {
        (Some(script), _) => {
            let (read, status) = read(Path::new(script), &args.values, args.root.as_deref(), ui)?;
            (Manual::Template(Box::new(read.template)), status)
        }
        (None, Some(topic)) => {
            (reference::find(topic).map_err(|it| unknown(topic, it))?, ExitStatus::Clean)
        }
        (None, None) => (Manual::Contents(reference::contents()), ExitStatus::Clean),
    };
    let form = args.format.unwrap_or_else(|| args.out.as_deref().map_or(Form::Text, form_of));
    let text = render(&manual, form, &ui.views(args.out.is_some()));
    match &args.out {
        Some(path) => {
            refuse_input(path, args, script)?;
            write_file(path, &text)?;
            ui.talk(&format!("wrote {}\n", path.display()));
        }
        None => ui.print(&text),
    }
    Ok(status)
}

/// Reads a script and says what is wrong with it.
pub(super) fn read(
    script: &Path,
    values: &[PathBuf],
    root: Option<&Path>,
    ui: &Ui,
) -> Result<(Read, ExitStatus), Failure> {
    super::refuse_no_script(script)?;
    let inputs = Inputs {
        script: script.to_path_buf(),
        root: root.map(Path::to_path_buf),
        values: values.to_vec(),
    };
    let read = template(&Disk, &inputs)?;
    for (sources, diagnostics) in &read.findings {
        ui.talk(&render::render(sources, diagnostics, &ui.findings(Format::Full, true)));
    }
    let status = if read.findings.is_empty() { ExitStatus::Clean } else { ExitStatus::Findings };
    Ok((read, status))
}

/// Whether a topic is a file: by its ending, by its path, or because one is there and the reference does not know it.
fn names_a_file(topic: &str) -> bool {
    if topic == "std" || topic.starts_with("std/") {
        return false;
    }
    let path = Path::new(topic);
    let ends = path.extension().is_some_and(|it| {
        ["rhai", "toml", "json"].iter().any(|ending| it.eq_ignore_ascii_case(ending))
    });
    ends || topic.contains(['/', '\\'])
        || (reference::find(topic).is_err() && Disk.canonical(path).is_ok())
}

fn unknown(topic: &str, meant: Option<String>) -> Failure {
    let hint = match meant {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "`mimeo docs` lists what there is; the name of a script ends in `.rhai`".to_owned(),
    };
    Failure::usage(format!("there is no module, namespace or function `{topic}`"), hint)
}

/// The form that the ending of a file asks for.
fn form_of(path: &Path) -> Form {
    match path.extension().unwrap_or_default().to_ascii_lowercase().to_str() {
        Some("html" | "htm") => Form::Html,
        Some("json") => Form::Json,
        Some("txt") => Form::Text,
        _ => Form::Markdown,
    }
}

/// Refuses to write over what was read.
fn refuse_input(out: &Path, args: &Args, script: Option<&str>) -> Result<(), Failure> {
    ui::refuse_input(out, "the manual")?;
    let Ok(target) = Disk.canonical(out) else { return Ok(()) };
    let mut read = args.values.iter().map(PathBuf::as_path).chain(script.map(Path::new));
    if read.any(|it| Disk.canonical(it).is_ok_and(|it| it == target)) {
        let message = format!("`{}` is an input of the manual", out.display());
        return Err(Failure::usage(message, "write it to another file"));
    }
    Ok(())
}

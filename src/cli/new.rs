//! `mimeo new`: a script and a values file, from answers to the wizard's questions.

mod ask;

use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::author::answers::Answers;
use crate::author::interview::{Interview, judge};
use crate::author::pair::{self, Files};
use crate::author::template;
use crate::author::write::{file_name, write};
use crate::cli::new::ask::{Answer, Asker};
use crate::cli::ui::{Ui, make_folder, today, write_files};
use crate::cli::{ExitStatus, Failure, day, docs, exits};
use crate::diagnostic::Severity;
use crate::model::MailOption;
use crate::render::summary;

/// Write a script and a values file from answers to the wizard's questions
///
/// Asks what the installer's wizard asks, in its order and words, and writes a script that checks without error. Esc goes
/// back to the question before, Ctrl-C ends and writes nothing. Passwords are never asked for, only where each comes from.
#[derive(Debug, clap::Args)]
#[command(after_long_help = exits(&[ExitStatus::Clean, ExitStatus::Findings, ExitStatus::Usage, ExitStatus::Interrupted]))]
pub struct Args {
    /// Ask nothing: take an option of the vendor's guide, A to I, with the values of its Contoso
    #[arg(long, value_name = "LETTER", value_parser = option, conflicts_with = "from")]
    option: Option<MailOption>,
    /// Ask nothing: write a values file for this template, every parameter with its text, type and fallback
    #[arg(long, value_name = "TEMPLATE.rhai")]
    from: Option<PathBuf>,
    /// With `--from`: the folder that imports may not leave [default: the template's own]
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath, requires = "from")]
    root: Option<PathBuf>,
    /// The script to write, with its values file beside it, or with `--from` the values file [default: called after the
    /// customer, or the template]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write over files that are there
    #[arg(long)]
    force: bool,
    /// The day on which rules with dates are judged [default: today]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    as_of: Option<Date>,
}

/// Runs the command.
pub fn run(args: &Args, ui: &Ui) -> Result<ExitStatus, Failure> {
    if let Some(template) = &args.from {
        return from(args, template, ui);
    }
    let out = args.out.as_deref().map(Target::of).transpose()?;
    if let Some(target) = &out {
        target.is_free(args.force)?;
    }
    let as_of = args.as_of.unwrap_or_else(today);
    if let Some(option) = args.option {
        return of_option(args, option, as_of, out, ui);
    }
    if !ui.is_asked() {
        return Err(Failure::usage(
            "`mimeo new` asks questions, and nobody is at the terminal",
            "take an option of the vendor's guide with `--option H`, or write the values file for a template with `--from TEMPLATE.rhai`",
        ));
    }
    interview(args, as_of, out, ui)
}

/// The two files that are written.
struct Target {
    script: PathBuf,
    values: PathBuf,
}

impl Target {
    /// The files of a path, which may have the ending of either.
    fn of(path: &Path) -> Result<Target, Failure> {
        let ending = path.extension().map(|it| it.to_string_lossy().to_ascii_lowercase());
        let stem = match ending.as_deref() {
            Some("rhai" | "toml") => path.with_extension(""),
            Some(_) | None => path.to_path_buf(),
        };
        if stem.file_name().is_none() || path.is_dir() {
            let message = format!("`{}` is no file", path.display());
            return Err(Failure::usage(message, "name the script: `--out customers/contoso.rhai`"));
        }
        let ended = |ending: &str| {
            let mut path = stem.clone().into_os_string();
            path.push(ending);
            PathBuf::from(path)
        };
        Ok(Target { script: ended(".rhai"), values: ended(".toml") })
    }

    /// The name of both files, without an ending.
    fn name(&self) -> String {
        self.script.file_stem().unwrap_or_default().to_string_lossy().into_owned()
    }

    fn is_free(&self, force: bool) -> Result<(), Failure> {
        is_free(&self.script, force)?;
        is_free(&self.values, force)
    }
}

fn is_free(path: &Path, force: bool) -> Result<(), Failure> {
    if path.exists() && !force {
        let message = format!("{} is there already", path.display());
        return Err(Failure::usage(message, "write elsewhere with `--out`, or add `--force`"));
    }
    Ok(())
}

fn of_option(
    args: &Args,
    option: MailOption,
    as_of: Date,
    out: Option<Target>,
    ui: &Ui,
) -> Result<ExitStatus, Failure> {
    let answers = Answers::of_option(option);
    let judged = judge(&answers, as_of).diagnostics;
    if let Some(dead) = judged.iter().find(|it| it.severity() == Severity::Error) {
        return Err(Failure {
            status: ExitStatus::Findings,
            message: format!("option {option} works no longer: {}", dead.message),
            hints: vec![
                format!("take one of {}", alive(as_of).join(", ")),
                format!("the rule: `mimeo explain {}`", dead.code.name),
            ],
        });
    }
    let target = match out {
        Some(target) => target,
        None => Target::of(Path::new(&file_name(&answers)))?,
    };
    target.is_free(args.force)?;
    let name = target.name();
    finish(&write(&answers, &name), &target, &summary(&judged), ui)
}

/// The options that work on a day.
fn alive(as_of: Date) -> Vec<String> {
    let works = |it: &MailOption| !judge(&Answers::of_option(*it), as_of).has_errors();
    MailOption::ALL.into_iter().filter(works).map(|it| it.to_string()).collect()
}

/// Asks every question, and writes the files at the end.
fn interview(
    args: &Args,
    as_of: Date,
    out: Option<Target>,
    ui: &Ui,
) -> Result<ExitStatus, Failure> {
    let mut interview = Interview::new(as_of);
    let mut asker = Asker::new(ui);
    asker.greet();
    loop {
        let answer = match interview.question() {
            Some(question) => asker.ask(&interview, question)?,
            None => match &out {
                Some(target) => {
                    return written(&interview, target, as_of, ui);
                }
                None => asker.file_name(&file_name(interview.answers()), |it| {
                    Target::of(Path::new(it)).and_then(|it| it.is_free(args.force))
                })?,
            },
        };
        match answer {
            Answer::Given(text) if interview.question().is_none() => {
                return written(&interview, &Target::of(Path::new(&text))?, as_of, ui);
            }
            Answer::Given(text) => match interview.answer(&text) {
                Ok(notes) => asker.note(&notes),
                Err(objection) => asker.refuse(&objection),
            },
            Answer::Back if interview.back() => asker.went_back(),
            Answer::Back => asker.at_first(),
            Answer::Stop => {
                ui.talk("nothing is written\n");
                return Ok(ExitStatus::Interrupted);
            }
        }
    }
}

fn written(
    interview: &Interview,
    target: &Target,
    as_of: Date,
    ui: &Ui,
) -> Result<ExitStatus, Failure> {
    let found = summary(&judge(interview.answers(), as_of).diagnostics);
    finish(&interview.files(&target.name()), target, &found, ui)
}

/// Writes both files, and says what can be done with them.
fn finish(files: &Files, target: &Target, found: &str, ui: &Ui) -> Result<ExitStatus, Failure> {
    let Target { script, values } = target;
    folder_of(script)?;
    write_files(&[(script, &files.script), (values, &files.values)])?;
    let (script, values) = (argument(script), argument(values));
    ui.talk(&format!(
        "wrote {script} and {values}: {found}\n\n    mimeo check {script} --values {values}\n    mimeo plan {script} --values {values} --view wizard\n"
    ));
    Ok(ExitStatus::Clean)
}

fn argument(path: &Path) -> String {
    pair::argument(&path.display().to_string())
}

fn folder_of(path: &Path) -> Result<(), Failure> {
    match path.parent().filter(|it| !it.as_os_str().is_empty()) {
        Some(folder) => make_folder(folder),
        None => Ok(()),
    }
}

/// Writes the values file for a template.
fn from(args: &Args, path: &Path, ui: &Ui) -> Result<ExitStatus, Failure> {
    if path.extension().is_some_and(|it| it.eq_ignore_ascii_case("toml")) {
        let message = format!("`{}` is a values file, not a template", path.display());
        return Err(Failure::usage(message, "name the script that the values are for"));
    }
    let out = args.out.clone().unwrap_or_else(|| path.with_extension("toml"));
    if out.extension().is_none_or(|it| !it.eq_ignore_ascii_case("toml")) {
        let message = format!("`{}` is not the name of a values file", out.display());
        return Err(Failure::usage(message, "let it end in `.toml`"));
    }
    is_free(&out, args.force)?;
    let (read, status) = docs::read(path, &[], args.root.as_deref(), ui)?;
    if status != ExitStatus::Clean {
        return Ok(status);
    }
    let mut check = format!("mimeo check {} --values {}", argument(path), argument(&out));
    if let Some(root) = &args.root {
        check += &format!(" --root {}", argument(root));
    }
    let text = template::values(&read.template, &path.display().to_string(), &check);
    folder_of(&out)?;
    write_files(&[(&out, &text)])?;
    ui.talk(&format!("wrote {}; fill it in, then\n\n    {check}\n", out.display()));
    Ok(ExitStatus::Clean)
}

fn option(text: &str) -> Result<MailOption, String> {
    let known = MailOption::ALL.into_iter().find(|it| it.to_string().eq_ignore_ascii_case(text));
    known.ok_or_else(|| "the vendor's guide has the options A to I".to_owned())
}

//! `mimeo doctor`: what this machine can and cannot do.

mod looks;

use std::path::PathBuf;

use serde::Serialize;

use crate::cli::apply::deed::block_on;
use crate::cli::check::FindingArgs;
use crate::cli::job::Job;
use crate::cli::ui::Ui;
use crate::cli::{ExitStatus, Failure, GivenArgs, exits};
use crate::execute::here::Here;
use crate::plan::visible;
use crate::render::Format;

/// Tell what this machine can and cannot do
///
/// Looks at Windows, PowerShell, the ways to sign in, the folder of the journal and the terminal; with a script also at its
/// package, values and secrets. Each line says what it is needed for and what to do. Nothing is changed but for a file that
/// is written to the journal's folder and removed again.
#[derive(Debug, clap::Args)]
#[command(after_long_help = exits(&[ExitStatus::Clean, ExitStatus::Usage, ExitStatus::Preflight, ExitStatus::Integrity]))]
pub struct Args {
    /// The deployment script, or a plan that `mimeo plan --out` has written (`.json`)
    #[arg(value_name = "SCRIPT|PLAN")]
    plan: Option<PathBuf>,
    #[command(flatten)]
    given: GivenArgs,
    /// Ask the network for the cloud's addresses as well
    #[arg(long)]
    online: bool,
    /// How it is told
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    output_format: Told,
}

/// How it is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, clap::ValueEnum)]
enum Told {
    /// For people.
    #[default]
    Text,
    /// One JSON document.
    Json,
}

/// Whether something is there.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    /// It is there.
    Ok,
    /// It is not.
    Missing,
    /// It could not be seen from here.
    Unknown,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            State::Ok => "ok",
            State::Missing => "missing",
            State::Unknown => "unknown",
        }
    }
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Line {
    /// What it is.
    what: String,
    /// Whether it is there.
    state: State,
    /// What was seen.
    seen: String,
    /// What it is needed for.
    needed_for: String,
    /// What to do if it is not there; empty if there is nothing to do.
    to_do: String,
    /// Whether the script that was named cannot be carried out here without it.
    required: bool,
}

impl Line {
    fn new(what: impl Into<String>, state: State, seen: impl Into<String>) -> Self {
        Line {
            what: what.into(),
            state,
            seen: seen.into(),
            needed_for: String::new(),
            to_do: String::new(),
            required: false,
        }
    }

    /// What it is needed for, and what to do without it.
    fn needed(self, needed_for: impl Into<String>, to_do: impl Into<String>) -> Self {
        Line { needed_for: needed_for.into(), to_do: to_do.into(), ..self }
    }

    /// Whether the script needs it.
    fn required(self, required: bool) -> Self {
        Line { required, ..self }
    }

    fn text(&self) -> String {
        let seen = if self.seen.is_empty() { String::new() } else { format!(": {}", self.seen) };
        let mut text = format!("  {:<8} {}{seen}\n", self.state.word(), self.what);
        if self.state != State::Ok {
            text.push_str(&format!("           needed for: {}\n", self.needed_for));
        }
        if self.state != State::Ok && !self.to_do.is_empty() {
            text.push_str(&format!("           to do: {}\n", self.to_do));
        }
        visible_lines(&text)
    }
}

/// A text whose lines hold no control characters.
fn visible_lines(text: &str) -> String {
    text.lines().map(|it| format!("{}\n", visible(it))).collect()
}

/// Runs the command.
pub fn run(args: &Args, ui: &Ui) -> Result<ExitStatus, Failure> {
    let mut lines = Vec::new();
    let mut job = None;
    if let Some(named) = &args.plan {
        let findings = FindingArgs { output_format: Format::Concise, deny: None };
        let made = Job::of(named, &args.given, findings, ui)?;
        lines.push(looks::plan(named, made.is_ok()));
        job = made.ok();
    } else {
        args.given.none_for_a_plan().map_err(|_| {
            let message = "values, settings, a root, a profile or a day belong to a script";
            Failure::usage(message, "name the script as well")
        })?;
    }
    let looked = block_on(looks::all(job.as_ref(), &Here::new(None), args.online, ui))?;
    lines.extend(looked?);
    let missing = lines.iter().filter(|it| it.required && it.state == State::Missing).count();
    match args.output_format {
        Told::Text => {
            let text: String = lines.iter().map(Line::text).collect();
            ui.print(&format!("{text}\n{}\n", verdict(args, missing)));
        }
        Told::Json => {
            let version = env!("CARGO_PKG_VERSION");
            let document = serde_json::json!({ "mimeo": version, "lines": lines });
            let text = serde_json::to_string_pretty(&document).expect("it is JSON");
            ui.print(&format!("{text}\n"));
        }
    }
    Ok(if missing > 0 { ExitStatus::Preflight } else { ExitStatus::Clean })
}

/// What it comes to, a sentence.
fn verdict(args: &Args, missing: usize) -> String {
    match (&args.plan, missing) {
        (None, _) => "Name a script to see what it needs: `mimeo doctor SCRIPT --values FILE`.".to_owned(),
        (Some(_), 0) => "Nothing is missing, as far as it can be seen from here. `mimeo preflight` asks the rest.".to_owned(),
        (Some(named), 1) => format!("One thing is missing here to carry {} out.", named.display()),
        (Some(named), count) => {
            format!("{count} things are missing here to carry {} out.", named.display())
        }
    }
}

//! `mimeo explain`: the rule behind a finding.

use serde_json::json;

use crate::cli::ui::Ui;
use crate::cli::{ExitStatus, Failure, exits};
use crate::diagnostic::{Code, nearest};
use crate::{compile, execute, import, trial};

/// Explain the rule behind a finding
///
/// Why it matters, an example that reports it, the cure, and where the rule comes from. Without a code, lists all of them.
#[derive(Debug, clap::Args)]
#[command(after_long_help = exits(&[ExitStatus::Clean, ExitStatus::Usage]))]
pub struct Args {
    /// The code, as it stands in brackets behind `error`
    #[arg(value_name = "CODE")]
    code: Option<String>,
    /// Write it as JSON
    #[arg(long)]
    json: bool,
}

/// Every code, of checking, of importing and of carrying out.
fn catalogue() -> Vec<&'static Code> {
    let mut codes = compile::catalogue();
    codes.extend(trial::catalogue());
    codes.extend(import::catalogue());
    codes.extend(execute::catalogue());
    codes
}

/// Runs the command.
pub fn run(args: &Args, ui: &Ui) -> Result<ExitStatus, Failure> {
    let mut codes = catalogue();
    codes.sort_by_key(|it| it.name);
    if let Some(name) = &args.code {
        codes.retain(|it| it.name == *name);
        if codes.is_empty() {
            return Err(unknown(name));
        }
    }
    let text = match (args.json, args.code.is_some()) {
        (true, _) => {
            let list: Vec<_> = codes.iter().map(|it| as_json(it)).collect();
            let text = serde_json::to_string_pretty(&list).expect("text and lists become JSON");
            format!("{text}\n")
        }
        (false, true) => codes[0].explained(),
        (false, false) => list(&codes),
    };
    ui.print(&text);
    Ok(ExitStatus::Clean)
}

fn unknown(name: &str) -> Failure {
    let hint = match nearest(name, catalogue().iter().map(|it| it.name)) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "`mimeo explain` lists all codes".to_owned(),
    };
    Failure::usage(format!("there is no code `{name}`"), hint)
}

fn list(codes: &[&Code]) -> String {
    let width = codes.iter().map(|it| it.name.len()).max().unwrap_or(0);
    let line =
        |it: &&Code| format!("{:width$}  {:7}  {}\n", it.name, it.severity.word(), it.summary);
    codes.iter().map(line).collect()
}

fn as_json(code: &Code) -> serde_json::Value {
    let authority: Vec<_> =
        code.authority.iter().map(|it| json!({ "link": it.link, "seen": it.seen })).collect();
    json!({
        "code": code.name,
        "severity": code.severity.word(),
        "summary": code.summary,
        "explanation": code.doc,
        "authority": authority,
    })
}

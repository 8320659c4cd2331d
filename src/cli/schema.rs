//! `mimeo schema`: the published form of a template's values, and of what mimeo writes for programs.

use std::path::PathBuf;

use clap::ArgGroup;

use crate::cli::ui::Ui;
use crate::cli::{ExitStatus, Failure, docs, exits};
use crate::execute::event::Event;
use crate::export::log;
use crate::installer::profile::Profile;
use crate::manual::Manual;
use crate::{manual, plan, watch};

/// Print the JSON Schema of a template's values file, or of something that mimeo writes
///
/// With that of a template, an editor of TOML completes and checks values files. Save it, and begin them with
/// `#:schema ./template.schema.json`. It takes whatever mimeo takes.
#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(group = ArgGroup::new("of").required(true).args(["script", "plan", "events", "watch", "profile", "log", "docs"]))]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag, and one is given")]
#[command(after_long_help = exits(&[ExitStatus::Clean, ExitStatus::Findings, ExitStatus::Usage]))]
pub struct Args {
    /// Of the values file of this script
    #[arg(value_name = "SCRIPT")]
    script: Option<PathBuf>,
    /// The values file has to give every value without a fallback: it is the only one, and nothing comes by `--set` or
    /// from the environment
    #[arg(long)]
    whole: bool,
    /// The folder that imports may not leave [default: the script's own]
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    root: Option<PathBuf>,
    /// Of the plan file
    #[arg(long)]
    plan: bool,
    /// Of a line of `--output-format ndjson`, with which a plan is carried out
    #[arg(long)]
    events: bool,
    /// Of a line of `mimeo watch --output-format ndjson`
    #[arg(long)]
    watch: bool,
    /// Of the profile that `installer inspect --out` writes
    #[arg(long)]
    profile: bool,
    /// Of `mimeo installer log --output-format json`
    #[arg(long)]
    log: bool,
    /// Of `mimeo docs --format json`
    #[arg(long)]
    docs: bool,
}

/// Runs the command.
pub fn run(args: &Args, ui: &Ui) -> Result<ExitStatus, Failure> {
    if let Some(script) = &args.script {
        let (read, status) = docs::read(script, &[], args.root.as_deref(), ui)?;
        ui.print(&manual::schema::text(&read.template, args.whole));
        return Ok(status);
    }
    if args.whole || args.root.is_some() {
        let message = "`--whole` and `--root` belong to a script";
        return Err(Failure::usage(message, "name a script, such as `template.rhai`"));
    }
    let text = if args.events {
        plan::schema::file_of::<Event>("An event of carrying a plan out")
    } else if args.watch {
        plan::schema::file_of::<watch::event::Event>("An event of watching")
    } else if args.profile {
        plan::schema::file_of::<Profile>("What an installer package says of itself")
    } else if args.log {
        plan::schema::file_of::<log::json::Report>("What the log of an installation tells")
    } else if args.docs {
        plan::schema::file_of::<Manual>("A part of the manual")
    } else {
        plan::schema::text()
    };
    ui.print(&text);
    Ok(ExitStatus::Clean)
}

//! `mimeo watch`: what is wrong, and what differs, on every save.

mod command;
mod ears;
mod scout;
mod shell;
mod terminal;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use crate::cli::check::Deny;
use crate::cli::screen::Output;
use crate::cli::ui::{self, Ui};
use crate::cli::watch::command::Commands;
use crate::cli::watch::scout::Habits;
use crate::cli::watch::shell::Shell;
use crate::cli::{ExitStatus, Failure, GivenArgs, exits};
use crate::script::on_deep_stack;
use crate::source::files::{Disk, Files};
use crate::watch::board::{Board, Cause};
use crate::watch::look::is_folder;
use crate::watch::note::{Gravity, UNREADABLE};
use crate::watch::run::{Runner, Setup};

/// Check and plan on every save
///
/// Shows what is new, fixed and the same since the last save, and what differs in the plan. A script that is broken for the
/// moment keeps the last good plan. On a terminal `?` tells the keys; elsewhere there is a line for each run, with what is
/// new and fixed below it.
#[derive(Debug, clap::Args)]
#[command(after_long_help = exits(&[ExitStatus::Clean, ExitStatus::Findings, ExitStatus::Usage, ExitStatus::Interrupted]))]
pub struct Args {
    /// The deployment script
    #[arg(value_name = "SCRIPT")]
    script: PathBuf,
    /// Values files of customers, each after those of `--values`; a folder stands for the `.toml` files in it
    #[arg(value_name = "CUSTOMER.toml|DIR")]
    customers: Vec<PathBuf>,
    #[command(flatten)]
    given: GivenArgs,
    /// How runs are told
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    output_format: Output,
    /// With `--once`: end with 1 for this as well
    #[arg(long, value_enum, value_name = "WHAT", requires = "once")]
    deny: Option<Deny>,
    /// Run once, and end as `check` does
    #[arg(long)]
    once: bool,
    /// A command line for the shell, after each run that brought a new plan, for each customer who has one: `MIMEO_PLAN`
    /// names a file with the plan, `MIMEO_CUSTOMER` the customer. What it writes goes to standard error
    #[arg(long, value_name = "COMMAND")]
    exec: Option<String>,
    /// Look at the files every so many milliseconds, where no events come; folders without events are found out anyhow
    #[arg(long, value_name = "MS", num_args = 0..=1, default_missing_value = "200", value_parser = clap::value_parser!(u64).range(5..=60_000))]
    poll: Option<u64>,
}

impl Args {
    fn setup(&self) -> Result<Setup, Failure> {
        let given = GivenArgs { package_profile: None, ..self.given.clone() };
        let mut inputs = given.inputs(&self.script)?;
        let (folders, values) = inputs.values.into_iter().partition(|it| is_folder(it));
        inputs.values = values;
        if let Err(error) = Disk.canonical(&self.script) {
            let message = format!("the script `{}` cannot be read: {error}", self.script.display());
            return Err(Failure::usage(message, "check the path"));
        }
        let customers: Vec<PathBuf> = folders;
        let customers = customers.into_iter().chain(self.customers.clone()).collect();
        Ok(Setup { inputs, profile: self.given.package_profile.clone(), customers })
    }
}

/// Runs the command.
pub fn run(args: &Args, ui: &Ui) -> Result<ExitStatus, Failure> {
    let setup = args.setup()?;
    let ui = ui.clone();
    // Whoever looks at a half-written script parses it.
    on_deep_stack(move || {
        if args.once {
            return once(args, setup, &ui);
        }
        let mut shell = Shell::new(args, setup, ui)?;
        let ended = shell.watch();
        shell.end();
        Ok(ended)
    })
}

/// How files are watched.
fn habits(args: &Args) -> Habits {
    Habits { poll: args.poll.map(Duration::from_millis), as_of: args.given.as_of }
}

fn once(args: &Args, setup: Setup, ui: &Ui) -> Result<ExitStatus, Failure> {
    let started = ui::now();
    let as_of = args.given.as_of.unwrap_or_else(ui::today);
    let mut runner = Runner::new(setup);
    let outcome = runner.run(&Disk, BTreeSet::new(), as_of, &|| false);
    let outcome = outcome.expect("nothing overtakes the only run");
    if outcome.customers.is_empty() {
        let message = "no values file is in what was named";
        return Err(Failure::usage(message, "values files end in `.toml`"));
    }
    let mut board = Board::default();
    let planned = board.take(&outcome, Cause { took: started.elapsed(), ..Cause::default() });
    tell(&board, args.output_format, ui);
    if let Some(command) = &args.exec {
        let mut commands = Commands::new(command.clone())?;
        for checked in planned {
            let ended = commands.run(&checked);
            ui.talk(&ended.text);
            tell_end(&ended, args.output_format, ui);
        }
    }
    let notes = board.notes();
    let unreadable = notes.iter().any(|it| it.code == UNREADABLE);
    let denied = |it: Gravity| it == Gravity::Warning && args.deny == Some(Deny::Warnings);
    let bad = notes.iter().any(|it| it.severity == Gravity::Error || denied(it.severity));
    Ok(match (unreadable, bad) {
        (true, _) => ExitStatus::Usage,
        (false, true) => ExitStatus::Findings,
        (false, false) => ExitStatus::Clean,
    })
}

/// Tells of a run in lines; whether anybody hears it.
fn tell(board: &Board, output: Output, ui: &Ui) -> bool {
    match output {
        Output::Full => ui.reaches(&board.to_lines()),
        Output::Ndjson => ui.reaches(&json(&board.event())),
    }
}

/// Tells how a command ended; whether anybody hears it.
fn tell_end(ended: &command::Ended, output: Output, ui: &Ui) -> bool {
    match output {
        Output::Full => ui.reaches(&format!("  {}\n", ended.words())),
        Output::Ndjson => ui.reaches(&json(&ended.event())),
    }
}

fn json(event: &crate::watch::event::Event) -> String {
    serde_json::to_string(event).expect("texts and numbers have a JSON form") + "\n"
}

//! `mimeo batch`: many customers of a script at once.

pub(in crate::cli) mod customers;
mod group;
mod junit;
mod manifest;
pub mod report;
mod task;

use std::path::PathBuf;
use std::sync::Arc;

use jiff::civil::Date;

use crate::cli::batch::customers::{CustomerArgs, Customers};
use crate::cli::batch::group::Firsts;
use crate::cli::batch::report::{Form, Report};
use crate::cli::batch::task::{Batch, Goal};
use crate::cli::check::{Deny, FindingArgs};
use crate::cli::ui::{Ui, make_folder};
use crate::cli::{ExitStatus, Failure, GivenArgs, day, exits, interrupt, setting};
use crate::compile::{Inputs, load, many};
use crate::script::{Program, on_deep_stack};
use crate::source::files::{Disk, SteadyDisk};

/// Check or plan all customers of a script at once
///
/// Looks at every customer, on all processors, whatever is wrong with some, and ends as the worst of them would alone. The
/// script is compiled once.
#[derive(Debug, clap::Args)]
#[command(after_long_help = exits(&[ExitStatus::Clean, ExitStatus::Findings, ExitStatus::Usage, ExitStatus::Interrupted]))]
pub struct Args {
    /// The deployment script
    #[arg(value_name = "SCRIPT", required_unless_present = "manifest")]
    script: Option<PathBuf>,
    #[command(flatten)]
    who: CustomerArgs,
    /// Make the plans, to see how many steps each has
    #[arg(long)]
    plan: bool,
    /// Write each customer's plan to `CUSTOMER.plan.json` in this folder
    #[arg(long, value_name = "DIR")]
    out_dir: Option<PathBuf>,
    /// A values file for all, before each customer's own; may be repeated, the last one wins
    #[arg(long, value_name = "FILE.toml")]
    values: Vec<PathBuf>,
    /// A single value for all; wins over values files and the environment
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = setting)]
    settings: Vec<(String, String)>,
    /// The folder that imports may not leave [default: each script's own]
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// What `mimeo installer inspect --out` wrote of the installer's package, taken in the place of the package itself
    #[arg(long, value_name = "FILE.json")]
    package_profile: Option<PathBuf>,
    /// The day on which rules with dates are judged [default: today]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    as_of: Option<Date>,
    /// The form of the answer
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    output_format: Form,
    /// End with 1 for this as well
    #[arg(long, value_enum, value_name = "WHAT")]
    deny: Option<Deny>,
}

/// Runs the command.
pub fn run(args: &Args, ui: &Ui) -> Result<ExitStatus, Failure> {
    let customers = args.who.find(args.script.as_deref())?;
    let given = GivenArgs {
        values: args.values.clone(),
        settings: args.settings.clone(),
        root: args.root.clone(),
        package_profile: args.package_profile.clone(),
        as_of: args.as_of,
    };
    let given = given.inputs(&customers.scripts[0])?;
    let programs = load_all(&customers, &given)?;
    let goal = match (&args.out_dir, args.plan) {
        (Some(folder), _) => Goal::Write(folder.clone()),
        (None, true) => Goal::Plan,
        (None, false) => Goal::Check,
    };
    if let Goal::Write(folder) = &goal {
        make_folder(folder)?;
    }
    let form = args.output_format;
    let findings = FindingArgs { output_format: form.of_findings(), deny: args.deny };
    let batch = Batch {
        files: SteadyDisk::default(),
        customers: &customers,
        programs: &programs,
        given: &given,
        findings: &findings,
        goal: &goal,
        form,
        style: ui.findings(form.of_findings(), false),
        firsts: Firsts::default(),
    };
    let stop = interrupt::flag();
    let mut report = Report::new(&batch, ui);
    let work = |index| batch.outcome(index);
    many::in_order(customers.list.len(), args.who.jobs(), &stop, work, |it| report.take(it));
    Ok(report.end())
}

/// Compiles the scripts, each once. Where there is only one, there is nothing to do without it.
fn load_all(
    customers: &Customers,
    given: &Inputs,
) -> Result<Vec<Result<Arc<Program>, Failure>>, Failure> {
    let mut programs = Vec::new();
    for script in &customers.scripts {
        let program = on_deep_stack(|| load(&Disk, script, given.root.as_deref()));
        match program.map(Arc::new).map_err(Failure::from) {
            Err(failure) if customers.scripts.len() == 1 => return Err(failure),
            program => programs.push(program),
        }
    }
    Ok(programs)
}

//! `mimeo impact`: what a change of a template, of the standard library, of the day or of the package does to the
//! customers' plans.

mod compare;
mod summary;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::Date;

use crate::cli::batch::customers::{CustomerArgs, Customers};
use crate::cli::impact::compare::{Comparison, Side};
use crate::cli::impact::summary::{Form, Summary};
use crate::cli::ui::Ui;
use crate::cli::{ExitStatus, Failure, GivenArgs, day, exits, interrupt, setting};
use crate::compile::{Inputs, load_with, many};
use crate::plan::diff::Colour;
use crate::render::Format;
use crate::script::import::Library;
use crate::script::{Program, on_deep_stack};
use crate::source::files::{Disk, Files};
use crate::watch::look::PROFILE_LIMIT;

/// Show which customers' plans a change of the script, its modules, the day or the package would change
///
/// Compares what each customer has with what they would have: the plans field by field, the findings, and who would have no
/// plan any more. Ends with 1 if there is such a customer.
#[derive(Debug, clap::Args)]
#[command(after_long_help = exits(&[ExitStatus::Clean, ExitStatus::Findings, ExitStatus::Usage, ExitStatus::Differences, ExitStatus::Interrupted]))]
pub struct Args {
    /// The deployment script, relative to the folders of `--from` and `--to`
    #[arg(value_name = "SCRIPT", required_unless_present = "manifest")]
    script: Option<PathBuf>,
    #[command(flatten)]
    who: CustomerArgs,
    /// The folder of the script as it is; modules `std/….rhai` in it stand for the standard library
    #[arg(long, value_name = "DIR")]
    from: Option<PathBuf>,
    /// The folder of the script as it would be
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
    /// The day on which rules with dates are judged, as it is [default: today]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    from_as_of: Option<Date>,
    /// The day, as it would be [default: that of `--from-as-of`]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    to_as_of: Option<Date>,
    /// What `mimeo installer inspect --out` wrote of the installer's package, as it is
    #[arg(long, value_name = "FILE.json")]
    from_package_profile: Option<PathBuf>,
    /// The same of the package as it would be [default: that of `--from-package-profile`]
    #[arg(long, value_name = "FILE.json")]
    to_package_profile: Option<PathBuf>,
    /// A values file for all, before each customer's own; may be repeated, the last one wins
    #[arg(long, value_name = "FILE.toml")]
    values: Vec<PathBuf>,
    /// A single value for all; wins over values files and the environment
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = setting)]
    settings: Vec<(String, String)>,
    /// Write it as JSON, customer by customer
    #[arg(long)]
    json: bool,
    /// End with 3 if there are differences
    #[arg(long)]
    exit_code: bool,
}

/// Runs the command.
pub fn run(args: &Args, ui: &Ui) -> Result<ExitStatus, Failure> {
    let customers = args.who.find(args.script.as_deref())?;
    let from_day = args.from_as_of;
    let was = args.from_package_profile.as_ref();
    let is = args.to_package_profile.as_ref().or(was);
    let from = side(args, &customers, args.from.as_deref(), was, from_day)?;
    let to = side(args, &customers, args.to.as_deref(), is, args.to_as_of.or(from_day))?;
    let mut comparison = Comparison::new(&customers, from, to);
    if was != is && profile_text(was) != profile_text(is) {
        comparison.texts.insert("the package".to_owned(), "changed");
    }
    if comparison.is_idle() {
        return Err(Failure::usage(
            "both sides are the same: no script, module, package or day differs",
            "name what changes: `--from DIR --to DIR`, or `--to-as-of DAY`",
        ));
    }
    let coloured = ui.findings(Format::Full, false).colour;
    let form = match (args.json, coloured) {
        (true, _) => Form::Json,
        (false, true) => Form::Text(Colour::Ansi),
        (false, false) => Form::Text(Colour::None),
    };
    let stop = interrupt::flag();
    let mut summary = Summary::new(&comparison, form, ui);
    let work = |index| comparison.outcome(index);
    many::in_order(customers.list.len(), args.who.jobs(), &stop, work, |it| summary.take(it));
    let status = summary.end();
    let differs = status == ExitStatus::Differences && !args.exit_code;
    Ok(if differs { ExitStatus::Clean } else { status })
}

/// What is written of a package; it was read before, so it can be.
fn profile_text(path: Option<&PathBuf>) -> Option<String> {
    path.and_then(|it| Disk.read(it, PROFILE_LIMIT).ok())
}

/// One side: every script compiled below its folder.
fn side(
    args: &Args,
    customers: &Customers,
    folder: Option<&Path>,
    profile: Option<&PathBuf>,
    as_of: Option<Date>,
) -> Result<Side, Failure> {
    let below = |it: &PathBuf| folder.map_or_else(|| it.clone(), |folder| folder.join(it));
    let scripts: Vec<PathBuf> = customers.scripts.iter().map(below).collect();
    let given = GivenArgs {
        values: args.values.clone(),
        settings: args.settings.clone(),
        root: folder.map(Path::to_path_buf),
        package_profile: profile.cloned(),
        as_of,
    };
    let given: Inputs = given.inputs(&scripts[0])?;
    let load = |script: &PathBuf| {
        let root = given.root.as_deref();
        let program = on_deep_stack(|| load_with(&Disk, script, root, Library::BelowRoot));
        program.map(Arc::new).map_err(Failure::from)
    };
    let programs: Vec<Arc<Program>> = scripts.iter().map(load).collect::<Result<_, _>>()?;
    Ok(Side { scripts, programs, given })
}

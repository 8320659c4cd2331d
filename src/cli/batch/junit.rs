//! The answer as a test report: a test case for each customer.
//!
//! Errors, and warnings that are denied, are failures; what could not be read or written is an error. All findings stand in
//! the text of the case, a line each.

use std::path::Path;

use crate::cli::ExitStatus;
use crate::cli::batch::customers::Customer;
use crate::cli::check::FindingArgs;
use crate::compile::Compiled;
use crate::export::junit::{Case, Outcome};
use crate::render::{Style, many, summary};

/// The case of a customer who was looked at.
pub(super) fn case(
    customer: &Customer,
    script: &Path,
    compiled: &Compiled,
    findings: &FindingArgs,
    style: &Style,
) -> String {
    let piece = |it| many::piece(&compiled.sources, it, &customer.name, style);
    let told: String = compiled.diagnostics.iter().map(piece).collect();
    let failed = findings.status(compiled) != ExitStatus::Clean;
    let message = summary(&compiled.diagnostics);
    let outcome = match compiled.diagnostics.iter().min_by_key(|it| it.severity()) {
        None => Outcome::Passed,
        Some(gravest) if failed => {
            Outcome::Failed { message: &message, kind: gravest.code.name, told: &told }
        }
        Some(_) => Outcome::Told(&told),
    };
    of(customer, script, outcome)
}

/// The case of a customer for whom something could not be read or written.
pub(super) fn broken(customer: &Customer, script: &Path, problem: &str) -> String {
    of(customer, script, Outcome::Broken(problem))
}

fn of(customer: &Customer, script: &Path, outcome: Outcome<'_>) -> String {
    let class = script.display().to_string();
    let file = customer.values.last().map(|it| it.display().to_string());
    Case { name: &customer.name, class: &class, file: file.as_deref(), outcome }.to_xml()
}

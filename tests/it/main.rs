//! The tests, as one program, in reading order.
#![expect(clippy::disallowed_methods, reason = "tests read files and start the program")]

/// Scripts with marks where findings are expected.
mod cases;
/// The command line.
mod cli;
/// The examples, planned.
mod examples;
/// The explanation of every code, run.
mod explain;
/// The views of a plan.
mod export;
/// The formats of values.
mod format;
/// The table of mail server, authentication and account.
mod options;
/// The plan as data.
mod plan;
/// How findings are drawn.
mod render;
/// The twelve scenarios, as they are shown.
mod scenarios;
/// Provenance, spans, imports and limits of scripts.
mod script;
/// What the other files share: projects in memory, files with marks.
mod support;
/// The syntax tree against Rhai's own parser.
mod syntax;
/// The house's own rules.
mod tidy;
/// Values files, settings and environment.
mod values;

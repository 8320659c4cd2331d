//! The tests, as one program, in reading order.

/// What the other files share: projects in memory, files with marks.
mod support;
/// The syntax tree against Rhai's own parser.
mod syntax;
/// The formats of values.
mod format;
/// Values files, settings and environment.
mod values;
/// Provenance, spans, imports and limits of scripts.
mod script;
/// Scripts with marks where findings are expected.
mod cases;
/// The explanation of every code, run.
mod explain;
/// The table of mail server, authentication and account.
mod options;
/// How findings are drawn.
mod render;
/// The twelve scenarios, as they are shown.
mod scenarios;
/// The plan as data.
mod plan;
/// The views of a plan.
mod export;
/// The examples, planned.
mod examples;
/// The command line.
mod cli;
/// The house's own rules.
mod tidy;

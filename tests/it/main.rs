//! The tests, as one program, in reading order.
/// What the other files share: projects in memory, files with marks.
mod support;
/// The syntax tree against Rhai's own parser.
/// The formats of values.
mod format;
/// Values files, settings and environment.
/// Provenance, spans, imports and limits of scripts.
mod script;
/// Scripts with marks where findings are expected.
mod cases;
/// The explanation of every code, run.
mod explain;
/// How findings are drawn.
/// The plan as data.
mod plan;
/// The views of a plan.
mod export;
/// The house's own rules.
mod tidy;

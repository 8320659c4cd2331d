//! The tests, as one program, in reading order.
#![expect(clippy::disallowed_methods, reason = "tests read files and start the program")]

/// Many customers at once.
mod batch;
/// Scripts with marks where findings are expected.
mod cases;
/// The command line.
mod cli;
/// The manual of templates, and the schema of their values.
mod docs;
/// Questions to a directory; with a real one where `.ci/directory` has started it.
mod directory;
/// The examples, planned.
mod examples;
/// Carrying out: crashes at every point, altered journals, faults, secrets, locks, undo and rotation.
mod execute;
/// What editors know of the language.
mod editors;
/// The explanation of every code, run.
mod explain;
/// The views of a plan.
mod export;
/// The formats of values.
mod format;
mod import;
/// The layout of scripts and values files.
mod layout;
/// The language server.
mod lsp;
/// Questions to the network; with a real mail server where `.ci/mail` has made one.
mod network;
/// Logs of installations, as whoever looks for a reason reads them.
mod log;
/// What Windows Installer leaves behind.
mod msi;
/// The table of mail server, authentication and account.
mod options;
/// The question to the installer package, also of hostile files.
mod package;
/// The plan as data.
mod plan;
/// Scripts and values files that are written from answers, and for templates.
mod new;
/// What a package says of itself, also when it lies.
mod profile;
/// The syntax of every PowerShell script.
mod powershell;
/// The rehearsal, as its user meets it.
mod rehearse;
/// How findings are drawn.
mod render;
/// The template repositories of the examples.
mod repositories;
/// The twelve scenarios, as they are shown.
mod scenarios;
/// Provenance, spans, imports and limits of scripts.
mod script;
/// Signing in, against a stand-in for the sign-in service.
mod sign_in;
/// What the other files share: projects in memory, files with marks.
mod support;
/// The syntax tree against Rhai's own parser.
mod syntax;
/// The simulated tenant, over HTTP.
mod tenant;
/// The house's own rules.
mod tidy;
/// Plans that are made with the installer package at hand.
mod trusted;
/// Tests of templates, and what they count.
mod trial;
/// Values files, settings and environment.
mod values;
/// Watching: what a save is, what is shown of it, and a real process that is saved to.
mod watch;
/// The door to a Windows Server.
mod windows;

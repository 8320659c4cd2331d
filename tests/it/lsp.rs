//! The language server, as an editor meets it.

mod client;
mod commands;
mod edits;
mod findings;
mod names;
mod protocol;
mod shapes;
mod writing;

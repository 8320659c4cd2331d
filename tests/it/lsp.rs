//! The language server, as an editor meets it.

mod client;
mod edits;
mod findings;
mod names;
mod protocol;
mod shapes;
mod writing;

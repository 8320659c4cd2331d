//! The language server, as an editor meets it.

mod client;
mod findings;
mod protocol;

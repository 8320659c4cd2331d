//! Watching: what a save is, what is shown of it, and a real process that is saved to.

/// When a change is one, on a clock of its own.
mod attention;
/// A real process on a pipe or a terminal.
mod process;
/// What is seen, and what the keys do.
mod screen;
/// Which events concern a run.
mod trail;

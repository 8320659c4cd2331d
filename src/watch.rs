//! Watching: what a save changes, told as soon as it is on the disk.
//!
//! [`look`] knows what a run has read and looks at it again, [`trail`] knows which events of the file system concern it,
//! [`attention`] decides when a change is one and no file is caught half-written, [`run`] compiles what the change concerns,
//! and [`board`] keeps what is shown: the findings with what became of them, and each customer's last good plan. All but
//! [`look`] is pure: no files, no clock, no threads.

pub mod attention;
pub mod board;
pub mod editor;
pub mod event;
pub mod keys;
pub mod look;
pub mod note;
pub mod run;
pub mod screen;
pub mod trail;

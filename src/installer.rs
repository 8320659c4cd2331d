//! Windows Installer as it is: what its packages say, how its exit codes and logs are read.
//!
//! Nothing here starts an installation or knows a deployment; it reads files, on any system.
//!
//! | | |
//! |---|---|
//! | [`exit`] | exit codes in words |
//! | [`log`], [`causes`] | the log of an installation, and why one failed |
//! | [`scrub`] | a log without secrets |
//! | [`package`] | a package as a database, read without trust |
//! | [`profile`] | what a package says of itself: features, properties, pages |

pub mod causes;
pub mod exit;
pub mod log;
pub mod package;
pub mod profile;
pub mod scrub;

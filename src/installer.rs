//! Windows Installer as it is: what its packages say, how its exit codes and logs are read.
//!
//! Nothing here starts an installation or knows a deployment; it reads files, on any system.
//!
//! | | |
//! |---|---|
//! | [`command`] | a command line, taken apart |
//! | [`package`] | a package as a database, read without trust |
//! | [`profile`] | what a package says of itself: features, properties, pages |
//! | [`shelf`] | the packages of this machine, each read once |
//! | [`exit`] | exit codes in words |
//! | [`log`], [`causes`] | what the log of an installation tells, and why one failed |
//! | [`scrub`] | a log without secrets |

pub mod causes;
pub mod command;
pub mod exit;
pub mod log;
pub mod package;
pub mod profile;
pub mod scrub;
pub mod shelf;

use std::sync::Arc;

use crate::installer::profile::Profile;

/// What is known of the package that a script names.
#[derive(Clone, Debug, Default)]
pub enum Contents {
    /// Nothing: it lies elsewhere, or nobody looked.
    #[default]
    Unread,
    /// What it says of itself.
    Read(Arc<Profile>),
    /// It is there and cannot be read as a package; completes "the file …".
    Unreadable(String),
}

/// Whoever knows what a package says of itself.
pub trait Packages: std::fmt::Debug + Send + Sync {
    /// What is known of the package at a path of Windows.
    fn look(&self, path: &str) -> Contents;
}

/// One profile, whatever the path.
impl Packages for Profile {
    fn look(&self, _: &str) -> Contents {
        Contents::Read(Arc::new(self.clone()))
    }
}

//! The door to the server: what may be asked of it, and the few things that are done there.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};

use crate::plan::op::{Question, Registry, Ui};

/// The server that a plan is carried out on. Requests to the cloud are no part of it.
///
/// Nothing here judges: an exit code is handed back as it is, and the caller says what it means.
#[expect(async_fn_in_trait, reason = "everything runs on one thread")]
pub trait Machine {
    /// Answers a question of the server, the network or the directory.
    async fn answer(&self, question: &Question) -> Answer;
    /// Installs a package and returns the exit code of Windows Installer. A dropped future does not stop it.
    async fn install(
        &self,
        installation: &Installation,
        progress: &mut dyn FnMut(&str),
    ) -> Result<u32, MachineError>;
    /// Runs a script and returns what it wrote.
    async fn run(&self, script: &Script) -> Result<String, MachineError>;
    /// Sets a value in the registry.
    async fn set(&self, registry: &Registry) -> Result<(), MachineError>;
    /// Makes a folder and those above it; one that is there is left as it is.
    async fn make_folder(&self, path: &str) -> Result<(), MachineError>;
    /// The status with which a site answers the current user.
    async fn site(&self, url: &str) -> Result<u16, MachineError>;
    /// The bytes of the log that an installation wrote.
    async fn read_log(&self, path: &str) -> Result<Vec<u8>, MachineError>;
    /// Puts another text in the place of a log.
    async fn write_log(&self, path: &str, bytes: &[u8]) -> Result<(), MachineError>;
}

/// The answer to a question. Unknown is never taken for no.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    /// Yes, with what was seen; may be empty.
    Yes(String),
    /// No, with what was seen instead.
    No(String),
    /// It could not be asked here; the reason.
    Unknown(String),
}

/// A value with nothing left to be looked up.
#[derive(Clone, Debug)]
pub enum Known {
    /// It may be shown.
    Text(String),
    /// It may not.
    Secret(SecretString),
}

impl Known {
    /// The value for whoever it is meant for, and for nobody else.
    #[must_use]
    pub fn expose(&self) -> &str {
        match self {
            Known::Text(text) => text,
            Known::Secret(secret) => secret.expose_secret(),
        }
    }
}

/// An installation with every value known.
#[derive(Clone, Debug)]
pub struct Installation {
    /// The package's path.
    pub package: String,
    /// With or without the wizard.
    pub ui: Ui,
    /// The verbose log's path.
    pub log: Option<String>,
    /// The features to install, in the order of the package's tree.
    pub features: Vec<String>,
    /// Public properties and their values.
    pub properties: BTreeMap<String, Known>,
    /// The properties that hold a secret, which the log must not show (`MsiHiddenProperties`).
    pub hidden: Vec<String>,
}

/// A PowerShell script with every value known.
#[derive(Clone, Debug)]
pub struct Script {
    /// The module or snap-in that it needs.
    pub needs: String,
    /// Its text.
    pub text: String,
    /// Its parameters.
    pub parameters: BTreeMap<String, Known>,
}

/// Why something could not be done on the server. No text holds a secret.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum MachineError {
    /// It takes Windows, and this is not.
    #[error("{0} takes Windows, and this is another system")]
    NotWindows(&'static str),
    /// The module or snap-in that a script needs is not there.
    #[error("the PowerShell module `{0}` is not installed")]
    Module(String),
    /// A script ended with an error.
    #[error("{0}")]
    Script(String),
    /// Windows refused; what was asked, and its words.
    #[error("{what}: {error}")]
    Refused {
        /// What was asked of it.
        what: String,
        /// Its words.
        error: String,
    },
}

//! Reading the log of an installation, however it is encoded, how long it is, and wherever it breaks off.
//!
//! [`report`] says what a log tells, each fact with its line; no secret is in what it says, but for [`Property::value`].
//! [`failure`] says only why the installation failed.

use std::io::{self, Cursor, Read, Seek};

use crate::installer::causes::Cause;
use crate::installer::log::secret::Value;
use crate::installer::log::text::Encoding;

mod line;
mod reading;
pub mod secret;
pub mod text;

/// What a log tells.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Report {
    /// How it is encoded.
    pub encoding: Encoding,
    /// Its lines.
    pub lines: usize,
    /// Whether anything in it is of Windows Installer. Nothing else is said of what is no log.
    pub is_log: bool,
    /// The installations that it begins; only the last is told. None is begun in a log that was cut off above.
    pub sessions: usize,
    /// Whether its end is there.
    pub is_complete: bool,
    /// How the installation ended.
    pub ending: Ending,
    /// The name of the product.
    pub product: Option<Told<String>>,
    /// Its version.
    pub version: Option<Told<String>>,
    /// The path of the package, as it was given.
    pub package: Option<Told<String>>,
    /// The line with the properties that were given, covered.
    pub command_line: Option<Told<String>>,
    /// The properties, in the order in which their names appear; a name comes once for each [`Place`].
    pub properties: Vec<Property>,
    /// The features and what was to become of them.
    pub features: Vec<Feature>,
    /// The first failure.
    pub failure: Option<Failure>,
    /// What the log says about the reason; of a log with a failure, what it says up to there. The more particular first.
    pub causes: Vec<Told<&'static Cause>>,
    /// The first error records, at most [`ERRORS`].
    pub errors: Vec<Told<String>>,
    /// The actions that were begun last, at most [`ACTIONS`].
    pub last_actions: Vec<Told<String>>,
    /// Where a restart is asked for, at most [`RESTARTS`].
    pub restarts: Vec<Told<String>>,
    /// The secrets that can be read in it, also in earlier installations.
    pub secrets: Vec<Readable>,
}

/// Something that a line tells.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Told<T> {
    /// The number of the line, from 1.
    pub line: usize,
    /// What it tells.
    pub what: T,
}

/// How an installation ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ending {
    /// How it ended.
    pub verdict: Verdict,
    /// The code with which Windows Installer ended.
    pub code: Option<u32>,
    /// The line that tells it.
    pub line: Option<usize>,
}

/// How an installation ended.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Verdict {
    /// It is done; Windows may have to be restarted.
    Succeeded,
    /// It failed, or it could not begin.
    Failed,
    /// A person cancelled it.
    Cancelled,
    /// The log does not say: it ends before, or the installation still runs.
    Unknown,
}

/// Where a property is said.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Place {
    /// In the command line, so somebody gave it.
    CommandLine,
    /// In what the wizard hands to the service that installs.
    Handed,
    /// In a change while it was installed.
    Change,
    /// In the list of all properties of the wizard's side.
    Client,
    /// In the list of all properties of the service that installs.
    Server,
}

/// A property.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Property {
    /// Its name.
    pub name: String,
    /// The value as the log has it, the last that is said at this place. It may be a secret, or hold one.
    pub value: Value,
    /// The value covered, for everybody to see.
    pub shown: String,
    /// Whether its name is that of a secret.
    pub is_secret: bool,
    /// The line of the value.
    pub line: usize,
    /// Where it is said.
    pub place: Place,
}

/// A feature.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Feature {
    /// Its name.
    pub name: String,
    /// What it was before: `Absent`, `Local`.
    pub installed: String,
    /// What was asked for: `Local`, `Null`.
    pub request: String,
    /// What is done: `Local`, `Absent`, `Null`.
    pub action: String,
    /// The line that says so.
    pub line: usize,
}

/// Where an installation failed, and what was said just before.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// The action that failed, as the package calls it: `ConfigureSharePoint`.
    pub action: Option<String>,
    /// The number of the line in the log that says so, from 1.
    pub line: usize,
    /// The lines before it that are not empty, at most [`LINES_BEFORE`], and the line itself.
    pub lines: Vec<Told<String>>,
    /// Those of the lines before it that are errors or the output of an action, at most [`LINES_BEFORE`].
    pub telling: Vec<Told<String>>,
    /// What these and the lines of errors say about the reason; may be empty. The more particular first.
    pub causes: Vec<Told<&'static Cause>>,
}

/// A secret that can be read in a log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Readable {
    /// The names under which it stands there.
    pub names: Vec<String>,
    /// The secret itself.
    pub value: Value,
    /// The first lines with it, at most [`PLACES`].
    pub lines: Vec<usize>,
    /// The lines with it.
    pub count: usize,
}

/// The lines that are kept before the one that tells of the failure.
pub const LINES_BEFORE: usize = 12;
/// The bytes of a log that [`failure`] reads. What comes after them is not looked at.
pub const LIMIT: usize = 64 << 20;
/// The error records that are kept.
pub const ERRORS: usize = 50;
/// The actions that are kept.
pub const ACTIONS: usize = 5;
/// The askings for a restart that are kept.
pub const RESTARTS: usize = 5;
/// The lines that are kept for a secret.
pub const PLACES: usize = 20;
/// The characters of a line that are kept; the rest is cut off.
const LINE_LIMIT: usize = 2_000;

impl Report {
    /// A property as it was given, or else as it was when the installation ended.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&Property> {
        let named = || self.properties.iter().filter(|it| it.name == name);
        let given = named().find(|it| it.place == Place::CommandLine);
        given.or_else(|| named().max_by_key(|it| it.place))
    }
}

/// What a log tells. `secrets` are the names of the properties that are secret, besides those that
/// [look so](secret::looks_secret). The log is read twice if it has secrets.
pub fn report<L: Read + Seek>(log: &mut L, secrets: &[&str]) -> io::Result<Report> {
    let (mut report, last) = reading::read(log, secrets)?;
    if !report.secrets.is_empty() {
        log.rewind()?;
        reading::find_secrets(log, last, &mut report.secrets)?;
    }
    Ok(report)
}

/// The first failure that a log tells of: the first action that returned 3, or else the first custom action that returned an
/// error. A log without either has none, and neither has something that is no log.
#[must_use]
pub fn failure(log: &[u8]) -> Option<Failure> {
    let mut log = Cursor::new(&log[..log.len().min(LIMIT)]);
    let (report, _) = reading::read(&mut log, &[]).expect("memory can be read");
    report.failure
}

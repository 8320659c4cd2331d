//! The journal: what has begun and what has ended, on the disk before anything depends on it.
//!
//! It is a file of lines beside the plan. One record closes a step and opens the next, so N steps cost N+1 records, and
//! each is synchronised before the step that it opens has an effect. A line is `{"chain":"…","record":{…}}`, where the
//! chain is SHA-256 over the chain before it, or the plan's seal at first, and the bytes of the record. So a journal that
//! was altered is told from one that a crash cut off: a last line that is not whole is set aside, anything else is refused.
//! Last lines that are missing as a whole look like a crash, and the open step is probed.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::plan::Plan;
use crate::plan::seal::digest;

/// The version of the journal's format.
pub const FORMAT: u32 = 1;

/// The most bytes that a journal is read from. A record has a few hundred.
const MOST_BYTES: u64 = 64 << 20;

/// One line of the journal.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// When, in universal time (RFC 3339).
    pub at: String,
    /// Who began or went on, in the first record of each run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<Run>,
    /// The step that ended, and how.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Ended>,
    /// What is known before the step that begins, and must be known whatever becomes of it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub knows: BTreeMap<String, String>,
    /// The step that begins after this record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begun: Option<Begun>,
}

/// One run of the program over the plan.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// The version of this format.
    pub format: u32,
    /// The seal of the plan.
    pub plan: String,
    /// The program, with its version.
    pub made_by: String,
    /// The machine.
    pub machine: String,
}

/// A step that begins.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Begun {
    /// It is carried out.
    Step(String),
    /// It is undone.
    Undo(String),
}

/// A step that ended.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ended {
    /// The step.
    pub step: String,
    /// How.
    pub how: How,
    /// What became known; never a secret.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub gave: BTreeMap<String, String>,
    /// Whether it made something that was not there before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub made: bool,
    /// In words: why it was skipped or failed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub because: String,
}

/// How a step ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// It was done.
    Done,
    /// It was done, and Windows has to restart before the next.
    DoneRestart,
    /// Nothing had to be done.
    Skipped,
    /// A person says that it is done.
    Confirmed,
    /// It failed; doing it again is safe, or its probe tells.
    Failed,
    /// It was stopped between two operations.
    Stopped,
    /// It was undone.
    Undone,
    /// Undoing failed.
    UndoFailed,
}

impl How {
    /// Whether the step has nothing left to do.
    #[must_use]
    pub fn is_complete(self) -> bool {
        matches!(self, How::Done | How::DoneRestart | How::Skipped | How::Confirmed)
    }
}

/// Why a journal cannot be used. Nothing of it is changed then.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// There is none.
    #[error("there is no journal {}", .0.display())]
    Missing(PathBuf),
    /// There is one already.
    #[error("there is a journal {} already", .0.display())]
    There(PathBuf),
    /// It belongs to another plan.
    #[error("the journal {} belongs to another plan, sealed {}", path.display(), brief(.plan))]
    OtherPlan {
        /// The journal.
        path: PathBuf,
        /// The seal of its plan.
        plan: String,
    },
    /// A record before the last was altered, or does not make sense.
    #[error("the journal {} was altered: {problem} (line {line})", path.display())]
    Altered {
        /// The journal.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong there.
        problem: String,
    },
    /// It was written by a version with another format.
    #[error("the journal {} has format {found}; this version reads format {FORMAT}", path.display())]
    Format {
        /// The journal.
        path: PathBuf,
        /// Its format.
        found: u32,
    },
    /// A record follows from the one before it and is not of this version.
    #[error("the journal {} has a record of another version of mimeo (line {line})", path.display())]
    Foreign {
        /// The journal.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// It is larger than any journal.
    #[error("the journal {} is larger than any journal", .0.display())]
    TooLarge(PathBuf),
    /// The disk refused.
    #[error("the journal {} cannot be used: {error}", path.display())]
    Io {
        /// The journal.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
}

impl JournalError {
    fn of(path: &Path, error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::NotFound {
            JournalError::Missing(path.to_path_buf())
        } else {
            JournalError::Io { path: path.to_path_buf(), error }
        }
    }

    /// What to do, an imperative sentence.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            JournalError::Missing(_) => {
                "begin with `mimeo apply`, or put the journal back beside the plan"
            }
            JournalError::There(_) => "go on with `mimeo resume`, or see it with `mimeo status`",
            JournalError::OtherPlan { .. } => {
                "resume the plan that it was written for; a new plan gets a journal of its own under another name"
            }
            JournalError::Altered { .. } => {
                "put back the journal as mimeo wrote it; without it, look at the server and the tenant before anything is repeated"
            }
            JournalError::Format { .. } | JournalError::Foreign { .. } => {
                "go on with the version of mimeo that began"
            }
            JournalError::TooLarge(_) => "check what was put in its place",
            JournalError::Io { .. } => "check the disk and that the file may be written to",
        }
    }
}

/// A seal as a part of a message.
fn brief(seal: &str) -> String {
    crate::plan::visible(seal).chars().take(20).collect()
}

/// A journal that is open for writing.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    chain: String,
    syncs: u32,
}

/// A journal as it was found.
#[derive(Debug)]
pub struct Found {
    /// The journal, to go on with.
    pub journal: Journal,
    /// Its records.
    pub records: Vec<Record>,
    /// Where a last line that was not whole is kept.
    pub set_aside: Option<PathBuf>,
}

impl Journal {
    /// The journal's place beside a plan.
    #[must_use]
    pub fn beside(plan: &Path) -> PathBuf {
        plan.with_extension("journal")
    }

    /// Makes an empty journal. A journal that is there is left alone, unless no record of it is whole.
    pub fn create(path: &Path, plan: &Plan) -> Result<Journal, JournalError> {
        let io = |error| JournalError::Io { path: path.to_path_buf(), error };
        let made = OpenOptions::new().read(true).append(true).create_new(true).open(path);
        match made {
            Ok(file) => {
                sync_folder(path);
                Ok(Journal { path: path.to_path_buf(), file, chain: plan.seal.clone(), syncs: 0 })
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                let found = Journal::open(path, plan)?;
                if found.records.is_empty() {
                    Ok(found.journal)
                } else {
                    Err(JournalError::There(path.to_path_buf()))
                }
            }
            Err(error) => Err(io(error)),
        }
    }

    /// Opens the journal of a plan to go on with it. A last line that is not whole is moved to a file of its own.
    pub fn open(path: &Path, plan: &Plan) -> Result<Found, JournalError> {
        let io = |error| JournalError::of(path, error);
        let mut file = OpenOptions::new().read(true).append(true).open(path).map_err(io)?;
        let bytes = read(&mut file, path)?;
        let chain = verify(&bytes, path, plan)?;
        let mut set_aside = None;
        if chain.whole < bytes.len() {
            set_aside = Some(put_aside(path, &bytes[chain.whole..]).map_err(io)?);
            file.set_len(chain.whole as u64).map_err(io)?;
            file.seek(SeekFrom::End(0)).map_err(io)?;
            file.sync_data().map_err(io)?;
        }
        let journal = Journal { path: path.to_path_buf(), file, chain: chain.last, syncs: 0 };
        Ok(Found { journal, records: chain.records, set_aside })
    }

    /// Reads the journal of a plan without changing anything, not even a last line that is not whole.
    pub fn look(path: &Path, plan: &Plan) -> Result<Vec<Record>, JournalError> {
        let mut file = File::open(path).map_err(|error| JournalError::of(path, error))?;
        let bytes = read(&mut file, path)?;
        Ok(verify(&bytes, path, plan)?.records)
    }

    /// Writes a record and waits until it is on the disk.
    pub fn append(&mut self, record: &Record) -> Result<(), JournalError> {
        let record = serde_json::to_string(record).expect("all keys are texts");
        let chain = digest(&format!("{}{record}", self.chain));
        let line = format!("{HEAD}{chain}{MIDDLE}{record}}}\n");
        let written = self.file.write_all(line.as_bytes()).and_then(|()| self.file.sync_data());
        written.map_err(|error| JournalError::Io { path: self.path.clone(), error })?;
        self.syncs += 1;
        self.chain = chain;
        Ok(())
    }

    /// How often the journal waited for the disk since it was opened.
    #[must_use]
    pub fn syncs(&self) -> u32 {
        self.syncs
    }
}

const HEAD: &str = "{\"chain\":\"";
const MIDDLE: &str = "\",\"record\":";

fn read(file: &mut File, path: &Path) -> Result<Vec<u8>, JournalError> {
    let mut bytes = Vec::new();
    file.take(MOST_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| JournalError::Io { path: path.to_path_buf(), error })?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(JournalError::TooLarge(path.to_path_buf()));
    }
    Ok(bytes)
}

/// A journal whose every record but the last is known to be as it was written.
struct Chain {
    records: Vec<Record>,
    /// The chain of the last whole record.
    last: String,
    /// The bytes of all whole records.
    whole: usize,
}

fn verify(bytes: &[u8], path: &Path, plan: &Plan) -> Result<Chain, JournalError> {
    let mut chain = Chain { records: Vec::new(), last: plan.seal.clone(), whole: 0 };
    let mut rest = bytes;
    let mut line = 0;
    while !rest.is_empty() {
        line += 1;
        let end = rest.iter().position(|byte| *byte == b'\n').map(|at| at + 1);
        let this = &rest[..end.unwrap_or(rest.len())];
        let is_last = this.len() == rest.len();
        let read = match end {
            None => Err(Wrong::Torn("it is cut off")),
            Some(_) => record(this, &chain.last),
        };
        match read {
            Err(Wrong::Foreign) => {
                return Err(JournalError::Foreign { path: path.to_path_buf(), line });
            }
            Ok((record, last)) => {
                check_first(line, &record, path, plan)?;
                chain.records.push(record);
                chain.last = last;
                chain.whole += this.len();
            }
            Err(_) if is_last && line > 1 && may_be_torn(this) => break,
            Err(Wrong::Torn(problem)) => {
                // Whose it is says more than that it does not fit.
                if line == 1
                    && let Some(other) = other_plan(this, plan)
                {
                    return Err(JournalError::OtherPlan { path: path.to_path_buf(), plan: other });
                }
                // A record that never reached the disk as a whole had no effect after it.
                if end.is_none() {
                    break;
                }
                let problem = problem.to_owned();
                return Err(JournalError::Altered { path: path.to_path_buf(), line, problem });
            }
        }
        rest = &rest[this.len()..];
    }
    Ok(chain)
}

/// The first record says whose journal it is.
fn check_first(line: usize, record: &Record, path: &Path, plan: &Plan) -> Result<(), JournalError> {
    if line > 1 {
        return Ok(());
    }
    let altered = |problem: &str| JournalError::Altered {
        path: path.to_path_buf(),
        line,
        problem: problem.to_owned(),
    };
    let run = record.run.as_ref().ok_or_else(|| altered("it does not say what plan it is of"))?;
    if run.format != FORMAT {
        return Err(JournalError::Format { path: path.to_path_buf(), found: run.format });
    }
    if run.plan != plan.seal {
        return Err(altered("it names another plan than the one it is chained to"));
    }
    Ok(())
}

/// The plan of a first line that is whole in itself and chained to another plan.
fn other_plan(line: &[u8], plan: &Plan) -> Option<String> {
    let (chain, raw) = split(line)?;
    let record: Record = serde_json::from_str(raw).ok()?;
    let seal = record.run?.plan;
    (seal != plan.seal && digest(&(seal.clone() + raw)) == chain).then_some(seal)
}

/// What is wrong with a line.
enum Wrong {
    /// It is no record, or does not follow from the one before it.
    Torn(&'static str),
    /// It was written whole, by another version.
    Foreign,
}

fn record(line: &[u8], before: &str) -> Result<(Record, String), Wrong> {
    let (chain, raw) = split(line).ok_or(Wrong::Torn("it is no record"))?;
    if digest(&(before.to_owned() + raw)) != chain {
        return Err(Wrong::Torn("it does not follow from the record before it"));
    }
    let record = serde_json::from_str(raw).map_err(|_| Wrong::Foreign)?;
    Ok((record, chain.to_owned()))
}

/// The chain and the bytes of the record of a line.
fn split(line: &[u8]) -> Option<(&str, &str)> {
    let line = std::str::from_utf8(line).ok()?.strip_suffix("}\n")?.strip_prefix(HEAD)?;
    let (chain, rest) = line.split_at_checked(64)?;
    Some((chain, rest.strip_prefix(MIDDLE)?))
}

/// Whether a crash can have left a line like this: not a record that is whole and follows from another, and not one with
/// a second record in its line. In the texts of a record quotes are escaped.
fn may_be_torn(line: &[u8]) -> bool {
    let is_whole = split(line).is_some_and(|(_, it)| serde_json::from_str::<Record>(it).is_ok());
    let mut later = line.windows(HEAD.len()).skip(1);
    !is_whole && !later.any(|it| it == HEAD.as_bytes())
}

/// Keeps what is not whole in a file beside the journal, whose name is free.
fn put_aside(path: &Path, bytes: &[u8]) -> std::io::Result<PathBuf> {
    let mut number = 1;
    loop {
        let aside = path.with_extension(format!("journal.torn-{number}"));
        match OpenOptions::new().write(true).create_new(true).open(&aside) {
            Ok(mut file) => {
                file.write_all(bytes)?;
                file.sync_data()?;
                return Ok(aside);
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => number += 1,
            Err(error) => return Err(error),
        }
    }
}

/// Makes the name of a new file outlive a power cut, where a folder can be synchronised.
fn sync_folder(path: &Path) {
    if cfg!(unix) {
        let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
        let synced = File::open(folder.unwrap_or(Path::new("."))).and_then(|it| it.sync_all());
        // A file system that cannot do it is no reason not to begin.
        synced.unwrap_or_default();
    }
}

/// What a journal says of each step, the last word counting.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct State {
    /// How each step ended last.
    pub ended: BTreeMap<String, Ended>,
    /// The step that began and has not ended.
    pub open: Option<Begun>,
    /// Everything that became known and still holds.
    pub known: BTreeMap<String, String>,
    /// When a step ended after which Windows has to restart, if one did.
    pub restart: Option<String>,
}

impl State {
    /// Reads the records in order.
    #[must_use]
    pub fn of(records: &[Record]) -> State {
        let mut state = State::default();
        for record in records {
            state.take(record);
        }
        state
    }

    /// Takes one more record in.
    pub fn take(&mut self, record: &Record) {
        if let Some(ended) = &record.ended {
            self.open = None;
            if ended.how == How::DoneRestart {
                self.restart = Some(record.at.clone());
            }
            self.known.extend(ended.gave.clone());
            // That undoing failed does not undo what was done.
            let mut kept = ended.clone();
            if ended.how == How::UndoFailed
                && let Some(before) = self.ended.get(&ended.step)
            {
                kept = before.clone();
            }
            self.ended.insert(ended.step.clone(), kept);
        }
        self.known.extend(record.knows.clone());
        if record.begun.is_some() {
            self.open.clone_from(&record.begun);
        }
    }

    /// Whether a step has nothing left to do.
    #[must_use]
    pub fn is_complete(&self, step: &str) -> bool {
        self.ended.get(step).is_some_and(|it| it.how.is_complete())
    }
}

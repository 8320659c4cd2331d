//! The values of secrets: read where the values file says, kept in memory only, and known to whoever covers them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};

use crate::execute::machine::{Answer, MachineError};
use crate::execute::simulate::world::Shared;
use crate::source::files::{Disk, Files, ReadError};

/// Where the value of a secret comes from.
#[derive(Clone, Debug)]
pub enum Source {
    /// An environment variable, handed in by the shell: its name, and its value if it is set.
    Environment(String, Option<SecretString>),
    /// A text file; one line end after the value does not belong to it.
    File(PathBuf),
    /// Whoever sits at the keyboard, asked with this text; a value that was entered, handed in by the shell.
    Prompt(String, Option<SecretString>),
    /// An entry of the Windows credential store.
    Credential(String),
    /// The world of a rehearsal, in which every secret has a made-up value.
    Rehearsal(Shared),
}

/// The secrets of a plan.
#[derive(Debug, Default)]
pub struct Secrets {
    sources: BTreeMap<String, Source>,
    known: RefCell<BTreeMap<String, SecretString>>,
    /// Every value that was ever read or made, to be covered in what others write.
    seen: RefCell<Vec<SecretString>>,
}

/// Why the value of a secret is not to be had. No message holds one.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SecretError {
    /// The values file does not say where it comes from.
    #[error("no values file says where the secret `{0}` comes from")]
    NoSource(String),
    /// It is not there.
    #[error("the secret `{name}` is not in {place}")]
    Missing {
        /// The secret.
        name: String,
        /// Where it was looked for.
        place: String,
    },
    /// It is empty, or not on one line.
    #[error("the secret `{name}` in {place} {problem}")]
    Unusable {
        /// The secret.
        name: String,
        /// Where it is.
        place: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// Its source can only be read.
    #[error("the secret `{name}` cannot be kept in {place}")]
    ReadOnly {
        /// The secret.
        name: String,
        /// Where it comes from.
        place: String,
    },
    /// It is on Windows, and this is not.
    #[error("the secret `{name}` is in {place}, which is on Windows only")]
    Elsewhere {
        /// The secret.
        name: String,
        /// Where it is.
        place: String,
    },
    /// The system refused.
    #[error("the secret `{name}` in {place} cannot be used: {error}")]
    Refused {
        /// The secret.
        name: String,
        /// Where it is.
        place: String,
        /// The system's words.
        error: String,
    },
}

/// The place of a secret that a person enters.
const ASKED: &str = "what is entered when mimeo asks";

impl SecretError {
    /// What to do, an imperative sentence.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            SecretError::NoSource(name) => format!(
                "name the values file with `--values`, with a line below `[secrets]`: `{name} = {{ env = \"{}\" }}`",
                name.to_ascii_uppercase()
            ),
            SecretError::Missing { place, .. } if place == ASKED => {
                "begin in a terminal, where it can be asked for, or name another source for it"
                    .to_owned()
            }
            SecretError::Missing { place, .. } => format!("put it into {place}"),
            SecretError::Unusable { .. } => "write the value alone, on one line".to_owned(),
            SecretError::ReadOnly { name, .. } => format!(
                "let it be kept in a file or in the credential store: `{name} = {{ file = \"secrets/{name}.txt\" }}`"
            ),
            SecretError::Elsewhere { .. } => {
                "carry the plan out on the Windows server that it is for".to_owned()
            }
            SecretError::Refused { .. } => "check the rights on it".to_owned(),
        }
    }
}

impl Source {
    /// Where it is, in words.
    #[must_use]
    pub fn place(&self) -> String {
        match self {
            Source::Environment(name, _) => format!("the environment variable `{name}`"),
            Source::File(path) => format!("the file `{}`", path.display()),
            Source::Prompt(..) => ASKED.to_owned(),
            Source::Credential(name) => format!("the credential store, as `{name}`"),
            Source::Rehearsal(_) => "the rehearsal".to_owned(),
        }
    }
}

impl Secrets {
    /// The secrets with these sources.
    #[must_use]
    pub fn new(sources: BTreeMap<String, Source>) -> Self {
        Secrets { sources, ..Secrets::default() }
    }

    /// Where a secret comes from, in words.
    #[must_use]
    pub fn place(&self, name: &str) -> Option<String> {
        self.sources.get(name).map(Source::place)
    }

    /// The value of a secret.
    pub fn read(&self, name: &str) -> Result<SecretString, SecretError> {
        if let Some(known) = self.known.borrow().get(name) {
            return Ok(known.clone());
        }
        let source = self.source(name)?;
        let missing = || SecretError::Missing { name: name.to_owned(), place: source.place() };
        let value = match source {
            Source::Environment(_, value) | Source::Prompt(_, value) => {
                value.clone().ok_or_else(missing)?
            }
            Source::File(path) => {
                let text = read_file(name, source, path)?;
                text.filter(|it| !it.expose_secret().is_empty()).ok_or_else(missing)?
            }
            Source::Credential(entry) => {
                let read = crate::execute::windows::read_credential(entry);
                read.map_err(|error| not_stored(name, source, &error))?.ok_or_else(missing)?
            }
            Source::Rehearsal(shared) => {
                let made_up = || format!("rehearsed-{}", uuid::Uuid::new_v4().simple());
                let kept = shared.look().server.secrets.get(name).cloned();
                let value = kept.unwrap_or_else(|| {
                    let value = made_up();
                    let kept = value.clone();
                    shared.note(|it| it.server.secrets.insert(name.to_owned(), kept));
                    value
                });
                SecretString::from(value)
            }
        };
        let text = value.expose_secret();
        let problem = if text.is_empty() {
            Some("is empty")
        } else if text.contains(char::is_control) {
            Some("has a line break or another control character in it")
        } else {
            None
        };
        if let Some(problem) = problem {
            let place = source.place();
            return Err(SecretError::Unusable { name: name.to_owned(), place, problem });
        }
        self.remember(name, &value);
        Ok(value)
    }

    /// Whether a secret can be read, asked afresh.
    #[must_use]
    pub fn is_there(&self, name: &str) -> Answer {
        if let Some(Source::Rehearsal(shared)) = self.sources.get(name)
            && !shared.look().server.secrets.contains_key(name)
        {
            return Answer::No("it is not kept yet".to_owned());
        }
        self.known.borrow_mut().remove(name);
        match self.read(name) {
            Ok(_) => Answer::Yes(self.place(name).unwrap_or_default()),
            Err(error @ SecretError::Missing { .. }) => Answer::No(error.to_string()),
            // What cannot be read may be somebody's, and is not written over.
            Err(error) => Answer::Unknown(error.to_string()),
        }
    }

    /// Whether a secret can be kept where it comes from, looked at before it is made. For that, a file is made beside a
    /// secret's and removed again.
    pub fn can_keep(&self, name: &str) -> Result<(), SecretError> {
        let source = self.source(name)?;
        match source {
            Source::File(path) => {
                can_write(path).map_err(|error| refused(name, source, error.to_string()))
            }
            Source::Rehearsal(_) => Ok(()),
            Source::Credential(_) if cfg!(windows) => Ok(()),
            Source::Credential(_) => Err(elsewhere(name, source)),
            Source::Environment(..) | Source::Prompt(..) => {
                Err(SecretError::ReadOnly { name: name.to_owned(), place: source.place() })
            }
        }
    }

    /// Keeps a secret that was made, where it will be read from.
    pub fn keep(&self, name: &str, value: &SecretString) -> Result<(), SecretError> {
        self.can_keep(name)?;
        let source = self.source(name)?;
        match source {
            Source::File(path) => {
                write_file(path, value).map_err(|it| refused(name, source, it.to_string()))?;
            }
            Source::Credential(entry) => {
                crate::execute::windows::write_credential(entry, value)
                    .map_err(|error| not_stored(name, source, &error))?;
            }
            Source::Rehearsal(shared) => {
                shared.change(&format!("secret {name} kept"), |it| {
                    it.server.secrets.insert(name.to_owned(), value.expose_secret().to_owned())
                });
            }
            Source::Environment(..) | Source::Prompt(..) => {}
        }
        self.remember(name, value);
        Ok(())
    }

    /// Takes a secret away that is worth nothing any more; false where only a person can.
    pub fn discard(&self, name: &str) -> bool {
        self.known.borrow_mut().remove(name);
        match self.sources.get(name) {
            Some(Source::File(path)) => remove_file(path),
            Some(Source::Rehearsal(shared)) => {
                shared.note(|it| it.server.secrets.remove(name));
                true
            }
            Some(Source::Environment(..) | Source::Prompt(..) | Source::Credential(_)) | None => {
                false
            }
        }
    }

    /// Remembers a value that must be covered, such as a new one that is not kept yet.
    pub fn see(&self, value: &SecretString) {
        let mut seen = self.seen.borrow_mut();
        if !seen.iter().any(|it| it.expose_secret() == value.expose_secret()) {
            seen.push(value.clone());
        }
    }

    /// The text with every secret in it covered.
    #[must_use]
    pub fn cover(&self, text: &str) -> String {
        let mut covered = text.to_owned();
        for secret in self.seen.borrow().iter() {
            let secret = secret.expose_secret();
            // In a command line or a log of Windows Installer quotes are doubled.
            for form in [secret.to_owned(), secret.replace('"', "\"\"")] {
                if covered.contains(&form) {
                    covered = covered.replace(&form, "***");
                }
            }
        }
        covered
    }

    /// Hands every value that was seen to whoever has to find them.
    pub fn with_seen<R>(&self, look: impl FnOnce(&[&str]) -> R) -> R {
        let seen = self.seen.borrow();
        let texts: Vec<&str> = seen.iter().map(ExposeSecret::expose_secret).collect();
        look(&texts)
    }

    fn remember(&self, name: &str, value: &SecretString) {
        self.see(value);
        self.known.borrow_mut().insert(name.to_owned(), value.clone());
    }

    fn source(&self, name: &str) -> Result<&Source, SecretError> {
        self.sources.get(name).ok_or_else(|| SecretError::NoSource(name.to_owned()))
    }
}

fn refused(name: &str, source: &Source, error: impl Into<String>) -> SecretError {
    SecretError::Refused { name: name.to_owned(), place: source.place(), error: error.into() }
}

fn elsewhere(name: &str, source: &Source) -> SecretError {
    SecretError::Elsewhere { name: name.to_owned(), place: source.place() }
}

/// Why the credential store does not give or take a secret.
fn not_stored(name: &str, source: &Source, error: &MachineError) -> SecretError {
    match error {
        MachineError::NotWindows(_) => elsewhere(name, source),
        MachineError::Module(_) | MachineError::Script(_) | MachineError::Refused { .. } => {
            refused(name, source, error.to_string())
        }
    }
}

/// The most bytes of a file with a secret.
const MOST_BYTES: u64 = 64 << 10;

fn read_file(
    name: &str,
    source: &Source,
    path: &Path,
) -> Result<Option<SecretString>, SecretError> {
    match Disk.read(path, MOST_BYTES) {
        Ok(text) => {
            // Editors on Windows put a mark at the start of a text.
            let text = text.strip_prefix('\u{FEFF}').unwrap_or(&text);
            let value = text.strip_suffix('\n').map_or(text, |it| it.trim_end_matches('\r'));
            Ok(Some(SecretString::from(value.to_owned())))
        }
        Err(ReadError::Missing) => Ok(None),
        Err(error) => Err(refused(name, source, error.to_string())),
    }
}

#[expect(clippy::disallowed_methods, reason = "the file holds a secret that this program made")]
fn remove_file(path: &Path) -> bool {
    std::fs::remove_file(path).is_ok()
}

/// Whether a file can be written, tried with another in the folder that is there already.
#[expect(clippy::disallowed_methods, reason = "no secret is written, and nothing is left")]
fn can_write(path: &Path) -> std::io::Result<()> {
    if let Ok(there) = std::fs::metadata(path) {
        if !there.is_file() {
            return Err(std::io::Error::other("it is no file"));
        }
        if cfg!(windows) && there.permissions().readonly() {
            return Err(std::io::Error::other("it is read-only"));
        }
    }
    let mut folders = path
        .ancestors()
        .skip(1)
        .map(|it| if it.as_os_str().is_empty() { Path::new(".") } else { it });
    let folder = folders.find(|it| it.exists()).unwrap_or(Path::new("."));
    let part = folder.join(format!(".mimeo.{}.part", std::process::id()));
    OpenOptions::new().write(true).create_new(true).open(&part)?;
    std::fs::remove_file(&part)
}

/// Writes a secret whole, for nobody but the current user where the system can say so.
#[expect(clippy::disallowed_methods, reason = "no other file is written with a secret")]
fn write_file(path: &Path, value: &SecretString) -> std::io::Result<()> {
    if let Some(folder) = path.parent().filter(|it| !it.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    let part = path.with_extension(format!("{}.part", std::process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options
        .open(&part)
        .and_then(|mut file| {
            file.write_all(value.expose_secret().as_bytes())?;
            file.write_all(b"\n")?;
            file.sync_all()
        })
        .and_then(|()| std::fs::rename(&part, path));
    if written.is_err() {
        std::fs::remove_file(&part).unwrap_or_default();
    }
    written
}

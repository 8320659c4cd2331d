//! The terminal and the process around the commands: streams, colours, width, environment, files, and what day it is.
#![expect(
    clippy::disallowed_methods,
    reason = "this is the door to the process and its surroundings"
)]

use std::cell::Cell;
use std::env;
use std::fs::File;
use std::io::{BufWriter, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use jiff::ToSpan;
use jiff::civil::{Date, date};
use secrecy::SecretString;

use crate::cli::{ExitStatus, Failure};
use crate::{export, render};

/// The bytes that a plan and its journal take, and then some.
const JOURNAL_ROOM: usize = 4 << 20;

/// When to use colours.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, clap::ValueEnum)]
pub enum Colour {
    /// On a terminal, unless `NO_COLOR` is set; elsewhere with `CLICOLOR_FORCE`.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Where a command's words go.
#[derive(Clone, Debug)]
pub struct Ui {
    colour: Colour,
    unicode: bool,
    width: usize,
    /// Whether a result could not be written whole.
    cut_off: Cell<bool>,
}

impl Ui {
    /// Whether a result could not be written whole, such as to a full disk.
    #[must_use]
    pub fn is_cut_off(&self) -> bool {
        self.cut_off.get()
    }

    /// The terminal as it is.
    #[must_use]
    pub fn new(colour: Colour) -> Self {
        let columns = env::var("COLUMNS").ok().and_then(|it| it.parse().ok());
        let measured = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        let width = columns.or_else(measured).unwrap_or(100).clamp(40, 200);
        Ui {
            cut_off: Cell::new(false),
            colour,
            unicode: supports_unicode::on(supports_unicode::Stream::Stdout),
            width,
        }
    }

    /// Answers a command line that could not be read, or asks for help.
    #[must_use]
    pub fn usage(error: &clap::Error) -> ExitStatus {
        // A closed pipe is no reason to fail again.
        error.print().unwrap_or_default();
        if error.use_stderr() { ExitStatus::Usage } else { ExitStatus::Clean }
    }

    /// Prints a result.
    pub fn print(&self, text: &str) {
        if !write(&mut std::io::stdout().lock(), text) {
            self.cut_off.set(true);
        }
    }

    /// Prints a result of many; whether anybody is there to read it.
    #[must_use]
    pub fn reaches(&self, text: &str) -> bool {
        let mut out = std::io::stdout().lock();
        out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_ok()
    }

    /// Prints talk.
    pub fn talk(&self, text: &str) {
        // Where talk cannot be heard, nothing else can be said.
        let _heard = write(&mut std::io::stderr().lock(), text);
    }

    /// Prints why a command failed, and returns how the program ends.
    #[must_use]
    pub fn failure(&self, failure: &Failure) -> ExitStatus {
        let (red, cyan, plain) = if self.is_coloured(std::io::stderr().is_terminal()) {
            ("\x1b[31;1m", "\x1b[36m", "\x1b[0m")
        } else {
            ("", "", "")
        };
        let mut text = format!("{red}error{plain}: {}\n", failure.message);
        for hint in &failure.hints {
            text.push_str(&format!("{cyan}help{plain}: {hint}\n"));
        }
        self.talk(&text);
        failure.status
    }

    /// How findings are drawn on standard output, or on standard error beside another result.
    #[must_use]
    pub fn findings(&self, format: render::Format, beside: bool) -> render::Style {
        let terminal =
            if beside { std::io::stderr().is_terminal() } else { std::io::stdout().is_terminal() };
        let colour = self.is_coloured(terminal);
        render::Style { format, colour, unicode: self.unicode, width: self.width, links: false }
    }

    /// How a plan is drawn on standard output.
    #[must_use]
    pub fn views(&self, to_file: bool) -> export::Style {
        let colour = !to_file && self.is_coloured(std::io::stdout().is_terminal());
        export::Style { colour, unicode: self.unicode, width: self.width }
    }

    /// Whether somebody watches: bars and the pace of a rehearsal are for people.
    #[must_use]
    pub fn is_watched(&self) -> bool {
        std::io::stderr().is_terminal() && std::io::stdout().is_terminal()
    }

    /// Whether standard output takes colours.
    #[must_use]
    pub fn colours(&self) -> bool {
        self.is_coloured(std::io::stdout().is_terminal())
    }

    /// Whether talk takes colours.
    #[must_use]
    pub fn colours_talk(&self) -> bool {
        self.is_coloured(std::io::stderr().is_terminal())
    }

    /// Whether lines may be drawn with more than ASCII.
    #[must_use]
    pub fn is_unicode(&self) -> bool {
        self.unicode
    }

    /// The columns of the terminal.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Whether somebody sits at the keyboard.
    #[must_use]
    pub fn can_be_asked(&self) -> bool {
        std::io::stdin().is_terminal()
    }

    /// Whether questions can be drawn for somebody who sits at the keyboard.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        self.can_be_asked() && std::io::stderr().is_terminal()
    }

    /// Asks for yes or no. Where nobody can answer it is no.
    #[must_use]
    pub fn agrees(&self, question: &str) -> bool {
        if !self.can_be_asked() {
            return false;
        }
        self.talk(&format!("{question} [y/N] "));
        let mut line = String::new();
        let read = std::io::stdin().read_line(&mut line).is_ok();
        read && matches!(line.trim(), "y" | "Y" | "yes")
    }

    /// Asks for a secret, which is not shown; none where nobody can answer.
    #[must_use]
    pub fn ask_secret(&self, text: &str) -> Option<SecretString> {
        if !self.can_be_asked() {
            return None;
        }
        let prompt = format!("{}: ", crate::plan::visible(text));
        rpassword::prompt_password(prompt).ok().filter(|it| !it.is_empty()).map(Into::into)
    }

    fn is_coloured(&self, terminal: bool) -> bool {
        let set = |name: &str| env::var_os(name).is_some_and(|it| !it.is_empty() && it != "0");
        match self.colour {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto if set("NO_COLOR") => false,
            Colour::Auto => terminal || set("CLICOLOR_FORCE"),
        }
    }
}

/// A reader that went away is no error: `mimeo explain | head` ends quietly. A full disk is one.
fn write(stream: &mut dyn Write, text: &str) -> bool {
    match stream.write_all(text.as_bytes()).and_then(|()| stream.flush()) {
        Ok(()) => true,
        Err(error) => error.kind() == std::io::ErrorKind::BrokenPipe,
    }
}

/// An environment variable that is set to something.
#[must_use]
pub fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|it| !it.is_empty())
}

/// The DNS name of the domain that this machine is in, as Windows says it.
#[must_use]
pub fn directory_domain() -> Option<String> {
    if cfg!(windows) { variable("USERDNSDOMAIN") } else { None }
}

/// The name of this machine.
#[must_use]
pub fn hostname() -> String {
    gethostname::gethostname().to_string_lossy().into_owned()
}

/// The lock that every run on this machine takes, whoever starts it.
#[must_use]
pub fn machine_lock() -> PathBuf {
    let folder = if cfg!(windows) { variable("ProgramData").map(PathBuf::from) } else { None };
    folder.unwrap_or_else(env::temp_dir).join("mimeo.lock")
}

/// The file of a program that the path finds by its name.
#[must_use]
pub fn program_of_path(name: &str) -> Option<PathBuf> {
    let endings: &[&str] = if cfg!(windows) { &["cmd", "exe"] } else { &[""] };
    let path = env::var_os("PATH")?;
    let folders = env::split_paths(&path);
    let mut files = folders.flat_map(|folder| {
        endings.iter().map(move |ending| folder.join(name).with_extension(ending))
    });
    files.find(|it| it.is_file())
}

/// Whether a folder can be written to and has room for a journal. For that, a file is made in it and removed again.
pub fn can_be_written(folder: &Path) -> std::io::Result<()> {
    let part = folder.join(format!(".mimeo.{}.part", std::process::id()));
    let mut file = File::create_new(&part)?;
    let written = file.write_all(&vec![0; JOURNAL_ROOM]).and_then(|()| file.sync_all());
    drop(file);
    let removed = std::fs::remove_file(&part);
    written.and(removed)
}

/// Makes a folder and those above it.
pub fn make_folder(path: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(path).map_err(|error| {
        let message = format!("{} cannot be made: {error}", path.display());
        Failure::usage(message, "name a folder that may be written to")
    })
}

/// The environment variables that give parameters.
#[must_use]
pub fn parameters_of_environment() -> Vec<(String, String)> {
    env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| name.starts_with("MIMEO_PARAM_"))
        .collect()
}

/// The folder in which this user's programs keep what they can make again.
#[must_use]
pub fn cache_folder() -> Option<PathBuf> {
    let folder = |name| env::var_os(name).map(PathBuf::from).filter(|it| it.is_absolute());
    if cfg!(windows) {
        return folder("LOCALAPPDATA");
    }
    folder("XDG_CACHE_HOME").or_else(|| Some(folder("HOME")?.join(".cache")))
}

/// The folder that the program was started in.
#[must_use]
pub fn current_folder() -> Option<PathBuf> {
    env::current_dir().ok()
}

/// The day in universal time.
#[must_use]
pub fn today() -> Date {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let days = i64::try_from(since.as_secs() / 86_400).unwrap_or(0);
    date(1970, 1, 1).checked_add(days.days()).unwrap_or(Date::MAX)
}

/// The moment.
#[must_use]
pub fn now() -> Instant {
    Instant::now()
}

/// Reads a file of any encoding, up to a number of bytes.
pub fn read_bytes(path: &Path, limit: u64) -> Result<Vec<u8>, Failure> {
    let failure = |why: String| {
        let message = format!("{} cannot be read: {why}", path.display());
        Failure::usage(message, "check the path")
    };
    let about = std::fs::metadata(path).map_err(|error| failure(error.to_string()))?;
    // Opening a pipe would wait for a writer for ever.
    if !about.is_file() {
        return Err(failure("it is no file".to_owned()));
    }
    if about.len() > limit {
        return Err(failure(format!("it has {} bytes, and at most {limit} are read", about.len())));
    }
    std::fs::read(path).map_err(|error| failure(error.to_string()))
}

/// The files in a folder and the folders in it, by name, without those whose name begins with a dot; nothing if it is no
/// folder. Links to folders are not followed.
pub fn files_below(path: &Path) -> Result<Option<Vec<PathBuf>>, Failure> {
    if !path.is_dir() {
        return Ok(None);
    }
    let (mut files, mut folders) = (Vec::new(), vec![path.to_path_buf()]);
    while let Some(folder) = folders.pop() {
        let failure = |error: std::io::Error| {
            let message = format!("{} cannot be read: {error}", folder.display());
            Failure::usage(message, "name a folder that may be read")
        };
        for entry in std::fs::read_dir(&folder).map_err(failure)? {
            let entry = entry.map_err(failure)?;
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            let kind = entry.file_type().map_err(failure)?;
            if kind.is_dir() {
                folders.push(entry.path());
            } else if entry.path().is_file() {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(Some(files))
}

/// Reads standard input as text, up to a number of bytes.
pub fn read_input(limit: u64) -> Result<String, Failure> {
    let mut text = String::new();
    let read = std::io::stdin().lock().take(limit + 1).read_to_string(&mut text);
    match read {
        Ok(size) if size as u64 > limit => {
            let message = format!("standard input has more than {limit} bytes");
            Err(Failure::usage(message, "split it into smaller files"))
        }
        Ok(_) => Ok(text),
        Err(error) => {
            let message = format!("standard input cannot be read: {error}");
            Err(Failure::usage(message, "give it text in UTF-8"))
        }
    }
}

/// Writes a file whole: what was there stays until the new text is complete, and keeps its permissions. A link is followed;
/// what is no file, such as a pipe, is written to as it is.
pub fn write_file(path: &Path, text: &str) -> Result<(), Failure> {
    write_file_with(path, |file| file.write_all(text.as_bytes()))
}

/// Refuses to write a report over a script or a values file, which are never what a report is written to on purpose.
pub fn refuse_input(path: &Path, whose: &str) -> Result<(), Failure> {
    let ending = path.extension().unwrap_or_default().to_ascii_lowercase();
    if ["rhai", "toml"].iter().any(|it| ending == *it) && path.exists() {
        let message = format!("`{}` is an input of {whose}", path.display());
        return Err(Failure::usage(message, "write it to another file"));
    }
    Ok(())
}

/// Writes files that belong together as [`write_file`] does: all of them, or none.
pub fn write_files(files: &[(&Path, &str)]) -> Result<(), Failure> {
    let mut before: Vec<(&Path, Option<Vec<u8>>)> = Vec::new();
    for (path, text) in files {
        let old = std::fs::read(path).ok();
        if let Err(failure) = write_file(path, text) {
            // What cannot be put back was told already: the folder takes no writes.
            for (path, old) in before {
                match old {
                    Some(old) => std::fs::write(path, old).unwrap_or_default(),
                    None => std::fs::remove_file(path).unwrap_or_default(),
                }
            }
            return Err(failure);
        }
        before.push((path, old));
    }
    Ok(())
}

/// Writes a file as [`write_file`] does, whose content is too long to be held at once.
pub fn write_file_with<T>(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> std::io::Result<T>,
) -> Result<T, Failure> {
    let failure = |error: std::io::Error| {
        let message = format!("{} cannot be written: {error}", path.display());
        Failure::usage(message, "check that the folder is there and may be written to")
    };
    let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let there = std::fs::metadata(&target).ok();
    let fill = |path: &Path| {
        let mut file = BufWriter::new(File::create(path)?);
        let told = write(&mut file)?;
        file.flush()?;
        Ok(told)
    };
    if let Some(there) = &there {
        if there.permissions().readonly() {
            return Err(failure(std::io::Error::other("it is read-only")));
        }
        if !there.is_file() {
            return fill(&target).map_err(failure);
        }
    }
    let folder = target.parent().filter(|it| !it.as_os_str().is_empty());
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let beside = format!(".{name}.{}.part", std::process::id());
    let part = folder.unwrap_or(Path::new(".")).join(beside);
    let written = fill(&part).and_then(|told| {
        there.map_or(Ok(()), |it| std::fs::set_permissions(&part, it.permissions()))?;
        std::fs::rename(&part, &target)?;
        Ok(told)
    });
    written.map_err(|error| {
        // The part is of no use to anybody.
        std::fs::remove_file(&part).unwrap_or_default();
        failure(error)
    })
}

/// What lies in a folder, in no order.
pub fn entries(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    std::fs::read_dir(folder)?.map(|it| Ok(it?.path())).collect()
}

//! Turning an unattended installation that exists into a script, a values file, and findings about its mistakes.
//!
//! What is read is a command line of `msiexec`, the batch or PowerShell file around one, the `config.json` of the
//! MIM Unattended Install Generator, or a verbose log of Windows Installer. The installation is taken apart with the place
//! of everything in it, judged, written as a script, and that script is compiled: what the compiler finds, and where its
//! plan would set something else than the command does, is told as well. A password that stands in the command is written
//! nowhere, and covered in every view of the source.
//!
//! | | |
//! |---|---|
//! | [`batch`], [`powershell`] | the call in a file |
//! | [`config`], [`log`] | an installation that is no command line |
//! | [`call`], [`text`] | the command line, each byte with its place |
//! | [`secrets`] | what must not be shown |
//! | [`judge`], [`features`] | what is wrong with it |
//! | [`mod@write`] | the script and its values |
//! | [`compare`] | what the script's plan sets otherwise |

pub mod batch;
pub mod call;
pub mod compare;
pub mod config;
pub mod features;
pub mod judge;
pub mod log;
pub mod powershell;
pub mod secrets;
pub mod text;
pub mod write;

use jiff::civil::Date;

use crate::author::pair::Files;
use crate::compile::{self, Inputs};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::import::call::{Call, Setting};
use crate::import::text::Mapped;
use crate::installer::log::text::decode;
use crate::source::files::Memory;
use crate::source::{SourceId, SourceKind, Sources, Span};
use crate::subject::setup;

/// What kind of text an installation is read from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum Kind {
    /// A command line, as it stands there.
    Command,
    /// A batch or PowerShell file with the command in it.
    Batch,
    /// The `config.json` of the MIM Unattended Install Generator.
    Config,
    /// A verbose log of Windows Installer.
    Log,
}

/// What is imported.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    /// Its name for people: a path, or `command line`.
    pub name: &'a str,
    /// Whether it is a file.
    pub is_file: bool,
    /// What stands in it.
    pub bytes: &'a [u8],
    /// What kind of text it is, if that is not to be recognised.
    pub kind: Option<Kind>,
}

/// What is to be made of it.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The name of both files, without an ending.
    pub name: String,
    /// The package's build, where it is known.
    pub build: Option<String>,
    /// The day on which rules with dates are judged.
    pub as_of: Date,
}

/// What came of it.
#[derive(Debug)]
pub struct Import {
    /// Every text that findings point into.
    pub sources: Sources,
    /// Everything found: in the command, then in the script that was made of it.
    pub diagnostics: Vec<Diagnostic>,
    /// The files; none where the command installs nothing.
    pub files: Option<Files>,
}

impl Import {
    /// Whether an error was found.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|it| it.severity() == Severity::Error)
    }
}

/// Why nothing can be made of a text.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NotImportable {
    /// Nothing stands in it.
    #[error("it is empty")]
    Empty,
    /// No `msiexec` stands in it.
    #[error("no call of `msiexec` stands in it")]
    NoCommand,
    /// It is not the configuration of that tool.
    #[error(
        "it is no `config.json` of the MIM Unattended Install Generator: `ServicesToInstall` is not in it"
    )]
    NoConfig,
    /// The log tells of no property.
    #[error("no property of this product stands in the log")]
    NoProperties,
    /// The command is longer than Windows takes.
    #[error("the command has {length} characters, and Windows takes at most {LONGEST}")]
    TooLong {
        /// Its length in characters.
        length: usize,
    },
}

impl NotImportable {
    /// What to do, an imperative sentence.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            NotImportable::Empty => "give the command line, or the file that it stands in",
            NotImportable::NoCommand => {
                "give the whole command: `msiexec /i \"D:\\MIM\\Service and Portal.msi\" …`; what kind of text it is says `--from`"
            }
            NotImportable::NoConfig => "name the file that the tool has saved",
            NotImportable::NoProperties => {
                "name a verbose log (`/l*v`), which ends with lines such as `Property(S): SQLSERVER_SERVER = …`"
            }
            NotImportable::TooLong { .. } => "give the command alone",
        }
    }
}

/// `CreateProcess` takes 32,767 characters with the NUL at the end.
const LONGEST: usize = 32_766;

/// Every code that importing can report.
pub fn catalogue() -> impl Iterator<Item = &'static Code> {
    let lists = [batch::CODES, call::CODES, judge::CODES, features::CODES, compare::CODES];
    lists.into_iter().flatten().copied()
}

/// Imports an installation.
pub fn import(given: &Given<'_>, wanted: &Wanted) -> Result<Import, NotImportable> {
    let text = decode(given.bytes);
    if text.trim().is_empty() {
        return Err(NotImportable::Empty);
    }
    let mut sources = Sources::default();
    let kind = if given.is_file { SourceKind::Script } else { SourceKind::Setting };
    let source = sources.add(kind, given.name, text.as_ref());
    let mut diagnostics = Vec::new();
    let mut call = read(given, &text, &mut sources, source, &mut diagnostics)?;
    call.build = wanted.build.clone().or(call.build);
    secrets::sweep(&mut call, &text, source, &mut sources);
    judge::judge(&mut call, &text, &mut diagnostics);
    secrets::veil(&call, &text, &mut sources);
    let mut files = None;
    if call.is_installation {
        let chosen = features::choose(&mut call, &mut diagnostics);
        let written = write::write(&call, &chosen, &wanted.name);
        compile_written(&call, &written, wanted, &mut sources, &mut diagnostics);
        files = Some(written.files);
    }
    compile::sort(&mut diagnostics);
    let covered = sources.clone();
    let mut veiled = covered.veiled();
    // A name is read in capital letters, and a password may have run into one.
    let upper: Vec<String> = veiled.iter().map(|it| it.to_ascii_uppercase()).collect();
    veiled.extend(upper.iter().map(String::as_str).filter(|it| !call::is_property(it)));
    for it in &mut diagnostics {
        it.cover(&veiled);
    }
    Ok(Import { sources, diagnostics, files })
}

fn read(
    given: &Given<'_>,
    text: &str,
    sources: &mut Sources,
    source: SourceId,
    out: &mut Vec<Diagnostic>,
) -> Result<Call, NotImportable> {
    match given.kind.unwrap_or_else(|| recognise(given, text)) {
        Kind::Command => {
            let at = program(text).ok_or(NotImportable::NoCommand)?;
            of_line(&Mapped::of(text, at..text.trim_end().len().max(at)), source, out)
        }
        Kind::Batch => {
            let found = if powershell::is_like(given.name, text) {
                powershell::find(text, source)
            } else {
                batch::find(text, source)
            };
            for range in &found.hidden {
                secrets::hide(range.clone(), text, source, sources);
            }
            best(found, source, out)
        }
        Kind::Config => config::read(text, source).ok_or(NotImportable::NoConfig),
        Kind::Log => log::read(text, source).ok_or(NotImportable::NoProperties),
    }
}

/// The call of a file that sets the most.
fn best(
    found: batch::Found,
    source: SourceId,
    out: &mut Vec<Diagnostic>,
) -> Result<Call, NotImportable> {
    let mut best: Option<(Call, Vec<Diagnostic>)> = None;
    let mut others = Vec::new();
    for candidate in found.calls {
        let mut findings = candidate.findings;
        let call = of_line(&candidate.line, source, &mut findings)?;
        let weight = |call: &Call| (call.is_installation, call.settings.len());
        match &best {
            Some((other, _)) if weight(other) >= weight(&call) => others.push(call),
            Some(_) | None => {
                others.extend(best.take().map(|it| it.0));
                best = Some((call, findings));
            }
        }
    }
    let (mut call, findings) = best.ok_or(NotImportable::NoCommand)?;
    call.definitions = found.definitions;
    out.extend(findings);
    for other in others {
        let message = "another call of `msiexec` stands in the file";
        let mut finding = Diagnostic::new(&batch::IMPORT_OTHER_CALL, other.at, message);
        finding.label("not imported");
        finding.help("import it by itself, if it installs something of its own");
        out.push(finding);
        // Its passwords are covered as well.
        let secret = |it: &Setting| setup::checks::is_secret(&it.name);
        call.elsewhere.extend(other.settings.into_iter().filter(secret).map(|it| it.value_span));
    }
    Ok(call)
}

/// What kind of text it is.
fn recognise(given: &Given<'_>, text: &str) -> Kind {
    let is_log = ["=== Verbose logging started", "Property(S): ", "Property(C): "];
    if text.trim_start().starts_with('{') {
        Kind::Config
    } else if is_log.iter().any(|it| text.contains(it)) {
        Kind::Log
    } else if given.is_file {
        let lines = text.lines().filter(|it| !it.trim().is_empty()).count();
        let script =
            [".bat", ".cmd", ".ps1"].iter().any(|it| given.name.to_ascii_lowercase().ends_with(it));
        if lines == 1 && !script { Kind::Command } else { Kind::Batch }
    } else {
        Kind::Command
    }
}

/// Reads one command line, unless it is too long for one.
fn of_line(
    line: &Mapped,
    source: SourceId,
    out: &mut Vec<Diagnostic>,
) -> Result<Call, NotImportable> {
    let length = line.text.encode_utf16().count();
    if length > LONGEST {
        return Err(NotImportable::TooLong { length });
    }
    Ok(call::read(line, source, out))
}

/// Where the first `msiexec` in a text stands.
fn program(text: &str) -> Option<usize> {
    const NAME: &str = "msiexec";
    let lower = text.to_ascii_lowercase();
    lower.match_indices(NAME).find_map(|(at, _)| {
        let before = text[..at].chars().next_back();
        let rest = &lower[at + NAME.len()..];
        let mut end = at + NAME.len();
        if rest.starts_with(".exe") {
            end += 4;
        }
        if lower[end..].starts_with(['"', '\'']) {
            end += 1;
        }
        let is_apart = before.is_none_or(|it| !it.is_alphanumeric() && it != '_' && it != '.');
        let after = lower[end..].chars().next();
        (is_apart && after.is_none_or(char::is_whitespace)).then_some(at)
    })
}

/// Compiles the script that was written, and adds what is grave and new.
fn compile_written(
    call: &Call,
    written: &write::Written,
    wanted: &Wanted,
    sources: &mut Sources,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let (script, values) = (format!("{}.rhai", wanted.name), format!("{}.toml", wanted.name));
    let files = Memory::new([(&script, &*written.files.script), (&values, &*written.files.values)]);
    let mut inputs = Inputs::new(&script, wanted.as_of);
    inputs.values.push(values.into());
    let compiled = compile::check(&files, &inputs).expect("both files are in memory");
    let is_sound = !compiled.has_errors();
    let set = setup::properties_set(&compiled.deployment);
    compare::compare(call, written, &set, is_sound, diagnostics);
    let told = |name: &str| diagnostics.iter().any(|it| it.code.name == name);
    let (terms, bare) = (told("import-license-terms"), told("import-feature-bare"));
    let moved: Vec<SourceId> = compiled
        .sources
        .iter()
        .map(|(_, it)| sources.add(it.kind, it.name.clone(), it.text.clone()))
        .collect();
    let known: Vec<SourceId> = compiled.sources.iter().map(|(id, _)| id).collect();
    let place = |span: &mut Span| {
        if let Some(at) = known.iter().position(|it| *it == span.source) {
            span.source = moved[at];
        }
    };
    for mut finding in compiled.diagnostics {
        let follows = match finding.code.name {
            "installer-license-terms" => terms,
            "values-missing" => bare,
            name => bare && name.ends_with("-missing"),
        };
        if finding.severity() == Severity::Hint || follows {
            continue;
        }
        place(&mut finding.primary);
        finding.labels.iter_mut().for_each(|it| place(&mut it.span));
        if let Some(fix) = &mut finding.fix {
            fix.edits.iter_mut().for_each(|it| place(&mut it.span));
        }
        diagnostics.push(finding);
    }
}

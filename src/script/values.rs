//! What a deployment is given from outside: values files, the environment and settings, as data with places.
//!
//! Nothing here knows which parameters a script has. A file with mistakes is read as far as it goes: every broken line
//! is a finding, and what it was to give is entered as [`Raw::Broken`], so that nobody calls it missing. A secret's
//! value that somebody wrote into a file is veiled before anything else is done with the text, and stands in no
//! message.

mod file;
mod mend;
mod plain;
mod secrets;
mod speaker;
mod statement;

use std::collections::BTreeMap;
use std::path::{Component, MAIN_SEPARATOR, Path, PathBuf};

use crate::code;
use crate::diagnostic::{Applicability, Code, Diagnostic, Edit};
use crate::model::format::{Format, Name};
use crate::source::files::{Files, ReadError};
use crate::source::{SourceId, SourceKind, Sources, Span};

/// Where values come from, the weakest first.
#[derive(Clone, Copy, Debug)]
pub struct ValueInputs<'a> {
    /// The folder that the names of values files are relative to, with links resolved.
    pub root: &'a Path,
    /// Values files; a later one wins.
    pub files: &'a [PathBuf],
    /// The variables `MIMEO_PARAM_…` of the environment, by their whole names.
    pub environment: &'a [(String, String)],
    /// What `--set name=value` said; a later one wins.
    pub settings: &'a [(String, String)],
}

/// A file that cannot be read at all.
#[derive(Debug, thiserror::Error)]
#[error("the {what} `{}` cannot be read: {error}", path.display())]
pub struct Unreadable {
    /// What it was named as: `script`, `values file`, `root`.
    pub what: &'static str,
    /// The path as given.
    pub path: PathBuf,
    /// Why.
    pub error: ReadError,
}

/// Everything that was given, by name.
#[derive(Clone, Debug, Default)]
pub struct Values {
    /// Values for parameters.
    pub parameters: BTreeMap<String, Given>,
    /// Where secrets come from.
    pub secrets: BTreeMap<String, GivenSecret>,
    /// The values files, in their order.
    pub files: Vec<SourceId>,
    /// Whether a line was so broken that its key is unknown: what seems to be missing may stand there.
    pub torn: bool,
}

/// A value that was given for a parameter.
#[derive(Clone, Debug)]
pub struct Given {
    /// The key in a values file; none for the environment and settings.
    pub key: Option<Span>,
    /// The value: between the quotes if the text stands there as it is, else the whole literal.
    pub span: Span,
    /// What it says.
    pub value: Raw,
    /// The values that it overrides, the last overridden first.
    pub overridden: Vec<Span>,
}

/// A value as it was written, before a parameter's type is known.
#[derive(Clone, PartialEq, Debug)]
pub enum Raw {
    /// A text in quotes.
    Text(String),
    /// A whole number.
    Number(i64),
    /// A number with a fraction or an exponent.
    Float(f64),
    /// `true` or `false`.
    Flag(bool),
    /// A text of the environment or a setting, which may also mean a number or a flag.
    Untyped(String),
    /// A value of a kind that no parameter has: "a table", "an array", "a date".
    Other(&'static str),
    /// Something stands there that cannot be used, and that has been reported. Nothing follows from it: the parameter is
    /// not missing, not of a wrong type, and if no script asks for it, not unknown.
    Broken,
}

impl Raw {
    /// What it is, with its article: "a text".
    #[must_use]
    pub fn what(&self) -> &'static str {
        match self {
            Raw::Text(_) | Raw::Untyped(_) => "a text",
            Raw::Number(_) => "a number",
            Raw::Float(_) => "a number with a fraction",
            Raw::Flag(_) => "a flag",
            Raw::Other(what) => what,
            Raw::Broken => "a broken value",
        }
    }
}

/// A secret that a values file names.
#[derive(Clone, Debug)]
pub struct GivenSecret {
    /// Its name.
    pub key: Span,
    /// Its source: the table, or what stands in its place.
    pub span: Span,
    /// Where its value comes from; none if that could not be read, which has been reported.
    pub source: Option<SecretSource>,
    /// The folder of the values file, to which the path of a file is relative.
    pub base: PathBuf,
    /// The sources that this one overrides, the last overridden first.
    pub overridden: Vec<Span>,
}

/// Where the value of a secret comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SecretSource {
    /// The environment variable of this name.
    Environment(String),
    /// The file at this path, as written.
    File(String),
    /// The person at the keyboard, asked with this text.
    Prompt(String),
    /// The entry of this name in the Windows credential store.
    Credential(String),
}

/// The words for the sources of a secret.
pub const SOURCES: [&str; 4] = ["env", "file", "prompt", "credential"];
/// Those of them that can be written as well as read.
pub const WRITABLE: [&str; 2] = ["file", "credential"];

/// The most bytes that a values file may have.
pub const LIMIT: u64 = 1024 * 1024;

code! {
    /// A values file is TOML: one `key = value` per line, texts in quotes. What cannot be read cannot reach the
    /// installer, so there is no plan until the line is mended; all other lines are read nevertheless.
    ///
    /// In double quotes a backslash begins an escape, as in a script:
    ///
    /// ```toml,reports
    /// service_account = "contoso\svcMIMService"
    /// ```
    ///
    /// In single quotes a backslash is a backslash:
    ///
    /// ```toml
    /// service_account = 'contoso\svcMIMService'
    /// ```
    VALUES_SYNTAX: Error = "values-syntax", "a line of a values file that cannot be read"
        , source "https://toml.io/en/v1.1.0" seen "2026-11-23";

    /// The keys of a values file are the names of the script's parameters: lower-case letters, digits and `_`,
    /// beginning with a letter. The one table is `[secrets]`. No script can have a parameter of another name, so such
    /// a line gives a value to nothing.
    ///
    /// ```toml,reports
    /// sqlServer = "sql.contoso.com"
    /// ```
    ///
    /// Write the parameter's name as the script has it:
    ///
    /// ```toml
    /// sql_server = "sql.contoso.com"
    /// ```
    VALUES_NAME: Error = "values-name", "a key that cannot be the name of a parameter";

    /// Values files are kept, copied, sent and committed, so a secret's value must not stand in one. Below
    /// `[secrets]` a values file says where each secret comes from. mimeo shows stars in place of the value, but
    /// everybody who has the file has the secret: change it.
    ///
    /// ```toml,reports
    /// [secrets]
    /// mim_service_password = "Pass@word1"
    /// ```
    ///
    /// Write where the value comes from: an environment variable, a file, a question, or the Windows credential store:
    ///
    /// ```toml
    /// [secrets]
    /// mim_service_password = { env = "MIM_SERVICE_PASSWORD" }
    /// ```
    VALUES_SECRET: Error = "values-secret", "a secret's value in a values file";

    /// A secret has one source: `env` (an environment variable), `file` (a path relative to the values file),
    /// `prompt` (a question to the person who applies) or `credential` (an entry of the Windows credential store),
    /// each with a text. With none there is no value when it is needed, with two it is unclear which is right.
    ///
    /// ```toml,reports
    /// [secrets]
    /// mim_service_password = { environment = "MIM_SERVICE_PASSWORD" }
    /// ```
    ///
    /// Name one of the four:
    ///
    /// ```toml
    /// [secrets]
    /// mim_service_password = { env = "MIM_SERVICE_PASSWORD" }
    /// ```
    VALUES_SECRET_SOURCE: Error = "values-secret-source", "a secret without one clear source";
}

/// Every code of this module.
pub static CODES: &[&Code] = &[&VALUES_SYNTAX, &VALUES_NAME, &VALUES_SECRET, &VALUES_SECRET_SOURCE];

/// Reads everything that is given; what is wrong in it is added to `out`.
pub fn load(
    files: &dyn Files,
    inputs: &ValueInputs<'_>,
    sources: &mut Sources,
    out: &mut Vec<Diagnostic>,
) -> Result<Values, Unreadable> {
    let mut values = Values::default();
    for path in inputs.files {
        let text = files.read(path, LIMIT).map_err(|error| Unreadable {
            what: "values file",
            path: path.clone(),
            error,
        })?;
        let id = sources.add(SourceKind::Values, name_of(files, inputs.root, path), text);
        let base = path.parent().unwrap_or(Path::new("")).to_path_buf();
        file::read(id, &base, sources, &mut values, out);
        values.files.push(id);
    }
    let mut environment: Vec<_> = inputs.environment.iter().collect();
    environment.sort();
    for (variable, value) in environment {
        let name = variable.strip_prefix("MIMEO_PARAM_").unwrap_or(variable).to_ascii_lowercase();
        let id = sources.add(SourceKind::Environment, variable.as_str(), value.as_str());
        give_untyped(&name, id, value, &mut values, out);
    }
    for (name, value) in inputs.settings {
        let id = sources.add(SourceKind::Setting, format!("--set {name}"), value.as_str());
        give_untyped(name, id, value, &mut values, out);
    }
    Ok(values)
}

impl Values {
    /// The secrets whose source can only be read, with where it is said.
    #[must_use]
    pub fn read_only_secrets(&self) -> Vec<(String, Span)> {
        let read_only = |it: &GivenSecret| match &it.source {
            Some(SecretSource::Environment(_) | SecretSource::Prompt(_)) => true,
            Some(SecretSource::File(_) | SecretSource::Credential(_)) | None => false,
        };
        let secrets = self.secrets.iter().filter(|(_, it)| read_only(it));
        secrets.map(|(name, it)| (name.clone(), it.span)).collect()
    }
}

/// An edit that makes the value at a span of a values file say another text; none for other sources, where nothing can
/// be edited. The span is that of a [`Given`].
#[must_use]
pub fn rewrite(sources: &Sources, span: Span, text: &str) -> Option<Edit> {
    let source = sources.get(span.source);
    if source.kind != SourceKind::Values {
        return None;
    }
    let (before, after) = (&source.text[..span.start as usize], &source.text[span.end as usize..]);
    let inside = |quote| before.ends_with(quote) && after.starts_with(quote);
    let is_plain = |quote: char| {
        !text.contains(|char: char| char == quote || char.is_control())
            && (quote == '\'' || !text.contains('\\'))
    };
    let Some(quote) = ['\'', '"'].into_iter().find(|quote| inside(*quote)) else {
        return Some(Edit { span, text: speaker::quoted(text) });
    };
    if is_plain(quote) {
        return Some(Edit { span, text: text.to_owned() });
    }
    let whole = Span { start: span.start - 1, end: span.end + 1, ..span };
    Some(Edit { span: whole, text: speaker::quoted(text) })
}

/// A text as it is written in a values file: in double quotes, or where that needs escapes in single ones.
#[must_use]
pub fn literal(text: &str) -> String {
    if text.contains(|char: char| matches!(char, '"' | '\\') || char.is_control()) {
        return speaker::quoted(text);
    }
    format!("\"{text}\"")
}

/// The path relative to the root, with `/`; as given where that cannot be told.
fn name_of(files: &dyn Files, root: &Path, path: &Path) -> String {
    let real = files.canonical(path).ok();
    // Most customers' values stand below the script.
    let below = |real: &Path| {
        let below = real.to_str()?.strip_prefix(root.to_str()?)?;
        below.strip_prefix(MAIN_SEPARATOR).map(str::to_owned)
    };
    let name = real.as_deref().and_then(below).unwrap_or_else(|| {
        let relative = real.as_deref().and_then(|real| relative_to(root, real));
        relative.as_deref().unwrap_or(path).display().to_string()
    });
    if MAIN_SEPARATOR == '/' { name } else { name.replace(MAIN_SEPARATOR, "/") }
}

/// The way from a folder to a file; none if they share nothing, such as a drive.
fn relative_to(folder: &Path, file: &Path) -> Option<PathBuf> {
    let shared =
        folder.components().zip(file.components()).take_while(|(one, other)| one == other).count();
    if shared == 0 {
        return None;
    }
    let up = folder.components().skip(shared).map(|_| Component::ParentDir);
    Some(up.chain(file.components().skip(shared)).collect())
}

/// The name, if it is one for a parameter or a secret; else a finding, and the name that was probably meant.
fn checked_name(
    key: &str,
    span: Span,
    role: &str,
    out: &mut Vec<Diagnostic>,
) -> Result<String, Option<String>> {
    match name_finding(key, span, role) {
        None => Ok(key.to_owned()),
        Some((finding, meant)) => {
            out.push(finding);
            Err(meant)
        }
    }
}

/// The finding about a key that is no name, and the name that was probably meant.
fn name_finding(key: &str, span: Span, role: &str) -> Option<(Diagnostic, Option<String>)> {
    let malformed = Name::parse(key).err()?;
    let message = format!("{}, so it is no name of a {role}", malformed.headline(key));
    let mut finding = Diagnostic::new(&VALUES_NAME, span, message);
    finding.label(format!("not a {role}'s name"));
    finding.help(malformed.help);
    if let Some(name) = &malformed.instead {
        finding.fix(format!("rename it to `{name}`"), Applicability::Review, span, name.as_str());
    }
    Some((finding, malformed.instead))
}

fn give(
    parameters: &mut BTreeMap<String, Given>,
    name: String,
    key: Option<Span>,
    span: Span,
    value: Raw,
) {
    let overridden = match parameters.remove(&name) {
        Some(Given { span, overridden, .. }) => std::iter::once(span).chain(overridden).collect(),
        None => Vec::new(),
    };
    parameters.insert(name, Given { key, span, value, overridden });
}

/// Enters that the value of a parameter is there and cannot be used, unless another one is.
fn give_broken(name: Option<String>, key: Option<Span>, span: Span, values: &mut Values) {
    if let Some(name) = name.filter(|name| !values.parameters.contains_key(name)) {
        give(&mut values.parameters, name, key, span, Raw::Broken);
    }
}

fn give_untyped(
    name: &str,
    id: SourceId,
    value: &str,
    values: &mut Values,
    out: &mut Vec<Diagnostic>,
) {
    let span = Span { source: id, start: 0, end: value.len() as u32 };
    match checked_name(name, span, "parameter", out) {
        Ok(name) => {
            give(&mut values.parameters, name, None, span, Raw::Untyped(value.to_owned()));
        }
        Err(meant) => give_broken(meant, None, span, values),
    }
}

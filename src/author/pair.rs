//! A script with its values file: parameters, secrets and declarations as both files write them.

use crate::author::quote::toml_text;
use crate::manual::sample::SECRETS;

/// A script and its values.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Files {
    /// The script.
    pub script: String,
    /// The values file.
    pub values: String,
}

/// A value that differs from customer to customer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Parameter {
    /// Its name, which is also the name of its variable.
    pub name: String,
    /// The function of the namespace `param` that declares it.
    pub kind: &'static str,
    /// What it is for.
    pub text: String,
    /// Its value, where it is known.
    pub value: Option<String>,
}

/// A secret and where it comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SecretSource {
    /// The secret's name.
    pub name: String,
    /// The word for the source: `env`, `file`, `prompt` or `credential`.
    pub word: &'static str,
    /// The variable, the path, the question, or the credential's name.
    pub text: String,
}

/// A declaration: its call, and the parts that are said of it, each in a line of its own where there are several.
#[must_use]
pub fn declaration(call: &str, parts: &[String]) -> String {
    let inline = format!("{call}{};", parts.concat());
    if parts.len() < 2 && inline.len() <= 100 {
        return inline;
    }
    let lines: Vec<_> = parts.iter().map(|it| format!("\n    {it}")).collect();
    format!("{call}{};", lines.concat())
}

/// The statements that declare parameters.
#[must_use]
pub fn parameters(parameters: &[Parameter]) -> String {
    let width = parameters.iter().map(|it| it.name.len()).max().unwrap_or(0);
    let line = |Parameter { name, kind, text, .. }: &Parameter| {
        format!("let {name:width$} = param::{kind}(\"{name}\", \"{text}\");\n")
    };
    parameters.iter().map(line).collect()
}

/// The lines of a values file. One whose value is not known is a comment with the reason.
#[must_use]
pub fn values(parameters: &[Parameter], secrets: &[SecretSource], unknown: &str) -> String {
    let width = parameters.iter().map(|it| it.name.len()).max().unwrap_or(0);
    let line = |Parameter { name, text, value, .. }: &Parameter| match value {
        Some(value) => format!("{name:width$} = {}\n", toml_text(value)),
        None => format!("# {name} = \"\"    # {text}: {unknown}\n"),
    };
    let mut values: String = parameters.iter().map(line).collect();
    if secrets.is_empty() {
        return values;
    }
    if !values.is_empty() {
        values.push('\n');
    }
    values += SECRETS;
    let width = secrets.iter().map(|it| it.name.len()).max().unwrap_or(0);
    for SecretSource { name, word, text } in secrets {
        values += &format!("{name:width$} = {{ {word} = {} }}\n", toml_text(text));
    }
    values
}

/// A path for a command line.
#[must_use]
pub fn argument(path: &str) -> String {
    if path.contains(' ') { format!("\"{path}\"") } else { path.to_owned() }
}

//! The values file for a template: every parameter with its text, what it takes and what holds without it.
//!
//! Nothing is filled in that only the customer can know: such a line is a comment, and a check names it as missing until it
//! is one no longer. Where a secret comes from is likely, so that it is filled in.

use crate::manual::{Parameter, Secret, Written};
use crate::plan::visible;
use crate::script::param::contract::ParamType;
use crate::script::values;
use crate::syntax::{StringLiteral, parse};

/// The header of the table of secrets.
pub(crate) const SECRETS: &str =
    "[secrets]                       # where each secret comes from; never the secret itself\n";

/// The ways in which a secret can come.
const WAYS: &str = "# { env = \"NAME\" }          an environment variable of whoever carries the plan out
# { file = \"secret.txt\" }   a file, relative to this one; can be written, as a new client secret has to be
# { prompt = \"Password\" }   a question when it is needed
# { credential = \"MIM\" }    the Windows credential store; can be written as well
";

/// The parameters and secrets of a script, as its values file has them.
pub(super) fn values_file(parameters: &[Parameter], secrets: &[Secret]) -> String {
    let mut text = String::new();
    if !parameters.is_empty() {
        text += "# Take the `#` from the line of a value, and fill it in. What has a fallback may be left as it is.\n";
    }
    for it in parameters {
        text += &format!("\n{}", parameter(it));
    }
    if secrets.is_empty() {
        return text;
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text += &format!("{SECRETS}{WAYS}");
    let width = secrets.iter().map(|it| it.name.len()).max().unwrap_or(0);
    for Secret { name, written, .. } in secrets {
        let note = if *written == Written::Never { "" } else { "   # the plan writes it there" };
        text += &format!("{name:width$} = {}{note}\n", source(name, *written));
    }
    text
}

/// Where a secret is likely to come from.
pub(super) fn source(name: &str, written: Written) -> String {
    match written {
        Written::Never => format!("{{ env = \"{}\" }}", variable(name)),
        Written::Sometimes | Written::Always => format!("{{ file = \"secrets/{name}.txt\" }}"),
    }
}

/// The environment variable that is likely for a secret.
pub(crate) fn variable(secret: &str) -> String {
    let name = secret.to_uppercase();
    if name.starts_with("MIM_") { name } else { format!("MIM_{name}") }
}

/// The lines of a parameter.
fn parameter(it: &Parameter) -> String {
    let takes = it.takes.replace('`', "");
    let what = match it.ty {
        ParamType::Choice => {
            let allowed: Vec<_> = it.allowed.iter().map(|it| values::literal(it)).collect();
            format!("one of {}", allowed.join(", "))
        }
        ParamType::Text | ParamType::Number | ParamType::Flag => takes,
        ParamType::Host
        | ParamType::Domain
        | ParamType::Email
        | ParamType::Url
        | ParamType::Guid
        | ParamType::Port => format!("{takes}, such as {}", it.example),
    };
    let empty = match it.ty {
        ParamType::Port | ParamType::Number | ParamType::Flag => "",
        ParamType::Text
        | ParamType::Host
        | ParamType::Domain
        | ParamType::Email
        | ParamType::Url
        | ParamType::Guid
        | ParamType::Choice => " \"\"",
    };
    let (note, value) = match it.fallback.as_deref().map(|it| (it, literal(it))) {
        None => (String::new(), empty.to_owned()),
        Some(("()", _)) => ("; may be left out".to_owned(), empty.to_owned()),
        Some((_, Some(value))) => (String::new(), format!(" {value}   # the fallback")),
        Some((code, None)) => (format!("; without it `{}`", one_line(code)), empty.to_owned()),
    };
    format!("# {}: {}{note}\n# {} ={value}\n", one_line(&it.text), one_line(&what), it.name)
}

/// The value of a fallback that is a literal, as a values file has it.
fn literal(code: &str) -> Option<String> {
    let is_number = code.trim_start_matches('-').parse::<u64>().is_ok();
    if is_number || code == "true" || code == "false" {
        return Some(code.to_owned());
    }
    let tree = parse(code.into());
    let text = StringLiteral::cast(tree.node_at(0)).filter(|it| {
        let range = it.node().range();
        range.start == 0 && range.end as usize == code.len()
    });
    text.and_then(StringLiteral::value).map(|it| values::literal(&it))
}

/// A text for a comment.
fn one_line(text: &str) -> String {
    let words: Vec<_> = text.split(char::is_control).collect();
    visible(&words.join(" ")).into_owned()
}

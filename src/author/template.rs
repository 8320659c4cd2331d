//! The values file for a template: every parameter with its text, what it takes and what holds without it.
//!
//! Nothing is filled in that only the customer can know: such a line is a comment, and a check names it as missing until it
//! is one no longer. Where a secret comes from is likely, so that it is filled in.

use crate::author::pair::{SECRETS, variable};
use crate::author::quote::toml_text;
use crate::script::Program;
use crate::script::param::contract::{Declaration, ParamType};
use crate::syntax::{Call, StringLiteral, parse};

/// Writes the values file for a template, which is called `script`, and with it checked by the command.
#[must_use]
pub fn values(program: &Program, script: &str, check: &str) -> String {
    let contract = &program.contract;
    let mut text = format!(
        "# The values of one customer for {}\n#\n#     {}\n",
        one_line(script),
        one_line(check)
    );
    if !contract.parameters.is_empty() {
        text += "#\n# Take the `#` from the line of a value, and fill it in. What has a fallback may be left as it is.\n";
    }
    for declared in &contract.parameters {
        text += &format!("\n{}", parameter(declared));
    }
    let mut secrets: Vec<&str> = Vec::new();
    for it in &contract.secrets {
        if !secrets.contains(&it.name.as_str()) {
            secrets.push(&it.name);
        }
    }
    if secrets.is_empty() {
        return text;
    }
    text += &format!("\n{SECRETS}{WAYS}");
    let made = made(program);
    let width = secrets.iter().map(|it| it.len()).max().unwrap_or(0);
    for name in secrets {
        let source = if made.iter().any(|it| it == name) {
            format!("{{ file = \"secrets/{name}.txt\" }}   # the plan writes it there")
        } else {
            format!("{{ env = \"{}\" }}", variable(name))
        };
        text += &format!("{name:width$} = {source}\n");
    }
    text
}

/// The ways in which a secret can come.
const WAYS: &str = "# { env = \"NAME\" }          an environment variable of whoever carries the plan out
# { file = \"secret.txt\" }   a file, relative to this one; can be written, as a new client secret has to be
# { prompt = \"Password\" }   a question when it is needed
# { credential = \"MIM\" }    the Windows credential store; can be written as well
";

/// The lines of a parameter.
fn parameter(declared: &Declaration) -> String {
    let what = match declared.ty {
        ParamType::Choice => {
            let allowed: Vec<_> = declared.allowed.iter().map(|it| toml_text(it)).collect();
            format!("one of {}", allowed.join(", "))
        }
        ParamType::Text | ParamType::Number => declared.ty.what().to_owned(),
        ParamType::Host
        | ParamType::Domain
        | ParamType::Email
        | ParamType::Url
        | ParamType::Guid
        | ParamType::Port => {
            format!("{}, such as {}", declared.ty.what(), declared.ty.example())
        }
        ParamType::Flag => declared.ty.what().replace('`', ""),
    };
    let empty = match declared.ty {
        ParamType::Port | ParamType::Number | ParamType::Flag => "",
        ParamType::Text
        | ParamType::Host
        | ParamType::Domain
        | ParamType::Email
        | ParamType::Url
        | ParamType::Guid
        | ParamType::Choice => " \"\"",
    };
    let (note, value) = match declared.fallback.as_deref().map(|it| (it, literal(it))) {
        None => (String::new(), empty.to_owned()),
        Some(("()", _)) => ("; may be left out".to_owned(), empty.to_owned()),
        Some((_, Some(value))) => (String::new(), format!(" {value}   # the fallback")),
        Some((code, None)) => (format!("; without it `{}`", one_line(code)), empty.to_owned()),
    };
    format!("# {}: {what}{note}\n# {} ={value}\n", one_line(&declared.text), declared.name)
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
    text.and_then(StringLiteral::value).map(|it| toml_text(&it))
}

/// The secrets that the plan makes: those of an application that it registers.
fn made(program: &Program) -> Vec<String> {
    let calls = program.scripts.iter().flat_map(|it| it.tree.calls());
    let registrations = calls.filter(|it| it.name() == "register_application");
    let secret = |call: Call<'_>| {
        let secret = Call::cast(call.arg(1)?).filter(|it| it.name() == "secret")?;
        StringLiteral::cast(secret.arg(0)?).and_then(StringLiteral::value)
    };
    registrations.filter_map(secret).collect()
}

/// A text for a comment.
fn one_line(text: &str) -> String {
    text.split(|it: char| it.is_control()).collect::<Vec<_>>().join(" ")
}

//! What is given against what is asked for: values and secrets that nobody asks for, and those that nobody gives.

use crate::diagnostic::{Applicability, Diagnostic, nearest};
use crate::script::param::contract::{Contract, Declaration, SecretUse};
use crate::script::param::{SECRET_MISSING, SECRET_UNUSED, VALUES_MISSING, VALUES_UNKNOWN};
use crate::script::values::{Given, Raw, Values};
use crate::source::{Sources, Span};

pub(super) fn report_unknown(
    contract: &Contract,
    values: &Values,
    sources: &mut Sources,
    out: &mut Vec<Diagnostic>,
) {
    for (name, given) in &values.parameters {
        if contract.parameter_named(name).is_some() || matches!(given.value, Raw::Broken) {
            continue;
        }
        let span = given.key.unwrap_or(given.span);
        if contract.names(name) || values.secrets.contains_key(name) || sounds_secret(name) {
            out.push(misplaced_secret(name, given, span, sources));
            continue;
        }
        let message = format!("no script asks for a value `{name}`");
        let mut diagnostic = Diagnostic::new(&VALUES_UNKNOWN, span, message);
        diagnostic.label("it would have no effect");
        let free = |it: &&Declaration| !values.parameters.contains_key(&it.name);
        let candidates = contract.parameters.iter().filter(free).map(|it| it.name.as_str());
        let all = contract.parameters.iter().map(|it| it.name.as_str());
        match nearest(name, candidates) {
            Some(meant) => {
                diagnostic.help(format!("did you mean `{meant}`?"));
                if let Some(declaration) = contract.parameter_named(meant) {
                    diagnostic.relate(declaration.span, format!("`{meant}` is declared here"));
                }
                if given.key.is_some() && sources.text(span) == name {
                    let title = format!("rename it to `{meant}`");
                    diagnostic.fix(title, Applicability::Always, span, meant);
                }
            }
            None => {
                let names: Vec<_> = all.map(|it| format!("`{it}`")).collect();
                diagnostic.help(if names.is_empty() {
                    "take the line out: this script has no parameters".to_owned()
                } else {
                    format!("take the line out, or use one of {}", names.join(", "))
                });
            }
        }
        out.push(diagnostic);
    }
}

/// Whether a name is that of a secret by its sound.
pub(crate) fn sounds_secret(name: &str) -> bool {
    ["password", "passwort", "passphrase", "pwd", "secret", "token"]
        .iter()
        .any(|it| name.contains(it))
}

/// A secret's value among the parameters: it is covered wherever it stands.
fn misplaced_secret(name: &str, given: &Given, span: Span, sources: &mut Sources) -> Diagnostic {
    for place in given.overridden.iter().chain([&given.span]) {
        sources.veil(*place);
    }
    let message = format!("`{name}` is a secret, and this gives its value");
    let mut diagnostic = Diagnostic::new(&VALUES_UNKNOWN, span, message);
    diagnostic.label("everybody who sees this knows it");
    diagnostic.help(format!(
        "take it out, change the secret, and say under `[secrets]` where it comes from: `{name} = {{ prompt = \"…\" }}`"
    ));
    diagnostic
}

pub(super) fn report_missing(
    contract: &Contract,
    values: &Values,
    sources: &Sources,
    out: &mut Vec<Diagnostic>,
) {
    let missing: Vec<&Declaration> = contract
        .parameters
        .iter()
        .filter(|it| it.fallback.is_none() && !values.parameters.contains_key(&it.name))
        // One that is only misspelt is reported as that.
        .filter(|it| !misspelt(it, contract, values))
        .collect();
    let Some(first) = missing.first() else { return };
    // A line that is broken beyond its name may be the one.
    if values.torn {
        return;
    }
    let names: Vec<_> = missing.iter().map(|it| format!("`{}`", it.name)).collect();
    let message = match names.len() {
        1 => format!("nothing gives a value for {}", names[0]),
        count => format!("nothing gives a value for {count} parameters: {}", names.join(", ")),
    };
    let mut diagnostic = Diagnostic::new(&VALUES_MISSING, first.span, message);
    diagnostic.label(first.text.clone());
    for declaration in missing.iter().skip(1).take(3) {
        diagnostic.relate(declaration.span, declaration.text.clone());
    }
    let lines: Vec<_> =
        missing.iter().map(|it| format!("{} = {}", it.name, it.example())).collect();
    match values.files.last() {
        Some(file) => {
            let name = &sources.get(*file).name;
            let one_line = lines.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ");
            diagnostic.help(format!("add to {name}, with this customer's values: {one_line}"));
            let at = before_tables(&sources.get(*file).text);
            let span = Span { source: *file, start: at, end: at };
            let text = format!("{}\n", lines.join("\n"));
            let title = format!("add the missing lines to {name}");
            diagnostic.fix(title, Applicability::Review, span, text);
        }
        None => {
            let example = &lines[0];
            diagnostic.help(format!(
                "name a values file with `--values FILE.toml` that has a line such as `{example}`, or use `--set`"
            ));
        }
    }
    out.push(diagnostic);
}

/// Whether a value is given whose unknown name is most likely a slip for this parameter.
fn misspelt(declaration: &Declaration, contract: &Contract, values: &Values) -> bool {
    let free = |it: &&Declaration| !values.parameters.contains_key(&it.name);
    let candidates: Vec<_> =
        contract.parameters.iter().filter(free).map(|it| it.name.as_str()).collect();
    values
        .parameters
        .keys()
        .filter(|name| contract.parameter_named(name).is_none())
        .any(|name| nearest(name, candidates.iter().copied()) == Some(&declaration.name))
}

/// Where a line at the top level of a TOML text can be added: before its first table.
fn before_tables(text: &str) -> u32 {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.trim_start().starts_with('[') {
            return at;
        }
        at += line.len() as u32;
    }
    at
}

pub(super) fn report_secrets(
    contract: &Contract,
    values: &Values,
    sources: &Sources,
    out: &mut Vec<Diagnostic>,
) {
    let mut missing: Vec<&SecretUse> = Vec::new();
    for secret in &contract.secrets {
        let known = values.secrets.contains_key(&secret.name);
        if !known && missing.iter().all(|it| it.name != secret.name) {
            missing.push(secret);
        }
    }
    for (name, given) in &values.secrets {
        if contract.secrets.iter().any(|it| it.name == *name) {
            continue;
        }
        let meant = nearest(name, missing.iter().map(|it| it.name.as_str()));
        let meant = missing.iter().position(|it| Some(it.name.as_str()) == meant);
        // A slip in the name is one mistake: the secret that is meant is not missing as well.
        let diagnostic = match meant.map(|index| missing.remove(index)) {
            Some(meant) => misspelt_secret(name, given.key, meant),
            None => {
                let message = format!("no script uses a secret `{name}`");
                let mut diagnostic = Diagnostic::new(&SECRET_UNUSED, given.key, message);
                diagnostic.label("it would never be read").help("take the line out");
                diagnostic
            }
        };
        out.push(diagnostic);
    }
    let Some(first) = missing.first() else { return };
    let names: Vec<_> = missing.iter().map(|it| format!("`{}`", it.name)).collect();
    let message = match names.len() {
        1 => format!("nothing says where the secret {} comes from", names[0]),
        count => format!("nothing says where {count} secrets come from: {}", names.join(", ")),
    };
    let mut diagnostic = Diagnostic::new(&SECRET_MISSING, first.span, message);
    diagnostic.label("used here");
    for secret in missing.iter().skip(1).take(3) {
        diagnostic.relate(secret.span, "used here");
    }
    let line = |it: &&SecretUse| format!("{} = {{ prompt = \"…\" }}", it.name);
    let lines: Vec<_> = missing.iter().map(line).collect();
    let target = values.files.last().map(|file| sources.get(*file).name.as_str());
    let target = target.unwrap_or("a values file (`--values FILE.toml`)");
    let pasted = lines.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ");
    diagnostic.help(format!(
        "add under `[secrets]` in {target}: {pasted} (or `env`, `file`, `credential` in place of `prompt`)"
    ));
    if let Some(file) = values.files.last() {
        let text = &sources.get(*file).text;
        let (at, new) = secret_lines(text, &lines);
        let span = Span { source: *file, start: at, end: at };
        diagnostic.fix("say that they are asked for", Applicability::Review, span, new);
    }
    out.push(diagnostic);
}

/// A secret whose source is given under a name that is nearly its own.
fn misspelt_secret(name: &str, key: Span, meant: &SecretUse) -> Diagnostic {
    let meant_name = &meant.name;
    let message = format!("no script uses a secret `{name}`, and `{meant_name}` has no source");
    let mut diagnostic = Diagnostic::new(&SECRET_MISSING, key, message);
    diagnostic.label("used by nothing");
    diagnostic.relate(meant.span, format!("`{meant_name}` is used here"));
    diagnostic.help(format!("did you mean `{meant_name}`?"));
    let title = format!("rename it to `{meant_name}`");
    diagnostic.fix(title, Applicability::Always, key, meant_name);
    diagnostic
}

/// Where and with which text lines come under `[secrets]`.
fn secret_lines(text: &str, lines: &[String]) -> (u32, String) {
    let lines = format!("{}\n", lines.join("\n")).replace('…', "Its value");
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        at += line.len() as u32;
        if line.trim() == "[secrets]" || line.trim_start().starts_with("[secrets] ") {
            let lead = if line.ends_with('\n') { "" } else { "\n" };
            return (at, format!("{lead}{lines}"));
        }
    }
    let lead = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    (text.len() as u32, format!("{lead}\n[secrets]\n{lines}"))
}

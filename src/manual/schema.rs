//! The JSON Schema of a script's values file, for editors of TOML.
//!
//! It is never stricter than mimeo: what mimeo takes passes, and what it refuses passes where JSON Schema has no words for
//! the rule. So a pattern here is a coarse one, and the exact rule is that of the format. It keeps to draft 7, which every
//! editor of TOML knows.

use serde_json::{Map, Value as Json, json};

use crate::manual::{Parameter, Secret, Template, Written};
use crate::plan::seal;
use crate::script::param::contract::ParamType;
use crate::script::values::SOURCES;

/// The schema as a file. If the values file is the only one, it has to give every value that has no fallback; else another
/// one, the environment or `--set` may.
#[must_use]
pub fn text(template: &Template, whole: bool) -> String {
    seal::pretty(&of(template, whole))
}

/// The schema as data.
#[must_use]
pub fn of(template: &Template, whole: bool) -> Json {
    let mut properties = Map::new();
    for it in &template.parameters {
        properties.insert(it.name.clone(), parameter(it));
    }
    properties.insert("secrets".to_owned(), secrets(&template.secrets, whole));
    let mut schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": format!("Values for {}", template.file),
        "description": format!("What {} asks for. Written by `mimeo schema`.", template.file),
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    });
    if whole {
        let required = template.parameters.iter().filter(|it| it.required);
        let mut required: Vec<_> = required.map(|it| it.name.as_str()).collect();
        if !template.secrets.is_empty() {
            required.push("secrets");
        }
        schema["required"] = json!(required);
    }
    schema
}

fn parameter(it: &Parameter) -> Json {
    let mut schema = match it.ty {
        ParamType::Flag => json!({ "type": "boolean" }),
        ParamType::Number => json!({ "type": "integer" }),
        ParamType::Port => json!({ "type": "integer", "minimum": 1, "maximum": 65535 }),
        ParamType::Choice => json!({ "type": "string", "enum": it.allowed }),
        ParamType::Text
        | ParamType::Host
        | ParamType::Domain
        | ParamType::Email
        | ParamType::Url
        | ParamType::Guid => match pattern(it.ty) {
            Some(pattern) => json!({ "type": "string", "pattern": pattern }),
            None => json!({ "type": "string" }),
        },
    };
    schema["description"] = json!(described(it));
    if let Some(default) = it.fallback.as_deref().and_then(literal) {
        schema["default"] = default;
    }
    schema
}

/// The table of secrets. A secret that nothing uses is only a warning to mimeo, so it passes.
fn secrets(secrets: &[Secret], whole: bool) -> Json {
    let source = |words: &[&str]| {
        let properties: Map<String, Json> =
            words.iter().map(|word| ((*word).to_owned(), way(word))).collect();
        json!({
            "type": "object",
            "properties": properties,
            "additionalProperties": false,
            "minProperties": 1,
            "maxProperties": 1,
        })
    };
    let named: Map<String, Json> = secrets
        .iter()
        .map(|it| {
            let mut schema = source(&it.sources);
            schema["description"] = json!(described_secret(it));
            (it.name.clone(), schema)
        })
        .collect();
    let mut schema = json!({
        "type": "object",
        "description": "Where each secret comes from; never the secret itself.",
        "properties": named,
        "additionalProperties": source(&SOURCES),
    });
    if whole && !secrets.is_empty() {
        schema["required"] = secrets.iter().map(|it| it.name.as_str()).collect();
    }
    schema
}

/// One source of a secret.
fn way(word: &str) -> Json {
    let (pattern, description) = match word {
        "env" => ("^[A-Za-z_][A-Za-z0-9_]*$", "The environment variable that holds it."),
        "file" => (r"\S", "The file that holds it, relative to this one."),
        "prompt" => (r"\S", "The question to whoever carries the plan out."),
        _ => (r"\S", "The entry of the Windows credential store that holds it."),
    };
    json!({ "type": "string", "pattern": pattern, "description": description })
}

fn described_secret(it: &Secret) -> String {
    let written = match it.written {
        Written::Never => "",
        Written::Sometimes => "The plan may make it, and then keeps it here.\n\n",
        Written::Always => "The plan makes it and keeps it here.\n\n",
    };
    let fields: Vec<_> = it.fields.iter().map(|it| it.label).collect();
    let fields = if fields.is_empty() {
        String::new()
    } else {
        format!("Fills in: {}.\n\n", fields.join(", "))
    };
    format!("{written}{fields}`{}`", it.example)
}

/// A pattern that every text of a type matches.
#[must_use]
pub fn pattern(ty: ParamType) -> Option<&'static str> {
    match ty {
        ParamType::Text => Some(r"\S"),
        ParamType::Host => Some(r"^[^\s/:]+$"),
        ParamType::Domain => Some(r"^[^\s/:@\\]+\.[^\s/:@\\]+$"),
        ParamType::Email => Some(r"^[^\s@]+@[^\s@]+\.[^\s@]+$"),
        ParamType::Url => Some(r"^[Hh][Tt][Tt][Pp][Ss]?://[^\s]+$"),
        ParamType::Guid => {
            Some("^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$")
        }
        ParamType::Port | ParamType::Number | ParamType::Flag | ParamType::Choice => None,
    }
}

/// What an editor shows beside the key.
fn described(it: &Parameter) -> String {
    let takes = match it.ty {
        ParamType::Choice => String::new(),
        ParamType::Text => format!("\n\nTakes {}.", it.takes),
        ParamType::Host
        | ParamType::Domain
        | ParamType::Email
        | ParamType::Url
        | ParamType::Guid
        | ParamType::Port
        | ParamType::Number
        | ParamType::Flag => format!("\n\nTakes {}, such as `{}`.", it.takes, it.example),
    };
    let fallback = match it.fallback.as_deref() {
        None => String::new(),
        Some("()") => "\n\nMay be left out.".to_owned(),
        Some(fallback) => format!("\n\nIf left out: `{fallback}`"),
    };
    let pages: Vec<_> = it.reaches.pages().iter().map(ToString::to_string).collect();
    let pages = match pages.as_slice() {
        [] => String::new(),
        [page] => format!("\n\nPage {page} of the wizard."),
        pages => format!("\n\nPages {} of the wizard.", pages.join(", ")),
    };
    format!("{}{takes}{fallback}{pages}", it.text)
}

/// The value of a fallback that is a literal.
fn literal(fallback: &str) -> Option<Json> {
    let quoted = fallback.len() > 1 && fallback.starts_with('"') && fallback.ends_with('"');
    let plain = quoted && !fallback[1..fallback.len() - 1].contains(['"', '\\']);
    if plain {
        return Some(json!(fallback[1..fallback.len() - 1]));
    }
    match fallback {
        "true" => Some(json!(true)),
        "false" => Some(json!(false)),
        _ => fallback.parse::<i64>().ok().map(|it| json!(it)),
    }
}

//! In a values file: names of parameters and secrets, and what they can be.

use crate::ide::complete::{Item, ItemKind};
use crate::ide::{Analysis, toml};
use crate::script::param::contract::{Declaration, ParamType};
use crate::source::SourceId;

/// The sources that a secret can have.
const SOURCES: &[(&str, &str)] = &[
    ("env", "an environment variable"),
    ("file", "a file, relative to the values file"),
    ("prompt", "a question to the person who applies"),
    ("credential", "an entry of the Windows credential store"),
];

pub(super) fn complete(analysis: &Analysis, id: SourceId, offset: u32) -> Vec<Item> {
    let text = &analysis.sources.get(id).text;
    let line = text[..offset as usize].rfind('\n').map_or(0, |it| it + 1);
    let before = &text[line..offset as usize];
    if before.trim_start().starts_with(['#', '[']) {
        return Vec::new();
    }
    let secret = toml::in_secrets(text, offset);
    match before.split_once('=') {
        None => keys(analysis, text, before, offset, secret),
        Some((key, value)) => after_equals(analysis, key.trim(), value, offset, secret),
    }
}

fn keys(analysis: &Analysis, text: &str, before: &str, offset: u32, secret: bool) -> Vec<Item> {
    let word = before.trim_start();
    let range = offset - word.len() as u32..offset;
    let given: Vec<_> = toml::keys(text).into_iter().filter(|it| it.secret == secret).collect();
    let missing = |name: &str| {
        !given
            .iter()
            .any(|it| it.name == name && !(it.range.start <= offset && offset <= it.range.end))
    };
    let rest = text[offset as usize..].lines().next().unwrap_or_default();
    let whole = !rest.contains('=');
    let mut items: Vec<Item> = Vec::new();
    if secret {
        for it in &analysis.program.contract.secrets {
            if missing(&it.name) && items.iter().all(|item| item.label != it.name) {
                items.push(Item {
                    label: it.name.clone(),
                    kind: ItemKind::Secret,
                    detail: "secret".to_owned(),
                    doc: String::new(),
                    snippet: whole.then(|| {
                        format!("{} = {{ ${{1|env,file,prompt,credential|}} = \"$2\" }}", it.name)
                    }),
                    range: range.clone(),
                });
            }
        }
        return items;
    }
    for it in analysis.program.contract.parameters.iter().filter(|it| missing(&it.name)) {
        items.push(Item {
            label: it.name.clone(),
            kind: ItemKind::Parameter,
            detail: it.ty.what().to_owned(),
            doc: it.text.clone(),
            snippet: whole.then(|| format!("{} = {}", it.name, place_for(it))),
            range: range.clone(),
        });
    }
    items
}

fn place_for(it: &Declaration) -> String {
    match it.ty {
        ParamType::Flag => "${1|true,false|}".to_owned(),
        ParamType::Port | ParamType::Number => "${1:80}".to_owned(),
        ParamType::Choice => format!("\"${{1|{}|}}\"", it.allowed.join(",")),
        ParamType::Text
        | ParamType::Host
        | ParamType::Domain
        | ParamType::Email
        | ParamType::Url
        | ParamType::Guid => "\"$1\"".to_owned(),
    }
}

fn after_equals(
    analysis: &Analysis,
    key: &str,
    value: &str,
    offset: u32,
    secret: bool,
) -> Vec<Item> {
    let item = |label: &str, detail: &str, snippet: Option<String>, word: &str| Item {
        label: label.to_owned(),
        kind: ItemKind::Value,
        detail: detail.to_owned(),
        doc: String::new(),
        snippet,
        range: offset - word.len() as u32..offset,
    };
    if secret {
        let word = value.rsplit([' ', '{', ',']).next().unwrap_or_default();
        if !value.contains('{') || value.contains('=') {
            return Vec::new();
        }
        let sources = SOURCES.iter();
        return sources
            .map(|(name, what)| item(name, what, Some(format!("{name} = \"$1\"")), word))
            .collect();
    }
    let Some(declared) = analysis.program.contract.parameter_named(key) else { return Vec::new() };
    let value = value.trim_start();
    let quoted = value.starts_with(['"', '\'']);
    let word = value.trim_start_matches(['"', '\'']);
    match declared.ty {
        ParamType::Flag => ["true", "false"].map(|it| item(it, "", None, value)).to_vec(),
        ParamType::Choice => {
            let choices = declared.allowed.iter();
            choices
                .map(|it| {
                    let snippet = (!quoted).then(|| format!("\"{it}\""));
                    item(it, &declared.text, snippet, if quoted { word } else { value })
                })
                .collect()
        }
        ParamType::Text
        | ParamType::Host
        | ParamType::Domain
        | ParamType::Email
        | ParamType::Url
        | ParamType::Guid
        | ParamType::Port
        | ParamType::Number => Vec::new(),
    }
}

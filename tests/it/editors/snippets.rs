//! The snippets: each is filled in as it stands, with every choice, and compiled.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::date;
use mimeo::compile::registry;
use mimeo::diagnostic::Severity;
use mimeo::syntax;
use serde_json::Value as Json;

use super::text_of;
use crate::support::{Project, TODAY};

/// A snippet with one way to fill it.
struct Filled {
    name: String,
    text: String,
}

/// What a placeholder says of itself.
#[derive(Clone)]
enum Stop {
    /// `${1:text}`.
    Text(String),
    /// `${1|one,two|}`.
    Choice(Vec<String>),
}

/// A snippet's body, taken apart: plain text and the numbers of stops.
enum Piece {
    Text(String),
    Stop(usize),
}

/// Every snippet of a file, filled in every way: its first choices, and each other choice once.
fn filled(path: &str) -> Vec<Filled> {
    let file: Json = serde_json::from_str(&text_of(path)).expect("it is JSON");
    let snippets = file.as_object().expect("it is an object");
    let mut all = Vec::new();
    for (name, snippet) in snippets {
        assert!(!snippet["prefix"].is_null(), "{name} has no prefix");
        assert!(snippet["description"].is_string(), "{name} says nothing of itself");
        let body = match snippet["body"].as_array() {
            Some(lines) => lines.iter().filter_map(Json::as_str).collect::<Vec<_>>().join("\n"),
            None => snippet["body"].as_str().expect("a body is text").to_owned(),
        };
        let (pieces, stops) = parse(name, &body);
        let most = stops.values().map(choices).max().unwrap_or(1);
        for choice in 0..most {
            let piece = |it: &Piece| match it {
                Piece::Text(text) => text.clone(),
                Piece::Stop(number) => match stops.get(number) {
                    Some(Stop::Text(text)) => text.clone(),
                    Some(Stop::Choice(texts)) => texts[choice.min(texts.len() - 1)].clone(),
                    None => String::new(),
                },
            };
            let text = pieces.iter().map(piece).collect();
            all.push(Filled { name: name.clone(), text });
        }
    }
    all
}

fn choices(stop: &Stop) -> usize {
    match stop {
        Stop::Text(_) => 1,
        Stop::Choice(texts) => texts.len(),
    }
}

/// Reads what VS Code calls the syntax of snippets, as far as the snippets use it.
fn parse(name: &str, body: &str) -> (Vec<Piece>, BTreeMap<usize, Stop>) {
    let mut pieces = vec![];
    let mut stops = BTreeMap::new();
    let mut plain = String::new();
    let mut rest = body;
    while let Some(next) = rest.chars().next() {
        let after = &rest[next.len_utf8()..];
        if next == '\\' && after.starts_with(['\\', '$', '}']) {
            plain.push_str(&after[..1]);
            rest = &after[1..];
        } else if next == '$' {
            pieces.push(Piece::Text(std::mem::take(&mut plain)));
            let (number, stop, end) = placeholder(name, after);
            if let Some(stop) = stop {
                stops.entry(number).or_insert(stop);
            }
            pieces.push(Piece::Stop(number));
            rest = &after[end..];
        } else {
            plain.push(next);
            rest = after;
        }
    }
    pieces.push(Piece::Text(plain));
    (pieces, stops)
}

/// Reads a placeholder behind its `$`: its number, what it says, and where it ends.
fn placeholder(name: &str, text: &str) -> (usize, Option<Stop>, usize) {
    let digits = |it: &str| it.chars().take_while(char::is_ascii_digit).count();
    if !text.starts_with('{') {
        let length = digits(text);
        let number = text[..length].parse();
        return (number.unwrap_or_else(|_| panic!("`$` means nothing in {name}")), None, length);
    }
    let length = digits(&text[1..]);
    let number = text[1..=length].parse().unwrap_or_else(|_| panic!("no number in {name}"));
    let inner = &text[1 + length..];
    if let Some(list) = inner.strip_prefix('|') {
        let end = list.find("|}").unwrap_or_else(|| panic!("a choice of {name} has no end"));
        let texts = list[..end].split(',').map(ToOwned::to_owned).collect();
        return (number, Some(Stop::Choice(texts)), 1 + length + 1 + end + 2);
    }
    assert!(inner.starts_with(':'), "a placeholder of {name} says nothing");
    let mut said = String::new();
    let mut escaped = false;
    for (at, next) in inner.char_indices().skip(1) {
        match next {
            '\\' if !escaped => escaped = true,
            '}' if !escaped => {
                return (number, Some(Stop::Text(said)), 1 + length + at + 1);
            }
            _ => {
                said.push(next);
                escaped = false;
            }
        }
    }
    panic!("a placeholder of {name} has no end");
}

/// What a snippet may lack, since it is only a part of a script.
fn is_about_context(code: &str) -> bool {
    let whole = [
        "deployment-empty",
        "password-portal-remote-service",
        "task-without-portal",
        "task-without-service",
    ];
    code.ends_with("-missing") || code.ends_with("-incomplete") || whole.contains(&code)
}

#[test]
fn every_snippet_compiles() {
    let files = ["options", "declarations"];
    let mut wrong = Vec::new();
    for file in files {
        for snippet in filled(&format!("editors/vscode/snippets/{file}.json")) {
            // Basic authentication to Exchange Online had not ended then.
            let ended =
                snippet.name.starts_with("Option B") || snippet.name.starts_with("Option G");
            let day = if ended { date(2021, 3, 18) } else { TODAY };
            let compiled = Project::new(&snippet.text).on(day).compile();
            for finding in &compiled.diagnostics {
                let name = finding.code.name;
                if finding.severity() == Severity::Error && !is_about_context(name) {
                    let place = compiled.sources.place(finding.primary);
                    wrong.push(format!(
                        "{}: {name} at {place}: {}\n{}",
                        snippet.name, finding.message, snippet.text
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_declaration_has_a_snippet() {
    let mut called = BTreeSet::new();
    for file in ["options", "declarations"] {
        for snippet in filled(&format!("editors/vscode/snippets/{file}.json")) {
            let tree = syntax::parse(snippet.text.as_str().into());
            called.extend(tree.calls().map(|call| {
                let namespace = call.namespace().map_or("", |it| it.0).to_owned();
                (namespace, call.name().to_owned())
            }));
        }
    }
    let missing: Vec<_> = registry()
        .rows()
        .filter(|row| {
            let namespace = row.namespace.unwrap_or_default().to_owned();
            !called.contains(&(namespace, row.name.to_owned()))
        })
        .map(mimeo::script::registry::FnSpec::path)
        .collect();
    assert!(missing.is_empty(), "no snippet says {}", missing.join(", "));
}

#[test]
fn there_is_a_snippet_for_each_option() {
    let file: Json =
        serde_json::from_str(&text_of("editors/vscode/snippets/options.json")).expect("JSON");
    for letter in 'A'..='I' {
        let start = format!("Option {letter}: ");
        let has = file.as_object().expect("an object").keys().any(|it| it.starts_with(&start));
        assert!(has, "no snippet for option {letter}");
    }
}

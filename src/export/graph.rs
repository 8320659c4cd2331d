//! The steps of a plan as a graph: what comes after what, for Mermaid and for Graphviz.

use std::collections::HashMap;
use std::fmt::Write;

use crate::plan::{Kind, Plan, visible};

/// The steps as a Mermaid flowchart, as Markdown viewers draw it in a fenced block.
#[must_use]
pub fn mermaid(plan: &Plan) -> String {
    let mut out = "flowchart TD\n".to_owned();
    for (index, step) in plan.steps.iter().enumerate() {
        let (open, close) = match step.kind {
            Kind::Read => ("([", "])"),
            Kind::Idempotent => ("[", "]"),
            Kind::Probeable => ("[[", "]]"),
            Kind::Irreversible => ("{{", "}}"),
        };
        let title = mermaid_text(&step.title);
        let _ = writeln!(out, "    s{index}{open}\"{title}\"{close}");
    }
    for (before, behind) in edges(plan) {
        let _ = writeln!(out, "    s{before} --> s{behind}");
    }
    out
}

/// The steps as a directed graph in DOT.
#[must_use]
pub fn dot(plan: &Plan) -> String {
    let mut out = "digraph plan {\n".to_owned();
    let _ = writeln!(out, "    label=\"{}\";", dot_text(&plan.title));
    out += "    labelloc=t;\n    node [fontname=\"sans-serif\"];\n";
    for (index, step) in plan.steps.iter().enumerate() {
        let shape = match step.kind {
            Kind::Read => "ellipse",
            Kind::Idempotent => "box",
            Kind::Probeable => "component",
            Kind::Irreversible => "octagon",
        };
        let (id, title) = (dot_text(&step.id), dot_text(&step.title));
        let _ = writeln!(out, "    s{index} [shape={shape}, label=\"{title}\", tooltip=\"{id}\"];");
    }
    for (before, behind) in edges(plan) {
        let _ = writeln!(out, "    s{before} -> s{behind};");
    }
    out += "}\n";
    out
}

/// Every pair of a step and one that comes after it, by index.
fn edges(plan: &Plan) -> Vec<(usize, usize)> {
    let steps = plan.steps.iter().enumerate();
    let places: HashMap<&str, usize> = steps.clone().map(|(at, it)| (it.id.as_str(), at)).collect();
    let before = |id: &String| places.get(id.as_str()).copied();
    steps
        .flat_map(|(at, step)| step.after.iter().filter_map(before).map(move |before| (before, at)))
        .collect()
}

/// A text inside the quotes of a Mermaid label. Mermaid has no escape; a character's number stands for it. It reads labels
/// as Markdown, where `1. ` and `- ` begin a list, and takes no empty one.
fn mermaid_text(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let text = visible(text);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let safe = match character {
            ' ' | '_' | ',' | ':' | '/' | '(' | ')' | '\'' => true,
            '.' | '-' => characters.peek().copied().is_some_and(char::is_alphanumeric),
            other => other.is_alphanumeric(),
        };
        if safe {
            escaped.push(character);
        } else {
            let _ = write!(escaped, "#{};", u32::from(character));
        }
    }
    if escaped.is_empty() { " ".to_owned() } else { escaped }
}

/// A text inside the quotes of DOT, where a backslash begins an escape.
fn dot_text(text: &str) -> String {
    visible(text).replace('\\', "\\\\").replace('"', "\\\"")
}

//! What each word of a text is, for its colour.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "most kinds of words have no colour of their own"
)]

use std::collections::HashMap;
use std::ops::Range;

use crate::ide::{Analysis, kind, toml};
use crate::script::{Script, builtin};
use crate::source::SourceId;
use crate::syntax::names::{BindingKind, ReferenceKind};
use crate::syntax::{Call, Field, Function, MapEntry, Path, SyntaxKind};

/// The types of words, by the protocol's names.
pub static TYPES: &[&str] = &[
    "namespace",
    "function",
    "method",
    "variable",
    "parameter",
    "property",
    "keyword",
    "string",
    "number",
    "comment",
    "operator",
];

/// What else can be said of a word.
pub static MODIFIERS: &[&str] = &["declaration", "readonly", "defaultLibrary", "documentation"];

/// A word with its colour.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Word {
    /// Where it stands.
    pub range: Range<u32>,
    /// Its type, one of [`TYPES`].
    pub ty: &'static str,
    /// What else is said of it, of [`MODIFIERS`].
    pub modifiers: Vec<&'static str>,
}

/// The words of a text, in order.
#[must_use]
pub fn words(analysis: &Analysis, id: SourceId) -> Vec<Word> {
    let Some(script) = analysis.script(id) else { return of_values(analysis, id) };
    let named = named(analysis, script);
    let mut words = Vec::new();
    for token in script.tree.tokens() {
        let range = token.range();
        // A name may consist of several tokens.
        if words.last().is_some_and(|it: &Word| range.start < it.range.end) {
            continue;
        }
        if let Some(word) = named.get(&range.start) {
            words.push(word.clone());
            continue;
        }
        let token_kind = token.kind();
        let (ty, modifiers) = match token_kind {
            SyntaxKind::DocLine | SyntaxKind::DocBlock => ("comment", vec!["documentation"]),
            it if it.is_comment() || it == SyntaxKind::Shebang => ("comment", Vec::new()),
            it if it.is_keyword() => ("keyword", Vec::new()),
            SyntaxKind::QuotedText
            | SyntaxKind::RawText
            | SyntaxKind::Character
            | SyntaxKind::TextStart
            | SyntaxKind::TextEnd
            | SyntaxKind::TextPart => ("string", Vec::new()),
            SyntaxKind::InterpolationStart | SyntaxKind::InterpolationEnd => {
                ("operator", Vec::new())
            }
            SyntaxKind::Integer | SyntaxKind::Float => ("number", Vec::new()),
            it if (SyntaxKind::Bang..=SyntaxKind::CaretEqual).contains(&it) => {
                ("operator", Vec::new())
            }
            _ => continue,
        };
        words.push(Word { range, ty, modifiers });
    }
    words
}

/// The names in a values file that a script asks for. All else any editor colours, and what nobody asks for has no colour.
fn of_values(analysis: &Analysis, id: SourceId) -> Vec<Word> {
    let contract = &analysis.program.contract;
    let keys = toml::keys(&analysis.sources.get(id).text).into_iter().filter_map(|key| {
        let (asked, ty, modifiers) = if key.secret {
            (contract.names(&key.name), "variable", vec!["readonly"])
        } else {
            (contract.parameter_named(&key.name).is_some(), "parameter", Vec::new())
        };
        asked.then_some(Word { range: key.range, ty, modifiers })
    });
    keys.collect()
}

/// The names, by where they begin.
fn named(analysis: &Analysis, script: &Script) -> HashMap<u32, Word> {
    let names = script.tree.names();
    let mut words = HashMap::new();
    let mut add = |range: Range<u32>, ty, modifiers: Vec<&'static str>| {
        if !range.is_empty() {
            words.insert(range.start, Word { range, ty, modifiers });
        }
    };
    let colour = |it: BindingKind| match it {
        BindingKind::Const => ("variable", vec!["readonly"]),
        BindingKind::Parameter | BindingKind::ClosureParameter => ("parameter", Vec::new()),
        BindingKind::Import => ("namespace", Vec::new()),
        BindingKind::Let | BindingKind::Element | BindingKind::Counter | BindingKind::Error => {
            ("variable", Vec::new())
        }
    };
    for binding in &names.bindings {
        let (ty, mut modifiers) = colour(binding.kind);
        modifiers.push("declaration");
        add(binding.range.clone(), ty, modifiers);
    }
    for reference in &names.references {
        let binding = reference.binding.map(|it| colour(names.bindings[it].kind));
        match (reference.kind, binding) {
            (ReferenceKind::Namespace | ReferenceKind::Callee, _) => {}
            (_, Some((ty, modifiers))) => add(reference.range.clone(), ty, modifiers),
            (_, None) => add(reference.range.clone(), "variable", Vec::new()),
        }
    }
    for node in script.tree.nodes() {
        if let Some(path) = Path::cast(node)
            && let Some((namespace, range)) = path.namespace()
        {
            let own = kind::module(analysis, script, namespace).is_some();
            add(range, "namespace", if own { Vec::new() } else { vec!["defaultLibrary"] });
            if !path.is_callee() {
                add(path.name().1, "variable", vec!["readonly"]);
            }
        } else if let Some(call) = Call::cast(node) {
            let host = analysis
                .registry
                .rows()
                .any(|it| it.name == call.name() && it.is_method() == call.receiver().is_some());
            let host = host || builtin::is_function(call.name());
            let ty = if call.receiver().is_some() { "method" } else { "function" };
            add(call.name_range(), ty, if host { vec!["defaultLibrary"] } else { Vec::new() });
        } else if let Some(function) = Function::cast(node) {
            add(function.name_range(), "function", vec!["declaration"]);
        } else if let Some(field) = Field::cast(node) {
            add(field.name().1, "property", Vec::new());
        } else if let Some(entry) = MapEntry::cast(node) {
            add(entry.key_range(), "property", Vec::new());
        }
    }
    words
}

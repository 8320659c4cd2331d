//! The shape of a text: its symbols, what folds, and what is selected when a selection grows.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "of the kinds of nodes only a few have a shape"
)]

use std::ops::Range;

use crate::ide::{Analysis, toml};
use crate::source::{SourceId, SourceKind};
use crate::syntax::{Block, Call, Function, Import, Let, Node, SyntaxKind, Tree};

/// Something with a name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Symbol {
    /// Its name.
    pub name: String,
    /// A few words beside it.
    pub detail: String,
    /// What it is.
    pub kind: SymbolKind,
    /// All of it.
    pub range: Range<u32>,
    /// Its name.
    pub name_range: Range<u32>,
    /// What is within it.
    pub children: Vec<Symbol>,
}

/// What a [`Symbol`] is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the names say it")]
pub enum SymbolKind {
    Module,
    Function,
    Variable,
    Constant,
    Parameter,
    Declaration,
    Part,
    Table,
    Secret,
}

/// A part of a text that can be folded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fold {
    /// From its first line to its last.
    pub range: Range<u32>,
    /// What it is.
    pub kind: FoldKind,
}

/// What a [`Fold`] is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the names say it")]
pub enum FoldKind {
    Comment,
    Imports,
    Code,
}

/// The symbols of a text.
#[must_use]
pub fn symbols(analysis: &Analysis, id: SourceId) -> Vec<Symbol> {
    match analysis.sources.get(id).kind {
        SourceKind::Script | SourceKind::Library => {
            let script = analysis.script(id);
            let shown = analysis.sources.get(id).shown();
            script.map_or_else(Vec::new, |it| statements(it.tree.root(), &shown))
        }
        SourceKind::Values => of_values(&analysis.sources.get(id).text),
        SourceKind::Environment | SourceKind::Setting => Vec::new(),
    }
}

fn statements(block: Node<'_>, shown: &str) -> Vec<Symbol> {
    let Some(block) = Block::cast(block) else { return Vec::new() };
    block.statements().flat_map(|it| statement(it, shown)).collect()
}

fn statement(node: Node<'_>, shown: &str) -> Vec<Symbol> {
    let one = |name: &str, detail: String, kind, name_range| {
        let name = name.to_owned();
        let range = node.range();
        vec![Symbol { name, detail, kind, range, name_range, children: Vec::new() }]
    };
    if let Some(it) = Function::cast(node).filter(|it| !it.name().is_empty()) {
        let params: Vec<_> = it.params().into_iter().map(|it| it.0).collect();
        let detail = format!("({})", params.join(", "));
        return one(it.name(), detail, SymbolKind::Function, it.name_range());
    }
    if let Some(it) = Let::cast(node).filter(|it| !it.name().is_empty()) {
        let asked = it.init().and_then(Call::cast).and_then(crate::ide::hover::parameter_of);
        let kind = match (&asked, it.is_const()) {
            (Some(_), _) => SymbolKind::Parameter,
            (None, true) => SymbolKind::Constant,
            (None, false) => SymbolKind::Variable,
        };
        let detail = asked.map_or_else(String::new, |it| format!("parameter `{it}`"));
        return one(it.name(), detail, kind, it.name_range());
    }
    if let Some(it) = Import::cast(node) {
        let path = it.path().unwrap_or_default();
        return match it.alias() {
            Some((name, range)) => one(name, path, SymbolKind::Module, range),
            None => Vec::new(),
        };
    }
    match node.kind() {
        SyntaxKind::Call | SyntaxKind::MethodCall => chain(node, shown).into_iter().collect(),
        SyntaxKind::Export => node.children().flat_map(|it| statement(it, shown)).collect(),
        SyntaxKind::If | SyntaxKind::For | SyntaxKind::While | SyntaxKind::Loop => {
            let inner = node.descendants().filter(|it| it.kind() == SyntaxKind::Block);
            let own = inner.filter(|it| {
                it.ancestors().find(|it| it.kind() == SyntaxKind::Block || *it == node)
                    == Some(node)
            });
            own.flat_map(|it| statements(it, shown)).collect()
        }
        _ => Vec::new(),
    }
}

/// A declaration with its parts.
fn chain(node: Node<'_>, shown: &str) -> Option<Symbol> {
    let mut parts = Vec::new();
    let mut call = Call::cast(node)?;
    while let Some(receiver) = call.receiver() {
        parts.push(call);
        call = Call::cast(receiver)?;
    }
    let detail = |it: Call<'_>| {
        let args = it.args_range();
        let args = &shown[args.start as usize..args.end as usize];
        // What stands behind `secret` should be a name, and may be the secret itself.
        let args = args.split("secret(").next().unwrap_or_default();
        let first = args.trim().lines().next().unwrap_or_default();
        first.chars().take(40).collect::<String>()
    };
    let name = match call.namespace() {
        Some((namespace, _)) => format!("{namespace}::{}", call.name()),
        None => call.name().to_owned(),
    };
    let children = parts.into_iter().rev().map(|it| Symbol {
        name: it.name().to_owned(),
        detail: detail(it),
        kind: SymbolKind::Part,
        range: it.own_range(),
        name_range: it.name_range(),
        children: Vec::new(),
    });
    Some(Symbol {
        name,
        detail: detail(call),
        kind: SymbolKind::Declaration,
        range: node.range(),
        name_range: call.own_range().start..call.name_range().end,
        children: children.collect(),
    })
}

fn of_values(text: &str) -> Vec<Symbol> {
    let mut symbols: Vec<Symbol> = Vec::new();
    let mut secrets = Vec::new();
    for key in toml::keys(text) {
        let symbol = Symbol {
            name: key.name,
            detail: String::new(),
            kind: if key.secret { SymbolKind::Secret } else { SymbolKind::Parameter },
            range: key.range.start..key.value.end.max(key.range.end),
            name_range: key.range,
            children: Vec::new(),
        };
        if key.secret { secrets.push(symbol) } else { symbols.push(symbol) }
    }
    if let (Some(first), Some(last), Some(at)) =
        (secrets.first(), secrets.last(), text.find("[secrets]"))
        && at as u32 <= first.range.start
    {
        let at = at as u32;
        symbols.push(Symbol {
            name: "secrets".to_owned(),
            detail: String::new(),
            kind: SymbolKind::Table,
            range: at..last.range.end,
            name_range: at + 1..at + 8,
            children: secrets,
        });
    } else {
        symbols.extend(secrets);
    }
    symbols
}

/// What can be folded in a text. What lies within a line is left to whoever knows lines.
#[must_use]
pub fn folds(analysis: &Analysis, id: SourceId) -> Vec<Fold> {
    let Some(script) = analysis.script(id) else {
        let symbols = symbols(analysis, id).into_iter();
        let all =
            symbols.flat_map(|mut it| std::mem::take(&mut it.children).into_iter().chain([it]));
        return all.map(|it| Fold { range: it.range, kind: FoldKind::Code }).collect();
    };
    let tree = &script.tree;
    let mut folds = Vec::new();
    for node in tree.nodes() {
        let folded = match node.kind() {
            SyntaxKind::Block
            | SyntaxKind::Map
            | SyntaxKind::Array
            | SyntaxKind::ArgumentList
            | SyntaxKind::Switch
            | SyntaxKind::Text => true,
            // A chain of parts, from its beginning.
            SyntaxKind::MethodCall => {
                node.parent().is_none_or(|it| it.kind() != SyntaxKind::MethodCall)
            }
            _ => false,
        };
        if folded {
            folds.push(Fold { range: node.range(), kind: FoldKind::Code });
        }
    }
    runs(tree, &mut folds);
    folds
}

/// Comments and imports that follow each other.
fn runs(tree: &Tree, folds: &mut Vec<Fold>) {
    let mut comment: Option<Range<u32>> = None;
    for token in tree.tokens() {
        let range = token.range();
        if token.kind().is_comment() {
            let start = comment.map_or(range.start, |it| it.start);
            comment = Some(start..range.end);
            continue;
        }
        let apart =
            token.kind() != SyntaxKind::Whitespace || token.text().matches('\n').count() > 1;
        if apart && let Some(range) = comment.take() {
            folds.push(Fold { range, kind: FoldKind::Comment });
        }
    }
    folds.extend(comment.map(|range| Fold { range, kind: FoldKind::Comment }));
    let mut imports = tree.root().children().filter(|it| it.kind() == SyntaxKind::Import);
    if let Some(first) = imports.next()
        && let Some(last) = imports.last()
    {
        let range = first.range().start..last.range().end;
        let between = tree.root().children().filter(|it| range.contains(&it.range().start));
        if between.clone().all(|it| it.kind() == SyntaxKind::Import) {
            folds.push(Fold { range, kind: FoldKind::Imports });
        }
    }
}

/// What a growing selection takes in, the smallest first.
#[must_use]
pub fn selections(tree: &Tree, offset: u32) -> Vec<Range<u32>> {
    let mut ranges: Vec<Range<u32>> = Vec::new();
    if let Some(token) = tree.token_at(offset).or_else(|| tree.token_at(offset.checked_sub(1)?)) {
        if token.kind() != SyntaxKind::Whitespace {
            ranges.push(token.range());
        }
        let node = tree.node_at(token.range().start);
        ranges.extend(std::iter::once(node).chain(node.ancestors()).map(Node::range));
    }
    ranges.push(0..tree.text().len() as u32);
    let mut nested: Vec<Range<u32>> = Vec::new();
    for range in ranges {
        let grows = nested
            .last()
            .is_none_or(|it| range.start <= it.start && it.end <= range.end && *it != range);
        if grows {
            nested.push(range);
        }
    }
    nested
}

//! Of which kind a builder is, told from the text.

use crate::compile::registry;
use crate::ide::Analysis;
use crate::script::Script;
use crate::script::registry::{FnSpec, Handler, Kind};
use crate::syntax::names::Names;
use crate::syntax::{Block, Call, Function, Let, Node, SyntaxKind};

/// How many functions and variables are followed.
const DEPTH: u8 = 8;

/// The kind of builder that an expression is.
#[must_use]
pub fn kind_of(
    analysis: &Analysis,
    script: &Script,
    names: &Names<'_>,
    node: Node<'_>,
) -> Option<&'static Kind> {
    follow(analysis, script, names, node, DEPTH)
}

fn follow(
    analysis: &Analysis,
    script: &Script,
    names: &Names<'_>,
    node: Node<'_>,
    depth: u8,
) -> Option<&'static Kind> {
    let depth = depth.checked_sub(1)?;
    if node.kind() == SyntaxKind::Paren {
        return follow(analysis, script, names, node.children().next()?, depth);
    }
    if node.kind() == SyntaxKind::Variable {
        let reference = names.references.iter().find(|it| it.range == node.range())?;
        let init = Let::cast(names.bindings[reference.binding?].node)?.init()?;
        return follow(analysis, script, names, init, depth);
    }
    let mut call = Call::cast(node)?;
    // A part of a builder returns the builder: the chain is as long as it likes.
    while let Some(receiver) = call.receiver() {
        registry().methods(call.name()).next()?;
        match Call::cast(receiver) {
            Some(inner) => call = inner,
            None => return follow(analysis, script, names, receiver, depth),
        }
    }
    let namespace = call.namespace().map(|(it, _)| it);
    if let Some(row) = registry().function(namespace, call.name()) {
        return declares(row);
    }
    let module = match namespace {
        None => script,
        Some(alias) => module(analysis, script, alias)?,
    };
    let function = module.tree.functions().find(|it| it.name() == call.name())?;
    let last = last_expression(function)?;
    follow(analysis, module, &module.tree.names(), last, depth)
}

/// The kind of builder that a host function begins.
#[must_use]
pub fn declares(row: &FnSpec) -> Option<&'static Kind> {
    match row.handler {
        Handler::Declares(kind, _) => Some(kind),
        Handler::Says(_) | Handler::Yields(_) => None,
    }
}

/// The module that an alias of a script stands for.
#[must_use]
pub fn module<'a>(analysis: &'a Analysis, script: &Script, alias: &str) -> Option<&'a Script> {
    let mut imports = script.tree.imports();
    let import = imports.find(|it| it.alias().is_some_and(|(name, _)| name == alias))?;
    let index = analysis.program.import(script.id, &import.path()?)?;
    analysis.program.scripts.get(index)
}

fn last_expression(function: Function<'_>) -> Option<Node<'_>> {
    let last = Block::cast(function.body()?)?.statements().last()?;
    if last.kind() == SyntaxKind::Return { last.children().next() } else { Some(last) }
}

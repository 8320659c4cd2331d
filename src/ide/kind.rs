//! Of which kind a builder probably is, also one that a function of the script returns.

use crate::ide::Analysis;
use crate::script::registry::Kind;
use crate::script::{Script, kind};
use crate::syntax::names::Names;
use crate::syntax::{Block, Function, Node, SyntaxKind};

/// How many functions are followed.
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
    kind::kind_of(analysis.registry, names, node, |call| {
        let module = match call.namespace() {
            None => script,
            Some((alias, _)) => module(analysis, script, alias)?,
        };
        let function = module.tree.functions().find(|it| it.name() == call.name())?;
        let last = last_expression(function)?;
        follow(analysis, module, &module.tree.names(), last, depth)
    })
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

//! Of which kind a builder is, told from the text.

use crate::script::registry::{FnSpec, Handler, Kind, Registry};
use crate::syntax::names::Names;
use crate::syntax::{Call, Let, Node, SyntaxKind};

/// The kind of builder that an expression is. A call that is none of the host's is left to whoever knows more of it.
pub fn kind_of<'t>(
    registry: Registry,
    names: &Names<'t>,
    node: Node<'t>,
    other: impl FnOnce(Call<'t>) -> Option<&'static Kind>,
) -> Option<&'static Kind> {
    let mut node = node;
    loop {
        if node.kind() == SyntaxKind::Paren {
            node = node.children().next()?;
            continue;
        }
        if node.kind() == SyntaxKind::Variable {
            let reference = names.references.iter().find(|it| it.node == node)?;
            node = Let::cast(names.bindings[reference.binding?].node)?.init()?;
            continue;
        }
        let call = Call::cast(node)?;
        // A part of a builder returns the builder.
        if let Some(receiver) = call.receiver() {
            registry.methods(call.name()).next()?;
            node = receiver;
            continue;
        }
        let namespace = call.namespace().map(|(it, _)| it);
        return match registry.function(namespace, call.name()) {
            Some(row) => declares(row),
            None => other(call),
        };
    }
}

/// The kind of builder that a host function begins.
#[must_use]
pub fn declares(row: &FnSpec) -> Option<&'static Kind> {
    match row.handler {
        Handler::Declares(kind, _) => Some(kind),
        Handler::Says(_) | Handler::Yields(_) => None,
    }
}

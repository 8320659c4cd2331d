//! Which argument of which call is being written.

use std::ops::Range;

use crate::ide::Analysis;
use crate::ide::entity::{Entity, callee};
use crate::manual::reference::documentation;
use crate::source::SourceId;
use crate::syntax::{Call, SyntaxKind};

/// How a call is written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Signature {
    /// The call with the names of its arguments.
    pub label: String,
    /// Where each argument stands in the label.
    pub parameters: Vec<Range<u32>>,
    /// What each argument must be.
    pub notes: Vec<String>,
    /// The documentation.
    pub doc: String,
    /// The argument that is being written.
    pub active: u32,
}

/// The call around an offset.
#[must_use]
pub fn signature(analysis: &Analysis, id: SourceId, offset: u32) -> Option<Signature> {
    let script = analysis.script(id)?;
    let before = offset.checked_sub(1)?;
    // Behind the last word of a text that breaks off, a node has ended already.
    let token = script.tree.token_at(before)?;
    let mut words = std::iter::successors(Some(token), |it| it.previous());
    let word = words.find(|it| !it.kind().is_trivia())?;
    let node = script.tree.node_at(word.range().start);
    let mut calls = std::iter::once(node).chain(node.ancestors()).filter_map(Call::cast);
    let call = calls.find(|it| {
        let args = it.args_range();
        args.start <= offset && (offset <= args.end || !it.has_close())
    })?;
    let list = call.node().child(SyntaxKind::ArgumentList)?;
    let commas = list.tokens().filter(|it| it.kind() == SyntaxKind::Comma);
    let active = commas.filter(|it| it.range().end <= offset).count() as u32;
    let names = script.tree.names();
    let (head, params, doc) = match callee(analysis, script, &names, call)? {
        Entity::Host(row) => {
            let params = row.params.iter().map(|it| {
                let name = format!("{}: {}", it.name, it.ty.word());
                let name = if it.optional { format!("[{name}]") } else { name };
                (name, it.ty.what().to_owned())
            });
            (row.path(), params.collect::<Vec<_>>(), documentation(row.doc))
        }
        Entity::Function(source, name) => {
            let module = analysis.script(source)?;
            let function = module.tree.functions().find(|it| it.name() == name)?;
            let params = function.params().into_iter().map(|it| (it.0.to_owned(), String::new()));
            (name.clone(), params.collect(), function.doc().unwrap_or_default())
        }
        Entity::Namespace(_)
        | Entity::Variable(_)
        | Entity::Module(_)
        | Entity::Parameter(_)
        | Entity::Secret(_) => return None,
    };
    let mut label = format!("{head}(");
    let mut parameters = Vec::new();
    for (at, (name, _)) in params.iter().enumerate() {
        if at > 0 {
            label.push_str(", ");
        }
        let start = label.len() as u32;
        label.push_str(name);
        parameters.push(start..label.len() as u32);
    }
    label.push(')');
    let notes = params.into_iter().map(|it| it.1).collect();
    Some(Signature { label, parameters, notes, doc, active })
}

//! Giving something another name, everywhere at once and without changing what is meant.

use crate::ide::Analysis;
use crate::ide::entity::{Entity, occurrences};
use crate::model::format::{Format, Name};
use crate::script::builtin;
use crate::source::{SourceKind, Span};
use crate::syntax::{self, SyntaxKind};

/// Whether something can be renamed; the reason if it cannot.
pub fn can_rename(analysis: &Analysis, entity: &Entity) -> Result<(), String> {
    match entity {
        Entity::Host(row) => Err(format!("`{}` is a name of mimeo", row.path())),
        Entity::Namespace(name) => Err(format!("`{name}` is a name of mimeo")),
        Entity::Module(_) => Err("a module is renamed by renaming its file".to_owned()),
        Entity::Parameter(_) | Entity::Secret(_) => Ok(()),
        Entity::Variable(Span { source, .. }) | Entity::Function(source, _) => {
            match analysis.sources.get(*source).kind {
                SourceKind::Library => Err("it belongs to the standard library".to_owned()),
                SourceKind::Script
                | SourceKind::Values
                | SourceKind::Environment
                | SourceKind::Setting => Ok(()),
            }
        }
    }
}

/// The places at which the new name is written, or why it cannot be.
pub fn rename(analysis: &Analysis, entity: &Entity, name: &str) -> Result<Vec<Span>, String> {
    can_rename(analysis, entity)?;
    match entity {
        Entity::Parameter(_) | Entity::Secret(_) => {
            Name::parse(name).map_err(|it| format!("{}: {}", it.headline(name), it.help))?;
            let contract = &analysis.program.contract;
            let taken = if matches!(entity, Entity::Secret(_)) {
                contract.names(name)
            } else {
                contract.parameter_named(name).is_some()
            };
            if taken {
                return Err(format!("there is a `{name}` already"));
            }
        }
        Entity::Variable(_) | Entity::Function(..) => {
            if !is_identifier(name) {
                return Err(format!("`{name}` cannot be a name"));
            }
            let namespace = analysis.registry.namespaces().contains(&name);
            if namespace
                || analysis.registry.function(None, name).is_some()
                || builtin::is_function(name)
            {
                return Err(format!("`{name}` is a name of the language"));
            }
        }
        Entity::Host(_) | Entity::Namespace(_) | Entity::Module(_) => {}
    }
    let all = occurrences(analysis, entity);
    for script in &analysis.program.scripts {
        let touched = all.iter().any(|it| it.span.source == script.id);
        if !touched || !matches!(entity, Entity::Variable(_) | Entity::Function(..)) {
            continue;
        }
        if !script.tree.errors().is_empty() {
            return Err(format!("`{}` has a syntax error", script.name));
        }
        let names = script.tree.names();
        let bound = names.bindings.iter().any(|it| it.name == name);
        let used = names.references.iter().any(|it| it.name == name);
        if bound || used || script.tree.functions().any(|it| it.name() == name) {
            return Err(format!("`{}` has a `{name}` already", script.name));
        }
        if exported_apart(script, &all.iter().map(|it| it.span).collect::<Vec<_>>()) {
            return Err("it is exported under its own name; rename it there first".to_owned());
        }
    }
    Ok(all.into_iter().map(|it| it.span).collect())
}

/// Whether one of the places stands in an `export` that gives no other name.
fn exported_apart(script: &crate::script::Script, spans: &[Span]) -> bool {
    let mut exports = script.tree.nodes().filter(|it| it.kind() == SyntaxKind::Export);
    exports.any(|it| {
        let bare = it.child(SyntaxKind::Variable).is_some() && it.child(SyntaxKind::Name).is_none();
        bare && spans.iter().any(|span| script.span(it.range()).contains(*span))
    })
}

fn is_identifier(name: &str) -> bool {
    let tree = syntax::parse(name.into());
    let mut tokens = tree.tokens();
    tokens.next().is_some_and(|it| it.kind() == SyntaxKind::Identifier) && tokens.next().is_none()
}

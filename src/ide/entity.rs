//! What a word means, and everywhere that the same is meant.

use std::ops::Range;

use crate::ide::{Analysis, kind, toml};
use crate::script::Script;
use crate::script::registry::FnSpec;
use crate::source::{SourceId, SourceKind, Span};
use crate::syntax::names::{Names, ReferenceKind};
use crate::syntax::{Call, Function, Import, Node, Path, StringLiteral};

/// What a word means.
#[derive(Clone, Debug)]
pub enum Entity {
    /// A host function or a part of a declaration.
    Host(&'static FnSpec),
    /// A namespace of the host.
    Namespace(&'static str),
    /// A variable, by where its name is defined.
    Variable(Span),
    /// A function of a script, by the script and its name.
    Function(SourceId, String),
    /// A module, as an index into the scripts.
    Module(usize),
    /// A parameter of the values.
    Parameter(String),
    /// A secret.
    Secret(String),
}

/// A place where something is meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Occurrence {
    /// The place.
    pub span: Span,
    /// Whether it is defined there.
    pub defines: bool,
}

/// What the word at an offset means, with its place.
#[must_use]
pub fn entity_at(analysis: &Analysis, id: SourceId, offset: u32) -> Option<(Entity, Span)> {
    match analysis.sources.get(id).kind {
        SourceKind::Script | SourceKind::Library => {
            let script = analysis.script(id)?;
            // Behind the last letter of a word one still means the word.
            in_script(analysis, script, offset)
                .or_else(|| in_script(analysis, script, offset.checked_sub(1)?))
        }
        SourceKind::Values => {
            let text = &analysis.sources.get(id).text;
            let mut keys = toml::keys(text).into_iter();
            let key = keys.find(|it| it.range.start <= offset && offset <= it.range.end)?;
            let span = Span { source: id, start: key.range.start, end: key.range.end };
            let entity =
                if key.secret { Entity::Secret(key.name) } else { Entity::Parameter(key.name) };
            Some((entity, span))
        }
        SourceKind::Environment | SourceKind::Setting => None,
    }
}

fn in_script(analysis: &Analysis, script: &Script, offset: u32) -> Option<(Entity, Span)> {
    let node = script.tree.node_at(offset);
    let within = |range: &Range<u32>| range.contains(&offset);
    if let Some(found) = named_value(script, node) {
        return Some(found);
    }
    for node in std::iter::once(node).chain(node.ancestors()).take(4) {
        if let Some(import) = Import::cast(node) {
            let index = analysis.program.import(script.id, &import.path()?)?;
            let path = import.path_expr().map(Node::range).filter(within);
            let alias = import.alias().map(|it| it.1).filter(within);
            return Some((Entity::Module(index), script.span(path.or(alias)?)));
        }
        if let Some(function) = Function::cast(node)
            && within(&function.name_range())
        {
            let entity = Entity::Function(script.id, function.name().to_owned());
            return Some((entity, script.span(function.name_range())));
        }
        if let Some(call) = Call::cast(node)
            && within(&call.name_range())
        {
            let names = script.tree.names();
            return Some((callee(analysis, script, &names, call)?, script.span(call.name_range())));
        }
    }
    let names = script.tree.names();
    if let Some(binding) = names.bindings.iter().find(|it| within(&it.range)) {
        return Some((
            Entity::Variable(script.span(binding.range.clone())),
            script.span(binding.range.clone()),
        ));
    }
    if let Some(path) = Path::cast(node) {
        return in_path(analysis, script, &names, path, offset);
    }
    let reference = names.references.iter().find(|it| within(&it.range))?;
    let binding = &names.bindings[reference.binding?];
    Some((
        Entity::Variable(script.span(binding.range.clone())),
        script.span(reference.range.clone()),
    ))
}

fn in_path(
    analysis: &Analysis,
    script: &Script,
    names: &Names<'_>,
    path: Path<'_>,
    offset: u32,
) -> Option<(Entity, Span)> {
    let (namespace, range) = path.namespace()?;
    if range.contains(&offset) {
        let entity = match kind::module(analysis, script, namespace) {
            Some(module) => {
                Entity::Module(analysis.program.scripts.iter().position(|it| it.id == module.id)?)
            }
            None => Entity::Namespace(
                analysis.registry.namespaces().into_iter().find(|it| *it == namespace)?,
            ),
        };
        return Some((entity, script.span(range)));
    }
    let (name, range) = path.name();
    let span = script.span(range);
    if namespace == "global" {
        let reference = names
            .references
            .iter()
            .find(|it| it.kind == ReferenceKind::Global && it.node == path.node())?;
        let binding = &names.bindings[reference.binding?];
        return Some((Entity::Variable(script.span(binding.range.clone())), span));
    }
    let module = kind::module(analysis, script, namespace)?;
    let exported = exported(module, name)?;
    Some((Entity::Variable(exported), span))
}

/// Where a module defines a value that it exports under its own name.
fn exported(module: &Script, name: &str) -> Option<Span> {
    let mut lets = module.tree.nodes().filter_map(crate::syntax::Let::cast);
    let it = lets.find(|it| it.is_export() && it.name() == name)?;
    Some(module.span(it.name_range()))
}

/// The name of a parameter or a secret in quotes, with the place between the quotes.
fn named_value(script: &Script, node: Node<'_>) -> Option<(Entity, Span)> {
    let literal = StringLiteral::cast(node)?;
    let call = Call::cast(node.parent()?.parent()?)?;
    if call.arg(0)? != node {
        return None;
    }
    let name = literal.value()?;
    let range = literal.range();
    let inner = script.span(range.start + 1..range.end - 1);
    match (call.namespace().map(|it| it.0), call.name(), call.receiver()) {
        (Some("param"), _, None) => Some((Entity::Parameter(name), inner)),
        (None, "secret", None) => Some((Entity::Secret(name), inner)),
        _ => None,
    }
}

/// What a call calls.
#[must_use]
pub fn callee(
    analysis: &Analysis,
    script: &Script,
    names: &Names<'_>,
    call: Call<'_>,
) -> Option<Entity> {
    let name = call.name();
    if let Some(receiver) = call.receiver() {
        let kind = kind::kind_of(analysis, script, names, receiver);
        let mut rows = analysis.registry.methods(name);
        let row = match kind {
            Some(kind) => rows.find(|it| it.on.contains(&kind)),
            None => rows.next(),
        };
        return row.map(Entity::Host).or_else(|| own_function(script, name));
    }
    match call.namespace() {
        None => match analysis.registry.function(None, name) {
            Some(row) => Some(Entity::Host(row)),
            None => own_function(script, name),
        },
        Some((namespace, _)) => match kind::module(analysis, script, namespace) {
            Some(module) => own_function(module, name),
            None => analysis.registry.function(Some(namespace), name).map(Entity::Host),
        },
    }
}

fn own_function(script: &Script, name: &str) -> Option<Entity> {
    let there = script.tree.functions().any(|it| it.name() == name);
    there.then(|| Entity::Function(script.id, name.to_owned()))
}

/// Every place where something is meant, its definitions first.
#[must_use]
pub fn occurrences(analysis: &Analysis, entity: &Entity) -> Vec<Occurrence> {
    let mut found = Vec::new();
    let mut add = |span, defines| found.push(Occurrence { span, defines });
    for script in &analysis.program.scripts {
        match entity {
            Entity::Variable(defined) => variable(analysis, script, *defined, &mut add),
            Entity::Host(_) | Entity::Function(..) => {
                if let Entity::Function(id, name) = entity
                    && *id == script.id
                {
                    for it in script.tree.functions().filter(|it| it.name() == name) {
                        add(script.span(it.name_range()), true);
                    }
                }
                let names = script.tree.names();
                for call in script.tree.calls() {
                    let meant = callee(analysis, script, &names, call);
                    if meant.is_some_and(|it| same(&it, entity)) {
                        add(script.span(call.name_range()), false);
                    }
                }
            }
            Entity::Namespace(name) => {
                for path in script.tree.nodes().filter_map(Path::cast) {
                    if let Some((namespace, range)) = path.namespace()
                        && namespace == *name
                    {
                        add(script.span(range), false);
                    }
                }
            }
            Entity::Module(index) => {
                if analysis.program.scripts[*index].id == script.id {
                    add(script.span(0..0), true);
                }
                for import in script.tree.imports() {
                    let path = import.path();
                    let leads = path.and_then(|it| analysis.program.import(script.id, &it));
                    if leads == Some(*index)
                        && let Some(node) = import.path_expr()
                    {
                        add(script.span(node.range()), false);
                    }
                }
            }
            Entity::Parameter(_) | Entity::Secret(_) => {
                for node in script.tree.nodes().filter(|it| StringLiteral::cast(*it).is_some()) {
                    if let Some((meant, span)) = named_value(script, node)
                        && same(&meant, entity)
                    {
                        // A secret has no other definition in a script than its names.
                        add(span, matches!(entity, Entity::Parameter(_)));
                    }
                }
            }
        }
    }
    if let Entity::Parameter(name) | Entity::Secret(name) = entity {
        let secret = matches!(entity, Entity::Secret(_));
        for id in analysis.values_files() {
            let keys = toml::keys(&analysis.sources.get(id).text);
            for key in keys.into_iter().filter(|it| it.secret == secret && it.name == *name) {
                add(Span { source: id, start: key.range.start, end: key.range.end }, secret);
            }
        }
    }
    found.sort_by_key(|it| (!it.defines, it.span));
    found.dedup_by_key(|it| it.span);
    found
}

fn variable(analysis: &Analysis, script: &Script, defined: Span, add: &mut impl FnMut(Span, bool)) {
    let names = script.tree.names();
    if script.id == defined.source {
        let at = names.bindings.iter().position(|it| it.range.start == defined.start);
        if let Some(at) = at {
            add(defined, true);
            for reference in names.uses(at) {
                add(script.span(reference.range.clone()), false);
            }
        }
        return;
    }
    for path in script.tree.nodes().filter_map(Path::cast).filter(|it| !it.is_callee()) {
        let (name, range) = path.name();
        if let Some((namespace, _)) = path.namespace()
            && let Some(module) = kind::module(analysis, script, namespace)
            && exported(module, name) == Some(defined)
        {
            add(script.span(range), false);
        }
    }
}

fn same(one: &Entity, other: &Entity) -> bool {
    match (one, other) {
        (Entity::Host(one), Entity::Host(other)) => std::ptr::eq(*one, *other),
        (Entity::Namespace(one), Entity::Namespace(other)) => one == other,
        (Entity::Variable(one), Entity::Variable(other)) => one == other,
        (Entity::Function(id, one), Entity::Function(other_id, other)) => {
            id == other_id && one == other
        }
        (Entity::Module(one), Entity::Module(other)) => one == other,
        (Entity::Parameter(one), Entity::Parameter(other))
        | (Entity::Secret(one), Entity::Secret(other)) => one == other,
        _ => false,
    }
}

/// Where one goes from a word: to its definition; from the definition of a parameter in a script to what gives it.
#[must_use]
pub fn definitions(analysis: &Analysis, entity: &Entity, from: Span) -> Vec<Span> {
    let all = occurrences(analysis, entity);
    let from_values = analysis.sources.get(from.source).kind == SourceKind::Values;
    match entity {
        Entity::Parameter(_) | Entity::Secret(_) => {
            let is_values =
                |it: &Occurrence| analysis.sources.get(it.span.source).kind == SourceKind::Values;
            let spans = all.iter().filter(|it| is_values(it) != from_values).map(|it| it.span);
            let spans: Vec<_> = spans.collect();
            if !spans.is_empty() {
                return spans;
            }
            all.iter().filter(|it| it.defines).map(|it| it.span).collect()
        }
        Entity::Host(_)
        | Entity::Namespace(_)
        | Entity::Variable(_)
        | Entity::Function(..)
        | Entity::Module(_) => all.iter().filter(|it| it.defines).map(|it| it.span).collect(),
    }
}

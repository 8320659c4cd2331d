//! Pairs every use of a variable with its definition.
//!
//! Follows Rhai's rules: a variable is seen from behind its statement to the end of its block; a
//! closure sees what is around it, a function only its parameters and the imports of the script.
//! Constants of the script are reached from functions as `global::NAME`.

use std::collections::HashMap;
use std::ops::Range;

use crate::syntax::{
    Block, Closure, For, Function, Import, Let, Node, Path, SyntaxKind, Tree, Variable,
};

/// A definition of a variable or of a namespace.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Binding<'t> {
    /// Its name.
    pub name: &'t str,
    /// Where the name stands.
    pub range: Range<u32>,
    /// What defines it.
    pub kind: BindingKind,
    /// The node that defines it: a statement, a function, a closure, a loop or a `catch`.
    pub node: Node<'t>,
    /// Where it is seen, within functions only if it is an import.
    pub scope: Range<u32>,
    /// The function that it is local to.
    pub function: Option<Function<'t>>,
}

/// What a [`Binding`] is defined by.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum BindingKind {
    /// `let x`.
    Let,
    /// `const X`.
    Const,
    /// A parameter of a function.
    Parameter,
    /// A parameter of a closure.
    ClosureParameter,
    /// The element of a `for` loop.
    Element,
    /// The counter of a `for` loop.
    Counter,
    /// The error of a `catch`.
    Error,
    /// The alias of an `import`, a namespace.
    Import,
}

/// A use of a name as a variable or as a namespace.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reference<'t> {
    /// The name.
    pub name: &'t str,
    /// Where it stands.
    pub range: Range<u32>,
    /// How it is used.
    pub kind: ReferenceKind,
    /// The node: a `Variable` or a `Path`.
    pub node: Node<'t>,
    /// The function that it stands in, whose body does not see the variables around it.
    pub function: Option<Function<'t>>,
    /// Its definition, as an index into [`Names::bindings`].
    pub binding: Option<usize>,
}

/// How a [`Reference`] uses its name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ReferenceKind {
    /// As a value.
    Value,
    /// As the target of an assignment, perhaps of a part of it.
    Target,
    /// As a namespace, `m` of `m::f(…)`.
    Namespace,
    /// As a constant of the script, `X` of `global::X`.
    Global,
    /// As a function, `f` of `f(…)`; a variable is never called this way.
    Callee,
}

/// All definitions and uses in a script.
#[derive(Clone, Default, Debug)]
pub struct Names<'t> {
    /// The definitions, in order of their names.
    pub bindings: Vec<Binding<'t>>,
    /// The uses, in order.
    pub references: Vec<Reference<'t>>,
}

impl Tree {
    /// All definitions of variables, and the uses of names with the definition that each one means.
    #[must_use]
    pub fn names(&self) -> Names<'_> {
        let mut names = Names {
            bindings: bindings(self),
            references: references(self),
        };
        names.resolve();
        names
    }
}

impl<'t> Names<'t> {
    /// The uses of a definition.
    pub fn uses(&self, binding: usize) -> impl Iterator<Item = &Reference<'t>> {
        self.references
            .iter()
            .filter(move |it| it.binding == Some(binding))
    }

    /// The definitions that are seen at an offset in a function, the innermost last.
    pub fn visible(
        &self,
        offset: u32,
        function: Option<Function<'t>>,
    ) -> impl Iterator<Item = &Binding<'t>> {
        self.bindings
            .iter()
            .filter(move |it| it.is_seen(offset, function))
    }

    fn resolve(&mut self) {
        let mut by_name: HashMap<&str, Vec<usize>> = HashMap::new();
        for (index, binding) in self.bindings.iter().enumerate() {
            by_name.entry(binding.name).or_default().push(index);
        }
        for reference in &mut self.references {
            let Some(candidates) = by_name.get(reference.name) else {
                continue;
            };
            let namespace = reference.kind == ReferenceKind::Namespace;
            let global = reference.kind == ReferenceKind::Global;
            let fits = |binding: &Binding<'_>| match reference.kind {
                ReferenceKind::Callee => false,
                ReferenceKind::Global => {
                    binding.kind == BindingKind::Const
                        && binding.function.is_none()
                        && binding
                            .node
                            .ancestors()
                            .all(|it| matches!(it.kind(), SyntaxKind::Root | SyntaxKind::Export))
                }
                ReferenceKind::Value | ReferenceKind::Target | ReferenceKind::Namespace => {
                    (binding.kind == BindingKind::Import) == namespace
                }
            };
            let seen = |binding: &Binding<'_>| {
                global || binding.is_seen(reference.range.start, reference.function)
            };
            reference.binding = candidates
                .iter()
                .rev()
                .copied()
                .take(MAX_CANDIDATES)
                .find(|&it| fits(&self.bindings[it]) && seen(&self.bindings[it]));
        }
    }
}

/// How many definitions of one name are tried, so that a hostile script costs linear time.
const MAX_CANDIDATES: usize = 4096;

impl<'t> Binding<'t> {
    /// Whether it is seen at an offset in a function.
    #[must_use]
    pub fn is_seen(&self, offset: u32, function: Option<Function<'t>>) -> bool {
        let barrier = self.kind != BindingKind::Import && self.function != function;
        self.scope.contains(&offset) && !barrier
    }
}

/// The functions of a tree, to find the one around a node while going through in preorder.
struct Around<'t> {
    current: Option<Function<'t>>,
    end: u32,
}

impl<'t> Around<'t> {
    fn new() -> Self {
        Around {
            current: None,
            end: 0,
        }
    }

    fn step(&mut self, node: Node<'t>) -> Option<Function<'t>> {
        if node.range().start >= self.end {
            self.current = None;
        }
        let around = self.current;
        if let Some(function) = Function::cast(node) {
            self.current = Some(function);
            self.end = self.end.max(node.range().end);
        }
        around
    }
}

fn bindings(tree: &Tree) -> Vec<Binding<'_>> {
    let mut bindings = Vec::new();
    let mut around = Around::new();
    for node in tree.nodes() {
        let function = around.step(node);
        let mut push = |named: Option<(_, Range<u32>)>, kind, scope, function| {
            if let Some((name, range)) = named {
                bindings.push(Binding {
                    name,
                    range,
                    kind,
                    node,
                    scope,
                    function,
                });
            }
        };
        let behind = || node.range().end..block_end(node);
        if let Some(it) = Let::cast(node) {
            let kind = if it.is_const() {
                BindingKind::Const
            } else {
                BindingKind::Let
            };
            let name = Some((it.name(), it.name_range())).filter(|it| !it.0.is_empty());
            push(name, kind, behind(), function);
        } else if let Some(it) = Import::cast(node) {
            push(it.alias(), BindingKind::Import, behind(), function);
        } else if let Some(it) = Function::cast(node) {
            let body = it.body().map_or(node.range(), Block::range);
            for name in it.params() {
                push(Some(name), BindingKind::Parameter, body.clone(), Some(it));
            }
        } else if let Some(it) = Closure::cast(node) {
            let body = it.body().map_or(node.range(), Node::range);
            for name in it.params() {
                push(
                    Some(name),
                    BindingKind::ClosureParameter,
                    body.clone(),
                    function,
                );
            }
        } else if let Some(it) = For::cast(node) {
            let body = it.body().map_or(node.range(), Block::range);
            push(it.variable(), BindingKind::Element, body.clone(), function);
            push(it.counter(), BindingKind::Counter, body, function);
        } else if node.kind() == SyntaxKind::Catch {
            let name = node
                .child(SyntaxKind::Name)
                .map(|it| (it.text(), it.range()));
            let body = node
                .children()
                .find_map(Block::cast)
                .map_or(node.range(), Block::range);
            push(name, BindingKind::Error, body, function);
        }
    }
    bindings
}

/// Where the statements end that a statement is one of.
fn block_end(node: Node<'_>) -> u32 {
    let around = node.ancestors().find(|it| {
        matches!(
            it.kind(),
            SyntaxKind::Block | SyntaxKind::Root | SyntaxKind::Interpolation
        )
    });
    around.map_or(node.range().end, |it| it.range().end)
}

fn references(tree: &Tree) -> Vec<Reference<'_>> {
    let mut references = Vec::new();
    let mut around = Around::new();
    for node in tree.nodes() {
        let function = around.step(node);
        let (name, range, kind) = if let Some(it) = Variable::cast(node) {
            let kind = if it.is_callee() {
                ReferenceKind::Callee
            } else if is_target(node) {
                ReferenceKind::Target
            } else {
                ReferenceKind::Value
            };
            (it.name(), it.range(), kind)
        } else if let Some(it) = Path::cast(node) {
            match it.root() {
                ("global", _) if !it.is_callee() => {
                    let (name, range) = it.name();
                    (name, range, ReferenceKind::Global)
                }
                (name, range) => (name, range, ReferenceKind::Namespace),
            }
        } else {
            continue;
        };
        references.push(Reference {
            name,
            range,
            kind,
            node,
            function,
            binding: None,
        });
    }
    references
}

/// Whether a variable is what an assignment changes, as a whole or in part.
fn is_target(node: Node<'_>) -> bool {
    let mut part = node;
    for outer in node.ancestors() {
        let first = outer.children().next() == Some(part);
        match outer.kind() {
            SyntaxKind::Assignment => return first,
            SyntaxKind::Field | SyntaxKind::Index | SyntaxKind::Paren if first => part = outer,
            _ => return false,
        }
    }
    false
}

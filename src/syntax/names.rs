//! Pairs every use of a variable with its definition.
//!
//! Follows Rhai's rules: a variable is seen from behind its statement to the end of its block; a
//! closure sees what is around it, a function only its parameters and the imports of the script.
//! Constants of the script are reached from functions as `global::NAME`.

use std::collections::HashMap;
use std::ops::Range;

use crate::syntax::{Closure, For, Function, Import, Let, Node, Path, SyntaxKind, Tree, Variable};

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
        let mut names = Names { bindings: bindings(self), references: references(self) };
        names.resolve();
        names
    }
}

impl<'t> Names<'t> {
    /// The uses of a definition.
    pub fn uses(&self, binding: usize) -> impl Iterator<Item = &Reference<'t>> {
        self.references.iter().filter(move |it| it.binding == Some(binding))
    }

    /// The definitions that are seen at an offset in a function, the innermost last.
    pub fn visible(
        &self,
        offset: u32,
        function: Option<Function<'t>>,
    ) -> impl Iterator<Item = &Binding<'t>> {
        self.bindings.iter().filter(move |it| it.is_seen(offset, function))
    }

    /// Goes through uses and definitions in order. What is seen of one name is a stack, since
    /// whatever begins later ends earlier.
    fn resolve(&mut self) {
        let bindings = &self.bindings;
        let mut order: Vec<usize> = (0..bindings.len()).collect();
        order.sort_by_key(|&it| bindings[it].scope.start);
        let mut order = order.into_iter().peekable();
        let mut seen: HashMap<(&str, bool), Vec<usize>> = HashMap::new();
        let globals: HashMap<&str, usize> = (0..bindings.len())
            .filter(|&it| bindings[it].is_global_constant())
            .map(|it| (bindings[it].name, it))
            .collect();
        for reference in &mut self.references {
            let at = reference.node.range().start;
            while let Some(next) = order.next_if(|&it| bindings[it].scope.start <= at) {
                let is_import = bindings[next].kind == BindingKind::Import;
                seen.entry((bindings[next].name, is_import)).or_default().push(next);
            }
            reference.binding = match reference.kind {
                ReferenceKind::Callee => None,
                ReferenceKind::Global => globals.get(reference.name).copied(),
                ReferenceKind::Value | ReferenceKind::Target | ReferenceKind::Namespace => {
                    let is_import = reference.kind == ReferenceKind::Namespace;
                    seen.get_mut(&(reference.name, is_import)).and_then(|stack| {
                        while stack.pop_if(|it| bindings[*it].scope.end <= at).is_some() {}
                        stack.last().copied()
                    })
                }
            }
            .filter(|&it| {
                reference.kind == ReferenceKind::Global
                    || bindings[it].is_seen(at, reference.function)
            });
        }
    }
}

impl<'t> Binding<'t> {
    fn is_global_constant(&self) -> bool {
        let at_top = |it: Node<'_>| matches!(it.kind(), SyntaxKind::Root | SyntaxKind::Export);
        self.kind == BindingKind::Const && self.node.ancestors().all(at_top)
    }

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
        Around { current: None, end: 0 }
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
                bindings.push(Binding { name, range, kind, node, scope, function });
            }
        };
        let behind = || node.range().end..block_end(node);
        if let Some(it) = Let::cast(node) {
            let kind = if it.is_const() { BindingKind::Const } else { BindingKind::Let };
            let name = Some((it.name(), it.name_range())).filter(|it| !it.0.is_empty());
            push(name, kind, behind(), function);
        } else if let Some(it) = Import::cast(node) {
            push(it.alias(), BindingKind::Import, behind(), function);
        } else if let Some(it) = Function::cast(node) {
            let body = it.body().map_or(node.range(), Node::range);
            for name in it.params() {
                push(Some(name), BindingKind::Parameter, body.clone(), Some(it));
            }
        } else if let Some(it) = Closure::cast(node) {
            let body = it.body().map_or(node.range(), Node::range);
            for name in it.params() {
                push(Some(name), BindingKind::ClosureParameter, body.clone(), function);
            }
        } else if let Some(it) = For::cast(node) {
            let body = it.body().map_or(node.range(), Node::range);
            push(it.variable(), BindingKind::Element, body.clone(), function);
            push(it.counter(), BindingKind::Counter, body, function);
        } else if node.kind() == SyntaxKind::Catch {
            let name = node.child(SyntaxKind::Name).map(|it| (it.text(), it.range()));
            let body = node.child(SyntaxKind::Block).map_or(node.range(), Node::range);
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
            SyntaxKind::Block
                | SyntaxKind::Root
                | SyntaxKind::Interpolation
                | SyntaxKind::SwitchArm
                | SyntaxKind::Closure
                | SyntaxKind::Function
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
        references.push(Reference { name, range, kind, node, function, binding: None });
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

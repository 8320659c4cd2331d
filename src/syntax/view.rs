//! Nodes read as what they are.
//!
//! A view exists for whatever the parser made of a text, so in a broken one parts may be absent.

use std::ops::Range;

use crate::syntax::{
    ArrayLiteral, Block, Call, Closure, Field, For, Function, Import, Let, MapEntry, MapLiteral,
    Node, Path, StringLiteral, Switch, SwitchArm, SyntaxKind, Token, Variable,
};

/// Adds the conversion from and to a node.
macro_rules! view {
    ($view:ident: $($kind:ident)|+) => {
        impl<'t> $view<'t> {
            /// Reads a node as this, if it is one.
            #[must_use]
            pub fn cast(node: Node<'t>) -> Option<Self> {
                matches!(node.kind(), $(SyntaxKind::$kind)|+).then_some($view(node))
            }

            /// Its node.
            #[must_use]
            pub fn node(self) -> Node<'t> {
                self.0
            }

            /// Its bytes.
            #[must_use]
            pub fn range(self) -> Range<u32> {
                self.0.range()
            }
        }
    };
}

view!(Call: Call | MethodCall);
view!(Function: Function);
view!(Import: Import);
view!(Let: Let | Const);
view!(MapLiteral: Map);
view!(MapEntry: MapEntry);
view!(ArrayLiteral: Array);
view!(Closure: Closure);
view!(For: For);
view!(Switch: Switch);
view!(SwitchArm: SwitchArm);
view!(Block: Block | Root);
view!(Variable: Variable);
view!(Path: Path);
view!(Field: Field);

impl<'t> Call<'t> {
    /// The name of what is called, of `m::f(…)` and `x.f(…)` it is `f`.
    #[must_use]
    pub fn name(self) -> &'t str {
        self.name_token().map_or("", Token::text)
    }

    /// Where the name stands; this is what Rhai reports as the position of the call.
    #[must_use]
    pub fn name_range(self) -> Range<u32> {
        self.name_token().map_or(self.0.range().end..self.0.range().end, Token::range)
    }

    /// The namespace before the name, `m` of `m::f(…)`, with all of its segments.
    #[must_use]
    pub fn namespace(self) -> Option<(&'t str, Range<u32>)> {
        self.callee().and_then(Path::cast)?.namespace()
    }

    /// What a method is called on, `x` of `x.f(…)`.
    #[must_use]
    pub fn receiver(self) -> Option<Node<'t>> {
        if self.0.kind() != SyntaxKind::MethodCall {
            return None;
        }
        self.0.children().next().filter(|it| it.kind() != SyntaxKind::ArgumentList)
    }

    /// The arguments, without a receiver; where one is missing or broken, an `Error`.
    #[must_use]
    pub fn args(self) -> Vec<Node<'t>> {
        self.list().into_iter().flat_map(Node::children).collect()
    }

    /// The argument at an index, from 0.
    #[must_use]
    pub fn arg(self, index: usize) -> Option<Node<'t>> {
        self.list()?.children().nth(index)
    }

    /// Its bytes from the namespace or the name to the closing parenthesis, without a receiver.
    #[must_use]
    pub fn own_range(self) -> Range<u32> {
        let start = match self.namespace() {
            Some((_, namespace)) => namespace.start,
            None => self.name_range().start,
        };
        start..self.0.range().end
    }

    /// The bytes between the parentheses.
    #[must_use]
    pub fn args_range(self) -> Range<u32> {
        let Some(list) = self.list() else {
            let end = self.0.range().end;
            return end..end;
        };
        let range = list.range();
        range.start + 1..range.end - u32::from(self.has_close())
    }

    /// Whether the closing parenthesis is there.
    #[must_use]
    pub fn has_close(self) -> bool {
        self.list().is_some_and(|it| it.token(SyntaxKind::RightParen).is_some())
    }

    fn list(self) -> Option<Node<'t>> {
        self.0.child(SyntaxKind::ArgumentList)
    }

    /// What stands before the parentheses of a call that is not one of a method.
    fn callee(self) -> Option<Node<'t>> {
        if self.0.kind() != SyntaxKind::Call {
            return None;
        }
        let callee = self.0.children().next()?;
        match callee.kind() {
            SyntaxKind::Paren => callee.children().next(),
            _ => Some(callee),
        }
    }

    fn name_token(self) -> Option<Token<'t>> {
        if self.0.kind() == SyntaxKind::MethodCall {
            // The name is the first token of its own behind the dot.
            return self.0.tokens().nth(1);
        }
        self.callee()?.tokens().last()
    }
}

impl<'t> Function<'t> {
    /// Its name, empty if it has none.
    #[must_use]
    pub fn name(self) -> &'t str {
        self.name_node().map_or("", Node::text)
    }

    /// Where the name stands, or should stand.
    #[must_use]
    pub fn name_range(self) -> Range<u32> {
        name_range(self.0)
    }

    /// The parameters: name and place.
    #[must_use]
    pub fn params(self) -> Vec<(&'t str, Range<u32>)> {
        params(self.0)
    }

    /// The node of the parameters with their parentheses.
    #[must_use]
    pub fn param_list(self) -> Option<Node<'t>> {
        self.0.child(SyntaxKind::ParameterList)
    }

    /// The type that it is a method of, as written: `i64` of `fn i64.f()`.
    #[must_use]
    pub fn this_type(self) -> Option<Node<'t>> {
        self.0.child(SyntaxKind::ThisType)
    }

    /// The body, a `Block`.
    #[must_use]
    pub fn body(self) -> Option<Node<'t>> {
        self.0.child(SyntaxKind::Block)
    }

    /// Whether it is `private`.
    #[must_use]
    pub fn is_private(self) -> bool {
        self.0.token(SyntaxKind::PrivateKeyword).is_some()
    }

    /// The text of the documentation comments above it, without their signs.
    #[must_use]
    pub fn doc(self) -> Option<String> {
        doc_before(self.0)
    }

    fn name_node(self) -> Option<Node<'t>> {
        self.0.child(SyntaxKind::Name)
    }
}

impl<'t> Import<'t> {
    /// The expression that names the script.
    #[must_use]
    pub fn path_expr(self) -> Option<Node<'t>> {
        self.0.children().find(|it| it.kind() != SyntaxKind::Name)
    }

    /// The name of the script, if it is a plain text.
    #[must_use]
    pub fn path(self) -> Option<String> {
        self.path_expr().and_then(StringLiteral::cast)?.value()
    }

    /// The name it goes by here, with its place.
    #[must_use]
    pub fn alias(self) -> Option<(&'t str, Range<u32>)> {
        self.0.child(SyntaxKind::Name).map(|it| (it.text(), it.range()))
    }
}

impl<'t> Let<'t> {
    /// The name of the variable, empty if it is missing.
    #[must_use]
    pub fn name(self) -> &'t str {
        self.0.child(SyntaxKind::Name).map_or("", Node::text)
    }

    /// Where the name stands, or should stand.
    #[must_use]
    pub fn name_range(self) -> Range<u32> {
        name_range(self.0)
    }

    /// The value that it begins with.
    #[must_use]
    pub fn init(self) -> Option<Node<'t>> {
        let other = |it: &Node<'_>| !matches!(it.kind(), SyntaxKind::Name | SyntaxKind::Error);
        self.0.children().find(other)
    }

    /// Whether it is a constant.
    #[must_use]
    pub fn is_const(self) -> bool {
        self.0.kind() == SyntaxKind::Const
    }

    /// Whether it is exported where it is defined.
    #[must_use]
    pub fn is_export(self) -> bool {
        self.0.parent().is_some_and(|it| it.kind() == SyntaxKind::Export)
    }

    /// The text of the documentation comments above it, without their signs.
    #[must_use]
    pub fn doc(self) -> Option<String> {
        let outer = self.0.parent().filter(|it| it.kind() == SyntaxKind::Export);
        doc_before(outer.unwrap_or(self.0))
    }
}

impl<'t> MapLiteral<'t> {
    /// The entries in order.
    pub fn entries(self) -> impl Iterator<Item = MapEntry<'t>> + Clone {
        self.0.children().filter_map(MapEntry::cast)
    }

    /// The first entry with a key.
    #[must_use]
    pub fn entry(self, key: &str) -> Option<MapEntry<'t>> {
        self.entries().find(|it| it.key() == key)
    }
}

impl<'t> MapEntry<'t> {
    /// The key, without quotes.
    #[must_use]
    pub fn key(self) -> String {
        let Some(node) = self.key_node() else {
            return String::new();
        };
        match node.children().find_map(StringLiteral::cast) {
            Some(text) => text.value().unwrap_or_default(),
            None => node.text().to_owned(),
        }
    }

    /// Where the key stands, quotes included.
    #[must_use]
    pub fn key_range(self) -> Range<u32> {
        self.key_node().unwrap_or(self.0).range()
    }

    /// The value.
    #[must_use]
    pub fn value(self) -> Option<Node<'t>> {
        self.0.children().find(|it| it.kind() != SyntaxKind::MapKey)
    }

    fn key_node(self) -> Option<Node<'t>> {
        self.0.child(SyntaxKind::MapKey)
    }
}

impl<'t> ArrayLiteral<'t> {
    /// The elements in order.
    pub fn elements(self) -> impl Iterator<Item = Node<'t>> + Clone {
        self.0.children()
    }
}

impl<'t> Closure<'t> {
    /// The parameters: name and place.
    #[must_use]
    pub fn params(self) -> Vec<(&'t str, Range<u32>)> {
        params(self.0)
    }

    /// The statement that it consists of.
    #[must_use]
    pub fn body(self) -> Option<Node<'t>> {
        self.0.children().find(|it| it.kind() != SyntaxKind::ParameterList)
    }
}

impl<'t> For<'t> {
    /// The name of the element, with its place.
    #[must_use]
    pub fn variable(self) -> Option<(&'t str, Range<u32>)> {
        self.names().next()
    }

    /// The name of the counter, `i` of `for (x, i) in y`, with its place.
    #[must_use]
    pub fn counter(self) -> Option<(&'t str, Range<u32>)> {
        self.names().nth(1)
    }

    /// What it goes through.
    #[must_use]
    pub fn iterable(self) -> Option<Node<'t>> {
        let body = self.body();
        self.0.children().find(|&it| it.kind() != SyntaxKind::Name && Some(it) != body)
    }

    /// The body, a `Block`.
    #[must_use]
    pub fn body(self) -> Option<Node<'t>> {
        self.0.children().last().filter(|it| it.kind() == SyntaxKind::Block)
    }

    fn names(self) -> impl Iterator<Item = (&'t str, Range<u32>)> {
        let names = self.0.children().filter(|it| it.kind() == SyntaxKind::Name);
        names.map(|it| (it.text(), it.range()))
    }
}

impl<'t> Switch<'t> {
    /// What it chooses by.
    #[must_use]
    pub fn subject(self) -> Option<Node<'t>> {
        self.0.children().next().filter(|it| it.kind() != SyntaxKind::SwitchArm)
    }

    /// The arms in order.
    pub fn arms(self) -> impl Iterator<Item = SwitchArm<'t>> + Clone {
        self.0.children().filter_map(SwitchArm::cast)
    }
}

impl<'t> SwitchArm<'t> {
    /// What it compares with; none for `_`.
    #[must_use]
    pub fn cases(self) -> Vec<Node<'t>> {
        self.0.child(SyntaxKind::CaseList).into_iter().flat_map(Node::children).collect()
    }

    /// Whether it is `_`.
    #[must_use]
    pub fn is_default(self) -> bool {
        let cases = self.0.child(SyntaxKind::CaseList);
        cases.is_some_and(|it| it.token(SyntaxKind::Underscore).is_some())
    }

    /// Its condition.
    #[must_use]
    pub fn guard(self) -> Option<Node<'t>> {
        self.0.child(SyntaxKind::Guard)?.children().next()
    }

    /// The statement that it consists of.
    #[must_use]
    pub fn body(self) -> Option<Node<'t>> {
        let is_head = |it: &Node<'_>| matches!(it.kind(), SyntaxKind::CaseList | SyntaxKind::Guard);
        self.0.children().find(|it| !is_head(it))
    }
}

impl<'t> Block<'t> {
    /// The statements in order.
    pub fn statements(self) -> impl Iterator<Item = Node<'t>> + Clone {
        self.0.children()
    }
}

impl<'t> Variable<'t> {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'t str {
        self.0.text()
    }

    /// Whether it is what a call calls, so that it names a function.
    #[must_use]
    pub fn is_callee(self) -> bool {
        is_callee(self.0)
    }
}

impl<'t> Path<'t> {
    /// What stands before the last `::`.
    #[must_use]
    pub fn namespace(self) -> Option<(&'t str, Range<u32>)> {
        let separators = self.0.tokens().filter(|it| it.kind() == SyntaxKind::ColonColon);
        let end = separators.last()?.previous_significant()?.range().end;
        let range = self.0.range().start..end;
        let length = (end - range.start) as usize;
        Some((&self.0.text()[..length], range))
    }

    /// The first name, `a` of `a::b::c`, with its place.
    #[must_use]
    pub fn root(self) -> (&'t str, Range<u32>) {
        let first = self.0.tokens().next();
        first.map_or(("", self.0.range()), |it| (it.text(), it.range()))
    }

    /// The last name, with its place; empty if nothing follows the last `::`.
    #[must_use]
    pub fn name(self) -> (&'t str, Range<u32>) {
        let end = self.0.range().end;
        match self.0.tokens().last() {
            Some(token) if token.kind() != SyntaxKind::ColonColon => (token.text(), token.range()),
            _ => ("", end..end),
        }
    }

    /// Whether it is what a call calls.
    #[must_use]
    pub fn is_callee(self) -> bool {
        is_callee(self.0)
    }
}

impl<'t> Field<'t> {
    /// What it is a property of.
    #[must_use]
    pub fn receiver(self) -> Option<Node<'t>> {
        self.0.children().next()
    }

    /// The name of the property, with its place; empty if nothing follows the dot.
    #[must_use]
    pub fn name(self) -> (&'t str, Range<u32>) {
        let end = self.0.range().end;
        self.0.tokens().nth(1).map_or(("", end..end), |it| (it.text(), it.range()))
    }
}

impl<'t> Token<'t> {
    fn previous_significant(self) -> Option<Token<'t>> {
        std::iter::successors(self.previous(), |it| it.previous()).find(|it| !it.kind().is_trivia())
    }
}

fn is_callee(node: Node<'_>) -> bool {
    let parent = node.parent().filter(|it| it.kind() == SyntaxKind::Paren).unwrap_or(node);
    let call = parent.parent().filter(|it| it.kind() == SyntaxKind::Call);
    call.and_then(|it| it.children().next()) == Some(parent)
}

fn name_range(node: Node<'_>) -> Range<u32> {
    node.child(SyntaxKind::Name).map_or_else(
        || {
            let keyword = node.tokens().last().map_or(node.range(), Token::range);
            keyword.end..keyword.end
        },
        Node::range,
    )
}

fn params(node: Node<'_>) -> Vec<(&str, Range<u32>)> {
    let list = node.child(SyntaxKind::ParameterList);
    let nodes = list.into_iter().flat_map(Node::children);
    nodes
        .filter(|it| it.kind() == SyntaxKind::Parameter)
        .filter_map(|it| it.all_tokens().next())
        .map(|it| (it.text(), it.range()))
        .collect()
}

/// The documentation comments directly before a node, cleaned of their signs.
fn doc_before(node: Node<'_>) -> Option<String> {
    let first = node.all_tokens().next()?;
    let before = std::iter::successors(first.previous(), |it| it.previous());
    let mut comments: Vec<String> = before
        .take_while(|it| it.kind().is_trivia())
        .filter_map(|it| match it.kind() {
            SyntaxKind::DocLine => Some(clean_line(it.text())),
            SyntaxKind::DocBlock => Some(clean_block(it.text())),
            _ => None,
        })
        .collect();
    comments.reverse();
    (!comments.is_empty()).then(|| comments.join("\n"))
}

fn clean_line(text: &str) -> String {
    let text = text.strip_prefix("///").unwrap_or(text);
    text.strip_prefix(' ').unwrap_or(text).trim_end().to_owned()
}

fn clean_block(text: &str) -> String {
    let text = text.strip_prefix("/**").unwrap_or(text);
    let text = text.strip_suffix("*/").unwrap_or(text);
    let lines = text.lines().map(|line| {
        let line = line.trim();
        let line = line.strip_prefix('*').unwrap_or(line);
        line.strip_prefix(' ').unwrap_or(line)
    });
    let lines: Vec<&str> = lines.collect();
    lines.join("\n").trim().to_owned()
}

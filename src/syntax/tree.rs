//! Walking the tree: nodes, tokens, and what lies at an offset.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::syntax::lexer::RawToken;
use crate::syntax::{
    Call, Element, Function, Import, Node, StringLiteral, SyntaxError, SyntaxErrorKind, SyntaxKind,
    Token, Tree,
};

/// A node as it is stored.
#[derive(Clone, Copy, Debug)]
pub struct RawNode {
    /// What it is.
    pub kind: SyntaxKind,
    /// The index of the node around it; the root is its own.
    pub parent: u32,
    /// How many nodes it consists of, itself included.
    pub size: u32,
    /// The index of its first token.
    pub first: u32,
    /// The index behind its last token.
    pub end: u32,
}

impl Tree {
    pub(super) fn new(
        text: Arc<str>,
        tokens: Vec<RawToken>,
        nodes: Vec<RawNode>,
        errors: Vec<SyntaxError>,
    ) -> Tree {
        Tree { text, tokens, nodes, errors }
    }

    /// The text that was parsed.
    #[must_use]
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// What is wrong with the text, in the order of the places.
    #[must_use]
    pub fn errors(&self) -> &[SyntaxError] {
        &self.errors
    }

    /// The node of the whole text.
    #[must_use]
    pub fn root(&self) -> Node<'_> {
        self.node(0)
    }

    /// All tokens in order; their texts joined are the text.
    #[must_use]
    pub fn tokens(&self) -> impl DoubleEndedIterator<Item = Token<'_>> + ExactSizeIterator {
        (0..self.tokens.len() as u32 - 1).map(|index| Token { tree: self, index })
    }

    /// The token at an offset: the one that begins there if two touch.
    #[must_use]
    pub fn token_at(&self, offset: u32) -> Option<Token<'_>> {
        if offset as usize >= self.text.len() {
            return None;
        }
        let index = self.tokens.partition_point(|it| it.start <= offset) - 1;
        Some(Token { tree: self, index: index as u32 })
    }

    /// The innermost node that contains the byte at an offset; the root if there is no such byte.
    #[must_use]
    pub fn node_at(&self, offset: u32) -> Node<'_> {
        let after = self.nodes.partition_point(|it| self.tokens[it.first as usize].start <= offset);
        // Whatever contains the byte is this node or around it, since nodes lie in preorder.
        let mut node = self.node(after.saturating_sub(1) as u32);
        while offset >= node.range().end && !node.is_root() {
            node = self.node(node.raw().parent);
        }
        node
    }

    /// The call whose callee's name begins at an offset. This is the position that Rhai reports:
    /// of `m::f(…)` and `x.f(…)` that of `f`.
    #[must_use]
    pub fn call_at(&self, name_start: u32) -> Option<Call<'_>> {
        let mut node = self.node_at(name_start);
        loop {
            if let Some(call) = Call::cast(node) {
                return (call.name_range().start == name_start).then_some(call);
            }
            if node.range().start > name_start || node.is_root() {
                return None;
            }
            node = node.parent()?;
        }
    }

    /// The text literal that begins at an offset.
    #[must_use]
    pub fn string_at(&self, start: u32) -> Option<StringLiteral<'_>> {
        let token = self.token_at(start)?;
        let first = self.nodes.partition_point(|it| it.first < token.index);
        self.nodes[first..]
            .iter()
            .take_while(|it| it.first == token.index)
            .position(|it| it.kind == SyntaxKind::Text)
            .and_then(|it| StringLiteral::cast(self.node((first + it) as u32)))
            .filter(|it| it.range().start == start)
    }

    /// The text of the comment that a script begins with, without its signs: its documentation (`//!`), else the lines of
    /// comment above everything else, up to an empty line. Nothing if there is none.
    #[must_use]
    pub fn doc(&self) -> String {
        let before = || self.tokens().take_while(|it| it.kind().is_trivia());
        let comments = before().filter(|it| it.kind() == SyntaxKind::LineComment);
        let mut lines: Vec<&str> =
            comments.filter_map(|it| it.text().strip_prefix("//!")).collect();
        if lines.is_empty() {
            let first = before().skip_while(|it| it.kind() != SyntaxKind::LineComment);
            let gap = |it: &Token<'_>| it.text().matches('\n').count() > 1;
            lines = first
                .take_while(|it| it.kind() == SyntaxKind::LineComment || !gap(it))
                .filter_map(|it| it.text().strip_prefix("//").filter(|it| !it.starts_with('/')))
                .collect();
        }
        let lines = lines.iter().map(|it| it.strip_prefix(' ').unwrap_or(it).trim_end());
        lines.collect::<Vec<_>>().join("\n").trim_matches('\n').to_owned()
    }

    /// All calls, an outer one before those in its receiver and its arguments.
    pub fn calls(&self) -> impl Iterator<Item = Call<'_>> {
        self.nodes().filter_map(Call::cast)
    }

    /// All function definitions.
    pub fn functions(&self) -> impl Iterator<Item = Function<'_>> {
        self.nodes().filter_map(Function::cast)
    }

    /// All imports, also those within blocks.
    pub fn imports(&self) -> impl Iterator<Item = Import<'_>> {
        self.nodes().filter_map(Import::cast)
    }

    /// All nodes, an outer one before those within it.
    #[must_use]
    pub fn nodes(&self) -> impl DoubleEndedIterator<Item = Node<'_>> + ExactSizeIterator {
        (0..self.nodes.len() as u32).map(|it| self.node(it))
    }

    /// The node that has an index; see [`Node::index`].
    #[must_use]
    pub fn node(&self, index: u32) -> Node<'_> {
        Node { tree: self, index }
    }
}

impl<'t> Node<'t> {
    /// What it is.
    #[must_use]
    pub fn kind(self) -> SyntaxKind {
        self.raw().kind
    }

    /// Its place in the preorder of the tree, 0 for the root.
    #[must_use]
    pub fn index(self) -> u32 {
        self.index
    }

    /// The tree that it belongs to.
    #[must_use]
    pub fn tree(self) -> &'t Tree {
        self.tree
    }

    /// Its bytes, without trivia before and behind; the root has all.
    #[must_use]
    pub fn range(self) -> Range<u32> {
        let raw = self.raw();
        let tokens = &self.tree.tokens;
        tokens[raw.first as usize].start..tokens[raw.end as usize].start
    }

    /// Its text.
    #[must_use]
    pub fn text(self) -> &'t str {
        slice(self.tree, self.range())
    }

    /// The node around it.
    #[must_use]
    pub fn parent(self) -> Option<Node<'t>> {
        (!self.is_root()).then(|| self.tree.node(self.raw().parent))
    }

    /// The nodes around it, from the inside to the root.
    pub fn ancestors(self) -> impl Iterator<Item = Node<'t>> {
        std::iter::successors(self.parent(), |it| it.parent())
    }

    /// The nodes directly within it.
    pub fn children(self) -> impl Iterator<Item = Node<'t>> + Clone {
        let end = self.index + self.raw().size;
        let mut next = self.index + 1;
        std::iter::from_fn(move || {
            (next < end).then(|| {
                let node = self.tree.node(next);
                next += node.raw().size;
                node
            })
        })
    }

    /// The first node of a kind directly within it.
    #[must_use]
    pub fn child(self, kind: SyntaxKind) -> Option<Node<'t>> {
        self.children().find(|it| it.kind() == kind)
    }

    /// The nodes within it at any depth, an outer one before those within it.
    pub fn descendants(self) -> impl Iterator<Item = Node<'t>> + Clone {
        (self.index + 1..self.index + self.raw().size).map(move |it| self.tree.node(it))
    }

    /// All tokens within its range, trivia and those of inner nodes included.
    #[must_use]
    pub fn all_tokens(self) -> impl DoubleEndedIterator<Item = Token<'t>> + Clone {
        let raw = self.raw();
        (raw.first..raw.end).map(move |index| Token { tree: self.tree, index })
    }

    /// The tokens that belong to it and to no node within it, without trivia.
    pub fn tokens(self) -> impl Iterator<Item = Token<'t>> + Clone {
        self.elements().filter_map(|it| match it {
            Element::Token(token) if !token.kind().is_trivia() => Some(token),
            Element::Token(_) | Element::Node(_) => None,
        })
    }

    /// The first token of a kind that belongs to it and to no node within it.
    #[must_use]
    pub fn token(self, kind: SyntaxKind) -> Option<Token<'t>> {
        self.tokens().find(|it| it.kind() == kind)
    }

    /// The nodes directly within it and the tokens between them, trivia included, in order.
    pub fn elements(self) -> impl Iterator<Item = Element<'t>> + Clone {
        let end = self.raw().end;
        let mut token = self.raw().first;
        let mut children = self.children();
        let mut child = children.next();
        std::iter::from_fn(move || {
            if let Some(node) = child.filter(|it| it.raw().first == token) {
                token = node.raw().end;
                child = children.next();
                return Some(Element::Node(node));
            }
            (token < end).then(|| {
                token += 1;
                Element::Token(Token { tree: self.tree, index: token - 1 })
            })
        })
    }

    fn is_root(self) -> bool {
        self.index == 0
    }

    fn raw(self) -> RawNode {
        self.tree.nodes[self.index as usize]
    }
}

impl PartialEq for Node<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.tree, other.tree) && self.index == other.index
    }
}

impl Eq for Node<'_> {}

impl fmt::Debug for Node<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}@{:?}", self.kind(), self.range())
    }
}

impl<'t> Token<'t> {
    /// What it is.
    #[must_use]
    pub fn kind(self) -> SyntaxKind {
        self.tree.tokens[self.index as usize].kind
    }

    /// Its bytes.
    #[must_use]
    pub fn range(self) -> Range<u32> {
        let tokens = &self.tree.tokens;
        tokens[self.index as usize].start..tokens[self.index as usize + 1].start
    }

    /// Its text.
    #[must_use]
    pub fn text(self) -> &'t str {
        slice(self.tree, self.range())
    }

    /// The token before it.
    #[must_use]
    pub fn previous(self) -> Option<Token<'t>> {
        let index = self.index.checked_sub(1)?;
        Some(Token { tree: self.tree, index })
    }

    /// The token behind it.
    #[must_use]
    pub fn next(self) -> Option<Token<'t>> {
        let index = self.index + 1;
        // The last raw token is the empty end of the text.
        (index as usize + 1 < self.tree.tokens.len()).then_some(Token { tree: self.tree, index })
    }
}

impl PartialEq for Token<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.tree, other.tree) && self.index == other.index
    }
}

impl Eq for Token<'_> {}

impl fmt::Debug for Token<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}@{:?} {:?}", self.kind(), self.range(), self.text())
    }
}

impl SyntaxKind {
    /// Whether it is a token that means nothing to the engine.
    #[must_use]
    pub fn is_trivia(self) -> bool {
        self <= SyntaxKind::ByteOrderMark
    }

    /// Whether it is a comment.
    #[must_use]
    pub fn is_comment(self) -> bool {
        (SyntaxKind::LineComment..=SyntaxKind::DocBlock).contains(&self)
    }

    /// Whether it is a keyword.
    #[must_use]
    pub fn is_keyword(self) -> bool {
        (SyntaxKind::AsKeyword..=SyntaxKind::WhileKeyword).contains(&self)
    }

    /// Whether it is a token, not a node.
    #[must_use]
    pub fn is_token(self) -> bool {
        self <= SyntaxKind::EndOfText
    }
}

impl SyntaxError {
    pub(super) fn new(
        kind: SyntaxErrorKind,
        range: Range<usize>,
        message: impl Into<String>,
    ) -> SyntaxError {
        let range = range.start as u32..range.end as u32;
        let message = message.into();
        SyntaxError { range, kind, message, label: None, help: None, insert: None, replace: None }
    }

    pub(super) fn label(self, label: impl Into<String>) -> SyntaxError {
        SyntaxError { label: Some(label.into()), ..self }
    }

    pub(super) fn help(self, help: impl Into<String>) -> SyntaxError {
        SyntaxError { help: Some(help.into()), ..self }
    }

    pub(super) fn insert(self, at: usize, text: impl Into<String>) -> SyntaxError {
        SyntaxError { insert: Some((at as u32, text.into())), ..self }
    }

    pub(super) fn replace(self, range: Range<usize>, text: impl Into<String>) -> SyntaxError {
        let range = range.start as u32..range.end as u32;
        SyntaxError { replace: Some((range, text.into())), ..self }
    }
}

fn slice(tree: &Tree, range: Range<u32>) -> &str {
    &tree.text[range.start as usize..range.end as usize]
}

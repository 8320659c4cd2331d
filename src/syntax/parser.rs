//! Arranges tokens into a tree, and goes on after every mistake.
//!
//! Recursive descent over the tokens that are not trivia. A node is noted when it is complete, so
//! one that turns out to begin further left (`a` of `a + b`) costs nothing; in the end the nodes
//! are put into preorder. Neither recursion nor the tree is ever deeper than a fixed measure,
//! whatever the text: [`MAX_DEPTH`] bounds what is nested, [`MAX_HEIGHT`] chains such as
//! `a + a + …`.

mod bracket;
mod expression;
mod postfix;
mod problem;
mod statement;

use std::ops::Range;
use std::sync::Arc;

use crate::syntax::lexer::{self, RawToken};
use crate::syntax::tree::RawNode;
use crate::syntax::{SyntaxError, SyntaxErrorKind, SyntaxKind, Tree};
use problem::Problems;

/// How deep expressions and blocks may be nested.
pub const MAX_DEPTH: u32 = 64;

/// How high the tree of a chain of operators or calls may grow.
pub const MAX_HEIGHT: u32 = 256;

/// How long a text may be, in bytes; a longer one is not parsed.
pub const MAX_LENGTH: usize = 16 << 20;

/// Parses any text.
pub(crate) fn parse(text: Arc<str>) -> Tree {
    if text.len() > MAX_LENGTH {
        return refuse(text);
    }
    let lexed = lexer::lex(&text);
    let mut parser = Parser {
        text: &text,
        tokens: &lexed.tokens,
        significant: &lexed.significant,
        at: 0,
        current: lexed.tokens[lexed.significant[0] as usize].kind,
        finished: Vec::with_capacity(lexed.significant.len()),
        problems: Problems::default(),
        depth: 0,
        open: [0; 4],
        context: Context::default(),
    };
    parser.root();
    let nodes = preorder(&parser.finished);
    let errors = parser.problems.merge(&text, lexed.errors);
    Tree::new(text, lexed.tokens, nodes, errors)
}

/// The tree of a text that is too long: a single token that nobody understands.
fn refuse(text: Arc<str>) -> Tree {
    let end = u32::try_from(text.len()).unwrap_or(u32::MAX);
    let message = format!("the text has more than {} MiB", MAX_LENGTH >> 20);
    let tokens = vec![
        RawToken { kind: SyntaxKind::Unknown, start: 0 },
        RawToken { kind: SyntaxKind::EndOfText, start: end },
    ];
    let node = RawNode { kind: SyntaxKind::Root, parent: 0, size: 1, first: 0, end: 1 };
    let error = SyntaxError::new(SyntaxErrorKind::TooLarge, 0..0, message);
    Tree::new(text, tokens, vec![node], vec![error])
}

pub(crate) struct Parser<'t> {
    text: &'t str,
    tokens: &'t [RawToken],
    significant: &'t [u32],
    /// The index of the current token among the significant ones.
    at: usize,
    /// The kind of the current token.
    current: SyntaxKind,
    /// The complete nodes, an inner one before the outer one.
    finished: Vec<Finished>,
    problems: Problems,
    /// How many expressions and blocks the parser is in.
    depth: u32,
    /// How many brackets of each [`Bracket`] are open.
    open: [u32; 4],
    context: Context,
}

/// What is allowed depending on what is around.
#[derive(Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is independent of the others")]
struct Context {
    /// Within a function or a closure: `this` exists.
    function: bool,
    /// Within a loop: `break` and `continue` exist.
    looping: bool,
    /// Within the case of a switch arm: `|` separates.
    case: bool,
    /// Within the block of an `if` or a `try`: `else` or `catch` shows that it has ended.
    branch: bool,
    /// Within the condition before a block: a brace behind an expression begins that block.
    header: bool,
}

/// A complete node.
#[derive(Clone, Copy)]
struct Finished {
    kind: SyntaxKind,
    first: u32,
    end: u32,
    size: u32,
    height: u32,
}

/// A place where a node may begin.
#[derive(Clone, Copy)]
struct Mark {
    at: usize,
    finished: usize,
}

/// A kind of bracket that contains code.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bracket {
    Paren,
    Square,
    Brace,
    Interpolation,
}

impl Context {
    /// What a function or a closure begins with.
    const FUNCTION: Context =
        Context { function: true, looping: false, case: false, branch: false, header: false };
}

/// Whether functions can be defined.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Global,
    Inner,
}

impl Parser<'_> {
    fn root(&mut self) {
        while self.current != SyntaxKind::EndOfText {
            let before = self.at;
            self.statements(Level::Global);
            if self.at == before {
                self.unexpected("here");
                self.skip_tree();
            }
        }
        let size = self.finished.len() as u32 + 1;
        let end = self.tokens.len() as u32 - 1;
        self.finished.push(Finished { kind: SyntaxKind::Root, first: 0, end, size, height: 0 });
    }

    fn mark(&self) -> Mark {
        Mark { at: self.at, finished: self.finished.len() }
    }

    /// Makes a node of everything since a mark.
    fn finish(&mut self, mark: Mark, kind: SyntaxKind) {
        if mark.at == self.at {
            return;
        }
        let mut height = 0;
        let mut child = self.finished.len();
        while child > mark.finished {
            height = height.max(self.finished[child - 1].height);
            child -= self.finished[child - 1].size as usize;
        }
        self.finished.push(Finished {
            kind,
            first: self.significant[mark.at],
            end: self.significant[self.at - 1] + 1,
            size: (self.finished.len() - mark.finished) as u32 + 1,
            height: height + 1,
        });
    }

    fn bump(&mut self) {
        if self.current != SyntaxKind::EndOfText {
            self.at += 1;
            self.current = self.kind_at(0);
        }
    }

    fn eat(&mut self, kind: SyntaxKind) -> bool {
        let here = self.current == kind;
        if here {
            self.bump();
        }
        here
    }

    /// The kind of the significant token that is `ahead` of the current one.
    fn kind_at(&self, ahead: usize) -> SyntaxKind {
        self.kind_of((self.at + ahead).min(self.significant.len() - 1))
    }

    /// The kind of a significant token.
    fn kind_of(&self, at: usize) -> SyntaxKind {
        self.tokens[self.significant[at] as usize].kind
    }

    /// Where the current token lies.
    fn range(&self) -> Range<usize> {
        self.range_of(self.at)
    }

    /// Where a significant token lies.
    fn range_of(&self, at: usize) -> Range<usize> {
        let index = self.significant[at] as usize;
        let start = self.tokens[index].start as usize;
        let end = self.tokens.get(index + 1).map_or(self.text.len(), |it| it.start as usize);
        start..end
    }

    fn word(&self) -> &str {
        &self.text[self.range()]
    }

    /// Where the token before the current one ends.
    fn previous_end(&self) -> usize {
        if self.at == 0 { 0 } else { self.range_of(self.at - 1).end }
    }

    /// Whether the current token begins a line.
    fn begins_line(&self) -> bool {
        self.begins_line_at(self.at)
    }

    fn begins_line_at(&self, at: usize) -> bool {
        let before = if at == 0 { 0 } else { self.range_of(at - 1).end };
        self.text[before..self.range_of(at).start].contains('\n')
    }

    /// Whether the next token touches the current one.
    fn touches_next(&self) -> bool {
        self.significant.get(self.at + 1) == Some(&(self.significant[self.at] + 1))
    }

    /// Enters one more level of nesting, unless that is one too many.
    fn enter(&mut self) -> bool {
        if self.depth < MAX_DEPTH {
            self.depth += 1;
            return true;
        }
        let message = format!("the nesting is deeper than {MAX_DEPTH} levels");
        let error = SyntaxError::new(SyntaxErrorKind::TooDeep, self.range(), message)
            .help("give inner parts a name with `let`, or make functions of them");
        self.report(error);
        false
    }

    fn leave(&mut self) {
        self.depth -= 1;
    }

    /// The kind of the node that was completed last, if it lies behind a mark.
    fn last_since(&self, mark: Mark) -> Option<SyntaxKind> {
        let last = self.finished[mark.finished..].last()?;
        Some(last.kind)
    }
}

/// Puts nodes that lie in postorder into preorder.
///
/// Before a node in preorder come the nodes to its left, which are those that were complete before
/// its first descendant was, and the nodes around it.
fn preorder(finished: &[Finished]) -> Vec<RawNode> {
    let root = RawNode { kind: SyntaxKind::Root, parent: 0, size: 0, first: 0, end: 0 };
    let mut nodes = vec![root; finished.len()];
    let mut around: Vec<(usize, u32)> = Vec::with_capacity(MAX_HEIGHT as usize);
    for (index, it) in finished.iter().enumerate().rev() {
        let leftmost = index + 1 - it.size as usize;
        while around.last().is_some_and(|outer| outer.0 > index) {
            around.pop();
        }
        let place = leftmost + around.len();
        let parent = around.last().map_or(0, |outer| outer.1);
        let Finished { kind, first, end, size, .. } = *it;
        nodes[place] = RawNode { kind, parent, size, first, end };
        around.push((leftmost, place as u32));
    }
    nodes
}

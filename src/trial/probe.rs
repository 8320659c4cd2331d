//! Probes: a script's text with a call at everything that coverage counts, which means the same as the text without.
//!
//! Only the engine sees such a text. A probe is put in by the tree, so it can stand wherever a statement can; an expression
//! that may be left out becomes a block, and an `if` without `else` gets one.

#![expect(clippy::wildcard_enum_match_arm, reason = "only the kinds that hold statements count")]

use std::cell::RefCell;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::source::files::{Files, ReadError};
use crate::syntax::{self, Closure, Function, Node, SwitchArm, SyntaxKind, Token};

/// Something that coverage counts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Probe {
    /// Where it stands in the script's own text.
    pub(super) range: Range<u32>,
    /// What it is.
    pub(super) what: What,
}

/// What a probe counts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum What {
    /// A statement that is carried out.
    Statement,
    /// A function that is called.
    Function(String),
    /// A way that is taken, of the decision that begins at this offset.
    Branch(u32, &'static str),
}

/// A script with its probes.
#[derive(Clone, Debug)]
pub(super) struct Probed {
    /// Its file.
    pub(super) path: PathBuf,
    /// Its own text.
    pub(super) text: Arc<str>,
    /// The number of its first probe.
    pub(super) first: u32,
    /// Its probes, in the order of their numbers.
    pub(super) probes: Vec<Probe>,
}

/// Files whose texts have probes. Only scripts are read by it.
pub(super) struct ProbedFiles<'f> {
    files: &'f dyn Files,
    /// What was read.
    pub(super) scripts: RefCell<Vec<Probed>>,
}

impl<'f> ProbedFiles<'f> {
    pub(super) fn new(files: &'f dyn Files) -> Self {
        ProbedFiles { files, scripts: RefCell::default() }
    }
}

impl Files for ProbedFiles<'_> {
    fn read(&self, path: &Path, limit: u64) -> Result<String, ReadError> {
        let text: Arc<str> = self.files.read(path, limit)?.into();
        let mut scripts = self.scripts.borrow_mut();
        let first = scripts.last().map_or(0, |it| it.first + it.probes.len() as u32);
        let (with, probes) = put_in(&text, first);
        scripts.push(Probed { path: path.to_path_buf(), text, first, probes });
        Ok(with)
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        self.files.canonical(path)
    }
}

/// Puts probes into a text, numbered from `first`. A text with mistakes stays as it is.
fn put_in(text: &Arc<str>, first: u32) -> (String, Vec<Probe>) {
    let tree = syntax::parse(text.clone());
    if !tree.errors().is_empty() {
        return (text.to_string(), Vec::new());
    }
    let mut writer = Writer { first, probes: Vec::new(), before: Vec::new(), after: Vec::new() };
    let root = tree.root();
    writer.statements(root);
    for node in root.descendants() {
        writer.node(node);
    }
    (writer.write(text), writer.probes)
}

struct Writer {
    first: u32,
    probes: Vec<Probe>,
    /// What is put before an offset, outer things first.
    before: Vec<(u32, String)>,
    /// What is put behind something that ends at an offset, outer things first.
    after: Vec<(u32, String)>,
}

impl Writer {
    fn node(&mut self, node: Node<'_>) {
        match node.kind() {
            SyntaxKind::Function => {
                let Some(function) = Function::cast(node) else { return };
                let name = function.name().to_owned();
                self.block(function.body(), function.name_range(), What::Function(name));
            }
            SyntaxKind::Block => self.statements(node),
            SyntaxKind::If => self.decision(node),
            SyntaxKind::While | SyntaxKind::For => {
                let branch = What::Branch(node.range().start, "the loop's body");
                self.block(block_of(node), node.range(), branch);
            }
            SyntaxKind::Catch => {
                let branch = What::Branch(node.range().start, "`catch`");
                self.block(block_of(node), node.range(), branch);
            }
            SyntaxKind::SwitchArm => {
                let Some(body) = SwitchArm::cast(node).and_then(SwitchArm::body) else { return };
                let switch = node.parent().map_or(node.range().start, |it| it.range().start);
                let range = node.range().start..body.range().start;
                self.wrap(body, range, What::Branch(switch, "an arm of `switch`"));
            }
            SyntaxKind::Closure => {
                let Some(body) = Closure::cast(node).and_then(Closure::body) else { return };
                if body.kind() != SyntaxKind::Block {
                    self.wrap(body, body.range(), What::Statement);
                }
            }
            SyntaxKind::Binary => self.operator(node),
            _ => {}
        }
    }

    /// Each statement of a block, or of the whole text.
    fn statements(&mut self, block: Node<'_>) {
        for statement in block.children() {
            if !matches!(statement.kind(), SyntaxKind::Function | SyntaxKind::Error) {
                let call = self.probe(statement.range(), What::Statement);
                self.before.push((statement.range().start, call));
            }
        }
    }

    /// The ways of an `if`: its own block, those of `else if`, and `else`, which is put there if nobody wrote it.
    fn decision(&mut self, node: Node<'_>) {
        let start = node.range().start;
        self.block(block_of(node), start..start + 2, What::Branch(start, "`if`"));
        let mut has_else = false;
        for child in node.children() {
            let keyword = child.range().start..child.range().start + 4;
            match child.kind() {
                SyntaxKind::ElseIf => {
                    self.block(block_of(child), keyword, What::Branch(start, "`else if`"));
                }
                SyntaxKind::Else => {
                    has_else = true;
                    self.block(block_of(child), keyword, What::Branch(start, "`else`"));
                }
                _ => {}
            }
        }
        if !has_else {
            let branch = What::Branch(start, "past `if`, which nothing else is said for");
            let call = self.probe(start..start + 2, branch);
            self.after.push((node.range().end, format!(" else {{{call}}}")));
        }
    }

    /// The right side of an operator that need not look at it.
    fn operator(&mut self, node: Node<'_>) {
        let operator = node.tokens().map(Token::kind).find(|it| !it.is_trivia());
        let what = match operator {
            Some(SyntaxKind::AmpersandAmpersand) => "the right side of `&&`",
            Some(SyntaxKind::PipePipe) => "the right side of `||`",
            Some(SyntaxKind::QuestionQuestion) => "the right side of `??`",
            _ => return,
        };
        if let Some(right) = node.children().nth(1) {
            let range = right.range();
            self.wrap(right, range, What::Branch(node.range().start, what));
        }
    }

    /// A probe at the start of a block.
    fn block(&mut self, block: Option<Node<'_>>, range: Range<u32>, what: What) {
        if let Some(block) = block {
            let call = self.probe(range, what);
            self.before.push((block.range().start + 1, call));
        }
    }

    /// A probe before an expression, which becomes a block for it.
    fn wrap(&mut self, expression: Node<'_>, range: Range<u32>, what: What) {
        if expression.kind() == SyntaxKind::Block {
            return self.block(Some(expression), range, what);
        }
        let call = self.probe(range, what);
        self.before.push((expression.range().start, format!("{{{call}")));
        self.after.push((expression.range().end, "}".to_owned()));
    }

    fn probe(&mut self, range: Range<u32>, what: What) -> String {
        let number = self.first + self.probes.len() as u32;
        self.probes.push(Probe { range, what });
        format!("mimeo_probe({number});")
    }

    /// The text with everything put in: at one offset first what closes, inner things first, then what opens, outer things
    /// first.
    fn write(&mut self, text: &str) -> String {
        self.before.sort_by_key(|(offset, _)| *offset);
        self.after.reverse();
        self.after.sort_by_key(|(offset, _)| *offset);
        let mut with = String::with_capacity(text.len() * 2);
        let mut at = 0;
        let mut closing = self.after.iter().peekable();
        let mut opening = self.before.iter().peekable();
        loop {
            let next = [closing.peek(), opening.peek()];
            let Some(offset) = next.into_iter().flatten().map(|(offset, _)| *offset).min() else {
                break;
            };
            with.push_str(&text[at..offset as usize]);
            at = offset as usize;
            for list in [&mut closing, &mut opening] {
                while let Some((_, put)) = list.next_if(|it| it.0 == offset) {
                    with.push_str(put);
                }
            }
        }
        with.push_str(&text[at..]);
        with
    }
}

/// The block of a statement that has one.
fn block_of(node: Node<'_>) -> Option<Node<'_>> {
    node.child(SyntaxKind::Block)
}

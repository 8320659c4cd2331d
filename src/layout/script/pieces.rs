//! A script as pieces of code with what lies between them.

use std::ops::Range;

use crate::layout::width;
use crate::syntax::{Node, SyntaxKind, Token, Tree};

/// The code of a script, and what lies between.
pub(super) struct Pieces<'t> {
    /// The code in order.
    pub all: Vec<Piece<'t>>,
    /// What lies before each piece, and at last what lies behind all.
    pub gaps: Vec<Gap>,
}

/// A token, or a whole text in backticks.
pub(super) struct Piece<'t> {
    /// What is written.
    pub text: &'t str,
    /// The kind of its first token.
    pub kind: SyntaxKind,
    /// Its bytes.
    pub range: Range<u32>,
    /// The innermost node that it belongs to.
    pub owner: Node<'t>,
    /// Its column in the text, from 0.
    pub column: usize,
    /// The first piece in its line of the text.
    pub first_in_line: usize,
}

/// What lies between two pieces.
#[derive(Default)]
pub(super) struct Gap {
    /// The comments in it.
    pub comments: Vec<Comment>,
    /// How many line ends there are behind the last comment.
    pub lines: usize,
    /// How many blanks there are behind the last comment and the last line end.
    pub blanks: usize,
}

/// A comment.
pub(super) struct Comment {
    /// What is written, without the blanks at the end of its lines.
    pub text: String,
    /// Whether it lasts to the end of the line.
    pub is_line: bool,
    /// How many line ends there are before it.
    pub lines: usize,
    /// How many blanks there are before it.
    pub blanks: usize,
    /// Its column in the text, from 0.
    pub column: usize,
}

impl Gap {
    /// Whether a line ends in it as it is written.
    pub(super) fn is_broken(&self) -> bool {
        self.lines > 0 || self.comments.iter().any(|it| it.is_line || it.lines > 0)
    }
}

impl<'t> Pieces<'t> {
    /// Takes a tree without errors apart.
    pub(super) fn of(tree: &'t Tree) -> Self {
        let mut pieces = Pieces { all: Vec::new(), gaps: vec![Gap::default()] };
        let (mut column, mut first_in_line) = (0, 0);
        let mut tokens = tree.tokens();
        while let Some(token) = tokens.next() {
            let kind = token.kind();
            let text = token.text();
            if kind.is_trivia() {
                pieces.trivia(token, column);
                if text.contains('\n') {
                    first_in_line = pieces.all.len();
                }
            } else {
                let end = if kind == SyntaxKind::TextStart {
                    end_of_text(&mut tokens)
                } else {
                    token.range().end
                };
                let range = token.range().start..end;
                let text = &tree.text()[range.start as usize..range.end as usize];
                let owner = tree.root();
                pieces.all.push(Piece { text, kind, range, owner, column, first_in_line });
                pieces.gaps.push(Gap::default());
                column = behind(text, column);
                continue;
            }
            column = behind(text, column);
        }
        for node in tree.nodes() {
            for piece in pieces.within(node) {
                pieces.all[piece].owner = node;
            }
        }
        pieces
    }

    fn trivia(&mut self, token: Token<'_>, column: usize) {
        let gap = self.gaps.last_mut().expect("there is one before the first piece");
        let text = token.text();
        match token.kind() {
            // It is written as it is.
            SyntaxKind::ByteOrderMark => {}
            SyntaxKind::Whitespace => {
                let lines = text.matches('\n').count();
                let last = text.rsplit('\n').next().unwrap_or_default();
                gap.lines += lines;
                gap.blanks = width(last, if lines > 0 { 0 } else { column });
            }
            kind => {
                let is_line = !matches!(kind, SyntaxKind::BlockComment | SyntaxKind::DocBlock);
                gap.comments.push(Comment {
                    text: crate::layout::without_trailing_blanks(text, "\n"),
                    is_line,
                    lines: std::mem::take(&mut gap.lines),
                    blanks: std::mem::take(&mut gap.blanks),
                    column,
                });
            }
        }
    }

    /// The pieces within a node; none if it lies in a text.
    pub(super) fn within(&self, node: Node<'_>) -> Range<usize> {
        let range = node.range();
        let first = self.all.partition_point(|it| it.range.start < range.start);
        let end = self.all.partition_point(|it| it.range.end <= range.end);
        first..end.max(first)
    }

    /// The first piece of a node, if it does not lie in a text.
    pub(super) fn first(&self, node: Node<'_>) -> Option<usize> {
        let first = self.within(node).start;
        let piece = self.all.get(first)?;
        (piece.range.start == node.range().start).then_some(first)
    }

    /// The piece that begins with a token.
    pub(super) fn at(&self, token: Token<'_>) -> Option<usize> {
        let start = token.range().start;
        self.all.binary_search_by_key(&start, |it| it.range.start).ok()
    }

    /// The kind of a piece, or `EndOfText` behind the last.
    pub(super) fn kind(&self, piece: usize) -> SyntaxKind {
        self.all.get(piece).map_or(SyntaxKind::EndOfText, |it| it.kind)
    }

    /// Whether a piece opens a bracket.
    pub(super) fn opens(&self, piece: usize) -> bool {
        matches!(
            self.kind(piece),
            SyntaxKind::LeftParen
                | SyntaxKind::LeftBracket
                | SyntaxKind::QuestionBracket
                | SyntaxKind::LeftBrace
                | SyntaxKind::MapStart
        )
    }

    /// Whether a piece closes a bracket.
    pub(super) fn closes(&self, piece: usize) -> bool {
        matches!(
            self.kind(piece),
            SyntaxKind::RightParen | SyntaxKind::RightBracket | SyntaxKind::RightBrace
        )
    }
}

/// Goes to the end of a text in backticks, and gives its offset.
fn end_of_text<'t>(tokens: &mut impl Iterator<Item = Token<'t>>) -> u32 {
    let mut depth = 1;
    let mut end = 0;
    while depth > 0 {
        let Some(token) = tokens.next() else { break };
        end = token.range().end;
        match token.kind() {
            SyntaxKind::TextStart => depth += 1,
            SyntaxKind::TextEnd => depth -= 1,
            _ => {}
        }
    }
    end
}

/// The column behind a piece of text that begins in a column.
fn behind(text: &str, column: usize) -> usize {
    match text.rsplit_once('\n') {
        Some((_, last)) => width(last, 0),
        None => column + width(text, column),
    }
}

//! The lines as they are written, with their indentation.

use crate::layout::line_end;
use crate::layout::script::breaks::starts;
use crate::layout::script::pieces::{Comment, Pieces};
use crate::layout::script::spaces;
use crate::syntax::{Node, SyntaxKind, Tree};

/// How far a step of indentation goes.
const STEP: usize = 4;

/// The script, laid out.
pub(super) fn text(
    tree: &Tree,
    pieces: &Pieces<'_>,
    breaks: &[bool],
    columns: &[Option<usize>],
) -> String {
    let mut writer = Writer {
        pieces,
        breaks,
        columns,
        starts: starts(tree, pieces),
        line_end: line_end(tree.text()),
        out: String::with_capacity(tree.text().len() + 64),
        column: 0,
        open: Vec::new(),
        indents: Vec::with_capacity(pieces.all.len()),
        first_in_line: 0,
        indent: 0,
    };
    if tree.text().starts_with('\u{FEFF}') {
        writer.out.push('\u{FEFF}');
    }
    for piece in 0..=pieces.all.len() {
        writer.gap(piece);
        writer.piece(piece);
    }
    if writer.column > 0 {
        writer.end_line(false);
    }
    writer.out
}

/// A bracket that is open.
struct Open {
    /// The indentation of the line that it belongs to.
    line: usize,
    /// Whether a line ends behind it.
    is_broken: bool,
}

struct Writer<'p, 't> {
    pieces: &'p Pieces<'t>,
    breaks: &'p [bool],
    columns: &'p [Option<usize>],
    starts: Vec<bool>,
    line_end: &'static str,
    out: String,
    /// How wide the current line is.
    column: usize,
    /// The brackets that are open, the innermost last.
    open: Vec<Open>,
    /// The indentation of the line of each piece that is written.
    indents: Vec<usize>,
    /// The piece that the current line begins with.
    first_in_line: usize,
    /// The indentation of the current line.
    indent: usize,
}

impl Writer<'_, '_> {
    /// Writes what stands before a piece.
    fn gap(&mut self, piece: usize) {
        let gap = &self.pieces.gaps[piece];
        let is_end = piece == self.pieces.all.len();
        let mut may_be_empty = piece > 0 && !self.pieces.opens(piece - 1);
        // Where a line has to end, and did not, it ends before the first comment.
        let mut owes_break = self.breaks[piece] && !gap.is_broken() && !gap.comments.is_empty();
        let mut ended = false;
        for comment in &gap.comments {
            let is_first = self.out.trim_start_matches('\u{FEFF}').is_empty();
            if is_first {
                self.begin_line(piece, 0);
            } else if comment.lines > 0 || ended || owes_break {
                self.end_line(may_be_empty && comment.lines > 1);
                self.begin_line(piece, self.indent_of_comment(piece));
            } else {
                let blanks = self.before_comment(piece, comment);
                self.blanks(blanks);
            }
            self.write(&comment.text.replace('\n', self.line_end));
            (owes_break, ended, may_be_empty) = (false, comment.is_line, true);
        }
        if is_end {
            return;
        }
        if piece == 0 && gap.comments.is_empty() {
            self.begin_line(piece, 0);
            return;
        }
        let breaks =
            if gap.comments.is_empty() { self.breaks[piece] } else { ended || gap.lines > 0 };
        if breaks {
            let is_empty = may_be_empty && gap.lines > 1 && self.starts[piece];
            self.end_line(is_empty);
            self.begin_line(piece, self.indent_of(piece));
        } else if gap.comments.is_empty() {
            let blanks = self.columns[piece].unwrap_or_else(|| spaces::before(self.pieces, piece));
            self.blanks(blanks);
        } else {
            self.blanks(gap.blanks.min(1));
        }
    }

    /// Writes a piece, and keeps account of brackets.
    fn piece(&mut self, index: usize) {
        let Some(piece) = self.pieces.all.get(index) else { return };
        self.indents.push(self.indent);
        if self.pieces.closes(index) {
            self.open.pop();
        }
        self.write(piece.text);
        if self.pieces.opens(index) {
            let line = owner_of_braces(piece.owner)
                .and_then(|it| self.pieces.first(it))
                .map_or(self.indent, |it| self.indents[it]);
            let is_broken = self.breaks[index + 1];
            self.open.push(Open { line, is_broken });
        }
    }

    /// How many blanks stand before a comment in the line of other code.
    fn before_comment(&self, piece: usize, comment: &Comment) -> usize {
        if !comment.is_line {
            return comment.blanks.min(1);
        }
        let Some(last) = piece.checked_sub(1) else { return 1 };
        let first = self.pieces.all[last].first_in_line;
        let was = self.pieces.all.get(first).map_or(0, |it| it.column);
        if comment.blanks < 2 || first != self.first_in_line {
            return 1;
        }
        let column = (comment.column + self.indent).saturating_sub(was);
        column.saturating_sub(self.column).max(1)
    }

    /// The indentation of a line that begins with a piece.
    fn indent_of(&self, piece: usize) -> usize {
        let Some(open) = self.open.last() else {
            return if self.continues(piece) { STEP } else { 0 };
        };
        if self.pieces.closes(piece) {
            open.line
        } else if open.is_broken && self.continues(piece) {
            open.line + 2 * STEP
        } else {
            open.line + STEP
        }
    }

    /// The indentation of a comment before a piece.
    fn indent_of_comment(&self, piece: usize) -> usize {
        let is_end = piece == self.pieces.all.len();
        if is_end || self.pieces.closes(piece) {
            return self.open.last().map_or(0, |it| it.line + STEP);
        }
        self.indent_of(piece)
    }

    /// Whether a line that begins with a piece goes on with what the line before began.
    fn continues(&self, piece: usize) -> bool {
        let goes_on = matches!(
            self.pieces.kind(piece),
            SyntaxKind::ElseKeyword
                | SyntaxKind::CatchKeyword
                | SyntaxKind::Semicolon
                | SyntaxKind::Comma
                | SyntaxKind::LeftBrace
        );
        !goes_on && !self.starts[piece]
    }

    fn begin_line(&mut self, piece: usize, indent: usize) {
        self.blanks(indent);
        self.indent = indent;
        self.first_in_line = piece;
    }

    fn end_line(&mut self, with_empty: bool) {
        self.out.push_str(self.line_end);
        if with_empty {
            self.out.push_str(self.line_end);
        }
        self.column = 0;
    }

    fn blanks(&mut self, count: usize) {
        self.out.extend(std::iter::repeat_n(' ', count));
        self.column += count;
    }

    fn write(&mut self, text: &str) {
        self.out.push_str(text);
        self.column = match text.rsplit_once('\n') {
            Some((_, last)) => crate::layout::width(last, 0),
            None => self.column + crate::layout::width(text, self.column),
        };
    }
}

/// The statement whose line the braces of a block belong to, if they need not stand in that line.
fn owner_of_braces(owner: Node<'_>) -> Option<Node<'_>> {
    if owner.kind() == SyntaxKind::Switch {
        return Some(owner);
    }
    if owner.kind() != SyntaxKind::Block {
        return None;
    }
    let parent = owner.parent()?;
    match parent.kind() {
        SyntaxKind::ElseIf | SyntaxKind::Else | SyntaxKind::Catch => parent.parent(),
        SyntaxKind::If
        | SyntaxKind::While
        | SyntaxKind::Loop
        | SyntaxKind::DoLoop
        | SyntaxKind::For
        | SyntaxKind::Try
        | SyntaxKind::Function => Some(parent),
        _ => None,
    }
}

//! The layout of scripts.
//!
//! The author's line breaks stay where code may be broken; all else of the form is settled:
//!
//! - **Statements** stand in lines of their own. So do those of a block, and the arms of a `switch`, unless the whole block
//!   stands in one line.
//! - **Breaks** stay between statements, parts of lists, before a method's dot, around an operator, and behind `=`, `=>` and
//!   `:`. Elsewhere, as before `{`, `else` or `;`, code that was broken is joined. A list is broken at both of
//!   its brackets or at none. Empty lines stay between statements and parts of lists.
//! - **Chains** of two calls or more whose own text is wider than [`WIDTH`] are broken, one call a line. One that its author
//!   has broken keeps its breaks.
//! - **Indentation** is four blanks for each line on which brackets were opened, and four for what continues a line.
//! - **Blanks** stand around operators, behind commas and within braces, and not within parentheses and square brackets. An
//!   empty block is `{}` or `{ }`, as its author has it.
//! - **Columns** stay before the `=` of variables and assignments, `=>` of arms, `as` of imports, and behind the `:` of
//!   entries.
//!
//! Where a blank bears meaning (`- 3.abs()` is not `-3.abs()`), it stays as it is.

mod breaks;
mod lines;
mod pieces;
mod spaces;

use crate::layout::Broken;
use crate::syntax::{self, SyntaxKind, Tree};

use pieces::Pieces;

/// The columns that a chain of calls may take in one line, its indentation not counted.
pub const WIDTH: usize = 100;

/// Lays a script out.
pub fn format(text: &str) -> Result<String, Broken> {
    let mut tree = syntax::parse(text.into());
    if !tree.errors().is_empty() {
        return Err(Broken);
    }
    // A column may stand on one that is let go, so it takes a few rounds; each leaves fewer columns.
    for _ in 0..50 {
        let new = syntax::parse(once(&tree).into());
        debug_assert!(is_same(&tree, &new), "{}\n-- became --\n{}", tree.text(), new.text());
        if new.text() == tree.text() {
            break;
        }
        if !is_same(&tree, &new) {
            // A mistake of this module must not become one of the script.
            return Ok(text.to_owned());
        }
        tree = new;
    }
    Ok(tree.text().to_string())
}

/// Lays a tree without errors out, once.
fn once(tree: &Tree) -> String {
    let pieces = Pieces::of(tree);
    let breaks = breaks::of(tree, &pieces);
    let columns = spaces::columns(tree, &pieces, &breaks);
    lines::text(tree, &pieces, &breaks, &columns)
}

/// Whether two scripts have the same tokens and comments.
#[must_use]
pub fn is_same(one: &Tree, other: &Tree) -> bool {
    let tokens = |tree: &'_ Tree| -> Vec<(SyntaxKind, String)> {
        let all = tree.tokens().filter(|it| it.kind() != SyntaxKind::Whitespace);
        all.map(|it| {
            let text = it.text();
            let is_comment = it.kind().is_comment() || it.kind() == SyntaxKind::Shebang;
            let text = if is_comment {
                super::without_trailing_blanks(text, "\n")
            } else {
                text.to_owned()
            };
            (it.kind(), text)
        })
        .collect()
    };
    one.errors().is_empty() == other.errors().is_empty() && tokens(one) == tokens(other)
}

//! Rhai for tree-sitter.

use tree_sitter_language::LanguageFn;

unsafe extern "C" {
    fn tree_sitter_rhai() -> *const ();
}

/// The grammar.
// SAFETY: the function is the one that the generated parser exports.
pub const LANGUAGE: LanguageFn = unsafe { LanguageFn::from_raw(tree_sitter_rhai) };

/// What is coloured how.
pub const HIGHLIGHTS: &str = include_str!("../../queries/highlights.scm");
/// Where names are defined and used.
pub const LOCALS: &str = include_str!("../../queries/locals.scm");
/// Other languages within.
pub const INJECTIONS: &str = include_str!("../../queries/injections.scm");
/// What can be folded.
pub const FOLDS: &str = include_str!("../../queries/folds.scm");
/// What is indented.
pub const INDENTS: &str = include_str!("../../queries/indents.scm");

//! What was made of scripts, for whoever reads them again and again: an editor changes one of them with each key, and the
//! others are as they were.

use std::collections::HashMap;
use std::sync::Arc;

use rhai::AST;

use crate::script::Script;
use crate::syntax::{self, Tree};

/// The most scripts that are remembered.
const MOST: usize = 256;

/// The scripts of the last readings by name, each with the text that it was made of. Nothing in it depends on where a script
/// stands among others. Who reads once has an empty one.
#[derive(Debug, Default)]
pub struct Known(HashMap<String, (Arc<Tree>, Option<Arc<AST>>)>);

impl Known {
    /// The tree of a script, parsed unless its text is the remembered one.
    pub(super) fn tree(&self, name: &str, text: &Arc<str>) -> Arc<Tree> {
        let known = self.0.get(name).map(|(tree, _)| tree).filter(|it| it.text() == text);
        known.map_or_else(|| Arc::new(syntax::parse(text.clone())), Arc::clone)
    }

    /// What the engine made of a script, if it is the remembered one.
    pub(super) fn ast(&self, script: &Script) -> Option<Arc<AST>> {
        let (tree, ast) = self.0.get(&script.name)?;
        ast.as_ref().filter(|_| Arc::ptr_eq(tree, &script.tree)).cloned()
    }

    /// Remembers scripts in the place of those of their names.
    pub(super) fn keep(&mut self, scripts: &[Script]) {
        if self.0.len() > MOST {
            self.0.clear();
        }
        for it in scripts {
            self.0.insert(it.name.clone(), (it.tree.clone(), it.ast.clone()));
        }
    }
}

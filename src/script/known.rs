//! What was made of scripts, for whoever reads them again and again: an editor changes one of them with each key, and the
//! others are as they were.

use std::collections::HashMap;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

use rhai::AST;

use crate::script::{Script, limits, patch};
use crate::source::Source;
use crate::syntax::{self, Tree};

/// The most scripts that are remembered.
const MOST: usize = 256;

/// The scripts of the last readings by name, each with the text that it was made of. Nothing in it depends on where a script
/// stands among others. Who reads once has an empty one.
#[derive(Debug, Default)]
pub struct Known {
    scripts: HashMap<String, (Arc<Tree>, Option<Arc<AST>>)>,
    helper: Option<Helper>,
}

impl Known {
    /// One that knows nothing yet, for readings that somebody waits for: a second thread does a part of each.
    pub fn with_helper() -> io::Result<Known> {
        Ok(Known { helper: Some(Helper::start()?), ..Known::default() })
    }

    /// The tree of a script, parsed unless its text is the remembered one.
    pub(super) fn tree(&self, name: &str, text: &Arc<str>) -> Arc<Tree> {
        let known = self.scripts.get(name).map(|(tree, _)| tree).filter(|it| it.text() == text);
        known.map_or_else(|| Arc::new(syntax::parse(text.clone())), Arc::clone)
    }

    /// What the engine made of a script, if it is the remembered one, or differs from it in one statement.
    pub(super) fn ast(&self, script: &Script, source: &Source) -> Option<Arc<AST>> {
        let (tree, ast) = self.scripts.get(&script.name)?;
        let ast = ast.as_ref()?;
        if Arc::ptr_eq(tree, &script.tree) {
            return Some(ast.clone());
        }
        patch::patched(tree, ast, script, source).map(Arc::new)
    }

    /// Remembers scripts in the place of those of their names.
    pub(super) fn keep(&mut self, scripts: &[Script]) {
        if self.scripts.len() > MOST {
            self.scripts.clear();
        }
        for it in scripts {
            self.scripts.insert(it.name.clone(), (it.tree.clone(), it.ast.clone()));
        }
    }

    /// Does two things, at the same time where somebody helps.
    pub(super) fn both<A: Send + 'static, B>(
        &self,
        aside: impl FnOnce() -> A + Send + 'static,
        here: impl FnOnce(&Known) -> B,
    ) -> (B, A) {
        match &self.helper {
            Some(helper) => helper.both(aside, || here(self)),
            None => (here(self), aside()),
        }
    }
}

/// A thread that waits for something to do. It ends with its owner.
#[derive(Debug)]
struct Helper(Sender<Box<dyn FnOnce() + Send>>);

impl Helper {
    fn start() -> io::Result<Helper> {
        let (tasks, inbox) = channel::<Box<dyn FnOnce() + Send>>();
        let builder = std::thread::Builder::new().name("help".to_owned());
        builder.stack_size(limits::STACK).spawn(move || {
            for task in inbox {
                // Who waits for the result sees that there is none.
                catch_unwind(AssertUnwindSafe(task)).unwrap_or_default();
            }
        })?;
        Ok(Helper(tasks))
    }

    /// Hands one thing over and does the other. What the thread has not begun until then, for want of a processor, is done
    /// here as well.
    fn both<A: Send + 'static, B>(
        &self,
        aside: impl FnOnce() -> A + Send + 'static,
        here: impl FnOnce() -> B,
    ) -> (B, A) {
        let task = Arc::new(Mutex::new(Some(aside)));
        let (done, result) = channel();
        let theirs = task.clone();
        let work = move || {
            if let Some(aside) = take(&theirs) {
                // Without its receiver nobody wants it any more.
                done.send(aside()).unwrap_or_default();
            }
        };
        self.0.send(Box::new(work)).unwrap_or_default();
        let here = here();
        let aside = match take(&task) {
            Some(aside) => aside(),
            None => result.recv().expect("there is no bug in what the thread did"),
        };
        (here, aside)
    }
}

fn take<T>(task: &Mutex<Option<T>>) -> Option<T> {
    task.lock().unwrap_or_else(PoisonError::into_inner).take()
}

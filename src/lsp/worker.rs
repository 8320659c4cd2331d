//! The thread that compiles. Of several wishes for one script only the newest is done: one that is no longer wanted is
//! stopped, wherever it is.

use std::any::Any;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender};
use std::sync::{Arc, OnceLock};

use crate::compile::Inputs;
use crate::ide::{self, Analysis, Good, Outcome};
use crate::lsp::buffers::Buffers;
use crate::lsp::convert::Text;
use crate::lsp::state::Event;
use crate::script::known::Known;
use crate::script::limits;
use crate::script::values::Unreadable;
use crate::source::SourceId;

/// What the thread is asked to do.
#[derive(Debug)]
pub(super) enum Job {
    /// Compile.
    Compile(Wish),
    /// Take down what this thread made and nobody needs any more. Another would wait for its memory, and hold it up.
    Drop(Box<dyn Any + Send>),
}

/// A wish.
#[derive(Debug)]
pub(super) struct Wish {
    /// The script that it is for.
    pub(super) entry: PathBuf,
    /// By which its result is known to be new enough.
    pub(super) revision: u64,
    /// What is compiled.
    pub(super) inputs: Inputs,
    /// The files.
    pub(super) files: Buffers,
}

/// What was read, with its lines.
#[derive(Debug)]
pub(super) struct Loaded {
    /// What was read.
    pub(super) analysis: Analysis,
    /// The lines of each source, made when they are first asked for.
    texts: HashMap<SourceId, OnceLock<Text>>,
}

impl Loaded {
    /// A source with its lines.
    pub(super) fn text(&self, id: SourceId) -> &Text {
        let text = || Text::new(self.analysis.sources.get(id).text.clone());
        self.texts[&id].get_or_init(text)
    }
}

/// A result, in the order in which it comes about.
#[derive(Debug)]
pub(super) enum Result {
    /// Everything is read.
    Loaded(Arc<Loaded>),
    /// It has run.
    Checked(Arc<Loaded>, Arc<Outcome>),
    /// Its plan was made, if it has one.
    Planned(Option<Arc<Good>>),
    /// A file cannot be read, or there is a bug; the reason.
    Failed(String),
}

/// Starts the thread. It ends with the sender of its jobs.
pub(super) fn start(jobs: Receiver<Job>, events: Sender<Event>) -> std::io::Result<()> {
    let builder = std::thread::Builder::new().name("compile".to_owned());
    let known = Known::with_helper()?;
    builder.stack_size(limits::STACK).spawn(move || work(&jobs, &events, known))?;
    Ok(())
}

fn work(jobs: &Receiver<Job>, events: &Sender<Event>, mut known: Known) {
    for job in jobs {
        match job {
            Job::Compile(wish) => {
                let Wish { entry, revision, .. } = &wish;
                let tell = |result| {
                    let event =
                        Event::Compiled { entry: entry.clone(), revision: *revision, result };
                    // Where nobody listens any more, nobody asks.
                    events.send(event).unwrap_or_default();
                };
                let done = catch_unwind(AssertUnwindSafe(|| compile(&wish, &mut known, &tell)));
                let bug = || Err("this is a bug of mimeo".to_owned());
                if let Err(reason) = done.unwrap_or_else(|_| bug()) {
                    tell(Result::Failed(reason));
                }
            }
            Job::Drop(old) => drop(old),
        }
    }
}

/// Tells what comes about, as soon as it does: findings are waited for, plans are looked at later.
fn compile(
    wish: &Wish,
    known: &mut Known,
    tell: &dyn Fn(Result),
) -> std::result::Result<(), String> {
    // Of an older text nobody looks at what it declares, and this may be a part of it.
    let stopped = || wish.inputs.stop.is_wanted();
    if stopped() {
        return Ok(());
    }
    let unreadable = |it: Unreadable| it.to_string();
    let analysis = ide::analyse(&wish.files, &wish.inputs, known).map_err(unreadable)?;
    let texts = analysis.sources.iter().map(|(id, _)| (id, OnceLock::new())).collect();
    let loaded = Arc::new(Loaded { analysis, texts });
    tell(Result::Loaded(loaded.clone()));
    let ran = ide::run(&wish.files, &loaded.analysis);
    if stopped() {
        return Ok(());
    }
    let outcome = Arc::new(ran.map_err(unreadable)?);
    tell(Result::Checked(loaded.clone(), outcome.clone()));
    if stopped() {
        return Ok(());
    }
    tell(Result::Planned(Good::of(&loaded.analysis, &outcome).map(Arc::new)));
    Ok(())
}

//! The thread that compiles. Of several wishes for one script only the newest is done: one that is no longer wanted is
//! stopped, wherever it is.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender};

use crate::compile::Inputs;
use crate::ide::{self, Analysis, Outcome};
use crate::lsp::buffers::Buffers;
use crate::lsp::convert::Text;
use crate::lsp::state::Event;
use crate::script::limits;

/// A wish.
#[derive(Debug)]
pub(super) struct Job {
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
    /// The lines of each source, in the order of the sources.
    pub(super) texts: Vec<Text>,
}

/// A result, in the order in which it comes about.
#[derive(Debug)]
pub(super) enum Result {
    /// Everything is read.
    Loaded(Arc<Loaded>),
    /// It has run.
    Checked(Arc<Loaded>, Arc<Outcome>),
    /// A file cannot be read, or there is a bug; the reason.
    Failed(String),
}

/// Starts the thread. It ends with the sender of its jobs.
pub(super) fn start(jobs: Receiver<Job>, events: Sender<Event>) -> std::io::Result<()> {
    let builder = std::thread::Builder::new().name("compile".to_owned());
    builder.stack_size(limits::STACK).spawn(move || work(&jobs, &events))?;
    Ok(())
}

fn work(jobs: &Receiver<Job>, events: &Sender<Event>) {
    for job in jobs {
        let tell = |result| {
            let event =
                Event::Compiled { entry: job.entry.clone(), revision: job.revision, result };
            events.send(event).is_ok()
        };
        let stop = &job.inputs.stop;
        if stop.is_wanted() {
            continue;
        }
        let read = catch_unwind(AssertUnwindSafe(|| load(&job)));
        let loaded = match read {
            Ok(Ok(loaded)) => Arc::new(loaded),
            Ok(Err(reason)) => {
                tell(Result::Failed(reason));
                continue;
            }
            Err(_) => {
                tell(Result::Failed("this is a bug of mimeo".to_owned()));
                continue;
            }
        };
        if !tell(Result::Loaded(loaded.clone())) {
            return;
        }
        let ran = catch_unwind(AssertUnwindSafe(|| ide::run(&job.files, &loaded.analysis)));
        let result = match ran {
            // Of an older text nobody looks at what it declares, and this may be a part of it.
            _ if stop.is_wanted() => continue,
            Ok(Ok(outcome)) => Result::Checked(loaded, Arc::new(outcome)),
            Ok(Err(unreadable)) => Result::Failed(unreadable.to_string()),
            Err(_) => Result::Failed("this is a bug of mimeo".to_owned()),
        };
        tell(result);
    }
}

fn load(job: &Job) -> std::result::Result<Loaded, String> {
    let analysis = ide::analyse(&job.files, &job.inputs).map_err(|it| it.to_string())?;
    let texts = analysis.sources.iter().map(|(_, it)| Text::new(it.text.clone())).collect();
    Ok(Loaded { analysis, texts })
}

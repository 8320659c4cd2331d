//! The language server: what an editor sees of scripts and values files while they are written.
//!
//! One thread owns the state and answers; another compiles, and a third takes a part of that. Findings are told as soon as they
//! are known, before the plan is made. A request waits until what it asks for has been made of the newest text, which takes a
//! millisecond; a result that is older than the text is dropped. What is open in the editor is the truth, also before it is
//! saved. Nothing here changes a file of the project.

mod actions;
mod answer;
mod buffers;
mod commands;
mod convert;
mod find;
mod library;
mod publish;
mod settings;
mod start;
mod state;
mod wire;
mod worker;

use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::channel;

use jiff::civil::Date;

use crate::installer::Packages;
use crate::lsp::state::{Event, Server};

/// What the server is given by the shell.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Environment variables `MIMEO_PARAM_…`.
    pub environment: Vec<(String, String)>,
    /// What day it is.
    pub today: fn() -> Date,
    /// Who knows what the installer's package says.
    pub packages: Arc<dyn Packages>,
    /// Where texts of the program may be put for the editor to open: the standard library, and what was asked to be shown.
    pub library: Option<PathBuf>,
    /// The folder that relative paths count from where the client names none.
    pub folder: PathBuf,
}

/// How the conversation ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ended {
    /// By `shutdown` and `exit`.
    Properly,
    /// By `exit` alone, or because the client is gone.
    Abruptly,
}

/// Serves one client until it says `exit` or is gone.
pub fn serve(
    input: impl BufRead + Send + 'static,
    output: impl Write,
    setup: Setup,
) -> std::io::Result<Ended> {
    let (events, inbox) = channel();
    let (jobs, wishes) = channel();
    worker::start(wishes, events.clone())?;
    // The thread is not waited for: it may be in the middle of a read that never ends.
    std::thread::Builder::new().name("read".to_owned()).spawn(move || {
        let mut input = input;
        while let Ok(Some(frame)) = wire::read(&mut input) {
            if events.send(Event::Frame(frame)).is_err() {
                return;
            }
        }
        // The other end may be gone as well.
        events.send(Event::Closed).unwrap_or_default();
    })?;
    let mut server = Server::new(output, jobs, setup);
    for event in inbox {
        if let Some(ended) = server.handle(event) {
            return Ok(ended);
        }
    }
    Ok(Ended::Abruptly)
}

//! The command of `--exec`: started for one customer after the other, with the plan in a file.
#![expect(
    clippy::disallowed_methods,
    reason = "it starts the command that was asked for, and keeps what it says"
)]

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::cli::Failure;
use crate::cli::temporary::Temporary;
use crate::cli::ui::write_file;
use crate::plan::visible;
use crate::watch::board::milliseconds;
use crate::watch::event::Event;
use crate::watch::run::Checked;

/// How a command ended.
#[derive(Clone, Debug)]
pub(super) struct Ended {
    /// The customer.
    pub(super) customer: String,
    /// The exit code; none if it was killed, or did not start.
    pub(super) status: Option<i32>,
    /// How long it took.
    pub(super) took: Duration,
    /// What it wrote.
    pub(super) text: String,
}

impl Ended {
    /// In words.
    pub(super) fn words(&self) -> String {
        let how = match self.status {
            Some(0) => "ended well".to_owned(),
            Some(code) => format!("ended with {code}"),
            None => "did not end by itself".to_owned(),
        };
        let last = self.text.lines().last().map(|it| format!(": {}", visible(it.trim())));
        let took = milliseconds(self.took);
        format!("exec for {} {how} ({took:.0} ms){}", self.customer, last.unwrap_or_default())
    }

    /// For programs.
    pub(super) fn event(&self) -> Event {
        Event::Exec {
            customer: self.customer.clone(),
            status: self.status,
            milliseconds: milliseconds(self.took),
        }
    }
}

/// Runs the command.
#[derive(Debug)]
pub(super) struct Commands {
    line: String,
    folder: Temporary,
    stop: Arc<AtomicBool>,
}

impl Commands {
    /// A command line, and a folder for the plans.
    pub(super) fn new(line: String) -> Result<Self, Failure> {
        Ok(Commands { line, folder: Temporary::new()?, stop: Arc::default() })
    }

    /// Runs it for one customer, to its end.
    pub(super) fn run(&mut self, checked: &Checked) -> Ended {
        let started = Instant::now();
        let (status, text) = match self.start(checked) {
            Ok((mut child, said)) => {
                let status = self.wait(&mut child);
                (status, std::fs::read(&said).unwrap_or_default())
            }
            Err(error) => (None, format!("it did not start: {error}\n").into_bytes()),
        };
        let text = String::from_utf8_lossy(&text).into_owned();
        Ended { customer: checked.name.clone(), status, took: started.elapsed(), text }
    }

    fn start(&self, checked: &Checked) -> io::Result<(Child, PathBuf)> {
        let plan = checked.compiled.as_ref().and_then(|it| it.plan.as_ref());
        let plan = plan.ok_or_else(|| io::Error::other("there is no plan"))?;
        let file = self.folder.path().join(format!("{}.plan.json", file_name(&checked.name)));
        write_file(&file, &plan.to_json()).map_err(|it| io::Error::other(it.message))?;
        // A pipe that nobody empties would stop it.
        let said = self.folder.path().join("said");
        let out = File::create(&said)?;
        let child = shell(&self.line)
            .env("MIMEO_PLAN", &file)
            .env("MIMEO_CUSTOMER", &checked.name)
            .stdin(Stdio::null())
            .stdout(out.try_clone()?)
            .stderr(out)
            .spawn()?;
        Ok((child, said))
    }

    fn wait(&self, child: &mut Child) -> Option<i32> {
        let mut pause = Duration::from_millis(1);
        loop {
            match child.try_wait() {
                Ok(Some(status)) => return status.code(),
                Ok(None) if !self.stop.load(Ordering::Relaxed) => {
                    std::thread::sleep(pause);
                    pause = (pause * 2).min(Duration::from_millis(20));
                }
                Ok(None) | Err(_) => {
                    // It may have ended by itself in between.
                    child.kill().and_then(|()| child.wait().map(drop)).unwrap_or_default();
                    return None;
                }
            }
        }
    }
}

#[cfg(not(windows))]
fn shell(line: &str) -> Command {
    let mut command = Command::new("sh");
    command.arg("-c").arg(line);
    command
}

#[cfg(windows)]
fn shell(line: &str) -> Command {
    use std::os::windows::process::CommandExt;
    let mut command = Command::new("cmd");
    // Its own quoting is not that of other programs.
    command.arg("/C").raw_arg(line);
    command
}

/// A name that is one of a file.
fn file_name(name: &str) -> String {
    let fits = |it: char| it.is_alphanumeric() || matches!(it, '-' | '_' | '.');
    name.chars().map(|it| if fits(it) { it } else { '_' }).collect()
}

/// A thread that runs the command for whoever has a new plan; of several plans of one customer, the last.
#[derive(Debug)]
pub(super) struct Line {
    orders: Option<Sender<Arc<Checked>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Line {
    /// Starts it; `report` is told how each command ended.
    pub(super) fn new(
        line: String,
        report: impl Fn(Ended) + Send + 'static,
    ) -> Result<Self, Failure> {
        let commands = Commands::new(line)?;
        let stop = commands.stop.clone();
        let (send, receive) = channel();
        let thread = std::thread::spawn(move || work(commands, &receive, &report));
        Ok(Line { orders: Some(send), stop, thread: Some(thread) })
    }

    /// Has it run for a customer.
    pub(super) fn order(&self, checked: Arc<Checked>) {
        if let Some(orders) = &self.orders {
            // The thread lives as long as this.
            orders.send(checked).unwrap_or_default();
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            // What it died of was told by the panic itself.
            thread.join().unwrap_or_default();
        }
    }
}

fn work(mut commands: Commands, orders: &Receiver<Arc<Checked>>, report: &dyn Fn(Ended)) {
    let mut waiting: BTreeMap<String, Arc<Checked>> = BTreeMap::new();
    loop {
        if waiting.is_empty() {
            let Ok(first) = orders.recv() else { return };
            waiting.insert(first.name.clone(), first);
        }
        waiting.extend(orders.try_iter().map(|it| (it.name.clone(), it)));
        if commands.stop.load(Ordering::Relaxed) {
            return;
        }
        if let Some((_, checked)) = waiting.pop_first() {
            report(commands.run(&checked));
        }
    }
}

/// Opens an editor on this terminal, and waits for its end.
pub(super) fn edit(program: &str, args: &[String]) -> io::Result<()> {
    Command::new(program).args(args).status().map(drop)
}

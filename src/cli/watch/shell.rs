//! The thin shell of watching: threads that hear, read keys, run and start commands, and one that owns the state.
#![expect(clippy::disallowed_methods, reason = "watching has a clock")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant, SystemTime};

use jiff::civil::Date;

use crate::cli::check::make_edits;
use crate::cli::screen::Output;
use crate::cli::ui::{Ui, variable};
use crate::cli::watch::command::{Ended, Line, edit};
use crate::cli::watch::ears::{CLOSES, Ears};
use crate::cli::watch::terminal::{Input, Screen};
use crate::cli::watch::{Args, day, interval, tell, tell_end};
use crate::cli::{ExitStatus, Failure};
use crate::export;
use crate::plan::visible;
use crate::script::limits;
use crate::source::files::Disk;
use crate::watch::attention::{Attention, Pace, Signal, Verdict};
use crate::watch::board::{Board, Cause};
use crate::watch::editor::editor;
use crate::watch::keys::{Act, Key, View};
use crate::watch::look::{self, Mark, Want};
use crate::watch::run::{Outcome, Runner, Setup};
use crate::watch::screen::{frame, height};
use crate::watch::trail::{Stir, Trail};

/// Where events come, everything is looked at this often all the same: what is found then tells of a folder without.
const SELDOM: Duration = Duration::from_secs(1);
/// Where none come, this often.
const OFTEN: Duration = Duration::from_millis(200);

/// What the threads tell the one that owns the state.
#[derive(Debug)]
enum Message {
    /// Something happened to a file.
    Stirred(Stir, Instant),
    /// From the terminal.
    Terminal(Input),
    /// A run has ended.
    Done(u64, Option<Outcome>),
    /// A command has ended.
    Ended(Ended),
    /// The system asks to end.
    #[cfg(unix)]
    Interrupted,
}

/// What is to be run.
#[derive(Debug)]
struct Order {
    number: u64,
    changed: BTreeSet<Want>,
    whole: bool,
    as_of: Date,
}

/// The state of watching.
pub(super) struct Shell<'a> {
    args: &'a Args,
    ui: Ui,
    messages: Receiver<Message>,
    orders: Sender<Order>,
    /// The number of the last order: what is older is overtaken.
    latest: Arc<AtomicU64>,
    attention: Attention,
    trail: Trail,
    ears: Ears,
    marks: BTreeMap<PathBuf, Mark>,
    board: Board,
    view: View,
    screen: Option<Screen>,
    line: Option<Line>,
    began: Instant,
    /// When the first word of the change was heard that the next run is for.
    heard: Option<Instant>,
    /// What the run is for that is under way.
    under_way: Option<(Instant, BTreeSet<Want>)>,
    /// When everything is looked at again.
    next_look: Instant,
}

impl<'a> Shell<'a> {
    /// Starts the threads, and the first run.
    pub(super) fn new(args: &'a Args, setup: Setup, ui: Ui) -> Result<Self, Failure> {
        let began = Instant::now();
        let (send, messages) = channel();
        let latest = Arc::new(AtomicU64::new(0));
        let orders = worker(setup, send.clone(), latest.clone());
        let ears = if args.poll.is_some() {
            Ears::none()
        } else {
            let send = send.clone();
            // Whoever has ended hears nothing.
            Ears::new(move |it| send.send(Message::Stirred(it, Instant::now())).unwrap_or_default())
        };
        let line = match &args.exec {
            Some(line) => {
                let send = send.clone();
                let report = move |it| send.send(Message::Ended(it)).unwrap_or_default();
                Some(Line::new(line.clone(), report)?)
            }
            None => None,
        };
        heed_signals(send.clone());
        let seen = args.output_format == Output::Full && ui.is_watched() && ui.can_be_asked();
        let screen = if seen {
            let tell = move |it| send.send(Message::Terminal(it)).unwrap_or_default();
            Screen::new(tell).ok()
        } else {
            None
        };
        let mut pace = Pace::new(CLOSES);
        if args.poll.is_some() {
            pace.late = pace.settle;
        }
        let mut shell = Shell {
            args,
            ui,
            messages,
            orders,
            latest,
            attention: Attention::new(pace),
            trail: Trail::default(),
            ears,
            marks: BTreeMap::new(),
            board: Board::default(),
            view: View::default(),
            screen,
            line,
            began,
            heard: None,
            under_way: None,
            next_look: began,
        };
        shell.order(BTreeSet::new(), true);
        Ok(shell)
    }

    /// Watches, until somebody ends it.
    pub(super) fn watch(&mut self) -> ExitStatus {
        loop {
            let wait = self.wait();
            match self.messages.recv_timeout(wait) {
                Ok(message) => {
                    if let Some(status) = self.heed(message) {
                        return status;
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return ExitStatus::Bug,
            }
            // What was said meanwhile belongs together, but keys and results do not wait.
            while let Ok(message) = self.messages.try_recv() {
                if let Some(status) = self.heed(message) {
                    return status;
                }
            }
            self.look();
        }
    }

    /// Gives the terminal back, and ends the command that runs.
    pub(super) fn end(&mut self) {
        self.screen = None;
        self.line = None;
    }

    fn now(&self) -> Duration {
        self.began.elapsed()
    }

    fn wait(&self) -> Duration {
        let next = self.next_look.saturating_duration_since(Instant::now());
        let due = self.attention.due().map(|it| it.saturating_sub(self.now()));
        due.map_or(next, |it| it.min(next))
    }

    fn heed(&mut self, message: Message) -> Option<ExitStatus> {
        match message {
            Message::Stirred(stir, at) => self.hear(&stir, at),
            Message::Terminal(Input::Resized) => self.draw(),
            Message::Terminal(Input::Pressed(key)) => return self.press(key),
            Message::Done(number, outcome) => {
                if number == self.latest.load(Ordering::SeqCst)
                    && let Some(outcome) = outcome
                    && !self.show(&outcome)
                {
                    return Some(ExitStatus::Clean);
                }
            }
            Message::Ended(ended) => {
                if self.screen.is_some() {
                    self.board.aside = Some(ended.words());
                    self.draw();
                } else {
                    self.ui.talk(&ended.text);
                    if !tell_end(&ended, self.args.output_format, &self.ui) {
                        return Some(ExitStatus::Clean);
                    }
                }
            }
            #[cfg(unix)]
            Message::Interrupted => return Some(ExitStatus::Interrupted),
        }
        None
    }

    fn hear(&mut self, stir: &Stir, at: Instant) {
        let concern = self.trail.concern(stir);
        let now = self.now();
        for (want, signal) in &concern.signals {
            self.attention.hear(want, *signal, now);
            if !self.ears.deaf.is_empty()
                && let Some(home) = self.trail.home(want)
            {
                self.ears.trust(&home);
            }
        }
        if concern.folders {
            self.follow(true);
        }
        if !concern.signals.is_empty() || concern.folders {
            self.heard.get_or_insert(at);
        }
    }

    /// Follows where paths lead now, and watches there.
    fn follow(&mut self, anew: bool) {
        let base = std::path::absolute(".").unwrap_or_default();
        let wants: Vec<Want> = self.attention.known().map(|(want, _)| want.clone()).collect();
        self.trail = Trail::new(&wants, &base, &look::link, &look::is_folder);
        self.ears.attend(self.trail.folders(), anew);
        if anew {
            let now = self.now();
            for want in &wants {
                self.attention.hear(want, Signal::Firm, now);
            }
        }
    }

    /// Looks at what is to be looked at, and orders a run if something changed.
    fn look(&mut self) {
        if self.next_look <= Instant::now() {
            self.look_around();
        }
        let now = self.now();
        for want in self.attention.ready(now) {
            let found = look::look(&want, self.attention.seen(&want));
            match self.attention.judge(&want, found, now) {
                Verdict::Unheard => {
                    self.heard.get_or_insert_with(Instant::now);
                    if self.ears.are_open()
                        && let Some(home) = self.trail.home(&want)
                    {
                        self.ears.doubt(&home);
                    }
                }
                Verdict::Same | Verdict::Wait | Verdict::Changed => {}
            }
        }
        if let Some(changed) = self.attention.take(now) {
            self.order(changed, false);
        } else if self.attention.due().is_none() {
            // It was nothing.
            self.heard = None;
        }
    }

    /// Looks whether something may have changed that no event told of.
    fn look_around(&mut self) {
        let every = match interval(self.args) {
            Some(every) => every,
            None if self.ears.are_open() && self.ears.deaf.is_empty() => SELDOM,
            None => OFTEN,
        };
        self.next_look = Instant::now() + every;
        let (now, time) = (self.now(), SystemTime::now());
        let wants: Vec<Want> = self.attention.known().map(|(want, _)| want.clone()).collect();
        let mut marks: BTreeMap<PathBuf, (Mark, bool)> = BTreeMap::new();
        for want in wants {
            let (_, differs) = *marks.entry(want.path.clone()).or_insert_with(|| {
                let mark = look::mark(&want.path, time);
                let before = self.marks.get(&want.path);
                (mark, before.is_some_and(|it| mark.may_differ(it)))
            });
            if differs {
                self.attention.hear(&want, Signal::Unheard, now);
            }
        }
        self.marks = marks.into_iter().map(|(path, (mark, _))| (path, mark)).collect();
    }

    fn order(&mut self, changed: BTreeSet<Want>, whole: bool) {
        let number = self.latest.load(Ordering::SeqCst) + 1;
        self.latest.store(number, Ordering::SeqCst);
        let heard = self.heard.take().unwrap_or_else(Instant::now);
        // A run that is overtaken was for changes that are now this run's.
        let (since, mut all) = self.under_way.take().unwrap_or((heard, BTreeSet::new()));
        all.extend(changed.iter().cloned());
        self.under_way = Some((since.min(heard), all));
        let order = Order { number, changed, whole, as_of: day(self.args) };
        // The worker lives as long as this.
        self.orders.send(order).unwrap_or_default();
    }

    /// Takes a result in and shows it; whether anybody sees it.
    fn show(&mut self, outcome: &Outcome) -> bool {
        let (since, changed) = self.under_way.take().unwrap_or((Instant::now(), BTreeSet::new()));
        let new = self.attention.adopt(&outcome.readings);
        let mut names: Vec<String> = Vec::new();
        for want in &changed {
            let name = want.path.file_name().unwrap_or(want.path.as_os_str()).to_string_lossy();
            let name = visible(&name).into_owned();
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let polled = self.ears.deaf.iter().map(|it| it.display().to_string()).collect();
        let cause = Cause { changed: names, took: since.elapsed(), polled };
        let planned = self.board.take(outcome, cause);
        self.view.keep(&self.board);
        let seen = if self.screen.is_some() {
            self.draw();
            true
        } else {
            tell(&self.board, self.args.output_format, &self.ui)
        };
        if let Some(line) = &self.line {
            for checked in planned {
                line.order(checked);
            }
        }
        // Whoever waits for the result comes first.
        if !new.is_empty() || self.attention.known().count() != self.trail.len() {
            self.follow(false);
            let now = self.now();
            for want in &new {
                self.attention.hear(want, Signal::Firm, now);
            }
        }
        seen
    }

    fn draw(&mut self) {
        if self.screen.is_none() {
            return;
        }
        let (width, lines) = Screen::size();
        let style =
            export::Style { colour: self.ui.colours(), unicode: self.ui.is_unicode(), width };
        Screen::draw(&frame(&self.board, &mut self.view, &style, lines));
    }

    fn press(&mut self, key: Key) -> Option<ExitStatus> {
        let (_, lines) = Screen::size();
        match self.view.press(key, &self.board, height(lines)) {
            Act::Quit if matches!(key, Key::Control(_)) => {
                return Some(ExitStatus::Interrupted);
            }
            Act::Quit => return Some(ExitStatus::Clean),
            Act::Again => self.order(BTreeSet::new(), true),
            Act::Edit(index) => self.edit(index),
            Act::Fix(index) => self.fix(index),
            Act::Draw => {}
        }
        self.draw();
        None
    }

    fn edit(&mut self, index: usize) {
        let Some(item) = self.board.items.get(index) else { return };
        let Some(path) = self.board.path(item) else {
            self.board.aside = Some("this finding is in no file".to_owned());
            return;
        };
        let named = variable("VISUAL").or_else(|| variable("EDITOR"));
        let spot = (item.note.line, item.note.column);
        let Some((program, args)) = named.and_then(|it| editor(&it, &path, spot)) else {
            self.board.aside = Some("name an editor in the variable VISUAL or EDITOR".to_owned());
            return;
        };
        if let Some(screen) = &self.screen {
            let done = screen.lend(|| edit(&program, &args));
            self.board.aside = done.err().map(|it| format!("{program}: {it}"));
        }
    }

    fn fix(&mut self, index: usize) {
        let Some(item) = self.board.items.get(index) else { return };
        let (Some((checked, compiled, _)), Some(fix)) =
            (self.board.finding(item), self.board.fix(item))
        else {
            return;
        };
        let edits: Vec<_> = fix.edits.iter().collect();
        let made = make_edits(compiled, &checked.inputs, &edits);
        self.board.aside = Some(match made {
            Ok(_) => format!("made: {}", fix.title),
            Err(failure) => failure.message,
        });
    }
}

/// The thread that runs.
fn worker(setup: Setup, tell: Sender<Message>, latest: Arc<AtomicU64>) -> Sender<Order> {
    let (orders, receive) = channel::<Order>();
    let work = move || {
        let mut runner = Runner::new(setup);
        while let Ok(Order { number, changed, whole, as_of }) = receive.recv() {
            if whole {
                runner.forget();
            }
            let is_overtaken = || latest.load(Ordering::SeqCst) != number;
            let outcome = runner.run(&Disk, changed, as_of, &is_overtaken);
            if tell.send(Message::Done(number, outcome)).is_err() {
                return;
            }
        }
    };
    let thread = std::thread::Builder::new().stack_size(limits::STACK).spawn(work);
    drop(thread.expect("the system has room for a thread"));
    orders
}

/// Has the signals that ask to end come as messages, so that the terminal is given back.
#[cfg(unix)]
fn heed_signals(tell: Sender<Message>) {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    // Without them the process ends as any other does.
    let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGHUP, SIGINT, SIGTERM]) else {
        return;
    };
    std::thread::spawn(move || {
        for _ in &mut signals {
            tell.send(Message::Interrupted).unwrap_or_default();
        }
    });
}

#[cfg(not(unix))]
fn heed_signals(tell: Sender<Message>) {
    // A console whose window is closed takes its screen with it.
    drop(tell);
}

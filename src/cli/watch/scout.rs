//! Who hears of files, looks at them and has runs made: on a thread of its own, so that a file on a share that does not
//! answer keeps no key waiting.
#![expect(clippy::disallowed_methods, reason = "watching has a clock")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant, SystemTime};

use jiff::civil::Date;

use crate::cli::ui;
use crate::cli::watch::ears::{CLOSES, Ears};
use crate::plan::visible;
use crate::script::limits;
use crate::source::files::Disk;
use crate::watch::attention::{Attention, Pace, Signal, Verdict};
use crate::watch::board::Cause;
use crate::watch::look::{self, Mark, Want};
use crate::watch::run::{Outcome, Runner, Setup};
use crate::watch::trail::{Stir, Trail};

/// Where events come, everything is looked at this often all the same: what is found then tells of a folder without.
const SELDOM: Duration = Duration::from_secs(1);
/// Where none come, this often.
const OFTEN: Duration = Duration::from_millis(200);

/// What a scout is told.
#[derive(Debug)]
pub(super) enum Word {
    /// Something happened to a file.
    Stirred(Stir, Instant),
    /// Somebody wants everything to be run again.
    Again,
    /// A run has ended.
    Done(u64, Option<Outcome>),
}

/// What a scout tells.
#[derive(Debug)]
pub(super) enum Report {
    /// A run that nothing overtook.
    Run(Outcome, Cause),
    /// A thread has died of a bug, which it told itself.
    Dead,
}

/// How files are watched.
#[derive(Clone, Copy, Debug)]
pub(super) struct Habits {
    /// The interval of looks, where no events are to be used.
    pub(super) poll: Option<Duration>,
    /// The day on which dated rules are judged; that of each run if none is given.
    pub(super) as_of: Option<Date>,
}

/// What is to be run.
#[derive(Debug)]
struct Order {
    number: u64,
    changed: BTreeSet<Want>,
    whole: bool,
    as_of: Date,
}

/// The state of watching files.
struct Scout {
    habits: Habits,
    words: Receiver<Word>,
    orders: Sender<Order>,
    /// The number of the last order: what is older is overtaken.
    latest: Arc<AtomicU64>,
    attention: Attention,
    trail: Trail,
    ears: Ears,
    marks: BTreeMap<PathBuf, Mark>,
    began: Instant,
    /// When the first word of the change was heard that the next run is for.
    heard: Option<Instant>,
    /// What the run is for that is under way.
    under_way: Option<(Instant, BTreeSet<Want>)>,
    /// When everything is looked at again.
    next_look: Instant,
}

/// Sends a scout out, who has the first run made at once. It ends when nobody hears its reports.
pub(super) fn send(
    setup: Setup,
    habits: Habits,
    tell: impl Fn(Report) -> bool + Clone + Send + 'static,
) -> Sender<Word> {
    let (send, words) = channel();
    let again = send.clone();
    let knell = Knell(tell.clone());
    spawn(move || {
        let latest = Arc::new(AtomicU64::new(0));
        let orders = worker(setup, send.clone(), latest.clone(), Knell(tell.clone()));
        let (ears, mut pace) = (ears(habits, send), Pace::new(CLOSES));
        if habits.poll.is_some() {
            pace.late = pace.settle;
        }
        let began = Instant::now();
        let mut scout = Scout {
            habits,
            words,
            orders,
            latest,
            attention: Attention::new(pace),
            trail: Trail::default(),
            ears,
            marks: BTreeMap::new(),
            began,
            heard: None,
            under_way: None,
            next_look: began,
        };
        scout.order(BTreeSet::new(), true);
        scout.watch(&tell);
        drop(knell);
    });
    again
}

fn ears(habits: Habits, send: Sender<Word>) -> Ears {
    if habits.poll.is_some() {
        return Ears::none();
    }
    // Whoever has ended hears nothing.
    Ears::new(move |it| send.send(Word::Stirred(it, Instant::now())).unwrap_or_default())
}

/// Tells when its thread dies of a bug.
struct Knell<F: Fn(Report) -> bool>(F);

impl<F: Fn(Report) -> bool> Drop for Knell<F> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            (self.0)(Report::Dead);
        }
    }
}

/// Starts a thread with the stack that scripts need.
fn spawn(work: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(limits::STACK).spawn(work);
    drop(thread.expect("the system has room for a thread"));
}

/// The thread that runs.
fn worker<F: Fn(Report) -> bool + Send + 'static>(
    setup: Setup,
    tell: Sender<Word>,
    latest: Arc<AtomicU64>,
    knell: Knell<F>,
) -> Sender<Order> {
    let (orders, receive) = channel::<Order>();
    spawn(move || {
        let mut runner = Runner::new(setup);
        while let Ok(Order { number, changed, whole, as_of }) = receive.recv() {
            if whole {
                runner.forget();
            }
            let is_overtaken = || latest.load(Ordering::SeqCst) != number;
            let outcome = runner.run(&Disk, changed, as_of, &is_overtaken);
            if tell.send(Word::Done(number, outcome)).is_err() {
                break;
            }
        }
        drop(knell);
    });
    orders
}

impl Scout {
    fn watch(&mut self, tell: &dyn Fn(Report) -> bool) {
        loop {
            match self.words.recv_timeout(self.wait()) {
                Ok(word) => {
                    if !self.heed(word, tell) {
                        return;
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            // What was said meanwhile belongs together, but results do not wait.
            while let Ok(word) = self.words.try_recv() {
                if !self.heed(word, tell) {
                    return;
                }
            }
            self.look();
        }
    }

    fn now(&self) -> Duration {
        self.began.elapsed()
    }

    fn wait(&self) -> Duration {
        let next = self.next_look.saturating_duration_since(Instant::now());
        let due = self.attention.due().map(|it| it.saturating_sub(self.now()));
        due.map_or(next, |it| it.min(next))
    }

    /// Does what a word asks for; whether anybody still hears of it.
    fn heed(&mut self, word: Word, tell: &dyn Fn(Report) -> bool) -> bool {
        match word {
            Word::Stirred(stir, at) => self.hear(&stir, at),
            Word::Again => self.order(BTreeSet::new(), true),
            Word::Done(number, outcome) => {
                if number == self.latest.load(Ordering::SeqCst)
                    && let Some(outcome) = outcome
                {
                    return self.report(outcome, tell);
                }
            }
        }
        true
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
        let every = match self.habits.poll {
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
        let order =
            Order { number, changed, whole, as_of: self.habits.as_of.unwrap_or_else(ui::today) };
        // The worker lives as long as this.
        self.orders.send(order).unwrap_or_default();
    }

    /// Takes a result in and tells it; whether anybody hears it.
    fn report(&mut self, outcome: Outcome, tell: &dyn Fn(Report) -> bool) -> bool {
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
        let heard = tell(Report::Run(outcome, cause));
        // Whoever waits for the result comes first.
        if !new.is_empty() || self.attention.known().count() != self.trail.len() {
            self.follow(false);
            let now = self.now();
            for want in &new {
                self.attention.hear(want, Signal::Firm, now);
            }
        }
        heard
    }
}

//! When a change is one: from what happens to files, and what is found in them, to runs.
//!
//! A file that was closed or renamed is looked at at once. One that is being written is given the time to be closed; one
//! that reads worse than before, or is empty, a few moments, in case the rest comes; one that is gone, the time to come
//! back. What says the same as the last run read changes nothing. The clock is handed in.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::watch::look::{Found, Readings, Seen, Want};

/// What was heard of a file, the more certain the greater.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Signal {
    /// Nobody told: a look at its time found something.
    Unheard,
    /// It is gone.
    Gone,
    /// It was made.
    Made,
    /// It is being written.
    Soft,
    /// It was closed after writing, or got its name.
    Firm,
}

/// How long to wait for what.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pace {
    /// After a change without another, until it is looked at, if nothing tells that the file was closed.
    pub settle: Duration,
    /// For a file that is being written to be closed.
    pub closing: Duration,
    /// For the rest of a text that reads worse than before, or, where nothing tells of writing, is shorter.
    pub rest: Duration,
    /// For a file that is gone to come back, or an empty one to be filled.
    pub back: Duration,
    /// For events of a change that was found without one.
    pub late: Duration,
    /// The longest that one file keeps the changes of others waiting.
    pub patience: Duration,
}

impl Pace {
    /// The pace for a system that tells when a file is closed after writing, or for one that does not.
    #[must_use]
    pub fn new(closes: Closes) -> Self {
        let ms = Duration::from_millis;
        let settle = ms(10);
        let closing = match closes {
            Closes::Told => ms(250),
            Closes::Untold => settle,
        };
        Pace { settle, closing, rest: ms(30), back: ms(100), late: ms(40), patience: ms(400) }
    }
}

/// Whether the system tells when a file is closed after writing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Closes {
    /// It does.
    Told,
    /// It does not.
    Untold,
}

/// What a look at a file came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// It says what the last run read.
    Same,
    /// It is looked at again later.
    Wait,
    /// It changed.
    Changed,
    /// It changed, and no event told so.
    Unheard,
}

/// What is heard and known of the files of a run.
#[derive(Debug)]
pub struct Attention {
    pace: Pace,
    known: BTreeMap<Want, Known>,
    pending: BTreeMap<Want, Pending>,
    changed: BTreeSet<Want>,
    /// When the first change was found that no run has taken yet.
    since: Option<Duration>,
}

#[derive(Debug)]
struct Known {
    seen: Seen,
    faults: Option<u32>,
}

#[derive(Debug)]
struct Pending {
    due: Duration,
    signal: Signal,
    /// What was found that looks unfinished, and since when.
    doubtful: Option<(Seen, Duration)>,
}

impl Attention {
    /// Nothing is known yet.
    #[must_use]
    pub fn new(pace: Pace) -> Self {
        Attention {
            pace,
            known: BTreeMap::new(),
            pending: BTreeMap::new(),
            changed: BTreeSet::new(),
            since: None,
        }
    }

    /// Everything that is watched, with what is known of it.
    pub fn known(&self) -> impl Iterator<Item = (&Want, &Seen)> {
        self.known.iter().map(|(want, it)| (want, &it.seen))
    }

    /// What is known of one.
    #[must_use]
    pub fn seen(&self, want: &Want) -> Option<&Seen> {
        self.known.get(want).map(|it| &it.seen)
    }

    /// Hears of a file.
    pub fn hear(&mut self, want: &Want, signal: Signal, now: Duration) {
        let pause = match signal {
            Signal::Firm => Duration::ZERO,
            Signal::Soft => self.pace.closing,
            Signal::Made => self.pace.settle,
            Signal::Gone => self.pace.back,
            Signal::Unheard => self.pace.late,
        };
        let due = now + pause;
        match self.pending.get_mut(want) {
            // What was to be looked at anyhow is no news.
            Some(_) if signal == Signal::Unheard => {}
            Some(pending) => {
                pending.due = due;
                pending.signal = signal;
            }
            None => {
                self.pending.insert(want.clone(), Pending { due, signal, doubtful: None });
            }
        }
    }

    /// When something is to be done next.
    #[must_use]
    pub fn due(&self) -> Option<Duration> {
        let first = self.pending.values().map(|it| it.due).min();
        let patience = self.since.map(|it| it + self.pace.patience);
        match (first, patience) {
            (Some(first), Some(patience)) => Some(first.min(patience)),
            (None, Some(_)) => Some(Duration::ZERO),
            (first, None) => first,
        }
    }

    /// What is to be looked at.
    #[must_use]
    pub fn ready(&self, now: Duration) -> Vec<Want> {
        let ready = self.pending.iter().filter(|(_, it)| it.due <= now);
        ready.map(|(want, _)| want.clone()).collect()
    }

    /// Judges what a look found.
    pub fn judge(&mut self, want: &Want, found: Found, now: Duration) -> Verdict {
        let Some(pending) = self.pending.get_mut(want) else { return Verdict::Same };
        let known = self.known.get(want);
        if known.is_some_and(|it| it.seen == found.seen) {
            self.pending.remove(want);
            return Verdict::Same;
        }
        let before = known.and_then(|it| it.faults).unwrap_or(0);
        // Where nobody tells of writing, a text that was cut short may read as well as a whole one.
        let is_short = |length| {
            let was = known.map(|it| &it.seen);
            pending.signal == Signal::Unheard
                && matches!(was, Some(Seen::Text(_, was)) if length < *was)
        };
        let pause = match &found.seen {
            Seen::Missing => Some(self.pace.back),
            Seen::Names(_) | Seen::Refused(_) => Some(self.pace.rest),
            Seen::Text(..) if found.empty => Some(self.pace.back.max(self.pace.closing)),
            Seen::Text(_, length) if found.faults > before || is_short(*length) => {
                Some(self.pace.rest)
            }
            Seen::Text(..) | Seen::Place(_) | Seen::Stamp(..) => None,
        };
        if let Some(pause) = pause {
            let since = match &pending.doubtful {
                Some((seen, since)) if *seen == found.seen => *since,
                Some(_) | None => now,
            };
            // One that was gone has been waited for already.
            let over = now >= since + pause || pending.signal == Signal::Gone;
            if !over {
                pending.due = since + pause;
                pending.doubtful = Some((found.seen, since));
                return Verdict::Wait;
            }
        }
        let unheard = pending.signal == Signal::Unheard;
        self.pending.remove(want);
        self.known.insert(want.clone(), Known { seen: found.seen, faults: Some(found.faults) });
        self.changed.insert(want.clone());
        self.since.get_or_insert(now);
        if unheard { Verdict::Unheard } else { Verdict::Changed }
    }

    /// What a run is to be made for: what changed, once nothing is in doubt, or for as long as patience lasts.
    pub fn take(&mut self, now: Duration) -> Option<BTreeSet<Want>> {
        let since = self.since?;
        // What nobody told of is no reason to wait.
        let doubtful = self.pending.values().any(|it| it.signal != Signal::Unheard);
        if doubtful && now < since + self.pace.patience {
            return None;
        }
        self.since = None;
        Some(std::mem::take(&mut self.changed))
    }

    /// Takes what a run has read for what is known; returns what was not watched before, which may have changed since it
    /// was read.
    pub fn adopt(&mut self, readings: &Readings) -> Vec<Want> {
        let mut before = std::mem::take(&mut self.known);
        let mut new = Vec::new();
        for (want, seen) in readings {
            let faults = match before.remove(want) {
                Some(known) if known.seen == *seen => known.faults,
                Some(_) => None,
                None => {
                    new.push(want.clone());
                    None
                }
            };
            self.known.insert(want.clone(), Known { seen: seen.clone(), faults });
        }
        self.pending.retain(|want, _| readings.contains_key(want));
        self.changed.retain(|want| readings.contains_key(want));
        if self.changed.is_empty() {
            self.since = None;
        }
        new
    }
}

//! Many customers on all cores: the work in any order, its results in the order of the customers.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, PoisonError, mpsc};
use std::thread;

use crate::script::limits::STACK;

/// The most items that a worker takes at a time: handing over costs more than a small one.
const MOST_AT_A_TIME: usize = 16;
/// As many portions may be ahead of the slowest item, for each worker: what waits for its turn is kept.
const AHEAD: usize = 4;

/// How many threads can work at a time.
#[must_use]
pub fn processors() -> usize {
    thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

/// Does the work for each number below `count` on `jobs` threads, each with the stack that scripts need, and hands the
/// results over in their order, on the calling thread. When `stop` is set, what has not begun is left out.
pub fn in_order<T: Send>(
    count: usize,
    jobs: usize,
    stop: &AtomicBool,
    work: impl Fn(usize) -> T + Sync,
    mut take: impl FnMut(T),
) {
    let jobs = jobs.clamp(1, count.max(1));
    let size = (count / (jobs * 4)).clamp(1, MOST_AT_A_TIME);
    let queue =
        Queue { count, size, most: jobs * AHEAD, state: Mutex::default(), moved: Condvar::new() };
    thread::scope(|scope| {
        let (send, receive) = mpsc::channel();
        for _ in 0..jobs {
            let (send, queue, work) = (send.clone(), &queue, &work);
            let worker = move || {
                let _mourned = Mourned(queue);
                while let Some((portion, range)) = queue.next() {
                    let stopped = || stop.load(Ordering::Relaxed);
                    let results: Vec<T> = range.take_while(|_| !stopped()).map(work).collect();
                    if send.send((portion, results)).is_err() || stopped() {
                        break;
                    }
                }
            };
            let builder = thread::Builder::new().stack_size(STACK);
            builder.spawn_scoped(scope, worker).expect("the system has room for a thread");
        }
        drop(send);
        let mut waiting: BTreeMap<usize, Vec<T>> = BTreeMap::new();
        let mut next = 0;
        for (portion, results) in receive {
            waiting.insert(portion, results);
            while let Some(results) = waiting.remove(&next) {
                results.into_iter().for_each(&mut take);
                next += 1;
            }
            queue.taken(next);
        }
        // After a stop there may be gaps.
        waiting.into_values().flatten().for_each(&mut take);
    });
}

/// What is still to do, in portions.
struct Queue {
    count: usize,
    size: usize,
    most: usize,
    state: Mutex<State>,
    moved: Condvar,
}

#[derive(Default)]
struct State {
    begun: usize,
    taken: usize,
}

impl Queue {
    fn next(&self) -> Option<(usize, Range<usize>)> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        while state.begun >= state.taken + self.most {
            state = self.moved.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let portion = state.begun;
        let start = portion * self.size;
        if start >= self.count {
            return None;
        }
        state.begun += 1;
        Some((portion, start..(start + self.size).min(self.count)))
    }

    fn taken(&self, count: usize) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.taken = state.taken.max(count);
        self.moved.notify_all();
    }
}

/// When a worker dies of a bug, nobody waits for what it would have brought.
struct Mourned<'q>(&'q Queue);

impl Drop for Mourned<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.taken(self.0.count);
        }
    }
}

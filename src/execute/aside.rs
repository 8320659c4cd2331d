//! Work on a thread of its own: names, files and directories can block for longer than anybody waits.
//!
//! tokio's own threads for such work are waited for when a runtime ends, so that a dead name server or a lost network
//! drive would hold the program back at its end. A thread here is left behind, and whatever it brings too late is dropped.

use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::timeout;

/// Why work on a thread of its own brought nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lost {
    /// It took longer than the limit.
    TimedOut,
    /// It panicked, or there was no thread for it.
    Broke,
}

/// Does the work on a thread of its own, and waits for it no longer than the limit.
pub async fn aside<T: Send + 'static>(
    limit: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Lost> {
    let (sender, receiver) = oneshot::channel();
    let thread = std::thread::Builder::new().name("aside".to_owned()).spawn(move || {
        // Nobody may be waiting any more.
        drop(sender.send(work()));
    });
    if thread.is_err() {
        return Err(Lost::Broke);
    }
    match timeout(limit, receiver).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(_)) => Err(Lost::Broke),
        Err(_) => Err(Lost::TimedOut),
    }
}

//! Ctrl-C, for commands that have no other use for tokio: what runs is brought to an end, nothing new is begun.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A flag that the first Ctrl-C sets. Where signals are not to be had, the system ends the process as ever.
pub(super) fn flag() -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    let set = flag.clone();
    let listen = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build();
        let Ok(runtime) = runtime else { return };
        if runtime.block_on(tokio::signal::ctrl_c()).is_ok() {
            set.store(true, Ordering::Relaxed);
        }
    };
    // It ends with the process.
    drop(std::thread::Builder::new().stack_size(256 * 1024).spawn(listen));
    flag
}

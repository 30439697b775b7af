//! Ctrl-C and other requests that the program end.
//!
//! The first signal ends the program at once, as usual, except while there is work that would be lost: training then
//! finishes its round and keeps what it has. A second signal ends that too. Half-written files are removed in both
//! cases.

use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::{Mutex, Once, PoisonError};

use super::report;
use crate::output;

/// The first signal that came; 0 before that.
static SIGNAL: AtomicI32 = AtomicI32::new(0);

/// Whether there is work that ends on its own when a signal comes.
static PATIENT: AtomicBool = AtomicBool::new(false);

/// What to say as soon as a signal comes that does not end the program at once.
static ANSWER: Mutex<Option<String>> = Mutex::new(None);

/// The signal of Ctrl-C, on every system.
#[cfg(windows)]
const INTERRUPT: i32 = 2;

/// Listens to signals from now on. If that is impossible, they have their usual effect.
pub(super) fn listen() {
    // A command that runs another one, as `word2vec` does, listens already.
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        #[cfg(unix)]
        unix::listen();
        #[cfg(windows)]
        let _ = ctrlc::set_handler(|| heed(INTERRUPT));
    });
}

/// The signal that came, if one did.
pub(super) fn signal() -> Option<i32> {
    Some(SIGNAL.load(Ordering::Relaxed)).filter(|&signal| signal != 0)
}

/// Has the first signal answered by this note while there is [`Patience`], for those whose work may not end in time.
pub(super) fn answer(note: Option<String>) {
    *ANSWER.lock().unwrap_or_else(PoisonError::into_inner) = note;
}

/// While this is there, the first signal does not end the program: whoever holds it asks for [`signal`].
pub(super) struct Patience(());

impl Patience {
    pub(super) fn begin() -> Self {
        PATIENT.store(true, Ordering::Relaxed);
        Self(())
    }

    /// Stays for as long as the process lives.
    pub(super) fn keep(self) {
        std::mem::forget(self);
    }
}

impl Drop for Patience {
    fn drop(&mut self) {
        PATIENT.store(false, Ordering::Relaxed);
    }
}

/// Does what a signal asks for, in the thread that listens.
fn heed(signal: i32) {
    let first = SIGNAL.compare_exchange(0, signal, Ordering::Relaxed, Ordering::Relaxed).is_ok();
    if !(first && PATIENT.load(Ordering::Relaxed)) {
        output::remove_temporaries();
        std::process::exit(128 + signal);
    }
    ANSWER.lock().unwrap_or_else(PoisonError::into_inner).iter().for_each(|note| report::note(note));
}

#[cfg(unix)]
mod unix {
    use std::thread;

    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
    use signal_hook::iterator::Signals;

    pub(super) fn listen() {
        let heeded = [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|&signal| !is_ignored(signal));
        // With a handler, a file that outgrows its limit is an error of the write, which says so and cleans up.
        let Ok(mut signals) = Signals::new(heeded.chain([SIGXFSZ])) else { return };
        let heed = move || signals.forever().filter(|&signal| signal != SIGXFSZ).for_each(super::heed);
        let _ = thread::Builder::new().name("signals".to_owned()).spawn(heed);
    }

    /// Whether the signal was ignored when the program started, as `nohup` and shells want it for work in the
    /// background. Only Linux tells.
    fn is_ignored(signal: i32) -> bool {
        if cfg!(not(target_os = "linux")) {
            // There it is not known whether `nohup` wants the program to outlive its terminal.
            return signal == SIGHUP;
        }
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
        mask.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
    }
}

//! How long Python waits for the library without a look at whether Ctrl-C was pressed.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

/// So long.
pub(crate) const PATIENCE: Duration = Duration::from_millis(50);

/// Does `work` while other Python threads run. After Ctrl-C nobody waits for it any more, and it ends by itself.
pub(crate) fn wait_for<T: Send + 'static>(py: Python<'_>, work: impl FnOnce() -> T + Send + 'static) -> PyResult<T> {
    let (sender, mut receiver) = mpsc::channel();
    thread::spawn(move || sender.send(work()));
    loop {
        let received;
        (received, receiver) = py.detach(move || (receiver.recv_timeout(PATIENCE), receiver));
        match received {
            Ok(done) => return Ok(done),
            Err(RecvTimeoutError::Timeout) => py.check_signals()?,
            Err(RecvTimeoutError::Disconnected) => return Err(PyRuntimeError::new_err("a thread panicked")),
        }
    }
}

//! The library's errors as exceptions of the kind that gensim raises.

use std::io;

use motevec::Error;
use pyo3::exceptions::{
    PyFileNotFoundError, PyKeyError, PyMemoryError, PyOSError, PyPermissionError, PyRuntimeError, PyValueError,
};
use pyo3::prelude::*;

/// Why work ended early.
pub(crate) enum Failure {
    /// The library refused.
    Motevec(Error),
    /// Python code failed, or Ctrl-C was pressed.
    Python(PyErr),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Motevec(error)
    }
}

impl From<PyErr> for Failure {
    fn from(error: PyErr) -> Self {
        Self::Python(error)
    }
}

impl From<Failure> for PyErr {
    fn from(failure: Failure) -> Self {
        let error = match failure {
            Failure::Python(error) => return error,
            Failure::Motevec(error) => error,
        };
        let message = spoken(&error.to_string());
        match error {
            Error::Usage(_) | Error::Setting { .. } => PyValueError::new_err(message),
            Error::Memory(_) => PyMemoryError::new_err(message),
            Error::UnknownWord(_) => PyKeyError::new_err(message),
            Error::Input { .. } => Python::attach(|py| input(py, message).unwrap_or_else(|error| error)),
            Error::Io { source, .. } => match source.kind() {
                io::ErrorKind::NotFound => PyFileNotFoundError::new_err(message),
                io::ErrorKind::PermissionDenied => PyPermissionError::new_err(message),
                _ => PyOSError::new_err(message),
            },
            _ => PyRuntimeError::new_err(message),
        }
    }
}

/// The exception for a bad file, which Python defines.
fn input(py: Python<'_>, message: String) -> PyResult<PyErr> {
    Ok(PyErr::from_value(py.import("motevec.errors")?.getattr("InputError")?.call1((message,))?))
}

/// What a setting is called here, and on the command line.
const NAMES: [(&str, &str); 12] = [
    ("dim", "vector_size"),
    ("lr", "alpha"),
    ("negatives", "negative"),
    ("subsample", "sample"),
    ("min-count", "min_count"),
    ("max-vocab", "max_final_vocab"),
    ("min-n", "min_n"),
    ("max-n", "max_n"),
    ("buckets", "bucket"),
    ("subwords", "max_n"),
    ("passes", "passes"),
    ("format", "format"),
];

/// Advice of the program that is none here, where there are no such options.
const ADVICE: [&str; 3] = [
    ", or put the text on the disk: --token-memory 0",
    ", or use --invalid-utf8 replace (with U+FFFD) or skip (the line)",
    " (or --tokens words)",
];

/// A message of the program, with the names that arguments have in Python.
pub(crate) fn spoken(message: &str) -> String {
    let name = |name: &str| NAMES.iter().find(|(ours, _)| *ours == name).map(|(_, theirs)| *theirs);
    // A setting begins the message, an option is anywhere in it.
    let first = message.split([' ', ':']).next().unwrap_or_default();
    let mut said = match name(first) {
        Some(theirs) => theirs.to_owned() + &message[first.len()..],
        None => message.to_owned(),
    };
    for advice in ADVICE {
        said = said.replace(advice, "");
    }
    for (ours, theirs) in NAMES {
        said = said.replace(&format!("--{ours}"), theirs);
    }
    said
}

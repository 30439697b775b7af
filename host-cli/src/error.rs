//! The one error type: every message says what is wrong, where, and what to do.

use std::io;
use std::path::{Path, PathBuf};

/// A result whose error is ready to be shown to a user.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a command failed. `Display` is the one line that the user reads.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The command line asks for something impossible (exit code 2).
    #[error("{0}")]
    Usage(String),
    /// The operating system refused something on a file.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file's content is not what it should be.
    #[error("{}{}: {message}", path.display(), line.map(|l| format!(":{l}")).unwrap_or_default())]
    Input {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1, where one is known.
        line: Option<u64>,
        /// What is wrong and what to do.
        message: String,
    },
    /// A signal ended the run, which kept what it had (exit code 128 + the signal's number).
    #[error("{message}")]
    Interrupted {
        /// The number of the signal: 2 for Ctrl-C, 15 for SIGTERM.
        signal: i32,
        /// How far the run had come, and how to go on.
        message: String,
    },
    /// The run failed for a reason that lies in no single file.
    #[error("{0}")]
    Failed(String),
}

impl Error {
    /// An I/O error on `path`.
    pub fn io(path: impl AsRef<Path>, source: io::Error) -> Self {
        Self::Io { path: path.as_ref().to_owned(), source }
    }

    /// Bad content in `path`, at `line` (from 1) where one is known.
    pub fn input(path: impl AsRef<Path>, line: impl Into<Option<u64>>, message: impl Into<String>) -> Self {
        Self::Input { path: path.as_ref().to_owned(), line: line.into(), message: message.into() }
    }

    /// The process exit code: 2 for a wrong command line, 130 and 143 after Ctrl-C and SIGTERM, 1 for a failed run.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Interrupted { signal, .. } => u8::try_from(128 + signal).unwrap_or(1),
            _ => 1,
        }
    }
}

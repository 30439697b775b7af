//! The one error type: every message says what is wrong, where, and what to do.

use std::fmt::{self, Display, Formatter};
use std::io;
use std::path::{Path, PathBuf};

/// A result whose error is ready to be shown to a user.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a command failed. `Display` is the one line that the user reads.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The command line asks for something impossible (exit code 2).
    Usage(String),
    /// A setting is impossible (exit code 2). The command line has an option of its name.
    Setting {
        /// Which one: `dim`.
        name: &'static str,
        /// What it is.
        value: String,
        /// What is wrong and what to do.
        message: String,
    },
    /// The operating system refused an operation on a file.
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file's content is not what it should be.
    Input {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1, where one is known.
        line: Option<u64>,
        /// What is wrong and what to do.
        message: String,
    },
    /// A signal ended the run, which kept what it had (exit code 128 + the signal's number).
    Interrupted {
        /// The number of the signal: 2 for Ctrl-C, 15 for SIGTERM.
        signal: i32,
        /// How far the run had come, and how to go on.
        message: String,
    },
    /// A model does not know a word.
    UnknownWord(String),
    /// There is not enough memory.
    Memory(String),
    /// The run failed for a reason that concerns no single file.
    Failed(String),
}

impl Display for Error {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(message)
            | Self::UnknownWord(message)
            | Self::Memory(message)
            | Self::Failed(message)
            | Self::Interrupted { message, .. } => f.write_str(message),
            Self::Setting { name, value, message } if value.is_empty() => write!(f, "{name}: {message}"),
            Self::Setting { name, value, message } => write!(f, "{name} {value}: {message}"),
            Self::Io { path, source } => write!(f, "{}: {source}", path.display()),
            Self::Input { path, line: Some(line), message } => write!(f, "{}:{line}: {message}", path.display()),
            Self::Input { path, line: None, message } => write!(f, "{}: {message}", path.display()),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl Error {
    /// The setting `name` cannot have this `value`.
    pub(crate) fn setting(name: &'static str, value: impl Display, message: impl Into<String>) -> Self {
        Self::Setting { name, value: value.to_string(), message: message.into() }
    }

    /// An I/O error on `path`.
    pub fn io(path: impl AsRef<Path>, source: io::Error) -> Self {
        Self::Io { path: path.as_ref().to_owned(), source }
    }

    /// Bad content in `path`, at `line` (from 1) where one is known.
    ///
    /// `message` may quote anything from the file: its control characters are escaped, and it is cut if it is long.
    pub fn input(path: impl AsRef<Path>, line: impl Into<Option<u64>>, message: impl Into<String>) -> Self {
        Self::Input { path: path.as_ref().to_owned(), line: line.into(), message: clear(message.into()) }
    }

    /// The process exit code: 2 for a wrong command line, 130 and 143 after Ctrl-C and SIGTERM, 1 for a failed run.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) | Self::Setting { .. } => 2,
            Self::Interrupted { signal, .. } => u8::try_from(128 + signal).unwrap_or(1),
            _ => 1,
        }
    }
}

/// The most characters of a message.
const LONGEST: usize = 400;

/// `message` as one line that a terminal can show.
fn clear(message: String) -> String {
    if message.len() <= LONGEST && !message.contains(char::is_control) {
        return message;
    }
    let (mut line, mut shown) = (String::new(), 0);
    for character in message.chars() {
        let before = line.len();
        match character.is_control() {
            true => line.extend(character.escape_default()),
            false => line.push(character),
        }
        shown += line[before..].chars().count();
        if shown > LONGEST {
            line.truncate(before);
            line.push('…');
            break;
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_holds_is_shown_as_one_line() {
        let shown = |message: &str| Error::input("file", 3, message).to_string();
        assert_eq!(shown("`żółw` is not a number"), "file:3: `żółw` is not a number");
        assert_eq!(shown("`\u{1b}[2J\r\n\u{85}` is not a number"), r"file:3: `\u{1b}[2J\r\n\u{85}` is not a number");
        assert_eq!(shown(&"ż".repeat(1_000)), format!("file:3: {}…", "ż".repeat(400)));
        assert_eq!(shown(&"\u{7f}".repeat(1_000)), format!("file:3: {}…", r"\u{7f}".repeat(66)));
        assert_eq!(shown(&"ż".repeat(400)), format!("file:3: {}", "ż".repeat(400)));
    }
}

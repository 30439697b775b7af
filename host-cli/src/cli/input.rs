//! Lines of standard input: as they arrive, or as a person types them.

use std::io::{self, BufRead as _, BufReader, Stdin, Write as _};
use std::path::Path;

use super::lines::words;
use crate::{Error, Result};

/// The byte order mark.
const MARK: char = '\u{feff}';

/// The most bytes that are read at once, as a pipe holds.
const BUFFER: usize = 64 << 10;

/// Checks that no more than one of these is standard input.
///
/// # Errors
/// If several are.
pub(super) fn only_once<'p>(paths: impl IntoIterator<Item = &'p Path>) -> Result<()> {
    match paths.into_iter().filter(|path| path.as_os_str() == "-").count() {
        0 | 1 => Ok(()),
        _ => Err(Error::Usage("standard input (-) can be read only once".to_owned())),
    }
}

/// A line that is not blank.
pub(super) struct Line {
    /// From 1.
    pub(super) number: u64,
    pub(super) text: String,
    pub(super) is_utf8: bool,
}

/// Where lines come from.
pub(super) struct Input {
    // Not locked: the editor reads the terminal as well.
    bytes: BufReader<Stdin>,
    /// What a terminal shows before each line.
    prompt: Option<String>,
    /// Where a person can edit the line, and have those before back.
    #[cfg(feature = "editing")]
    editor: Option<Editor>,
    /// How many lines have been read.
    lines: u64,
}

impl Input {
    /// Nothing has been read yet. On a terminal, there is a `prompt`.
    pub(super) fn new(prompt: Option<String>) -> Self {
        Self {
            bytes: BufReader::with_capacity(BUFFER, io::stdin()),
            #[cfg(feature = "editing")]
            editor: prompt.as_ref().and_then(|_| editor()),
            prompt,
            lines: 0,
        }
    }

    /// The next lines, `most` of them or those that have arrived, which may all be blank; `None` at the end.
    pub(super) fn next(&mut self, most: usize) -> Result<Option<Vec<Line>>> {
        let mut lines = Vec::new();
        let start = self.lines;
        loop {
            let Some(line) = self.line()? else { return Ok((self.lines > start).then_some(lines)) };
            self.lines += 1;
            let text = String::from_utf8_lossy(&line);
            let text = if self.lines == 1 { text.trim_start_matches(MARK) } else { &text };
            if !words(text).is_empty() {
                lines.push(Line { number: self.lines, text: text.to_owned(), is_utf8: str::from_utf8(&line).is_ok() });
            }
            if lines.len() >= most || !self.has_line() {
                return Ok(Some(lines));
            }
        }
    }

    /// Whether another line has arrived.
    fn has_line(&self) -> bool {
        memchr::memchr(b'\n', self.bytes.buffer()).is_some()
    }

    /// The next line; `None` at the end.
    fn line(&mut self) -> Result<Option<Vec<u8>>> {
        #[cfg(feature = "editing")]
        if let (Some(editor), Some(prompt)) = (&mut self.editor, &self.prompt) {
            return edited(editor, prompt);
        }
        if let Some(prompt) = self.prompt.as_ref().filter(|_| !self.has_line()) {
            // Nobody misses a prompt that nobody can read.
            let _ = write!(io::stderr(), "{prompt}");
        }
        let mut line = Vec::new();
        let read = self.bytes.read_until(b'\n', &mut line).map_err(|error| Error::io("<stdin>", error))?;
        if read == 0 && self.prompt.is_some() {
            let _ = writeln!(io::stderr());
        }
        Ok((read > 0).then_some(line))
    }
}

/// Keeps what was typed as long as the program runs, and in no file.
#[cfg(feature = "editing")]
type Editor = rustyline::Editor<(), rustyline::history::MemHistory>;

/// An editor of lines; `None` where the terminal is of no kind that it knows.
#[cfg(feature = "editing")]
fn editor() -> Option<Editor> {
    // On these, it would show prompts on stdout.
    if std::env::var("TERM").is_ok_and(|term| ["dumb", "cons25", "emacs"].contains(&&*term)) {
        return None;
    }
    // Not on stdout, which may be a file.
    let config = rustyline::Config::builder().behavior(rustyline::Behavior::PreferTerm).auto_add_history(true).build();
    let history = rustyline::history::MemHistory::with_config(&config);
    Editor::with_history(config, history).ok()
}

/// The line that a person has typed; `None` after Ctrl-D or Ctrl-C.
#[cfg(feature = "editing")]
fn edited(editor: &mut Editor, prompt: &str) -> Result<Option<Vec<u8>>> {
    use rustyline::error::ReadlineError;

    match editor.readline(prompt) {
        Ok(line) => Ok(Some(line.into_bytes())),
        Err(ReadlineError::Eof | ReadlineError::Interrupted) => Ok(None),
        Err(ReadlineError::Io(error)) => Err(Error::io("<stdin>", error)),
        Err(error) => Err(Error::Failed(error.to_string())),
    }
}

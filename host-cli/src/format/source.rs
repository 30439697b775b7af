//! A model file that is being read: its bytes in order, and how many there can be.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use super::rules::{Flaw, Forgiven, Refused, Rules};
use crate::compression::{Compression, explain};
use crate::{Error, Result};

/// Large reads: a model is read once, from start to end.
const BUFFER: usize = 1 << 20;

/// The name of standard input.
const STDIN: &str = "-";

/// UTF-8's byte order mark, with which some editors begin a text.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// An open model file: a regular file, compressed or not, or a pipe of unknown length.
pub struct Source {
    /// How to read it.
    pub(super) rules: Rules,
    forgiven: Forgiven,
    path: PathBuf,
    reader: Box<dyn BufRead>,
    length: Option<u64>,
    compressed: bool,
}

impl Source {
    /// Opens `path`; `-` is standard input. Compressed data is recognized by its first bytes. A byte order mark is left
    /// out.
    ///
    /// # Errors
    /// If the file is missing or unreadable.
    pub fn open(path: &Path) -> Result<Self> {
        let failed = |error| Error::io(path, error);
        let (file, length): (Box<dyn Read + Send>, _) = if path == Path::new(STDIN) {
            (Box::new(io::stdin()), None)
        } else {
            let file = File::open(path).map_err(failed)?;
            let metadata = file.metadata().map_err(failed)?;
            let length = metadata.is_file().then_some(metadata.len());
            (Box::new(file), length)
        };
        let mut raw = BufReader::with_capacity(BUFFER, file);
        let compression = Compression::of(raw.fill_buf().map_err(failed)?);
        let reader: Box<dyn BufRead> = match compression {
            None => Box::new(raw),
            Some(kind) => Box::new(BufReader::with_capacity(BUFFER, kind.decoder(raw).map_err(failed)?)),
        };
        let (rules, forgiven) = (Rules::default(), Forgiven::default());
        let mut source =
            Self { rules, forgiven, path: path.to_owned(), reader, length, compressed: compression.is_some() };
        if source.peek()?.starts_with(MARK) {
            source.reader.consume(MARK.len());
        }
        Ok(source)
    }

    /// The same file, to be read by `rules`.
    #[must_use]
    pub fn with(self, rules: Rules) -> Self {
        Self { rules, ..self }
    }

    /// Passes over a flaw, at `line` if known, where the rules allow that.
    ///
    /// # Errors
    /// If not: `message` says what is wrong.
    pub(super) fn forgive(&mut self, line: impl Into<Option<u64>>, (flaw, message): Refused) -> Result<()> {
        if self.rules.lenient {
            self.forgiven.add(flaw);
            return Ok(());
        }
        let hint = |option| {
            let does = match flaw {
                Flaw::NoNewline => "reads the line all the same",
                Flaw::Count => "reads what is there",
                _ => "leaves it out",
            };
            format!(" ({option} {does})")
        };
        Err(self.error(line, message + &self.rules.option.map(hint).unwrap_or_default()))
    }

    /// Tells what was forgiven.
    pub(super) fn tell(&self) {
        if let Some(told) = self.forgiven.told() {
            self.note(&told);
        }
    }

    /// Tells something about this file.
    pub(super) fn note(&self, message: &str) {
        self.rules.tell(&format!("{}: {message}", self.path.display()));
    }

    /// The file, as the user named it.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The size of the file, before decompression; `None` for a pipe.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// The bytes that can be read; `None` for a pipe, and for a compressed file.
    #[must_use]
    pub fn content_length(&self) -> Option<u64> {
        self.length.filter(|_| !self.compressed)
    }

    /// How many of the `promised` rows, of at least `bytes` each, the file can hold and are wanted; none if its length
    /// is unknown.
    pub(super) fn possible_rows(&self, promised: usize, bytes: usize) -> usize {
        let possible = self.content_length().unwrap_or(0) / bytes.max(1) as u64;
        promised.min(usize::try_from(possible).unwrap_or(usize::MAX)).min(self.rules.most_rows())
    }

    /// The next bytes, as many as are buffered, without consuming them. Empty at the end of the file.
    ///
    /// # Errors
    /// If reading fails.
    pub fn peek(&mut self) -> Result<&[u8]> {
        self.reader.fill_buf().map_err(|error| explain(&self.path, self.compressed, error))
    }

    /// Replaces `bytes` with the next bytes up to and including `last`; without it if the file ends or `most` bytes
    /// were read.
    ///
    /// # Errors
    /// If reading fails.
    pub fn read_until(&mut self, last: u8, most: usize, bytes: &mut Vec<u8>) -> Result<()> {
        bytes.clear();
        let read = self.reader.by_ref().take(most as u64).read_until(last, bytes);
        read.map(drop).map_err(|error| explain(&self.path, self.compressed, error))
    }

    /// Replaces `bytes` with the next `count`; with fewer if the file ends.
    ///
    /// Memory grows with what arrives, not with `count`, which comes from a header that may lie.
    ///
    /// # Errors
    /// If reading fails.
    pub fn read_bytes(&mut self, count: usize, bytes: &mut Vec<u8>) -> Result<()> {
        bytes.clear();
        self.read_more(count, bytes)
    }

    /// Appends the next `count` bytes to `bytes`, as [`read_bytes`](Self::read_bytes) reads them.
    ///
    /// # Errors
    /// If reading fails.
    pub fn read_more(&mut self, count: usize, bytes: &mut Vec<u8>) -> Result<()> {
        let read = self.reader.by_ref().take(count as u64).read_to_end(bytes);
        read.map(drop).map_err(|error| explain(&self.path, self.compressed, error))
    }

    /// Fills `bytes`, and returns how many bytes were read: fewer if the file ends.
    ///
    /// # Errors
    /// If reading fails.
    pub fn fill(&mut self, bytes: &mut [u8]) -> Result<usize> {
        let mut filled = 0;
        while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.reader.read(rest) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(explain(&self.path, self.compressed, error)),
            }
        }
        Ok(filled)
    }

    /// Skips the next `count` bytes; returns whether they were there.
    ///
    /// # Errors
    /// If reading fails.
    pub fn skip(&mut self, count: u64) -> Result<bool> {
        let skipped = std::io::copy(&mut self.reader.by_ref().take(count), &mut std::io::sink());
        skipped.map(|skipped| skipped == count).map_err(|error| explain(&self.path, self.compressed, error))
    }

    /// Passes over the next `bytes`, which begin at byte `at`, and returns a source of them, to be read later, and how
    /// many there are: fewer if the file ends. A file is opened once more for that; what comes through a pipe is kept.
    ///
    /// # Errors
    /// If reading fails.
    pub(super) fn set_aside(&mut self, at: u64, bytes: u64) -> Result<(Self, u64)> {
        if self.content_length().is_some() {
            let passed = io::copy(&mut self.reader.by_ref().take(bytes), &mut io::sink());
            let passed = passed.map_err(|error| explain(&self.path, self.compressed, error))?;
            let mut again = Self::open(&self.path)?.with(self.rules.clone());
            again.skip(at)?;
            return Ok((again, passed));
        }
        let mut kept = Vec::new();
        self.read_more(usize::try_from(bytes).unwrap_or(usize::MAX), &mut kept)?;
        let found = kept.len() as u64;
        let reader: Box<dyn BufRead> = Box::new(io::Cursor::new(kept));
        let (rules, path, length) = (self.rules.clone(), self.path.clone(), self.length);
        Ok((Self { rules, forgiven: Forgiven::default(), path, reader, length, compressed: self.compressed }, found))
    }

    /// Whether nothing follows.
    ///
    /// # Errors
    /// If reading fails.
    pub fn at_end(&mut self) -> Result<bool> {
        Ok(self.peek()?.is_empty())
    }

    /// The next `N` bytes; `None` if the file ends before.
    ///
    /// # Errors
    /// If reading fails.
    pub fn array<const N: usize>(&mut self) -> Result<Option<[u8; N]>> {
        let mut bytes = [0; N];
        Ok((self.fill(&mut bytes)? == N).then_some(bytes))
    }

    /// The error with this `message` about this file, at `line` (from 1) if known.
    #[must_use]
    pub fn error(&self, line: impl Into<Option<u64>>, message: impl Into<String>) -> Error {
        Error::input(&self.path, line, message)
    }
}

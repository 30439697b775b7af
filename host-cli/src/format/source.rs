//! A model file that is being read: bytes in order, and how many there can be.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use crate::{Error, Result};

/// Large reads: a model is read once, from start to end.
const BUFFER: usize = 1 << 20;

/// An open model file: a regular file, or a pipe whose length nobody knows.
pub struct Source {
    path: PathBuf,
    reader: BufReader<File>,
    length: Option<u64>,
}

impl Source {
    /// Opens `path`.
    ///
    /// # Errors
    /// Where the file is missing or unreadable.
    pub fn open(path: &Path) -> Result<Self> {
        let file = File::open(path).map_err(|error| Error::io(path, error))?;
        let metadata = file.metadata().map_err(|error| Error::io(path, error))?;
        let length = metadata.is_file().then_some(metadata.len());
        Ok(Self { path: path.to_owned(), reader: BufReader::with_capacity(BUFFER, file), length })
    }

    /// The file, as the user named it.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The bytes that the file holds; `None` for a pipe.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// The bytes that come next, as many as are at hand, without taking them. Empty at the end of the file.
    ///
    /// # Errors
    /// Where reading fails.
    pub fn peek(&mut self) -> Result<&[u8]> {
        self.reader.fill_buf().map_err(|error| Error::io(&self.path, error))
    }

    /// Replaces `bytes` with what comes up to and with `last`; without it where the file ends or `most` bytes were read.
    ///
    /// # Errors
    /// Where reading fails.
    pub fn read_until(&mut self, last: u8, most: usize, bytes: &mut Vec<u8>) -> Result<()> {
        bytes.clear();
        let reader = &mut self.reader;
        let read = reader.take(most as u64).read_until(last, bytes);
        read.map(drop).map_err(|error| Error::io(&self.path, error))
    }

    /// Replaces `bytes` with the next `count`; with fewer where the file ends.
    ///
    /// Memory grows with what arrives, not with `count`: that number comes from a header which may lie.
    ///
    /// # Errors
    /// Where reading fails.
    pub fn read_bytes(&mut self, count: usize, bytes: &mut Vec<u8>) -> Result<()> {
        bytes.clear();
        self.read_more(count, bytes)
    }

    /// Appends the next `count` bytes to `bytes`, as [`read_bytes`](Self::read_bytes) reads them.
    ///
    /// # Errors
    /// Where reading fails.
    pub fn read_more(&mut self, count: usize, bytes: &mut Vec<u8>) -> Result<()> {
        let reader = &mut self.reader;
        let read = reader.take(count as u64).read_to_end(bytes);
        read.map(drop).map_err(|error| Error::io(&self.path, error))
    }

    /// The error that says `message` about this file, at `line` (from 1) where one is known.
    #[must_use]
    pub fn error(&self, line: impl Into<Option<u64>>, message: impl Into<String>) -> Error {
        Error::input(&self.path, line, message)
    }
}

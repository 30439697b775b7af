//! Cutting the sources into blocks of text that can be read independently: no word lies in two of them.

use std::path::PathBuf;
use std::slice;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::scan::{PADDING, is_space};
use super::source::{Input, Source};
use super::{MAX_WORD, Progress};
use crate::{Error, Result};

/// Reading stops if text goes on for this long without a space or line end, so that memory stays bounded.
const MAX_STRETCH: usize = 16 << 20;

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// A piece of a source. Each worker keeps one and refills it.
#[derive(Debug, Default)]
pub(super) struct Block {
    /// The name of the source in messages.
    pub(super) name: PathBuf,
    /// Counts the blocks of all sources, from 0.
    pub(super) number: usize,
    /// The number of its source, from 0.
    pub(super) source: usize,
    /// The text, then [`PADDING`] line ends.
    pub(super) text: Vec<u8>,
    /// The line in which the text starts, from 1.
    pub(super) line: u64,
    /// Whether the text starts inside a line, which the block before began.
    pub(super) continues: bool,
    /// Whether the text stops inside a line, which the next block may continue.
    pub(super) open: bool,
}

/// The sources, in order, as blocks.
pub(super) struct Blocks<'a> {
    sources: slice::Iter<'a, Source>,
    input: Option<Input>,
    size: usize,
    /// Text that was read past the last cut.
    rest: Vec<u8>,
    name: PathBuf,
    number: usize,
    /// How many sources have been opened.
    opened: usize,
    line: u64,
    inside_line: bool,
    bytes_read: Arc<AtomicU64>,
    total: Option<u64>,
    progress: &'a (dyn Fn(Progress) + Sync),
}

impl<'a> Blocks<'a> {
    /// Blocks of about `size` bytes.
    ///
    /// # Errors
    /// If a source does not exist, or is a folder.
    pub(super) fn new(sources: &'a [Source], size: usize, progress: &'a (dyn Fn(Progress) + Sync)) -> Result<Self> {
        Ok(Self {
            sources: sources.iter(),
            input: None,
            size: size.max(1),
            rest: Vec::new(),
            name: PathBuf::new(),
            number: 0,
            opened: 0,
            line: 1,
            inside_line: false,
            bytes_read: Arc::default(),
            total: Source::check(sources)?,
            progress,
        })
    }

    /// The number of the block that [`next`](Self::next) will read, or failed to.
    pub(super) fn number(&self) -> usize {
        self.number
    }

    /// The number of the source that is read.
    pub(super) fn source(&self) -> usize {
        self.opened.saturating_sub(1)
    }

    /// Stops reading: there is no next block.
    pub(super) fn stop(&mut self) {
        self.sources = [].iter();
        self.input = None;
    }

    /// Fills `block` with the next block; `false` if there is none. An error is the last thing that comes.
    pub(super) fn next(&mut self, block: &mut Block) -> Result<bool> {
        let more = self.try_next(block);
        if more.is_err() {
            self.stop();
        }
        more
    }

    fn try_next(&mut self, block: &mut Block) -> Result<bool> {
        loop {
            if self.input.is_none() {
                let Some(source) = self.sources.next() else { return Ok(false) };
                self.open(source)?;
            }
            if self.read(block)? {
                return Ok(true);
            }
        }
    }

    fn open(&mut self, source: &Source) -> Result<()> {
        source.name().clone_into(&mut self.name);
        self.line = 1;
        self.opened += 1;
        self.inside_line = false;
        let mut input = Input::open(source, &self.bytes_read)?;
        self.rest.clear();
        input.fill(&mut self.rest, BOM.len())?;
        if self.rest == BOM {
            self.rest.clear();
        }
        self.input = Some(input);
        Ok(())
    }

    /// Fills `block` from the open input; `false` if that has ended.
    fn read(&mut self, block: &mut Block) -> Result<bool> {
        let Some(input) = &mut self.input else { return Ok(false) };
        let text = &mut block.text;
        text.clear();
        std::mem::swap(text, &mut self.rest);
        let mut target = self.size;
        let cut = loop {
            if !input.fill(text, target)? {
                self.input = None;
                break text.len();
            }
            if let Some(cut) = last_cut(text) {
                break cut;
            }
            if text.len() > MAX_STRETCH {
                return Err(word_too_long(&self.name, self.line, text.len()));
            }
            target = 2 * text.len();
        };
        self.rest.extend_from_slice(text.get(cut..).unwrap_or_default());
        text.truncate(cut);
        (self.progress)(Progress { bytes: self.bytes_read.load(Ordering::Relaxed), total: self.total });
        if text.is_empty() {
            return Ok(false);
        }

        block.name.clone_from(&self.name);
        block.number = self.number;
        block.source = self.opened - 1;
        block.line = self.line;
        block.continues = self.inside_line;
        block.open = self.input.is_some() && !text.ends_with(b"\n");
        self.number += 1;
        self.line += memchr::memchr_iter(b'\n', text).count() as u64;
        self.inside_line = block.open;
        text.extend_from_slice(&[b'\n'; PADDING]);
        Ok(true)
    }
}

/// Where to cut `text`: after its last line end, or else after its last space.
fn last_cut(text: &[u8]) -> Option<usize> {
    memchr::memrchr(b'\n', text).or_else(|| text.iter().rposition(|&byte| is_space(byte))).map(|at| at + 1)
}

/// The error for a word of `len` bytes or more.
pub(super) fn word_too_long(name: &std::path::Path, line: u64, len: usize) -> Error {
    let message = format!(
        "a word of {len} bytes or more (at most {MAX_WORD} are allowed): is this a text, with line breaks, and spaces \
         between words (or --tokens words)?"
    );
    Error::input(name, line, message)
}

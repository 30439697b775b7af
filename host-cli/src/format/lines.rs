//! The lines of text files that hold numbers: one at a time, none longer than it can be.

use super::Source;
use super::rows::LONGEST_WORD;
use crate::Result;

/// How these files hold their numbers.
pub(super) const NUMBERS: &str = "decimal";

/// No number is written with more digits than this; a longer line is not a row.
const LONGEST_NUMBER: usize = 400;

/// The longest line of a file whose dimensions are not known yet.
const LONGEST_FIRST_LINE: usize = 16 << 20;

/// The longest line of so many numbers.
fn longest_line(dim: usize) -> usize {
    LONGEST_WORD + dim * LONGEST_NUMBER
}

/// The lines of a file, one at a time.
pub(super) struct Lines {
    pub(super) source: Source,
    /// The line, without what ends it.
    pub(super) line: Vec<u8>,
    /// Its number, from 1.
    pub(super) number: u64,
    longest: usize,
}

impl Lines {
    /// The lines behind the first `read` ones, which hold up to `dim` numbers each.
    pub(super) fn new(source: Source, read: u64, dim: usize) -> Self {
        Self { source, line: Vec::new(), number: read, longest: longest_line(dim) }
    }

    /// Lines of `dim` numbers each come next.
    pub(super) fn expect(&mut self, dim: Option<usize>) {
        self.longest = dim.map_or(LONGEST_FIRST_LINE, longest_line);
    }

    /// Reads the next line; `false` where there is none.
    pub(super) fn next(&mut self) -> Result<bool> {
        self.number += 1;
        self.source.read_until(b'\n', self.longest, &mut self.line)?;
        if self.line.is_empty() {
            return Ok(false);
        }
        // Else the last number of a cut file would pass for a shorter one: every writer ends its last line.
        if self.line.pop_if(|last| *last == b'\n').is_none() {
            let whole = self.line.len() < self.longest;
            let problem = if whole { "the file ends within this line (no newline)" } else { "the line is too long" };
            return Err(self.error(problem.to_owned()));
        }
        Ok(true)
    }

    /// Whether nothing comes any more but perhaps a blank line.
    pub(super) fn only_blank_is_left(&mut self) -> Result<bool> {
        self.number += 1;
        self.source.read_until(b'\n', self.longest, &mut self.line)?;
        Ok(self.line.trim_ascii().is_empty())
    }

    /// The error that says `problem` about this line.
    pub(super) fn error(&self, problem: String) -> crate::Error {
        self.source.error(self.number, problem)
    }
}

/// The word at the start of `line`, and what follows.
pub(super) fn split(line: &[u8]) -> (&[u8], &[u8]) {
    line.split_at(memchr::memchr(b' ', line).unwrap_or(line.len()))
}

/// Replaces `numbers` with those in `text`. The error is for the user.
pub(super) fn parse(text: &[u8], numbers: &mut Vec<f32>) -> Result<(), String> {
    numbers.clear();
    let invalid = |part: &str| format!("`{}` is not a number", part.escape_debug());
    let text = str::from_utf8(text).map_err(|_| invalid(&String::from_utf8_lossy(text)))?;
    for part in text.split_ascii_whitespace() {
        numbers.push(part.parse().map_err(|_| invalid(part))?);
    }
    Ok(())
}

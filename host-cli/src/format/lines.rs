//! The lines of text files that hold numbers: one at a time, none longer than it can be.

use super::Source;
use super::rows::LONGEST_WORD;
use super::rules::{Flaw, Refused};
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
            if self.line.len() >= self.longest {
                return Err(self.error("the line is too long".to_owned()));
            }
            self.forgive((Flaw::NoNewline, "the file ends within this line: it has no newline".to_owned()))?;
        }
        Ok(true)
    }

    /// Whether this line is blank.
    pub(super) fn is_blank(&self) -> bool {
        self.line.trim_ascii().is_empty()
    }

    /// [`Source::forgive`], about this line.
    pub(super) fn forgive(&mut self, refused: Refused) -> Result<()> {
        self.source.forgive(self.number, refused)
    }

    /// The error that says `problem` about this line.
    pub(super) fn error(&self, problem: String) -> crate::Error {
        self.source.error(self.number, problem)
    }
}

/// The word at the start of `line`, and what follows.
pub(super) fn split(line: &[u8]) -> (&[u8], &[u8]) {
    line.split_at(memchr::memchr2(b' ', b'\t', line).unwrap_or(line.len()))
}

/// The last `count` fields of `line`, and what precedes them, which may hold blanks itself.
pub(super) fn split_last(line: &[u8], count: usize) -> Option<(&[u8], &[u8])> {
    let (mut word, mut rest) = (line.trim_ascii_end(), 0);
    for _ in 0..count {
        let blank = memchr::memrchr2(b' ', b'\t', word)?;
        rest = blank;
        word = word.get(..blank)?.trim_ascii_end();
    }
    Some((word, line.get(rest..)?))
}

/// How many numbers `text` ends with.
pub(super) fn numbers_at_the_end(text: &[u8]) -> usize {
    let fields = text.rsplit(|&byte| byte == b' ' || byte == b'\t').map(<[u8]>::trim_ascii);
    let is_number = |field: &&[u8]| str::from_utf8(field).is_ok_and(|field| field.parse::<f32>().is_ok());
    fields.filter(|field| !field.is_empty()).take_while(is_number).count()
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

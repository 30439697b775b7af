//! What the text formats share: one line per word, the word and then its numbers, separated by single spaces.
//!
//! Numbers are written with as many digits as it takes to read the same `f32` again.

use std::fmt::Write as _;
use std::path::Path;

use super::rows::{self, Header, LONGEST_WORD, MOST_DIMENSIONS, Rows};
use super::{Source, compression};
use crate::{Result, Vectors, VectorsRef};

/// How these formats hold their numbers.
pub(super) const NUMBERS: &str = "decimal";

/// The fewest bytes that a number takes: a space and a digit.
const SHORTEST_NUMBER: u64 = 2;

/// No number is written with more digits than this; a longer line is not a row.
const LONGEST_NUMBER: usize = 400;

/// The longest line of a file whose dimensions are not known yet.
const LONGEST_FIRST_LINE: usize = 16 << 20;

/// Reads the rows that `header` promises, which has been read already.
pub(super) fn read(source: Source, header: Header) -> Result<Vectors> {
    let mut rows = Rows::new(header, &source, SHORTEST_NUMBER);
    // The header is line 1.
    let mut lines = Lines::new(source, 1, header.dim);
    let mut numbers = Vec::new();
    while rows.len() < header.words {
        if !lines.next()? {
            let message = format!("the file ends here, but its header promises {} words", header.words);
            return Err(lines.error(message));
        }
        push(&mut rows, &lines.line, &mut numbers, header.dim, "the header promises").map_err(|e| lines.error(e))?;
    }
    if !lines.only_blank_is_left()? {
        let message = format!("the file continues after the {} words that its header promises", header.words);
        return Err(lines.error(message));
    }
    Ok(rows.finish())
}

/// Reads rows up to the end of the file, all with as many numbers as the first one.
pub(super) fn read_headless(source: Source) -> Result<Vectors> {
    let mut lines = Lines::new(source, 0, 0);
    lines.longest = LONGEST_FIRST_LINE;
    if !lines.next()? {
        return Err(lines.error("the file is empty".to_owned()));
    }
    let mut numbers = Vec::new();
    let (word, rest) = split(&lines.line);
    parse(rest, &mut numbers).map_err(|problem| lines.error(problem))?;
    let dim = numbers.len();
    let header = dim == 1 && [word, rest.trim_ascii()].iter().all(|part| part.iter().all(u8::is_ascii_digit));
    if header && !word.is_empty() {
        return Err(lines.error("this is the header of another format: word2vec-text or fasttext".to_owned()));
    }
    if dim == 0 || dim >= MOST_DIMENSIONS {
        let many = if dim == 0 { "no numbers" } else { "more numbers than any model has" };
        let word = String::from_utf8_lossy(word).escape_debug().to_string();
        return Err(lines.error(format!("`{word}` has {many}")));
    }
    let mut rows = Rows::of_dim(dim);
    lines.longest = longest_line(dim);
    loop {
        let pushed = push(&mut rows, &lines.line, &mut numbers, dim, "the first line has");
        if let Err(problem) = pushed {
            // A blank line at the end is not a row.
            let (blank, place) = (lines.line.trim_ascii().is_empty(), lines.number);
            if blank && lines.only_blank_is_left()? {
                return Ok(rows.finish());
            }
            return Err(lines.source.error(place, problem));
        }
        if !lines.next()? {
            return Ok(rows.finish());
        }
    }
}

/// Adds the row in `line`, which must have `dim` numbers, as `why` says.
fn push(rows: &mut Rows, line: &[u8], numbers: &mut Vec<f32>, dim: usize, why: &str) -> Result<(), String> {
    let (word, rest) = split(line);
    parse(rest, numbers)?;
    if numbers.len() != dim {
        let (word, found) = (String::from_utf8_lossy(word), numbers.len());
        return Err(format!("`{}` has {found} numbers, but {why} {dim}", word.escape_debug()));
    }
    rows.push(word, numbers)
}

/// The longest line of this many numbers.
fn longest_line(dim: usize) -> usize {
    LONGEST_WORD + dim * LONGEST_NUMBER
}

/// The lines of a file, one at a time.
pub(super) struct Lines {
    pub(super) source: Source,
    /// The line, without its end.
    pub(super) line: Vec<u8>,
    /// Its number, from 1.
    pub(super) number: u64,
    longest: usize,
}

impl Lines {
    /// The lines after the first `read` ones, with up to `dim` numbers each.
    pub(super) fn new(source: Source, read: u64, dim: usize) -> Self {
        Self { source, line: Vec::new(), number: read, longest: longest_line(dim) }
    }

    /// Lines of `dim` numbers each come next.
    pub(super) fn expect(&mut self, dim: Option<usize>) {
        self.longest = dim.map_or(LONGEST_FIRST_LINE, longest_line);
    }

    /// Reads the next line; `false` if there is none.
    pub(super) fn next(&mut self) -> Result<bool> {
        self.number += 1;
        self.source.read_until(b'\n', self.longest, &mut self.line)?;
        if self.line.is_empty() {
            return Ok(false);
        }
        // Otherwise the last number of a cut file could pass for a shorter one. Every writer ends its last line.
        if self.line.pop_if(|last| *last == b'\n').is_none() {
            let whole = self.line.len() < self.longest;
            let problem = if whole { "the file ends within this line (no newline)" } else { "the line is too long" };
            return Err(self.error(problem.to_owned()));
        }
        Ok(true)
    }

    /// Whether nothing follows, except perhaps a blank line.
    fn only_blank_is_left(&mut self) -> Result<bool> {
        self.number += 1;
        self.source.read_until(b'\n', self.longest, &mut self.line)?;
        Ok(self.line.trim_ascii().is_empty())
    }

    /// The error for a `problem` with this line.
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

/// How a text format differs from the others.
#[derive(Clone, Copy)]
pub(super) struct Layout {
    /// Whether the first line is `words dimensions`.
    pub(super) header: bool,
    /// Whether a space ends each row.
    pub(super) space_at_end: bool,
}

/// Writes `vectors` to the file `path`.
pub(super) fn write(path: &Path, vectors: VectorsRef<'_>, layout: Layout) -> Result<()> {
    rows::check(path, vectors, rows::check_word)?;
    let end = if layout.space_at_end { " \n" } else { "\n" };
    compression::write(path, |out| {
        if layout.header {
            writeln!(out, "{} {}", vectors.vocabulary.len(), vectors.dim)?;
        }
        let mut line = String::new();
        for (word, numbers) in vectors.rows() {
            line.clear();
            line.push_str(word);
            for number in numbers {
                // Writing to a string cannot fail.
                let _ = write!(line, " {number}");
            }
            line.push_str(end);
            out.write_all(line.as_bytes())?;
        }
        Ok(())
    })
}

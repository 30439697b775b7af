//! Joining the words of phrases, and writing what comes out.

use std::io::{self, Write};

use hashbrown::HashMap;

use super::table::{Role, Table};
use crate::corpus::{Visitor, Word};
use crate::{Error, Result};

/// A phrase that was joined.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Joined {
    /// Its score.
    pub score: f64,
    /// How often it was joined.
    pub count: u64,
}

/// Joins the phrases of one pass, from left to right: a word that ends one does not start another.
pub(super) struct Joiner<'a> {
    table: &'a mut Table,
    /// The word that may start a phrase, and its role.
    first: Option<(u32, Role)>,
    /// This word and the connectors that followed, as they would be in a phrase; empty if there is no such word.
    held: String,
    /// Where each of them ends there.
    ends: Vec<usize>,
    joined: HashMap<String, Joined>,
}

impl<'a> Joiner<'a> {
    pub(super) fn new(table: &'a mut Table) -> Self {
        Self { table, first: None, held: String::new(), ends: Vec::new(), joined: HashMap::new() }
    }

    /// The phrases that were joined.
    pub(super) fn into_joined(self) -> HashMap<String, Joined> {
        self.joined
    }

    fn word(&mut self, word: Word<'_>, next: &mut impl Visitor) -> Result<()> {
        let known = self.table.find(word);
        if let Some(first) = self.first {
            if known.is_some_and(|(_, role)| role.is_connector) {
                self.extend(word.text);
                self.ends.push(self.held.len());
                return Ok(());
            }
            if let Some(score) = known.and_then(|last| self.score(first, last, word.text)) {
                self.count(score);
                next.word(Word::from(&*self.held))?;
                self.release();
                return Ok(());
            }
            self.dissolve(next)?;
        }
        if known.is_none_or(|(_, role)| role.is_connector || !role.starts) {
            return next.word(word);
        }
        self.first = known;
        self.held.push_str(word.text);
        self.ends.push(self.held.len());
        Ok(())
    }

    /// The score of the held words and `word`, if they are a phrase; `word` is then held too.
    #[inline(always)]
    fn score(&mut self, (first, start): (u32, Role), (last, end): (u32, Role), word: &str) -> Option<f64> {
        if !end.ends {
            return None;
        }
        if start.is_plain && end.is_plain && self.ends.len() == 1 {
            let score = self.table.pair(first, last)?;
            self.extend(word);
            return Some(score);
        }
        let before = self.held.len();
        self.extend(word);
        let score = self.table.spelled(first, last, &self.held);
        if score.is_none() {
            self.held.truncate(before);
        }
        score
    }

    fn count(&mut self, score: f64) {
        match self.joined.get_mut(&self.held) {
            Some(joined) => joined.count += 1,
            None => {
                self.joined.insert(self.held.clone(), Joined { score, count: 1 });
            }
        }
    }

    fn extend(&mut self, word: &str) {
        self.held.push_str(&self.table.spelling.delimiter);
        self.held.push_str(word);
    }

    fn release(&mut self) {
        self.first = None;
        self.held.clear();
        self.ends.clear();
    }

    /// Passes the held words on one by one.
    fn dissolve(&mut self, next: &mut impl Visitor) -> Result<()> {
        let mut start = 0;
        for &end in &self.ends {
            next.word(Word::from(&self.held[start..end]))?;
            start = end + self.table.spelling.delimiter.len();
        }
        self.release();
        Ok(())
    }
}

/// Joiners, one behind the other, and what takes the words of the last one.
pub(super) struct Chain<'a, 'b> {
    pub(super) joiners: &'a mut [Joiner<'b>],
    pub(super) end: &'a mut dyn Visitor,
}

impl<'b> Chain<'_, 'b> {
    fn split(&mut self) -> Option<(&mut Joiner<'b>, Chain<'_, 'b>)> {
        let (first, joiners) = self.joiners.split_first_mut()?;
        Some((first, Chain { joiners, end: self.end }))
    }
}

impl Visitor for Chain<'_, '_> {
    fn word(&mut self, word: Word<'_>) -> Result<()> {
        match self.split() {
            Some((first, mut rest)) => first.word(word, &mut rest),
            None => self.end.word(word),
        }
    }

    fn cut(&mut self) -> Result<()> {
        match self.split() {
            Some((first, mut rest)) => {
                first.dissolve(&mut rest)?;
                rest.cut()
            }
            None => self.end.cut(),
        }
    }

    fn end_line(&mut self) -> Result<()> {
        match self.split() {
            Some((first, mut rest)) => {
                first.dissolve(&mut rest)?;
                rest.end_line()
            }
            None => self.end.end_line(),
        }
    }
}

/// How much is written at a time.
const BUFFER: usize = 64 << 10;

/// Writes words, with spaces between them.
pub(super) struct Writer<'a> {
    out: &'a mut dyn Write,
    buffer: Vec<u8>,
    inside_line: bool,
    words: u64,
    failed: Option<io::Error>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(out: &'a mut dyn Write) -> Self {
        Self { out, buffer: Vec::with_capacity(BUFFER), inside_line: false, words: 0, failed: None }
    }

    /// Writes the rest, and tells how many words there were.
    ///
    /// # Errors
    /// If this or an earlier write failed.
    pub(super) fn finish(mut self) -> io::Result<u64> {
        match self.failed.take() {
            Some(error) => Err(error),
            None => self.out.write_all(&self.buffer).map(|()| self.words),
        }
    }

    fn flush(&mut self) -> Result<()> {
        let written = self.out.write_all(&self.buffer);
        self.buffer.clear();
        written.map_err(|error| {
            // What ends the walk; `finish` has the reason.
            let ended = Error::Failed(error.to_string());
            self.failed = Some(error);
            ended
        })
    }
}

impl Visitor for Writer<'_> {
    fn word(&mut self, word: Word<'_>) -> Result<()> {
        if std::mem::replace(&mut self.inside_line, true) {
            self.buffer.push(b' ');
        }
        self.buffer.extend_from_slice(word.text.as_bytes());
        self.words += 1;
        if self.buffer.len() >= BUFFER { self.flush() } else { Ok(()) }
    }

    fn cut(&mut self) -> Result<()> {
        Ok(())
    }

    fn end_line(&mut self) -> Result<()> {
        self.inside_line = false;
        self.buffer.push(b'\n');
        Ok(())
    }
}

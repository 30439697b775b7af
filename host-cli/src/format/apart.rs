//! What formats share that hold their words apart from their numbers: which row belongs to which word.

use std::ops::ControlFlow;

use super::rows::{check_numbers, push_word, utf8};
use super::rules::{Flaw, Refused};
use super::{Source, Visitor};
use crate::{Result, Vocabulary};

/// The words of a file, and which of its rows are left out.
#[derive(Default)]
pub(super) struct Words {
    vocabulary: Vocabulary,
    /// How many rows there have been.
    seen: usize,
    /// The rows of the file whose words cannot be used, in their order.
    left_out: Vec<usize>,
    /// The words, by their place in the vocabulary, whose center vectors cannot be used, in their order.
    bad: Vec<usize>,
    /// The words, by their place among those that were shown, whose outside vectors cannot be used.
    late: Vec<usize>,
    /// Whether the visitor has stopped the reader.
    stopped: bool,
}

impl Words {
    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.seen
    }

    /// Adds the word of the next row, which is at `line` of `source` if it is a text.
    ///
    /// # Errors
    /// If it cannot be a word, and the rules are strict.
    pub(super) fn push(
        &mut self,
        source: &mut Source,
        line: Option<u64>,
        word: Result<&[u8], Refused>,
        count: u64,
    ) -> Result<()> {
        let row = self.seen;
        self.seen += 1;
        let word = word.and_then(utf8);
        word.and_then(|word| push_word(&mut self.vocabulary, word, count)).or_else(|(flaw, problem)| {
            self.left_out.push(row);
            let problem = if line.is_some() { problem } else { format!("row {}: {problem}", row + 1) };
            source.forgive(line, (flaw, problem))
        })
    }

    /// Shows the center vector of `row` of the file, which follows those before. Those past the limit are only checked.
    ///
    /// # Errors
    /// If a number is not finite, and the rules are strict.
    pub(super) fn center(
        &mut self,
        source: &mut Source,
        row: usize,
        numbers: &[f32],
        visitor: &mut dyn Visitor,
    ) -> Result<ControlFlow<()>> {
        let Some((place, word)) = self.place(row) else { return Ok(ControlFlow::Continue(())) };
        if let Err(problem) = check_numbers(word, numbers) {
            self.bad.push(place);
            source.forgive(None, (Flaw::NotFinite, format!("row {}: {problem}", place + 1)))?;
        } else if place - self.bad.len() < source.rules.most_rows() {
            let shown = visitor.row(word, numbers);
            self.stopped = shown.is_break();
            return Ok(shown);
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Shows the outside vector of `row` of the file, or any other that each word has, once all center vectors have
    /// been shown.
    ///
    /// # Errors
    /// If a number is not finite, and the rules are strict.
    pub(super) fn outside(
        &mut self,
        source: &mut Source,
        row: usize,
        numbers: &[f32],
        visitor: &mut dyn Visitor,
    ) -> Result<()> {
        let Some((place, word)) = self.place(row) else { return Ok(()) };
        let Err(before) = self.bad.binary_search(&place) else { return Ok(()) };
        let checked = check_numbers(word, numbers);
        if place - before < source.rules.most_rows() {
            visitor.outside(numbers);
        }
        if let Err(problem) = checked {
            self.late.push(place - before);
            source.forgive(None, (Flaw::NotFinite, format!("row {}: {problem}", place + 1)))?;
        }
        Ok(())
    }

    /// Where the word of `row` of the file is in the vocabulary, and the word; `None` if it is left out.
    fn place(&self, row: usize) -> Option<(usize, &str)> {
        let place = row - self.left_out.binary_search(&row).err()?;
        (place < self.vocabulary.len()).then(|| (place, self.vocabulary.word(place)))
    }

    /// The words whose center vectors have been shown, if all have been.
    pub(super) fn shown(&self) -> impl Iterator<Item = &str> {
        self.kept().map(|place| self.vocabulary.word(place))
    }

    fn kept(&self) -> impl Iterator<Item = usize> {
        (0..self.vocabulary.len()).filter(|place| self.bad.binary_search(place).is_err())
    }

    /// The places, among the rows that were shown, of those to be left out after all.
    pub(super) fn late(&mut self) -> &[usize] {
        self.late.sort_unstable();
        self.late.dedup();
        &self.late
    }

    /// How often all words occur that can be used.
    pub(super) fn total(&self) -> u64 {
        let shown = self.kept().enumerate().filter(|(shown, _)| !self.late.contains(shown));
        shown.fold(0, |sum, (_, place)| sum.saturating_add(self.vocabulary.count(place)))
    }

    /// Gives the words these `counts`, one for each row of the file.
    pub(super) fn set_counts(&mut self, counts: &[u64]) {
        let counts = counts.iter().enumerate().filter(|(row, _)| self.left_out.binary_search(row).is_err());
        let words = self.vocabulary.words();
        self.vocabulary = words.zip(counts).map(|(word, (_, &count))| (word, count)).collect();
    }

    /// The words of the model, once `visitor` has been shown all vectors. What was forgiven in `source` is told.
    pub(super) fn finish(mut self, source: &Source, visitor: &mut dyn Visitor) -> Vocabulary {
        if !self.late().is_empty() {
            visitor.leave_out(&self.late);
        }
        if !self.stopped {
            source.tell();
        }
        let most = source.rules.most_rows();
        if self.bad.is_empty() && self.late.is_empty() && self.vocabulary.len() <= most {
            return self.vocabulary;
        }
        let shown = self.kept().take(most).enumerate().filter(|(shown, _)| self.late.binary_search(shown).is_err());
        shown.map(|(_, place)| (self.vocabulary.word(place), self.vocabulary.count(place))).collect()
    }
}

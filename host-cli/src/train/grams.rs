//! The rows that words with subwords are made of.

use std::collections::HashMap;

use motevec_core::subword::Ngrams;

use super::pages::Pages;
use super::start::Start;
use crate::{Result, Vocabulary};

/// What the vector of a word is the mean of (eq. 24): a row of its own, and those of its n-grams. Rows are numbered:
/// those of words as the words, and after them those of buckets, in their order.
///
/// Training hands each of them what changes its words. So rows of the very same words that start alike stay alike, and
/// the input matrix has one row for all of them: fewer than half as many, and a fifth less for each word to add.
pub(super) struct Grams {
    /// The buckets that words have, ascending: each has a row.
    pub(super) buckets: Vec<u32>,
    /// By row, that of the input matrix.
    pub(super) matrix_rows: Vec<u32>,
    /// Rows of the input matrix.
    pub(super) all_rows: usize,
    /// Of each word, its rows in turn, and where they end.
    rows: Vec<u32>,
    ends: Vec<usize>,
    /// Likewise rows of the input matrix.
    parts: Vec<Part>,
    parts_ends: Vec<usize>,
}

/// A row of the input matrix, which is so many rows of a word.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Part {
    pub(super) row: u32,
    pub(super) times: u32,
}

impl Grams {
    /// Those of `words`, which train from `start`.
    ///
    /// # Errors
    /// If there is no memory for a list of the buckets.
    pub(super) fn new(ngrams: Ngrams, words: &Vocabulary, start: Option<&Start<'_>>) -> Result<Self> {
        let (mut rows, mut ends) = (Vec::new(), Vec::with_capacity(words.len()));
        // By bucket; pages that nobody writes to take no memory.
        let mut pages = Pages::zeros(ngrams.buckets() as usize)?;
        let row_of: &mut [u32] = bytemuck::cast_slice_mut(pages.as_mut_slice());
        for (row, word) in (0..).zip(words.words()) {
            rows.push(row);
            rows.extend(ngrams.of(word));
            ends.push(rows.len());
        }
        let mut buckets = Vec::new();
        for_each_bucket(&mut rows, &ends, |bucket| {
            if row_of[*bucket as usize] == 0 {
                row_of[*bucket as usize] = 1;
                buckets.push(*bucket);
            }
        });
        buckets.sort_unstable();
        (words.len() as u32..).zip(&buckets).for_each(|(row, &bucket)| row_of[bucket as usize] = row);
        for_each_bucket(&mut rows, &ends, |bucket| *bucket = row_of[*bucket as usize]);
        let mut grams = Self {
            matrix_rows: starts(words, &buckets, start),
            buckets,
            all_rows: 0,
            rows,
            ends,
            parts: Vec::new(),
            parts_ends: Vec::new(),
        };
        grams.find_classes();
        grams.find_parts();
        Ok(grams)
    }

    /// From classes of rows that start alike to those of them that have the same words: each word in turn divides the
    /// classes that it has rows of.
    fn find_classes(&mut self) {
        let classes = &mut self.matrix_rows;
        // Above all numbers of starts.
        let (mut start, mut next) = (0, classes.len() as u32 + 1);
        for &end in &self.ends {
            // A word may have as many as it has letters.
            let mut divided = HashMap::new();
            for &row in &self.rows[start..end] {
                let class = &mut classes[row as usize];
                *class = *divided.entry(*class).or_insert_with(|| {
                    next += 1;
                    next - 1
                });
            }
            start = end;
        }
    }

    /// Makes each class a row of the matrix, in the order in which words have them.
    fn find_parts(&mut self) {
        let mut numbers = HashMap::new();
        // By row of the matrix, the first of its rows, and how many there are.
        let mut found: Vec<(u32, u32)> = Vec::new();
        let mut is_numbered = vec![false; self.matrix_rows.len()];
        for &row in &self.rows {
            if !std::mem::replace(&mut is_numbered[row as usize], true) {
                let class = &mut self.matrix_rows[row as usize];
                *class = *numbers.entry(*class).or_insert(found.len() as u32);
                match found.get_mut(*class as usize) {
                    Some((_, times)) => *times += 1,
                    None => found.push((row, 1)),
                }
            }
        }
        self.all_rows = found.len();
        let mut start = 0;
        for &end in &self.ends {
            for &row in &self.rows[start..end] {
                let part = self.matrix_rows[row as usize];
                let (first, times) = found[part as usize];
                if first == row {
                    self.parts.push(Part { row: part, times });
                }
            }
            self.parts_ends.push(self.parts.len());
            start = end;
        }
    }

    /// The rows of a word, its own first.
    pub(super) fn of(&self, word: u32) -> &[u32] {
        &self.rows[range(&self.ends, word)]
    }

    /// The rows of the input matrix that a word is made of.
    pub(super) fn parts(&self, word: u32) -> &[Part] {
        &self.parts[range(&self.parts_ends, word)]
    }
}

/// What belongs to `word`, where these are the ends.
fn range(ends: &[usize], word: u32) -> std::ops::Range<usize> {
    let word = word as usize;
    word.checked_sub(1).map_or(0, |before| ends[before])..ends[word]
}

/// By row, a number for what it starts with: 0 for what is drawn.
fn starts(words: &Vocabulary, buckets: &[u32], start: Option<&Start<'_>>) -> Vec<u32> {
    let mut numbers = HashMap::new();
    let mut number = |known: Option<&[f32]>| {
        let next = 1 + numbers.len() as u32;
        known.map_or(0, |known| *numbers.entry(bytemuck::cast_slice::<_, u32>(known).to_vec()).or_insert(next))
    };
    match start {
        Some(start) if start.knows_subwords() => {
            let own = (0..words.len()).map(|row| start.word(row));
            own.chain(buckets.iter().map(|&bucket| start.bucket(bucket))).map(&mut number).collect()
        }
        _ => vec![0; words.len() + buckets.len()],
    }
}

/// Calls `change` with what stands for each n-gram of each word.
fn for_each_bucket(rows: &mut [u32], ends: &[usize], mut change: impl FnMut(&mut u32)) {
    let mut start = 0;
    for &end in ends {
        rows[start + 1..end].iter_mut().for_each(&mut change);
        start = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_share_the_rows_of_the_ngrams_that_they_share() {
        let words: Vocabulary = ["ab", "abc", "x", "aaaa"].map(|word| (word, 5)).into_iter().collect();
        // <ab>: `<ab` `ab>`; <abc>: `<ab` `abc` `bc>`; <x>: `<x>`; <aaaa>: `<aa` `aaa` `aaa` `aa>`.
        let ngrams = Ngrams::new(3, 3, 100_000).unwrap();
        let grams = Grams::new(ngrams, &words, None).unwrap();
        assert_eq!((grams.buckets.len(), grams.matrix_rows.len()), (8, 12));
        assert!(grams.buckets.is_sorted());
        for (row, word) in (0..).zip(words.words()) {
            let [own, rest @ ..] = grams.of(row) else { panic!("its own") };
            assert_eq!(*own, row);
            let found: Vec<u32> = rest.iter().map(|&row| grams.buckets[row as usize - 4]).collect();
            assert_eq!(found, ngrams.of(word).collect::<Vec<_>>());
        }
        assert_eq!(grams.of(0)[1], grams.of(1)[1]);
        // What only one word has is one row of the matrix with its own, unless it comes twice.
        let part = |row, times| Part { row, times };
        let parts: Vec<&[Part]> = (0..4).map(|word| grams.parts(word)).collect();
        assert_eq!(
            parts,
            [
                &[part(0, 2), part(1, 1)][..],
                &[part(2, 3), part(1, 1)],
                &[part(3, 2)],
                &[part(4, 3), part(5, 1), part(5, 1)]
            ]
        );
        assert_eq!(grams.all_rows, 6);
    }
}

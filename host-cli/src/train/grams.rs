//! The rows that words with subwords are made of.

use motevec_core::subword::Ngrams;

use super::pages::Pages;
use crate::{Result, Vocabulary};

/// By word, the rows of the input matrix that its vector is the mean of (eq. 24): its own, which has the word's number,
/// and those of its n-grams, which come after all words'.
pub(super) struct Grams {
    /// The buckets that words have, ascending: each has a row.
    pub(super) buckets: Vec<u32>,
    rows: Vec<u32>,
    /// Where the rows of each word end.
    ends: Vec<usize>,
}

impl Grams {
    /// Those of `words`.
    ///
    /// # Errors
    /// If there is no memory for a list of the buckets.
    pub(super) fn new(ngrams: Ngrams, words: &Vocabulary) -> Result<Self> {
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
        Ok(Self { buckets, rows, ends })
    }

    /// Rows of the input matrix.
    pub(super) fn all_rows(&self) -> usize {
        self.ends.len() + self.buckets.len()
    }

    /// The rows of a word, its own first.
    pub(super) fn of(&self, word: u32) -> &[u32] {
        let word = word as usize;
        let start = word.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.rows[start..self.ends[word]]
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
        let words: Vocabulary = ["ab", "abc", "x"].map(|word| (word, 5)).into_iter().collect();
        // <ab>: `<ab` `ab>`; <abc>: `<ab` `abc` `bc>`; <x>: `<x>`.
        let ngrams = Ngrams::new(3, 3, 100_000).unwrap();
        let grams = Grams::new(ngrams, &words).unwrap();
        assert_eq!((grams.buckets.len(), grams.all_rows()), (5, 8));
        assert!(grams.buckets.is_sorted());
        for (row, word) in (0..).zip(words.words()) {
            let [own, rest @ ..] = grams.of(row) else { panic!("its own") };
            assert_eq!(*own, row);
            let found: Vec<u32> = rest.iter().map(|&row| grams.buckets[row as usize - 3]).collect();
            assert_eq!(found, ngrams.of(word).collect::<Vec<_>>());
        }
        assert_eq!(grams.of(0)[1], grams.of(1)[1]);
    }
}

//! What a model knows of parts of words: vectors for words that it has never seen.

use motevec_core::subword::Ngrams;

/// The most characters of an n-gram, longer than any word. Files may promise more; a long word would then take forever.
pub(crate) const LONGEST_NGRAM: u32 = 100;

/// The vectors of n-grams (MATH.md eq. 24), beside the word vectors that they are a part of.
///
/// A word vector is the mean of the word's own row and the rows of its n-grams.
#[derive(Clone, Debug, PartialEq)]
pub struct Subwords {
    /// Which n-grams words have.
    pub ngrams: Ngrams,
    /// The words' own rows: as many numbers as the word vectors.
    pub words: Vec<f32>,
    /// The buckets that have a row, ascending; those of all others are zero.
    buckets: Vec<u32>,
    /// The rows of these buckets.
    rows: Vec<f32>,
    dim: usize,
}

impl Subwords {
    /// Rows of `dim` numbers for `buckets`, which ascend, and those of `words`.
    ///
    /// # Panics
    /// If there are not as many `rows` as `buckets`.
    #[must_use]
    pub fn new(ngrams: Ngrams, dim: usize, words: Vec<f32>, buckets: Vec<u32>, rows: Vec<f32>) -> Self {
        assert!(rows.len() == buckets.len() * dim && buckets.is_sorted_by(|a, b| a < b), "a row for each bucket");
        Self { ngrams, words, buckets, rows, dim }
    }

    /// The buckets that have a row, ascending.
    #[must_use]
    pub fn buckets(&self) -> &[u32] {
        &self.buckets
    }

    /// Numbers per row.
    pub(crate) fn dim(&self) -> usize {
        self.dim
    }

    /// The rows of these buckets, one after the other.
    #[must_use]
    pub fn rows(&self) -> &[f32] {
        &self.rows
    }

    /// The words' own rows, and those of the buckets.
    pub(crate) fn into_rows(self) -> (Vec<f32>, Vec<f32>) {
        (self.words, self.rows)
    }

    /// The row of a bucket, if it has one.
    #[must_use]
    pub fn row(&self, bucket: u32) -> Option<&[f32]> {
        let place = self.buckets.binary_search(&bucket).ok()?;
        Some(&self.rows[place * self.dim..][..self.dim])
    }

    /// The vector of a word that has no row of its own: the mean of its n-grams. `None` if it has none.
    #[must_use]
    pub fn vector(&self, word: &str) -> Option<Vec<f32>> {
        self.mean(word, None)
    }

    /// The vector of the word whose own row is `own`.
    #[must_use]
    pub fn with_row(&self, word: &str, own: &[f32]) -> Vec<f32> {
        self.mean(word, Some(own)).unwrap_or_else(|| own.to_vec())
    }

    /// The sum of the rows, in turn, times one over their number: as training makes it.
    fn mean(&self, word: &str, own: Option<&[f32]>) -> Option<Vec<f32>> {
        let mut sum = own.map_or_else(|| vec![0.0; self.dim], <[f32]>::to_vec);
        let mut count = usize::from(own.is_some());
        for bucket in self.ngrams.of(word) {
            count += 1;
            for (sum, x) in sum.iter_mut().zip(self.row(bucket).unwrap_or_default()) {
                *sum += x;
            }
        }
        let part = 1.0 / count as f32;
        sum.iter_mut().for_each(|x| *x *= part);
        (count > 0).then_some(sum)
    }

    /// All numbers, row by row: of words, and of n-grams. For maps of all vectors that keep sums.
    pub(crate) fn rows_mut(&mut self) -> [&mut [f32]; 2] {
        [&mut self.words, &mut self.rows]
    }

    /// Only these `words`, in their order.
    pub(crate) fn keep(&self, words: &[usize]) -> Self {
        let own = words.iter().flat_map(|row| &self.words[row * self.dim..][..self.dim]).copied().collect();
        Self { words: own, ..self.clone() }
    }

    /// The bytes of memory that it takes.
    pub(crate) fn memory(&self) -> usize {
        (self.words.capacity() + self.rows.capacity() + self.buckets.capacity()) * size_of::<f32>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vector_is_the_mean_of_the_rows_that_a_word_has() {
        // <ab>: the n-grams `<ab` and `ab>`.
        let ngrams = Ngrams::new(3, 3, 1000).unwrap();
        let mut buckets: Vec<u32> = ngrams.of("ab").collect();
        assert_eq!(buckets.len(), 2);
        buckets.sort_unstable();
        let subwords = Subwords::new(ngrams, 2, vec![9.0, 0.0], buckets, vec![1.0, 2.0, 5.0, 4.0]);
        assert_eq!(subwords.vector("ab"), Some(vec![3.0, 3.0]));
        assert_eq!(subwords.with_row("ab", &[9.0, 0.0]), [5.0, 2.0]);
        // `<a>` has a bucket that was never trained: zero. A word without n-grams has no vector.
        assert_eq!(subwords.vector("a"), Some(vec![0.0, 0.0]));
        assert_eq!(subwords.vector(""), None);
        assert_eq!(subwords.with_row("", &[9.0, 0.0]), [9.0, 0.0]);
    }
}

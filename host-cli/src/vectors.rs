//! Word vectors as a model file holds them: a vocabulary and one row of `dim` numbers per word.

use std::borrow::Cow;

use crate::history::Run;
use crate::{Subwords, Vocabulary};

/// Word vectors (the rows of `V`, MATH.md): what every model file holds and every query reads.
#[derive(Clone, Debug)]
pub struct Vectors {
    /// The words, in row order.
    pub vocabulary: Vocabulary,
    /// Numbers per row; at least 1.
    pub dim: usize,
    /// `vocabulary.len() × dim` numbers, row after row, without padding.
    pub data: Vec<f32>,
    /// The outside vectors (the rows of `U`), likewise, if the file holds them: further training needs them.
    pub outside: Option<Vec<f32>>,
    /// Of a model of hierarchical softmax, in place of outside vectors: the rows of the inner nodes of the tree that
    /// the words' counts make, one less than there are words.
    pub nodes: Option<Vec<f32>>,
    /// The n-grams that the words are made of, if the model has some.
    pub subwords: Option<Subwords>,
    /// How the model was made, the first training run first, if the file says so.
    pub history: Vec<Run>,
}

impl Vectors {
    /// Center vectors, of which no more is known: one of `dim` numbers for each word, row after row.
    #[must_use]
    pub fn new(vocabulary: Vocabulary, dim: usize, data: Vec<f32>) -> Self {
        Self { vocabulary, dim, data, outside: None, nodes: None, subwords: None, history: Vec::new() }
    }

    /// The vector of `row`. Panics where `row` is out of range.
    #[must_use]
    pub fn row(&self, row: usize) -> &[f32] {
        &self.data[row * self.dim..][..self.dim]
    }

    /// The vector of `word`.
    #[must_use]
    pub fn get(&self, word: &str) -> Option<&[f32]> {
        self.vocabulary.row(word).map(|row| self.row(row))
    }

    /// The vector of `word`, also of one that the model has never seen if it has subwords.
    #[must_use]
    pub fn embed(&self, word: &str) -> Option<Cow<'_, [f32]>> {
        let unseen = || Some(Cow::Owned(self.subwords.as_ref()?.vector(word)?));
        self.get(word).map(Cow::Borrowed).or_else(unseen)
    }

    /// The vectors, in row order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[f32]> {
        self.data.chunks_exact(self.dim)
    }

    /// The same vectors, borrowed.
    #[must_use]
    pub fn view(&self) -> VectorsRef<'_> {
        let Self { vocabulary, dim, data, outside, nodes, subwords, history } = self;
        let (outside, nodes, subwords) = (outside.as_deref(), nodes.as_deref(), subwords.as_ref());
        VectorsRef { vocabulary, dim: *dim, data, outside, nodes, subwords, history }
    }

    /// The `count` most frequent words, in their present order; the first ones if counts are unknown or equal.
    #[must_use]
    pub fn most_frequent(self, count: usize) -> Self {
        let mut rows = self.vocabulary.by_count();
        rows.truncate(count);
        rows.sort_unstable();
        self.keep(&rows)
    }

    /// Only these `rows`, in their order. Nodes are left out: fewer words have another tree.
    pub(crate) fn keep(self, rows: &[usize]) -> Self {
        let vocabulary = rows.iter().map(|&row| (self.vocabulary.word(row), self.vocabulary.count(row))).collect();
        let kept = |data: &Vec<f32>| rows.iter().flat_map(|row| &data[row * self.dim..][..self.dim]).copied().collect();
        let outside = self.outside.as_ref().map(kept);
        let subwords = self.subwords.as_ref().map(|subwords| subwords.keep(rows));
        let (dim, data) = (self.dim, kept(&self.data));
        Self { vocabulary, dim, data, outside, nodes: None, subwords, history: self.history }
    }
}

/// Borrowed word vectors, as a writer takes them: from [`Vectors`], or from what a trainer made, without a copy.
#[derive(Clone, Copy, Debug)]
pub struct VectorsRef<'a> {
    /// The words, in row order.
    pub vocabulary: &'a Vocabulary,
    /// Numbers per row; at least 1.
    pub dim: usize,
    /// The rows: `vocabulary.len() × dim` numbers.
    pub data: &'a [f32],
    /// The outside vectors, likewise, if they are known. Not every format holds them.
    pub outside: Option<&'a [f32]>,
    /// The rows of a tree's inner nodes, as [`Vectors::nodes`] has them. Few formats hold them.
    pub nodes: Option<&'a [f32]>,
    /// The n-grams that the words are made of. Few formats hold them.
    pub subwords: Option<&'a Subwords>,
    /// How the model was made. Not every format says so.
    pub history: &'a [Run],
}

impl<'a> VectorsRef<'a> {
    /// The words with their vectors, in row order.
    pub fn rows(self) -> impl ExactSizeIterator<Item = (&'a str, &'a [f32])> {
        self.vocabulary.words().zip(self.data.chunks_exact(self.dim))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words `a`, `b`, … with these counts; the numbers of each say which it is.
    fn vectors(counts: &[u64]) -> Vectors {
        let vocabulary = ('a'..).map(String::from).zip(counts.iter().copied()).collect();
        let data: Vec<_> = (0..counts.len()).flat_map(|row| [row as f32; 2]).collect();
        Vectors { outside: Some(data.iter().map(|x| -x).collect()), ..Vectors::new(vocabulary, 2, data) }
    }

    #[test]
    fn the_most_frequent_words_keep_their_order_and_their_vectors() {
        let cases: [(&[u64], usize, &str); 5] = [
            (&[9, 5, 5, 1], 2, "a b"),
            (&[0, 0, 0], 2, "a b"),
            (&[1, 7, 2, 9], 3, "b c d"),
            (&[1, 7], 9, "a b"),
            (&[1, 2], 0, ""),
        ];
        for (counts, count, expected) in cases {
            let kept = vectors(counts).most_frequent(count);
            assert_eq!(kept.vocabulary.words().collect::<Vec<_>>().join(" "), expected);
            let outside = kept.outside.as_ref().unwrap();
            for (row, word) in kept.vocabulary.words().enumerate() {
                let old = usize::from(word.as_bytes()[0] - b'a');
                assert_eq!(kept.row(row), [old as f32; 2]);
                assert_eq!(outside[row * 2..][..2], [-(old as f32); 2]);
                assert_eq!(kept.vocabulary.count(row), counts[old]);
            }
            assert_eq!(outside.len(), kept.data.len());
        }
    }
}

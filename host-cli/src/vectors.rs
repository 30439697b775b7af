//! Word vectors as a model file holds them: a vocabulary and one row of `dim` numbers a word.

use crate::Vocabulary;

/// Word vectors (the rows of `V`, MATH.md): what every model file holds and every query reads.
#[derive(Clone, Debug)]
pub struct Vectors {
    /// The words, in row order.
    pub vocabulary: Vocabulary,
    /// Numbers a row; at least 1.
    pub dim: usize,
    /// `vocabulary.len() × dim` numbers, row after row, without padding.
    pub data: Vec<f32>,
}

impl Vectors {
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

    /// The vectors, in row order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[f32]> {
        self.data.chunks_exact(self.dim)
    }

    /// The same vectors, borrowed.
    #[must_use]
    pub fn view(&self) -> VectorsRef<'_> {
        VectorsRef { vocabulary: &self.vocabulary, dim: self.dim, stride: self.dim, data: &self.data }
    }

    /// The bytes of memory that the vectors and their words take.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.data.capacity() * size_of::<f32>() + self.vocabulary.memory()
    }
}

/// Borrowed word vectors, as a writer takes them: from [`Vectors`], or from a trainer's padded matrix without a copy.
#[derive(Clone, Copy, Debug)]
pub struct VectorsRef<'a> {
    /// The words, in row order.
    pub vocabulary: &'a Vocabulary,
    /// Numbers a row; at least 1.
    pub dim: usize,
    /// Numbers from the start of a row to the start of the next: `dim` and any padding.
    pub stride: usize,
    /// The rows: `vocabulary.len() × stride` numbers.
    pub data: &'a [f32],
}

impl<'a> VectorsRef<'a> {
    /// The words with their vectors, in row order.
    pub fn rows(self) -> impl ExactSizeIterator<Item = (&'a str, &'a [f32])> {
        let Self { vocabulary, dim, stride, data } = self;
        (0..vocabulary.len()).map(move |row| (vocabulary.word(row), &data[row * stride..][..dim]))
    }
}

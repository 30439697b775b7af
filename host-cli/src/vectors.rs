//! Word vectors as a model file holds them: a vocabulary and one row of `dim` numbers a word.

use crate::Vocabulary;

/// Word vectors (the rows of `V`, MATH.md): what every model file holds and every query reads.
#[derive(Clone, Debug)]
pub struct Vectors {
    /// The words, in row order.
    pub vocabulary: Vocabulary,
    /// Numbers a row.
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
}

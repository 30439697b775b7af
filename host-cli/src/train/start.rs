//! The vectors that training goes on from.

use motevec_core::model::{RowsMut, initialize_center};
use motevec_core::sample::Generator;

use super::Settings;
use crate::{Error, Result, Vectors, Vocabulary};

/// Rows to begin with: those of an earlier model for the words that it knows, and drawn ones for all others.
#[derive(Clone, Copy)]
pub(super) struct Start<'a> {
    words: &'a Vocabulary,
    dim: usize,
    earlier: Option<(&'a Vectors, &'a [f32])>,
}

impl<'a> Start<'a> {
    /// From nothing, for the vocabulary `words`.
    pub(super) fn new(words: &'a Vocabulary, settings: &Settings) -> Self {
        Self { words, dim: settings.dim, earlier: None }
    }

    /// From `earlier`, for the vocabulary `words`.
    pub(super) fn from(words: &'a Vocabulary, settings: &Settings, earlier: &'a Vectors) -> Result<Self> {
        if earlier.dim != settings.dim {
            let (earlier, asked) = (earlier.dim, settings.dim);
            let message = format!("--dim {asked}: the model to go on with has {earlier} dimensions; leave --dim out");
            return Err(Error::Usage(message));
        }
        let outside = earlier.outside.as_deref().ok_or_else(|| {
            Error::Failed("the model to go on with holds no outside vectors, which training needs".to_owned())
        })?;
        Ok(Self { earlier: Some((earlier, outside)), ..Self::new(words, settings) })
    }

    /// Sets every row, in order: that of a center by `center`, which gets its row, and that of an outside word likewise.
    ///
    /// Each row takes its random numbers, known or not, so that the start of one word does not depend on the others.
    pub(super) fn set(&self, rng: &mut Generator, mut write: impl FnMut(u32, Initial<'_, '_>)) {
        for row in 0..self.words.len() {
            let earlier = self.earlier.and_then(|(earlier, outside)| {
                let known = earlier.vocabulary.row(self.words.word(row))?;
                Some((earlier.row(known), &outside[known * self.dim..][..self.dim]))
            });
            write(row as u32, Initial { rng, earlier });
        }
    }
}

/// What one word starts with.
pub(super) struct Initial<'a, 'r> {
    rng: &'r mut Generator,
    earlier: Option<(&'a [f32], &'a [f32])>,
}

impl Initial<'_, '_> {
    /// Writes the center vector to `row` of `center`.
    pub(super) fn center(&mut self, center: &mut impl RowsMut, row: usize) {
        initialize_center(center, row, self.rng);
        if let (Some((earlier, _)), Some(vector)) = (self.earlier, center.row_mut(row)) {
            vector[..earlier.len()].copy_from_slice(earlier);
        }
    }

    /// Writes the outside vector, which is zero where it is not known, to `row` of `outside`, which is zero.
    pub(super) fn outside(&self, outside: &mut impl RowsMut, row: usize) {
        if let (Some((_, earlier)), Some(vector)) = (self.earlier, outside.row_mut(row)) {
            vector[..earlier.len()].copy_from_slice(earlier);
        }
    }
}

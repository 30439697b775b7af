//! The shapes of one (c, o), checked before anything is computed.

use core::num::NonZeroUsize;

use super::Gradients;
use crate::math::{Real, ShapeError, check_len};

/// |Vocab| × D, once `v_c`, `U` and the gradients agree on them.
#[derive(Clone, Copy)]
pub(super) struct Rows {
    /// D.
    dim: NonZeroUsize,
    /// |Vocab|.
    pub(super) len: usize,
}

impl Rows {
    /// D from `center`, |Vocab| from `outside_vectors`, and the gradients in the same shapes.
    pub(super) fn agree<R: Real>(
        center: &[R],
        outside_vectors: &[R],
        gradients: &Gradients<'_, R>,
    ) -> Result<Self, ShapeError> {
        let rows = Self::of("outside vectors", center, outside_vectors)?;
        check_len("gradient of the center vector", gradients.center, center.len())?;
        check_len("gradient of the outside vectors", gradients.outside, outside_vectors.len())?;
        Ok(rows)
    }

    /// The rows of `matrix`, which an error calls `what`, as long as `row`.
    pub(super) fn of<R>(what: &'static str, row: &[R], matrix: &[R]) -> Result<Self, ShapeError> {
        let (dim, found) = (NonZeroUsize::new(row.len()).ok_or(ShapeError::NoComponents)?, matrix.len());
        if found % dim != 0 {
            return Err(ShapeError::Ragged { what, found, dim: dim.get() });
        }
        Ok(Self { dim, len: found / dim })
    }

    /// Checks that `word`, which an error calls `what`, has a row.
    pub(super) fn check(self, what: &'static str, word: u32) -> Result<(), ShapeError> {
        let within = usize::try_from(word).is_ok_and(|row| row < self.len);
        if within { Ok(()) } else { Err(ShapeError::Row { what, row: word, rows: self.len }) }
    }

    /// The row of `word`; empty if there is none, which [`check`](Self::check) has ruled out.
    pub(super) fn row<R>(self, matrix: &[R], word: u32) -> &[R] {
        matrix.get(self.start(word)..).and_then(|rest| rest.get(..self.dim.get())).unwrap_or_default()
    }

    /// The mutable row of `word`; empty as in [`row`](Self::row).
    pub(super) fn row_mut<R>(self, matrix: &mut [R], word: u32) -> &mut [R] {
        matrix.get_mut(self.start(word)..).and_then(|rest| rest.get_mut(..self.dim.get())).unwrap_or_default()
    }

    /// All rows.
    pub(super) fn iter<R>(self, matrix: &[R]) -> impl Iterator<Item = &[R]> {
        matrix.chunks_exact(self.dim.get())
    }

    /// All rows, mutable.
    pub(super) fn iter_mut<R>(self, matrix: &mut [R]) -> impl Iterator<Item = &mut [R]> {
        matrix.chunks_exact_mut(self.dim.get())
    }

    fn start(self, word: u32) -> usize {
        (word as usize).saturating_mul(self.dim.get())
    }
}

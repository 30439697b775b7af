//! What a learner knows, and where it lies.

use motevec_core::model::{Component, FixedModel, Model, Rows, RowsMut, initialize_center};
use motevec_core::sample::{CumulativeTable, Generator};
use motevec_core::vocab::{Vocab, VocabIn};

/// The memory of a learner, in storage that the caller owns, arrays ([`FixedMemory`]) or slices: two matrices, the text
/// of the words, two numbers of 16 bits per word and one of 32.
#[derive(Debug)]
pub struct Memory<R, T, H, C> {
    pub(super) model: Model<R, R>,
    pub(super) vocab: VocabIn<T, H, C>,
    pub(super) noise: CumulativeTable<H>,
}

/// The memory of a learner of up to `N` words of `D` components, whose text takes up to `TEXT` bytes. What vectors are
/// made of also says how it learns: of `f32`, or of [`Q15`](motevec_core::fixed_point::Q15), in integers.
///
/// It starts as zeros, so that a `static` takes no flash.
pub type FixedMemory<const N: usize, const D: usize, const TEXT: usize, X = f32> =
    Memory<[[X; D]; N], [u8; TEXT], [u16; N], [u32; N]>;

impl<X: Component, const N: usize, const D: usize, const TEXT: usize> Default for FixedMemory<N, D, TEXT, X> {
    fn default() -> Self {
        Self::new()
    }
}

impl<X: Component, const N: usize, const D: usize, const TEXT: usize> FixedMemory<N, D, TEXT, X> {
    /// No words.
    #[must_use]
    pub const fn new() -> Self {
        Self::over(FixedModel::zeros(), Vocab::new(), [0; N])
    }
}

impl<R, T, H, C> Memory<R, T, H, C> {
    /// No words, in this storage, whatever it holds. `noise` has room for as many words as the vocabulary.
    pub const fn over(model: Model<R, R>, vocab: VocabIn<T, H, C>, noise: H) -> Self {
        Self { model, vocab, noise: CumulativeTable::over(noise) }
    }
}

/// Draws the center vector of a new word at random, and sets its outside vector to zero.
#[inline(never)]
pub(super) fn start_row<R: RowsMut>(model: &mut Model<R, R>, word: u32, rng: &mut Generator) {
    initialize_center(&mut model.center, word as usize, rng);
    if let Some(row) = model.outside.row_mut(word as usize) {
        row.fill(Component::ZERO);
    }
}

/// The rows of the known words that have occurred often enough: those after them are unused.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a, R> {
    pub(super) center: &'a R,
    pub(super) counts: &'a [u32],
    pub(super) least: u32,
}

impl<R: Rows> Rows for Known<'_, R> {
    type Component = R::Component;

    fn rows(&self) -> usize {
        self.counts.len()
    }

    fn dim(&self) -> usize {
        self.center.dim()
    }

    fn row(&self, index: usize) -> Option<&[R::Component]> {
        self.counts.get(index).filter(|&&count| count >= self.least)?;
        self.center.row(index)
    }
}

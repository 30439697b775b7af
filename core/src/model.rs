//! The two matrices, in storage that the caller owns.
//!
//! [`Rows`] is what the rest of core requires of a matrix. Arrays `[[f32; D]; N]` implement it for firmware, where
//! every size is a type; [`Slab`] implements it for slices, where sizes are known at run time. Both run the same code.

use rand_core::Rng;

use crate::simd::{Block, LANES};

/// A matrix of `rows` rows with `dim` components each, read by row.
pub trait Rows {
    /// The number of rows.
    fn rows(&self) -> usize;
    /// Components of a row.
    fn dim(&self) -> usize;
    /// Row `index`, or `None` if there is no such row. It may be longer than [`dim`](Self::dim): what follows is
    /// padding and zero.
    fn row(&self, index: usize) -> Option<&[f32]>;
}

/// A matrix whose rows can be changed.
pub trait RowsMut: Rows {
    /// Row `index`, padding included, or `None` if there is no such row.
    fn row_mut(&mut self, index: usize) -> Option<&mut [f32]>;

    /// Whether every row is a whole number of blocks, padding included, and follows the one before. Kernels are then
    /// faster.
    const WHOLE_BLOCKS: bool = false;
    /// Whether every row is one block: the smallest of [`WHOLE_BLOCKS`](Self::WHOLE_BLOCKS), and the shortest kernels.
    const ONE_BLOCK: bool = false;

    /// All rows as blocks of 16, row after row, where [`WHOLE_BLOCKS`](Self::WHOLE_BLOCKS) says that they are.
    #[inline(always)]
    fn as_blocks_mut(&mut self) -> &mut [Block] {
        &mut []
    }
}

impl<const D: usize, const N: usize> Rows for [[f32; D]; N] {
    #[inline(always)]
    fn rows(&self) -> usize {
        N
    }

    #[inline(always)]
    fn dim(&self) -> usize {
        D
    }

    #[inline(always)]
    fn row(&self, index: usize) -> Option<&[f32]> {
        self.get(index).map(<[f32; D]>::as_slice)
    }
}

impl<const D: usize, const N: usize> RowsMut for [[f32; D]; N] {
    #[inline(always)]
    fn row_mut(&mut self, index: usize) -> Option<&mut [f32]> {
        self.get_mut(index).map(<[f32; D]>::as_mut_slice)
    }

    const WHOLE_BLOCKS: bool = D.is_multiple_of(LANES);
    const ONE_BLOCK: bool = D == LANES;

    #[inline(always)]
    fn as_blocks_mut(&mut self) -> &mut [Block] {
        self.as_flattened_mut().as_chunks_mut().0
    }
}

impl<M: Rows + ?Sized> Rows for &mut M {
    #[inline(always)]
    fn rows(&self) -> usize {
        (**self).rows()
    }

    #[inline(always)]
    fn dim(&self) -> usize {
        (**self).dim()
    }

    #[inline(always)]
    fn row(&self, index: usize) -> Option<&[f32]> {
        (**self).row(index)
    }
}

impl<M: RowsMut + ?Sized> RowsMut for &mut M {
    #[inline(always)]
    fn row_mut(&mut self, index: usize) -> Option<&mut [f32]> {
        (**self).row_mut(index)
    }

    const WHOLE_BLOCKS: bool = M::WHOLE_BLOCKS;
    const ONE_BLOCK: bool = M::ONE_BLOCK;

    #[inline(always)]
    fn as_blocks_mut(&mut self) -> &mut [Block] {
        (**self).as_blocks_mut()
    }
}

/// Rows in one slice, `stride ≥ dim` components apart, a multiple of 16 so that kernels can work on whole blocks.
///
/// The components between `dim` and `stride` must be zero, and stay zero.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Slab<S> {
    data: S,
    rows: usize,
    dim: usize,
    stride: usize,
}

/// The data of a [`Slab`] is not a whole number of rows, a row has no room for `dim` components, or is not whole
/// blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct SlabError {
    /// Components in the data.
    pub len: usize,
    /// The intended components of a row.
    pub dim: usize,
    /// Components from one row to the next.
    pub stride: usize,
}

impl core::fmt::Display for SlabError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Self { len, dim, stride } = self;
        write!(f, "{len} numbers do not make rows of {dim}, {stride} apart (a multiple of 16)")
    }
}

impl core::error::Error for SlabError {}

impl<S: AsRef<[f32]>> Slab<S> {
    /// Rows of `dim` components, `stride` apart in `data`.
    ///
    /// # Errors
    /// If `dim` is 0 or more than `stride`, `stride` is not a multiple of 16, or `data` does not hold a whole number of
    /// rows.
    pub fn new(data: S, dim: usize, stride: usize) -> Result<Self, SlabError> {
        let len = data.as_ref().len();
        match len.checked_rem(stride) {
            Some(0) if 0 < dim && dim <= stride && stride.is_multiple_of(LANES) => {
                Ok(Self { rows: len / stride, data, dim, stride })
            }
            _ => Err(SlabError { len, dim, stride }),
        }
    }

    /// Returns the storage.
    pub fn into_inner(self) -> S {
        self.data
    }
}

impl<S: AsRef<[f32]>> Rows for Slab<S> {
    #[inline(always)]
    fn rows(&self) -> usize {
        self.rows
    }

    #[inline(always)]
    fn dim(&self) -> usize {
        self.dim
    }

    #[inline(always)]
    fn row(&self, index: usize) -> Option<&[f32]> {
        let start = index.checked_mul(self.stride)?;
        self.data.as_ref().get(start..)?.get(..self.stride)
    }
}

impl<S: AsRef<[f32]> + AsMut<[f32]>> RowsMut for Slab<S> {
    #[inline(always)]
    fn row_mut(&mut self, index: usize) -> Option<&mut [f32]> {
        let start = index.checked_mul(self.stride)?;
        self.data.as_mut().get_mut(start..)?.get_mut(..self.stride)
    }

    const WHOLE_BLOCKS: bool = true;

    #[inline(always)]
    fn as_blocks_mut(&mut self) -> &mut [Block] {
        self.data.as_mut().as_chunks_mut().0
    }
}

/// The parameters of skip-gram: center vectors `V` and outside vectors `U` (MATH.md, notation).
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Model<V, U> {
    /// `V`, |Vocab| × D: the word vectors.
    pub center: V,
    /// `U`, |Vocab| × D.
    pub outside: U,
}

/// A model whose sizes are types, for firmware: N words, D components.
pub type FixedModel<const N: usize, const D: usize> = Model<[[f32; D]; N], [[f32; D]; N]>;

impl<const N: usize, const D: usize> FixedModel<N, D> {
    /// A model of zeros, for a `static`. Call [`initialize`](Self::initialize) before training.
    #[must_use]
    pub const fn zeros() -> Self {
        Self { center: [[0.0; D]; N], outside: [[0.0; D]; N] }
    }
}

impl<V: RowsMut, U: RowsMut> Model<V, U> {
    /// Draws every center vector uniformly from (−½/D, ½/D) and sets the outside vectors to zero, as word2vec.c does.
    ///
    /// Takes one `u32` per component, in row order, so that the start does not depend on how rows are stored.
    pub fn initialize(&mut self, rng: &mut impl Rng) {
        for row in 0..self.center.rows() {
            initialize_center(&mut self.center, row, rng);
        }
        for row in 0..self.outside.rows() {
            if let Some(vector) = self.outside.row_mut(row) {
                vector.fill(0.0);
            }
        }
    }
}

/// Draws one center vector uniformly from (−½/D, ½/D).
pub fn initialize_center(center: &mut impl RowsMut, row: usize, rng: &mut impl Rng) {
    // 24 random bits are all that an f32 in [0, 1) can hold.
    const ULP: f32 = 1.0 / (1u32 << 24) as f32;
    let dim = center.dim();
    let Some(vector) = center.row_mut(row) else { return };
    for component in vector.iter_mut().take(dim) {
        let unit = (rng.next_u32() >> 8) as f32 * ULP;
        *component = (unit - 0.5) / dim as f32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::Generator;

    #[test]
    fn fixed_and_sliced_models_start_alike_whatever_the_stride() {
        let mut fixed = FixedModel::<7, 5>::zeros();
        fixed.initialize(&mut Generator::new(3, [1, 2]));
        let (mut center, mut outside) = ([0.0; 7 * 16], [1.0; 7 * 16]);
        let mut sliced = Model {
            center: Slab::new(&mut center[..], 5, 16).unwrap(),
            outside: Slab::new(&mut outside[..], 5, 16).unwrap(),
        };
        sliced.initialize(&mut Generator::new(3, [1, 2]));
        for row in 0..7 {
            let (dense, padding) = sliced.center.row(row).unwrap().split_at(5);
            assert_eq!(dense, fixed.center[row]);
            assert_eq!(padding, [0.0; 11]);
            assert!(dense.iter().all(|x| x.abs() <= 0.1));
            assert_eq!(sliced.outside.row(row).unwrap(), [0.0; 16]);
        }
        assert!(sliced.center.row(7).is_none());
    }

    #[test]
    fn a_slab_refuses_data_that_is_not_rows() {
        for (len, dim, stride) in [(40, 3, 16), (32, 0, 16), (32, 17, 16), (32, 4, 8), (8, 4, 0), (0, 0, 0)] {
            let data = [0.0; 40];
            assert_eq!(Slab::new(&data[..len], dim, stride), Err(SlabError { len, dim, stride }));
        }
    }
}

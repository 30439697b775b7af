//! The two matrices, in storage that the caller owns.
//!
//! [`Rows`] is what the rest of core requires of a matrix. Arrays `[[f32; D]; N]` implement it for firmware, where
//! every size is a type; [`Slab`] implements it for slices, where sizes are known at run time. Both run the same code.
//! What rows are made of is a [`Component`]: `f32`, or [`Q15`], with which training takes
//! integers alone.

use rand_core::Rng;

use crate::fixed_point::Q15;
use crate::simd::{Block, LANES, Lanes, Machine, Part, ShapedWindow, WindowError, WindowPart, WindowUpdate, dot};
use crate::state::State;

/// What vectors are made of, and with it the arithmetic of training and of queries.
pub trait Component: Copy + core::fmt::Debug + PartialEq + Send + Sync + State + 'static {
    /// Zero.
    const ZERO: Self;
    /// The largest value.
    const MAX: f32;

    /// The nearest number to `x`, which may be the largest.
    fn from_f32(x: f32) -> Self;
    /// Its value.
    fn to_f32(self) -> f32;
    /// [`from_f32`](Self::from_f32) of its value.
    fn to_q15(self) -> Q15;
    /// The number with the value of `q`.
    fn from_q15(q: Q15) -> Self;
    /// Its bytes, as [`State`] has them.
    fn to_le_bytes(self) -> impl IntoIterator<Item = u8>;
    /// `a · b`. Where the lengths differ the surplus is left out.
    fn dot<L: Lanes>(lanes: L, a: &[Self], b: &[Self]) -> f32;
    /// Takes a [`ShapedWindow`].
    ///
    /// # Errors
    /// Those of the update.
    fn window<M: Machine, V, U, const WINDOW: usize, const TARGETS: usize>(
        machine: M,
        update: WindowUpdate<'_, V, U>,
    ) -> Result<f32, WindowError>
    where
        V: RowsMut<Component = Self>,
        U: RowsMut<Component = Self>;

    /// Takes a [`WindowPart`]. Where a step is short, the second part is all of it.
    ///
    /// # Errors
    /// Those of the update.
    #[inline(always)]
    fn part<M: Machine, V, U, const WINDOW: usize, const TARGETS: usize>(
        machine: M,
        part: WindowPart<'_, V, U, WINDOW, TARGETS>,
    ) -> Result<f32, WindowError>
    where
        V: RowsMut<Component = Self>,
        U: RowsMut<Component = Self>,
    {
        match part.part {
            Part::Scores => Ok(0.0),
            Part::Moves => Self::window::<_, _, _, WINDOW, TARGETS>(machine, part.update),
        }
    }
}

impl Component for f32 {
    const ZERO: Self = 0.0;
    const MAX: f32 = f32::MAX;

    #[inline(always)]
    fn from_f32(x: f32) -> Self {
        x
    }

    #[inline(always)]
    fn to_f32(self) -> f32 {
        self
    }

    #[inline(always)]
    fn to_q15(self) -> Q15 {
        Q15::from_f32(self)
    }

    #[inline(always)]
    fn from_q15(q: Q15) -> Self {
        q.to_f32()
    }

    #[inline(always)]
    fn to_le_bytes(self) -> impl IntoIterator<Item = u8> {
        self.to_le_bytes()
    }

    #[inline(always)]
    fn dot<L: Lanes>(lanes: L, a: &[Self], b: &[Self]) -> f32 {
        dot(lanes, a, b)
    }

    #[inline(always)]
    fn window<M: Machine, V, U, const WINDOW: usize, const TARGETS: usize>(
        machine: M,
        update: WindowUpdate<'_, V, U>,
    ) -> Result<f32, WindowError>
    where
        V: RowsMut<Component = f32>,
        U: RowsMut<Component = f32>,
    {
        machine.enter(ShapedWindow::<_, _, WINDOW, TARGETS>(update))
    }

    #[inline(always)]
    fn part<M: Machine, V, U, const WINDOW: usize, const TARGETS: usize>(
        machine: M,
        part: WindowPart<'_, V, U, WINDOW, TARGETS>,
    ) -> Result<f32, WindowError>
    where
        V: RowsMut<Component = f32>,
        U: RowsMut<Component = f32>,
    {
        machine.enter(part)
    }
}

/// A matrix of `rows` rows with `dim` components each, read by row.
pub trait Rows {
    /// What the rows are made of.
    type Component: Component;

    /// The number of rows.
    fn rows(&self) -> usize;
    /// Components of a row.
    fn dim(&self) -> usize;
    /// Row `index`, or `None` if there is no such row. It may be longer than [`dim`](Self::dim): what follows is
    /// padding and zero.
    fn row(&self, index: usize) -> Option<&[Self::Component]>;
}

/// A matrix whose rows can be changed.
pub trait RowsMut: Rows {
    /// Row `index`, padding included, or `None` if there is no such row.
    fn row_mut(&mut self, index: usize) -> Option<&mut [Self::Component]>;

    /// Whether every row is a whole number of blocks, padding included, and follows the one before. Kernels are then
    /// faster.
    const WHOLE_BLOCKS: bool = false;
    /// Whether every row is one block: the smallest of [`WHOLE_BLOCKS`](Self::WHOLE_BLOCKS), and the shortest kernels.
    const ONE_BLOCK: bool = false;

    /// All rows as blocks of 16, row after row, where [`WHOLE_BLOCKS`](Self::WHOLE_BLOCKS) says that they are.
    #[inline(always)]
    fn as_blocks_mut(&mut self) -> &mut [[Self::Component; LANES]] {
        &mut []
    }
}

impl<C: Component, const D: usize, const N: usize> Rows for [[C; D]; N] {
    type Component = C;

    #[inline(always)]
    fn rows(&self) -> usize {
        N
    }

    #[inline(always)]
    fn dim(&self) -> usize {
        D
    }

    #[inline(always)]
    fn row(&self, index: usize) -> Option<&[C]> {
        self.get(index).map(<[C; D]>::as_slice)
    }
}

impl<C: Component, const D: usize, const N: usize> RowsMut for [[C; D]; N] {
    #[inline(always)]
    fn row_mut(&mut self, index: usize) -> Option<&mut [C]> {
        self.get_mut(index).map(<[C; D]>::as_mut_slice)
    }

    const WHOLE_BLOCKS: bool = D.is_multiple_of(LANES);
    const ONE_BLOCK: bool = D == LANES;

    #[inline(always)]
    fn as_blocks_mut(&mut self) -> &mut [[C; LANES]] {
        self.as_flattened_mut().as_chunks_mut().0
    }
}

impl<M: Rows + ?Sized> Rows for &mut M {
    type Component = M::Component;

    #[inline(always)]
    fn rows(&self) -> usize {
        (**self).rows()
    }

    #[inline(always)]
    fn dim(&self) -> usize {
        (**self).dim()
    }

    #[inline(always)]
    fn row(&self, index: usize) -> Option<&[M::Component]> {
        (**self).row(index)
    }
}

impl<M: RowsMut + ?Sized> RowsMut for &mut M {
    #[inline(always)]
    fn row_mut(&mut self, index: usize) -> Option<&mut [M::Component]> {
        (**self).row_mut(index)
    }

    const WHOLE_BLOCKS: bool = M::WHOLE_BLOCKS;
    const ONE_BLOCK: bool = M::ONE_BLOCK;

    #[inline(always)]
    fn as_blocks_mut(&mut self) -> &mut [[M::Component; LANES]] {
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
    type Component = f32;

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

/// A model whose sizes are types, for firmware: N words, D components, `f32` or others.
pub type FixedModel<const N: usize, const D: usize, C = f32> = Model<[[C; D]; N], [[C; D]; N]>;

impl<const N: usize, const D: usize, C: Component> FixedModel<N, D, C> {
    /// A model of zeros, for a `static`. Call [`initialize`](Self::initialize) before training.
    #[must_use]
    pub const fn zeros() -> Self {
        Self { center: [[C::ZERO; D]; N], outside: [[C::ZERO; D]; N] }
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
                vector.fill(Component::ZERO);
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
        *component = Component::from_f32((unit - 0.5) / dim as f32);
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

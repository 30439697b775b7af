//! The window update: one stochastic step on all pairs of a few inputs and the targets that they share.
//!
//! # The idea
//!
//! For a center word, skip-gram with negative sampling takes 2m words of its window, one true target and K negatives.
//! Shared by the whole window, the negatives make the work a small matrix product on each side of the sigmoid
//! (Ji et al. 2016, "Parallelizing Word2Vec in Shared and Distributed Memory"), with rows reused while they are in
//! registers:
//!
//! ```text
//! for each input i, target j:    s_ij = v_i · u_j                              I·J dot products
//! for each input i, target j:    e_ij = rate · (label_j − σ(s_ij))             eq. 13, 23
//! for each block of 16 components:                                             eq. 10–12, both sides at once
//!     for each input i:          g_j += e_ij v_i   for all j;    v_i += Σ_j e_ij u_j
//!     for each target j:         u_j += g_j
//! ```
//!
//! All scores are taken before anything moves. A target drawn twice moves twice (eq. 12); an input that stands twice
//! in the window does as well. Here the words of the window predict the center (inputs are rows of V, the true target
//! is the center's row of U), as in word2vec.c: over a corpus that is the same set of pairs as the center predicting
//! them.
//!
//! Any target may have the label 1. So the same update takes the steps of hierarchical softmax, whose targets are the
//! inner nodes on the way to the center (eq. 23), and those of CBOW, which has one input: the mean of the window.

mod errors;
mod looped;
mod moves;
mod parts;
mod scores;

pub use looped::LoopedWindow;
pub use parts::{Part, Scores, WindowPart};

use super::access::{Access, Ragged, Single, Whole};
use super::{Block, Kernel, LANES, Lanes};
use crate::model::RowsMut;

/// The most inputs that one update takes.
pub const MAX_INPUTS: usize = 2 * MAX_WINDOW;
/// The widest window that one update takes, in words to each side.
const MAX_WINDOW: usize = 8;
/// The most targets that one update takes: with negative sampling, the true one and seven negatives.
pub const MAX_TARGETS: usize = 8;

/// Why a [`WindowUpdate`] or a [`PairUpdate`](super::PairUpdate) was refused. Nothing has moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum WindowError {
    /// More inputs or targets than one update takes: [`MAX_INPUTS`] and [`MAX_TARGETS`] of a window,
    /// [`MAX_PAIR_TARGETS`](super::MAX_PAIR_TARGETS) of a pair.
    TooLarge,
    /// An input is not a row of the inputs' matrix, or a target not a row of the targets'.
    NoSuchRow,
    /// The rows of the two matrices have different lengths.
    UnequalRows,
}

impl core::fmt::Display for WindowError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::TooLarge => "more inputs or targets than one update takes",
            Self::NoSuchRow => "a window names a row that the model does not have",
            Self::UnequalRows => "center and outside rows have different lengths",
        })
    }
}

impl core::error::Error for WindowError {}

/// Cuts hidden vectors into groups of as many as one update takes, the first of which may be empty: a wide window needs
/// several.
#[inline(always)]
pub(crate) fn updates(hidden: [&[u32]; 2]) -> impl Iterator<Item = [&[u32]; 2]> {
    let mut next = Some(hidden);
    core::iter::from_fn(move || {
        let [left, right] = next?;
        let (front, left) = left.split_at_checked(MAX_INPUTS).unwrap_or((left, &[]));
        let (back, right) = right.split_at_checked(MAX_INPUTS - front.len()).unwrap_or((right, &[]));
        next = Some([left, right]).filter(|_| !(left.is_empty() && right.is_empty()));
        Some([front, back])
    })
}

/// One descent step on all pairs of a few inputs and targets, a [`Kernel`]: `lanes.enter(WindowUpdate { … })` takes it.
///
/// Gives the loss J summed over the pairs, as it was before the step (eq. 9), or 0 if it was not asked for; or a
/// [`WindowError`].
#[derive(Debug)]
pub struct WindowUpdate<'a, V, U> {
    /// The matrix of the inputs.
    pub v: &'a mut V,
    /// The matrix of the targets; its rows are as long as those of `v`.
    pub u: &'a mut U,
    /// Rows of `v`, those to the left of the center and those to its right; together at most [`MAX_INPUTS`].
    pub inputs: [&'a [u32]; 2],
    /// Rows of `u`, at most [`MAX_TARGETS`].
    pub targets: &'a [u32],
    /// The label of target j in bit j: 1 of a true target, 0 of a negative.
    pub labels: u8,
    /// The learning rate.
    pub rate: f32,
    /// Whether to compute the loss, at one logarithm a pair.
    pub with_loss: bool,
}

impl<V: RowsMut<Component = f32>, U: RowsMut<Component = f32>> Kernel for WindowUpdate<'_, V, U> {
    type Output = Result<f32, WindowError>;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> Result<f32, WindowError> {
        self.compiled_for(AnyShape, lanes)
    }
}

/// A [`WindowUpdate`] of exactly `TARGETS` targets, of which the first alone is true, whatever `labels` says, and at
/// most 2·`WINDOW` inputs, a [`Kernel`] compiled for them alone.
///
/// It leaves the same bits with an eighth of the code, and less on the stack: for devices, where a window's shape is
/// settled.
#[derive(Debug)]
pub struct ShapedWindow<'a, V, U, const WINDOW: usize, const TARGETS: usize>(pub WindowUpdate<'a, V, U>);

impl<V: RowsMut<Component = f32>, U: RowsMut<Component = f32>, const WINDOW: usize, const TARGETS: usize> Kernel
    for ShapedWindow<'_, V, U, WINDOW, TARGETS>
{
    type Output = Result<f32, WindowError>;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> Result<f32, WindowError> {
        const { assert!(WINDOW <= MAX_WINDOW && TARGETS <= MAX_TARGETS, "more than one update takes") };
        self.0.compiled_for(Shape::<WINDOW, TARGETS, true>, lanes)
    }
}

impl<V: RowsMut<Component = f32>, U: RowsMut<Component = f32>> WindowUpdate<'_, V, U> {
    /// Checks the shapes, once for all that follows.
    #[inline(always)]
    fn compiled_for<L: Lanes, S: Shapes>(self, shapes: S, lanes: L) -> Result<f32, WindowError> {
        let Self { v, u, inputs, targets, labels, rate, with_loss } = self;
        let [left, right] = inputs;
        if left.len() > S::MAX_INPUTS || right.len() > S::MAX_INPUTS - left.len() {
            return Err(WindowError::TooLarge);
        }
        let len = v.row(0).map_or(0, <[f32]>::len);
        if len != u.row(0).map_or(0, <[f32]>::len) {
            return Err(WindowError::UnequalRows);
        }
        // Padding is zero and stays so: registers that hold nothing else are left out.
        let dim = v.dim().max(u.dim()).min(len);
        let pairs = Pairs { inputs, targets, labels, rate, with_loss, dim };
        let blocks = len.div_ceil(LANES);
        // Known when compiled: only one of the ways becomes code.
        if const { V::ONE_BLOCK && U::ONE_BLOCK } {
            shapes.update(&pairs, lanes, Single::new(v.as_blocks_mut()), Single::new(u.as_blocks_mut()))
        } else if const { V::WHOLE_BLOCKS && U::WHOLE_BLOCKS } {
            shapes.update(&pairs, lanes, Whole::new(v.as_blocks_mut(), blocks), Whole::new(u.as_blocks_mut(), blocks))
        } else {
            shapes.update(&pairs, lanes, Ragged(v), Ragged(u))
        }
    }
}

/// A [`WindowUpdate`] whose shapes were checked.
struct Pairs<'a> {
    inputs: [&'a [u32]; 2],
    targets: &'a [u32],
    labels: u8,
    rate: f32,
    with_loss: bool,
    /// Components that are not padding.
    dim: usize,
}

/// For which shapes an update is compiled.
trait Shapes: Sized {
    const MAX_INPUTS: usize;
    fn update<L: Lanes, V: Access, U: Access>(
        self,
        pairs: &Pairs<'_>,
        lanes: L,
        v: V,
        u: U,
    ) -> Result<f32, WindowError>;
}

/// `TARGETS` targets, whose labels are those of negative sampling if `SAMPLED`, and at most 2·`WINDOW` inputs.
struct Shape<const WINDOW: usize, const TARGETS: usize, const SAMPLED: bool>;

impl<const WINDOW: usize, const TARGETS: usize, const SAMPLED: bool> Shapes for Shape<WINDOW, TARGETS, SAMPLED> {
    const MAX_INPUTS: usize = 2 * WINDOW;

    #[inline(always)]
    fn update<L: Lanes, V: Access, U: Access>(
        self,
        pairs: &Pairs<'_>,
        lanes: L,
        v: V,
        u: U,
    ) -> Result<f32, WindowError> {
        let targets = pairs.targets.try_into().map_err(|_| WindowError::TooLarge)?;
        pairs.step::<L, V, U, WINDOW, TARGETS, SAMPLED>(targets, lanes, v, u).ok_or(WindowError::NoSuchRow)
    }
}

/// All that one update takes. Goes on with the number of targets as a constant, so that they can be kept in registers.
struct AnyShape;

impl Shapes for AnyShape {
    const MAX_INPUTS: usize = MAX_INPUTS;

    #[inline(always)]
    fn update<L: Lanes, V: Access, U: Access>(
        self,
        pairs: &Pairs<'_>,
        lanes: L,
        v: V,
        u: U,
    ) -> Result<f32, WindowError> {
        match pairs.targets.len() {
            0 => Ok(0.0),
            1 => Shape::<MAX_WINDOW, 1, false>.update(pairs, lanes, v, u),
            2 => Shape::<MAX_WINDOW, 2, false>.update(pairs, lanes, v, u),
            3 => Shape::<MAX_WINDOW, 3, false>.update(pairs, lanes, v, u),
            4 => Shape::<MAX_WINDOW, 4, false>.update(pairs, lanes, v, u),
            5 => Shape::<MAX_WINDOW, 5, false>.update(pairs, lanes, v, u),
            6 => Shape::<MAX_WINDOW, 6, false>.update(pairs, lanes, v, u),
            7 => Shape::<MAX_WINDOW, 7, false>.update(pairs, lanes, v, u),
            8 => Shape::<MAX_WINDOW, 8, false>.update(pairs, lanes, v, u),
            _ => Err(WindowError::TooLarge),
        }
    }
}

impl Pairs<'_> {
    #[inline(always)]
    fn step<L: Lanes, V: Access, U: Access, const WINDOW: usize, const J: usize, const SAMPLED: bool>(
        &self,
        targets: &[u32; J],
        lanes: L,
        mut v: V,
        mut u: U,
    ) -> Option<f32> {
        let (mut v_rows, mut u_rows) = ([[V::NONE; 2]; WINDOW], [U::NONE; J]);
        let (v_rows, blocks) = self.find(&v, &u, targets, &mut v_rows, &mut u_rows)?;

        let mut table = Table::<WINDOW>::ZEROS;
        scores::take(lanes, &v, &u, v_rows, &u_rows, blocks, &mut table)?;
        let labels = if SAMPLED { 1 } else { self.labels };
        let loss = if self.with_loss { errors::loss(table.rows(v_rows.len()), J, labels) } else { 0.0 };
        errors::take::<L, WINDOW, J>(lanes, &mut table, v_rows.len(), labels, self.rate);
        moves::make(lanes, &mut v, &mut u, v_rows, &u_rows, table.rows(v_rows.len()), self.dim)?;
        Some(loss)
    }

    /// Finds all rows, and gives those of the inputs, and how many blocks a row has.
    #[inline(always)]
    fn find<'r, V: Access, U: Access>(
        &self,
        v: &V,
        u: &U,
        targets: &[u32],
        v_rows: &'r mut [[V::Row; 2]],
        u_rows: &mut [U::Row],
    ) -> Option<(&'r [V::Row], usize)> {
        let (v_rows, blocks, [left, right]) = (v_rows.as_flattened_mut(), self.dim.div_ceil(LANES), self.inputs);
        find_rows(v, left, blocks, v_rows)?;
        find_rows(v, right, blocks, v_rows.get_mut(left.len()..)?)?;
        find_rows(u, targets, blocks, u_rows)?;
        Some((v_rows.get(..left.len() + right.len())?, blocks))
    }
}

/// Finds the rows `indices`, and cuts them to as many blocks.
#[inline(always)]
fn find_rows<A: Access>(access: &A, indices: &[u32], blocks: usize, rows: &mut [A::Row]) -> Option<()> {
    for (place, &index) in indices.iter().enumerate() {
        *rows.get_mut(place)? = A::front(access.row(index)?, blocks)?;
    }
    Some(())
}

/// What input i has with each target j, at `[i][j]`: first the score, then the error.
type Row = [f32; MAX_TARGETS];

/// The rows of at most 2·`WINDOW` inputs. A block holds two.
#[derive(Debug)]
struct Table<const WINDOW: usize>([Block; WINDOW]);

const _: () = assert!(2 * MAX_TARGETS == LANES);

impl<const WINDOW: usize> Table<WINDOW> {
    const ZEROS: Self = Self([[0.0; LANES]; WINDOW]);

    #[inline(always)]
    fn rows(&self, inputs: usize) -> &[Row] {
        self.0.as_flattened().as_chunks().0.get(..inputs).unwrap_or_default()
    }

    #[inline(always)]
    fn rows_mut(&mut self) -> &mut [Row] {
        self.0.as_flattened_mut().as_chunks_mut().0
    }
}

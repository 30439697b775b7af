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
//! for each input i, target j:    e_ij = rate · (label_j − σ(s_ij))             eq. 13, label 1 for j = 0
//! for each block of 16 components:                                             eq. 10–12, both sides at once
//!     for each input i:          g_j += e_ij v_i   for all j;    v_i += Σ_j e_ij u_j
//!     for each target j:         u_j += g_j
//! ```
//!
//! All scores are taken before anything moves. A target drawn twice moves twice (eq. 12); an input that stands twice
//! in the window does as well. Here the words of the window predict the center (inputs are rows of V, the target is the
//! center's row of U), as in word2vec.c: over a corpus that is the same set of pairs as the center predicting them.

use super::access::{Access, Ragged, Whole};
use super::dot::{Registers, fold_to_register};
use super::{Block, Kernel, LANES, Lanes, sigmoid};
use crate::math::log_sigmoid;
use crate::model::RowsMut;

/// The most inputs that one update takes.
pub const MAX_INPUTS: usize = 16;
/// The most targets that one update takes: the true one and seven negatives.
pub const MAX_TARGETS: usize = 8;

/// Why a [`WindowUpdate`] or a [`PairUpdate`](super::PairUpdate) was refused. Nothing has moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum WindowError {
    /// More inputs or targets than one update takes: [`MAX_INPUTS`] and [`MAX_TARGETS`] of a window,
    /// [`MAX_PAIR_TARGETS`](super::MAX_PAIR_TARGETS) of a pair.
    TooLarge,
    /// An input is no row of the inputs' matrix, or a target no row of the targets'.
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

/// One descent step on all pairs of a few inputs and targets, a [`Kernel`]: `lanes.enter(WindowUpdate { … })` takes it.
///
/// Gives the loss J summed over the pairs, as it was before the step (eq. 9), or 0 where it was not asked for; or a
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
    /// Whether the first target is the true one. All others are negatives.
    pub truth: bool,
    /// The learning rate.
    pub rate: f32,
    /// Whether to compute the loss, at one logarithm a pair.
    pub with_loss: bool,
}

impl<V: RowsMut, U: RowsMut> Kernel for WindowUpdate<'_, V, U> {
    type Output = Result<f32, WindowError>;

    /// Checks the shapes, once for all that follows.
    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> Result<f32, WindowError> {
        let Self { v, u, inputs, targets, truth, rate, with_loss } = self;
        let [left, right] = inputs;
        if left.len() > MAX_INPUTS || right.len() > MAX_INPUTS - left.len() {
            return Err(WindowError::TooLarge);
        }
        let len = v.row(0).map_or(0, <[f32]>::len);
        if len != u.row(0).map_or(0, <[f32]>::len) {
            return Err(WindowError::UnequalRows);
        }
        // Padding is zero and stays so: registers that hold nothing else are left out.
        let dim = v.dim().max(u.dim()).min(len);
        let pairs = Pairs { inputs, targets, truth, rate, with_loss, dim };
        let blocks = len.div_ceil(LANES);
        // Known when compiled: only one of the two ways becomes code.
        if const { V::WHOLE_BLOCKS && U::WHOLE_BLOCKS } {
            pairs.update(lanes, Whole::new(v.as_blocks_mut(), blocks), Whole::new(u.as_blocks_mut(), blocks))
        } else {
            pairs.update(lanes, Ragged(v), Ragged(u))
        }
    }
}

/// A [`WindowUpdate`] whose shapes were checked.
struct Pairs<'a> {
    inputs: [&'a [u32]; 2],
    targets: &'a [u32],
    truth: bool,
    rate: f32,
    with_loss: bool,
    /// Components that are not padding.
    dim: usize,
}

impl Pairs<'_> {
    /// Goes on with the number of targets as a constant, so that the compiler can keep them in registers.
    #[inline(always)]
    fn update<L: Lanes>(&self, lanes: L, v: impl Access, u: impl Access) -> Result<f32, WindowError> {
        let loss = match self.targets.len() {
            0 => Some(0.0),
            1 => self.step::<L, _, _, 1>(lanes, v, u),
            2 => self.step::<L, _, _, 2>(lanes, v, u),
            3 => self.step::<L, _, _, 3>(lanes, v, u),
            4 => self.step::<L, _, _, 4>(lanes, v, u),
            5 => self.step::<L, _, _, 5>(lanes, v, u),
            6 => self.step::<L, _, _, 6>(lanes, v, u),
            7 => self.step::<L, _, _, 7>(lanes, v, u),
            8 => self.step::<L, _, _, 8>(lanes, v, u),
            _ => return Err(WindowError::TooLarge),
        };
        loss.ok_or(WindowError::NoSuchRow)
    }

    #[inline(always)]
    fn step<L: Lanes, V: Access, U: Access, const J: usize>(&self, lanes: L, mut v: V, mut u: U) -> Option<f32> {
        let blocks = self.dim.div_ceil(LANES);
        let [left, right] = self.inputs;
        let (mut v_rows, mut u_rows) = ([V::NONE; MAX_INPUTS], [U::NONE; J]);
        let inputs = left.len() + right.len();
        find_rows(&v, left, blocks, &mut v_rows)?;
        find_rows(&v, right, blocks, v_rows.get_mut(left.len()..)?)?;
        find_rows(&u, self.targets, blocks, &mut u_rows)?;
        let v_rows = v_rows.get(..inputs)?;

        let mut pairs = Table::default();
        scores(lanes, &v, &u, v_rows, &u_rows, blocks, &mut pairs)?;
        let loss = if self.with_loss { loss::<J>(pairs.rows(inputs), self.truth) } else { 0.0 };
        errors::<L, J>(lanes, &mut pairs, inputs, self.truth, self.rate);
        let errors = pairs.rows(inputs);
        for block in 0..blocks {
            for part in 0..L::PARTS {
                if block * LANES + part * L::WIDTH < self.dim {
                    move_part(lanes, &mut v, &mut u, v_rows, &u_rows, errors, (block, part))?;
                }
            }
        }
        Some(loss)
    }
}

/// The scores, then the errors, of pair (i, j) at `[i][j]`. A block holds the rows of two inputs.
#[derive(Default)]
struct Table([Block; MAX_INPUTS / 2]);

const _: () = assert!(2 * MAX_TARGETS == LANES);

impl Table {
    #[inline(always)]
    fn rows(&self, inputs: usize) -> &[[f32; MAX_TARGETS]] {
        self.0.as_flattened().as_chunks().0.get(..inputs).unwrap_or_default()
    }
}

/// Finds the rows `indices`, and cuts them to as many blocks.
#[inline(always)]
fn find_rows<A: Access>(access: &A, indices: &[u32], blocks: usize, rows: &mut [A::Row]) -> Option<()> {
    for (row, &index) in rows.iter_mut().zip(indices) {
        *row = A::front(access.row(index)?, blocks)?;
    }
    Some(())
}

/// The scores `v_i · u_j`, in the order of [`dot`](super::dot()).
#[inline(always)]
fn scores<L: Lanes, V: Access, U: Access, const J: usize>(
    lanes: L,
    v: &V,
    u: &U,
    inputs: &[V::Row],
    targets: &[U::Row; J],
    blocks: usize,
    out: &mut Table,
) -> Option<()> {
    let (pairs, last) = inputs.as_chunks::<2>();
    let mut out = out.0.iter_mut();
    for ([first, second], out) in pairs.iter().zip(&mut out) {
        let mut sums = [lanes.splat(0.0); LANES];
        let (low, high) = sums.split_at_mut(MAX_TARGETS);
        if L::TILE == 2 {
            Tile { v, u, inputs: &[*first, *second], targets, blocks }.sum(lanes, [low, high])?;
        } else {
            Tile { v, u, inputs: &[*first], targets, blocks }.sum(lanes, [low])?;
            Tile { v, u, inputs: &[*second], targets, blocks }.sum(lanes, [high])?;
        }
        fold_each(lanes, sums, out);
    }
    for (&input, out) in last.iter().zip(out) {
        let mut sums = [lanes.splat(0.0); LANES];
        Tile { v, u, inputs: &[input], targets, blocks }.sum(lanes, [&mut sums])?;
        fold_each(lanes, sums, out);
    }
    Some(())
}

/// Folds sixteen sums, each in one register.
#[inline(always)]
fn fold_each<L: Lanes>(lanes: L, sums: Registers<L>, out: &mut Block) {
    for (part, &sums) in lanes.sum_each(sums).iter().enumerate().take(L::PARTS) {
        // As in `dot`, no sum is −0.
        lanes.store(lanes.add(sums, lanes.splat(0.0)), out, part);
    }
}

/// The pairs of I inputs and all targets.
///
/// No closures are used here: they may be compiled apart, for a machine without the lanes' instructions.
struct Tile<'a, V: Access, U: Access, const I: usize, const J: usize> {
    v: &'a V,
    u: &'a U,
    inputs: &'a [V::Row; I],
    targets: &'a [U::Row; J],
    blocks: usize,
}

impl<V: Access, U: Access, const I: usize, const J: usize> Tile<'_, V, U, I, J> {
    /// The products of input i and target j, summed up to one register, in `out[i][j]`.
    #[inline(always)]
    fn sum<L: Lanes>(&self, lanes: L, mut out: [&mut [L::Vector]; I]) -> Option<()> {
        let mut done = 0;
        // I·G·PARTS sums are in registers at a time: enough to keep the multipliers busy, few enough to stay there.
        if L::PARTS == 1 {
            done = self.groups::<L, 6>(lanes, done, &mut out)?;
        }
        if L::PARTS <= 4 {
            done = self.groups::<L, 3>(lanes, done, &mut out)?;
            done = self.groups::<L, 2>(lanes, done, &mut out)?;
        }
        self.groups::<L, 1>(lanes, done, &mut out)?;
        Some(())
    }

    /// Takes the targets from number `done` on in groups of `G`, as long as there are so many; gives the number behind.
    #[inline(always)]
    fn groups<L: Lanes, const G: usize>(
        &self,
        lanes: L,
        done: usize,
        out: &mut [&mut [L::Vector]; I],
    ) -> Option<usize> {
        let mut start = done;
        for targets in self.targets.get(done..)?.as_chunks::<G>().0 {
            for (sums, out) in self.group(lanes, targets)?.iter().zip(&mut *out) {
                for (to, from) in out.get_mut(start..)?.iter_mut().zip(sums) {
                    *to = *from;
                }
            }
            start += G;
        }
        Some(start)
    }

    /// [`sum`](Self::sum) for a few targets.
    ///
    /// Whole blocks are read at a time: some processors read two registers at once, but not from the same half of two blocks.
    #[inline(always)]
    fn group<L: Lanes, const G: usize>(&self, lanes: L, targets: &[U::Row; G]) -> Option<[[L::Vector; G]; I]> {
        let mut sums = [[[lanes.splat(0.0); LANES]; G]; I];
        for block in 0..self.blocks {
            for part in 0..L::PARTS {
                let mut vs = [lanes.splat(0.0); I];
                for (register, &input) in vs.iter_mut().zip(self.inputs) {
                    *register = self.v.load(lanes, V::place(input, block)?, part);
                }
                for (g, &target) in targets.iter().enumerate() {
                    let u = self.u.load(lanes, U::place(target, block)?, part);
                    for (v, sums) in vs.iter().zip(&mut sums) {
                        if let Some(sum) = sums.get_mut(g).and_then(|sums| sums.get_mut(part)) {
                            *sum = lanes.mul_add(*v, u, *sum);
                        }
                    }
                }
            }
        }
        let mut folded = [[lanes.splat(0.0); G]; I];
        for (folded, sums) in folded.as_flattened_mut().iter_mut().zip(sums.as_flattened()) {
            *folded = fold_to_register(lanes, *sums);
        }
        Some(folded)
    }
}

/// J = −log σ(s_i0) − Σ_{j>0} log σ(−s_ij), summed over the inputs (eq. 9).
#[inline(never)]
fn loss<const J: usize>(scores: &[[f32; MAX_TARGETS]], truth: bool) -> f32 {
    scores
        .iter()
        .flat_map(|scores| scores.iter().take(J).enumerate())
        .map(|(j, &score)| -log_sigmoid(if truth && j == 0 { score } else { -score }))
        .sum()
}

/// Turns the scores of the first `inputs` inputs into errors × rate: `rate · (label − σ(s))`.
#[inline(always)]
fn errors<L: Lanes, const J: usize>(lanes: L, pairs: &mut Table, inputs: usize, truth: bool, rate: f32) {
    let minus_rate = lanes.splat(-rate);
    let mut labels = [0.0; LANES];
    for label in labels.iter_mut().step_by(MAX_TARGETS).take(if truth { 2 } else { 0 }) {
        *label = rate;
    }
    for block in pairs.0.iter_mut().take(inputs.div_ceil(2)) {
        for part in 0..L::PARTS {
            // Registers in which no target has a lane are left out.
            if part * L::WIDTH % MAX_TARGETS < J {
                let negative = lanes.mul(minus_rate, sigmoid(lanes, lanes.load(block, part)));
                lanes.store(lanes.add(negative, lanes.load(&labels, part)), block, part);
            }
        }
    }
}

/// `v_i += Σ_j e_ij u_j` and `u_j += Σ_i e_ij v_i`, both from the rows as they were, for register `part` of `block`.
#[inline(always)]
fn move_part<L: Lanes, V: Access, U: Access, const J: usize>(
    lanes: L,
    v: &mut V,
    u: &mut U,
    inputs: &[V::Row],
    targets: &[U::Row; J],
    errors: &[[f32; MAX_TARGETS]],
    (block, part): (usize, usize),
) -> Option<()> {
    let mut us = [lanes.splat(0.0); J];
    for (register, &target) in us.iter_mut().zip(targets) {
        *register = u.load(lanes, U::place(target, block)?, part);
    }
    let mut moves = [lanes.splat(0.0); J];
    for (&input, errors) in inputs.iter().zip(errors) {
        let place = V::place(input, block)?;
        let before = v.load(lanes, place, part);
        let mut after = before;
        for ((&error, u), moved) in errors.iter().zip(&us).zip(&mut moves) {
            let error = lanes.splat(error);
            after = lanes.mul_add(error, *u, after);
            *moved = lanes.mul_add(error, before, *moved);
        }
        v.store(lanes, after, place, part);
    }
    // Read again before adding: a target that was drawn twice has already moved once.
    for (&target, moved) in targets.iter().zip(moves) {
        let place = U::place(target, block)?;
        let now = u.load(lanes, place, part);
        u.store(lanes, lanes.add(now, moved), place, part);
    }
    Some(())
}

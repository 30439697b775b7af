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

use super::dot::{padded, unpad};
use super::{Block, Dot, Kernel, LANES, Lanes, sigmoid};
use crate::math::log_sigmoid;
use crate::model::{Rows, RowsMut};

/// The most inputs that one update takes.
pub const MAX_INPUTS: usize = 16;
/// The most targets that one update takes: the true one and seven negatives.
pub const MAX_TARGETS: usize = 8;

/// Why a [`window_update`] was refused. Nothing has moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum WindowError {
    /// More than [`MAX_INPUTS`] inputs, or more than [`MAX_TARGETS`] targets.
    TooLarge,
    /// An input is no row of the inputs' matrix, or a target no row of the targets'.
    NoSuchRow,
    /// The rows of the two matrices have different lengths.
    UnequalRows,
}

impl core::fmt::Display for WindowError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::TooLarge => "a window update takes at most 16 inputs and 8 targets",
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
    /// Rows of `v`, at most [`MAX_INPUTS`].
    pub inputs: &'a [u32],
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

    /// Checks the shapes once, then goes on with the number of targets as a constant, so that their registers can be
    /// named by the compiler.
    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> Result<f32, WindowError> {
        let (v, u, inputs, targets) = (&*self.v, &*self.u, self.inputs, self.targets);
        if inputs.len() > MAX_INPUTS {
            return Err(WindowError::TooLarge);
        }
        let no_row = |rows: usize, indices: &[u32]| indices.iter().any(|&index| index as usize >= rows);
        if no_row(v.rows(), inputs) || no_row(u.rows(), targets) {
            return Err(WindowError::NoSuchRow);
        }
        if v.row(0).map(<[f32]>::len) != u.row(0).map(<[f32]>::len) {
            return Err(WindowError::UnequalRows);
        }
        match targets.len() {
            0 => Ok(0.0),
            1 => self.step::<L, 1>(lanes),
            2 => self.step::<L, 2>(lanes),
            3 => self.step::<L, 3>(lanes),
            4 => self.step::<L, 4>(lanes),
            5 => self.step::<L, 5>(lanes),
            6 => self.step::<L, 6>(lanes),
            7 => self.step::<L, 7>(lanes),
            8 => self.step::<L, 8>(lanes),
            _ => Err(WindowError::TooLarge),
        }
    }
}

impl<V: RowsMut, U: RowsMut> WindowUpdate<'_, V, U> {
    #[inline(always)]
    fn step<L: Lanes, const J: usize>(self, lanes: L) -> Result<f32, WindowError> {
        let targets: &[u32; J] = self.targets.try_into().map_err(|_| WindowError::TooLarge)?;
        // Scores, then errors, of pair (i, j) at [i·J + j].
        let mut pairs = [[0.0; LANES]; MAX_TARGETS];
        scores(lanes, self.v, self.u, self.inputs, targets, pairs.as_flattened_mut());
        let count = self.inputs.len() * J;
        let loss = match self.with_loss {
            true => loss::<J>(pairs.as_flattened().get(..count).unwrap_or_default(), self.truth),
            false => 0.0,
        };
        errors::<L, J>(lanes, &mut pairs, count, self.truth, self.rate);
        let errors = pairs.as_flattened().get(..count).unwrap_or_default().as_chunks::<J>().0;
        move_rows(lanes, self.v, self.u, self.inputs, targets, errors);
        Ok(loss)
    }
}

/// `out[i·J + j] = v_i · u_j`
#[inline(always)]
fn scores<L: Lanes, const J: usize>(
    lanes: L,
    v: &impl Rows,
    u: &impl Rows,
    inputs: &[u32],
    targets: &[u32; J],
    out: &mut [f32],
) {
    let row = |index: &u32| v.row(*index as usize).unwrap_or_default();
    let mut us = [&[] as &[f32]; J];
    for (row, &target) in us.iter_mut().zip(targets) {
        *row = u.row(target as usize).unwrap_or_default();
    }
    if L::WIDTH == 1 {
        // Without vector registers there is nothing to tile.
        for (input, out) in inputs.iter().zip(out.chunks_exact_mut(J)) {
            for (u, out) in us.iter().zip(out) {
                *out = Dot { a: row(input), b: u }.run(lanes);
            }
        }
        return;
    }
    let mut inputs = inputs;
    let mut out = out;
    while let [first, rest @ ..] = inputs {
        let scores = match rest {
            [second, rest @ ..] if L::TILE == 2 => {
                inputs = rest;
                tile(lanes, [row(first), row(second)], us)
            }
            _ => {
                inputs = rest;
                tile(lanes, [row(first)], us)
            }
        };
        let taken = if rest.len() == inputs.len() { J } else { 2 * J };
        let Some((now, later)) = core::mem::take(&mut out).split_at_mut_checked(taken) else { return };
        for (to, from) in now.iter_mut().zip(scores) {
            *to = from;
        }
        out = later;
    }
}

/// The I·J ≤ 16 dot products of I inputs and J targets, in the order of [`Dot`], at [i·J + j].
#[inline(always)]
fn tile<L: Lanes, const I: usize, const J: usize>(lanes: L, vs: [&[f32]; I], us: [&[f32]; J]) -> Block {
    // Registers that hold parts of one sum fold into one: 16 lanes to WIDTH.
    let sums = match L::PARTS {
        1 => sums_of_part(lanes, vs, us, 0),
        2 => add_each(lanes, sums_of_part(lanes, vs, us, 0), sums_of_part(lanes, vs, us, 1)),
        _ => {
            let even = add_each(lanes, sums_of_part(lanes, vs, us, 0), sums_of_part(lanes, vs, us, 2));
            let odd = add_each(lanes, sums_of_part(lanes, vs, us, 1), sums_of_part(lanes, vs, us, 3));
            add_each(lanes, even, odd)
        }
    };
    let mut all = [lanes.splat(0.0); LANES];
    for (to, from) in all.iter_mut().zip(sums.as_flattened()) {
        *to = *from;
    }
    let mut sums = lanes.sum_each(all);
    for sum in &mut sums {
        // As in `Dot`, no sum is −0.
        *sum += 0.0;
    }
    sums
}

/// The lanes that register `part` holds of the I·J sums.
#[inline(always)]
fn sums_of_part<L: Lanes, const I: usize, const J: usize>(
    lanes: L,
    vs: [&[f32]; I],
    us: [&[f32]; J],
    part: usize,
) -> [[L::Vector; J]; I] {
    let len = us.first().map_or(0, |row| row.len());
    let mut sums = [[lanes.splat(0.0); J]; I];
    for block in 0..len / LANES {
        let mut v = [lanes.splat(0.0); I];
        for (v, row) in v.iter_mut().zip(vs) {
            *v = load::<_, false>(lanes, Some(row), block, part);
        }
        for (j, row) in us.iter().enumerate() {
            let u = load::<_, false>(lanes, Some(row), block, part);
            for (sums, v) in sums.iter_mut().zip(v) {
                if let Some(sum) = sums.get_mut(j) {
                    *sum = lanes.mul_add(v, u, *sum);
                }
            }
        }
    }
    if !len.is_multiple_of(LANES) {
        for (sums, v) in sums.iter_mut().zip(vs) {
            let v = load::<_, true>(lanes, Some(v), 0, part);
            for (sum, u) in sums.iter_mut().zip(us) {
                *sum = lanes.mul_add(v, load::<_, true>(lanes, Some(u), 0, part), *sum);
            }
        }
    }
    sums
}

#[inline(always)]
fn add_each<L: Lanes, const I: usize, const J: usize>(
    lanes: L,
    mut a: [[L::Vector; J]; I],
    b: [[L::Vector; J]; I],
) -> [[L::Vector; J]; I] {
    for (a, b) in a.as_flattened_mut().iter_mut().zip(b.as_flattened()) {
        *a = lanes.add(*a, *b);
    }
    a
}

/// J = −log σ(s_i0) − Σ_{j>0} log σ(−s_ij), summed over the inputs (eq. 9).
fn loss<const J: usize>(scores: &[f32], truth: bool) -> f32 {
    scores
        .as_chunks::<J>()
        .0
        .iter()
        .flat_map(|scores| scores.iter().enumerate())
        .map(|(j, &score)| -log_sigmoid(if truth && j == 0 { score } else { -score }))
        .sum()
}

/// Turns the first `count` scores into errors × rate: `rate · (label − σ(s))`.
#[inline(always)]
fn errors<L: Lanes, const J: usize>(lanes: L, pairs: &mut [Block; MAX_TARGETS], count: usize, truth: bool, rate: f32) {
    let minus_rate = lanes.splat(-rate);
    for block in pairs.iter_mut().take(count.div_ceil(LANES)) {
        for part in 0..L::PARTS {
            let scores = lanes.load(block, part);
            lanes.store(lanes.mul(minus_rate, sigmoid(lanes, scores)), block, part);
        }
    }
    if truth {
        for error in pairs.as_flattened_mut().iter_mut().step_by(J).take(count / J) {
            *error += rate;
        }
    }
}

/// `v_i += Σ_j e_ij u_j` and `u_j += Σ_i e_ij v_i`, both from the rows as they were.
#[inline(always)]
fn move_rows<L: Lanes, V: RowsMut, U: RowsMut, const J: usize>(
    lanes: L,
    v: &mut V,
    u: &mut U,
    inputs: &[u32],
    targets: &[u32; J],
    errors: &[[f32; J]],
) {
    let len = u.row(0).map_or(0, <[f32]>::len);
    for block in 0..len / LANES {
        move_block::<_, _, _, J, false>(lanes, v, u, inputs, targets, errors, block);
    }
    if !len.is_multiple_of(LANES) {
        move_block::<_, _, _, J, true>(lanes, v, u, inputs, targets, errors, len / LANES);
    }
}

/// [`move_rows`] for one block of components, the rows' incomplete last one if `TAIL`.
#[inline(always)]
fn move_block<L: Lanes, V: RowsMut, U: RowsMut, const J: usize, const TAIL: bool>(
    lanes: L,
    v: &mut V,
    u: &mut U,
    inputs: &[u32],
    targets: &[u32; J],
    errors: &[[f32; J]],
    block: usize,
) {
    for part in 0..L::PARTS {
        let mut us = [lanes.splat(0.0); J];
        for (register, &target) in us.iter_mut().zip(targets) {
            *register = load::<_, TAIL>(lanes, u.row(target as usize), block, part);
        }
        let mut moves = [lanes.splat(0.0); J];
        for (&input, errors) in inputs.iter().zip(errors) {
            let row = v.row_mut(input as usize);
            let before = load::<_, TAIL>(lanes, row.as_deref(), block, part);
            let mut after = before;
            for ((&error, u), moved) in errors.iter().zip(&us).zip(&mut moves) {
                let error = lanes.splat(error);
                after = lanes.mul_add(error, *u, after);
                *moved = lanes.mul_add(error, before, *moved);
            }
            store::<_, TAIL>(lanes, after, row, block, part);
        }
        // Read again before adding: a target that was drawn twice has already moved once.
        for (&target, moved) in targets.iter().zip(moves) {
            let row = u.row_mut(target as usize);
            let now = load::<_, TAIL>(lanes, row.as_deref(), block, part);
            store::<_, TAIL>(lanes, lanes.add(now, moved), row, block, part);
        }
    }
}

/// One register of a row: of whole block `block`, or of its incomplete last one if `TAIL`.
#[inline(always)]
fn load<L: Lanes, const TAIL: bool>(lanes: L, row: Option<&[f32]>, block: usize, part: usize) -> L::Vector {
    let (blocks, tail) = row.unwrap_or_default().as_chunks();
    if TAIL {
        return lanes.load(&padded(tail), part);
    }
    match blocks.get(block) {
        Some(block) => lanes.load(block, part),
        None => lanes.splat(0.0),
    }
}

/// Writes what [`load`] read.
#[inline(always)]
fn store<L: Lanes, const TAIL: bool>(lanes: L, v: L::Vector, row: Option<&mut [f32]>, block: usize, part: usize) {
    let (blocks, tail) = row.unwrap_or_default().as_chunks_mut();
    if TAIL {
        let mut block = padded(tail);
        lanes.store(v, &mut block, part);
        unpad(&block, tail);
    } else if let Some(block) = blocks.get_mut(block) {
        lanes.store(v, block, part);
    }
}

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
use super::dot::fold_to_register;
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

    /// Checks the shapes, once for all that follows.
    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> Result<f32, WindowError> {
        let Self { v, u, inputs, targets, truth, rate, with_loss } = self;
        if inputs.len() > MAX_INPUTS {
            return Err(WindowError::TooLarge);
        }
        let no_row = |rows: usize, indices: &[u32]| indices.iter().any(|&index| index as usize >= rows);
        if no_row(v.rows(), inputs) || no_row(u.rows(), targets) {
            return Err(WindowError::NoSuchRow);
        }
        let len = v.row(0).map_or(0, <[f32]>::len);
        if len != u.row(0).map_or(0, <[f32]>::len) {
            return Err(WindowError::UnequalRows);
        }
        let blocks = len.div_ceil(LANES);
        let pairs = Pairs { inputs, targets, truth, rate, with_loss, blocks };
        // The compiler knows which it is: storage decides by its type.
        match (v.as_blocks_mut(), u.as_blocks_mut()) {
            (Some(v), Some(u)) => {
                pairs.update(lanes, Whole { blocks: v, per_row: blocks }, Whole { blocks: u, per_row: blocks })
            }
            _ => pairs.update(lanes, Ragged(v), Ragged(u)),
        }
    }
}

/// A [`WindowUpdate`] whose shapes were checked.
struct Pairs<'a> {
    inputs: &'a [u32],
    targets: &'a [u32],
    truth: bool,
    rate: f32,
    with_loss: bool,
    /// Blocks a row, an incomplete last one included.
    blocks: usize,
}

impl Pairs<'_> {
    /// Goes on with the number of targets as a constant, so that the compiler can keep them in registers.
    #[inline(always)]
    fn update<L: Lanes>(&self, lanes: L, v: impl Access, u: impl Access) -> Result<f32, WindowError> {
        match self.targets.len() {
            0 => Ok(0.0),
            1 => Ok(self.step::<L, 1>(lanes, v, u)),
            2 => Ok(self.step::<L, 2>(lanes, v, u)),
            3 => Ok(self.step::<L, 3>(lanes, v, u)),
            4 => Ok(self.step::<L, 4>(lanes, v, u)),
            5 => Ok(self.step::<L, 5>(lanes, v, u)),
            6 => Ok(self.step::<L, 6>(lanes, v, u)),
            7 => Ok(self.step::<L, 7>(lanes, v, u)),
            8 => Ok(self.step::<L, 8>(lanes, v, u)),
            _ => Err(WindowError::TooLarge),
        }
    }

    #[inline(always)]
    fn step<L: Lanes, const J: usize>(&self, lanes: L, mut v: impl Access, mut u: impl Access) -> f32 {
        let mut input_places = [0; MAX_INPUTS];
        for (place, &input) in input_places.iter_mut().zip(self.inputs) {
            *place = v.place(input);
        }
        let inputs = input_places.get(..self.inputs.len()).unwrap_or_default();
        let mut targets = [0; J];
        for (place, &target) in targets.iter_mut().zip(self.targets) {
            *place = u.place(target);
        }

        // Scores, then errors, of pair (i, j) at [i·J + j].
        let mut pairs = [[0.0; LANES]; MAX_TARGETS];
        scores(lanes, &v, &u, inputs, &targets, self.blocks, pairs.as_flattened_mut());
        let count = inputs.len() * J;
        let loss = match self.with_loss {
            true => loss::<J>(pairs.as_flattened().get(..count).unwrap_or_default(), self.truth),
            false => 0.0,
        };
        errors::<L, J>(lanes, &mut pairs, count, self.truth, self.rate);
        let errors = pairs.as_flattened().as_chunks::<J>().0;
        for block in 0..self.blocks {
            for part in 0..L::PARTS {
                move_part(lanes, &mut v, &mut u, inputs, &targets, errors, (block, part));
            }
        }
        loss
    }
}

/// `out[i·J + j] = v_i · u_j`
#[inline(always)]
fn scores<L: Lanes, const J: usize>(
    lanes: L,
    v: &impl Access,
    u: &impl Access,
    inputs: &[usize],
    targets: &[usize; J],
    blocks: usize,
    out: &mut [f32],
) {
    let mut groups = out.chunks_exact_mut(L::TILE * J);
    let (tiles, rest) = if L::TILE == 2 { inputs.as_chunks::<2>() } else { (&[][..], inputs) };
    for (inputs, out) in tiles.iter().zip(&mut groups) {
        write_front(out, &tile(lanes, v, u, inputs, targets, blocks));
    }
    for (&input, out) in rest.iter().zip(groups) {
        write_front(out, &tile(lanes, v, u, &[input], targets, blocks));
    }
}

#[inline(always)]
fn write_front(out: &mut [f32], values: &Block) {
    for (to, from) in out.iter_mut().zip(values) {
        *to = *from;
    }
}

/// The I·J ≤ 16 dot products of I inputs and J targets, in the order of [`dot`](super::dot()), at [i·J + j].
#[inline(always)]
fn tile<L: Lanes, const I: usize, const J: usize>(
    lanes: L,
    v: &impl Access,
    u: &impl Access,
    inputs: &[usize; I],
    targets: &[usize; J],
    blocks: usize,
) -> Block {
    let part = |part| sums_of_part(lanes, v, u, inputs, targets, blocks, part);
    let mut all = [lanes.splat(0.0); LANES];
    if L::PARTS <= 4 {
        // Registers that hold parts of one sum fold into one: 16 lanes to WIDTH.
        let sums = match L::PARTS {
            1 => part(0),
            2 => add_each(lanes, part(0), part(1)),
            _ => add_each(lanes, add_each(lanes, part(0), part(2)), add_each(lanes, part(1), part(3))),
        };
        for (to, from) in all.iter_mut().zip(sums.as_flattened()) {
            *to = *from;
        }
    } else {
        // Without vector registers: sixteen numbers a sum, one sum after the other.
        for (to, (input, target)) in all.iter_mut().zip(pairs_of(inputs, targets)) {
            let mut lane = [lanes.splat(0.0); LANES];
            for block in 0..blocks {
                for (part, lane) in lane.iter_mut().enumerate() {
                    let (v, u) = (v.load(lanes, input, block, part), u.load(lanes, target, block, part));
                    *lane = if block == 0 { lanes.mul(v, u) } else { lanes.mul_add(v, u, *lane) };
                }
            }
            *to = fold_to_register(lanes, lane);
        }
    }
    let mut sums = lanes.sum_each(all);
    for sum in &mut sums {
        // As in `dot`, no sum is −0.
        *sum += 0.0;
    }
    sums
}

fn pairs_of<'a>(inputs: &'a [usize], targets: &'a [usize]) -> impl Iterator<Item = (usize, usize)> + 'a {
    inputs.iter().flat_map(|&input| targets.iter().map(move |&target| (input, target)))
}

/// The lanes that register `part` holds of the I·J sums.
#[inline(always)]
fn sums_of_part<L: Lanes, const I: usize, const J: usize>(
    lanes: L,
    v: &impl Access,
    u: &impl Access,
    inputs: &[usize; I],
    targets: &[usize; J],
    blocks: usize,
    part: usize,
) -> [[L::Vector; J]; I] {
    let mut sums = [[lanes.splat(0.0); J]; I];
    for block in 0..blocks {
        let mut vs = [lanes.splat(0.0); I];
        for (register, &input) in vs.iter_mut().zip(inputs) {
            *register = v.load(lanes, input, block, part);
        }
        for (j, &target) in targets.iter().enumerate() {
            let u = u.load(lanes, target, block, part);
            for (sums, v) in sums.iter_mut().zip(vs) {
                if let Some(sum) = sums.get_mut(j) {
                    *sum = lanes.mul_add(v, u, *sum);
                }
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

/// `v_i += Σ_j e_ij u_j` and `u_j += Σ_i e_ij v_i`, both from the rows as they were, for register `part` of `block`.
#[inline(always)]
fn move_part<L: Lanes, const J: usize>(
    lanes: L,
    v: &mut impl Access,
    u: &mut impl Access,
    inputs: &[usize],
    targets: &[usize; J],
    errors: &[[f32; J]],
    (block, part): (usize, usize),
) {
    let mut us = [lanes.splat(0.0); J];
    for (register, &target) in us.iter_mut().zip(targets) {
        *register = u.load(lanes, target, block, part);
    }
    let mut moves = [lanes.splat(0.0); J];
    for (&input, errors) in inputs.iter().zip(errors) {
        let before = v.load(lanes, input, block, part);
        let mut after = before;
        for ((&error, u), moved) in errors.iter().zip(&us).zip(&mut moves) {
            let error = lanes.splat(error);
            after = lanes.mul_add(error, *u, after);
            *moved = lanes.mul_add(error, before, *moved);
        }
        v.store(lanes, after, input, block, part);
    }
    // Read again before adding: a target that was drawn twice has already moved once.
    for (&target, moved) in targets.iter().zip(moves) {
        let now = u.load(lanes, target, block, part);
        u.store(lanes, lanes.add(now, moved), target, block, part);
    }
}

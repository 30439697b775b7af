//! One step on all pairs of a window's words and the labeled targets that they share, by any optimizer.
//!
//! ```text
//! for each input i, target j, each row once:    s_ij = v_i · u_j
//!                                      e_ij = n_i (n_j σ(s_ij) − y_j)      eq. 9–13: words that occur n times count so
//! for each block of 16 components:
//!     for each target j:    ∂J/∂v_i += e_ij u_j for all i;    step u_j against Σ_i e_ij v_i
//!     for each input i:     step v_i against ∂J/∂v_i
//! ```
//!
//! An optimizer steps each component by itself, so only the gradient of one block must be kept.

use super::Masks;
use crate::math::log_sigmoid;
use crate::model::RowsMut;
use crate::optim::{RowOptimizer, read_block, write_block};
use crate::simd::{Block, Dot, Kernel, LANES, Lanes, WindowError, padded, sigmoid, unpad};

/// A step, and the optimizers that take it.
pub(super) struct Descent<'a, MV, MU, V, U, D> {
    pub(super) v: &'a mut MV,
    pub(super) u: &'a mut MU,
    /// Rows of `v`.
    pub(super) inputs: [&'a [u32]; 2],
    /// Rows of `u`: the targets.
    pub(super) targets: &'a [u32],
    /// The label of target j in bit j.
    pub(super) labels: u64,
    pub(super) rate: f32,
    pub(super) with_loss: bool,
    pub(super) v_optimizer: &'a mut V,
    pub(super) u_optimizer: &'a mut U,
    pub(super) dropout: &'a mut D,
}

/// A [`Descent`] of at most 2·`WINDOW` inputs and `TARGETS` targets.
pub(super) struct Shaped<'a, MV, MU, V, U, D, const WINDOW: usize, const TARGETS: usize>(
    pub(super) Descent<'a, MV, MU, V, U, D>,
);

/// A row of the step.
#[derive(Clone, Copy, Default)]
struct Member {
    row: u32,
    /// How often it occurs.
    times: f32,
    /// How often of these its label is 1: y.
    truths: f32,
}

/// The errors of one input, by target.
#[derive(Clone, Copy)]
struct Errors<const TARGETS: usize>([f32; TARGETS]);

impl<
    MV: RowsMut<Component = f32>,
    MU: RowsMut<Component = f32>,
    V: RowOptimizer,
    U: RowOptimizer,
    D: Masks,
    const WINDOW: usize,
    const TARGETS: usize,
> Kernel for Shaped<'_, MV, MU, V, U, D, WINDOW, TARGETS>
{
    /// The loss J summed over the pairs, as it was before the step, or 0 if it was not asked for.
    type Output = Result<f32, WindowError>;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> Self::Output {
        let Descent { v, u, inputs, targets, labels, rate, with_loss, v_optimizer, u_optimizer, dropout } = self.0;
        let len = v.row(0).map_or(0, <[f32]>::len);
        if len != u.row(0).map_or(0, <[f32]>::len) {
            return Err(WindowError::UnequalRows);
        }
        let (mut input_members, mut target_members) = ([[Member::default(); 2]; WINDOW], [Member::default(); TARGETS]);
        let [left, right] = inputs;
        let input_members = input_members.as_flattened_mut();
        let found = gather(left, 0, input_members, 0).ok_or(WindowError::TooLarge)?;
        let found = gather(right, 0, input_members, found).ok_or(WindowError::TooLarge)?;
        let inputs = input_members.get(..found).unwrap_or_default();
        let found = gather(targets, labels, &mut target_members, 0).ok_or(WindowError::TooLarge)?;
        let targets = target_members.get(..found).unwrap_or_default();
        if inputs.is_empty() {
            // No pair, no gradient, no step.
            return Ok(0.0);
        }
        if !all_have_rows(inputs, v) || !all_have_rows(targets, u) {
            return Err(WindowError::NoSuchRow);
        }
        dropout.draw(inputs.len(), v.dim(), len).ok_or(WindowError::TooLarge)?;

        // First all scores, then all errors (eq. 13).
        let mut table = [[Errors([0.0; TARGETS]); 2]; WINDOW];
        let table = table.as_flattened_mut();
        let mut loss = 0.0;
        for (i, (input, Errors(errors))) in inputs.iter().zip(table.iter_mut()).enumerate() {
            let v_i = v.row(input.row as usize).unwrap_or_default();
            for (error, target) in errors.iter_mut().zip(targets) {
                let u_j = u.row(target.row as usize).unwrap_or_default();
                *error = match dropout.mask(i) {
                    None => Dot { a: v_i, b: u_j }.run(lanes),
                    Some(mask) => masked_dot(lanes, v_i, mask, u_j),
                };
            }
            let errors = errors.get_mut(..targets.len()).unwrap_or_default();
            if with_loss {
                loss += input.times * loss_of(errors, targets);
            }
            sigmoids(lanes, errors);
            for (error, target) in errors.iter_mut().zip(targets) {
                *error = input.times * (target.times * *error - target.truths);
            }
        }
        let moved = move_rows::<L, MV, MU, V, U, D, WINDOW, TARGETS>(
            lanes,
            (v, v_optimizer, inputs),
            (u, u_optimizer, targets),
            table,
            (rate, len, dropout),
        );
        moved.map(|()| loss).ok_or(WindowError::NoSuchRow)
    }
}

/// Adds `words`, with their `labels`, to the `found` members that there are, each row once. Gives their number; `None`
/// if there is no room.
#[inline(always)]
fn gather(words: &[u32], mut labels: u64, members: &mut [Member], mut found: usize) -> Option<usize> {
    for &row in words {
        let mut known = false;
        let truths = if labels & 1 == 1 { 1.0 } else { 0.0 };
        labels >>= 1;
        for member in members.iter_mut().take(found) {
            if member.row == row {
                member.times += 1.0;
                member.truths += truths;
                known = true;
            }
        }
        if !known {
            *members.get_mut(found)? = Member { row, times: 1.0, truths };
            found += 1;
        }
    }
    Some(found)
}

#[inline(always)]
fn all_have_rows<M: RowsMut<Component = f32>>(members: &[Member], matrix: &M) -> bool {
    let rows = matrix.rows();
    members.iter().all(|member| (member.row as usize) < rows)
}

/// The loss of one occurrence of an input, from its scores (eq. 9, 22).
fn loss_of(scores: &[f32], targets: &[Member]) -> f32 {
    let mut loss = 0.0;
    for (&score, &Member { times, truths, .. }) in scores.iter().zip(targets) {
        if truths > 0.0 {
            loss -= truths * log_sigmoid(score);
        }
        if times > truths {
            loss -= (times - truths) * log_sigmoid(-score);
        }
    }
    loss
}

#[inline(always)]
fn sigmoids<L: Lanes>(lanes: L, scores: &mut [f32]) {
    let (blocks, tail) = scores.as_chunks_mut();
    for block in blocks {
        sigmoids_of_block(lanes, block);
    }
    if !tail.is_empty() {
        let mut block = padded(tail);
        sigmoids_of_block(lanes, &mut block);
        unpad(&block, tail);
    }
}

#[inline(always)]
fn sigmoids_of_block<L: Lanes>(lanes: L, block: &mut Block) {
    for part in 0..L::PARTS {
        lanes.store(sigmoid(lanes, lanes.load(block, part)), block, part);
    }
}

/// `Σ_k (m_k v_k) u_k`, in the order of [`Dot`].
#[inline(always)]
fn masked_dot<L: Lanes>(lanes: L, v: &[f32], mask: &[f32], u: &[f32]) -> f32 {
    let mut lane_sums = [0.0; LANES];
    for block in 0..v.len().div_ceil(LANES) {
        let v = masked(lanes, v, Some(mask), block);
        let u = read_block(u, block);
        add_scaled_by(lanes, &v, &u, &mut lane_sums);
    }
    // A sum of one block folds its lanes.
    Dot { a: &lane_sums, b: &[1.0; LANES] }.run(lanes)
}

/// A block of a row, as the loss sees it.
#[inline(always)]
pub(super) fn masked<L: Lanes>(lanes: L, row: &[f32], mask: Option<&[f32]>, block: usize) -> Block {
    let mut x = read_block(row, block);
    if let Some(mask) = mask {
        mask_block(lanes, mask, block, &mut x);
    }
    x
}

/// `x ← mask ⊙ x` on one block.
#[inline(always)]
pub(super) fn mask_block<L: Lanes>(lanes: L, mask: &[f32], block: usize, x: &mut Block) {
    let mask = read_block(mask, block);
    for part in 0..L::PARTS {
        lanes.store(lanes.mul(lanes.load(&mask, part), lanes.load(x, part)), x, part);
    }
}

#[inline(always)]
fn add_scaled_by<L: Lanes>(lanes: L, a: &Block, x: &Block, y: &mut Block) {
    for part in 0..L::PARTS {
        let sum = lanes.mul_add(lanes.load(a, part), lanes.load(x, part), lanes.load(y, part));
        lanes.store(sum, y, part);
    }
}

/// `y += a·x` on one block.
#[inline(always)]
pub(super) fn add_scaled<L: Lanes>(lanes: L, a: f32, x: &Block, y: &mut Block) {
    add_scaled_by(lanes, &[a; LANES], x, y);
}

/// Steps all rows against their gradients.
#[inline(always)]
fn move_rows<
    L: Lanes,
    MV: RowsMut<Component = f32>,
    MU: RowsMut<Component = f32>,
    V: RowOptimizer,
    U: RowOptimizer,
    D: Masks,
    const WINDOW: usize,
    const TARGETS: usize,
>(
    lanes: L,
    (v, v_optimizer, inputs): (&mut MV, &mut V, &[Member]),
    (u, u_optimizer, targets): (&mut MU, &mut U, &[Member]),
    table: &[Errors<TARGETS>],
    (rate, len, dropout): (f32, usize, &D),
) -> Option<()> {
    let (mut v_steps, mut u_steps) = ([const { [const { None }; 2] }; WINDOW], [const { None }; TARGETS]);
    let v_steps = v_steps.as_flattened_mut();
    for (step, input) in v_steps.iter_mut().zip(inputs) {
        *step = Some(v_optimizer.begin(input.row, rate)?);
    }
    for (step, target) in u_steps.iter_mut().zip(targets) {
        *step = Some(u_optimizer.begin(target.row, rate)?);
    }
    for block in 0..len.div_ceil(LANES) {
        let (mut vs, mut gradients) = ([[[0.0; LANES]; 2]; WINDOW], [[[0.0; LANES]; 2]; WINDOW]);
        let (vs, gradients) = (vs.as_flattened_mut(), gradients.as_flattened_mut());
        for (i, (v_i, input)) in vs.iter_mut().zip(inputs).enumerate() {
            *v_i = masked(lanes, v.row(input.row as usize)?, dropout.mask(i), block);
        }
        for (j, (target, step)) in targets.iter().zip(&u_steps).enumerate() {
            let row = u.row_mut(target.row as usize)?;
            let (mut u_j, mut gradient) = (read_block(row, block), [0.0; LANES]);
            for ((v_i, by_v_i), Errors(errors)) in vs.iter().zip(gradients.iter_mut()).zip(table).take(inputs.len()) {
                let error = *errors.get(j)?;
                add_scaled(lanes, error, &u_j, by_v_i); // eq. 10
                add_scaled(lanes, error, v_i, &mut gradient); // eq. 11, 12
            }
            u_optimizer.block(lanes, step.as_ref()?, block, &gradient, &mut u_j)?;
            write_block(row, block, &u_j);
        }
        for (i, ((input, gradient), step)) in inputs.iter().zip(gradients.iter_mut()).zip(v_steps.iter()).enumerate() {
            if let Some(mask) = dropout.mask(i) {
                mask_block(lanes, mask, block, gradient);
            }
            let row = v.row_mut(input.row as usize)?;
            let mut v_i = read_block(row, block);
            v_optimizer.block(lanes, step.as_ref()?, block, gradient, &mut v_i)?;
            write_block(row, block, &v_i);
        }
    }
    Some(())
}

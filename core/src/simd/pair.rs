//! The pair update: one stochastic step on one (center, outside) pair, exactly eq. 9–12.

use super::dot::{add_scaled, add_scaled_registers};
use super::{Dot, Kernel, LANES, Lanes, WindowError, sigmoid};
use crate::math::log_sigmoid;
use crate::model::RowsMut;

/// The most targets of a pair: with negative sampling, the true one and 63 negatives.
pub const MAX_PAIR_TARGETS: usize = 4 * LANES;

/// One descent step on one pair, a [`Kernel`]: `lanes.enter(PairUpdate { … })` takes it.
///
/// Gives the loss J as it was before the step (eq. 9), or 0 if it was not asked for; or a [`WindowError`].
#[derive(Debug)]
pub struct PairUpdate<'a, U> {
    /// The center vector v_c, padding included.
    pub v_c: &'a mut [f32],
    /// The outside vectors.
    pub u: &'a mut U,
    /// The outside word and its negative samples, rows of `u`, at most [`MAX_PAIR_TARGETS`].
    pub targets: &'a [u32],
    /// The label of target j in bit j: 1 of a true target, 0 of a negative.
    pub labels: u64,
    /// The learning rate.
    pub rate: f32,
    /// Whether to compute the loss, at one logarithm a target.
    pub with_loss: bool,
}

impl<U: RowsMut<Component = f32>> Kernel for PairUpdate<'_, U> {
    type Output = Result<f32, WindowError>;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> Self::Output {
        let Self { v_c, u, targets, labels, rate, with_loss } = self;
        if targets.len() > MAX_PAIR_TARGETS {
            return Err(WindowError::TooLarge);
        }
        for &target in targets {
            match u.row(target as usize) {
                None => return Err(WindowError::NoSuchRow),
                Some(row) if row.len() != v_c.len() => return Err(WindowError::UnequalRows),
                Some(_) => {}
            }
        }

        // First the scores u·v_c, then the errors × rate (eq. 13).
        let mut pairs = [[0.0; LANES]; MAX_PAIR_TARGETS / LANES];
        let scores = pairs.as_flattened_mut();
        for (score, &target) in scores.iter_mut().zip(targets) {
            *score = Dot { a: v_c, b: u.row(target as usize).unwrap_or_default() }.run(lanes);
        }
        let mut loss = 0.0;
        if with_loss {
            for (j, &score) in scores.iter().take(targets.len()).enumerate() {
                loss -= log_sigmoid(if labels >> j & 1 == 1 { score } else { -score });
            }
        }
        for block in pairs.iter_mut().take(targets.len().div_ceil(LANES)) {
            for part in 0..L::PARTS {
                let sigmoid = sigmoid(lanes, lanes.load(block, part));
                lanes.store(lanes.mul(lanes.splat(-rate), sigmoid), block, part);
            }
        }
        for (j, error) in pairs.as_flattened_mut().iter_mut().take(targets.len()).enumerate() {
            if labels >> j & 1 == 1 {
                *error += rate;
            }
        }
        let errors = pairs.as_flattened();

        let (blocks, tail) = v_c.as_chunks_mut();
        for (index, block) in blocks.iter_mut().enumerate() {
            let before = *block;
            for (&error, &target) in errors.iter().zip(targets) {
                let u_block = u.row(target as usize).and_then(|row| row.as_chunks().0.get(index));
                add_scaled(lanes, lanes.splat(error), u_block.unwrap_or(&[0.0; LANES]), block);
            }
            // Only now may U move: a negative drawn twice counts twice, from the same row.
            for (&error, &target) in errors.iter().zip(targets) {
                if let Some(u_block) = u.row_mut(target as usize).and_then(|row| row.as_chunks_mut().0.get_mut(index)) {
                    add_scaled(lanes, lanes.splat(error), &before, u_block);
                }
            }
        }
        if !tail.is_empty() {
            let before = lanes.load_front(tail);
            let mut after = before;
            for (&error, &target) in errors.iter().zip(targets) {
                let u_tail = u.row(target as usize).unwrap_or_default().as_chunks::<LANES>().1;
                add_scaled_registers(lanes, lanes.splat(error), lanes.load_front(u_tail), &mut after);
            }
            for (&error, &target) in errors.iter().zip(targets) {
                let u_tail = u.row_mut(target as usize).unwrap_or_default().as_chunks_mut::<LANES>().1;
                let mut moved = lanes.load_front(u_tail);
                add_scaled_registers(lanes, lanes.splat(error), before, &mut moved);
                lanes.store_front(moved, u_tail);
            }
            lanes.store_front(after, tail);
        }
        Ok(loss)
    }
}

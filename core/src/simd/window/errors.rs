//! From scores to errors: the sigmoid, and the loss.

use super::{LANES, Lanes, MAX_TARGETS, Row, Table};
use crate::math::log_sigmoid;
use crate::simd::sigmoid;

/// Turns the scores of `inputs` inputs, two a block, into errors × rate: `rate · (label − σ(s))`.
#[inline(always)]
pub(super) fn take<L: Lanes, const WINDOW: usize, const J: usize>(
    lanes: L,
    table: &mut Table<WINDOW>,
    inputs: usize,
    truth: bool,
    rate: f32,
) {
    let minus_rate = lanes.splat(-rate);
    let mut labels = [0.0; LANES];
    for label in labels.iter_mut().step_by(MAX_TARGETS).take(if truth { 2 } else { 0 }) {
        *label = rate;
    }
    // A register whose first lane is of a first target, and any other.
    let (with_first, without) = (lanes.load(&labels, 0), lanes.splat(0.0));
    for part in 0..L::PARTS {
        let first_lane = part * L::WIDTH;
        let first_target = first_lane % MAX_TARGETS;
        // Registers in which no target has a lane are left out, and the half of a block that has no input.
        if first_target < J {
            let labels = if first_target == 0 { with_first } else { without };
            let blocks = (inputs + 1 - first_lane / MAX_TARGETS) / 2;
            for block in table.0.get_mut(..blocks).unwrap_or_default() {
                let negative = lanes.mul(minus_rate, sigmoid(lanes, lanes.load(block, part)));
                lanes.store(lanes.add(negative, labels), block, part);
            }
        }
    }
}

/// J = −log σ(s_i0) − Σ_{j>0} log σ(−s_ij), summed over the inputs (eq. 9).
#[inline(never)]
pub(super) fn loss<const J: usize>(scores: &[Row], truth: bool) -> f32 {
    scores
        .iter()
        .flat_map(|scores| scores.iter().take(J).enumerate())
        .map(|(j, &score)| -log_sigmoid(if truth && j == 0 { score } else { -score }))
        .sum()
}

//! From scores to errors: the sigmoid, and the loss.
#![allow(
    clippy::indexing_slicing,
    reason = "an index here is a constant below the constant length of its array: no access can fail"
)]

use super::{LANES, Lanes, MAX_TARGETS, Row, Table};
use crate::math::log_sigmoid;
use crate::simd::sigmoid;
use crate::simd::unroll::unroll;

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
    if truth {
        (labels[0], labels[MAX_TARGETS]) = (rate, rate);
    }
    // A register whose first lane is of a first target, and any other.
    let (with_first, without) = (lanes.load(&labels, 0), lanes.splat(0.0));
    unroll!(PART in 0..L::PARTS => {
        // Registers in which no target has a lane are left out, and the half of a block that has no input.
        if const { PART * L::WIDTH % MAX_TARGETS < J } {
            let labels = if const { (PART * L::WIDTH).is_multiple_of(MAX_TARGETS) } { with_first } else { without };
            let blocks = (inputs + 1 - PART * L::WIDTH / MAX_TARGETS) / 2;
            for block in table.0.get_mut(..blocks).unwrap_or_default() {
                let negative = lanes.mul(minus_rate, sigmoid(lanes, lanes.load(block, PART)));
                lanes.store(lanes.add(negative, labels), block, PART);
            }
        }
    });
}

/// J = −log σ(s_i0) − Σ_{j>0} log σ(−s_ij), summed over the inputs (eq. 9).
#[inline(never)]
pub(super) fn loss(scores: &[Row], targets: usize, truth: bool) -> f32 {
    let mut loss = 0.0;
    for scores in scores {
        for (j, &score) in scores.iter().take(targets).enumerate() {
            loss -= log_sigmoid(if truth && j == 0 { score } else { -score });
        }
    }
    loss
}

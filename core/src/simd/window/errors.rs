//! From scores to errors: the sigmoid, and the loss.
#![allow(clippy::indexing_slicing)] // An index here is a constant below the constant length of its array.

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
    labels: u8,
    rate: f32,
) {
    let minus_rate = lanes.splat(-rate);
    // Those of two inputs.
    let mut truths = [0.0; LANES];
    unroll!(TARGET in 0..J => {
        if labels >> TARGET & 1 == 1 {
            (truths[TARGET], truths[MAX_TARGETS + TARGET]) = (rate, rate);
        }
    });
    unroll!(PART in 0..L::PARTS => {
        // Registers in which no target has a lane are left out, and the half of a block that has no input.
        if const { PART * L::WIDTH % MAX_TARGETS < J } {
            let truths = lanes.load(&truths, PART);
            let blocks = (inputs + 1 - PART * L::WIDTH / MAX_TARGETS) / 2;
            for block in table.0.get_mut(..blocks).unwrap_or_default() {
                let negative = lanes.mul(minus_rate, sigmoid(lanes, lanes.load(block, PART)));
                lanes.store(lanes.add(negative, truths), block, PART);
            }
        }
    });
}

/// J = −Σ_j log σ(±s_ij), + where the label is 1, summed over the inputs (eq. 9, 22).
#[inline(never)]
pub(super) fn loss(scores: &[Row], targets: usize, labels: u8) -> f32 {
    let mut loss = 0.0;
    for scores in scores {
        for (j, &score) in scores.iter().take(targets).enumerate() {
            loss -= log_sigmoid(if labels >> j & 1 == 1 { score } else { -score });
        }
    }
    loss
}

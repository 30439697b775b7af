//! All scores of a window, before anything moves.
#![allow(clippy::indexing_slicing)] // An index here is a constant below the constant length of its array.

use super::{Access, Block, LANES, Lanes, MAX_TARGETS, Table};
use crate::simd::dot::fold_to_register;
use crate::simd::unroll::unroll;

/// The scores `v_i · u_j`, in the order of [`dot`](crate::simd::dot()).
#[inline(always)]
pub(super) fn take<L: Lanes, V: Access, U: Access, const WINDOW: usize, const J: usize>(
    lanes: L,
    v: &V,
    u: &U,
    inputs: &[V::Row],
    targets: &[U::Row; J],
    blocks: usize,
    out: &mut Table<WINDOW>,
) -> Option<()> {
    if const { V::ONE_BLOCK && U::ONE_BLOCK && L::TILE == 1 } {
        return of_one_block(lanes, v, u, inputs, targets, out);
    }
    let mut inputs = inputs.iter();
    // A block of the table has room for the scores of two inputs.
    for out in &mut out.0 {
        let Some(&first) = inputs.next() else { break };
        let mut sums = [lanes.splat(0.0); LANES];
        match inputs.next() {
            Some(&second) if const { L::TILE == 2 } => {
                sum(lanes, (v, [first, second]), (u, targets), blocks, 0, &mut sums)?;
            }
            second => {
                let (mut next, mut start) = (Some(&first), 0);
                while let Some(&input) = next {
                    sum(lanes, (v, [input]), (u, targets), blocks, start, &mut sums)?;
                    next = if start == 0 { second } else { None };
                    start = MAX_TARGETS;
                }
            }
        }
        fold_each(lanes, sums, out);
    }
    Some(())
}

/// The scores of rows of one block, where registers are few: a target stays in them while the inputs pass.
///
/// A score of −0 is not turned into 0 here: its sigmoid and its loss are the same.
#[inline(always)]
fn of_one_block<L: Lanes, V: Access, U: Access, const WINDOW: usize, const J: usize>(
    lanes: L,
    v: &V,
    u: &U,
    inputs: &[V::Row],
    targets: &[U::Row; J],
    out: &mut Table<WINDOW>,
) -> Option<()> {
    for (j, &target) in targets.iter().enumerate() {
        let place = U::place(target, 0)?;
        let mut us = lanes.splat_block(0.0);
        unroll!(PART in 0..L::PARTS => { us[PART] = u.load(lanes, place, PART); });
        let out = out.rows_mut().get_mut(..inputs.len())?;
        for (i, &input) in inputs.iter().enumerate() {
            let place = V::place(input, 0)?;
            let mut products = lanes.splat_block(0.0);
            unroll!(PART in 0..L::PARTS => { products[PART] = lanes.mul(v.load(lanes, place, PART), us[PART]); });
            *out.get_mut(i)?.get_mut(j)? = lanes.sum(fold_to_register(lanes, products));
        }
    }
    Some(())
}

/// Folds sixteen sums, each in one register.
#[inline(always)]
fn fold_each<L: Lanes>(lanes: L, sums: [L::Vector; LANES], out: &mut Block) {
    let sums = lanes.sum_each(sums);
    unroll!(PART in 0..L::PARTS => {
        // As in `dot`, no sum is −0.
        lanes.store(lanes.add(sums[PART], lanes.splat(0.0)), out, PART);
    });
}

/// The products of I inputs and all targets, summed up to one register per pair: those of input i are
/// `out[first + i·MAX_TARGETS ..]`.
#[inline(always)]
fn sum<L: Lanes, V: Access, U: Access, const I: usize, const J: usize>(
    lanes: L,
    inputs: (&V, [V::Row; I]),
    (u, targets): (&U, &[U::Row; J]),
    blocks: usize,
    first: usize,
    out: &mut [L::Vector; LANES],
) -> Option<()> {
    let mut next = 0;
    // I·G·PARTS sums are in registers at a time: enough to keep the multipliers busy, few enough to stay there.
    if const { sixes(L::PARTS, J) > 0 } {
        next = groups::<L, V, U, I, 6>(lanes, inputs, (u, targets), blocks, (first, next), out)?;
    }
    if const { L::PARTS <= 4 && J - sixes(L::PARTS, J) >= 3 } {
        next = groups::<L, V, U, I, 3>(lanes, inputs, (u, targets), blocks, (first, next), out)?;
    }
    if const { L::PARTS <= 4 && J % 3 == 2 } {
        next = groups::<L, V, U, I, 2>(lanes, inputs, (u, targets), blocks, (first, next), out)?;
    }
    if const { L::PARTS > 4 || J % 3 == 1 } {
        groups::<L, V, U, I, 1>(lanes, inputs, (u, targets), blocks, (first, next), out)?;
    }
    Some(())
}

/// How many of `targets` are taken in groups of six, where a row's block is so many registers.
const fn sixes(parts: usize, targets: usize) -> usize {
    if parts == 1 { targets / 6 * 6 } else { 0 }
}

/// Takes the targets from number `next` on in groups of `G`, as long as there are so many; returns the number after
/// them.
#[inline(always)]
fn groups<L: Lanes, V: Access, U: Access, const I: usize, const G: usize>(
    lanes: L,
    inputs: (&V, [V::Row; I]),
    (u, targets): (&U, &[U::Row]),
    blocks: usize,
    (first, mut next): (usize, usize),
    out: &mut [L::Vector; LANES],
) -> Option<usize> {
    while let Some(group) = targets.get(next..).and_then(<[_]>::first_chunk::<G>) {
        let sums = scores_of(lanes, inputs, (u, group), blocks)?;
        unroll!(INPUT in 0..I => {
            unroll!(TARGET in 0..G => {
                *out.get_mut(first + INPUT * MAX_TARGETS + next + TARGET)? = sums[INPUT][TARGET];
            });
        });
        next += G;
    }
    Some(next)
}

/// The score of one pair.
#[inline(always)]
pub(super) fn of_pair<L: Lanes, V: Access, U: Access>(
    lanes: L,
    (v, input): (&V, V::Row),
    (u, target): (&U, U::Row),
    blocks: usize,
) -> Option<f32> {
    let [[sum]] = scores_of(lanes, (v, [input]), (u, &[target]), blocks)?;
    // As in `dot`, no sum is −0.
    Some(lanes.sum(sum) + 0.0)
}

/// [`sum`] for a few targets.
///
/// Whole blocks are read at a time: some processors read two registers at once, but not from the same half of two
/// blocks.
#[inline(always)]
fn scores_of<L: Lanes, V: Access, U: Access, const I: usize, const G: usize>(
    lanes: L,
    (v, inputs): (&V, [V::Row; I]),
    (u, targets): (&U, &[U::Row; G]),
    blocks: usize,
) -> Option<[[L::Vector; G]; I]> {
    let mut sums = [[lanes.splat_block(0.0); G]; I];
    for block in 0..blocks {
        unroll!(PART in 0..L::PARTS => {
            let mut vs = [lanes.splat(0.0); I];
            unroll!(INPUT in 0..I => { vs[INPUT] = v.load(lanes, V::place(inputs[INPUT], block)?, PART); });
            unroll!(TARGET in 0..G => {
                let u = u.load(lanes, U::place(targets[TARGET], block)?, PART);
                unroll!(INPUT in 0..I => {
                    sums[INPUT][TARGET][PART] = lanes.mul_add(vs[INPUT], u, sums[INPUT][TARGET][PART]);
                });
            });
        });
    }
    let mut folded = [[lanes.splat(0.0); G]; I];
    unroll!(INPUT in 0..I => {
        unroll!(TARGET in 0..G => { folded[INPUT][TARGET] = fold_to_register(lanes, sums[INPUT][TARGET]); });
    });
    Some(folded)
}

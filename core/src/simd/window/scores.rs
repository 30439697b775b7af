//! All scores of a window, before anything moves.

use super::{Access, Block, LANES, Lanes, MAX_TARGETS, Table};
use crate::simd::dot::{Registers, fold_to_register};

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
    if V::ONE_BLOCK && U::ONE_BLOCK && L::TILE == 1 {
        return of_one_block(lanes, v, u, inputs, targets, out);
    }
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
        let mut us = [lanes.splat(0.0); LANES];
        for (part, u_part) in us.iter_mut().enumerate().take(L::PARTS) {
            *u_part = u.load(lanes, place, part);
        }
        for (&input, out) in inputs.iter().zip(out.rows_mut()) {
            let place = V::place(input, 0)?;
            let mut products = [lanes.splat(0.0); LANES];
            for ((part, product), u) in products.iter_mut().enumerate().zip(us).take(L::PARTS) {
                *product = lanes.mul(v.load(lanes, place, part), u);
            }
            *out.get_mut(j)? = lanes.sum(fold_to_register(lanes, products));
        }
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

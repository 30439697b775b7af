//! The two rank updates, taken together while the rows are in registers.
#![allow(clippy::indexing_slicing)] // An index here is a constant below the constant length of its array.

use super::{Access, LANES, Lanes, Row};
use crate::simd::unroll::unroll;

/// Moves all rows: `v_i += Σ_j e_ij u_j` and `u_j += Σ_i e_ij v_i`, both from the rows as they were.
#[inline(always)]
pub(super) fn make<L: Lanes, V: Access, U: Access, const J: usize>(
    lanes: L,
    v: &mut V,
    u: &mut U,
    inputs: &[V::Row],
    targets: &[U::Row; J],
    errors: &[Row],
    dim: usize,
) -> Option<()> {
    for block in 0..dim.div_ceil(LANES) {
        for part in 0..L::PARTS {
            if block * LANES + part * L::WIDTH < dim {
                make_part(lanes, v, u, inputs, targets, errors, (block, part))?;
            }
        }
    }
    Some(())
}

/// [`make`] for register `part` of `block`.
#[inline(always)]
fn make_part<L: Lanes, V: Access, U: Access, const J: usize>(
    lanes: L,
    v: &mut V,
    u: &mut U,
    inputs: &[V::Row],
    targets: &[U::Row; J],
    errors: &[Row],
    (block, part): (usize, usize),
) -> Option<()> {
    let (mut us, mut moves) = ([lanes.splat(0.0); J], [lanes.splat(0.0); J]);
    unroll!(TARGET in 0..J => { us[TARGET] = u.load(lanes, U::place(targets[TARGET], block)?, part); });
    let errors = errors.get(..inputs.len())?;
    for (i, &input) in inputs.iter().enumerate() {
        let errors = errors.get(i)?;
        let place = V::place(input, block)?;
        let before = v.load(lanes, place, part);
        let mut after = before;
        unroll!(TARGET in 0..J => {
            let error = lanes.splat(errors[TARGET]);
            after = lanes.mul_add(error, us[TARGET], after);
            moves[TARGET] = lanes.mul_add(error, before, moves[TARGET]);
        });
        v.store(lanes, after, place, part);
    }
    // Read again before adding: a target that was drawn twice has already moved once.
    unroll!(TARGET in 0..J => {
        let place = U::place(targets[TARGET], block)?;
        let now = u.load(lanes, place, part);
        u.store(lanes, lanes.add(now, moves[TARGET]), place, part);
    });
    Some(())
}

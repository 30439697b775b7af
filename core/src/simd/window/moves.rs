//! The two rank updates, taken together while the rows are in registers.

use super::{Access, LANES, Lanes, Row};

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
    let mut us = [lanes.splat(0.0); J];
    for (register, &target) in us.iter_mut().zip(targets) {
        *register = u.load(lanes, U::place(target, block)?, part);
    }
    let mut moves = [lanes.splat(0.0); J];
    for (&input, errors) in inputs.iter().zip(errors) {
        let place = V::place(input, block)?;
        let before = v.load(lanes, place, part);
        let mut after = before;
        for ((&error, u), moved) in errors.iter().zip(&us).zip(&mut moves) {
            let error = lanes.splat(error);
            after = lanes.mul_add(error, *u, after);
            *moved = lanes.mul_add(error, before, *moved);
        }
        v.store(lanes, after, place, part);
    }
    // Read again before adding: a target that was drawn twice has already moved once.
    for (&target, moved) in targets.iter().zip(moves) {
        let place = U::place(target, block)?;
        let now = u.load(lanes, place, part);
        u.store(lanes, lanes.add(now, moved), place, part);
    }
    Some(())
}

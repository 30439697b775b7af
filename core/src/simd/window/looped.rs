//! The window update in loops over inputs and targets, for devices whose settings are known only when they run: a tenth
//! of the code of all shapes written out.

use super::super::{Kernel, Lanes};
use super::{
    Access, LANES, MAX_INPUTS, MAX_TARGETS, MAX_WINDOW, Pairs, Row, Shapes, Table, WindowError, WindowUpdate, errors,
    scores,
};
use crate::model::RowsMut;

/// A [`WindowUpdate`] of any shape, a [`Kernel`] that is compiled once for all of them. It leaves the same bits, and
/// takes longer.
#[derive(Debug)]
pub struct LoopedWindow<'a, V, U>(pub WindowUpdate<'a, V, U>);

impl<V: RowsMut<Component = f32>, U: RowsMut<Component = f32>> Kernel for LoopedWindow<'_, V, U> {
    type Output = Result<f32, WindowError>;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> Result<f32, WindowError> {
        self.0.compiled_for(Looped, lanes)
    }
}

struct Looped;

impl Shapes for Looped {
    const MAX_INPUTS: usize = MAX_INPUTS;

    #[inline(always)]
    fn update<L: Lanes, V: Access, U: Access>(
        self,
        pairs: &Pairs<'_>,
        lanes: L,
        v: V,
        u: U,
    ) -> Result<f32, WindowError> {
        if pairs.targets.len() > MAX_TARGETS {
            return Err(WindowError::TooLarge);
        }
        step(pairs, lanes, v, u).ok_or(WindowError::NoSuchRow)
    }
}

#[inline(always)]
fn step<L: Lanes, V: Access, U: Access>(pairs: &Pairs<'_>, lanes: L, mut v: V, mut u: U) -> Option<f32> {
    let (mut v_rows, mut u_rows) = ([[V::NONE; 2]; MAX_WINDOW], [U::NONE; MAX_TARGETS]);
    let (inputs, blocks) = pairs.find(&v, &u, pairs.targets, &mut v_rows, &mut u_rows)?;
    let targets = u_rows.get(..pairs.targets.len())?;
    let mut table = Table::<MAX_WINDOW>::ZEROS;
    for (scores, &input) in table.rows_mut().iter_mut().zip(inputs) {
        for (score, &target) in scores.iter_mut().zip(targets) {
            *score = scores::of_pair(lanes, (&v, input), (&u, target), blocks)?;
        }
    }
    let loss = match pairs.with_loss {
        true => errors::loss(table.rows(inputs.len()), targets.len(), pairs.labels),
        false => 0.0,
    };
    // What has no target is not looked at again.
    errors::take::<L, MAX_WINDOW, MAX_TARGETS>(lanes, &mut table, inputs.len(), pairs.labels, pairs.rate);
    for block in 0..blocks {
        for part in 0..L::PARTS {
            if block * LANES + part * L::WIDTH < pairs.dim {
                move_part(lanes, &mut v, &mut u, inputs, targets, table.rows(inputs.len()), (block, part))?;
            }
        }
    }
    Some(loss)
}

/// Moves register `part` of `block` of all rows, as [`moves`](super::moves) does.
#[inline(always)]
fn move_part<L: Lanes, V: Access, U: Access>(
    lanes: L,
    v: &mut V,
    u: &mut U,
    inputs: &[V::Row],
    targets: &[U::Row],
    errors: &[Row],
    (block, part): (usize, usize),
) -> Option<()> {
    let mut moves = [lanes.splat(0.0); MAX_TARGETS];
    for (&input, errors) in inputs.iter().zip(errors) {
        let place = V::place(input, block)?;
        let before = v.load(lanes, place, part);
        let mut after = before;
        for ((&target, &error), moved) in targets.iter().zip(errors).zip(&mut moves) {
            let error = lanes.splat(error);
            after = lanes.mul_add(error, u.load(lanes, U::place(target, block)?, part), after);
            *moved = lanes.mul_add(error, before, *moved);
        }
        v.store(lanes, after, place, part);
    }
    for (&target, &moved) in targets.iter().zip(&moves) {
        let place = U::place(target, block)?;
        let now = u.load(lanes, place, part);
        u.store(lanes, lanes.add(now, moved), place, part);
    }
    Some(())
}

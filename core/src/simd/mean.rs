//! The mean of some rows, and how what has moved it moves them: what CBOW, and rows made of other rows, need around an
//! update.

use super::access::{Access, Ragged, Whole};
use super::{Kernel, LANES, Lanes, MAX_INPUTS, WindowError, updates};
use crate::model::RowsMut;

/// The rows of the room: the mean, and a copy of it that stays.
pub(crate) const MEAN: usize = 0;
pub(crate) const BEFORE: usize = 1;

/// What is done with rows of a matrix and room for their mean, the first two rows of a matrix with rows as long.
#[derive(Clone, Copy)]
pub(crate) enum Act {
    /// Puts the mean into both rows of the room: the sum of the rows, in turn, times `part`.
    Mean,
    /// Adds to each row what has moved the mean since then, times `part`.
    Return,
}

/// An [`Act`] on `rows` of `v`.
pub(crate) struct Composed<'a, V, R> {
    pub(crate) act: Act,
    pub(crate) v: &'a mut V,
    pub(crate) rows: [&'a [u32]; 2],
    pub(crate) room: &'a mut R,
    pub(crate) part: f32,
}

impl<V: RowsMut<Component = f32>, R: RowsMut<Component = f32>> Kernel for Composed<'_, V, R> {
    type Output = Result<(), WindowError>;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> Self::Output {
        let Self { act, v, rows, room, part } = self;
        let len = v.row(0).map_or(0, <[f32]>::len);
        for row in [MEAN, BEFORE] {
            match room.row(row) {
                Some(row) if row.len() == len => {}
                Some(_) => return Err(WindowError::UnequalRows),
                None => return Err(WindowError::NoSuchRow),
            }
        }
        let sizes = (len.div_ceil(LANES), part);
        let done = if const { V::WHOLE_BLOCKS && R::WHOLE_BLOCKS } {
            let (v, room) = (Whole::new(v.as_blocks_mut(), sizes.0), Whole::new(room.as_blocks_mut(), sizes.0));
            act.on(lanes, v, rows, room, sizes)
        } else {
            act.on(lanes, Ragged(v), rows, Ragged(room), sizes)
        };
        done.ok_or(WindowError::NoSuchRow)
    }
}

impl Act {
    #[inline(always)]
    fn on<L: Lanes, V: Access, R: Access>(
        self,
        lanes: L,
        v: V,
        rows: [&[u32]; 2],
        room: R,
        sizes: (usize, f32),
    ) -> Option<()> {
        match self {
            Self::Mean => mean(lanes, v, rows, room, sizes),
            Self::Return => hand_back(lanes, v, rows, room, sizes),
        }
    }
}

#[inline(always)]
fn mean<L: Lanes, V: Access, R: Access>(
    lanes: L,
    v: V,
    rows: [&[u32]; 2],
    mut room: R,
    (blocks, part): (usize, f32),
) -> Option<()> {
    let (mean, before, part) = (room.row(MEAN as u32)?, room.row(BEFORE as u32)?, lanes.splat(part));
    let [left, right] = rows.map(<[u32]>::len);
    let mut summed = 0;
    for rows in updates(rows) {
        let mut found = [V::NONE; MAX_INPUTS];
        let found = find(&v, rows, blocks, &mut found)?;
        let is_first = summed == 0;
        summed += found.len();
        let is_last = summed == left + right;
        for block in 0..blocks {
            let (mean, before) = (R::place(mean, block)?, R::place(before, block)?);
            for register in 0..L::PARTS {
                let mut sum = if is_first { lanes.splat(0.0) } else { room.load(lanes, mean, register) };
                for &row in found {
                    sum = lanes.add(sum, v.load(lanes, V::place(row, block)?, register));
                }
                if is_last {
                    sum = lanes.mul(part, sum);
                    room.store(lanes, sum, before, register);
                }
                room.store(lanes, sum, mean, register);
            }
        }
    }
    Some(())
}

#[inline(always)]
fn find<'f, A: Access>(
    access: &A,
    [left, right]: [&[u32]; 2],
    blocks: usize,
    found: &'f mut [A::Row; MAX_INPUTS],
) -> Option<&'f [A::Row]> {
    for (place, &row) in found.iter_mut().zip(left.iter().chain(right)) {
        *place = A::front(access.row(row)?, blocks)?;
    }
    found.get(..left.len() + right.len())
}

#[inline(always)]
fn hand_back<L: Lanes, V: Access, R: Access>(
    lanes: L,
    mut v: V,
    rows: [&[u32]; 2],
    room: R,
    (blocks, part): (usize, f32),
) -> Option<()> {
    let (mean, before, part) = (room.row(MEAN as u32)?, room.row(BEFORE as u32)?, lanes.splat(part));
    for rows in updates(rows) {
        let mut found = [V::NONE; MAX_INPUTS];
        let found = find(&v, rows, blocks, &mut found)?;
        for block in 0..blocks {
            let (mean, before) = (R::place(mean, block)?, R::place(before, block)?);
            for register in 0..L::PARTS {
                let (after, before) = (room.load(lanes, mean, register), room.load(lanes, before, register));
                let moved = lanes.mul(part, lanes.sub(after, before));
                for &row in found {
                    let place = V::place(row, block)?;
                    v.store(lanes, lanes.add(v.load(lanes, place, register), moved), place, register);
                }
            }
        }
    }
    Some(())
}

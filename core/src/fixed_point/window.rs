//! The window update in integers.

use super::rate::Rate;
use super::sigmoid::{loss, sigmoid};
use super::{FRACTION, Q15, SCORE_FRACTION, UNIT};
use crate::model::{Component, RowsMut};
use crate::simd::{LANES, MAX_INPUTS, MAX_TARGETS, WindowError, WindowUpdate};

/// Sixteen numbers of a row, or sums for them.
type Block = [i32; LANES];

/// The longest rows: more products than of these would not fit into a score.
pub const MAX_DIM: usize = 1024;

/// Takes the step of `update` with at most 2·`WINDOW` inputs, and exactly `J` targets.
#[inline(never)]
pub(crate) fn step<V: RowsMut, U: RowsMut, const WINDOW: usize, const J: usize>(
    update: WindowUpdate<'_, V, U>,
) -> Result<f32, WindowError> {
    const { assert!(2 * WINDOW <= MAX_INPUTS && J <= MAX_TARGETS, "more than one update takes") };
    let WindowUpdate { v, u, inputs: [left, right], targets, labels, rate, with_loss } = update;
    let count = left.len().saturating_add(right.len());
    let targets: &[u32; J] = targets.try_into().map_err(|_| WindowError::TooLarge)?;
    if count > 2 * WINDOW || v.dim() > MAX_DIM {
        return Err(WindowError::TooLarge);
    }
    if v.dim() != u.dim() {
        return Err(WindowError::UnequalRows);
    }
    let mut inputs = [[0; 2]; WINDOW];
    let inputs = inputs.as_flattened_mut();
    inputs.iter_mut().zip(left.iter().chain(right)).for_each(|(to, from)| *to = *from);
    let inputs = inputs.get(..count).unwrap_or_default();
    if !(inputs.iter().all(|&row| (row as usize) < v.rows()) && targets.iter().all(|&row| (row as usize) < u.rows())) {
        return Err(WindowError::NoSuchRow);
    }

    let (mut vs, mut us) = ([[[0; LANES]; 2]; WINDOW], [[0; LANES]; J]);
    // What input i has with each target j, at `[i][j]`: first the score, then the error.
    let mut table = [[[0; J]; 2]; WINDOW];
    let blocks = v.dim().div_ceil(LANES);
    for block in 0..blocks {
        gather(v, inputs, block, vs.as_flattened_mut());
        gather(u, targets, block, &mut us);
        for (scores, v) in table.as_flattened_mut().iter_mut().take(count).zip(vs.as_flattened()) {
            for (score, u) in scores.iter_mut().zip(&us) {
                *score += dot(v, u);
            }
        }
    }
    let loss = if with_loss { total_loss(table.as_flattened().get(..count).unwrap_or_default(), labels) } else { 0.0 };

    let rate = Rate::new(rate);
    let mut seed = inputs.iter().chain(targets).fold(0, |seed, &row| stir(seed, row));
    // The same errors, at `[j][i]`.
    let mut turned = [[[0; 2]; WINDOW]; J];
    for (i, scores) in table.as_flattened_mut().iter_mut().take(count).enumerate() {
        let mut labels = labels;
        for (score, turned) in scores.iter_mut().zip(&mut turned) {
            seed = stir(seed, *score as u32);
            let label = if labels & 1 == 1 { UNIT } else { 0 };
            *score = rate.error(label - sigmoid(*score));
            labels >>= 1;
            if let Some(turned) = turned.as_flattened_mut().get_mut(i) {
                *turned = *score;
            }
        }
    }
    let (mut cut, mut sums) = (Cut::new(rate.shift, seed), [0; LANES]);
    for block in 0..blocks {
        if blocks > 1 {
            gather(v, inputs, block, vs.as_flattened_mut());
            gather(u, targets, block, &mut us);
        }
        for (errors, &input) in table.as_flattened().iter().zip(inputs) {
            combine(errors, &us, &mut sums);
            cut.cut(&mut sums);
            move_block(v, input, block, &sums);
        }
        let vs = vs.as_flattened().get(..count).unwrap_or_default();
        for (errors, &target) in turned.iter().zip(targets) {
            combine(errors.as_flattened(), vs, &mut sums);
            cut.cut(&mut sums);
            move_block(u, target, block, &sums);
        }
    }
    Ok(loss)
}

/// Reads a block of each of the rows `indices`.
#[inline(always)]
fn gather<M: RowsMut>(matrix: &M, indices: &[u32], block: usize, out: &mut [Block]) {
    for (out, &index) in out.iter_mut().zip(indices) {
        let (blocks, tail) = matrix.row(index as usize).unwrap_or_default().as_chunks::<LANES>();
        match blocks.get(block) {
            Some(block) => out.iter_mut().zip(block).for_each(|(out, x)| *out = bits(*x)),
            None => {
                *out = [0; LANES];
                out.iter_mut().zip(tail).for_each(|(out, x)| *out = bits(*x));
            }
        }
    }
}

/// What a block adds to a score.
///
/// Numbers are less than 2^15 in magnitude, and so products less than 2^30, and sums of two less than 2^31. These are
/// shifted by 9, and there are at most 512 of them in a row: less than 2^31.
#[inline(always)]
fn dot(a: &Block, b: &Block) -> i32 {
    const SHIFT: u32 = 2 * FRACTION - SCORE_FRACTION;
    const { assert!(MAX_DIM / 2 <= 1 << SHIFT) };
    let pairs = a.as_chunks::<2>().0.iter().zip(b.as_chunks::<2>().0);
    pairs.map(|(a, b)| (a[0] * b[0] + a[1] * b[1]) >> SHIFT).sum()
}

/// Σ error · row.
///
/// Errors are at most 2^11 in magnitude, numbers less than 2^15, and there are at most 16: less than 2^30.
#[inline(always)]
fn combine(errors: &[i32], rows: &[Block], sums: &mut Block) {
    // Two at a time: the sums are read and written half as often.
    for (pair, (rows, errors)) in rows.chunks(2).zip(errors.chunks(2)).enumerate() {
        match (rows, errors) {
            ([one, other], [error, other_error]) if pair == 0 => set(sums, one, *error, other, *other_error),
            ([one, other], [error, other_error]) => add(sums, one, *error, other, *other_error),
            ([row, ..], [error, ..]) if pair == 0 => set(sums, row, *error, row, 0),
            ([row, ..], [error, ..]) => add(sums, row, *error, row, 0),
            _ => {}
        }
    }
}

// Not inlined: a Cortex-M0 then has registers for them.

#[inline(never)]
fn set(sums: &mut Block, one: &Block, error: i32, other: &Block, other_error: i32) {
    for ((sum, &one), &other) in sums.iter_mut().zip(one).zip(other) {
        *sum = one * error + other * other_error;
    }
}

#[inline(never)]
fn add(sums: &mut Block, one: &Block, error: i32, other: &Block, other_error: i32) {
    for ((sum, &one), &other) in sums.iter_mut().zip(one).zip(other) {
        *sum += one * error + other * other_error;
    }
}

/// Moves a block of a row.
#[inline(always)]
fn move_block<M: RowsMut>(matrix: &mut M, index: u32, block: usize, moves: &Block) {
    let (blocks, tail) = matrix.row_mut(index as usize).unwrap_or_default().as_chunks_mut::<LANES>();
    match blocks.get_mut(block) {
        Some(block) => add_block(block, moves),
        None => tail.iter_mut().zip(moves).for_each(|(x, by)| *x = moved(*x, *by)),
    }
}

#[inline(never)]
fn add_block<C: Component>(block: &mut [C; LANES], moves: &Block) {
    block.iter_mut().zip(moves).for_each(|(x, by)| *x = moved(*x, *by));
}

#[inline(always)]
fn moved<C: Component>(x: C, by: i32) -> C {
    C::from_q15(Q15::saturating(bits(x) + by))
}

#[inline(always)]
fn bits<C: Component>(x: C) -> i32 {
    x.to_q15().to_bits().into()
}

/// Cuts sums to `shift` fewer bits, 1 ..= 30. What it adds before, in place of a half, is a dither: so moves of less
/// than a half do not vanish, but come as often as they are large.
///
/// The first dither comes from which rows a step takes and what they score, which is as good as random; the next are
/// those of Weyl's sequence, which lie evenly. So there is no state to keep.
struct Cut {
    shift: u32,
    mask: u32,
    step: u32,
    dither: u32,
}

impl Cut {
    fn new(shift: u32, seed: u32) -> Self {
        // 2^32 / φ
        let dither = |number: u32| number >> (32 - shift);
        Self { shift, mask: (1 << shift) - 1, step: dither(0x9E37_79B9) | 1, dither: dither(seed) }
    }

    /// Sums are less than 2^30 in magnitude, and so is a dither: less than 2^31.
    #[inline(never)]
    fn cut(&mut self, sums: &mut Block) {
        let Self { shift, mask, step, mut dither } = *self;
        for sum in sums {
            dither = (dither + step) & mask;
            *sum = (*sum + dither as i32) >> shift;
        }
        self.dither = dither;
    }
}

/// A number that depends on all that were stirred in.
fn stir(seed: u32, number: u32) -> u32 {
    (seed ^ number).wrapping_mul(0x85EB_CA6B)
}

/// J = −Σ_j log σ(±s_ij), + where the label is 1, summed over the inputs (eq. 9, 22).
fn total_loss<const J: usize>(table: &[[i32; J]], labels: u8) -> f32 {
    let mut sum = 0_i32;
    for scores in table {
        for (j, &score) in scores.iter().enumerate() {
            sum = sum.saturating_add(loss(if labels >> j & 1 == 1 { score } else { -score }));
        }
    }
    sum as f32 * (1.0 / UNIT as f32)
}

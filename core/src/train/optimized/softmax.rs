//! Training by naive softmax (eq. 5–8, 14), for small vocabularies.

use super::descent::{add_scaled, mask_block, masked};
use super::{Masks, Prediction, RowOptimizer, Shape};
use crate::math::{log_sum_exp, softmax};
use crate::model::RowsMut;
use crate::optim::{read_block, write_block};
use crate::sample::Objective;
use crate::simd::{Block, Dot, Kernel, LANES, Lanes, Machine, WindowError};

/// A [`Shape`] that takes steps on the naive softmax loss: all words are targets, and no negatives are drawn.
///
/// A step descends J(v_c, w_{t−m}..w_{t+m}, U) of one center (eq. 6, 14) by its sum of gradients (eq. 7, 8): the
/// center's row moves, and every row of U. All outside words of a window share one softmax, so a step costs
/// O(|Vocab|·D), whatever the window.
#[derive(Debug)]
pub struct Softmax<V, U, R, D = ()> {
    window: u32,
    center: V,
    outside: U,
    /// Room for one number per word.
    errors: R,
    /// Room for two rows, padding included: v_c as the loss sees it, and its gradient.
    rows: R,
    dropout: D,
}

impl<V: RowOptimizer, U: RowOptimizer, R: AsMut<[f32]>, D: Masks> Softmax<V, U, R, D> {
    /// A window of half-width `window`, and the optimizers of both matrices; `dropout` is `()` or
    /// [`InputDropout`](super::InputDropout) with room for a row.
    ///
    /// `errors` has room for |Vocab| numbers, and `rows` for 2·D, or twice the length of padded rows. Without room,
    /// steps are refused.
    pub const fn new(window: u32, center: V, outside: U, errors: R, rows: R, dropout: D) -> Self {
        Self { window, center, outside, errors, rows, dropout }
    }
}

impl<V: RowOptimizer, U: RowOptimizer, R: AsMut<[f32]>, D: Masks> Shape for Softmax<V, U, R, D> {
    type Targets = ();

    fn window(&self) -> u32 {
        self.window
    }

    fn targets(&self) {}

    fn center_predicts(&self) -> bool {
        true
    }

    #[inline(always)]
    fn predict<M: Machine, MV: RowsMut<Component = f32>, MU: RowsMut<Component = f32>, O: Objective>(
        &mut self,
        machine: M,
        prediction: Prediction<'_, MV, MU, O>,
        _targets: &mut (),
    ) -> Result<f32, WindowError> {
        let Prediction { v, u, hidden, truths: [left, right], rate, with_loss, .. } = prediction;
        let [&[hidden], []] = hidden else { return Err(WindowError::TooLarge) };
        if left.is_empty() && right.is_empty() {
            // No pair, no gradient, no step.
            return Ok(0.0);
        }
        let len = u.row(0).map_or(0, <[f32]>::len);
        let row = v.row(hidden as usize).ok_or(WindowError::NoSuchRow)?;
        if row.len() != len {
            return Err(WindowError::UnequalRows);
        }
        if left.iter().chain(right).any(|&outside| outside as usize >= u.rows()) {
            return Err(WindowError::NoSuchRow);
        }
        self.dropout.draw(1, v.dim(), len).ok_or(WindowError::TooLarge)?;
        let errors = self.errors.as_mut().get_mut(..u.rows()).ok_or(WindowError::TooLarge)?;
        let (seen, gradient) = self.rows.as_mut().split_at_mut_checked(len).ok_or(WindowError::TooLarge)?;
        let gradient = gradient.get_mut(..len).ok_or(WindowError::TooLarge)?;

        machine.enter(Seen { row, mask: self.dropout.mask(0), seen: &mut *seen });
        machine.enter(Scores { v_c: seen, u: &*u, scores: errors });
        let words = (left.len() + right.len()) as f32;
        let mut loss = 0.0;
        if with_loss {
            loss = words * log_sum_exp(errors); // eq. 6
            for &outside in left.iter().chain(right) {
                loss -= errors.get(outside as usize).copied().unwrap_or_default();
            }
        }
        softmax(errors); // ŷ, eq. 5
        for error in errors.iter_mut() {
            *error *= words;
        }
        for &outside in left.iter().chain(right) {
            if let Some(error) = errors.get_mut(outside as usize) {
                *error -= 1.0; // Σ (ŷ − y)
            }
        }
        gradient.fill(0.0);
        let (errors, optimizer) = (&*errors, &mut self.outside);
        let moved = machine.enter(Outside { v_c: seen, u, errors, optimizer, rate, gradient });
        moved.ok_or(WindowError::NoSuchRow)?;
        let (mask, optimizer) = (self.dropout.mask(0), &mut self.center);
        let row = v.row_mut(hidden as usize).ok_or(WindowError::NoSuchRow)?;
        let moved = machine.enter(Center { row, mask, gradient, optimizer, center: hidden, rate });
        moved.map(|()| loss).ok_or(WindowError::NoSuchRow)
    }
}

/// A row as the loss sees it.
struct Seen<'a> {
    row: &'a [f32],
    mask: Option<&'a [f32]>,
    seen: &'a mut [f32],
}

impl Kernel for Seen<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        for block in 0..self.seen.len().div_ceil(LANES) {
            write_block(self.seen, block, &masked(lanes, self.row, self.mask, block));
        }
    }
}

/// The scores of all words.
struct Scores<'a, M> {
    v_c: &'a [f32],
    u: &'a M,
    scores: &'a mut [f32],
}

impl<M: RowsMut<Component = f32>> Kernel for Scores<'_, M> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        for (w, score) in self.scores.iter_mut().enumerate() {
            *score = Dot { a: self.v_c, b: self.u.row(w).unwrap_or_default() }.run(lanes);
        }
    }
}

/// Steps every row of U, and sums up the gradient of v_c from the rows before their steps.
struct Outside<'a, M, O> {
    v_c: &'a [f32],
    u: &'a mut M,
    errors: &'a [f32],
    optimizer: &'a mut O,
    rate: f32,
    gradient: &'a mut [f32],
}

impl<M: RowsMut<Component = f32>, O: RowOptimizer> Kernel for Outside<'_, M, O> {
    type Output = Option<()>;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> Option<()> {
        let Self { v_c, u, errors, optimizer, rate, gradient } = self;
        for (w, &error) in errors.iter().enumerate() {
            let step = optimizer.begin(w as u32, rate)?;
            let row = u.row_mut(w)?;
            for block in 0..row.len().div_ceil(LANES) {
                let mut u_w = read_block(row, block);
                let mut by_v_c = read_block(gradient, block);
                add_scaled(lanes, error, &u_w, &mut by_v_c); // eq. 7
                write_block(gradient, block, &by_v_c);
                let mut by_u_w: Block = [0.0; LANES];
                add_scaled(lanes, error, &read_block(v_c, block), &mut by_u_w); // eq. 8
                optimizer.block(lanes, &step, block, &by_u_w, &mut u_w)?;
                write_block(row, block, &u_w);
            }
        }
        Some(())
    }
}

/// Steps the center's row.
struct Center<'a, O> {
    row: &'a mut [f32],
    mask: Option<&'a [f32]>,
    gradient: &'a [f32],
    optimizer: &'a mut O,
    center: u32,
    rate: f32,
}

impl<O: RowOptimizer> Kernel for Center<'_, O> {
    type Output = Option<()>;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> Option<()> {
        let Self { row, mask, gradient, optimizer, center, rate } = self;
        let step = optimizer.begin(center, rate)?;
        for block in 0..row.len().div_ceil(LANES) {
            let (mut v_c, mut g) = (read_block(row, block), read_block(gradient, block));
            if let Some(mask) = mask {
                mask_block(lanes, mask, block, &mut g);
            }
            optimizer.block(lanes, &step, block, &g, &mut v_c)?;
            write_block(row, block, &v_c);
        }
        Some(())
    }
}

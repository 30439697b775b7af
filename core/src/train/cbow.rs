//! CBOW: the mean of the window predicts its center (eq. 21).

use super::{Prediction, Shape, Step};
use crate::model::{Rows, RowsMut};
use crate::optim::{RowOptimizer, read_block, write_block};
use crate::sample::Objective;
use crate::simd::{Kernel, LANES, Lanes, Machine, WindowError};

/// How much of the gradient of the hidden vector each word of a window of n words takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum CbowGradient {
    /// The n-th part: the gradient of the loss (eq. 21; İrsoy, Benton and Stratos 2021).
    #[default]
    True,
    /// All of it, as in word2vec.c, gensim and fastText. It is not the gradient of any loss.
    Word2vec,
}

/// A [`Shape`] whose one hidden vector is the mean of the window's rows.
///
/// The mean is made in a row of its own, and steps as any hidden vector does, by the step of `shape`; what moved it then
/// moves the rows.
///
/// With plain steps ([`Dynamic`](super::Dynamic), [`Fixed`](super::Fixed)) `optimizer` is
/// [`Subtract`](crate::optim::Subtract). An optimizer that has state for the rows of V stands here, and `shape` is
/// [`Optimized`](super::Optimized) or [`Softmax`](super::Softmax) with `Subtract` for the hidden vector.
#[derive(Debug)]
pub struct Cbow<S, O, R> {
    shape: S,
    optimizer: O,
    room: R,
    gradient: CbowGradient,
}

impl<S: Shape, O: RowOptimizer, R: RowsMut> Cbow<S, O, R> {
    /// Steps of `shape`, with `room` for two rows that are as long as those of the model. Without room, steps are
    /// refused.
    pub const fn new(shape: S, optimizer: O, room: R, gradient: CbowGradient) -> Self {
        Self { shape, optimizer, room, gradient }
    }
}

/// The rows of the room: the hidden vector, and what it was before the step.
const HIDDEN: usize = 0;
const BEFORE: usize = 1;
/// Where the mean is summed up.
const SUM: usize = HIDDEN;

impl<S: Shape, O: RowOptimizer, R: RowsMut> Shape for Cbow<S, O, R> {
    type Targets = S::Targets;

    #[inline(always)]
    fn window(&self) -> u32 {
        self.shape.window()
    }

    #[inline(always)]
    fn targets(&self) -> Self::Targets {
        self.shape.targets()
    }

    #[inline(always)]
    fn pairs(&self, words: usize) -> usize {
        words.min(1)
    }

    #[inline(always)]
    fn predict<M: Machine, V: RowsMut, U: RowsMut, N: Objective>(
        &mut self,
        machine: M,
        prediction: Prediction<'_, V, U, N>,
        targets: &mut Self::Targets,
    ) -> Result<f32, WindowError> {
        let Self { shape, optimizer, room, gradient } = self;
        let Prediction { v, u, objective, hidden: words, truths, rate, with_loss } = prediction;
        let [left, right] = words;
        let count = left.len() + right.len();
        if count == 0 {
            // No pair, no gradient, no step.
            return Ok(0.0);
        }
        let part = 1.0 / count as f32;
        machine.enter(Mean { v: &*v, words, part, room: &mut *room })?;
        let hidden = [&[HIDDEN as u32][..], &[]];
        let step = Prediction { v: &mut *room, u, objective, hidden, truths, rate, with_loss };
        let loss = shape.predict(machine, step, targets)?;
        let part = if *gradient == CbowGradient::True { part } else { 1.0 };
        let moved = machine.enter(Return { v, words, part, room, optimizer, rate });
        moved.map(|()| loss).ok_or(WindowError::NoSuchRow)
    }

    #[inline(always)]
    fn take<M: Machine, V: RowsMut, U: RowsMut, N: Objective>(
        &mut self,
        machine: M,
        step: Step<'_, V, U, N>,
        targets: &mut Self::Targets,
    ) -> Result<f32, WindowError> {
        let Step { model, objective, left, center, right, rate, with_loss } = step;
        let (v, u, hidden, center) = (&mut model.center, &mut model.outside, [left, right], [center]);
        let truths = [&center[..], &[]];
        self.predict(machine, Prediction { v, u, objective, hidden, truths, rate, with_loss }, targets)
    }
}

/// Both rows of `room` become the mean of rows of `v`: their sum, in turn, times `part`.
struct Mean<'a, V, R> {
    v: &'a V,
    words: [&'a [u32]; 2],
    part: f32,
    room: &'a mut R,
}

impl<V: Rows, R: RowsMut> Kernel for Mean<'_, V, R> {
    type Output = Result<(), WindowError>;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> Self::Output {
        let Self { v, words, part, room } = self;
        let sum = room.row_mut(SUM).ok_or(WindowError::NoSuchRow)?;
        sum.fill(0.0);
        for &word in words.into_iter().flatten() {
            let row = v.row(word as usize).ok_or(WindowError::NoSuchRow)?;
            if row.len() != sum.len() {
                return Err(WindowError::UnequalRows);
            }
            for block in 0..row.len().div_ceil(LANES) {
                let (x, mut now) = (read_block(row, block), read_block(sum, block));
                for part in 0..L::PARTS {
                    lanes.store(lanes.add(lanes.load(&now, part), lanes.load(&x, part)), &mut now, part);
                }
                write_block(sum, block, &now);
            }
        }
        let (part, blocks) = (lanes.splat(part), sum.len().div_ceil(LANES));
        for block in 0..blocks {
            let mut mean = read_block(room.row(SUM).unwrap_or_default(), block);
            for register in 0..L::PARTS {
                lanes.store(lanes.mul(part, lanes.load(&mean, register)), &mut mean, register);
            }
            for row in [HIDDEN, BEFORE] {
                write_block(room.row_mut(row).ok_or(WindowError::NoSuchRow)?, block, &mean);
            }
        }
        Ok(())
    }
}

/// Steps the rows of the words by what moved the hidden vector, times `part`.
struct Return<'a, V, O, R> {
    v: &'a mut V,
    words: [&'a [u32]; 2],
    part: f32,
    room: &'a mut R,
    optimizer: &'a mut O,
    rate: f32,
}

impl<V: RowsMut, O: RowOptimizer, R: RowsMut> Kernel for Return<'_, V, O, R> {
    type Output = Option<()>;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> Option<()> {
        let Self { v, words, part, room, optimizer, rate } = self;
        let blocks = room.row(HIDDEN)?.len().div_ceil(LANES);
        let part = lanes.splat(part);
        for block in 0..blocks {
            let (mut gradient, after) = (read_block(room.row(BEFORE)?, block), read_block(room.row(HIDDEN)?, block));
            for register in 0..L::PARTS {
                let moved = lanes.sub(lanes.load(&gradient, register), lanes.load(&after, register));
                lanes.store(lanes.mul(part, moved), &mut gradient, register);
            }
            write_block(room.row_mut(BEFORE)?, block, &gradient);
        }
        let gradient = room.row(BEFORE)?;
        let [left, right] = words;
        for (place, &word) in left.iter().chain(right).enumerate() {
            let mut times = 1.0;
            if !optimizer.adds() {
                // Each row steps once, against the sum of its gradients.
                if left.iter().chain(right).take(place).any(|&other| other == word) {
                    continue;
                }
                times = left.iter().chain(right).filter(|&&other| other == word).count() as f32;
            }
            let step = optimizer.begin(word, rate)?;
            let row = v.row_mut(word as usize)?;
            for block in 0..blocks {
                let (mut theta, mut gradient) = (read_block(row, block), read_block(gradient, block));
                if times > 1.0 {
                    for register in 0..L::PARTS {
                        let sum = lanes.mul(lanes.splat(times), lanes.load(&gradient, register));
                        lanes.store(sum, &mut gradient, register);
                    }
                }
                optimizer.block(lanes, &step, block, &gradient, &mut theta)?;
                write_block(row, block, &theta);
            }
        }
        Some(())
    }
}

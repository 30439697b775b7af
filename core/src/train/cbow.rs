//! CBOW: the mean of the window predicts its center (eq. 21).

use super::{Prediction, Shape};
use crate::model::RowsMut;
use crate::optim::{RowOptimizer, read_block, write_block};
use crate::sample::Objective;
use crate::simd::{Act, BEFORE, Composed, Kernel, LANES, Lanes, MEAN, Machine, WindowError};

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
/// The mean is made in a row of its own, and steps as any hidden vector does, by the step of `shape`; what moved it
/// then moves the rows.
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

impl<S: Shape, O: RowOptimizer, R: RowsMut<Component = f32>> Cbow<S, O, R> {
    /// Steps of `shape`, with `room` for two rows that are as long as those of the model. Without room, steps are
    /// refused.
    pub const fn new(shape: S, optimizer: O, room: R, gradient: CbowGradient) -> Self {
        Self { shape, optimizer, room, gradient }
    }
}

impl<S: Shape, O: RowOptimizer, R: RowsMut<Component = f32>> Shape for Cbow<S, O, R> {
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
    fn predict<M: Machine, V: RowsMut<Component = f32>, U: RowsMut<Component = f32>, N: Objective>(
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
        let mean = 1.0 / count as f32;
        machine.enter(Composed { act: Act::Mean, v, rows: words, room, part: mean })?;
        let step = Prediction { v: &mut *room, u, objective, hidden: THE_MEAN, truths, rate, with_loss };
        let loss = shape.predict(machine, step, targets)?;
        let part = if *gradient == CbowGradient::True { mean } else { 1.0 };
        if optimizer.adds() {
            machine.enter(Composed { act: Act::Return, v, rows: words, room, part })?;
            return Ok(loss);
        }
        let moved = machine.enter(Descent { v, words, part, room, optimizer, rate });
        moved.map(|()| loss).ok_or(WindowError::NoSuchRow)
    }
}

/// The hidden vectors of a step whose matrix is the room: the mean alone.
pub(super) const THE_MEAN: [&[u32]; 2] = [&[MEAN as u32], &[]];

/// Steps each row of the words once, against the sum of its gradients, which are what moved the mean, times `part`.
struct Descent<'a, V, O, R> {
    v: &'a mut V,
    words: [&'a [u32]; 2],
    part: f32,
    room: &'a mut R,
    optimizer: &'a mut O,
    rate: f32,
}

impl<V: RowsMut<Component = f32>, O: RowOptimizer, R: RowsMut<Component = f32>> Kernel for Descent<'_, V, O, R> {
    type Output = Option<()>;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> Option<()> {
        let Self { v, words: [left, right], part, room, optimizer, rate } = self;
        let (before, after) = (room.row(BEFORE)?, room.row(MEAN)?);
        for (place, &word) in left.iter().chain(right).enumerate() {
            if left.iter().chain(right).take(place).any(|&other| other == word) {
                continue;
            }
            let times = left.iter().chain(right).filter(|&&other| other == word).count() as f32;
            let (step, row, part) =
                (optimizer.begin(word, rate)?, v.row_mut(word as usize)?, lanes.splat(times * part));
            for block in 0..row.len().div_ceil(LANES) {
                let (mut gradient, after) = (read_block(before, block), read_block(after, block));
                let mut theta = read_block(row, block);
                for register in 0..L::PARTS {
                    let moved = lanes.sub(lanes.load(&gradient, register), lanes.load(&after, register));
                    lanes.store(lanes.mul(part, moved), &mut gradient, register);
                }
                optimizer.block(lanes, &step, block, &gradient, &mut theta)?;
                write_block(row, block, &theta);
            }
        }
        Some(())
    }
}

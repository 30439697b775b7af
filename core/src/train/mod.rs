//! Training over a stream of tokens: the walk of the window, and the step at each center.
//!
//! A step is always the same: a few hidden vectors against a few labeled targets. The hidden vectors are the words of
//! the window ([`Dynamic`], [`Fixed`], [`Looped`], [`Sliced`], [`Optimized`], [`Softmax`]), their mean ([`Cbow`]), or
//! words made of n-grams ([`Composed`]); the targets come from an [`Objective`].
//!
//! [`Trainer::sentence`] trains on a whole sentence; [`Stream`] takes tokens one by one, for devices that never hold a
//! sentence. Both call [`Trainer::center`] for each center in turn, with the same draws, so both leave the same bits.
//!
//! As in word2vec.c the half-width of the window is drawn anew for each center, uniformly from 1 ..= m, which weighs
//! near words more; and the window is cut at the ends of the sentence (MATH.md eq. 14).

mod cbow;
mod composed;
mod dynamic;
mod fixed;
mod fixed_point;
mod looped;
mod optimized;
mod sliced;
mod stream;

pub use cbow::{Cbow, CbowGradient};
pub use composed::{Composed, Parts};
pub use dynamic::{Dynamic, MAX_NEGATIVES, ShapeError, Update};
pub use fixed::Fixed;
pub use fixed_point::FixedPoint;
pub use looped::Looped;
pub use optimized::{InputDropout, Masks, Optimized, Softmax};
pub use sliced::Sliced;
pub use stream::{Centers, Stream};

use rand_core::Rng;

use crate::model::{Component, Model, Rows, RowsMut};
use crate::sample::Objective;
use crate::simd::{Machine, WindowError};
use crate::state::State;

/// How far the window reaches, how many targets a step has, and how it is taken: [`Dynamic`] and [`Looped`] say so when
/// the program runs, [`Fixed`] and [`Sliced`] when it is compiled.
///
/// Most train rows of `f32`; with [`Fixed`] and [`Sliced`] rows may be made of any component C.
pub trait Shape<C: Component = f32> {
    /// Room for the targets of a step.
    type Targets;

    /// The half-width m of the window, in words.
    fn window(&self) -> u32;
    /// The room, before the first step.
    fn targets(&self) -> Self::Targets;
    /// Whether a center is the hidden vector that predicts the words of its window. If not, they predict it.
    #[inline(always)]
    fn center_predicts(&self) -> bool {
        false
    }
    /// Over how many pairs of a hidden vector and a true word the loss of a window of so many words is summed.
    #[inline(always)]
    fn pairs(&self, words: usize) -> usize {
        words
    }
    /// Takes a step in which every hidden vector predicts every true word. Gives its loss (eq. 9, 22), or 0 if it was
    /// not asked for.
    ///
    /// # Errors
    /// If a word is not a row of the model, or the step is larger than this shape.
    fn predict<M: Machine, V: RowsMut<Component = C>, U: RowsMut<Component = C>, O: Objective>(
        &mut self,
        machine: M,
        prediction: Prediction<'_, V, U, O>,
        targets: &mut Self::Targets,
    ) -> Result<f32, WindowError>;
    /// Takes the step of one center. Gives its loss, or 0 if it was not asked for.
    ///
    /// # Errors
    /// As [`predict`](Self::predict).
    #[inline(always)]
    fn take<M: Machine, V: RowsMut<Component = C>, U: RowsMut<Component = C>, O: Objective>(
        &mut self,
        machine: M,
        step: Step<'_, V, U, O>,
        targets: &mut Self::Targets,
    ) -> Result<f32, WindowError> {
        let Step { model: Model { center: v, outside: u }, objective, left, center, right, rate, with_loss } = step;
        let center = [center];
        let (window, center) = ([left, right], [&center[..], &[]]);
        let (hidden, truths) = if self.center_predicts() { (center, window) } else { (window, center) };
        self.predict(machine, Prediction { v, u, objective, hidden, truths, rate, with_loss }, targets)
    }
}

/// Hidden vectors, and the words that each of them predicts.
#[derive(Debug)]
pub struct Prediction<'a, V, U, O> {
    /// The matrix of the hidden vectors.
    pub v: &'a mut V,
    /// The matrix of the targets.
    pub u: &'a mut U,
    /// Where the targets of a word come from.
    pub objective: &'a mut O,
    /// Rows of `v`.
    pub hidden: [&'a [u32]; 2],
    /// The words that are true.
    pub truths: [&'a [u32]; 2],
    /// The learning rate.
    pub rate: f32,
    /// Whether to compute the loss.
    pub with_loss: bool,
}

/// One center's step.
#[derive(Debug)]
pub struct Step<'a, V, U, O> {
    /// The parameters that move.
    pub model: &'a mut Model<V, U>,
    /// Where the targets of a word come from.
    pub objective: &'a mut O,
    /// The words of the window to the left of the center.
    pub left: &'a [u32],
    /// The word in the middle.
    pub center: u32,
    /// The words to its right.
    pub right: &'a [u32],
    /// The learning rate.
    pub rate: f32,
    /// Whether to compute the loss.
    pub with_loss: bool,
}

/// A half-width for one center, uniform from 1 ..= `window`. Takes one `u32`.
#[inline(always)]
fn draw_width(window: u32, rng: &mut impl Rng) -> usize {
    // The high half of the product is uniform on 0 .. window.
    1 + ((u64::from(rng.next_u32()) * u64::from(window)) >> 32) as usize
}

/// The loss seen so far, over how many pairs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Loss {
    /// Σ J over the pairs (eq. 9, 22), in nats.
    pub sum: f64,
    /// How many pairs of a hidden vector and a true word it is summed over.
    pub pairs: u64,
}

impl Loss {
    /// J of an average pair; NaN where there is none.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.sum / self.pairs as f64
    }
}

impl State for Loss {
    fn visit(&mut self, visit: &mut dyn FnMut(&mut [u8])) {
        self.sum.visit(visit);
        self.pairs.visit(visit);
    }
}

/// Takes training steps on a model.
///
/// Everything that changes is borrowed from the caller; nothing is allocated.
#[derive(Debug)]
pub struct Trainer<'a, M, V: Rows, U, O, S: Shape<V::Component> = Dynamic> {
    /// The instructions to use, and with them the arithmetic.
    pub machine: M,
    /// The parameters.
    pub model: &'a mut Model<V, U>,
    /// Where the targets of a word come from: a source of negative samples, or a tree.
    pub objective: O,
    shape: S,
    /// The learning rate of the next steps.
    pub rate: f32,
    /// Measure the loss at every so many centers; 0 never does. It costs one logarithm a pair and negative.
    pub loss_every: u32,
    /// The loss that was measured.
    pub loss: Loss,
    /// Centers until the loss is measured again. To go on as if training had never stopped, this goes on too.
    pub until_loss: u32,
    targets: S::Targets,
}

impl<'a, M, V, U, O, S> Trainer<'a, M, V, U, O, S>
where
    M: Machine,
    V: RowsMut,
    U: RowsMut<Component = V::Component>,
    O: Objective,
    S: Shape<V::Component>,
{
    /// A trainer that measures the loss at every center.
    pub fn new(machine: M, model: &'a mut Model<V, U>, objective: O, shape: S, rate: f32) -> Self {
        let (loss, targets) = (Loss::default(), shape.targets());
        Self { machine, model, objective, shape, rate, loss_every: 1, loss, until_loss: 0, targets }
    }

    /// Trains on every center of `tokens`, one sentence in which no word is unknown.
    ///
    /// Takes one `u32` of `widths` a token.
    ///
    /// # Errors
    /// If a token is not a row of the model; the tokens before it have been trained on.
    #[inline(always)]
    pub fn sentence(&mut self, tokens: &[u32], widths: &mut impl Rng) -> Result<(), WindowError> {
        for (position, &center) in tokens.iter().enumerate() {
            let width = draw_width(self.shape.window(), widths);
            let (left, right) = tokens.split_at_checked(position).unwrap_or_default();
            let left = left.get(position.saturating_sub(width)..).unwrap_or_default();
            let right = right.get(1..).unwrap_or_default();
            self.center(left, center, right.get(..width).unwrap_or(right))?;
        }
        Ok(())
    }

    /// Trains on one center and the words to its left and to its right.
    ///
    /// # Errors
    /// If a word is not a row of the model, or there are more words than a [`Fixed`] shape takes.
    #[inline(always)]
    pub fn center(&mut self, left: &[u32], center: u32, right: &[u32]) -> Result<(), WindowError> {
        let with_loss = self.until_loss == 0 && self.loss_every > 0;
        let (model, objective, rate) = (&mut *self.model, &mut self.objective, self.rate);
        let step = Step { model, objective, left, center, right, rate, with_loss };
        let loss = self.shape.take(self.machine, step, &mut self.targets)?;
        if with_loss {
            self.loss.sum += f64::from(loss);
            self.loss.pairs += self.shape.pairs(left.len() + right.len()) as u64;
            self.until_loss = self.loss_every;
        }
        self.until_loss = self.until_loss.saturating_sub(1);
        Ok(())
    }
}

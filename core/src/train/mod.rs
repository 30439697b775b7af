//! Skip-gram with negative sampling over a stream of tokens: the walk of the window, and the step at each center.
//!
//! [`Trainer::sentence`] trains on a whole sentence; [`Stream`] takes tokens one by one, for devices that never hold a sentence.
//! Both call [`Trainer::center`] for each center in turn, with the same draws, so both leave the same bits.
//!
//! As in word2vec.c the half-width of the window is drawn anew for each center, uniformly from 1 ..= m, which weighs
//! near words more; and the window is cut at the ends of the sentence (MATH.md eq. 14).

mod stream;

pub use stream::Stream;

use heapless::Vec;
use rand_core::Rng;

use crate::model::{Model, RowsMut};
use crate::sample::Negatives;
use crate::simd::{Lanes, MAX_INPUTS, MAX_PAIR_TARGETS, MAX_TARGETS, PairUpdate, WindowError, WindowUpdate};

/// The most negative samples a step can take.
pub const MAX_NEGATIVES: usize = MAX_PAIR_TARGETS - 1;

/// How one center's step is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Update {
    /// All words of the window at once, with negatives that they share: [`WindowUpdate`]. Windows of more than
    /// [`MAX_INPUTS`] words, and more than [`MAX_TARGETS`] targets, are taken in several such updates.
    #[default]
    Window,
    /// One (center, outside) pair after the other, each with its own negatives: [`PairUpdate`].
    Pair,
}

/// What stays the same from step to step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Settings {
    window: u32,
    negatives: usize,
    update: Update,
}

/// The settings are outside what training can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum SettingsError {
    /// A window of half-width 0 has no pairs.
    NoWindow,
    /// More than [`MAX_NEGATIVES`] negatives.
    TooManyNegatives,
}

impl core::fmt::Display for SettingsError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::NoWindow => f.write_str("the window must reach at least 1 word to each side"),
            Self::TooManyNegatives => write!(f, "at most {MAX_NEGATIVES} negative samples are possible"),
        }
    }
}

impl core::error::Error for SettingsError {}

impl Settings {
    /// A window of half-width `window` (m) and `negatives` (K) samples.
    ///
    /// # Errors
    /// Where the window is 0, or there are more than [`MAX_NEGATIVES`] negatives.
    pub const fn new(window: u32, negatives: usize, update: Update) -> Result<Self, SettingsError> {
        if window == 0 {
            return Err(SettingsError::NoWindow);
        }
        if negatives > MAX_NEGATIVES {
            return Err(SettingsError::TooManyNegatives);
        }
        Ok(Self { window, negatives, update })
    }

    /// The half-width m of the window, in words.
    #[must_use]
    pub const fn window(&self) -> u32 {
        self.window
    }

    /// The number of negative samples K.
    #[must_use]
    pub const fn negatives(&self) -> usize {
        self.negatives
    }

    /// A half-width for one center, uniform from 1 ..= m. Takes one `u32`.
    #[inline(always)]
    fn draw_width(&self, rng: &mut impl Rng) -> usize {
        // The high half of the product is uniform on 0 .. m.
        1 + ((u64::from(rng.next_u32()) * u64::from(self.window)) >> 32) as usize
    }
}

/// The loss seen so far, over how many pairs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Loss {
    /// Σ J over the pairs (eq. 9), in nats.
    pub sum: f64,
    /// How many pairs of a center and an outside word it is summed over.
    pub pairs: u64,
}

impl Loss {
    /// J of an average pair; NaN where there is none.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.sum / self.pairs as f64
    }
}

/// Takes training steps on a model.
///
/// Everything that changes is borrowed from the caller; nothing is allocated.
#[derive(Debug)]
pub struct Trainer<'a, L, V, U, N> {
    /// The instructions to use, and with them the arithmetic.
    pub lanes: L,
    /// The parameters.
    pub model: &'a mut Model<V, U>,
    /// Where negative samples come from.
    pub negatives: N,
    settings: Settings,
    /// The learning rate of the next steps.
    pub rate: f32,
    /// Measure the loss at every so many centers; 0 never does. It costs one logarithm a pair and negative.
    pub loss_every: u32,
    /// The loss that was measured.
    pub loss: Loss,
    /// Centers until the loss is measured again.
    until_loss: u32,
    /// The targets of a step, as many as the settings say.
    targets: Vec<u32, MAX_PAIR_TARGETS>,
}

impl<'a, L: Lanes, V: RowsMut, U: RowsMut, N: Negatives> Trainer<'a, L, V, U, N> {
    /// A trainer that measures the loss at every center.
    pub fn new(lanes: L, model: &'a mut Model<V, U>, negatives: N, settings: Settings, rate: f32) -> Self {
        let mut targets = Vec::from_array([0; MAX_PAIR_TARGETS]);
        targets.truncate(1 + settings.negatives);
        let loss = Loss::default();
        Self { lanes, model, negatives, settings, rate, loss_every: 1, loss, until_loss: 0, targets }
    }

    /// Trains on every center of `tokens`, one sentence in which no word is unknown.
    ///
    /// Takes one `u32` of `widths` a token.
    ///
    /// # Errors
    /// Where a token is no row of the model; the tokens before it have been trained on.
    #[inline(always)]
    pub fn sentence(&mut self, tokens: &[u32], widths: &mut impl Rng) -> Result<(), WindowError> {
        for (position, &center) in tokens.iter().enumerate() {
            let width = self.settings.draw_width(widths);
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
    /// Where a word is no row of the model.
    #[inline(always)]
    pub fn center(&mut self, left: &[u32], center: u32, right: &[u32]) -> Result<(), WindowError> {
        let with_loss = self.until_loss == 0 && self.loss_every > 0;
        let loss = match self.settings.update {
            Update::Window => self.window(left, center, right, with_loss)?,
            Update::Pair => self.pairs(left, center, right, with_loss)?,
        };
        if with_loss {
            self.loss.sum += f64::from(loss);
            self.loss.pairs += (left.len() + right.len()) as u64;
            self.until_loss = self.loss_every;
        }
        self.until_loss = self.until_loss.saturating_sub(1);
        Ok(())
    }

    #[inline(always)]
    fn window(
        &mut self,
        mut left: &[u32],
        center: u32,
        mut right: &[u32],
        with_loss: bool,
    ) -> Result<f32, WindowError> {
        self.draw_targets(center);
        // A window of more words than one update takes needs several.
        let (rate, Model { center: v, outside: u }) = (self.rate, &mut *self.model);
        let mut loss = 0.0;
        loop {
            let (front, rest) = left.split_at_checked(MAX_INPUTS).unwrap_or((left, &[]));
            let (back, behind) = right.split_at_checked(MAX_INPUTS - front.len()).unwrap_or((right, &[]));
            for (group, targets) in self.targets.chunks(MAX_TARGETS).enumerate() {
                let (inputs, truth) = ([front, back], group == 0);
                loss += self.lanes.enter(WindowUpdate { v, u, inputs, targets, truth, rate, with_loss })?;
            }
            (left, right) = (rest, behind);
            if left.is_empty() && right.is_empty() {
                return Ok(loss);
            }
        }
    }

    #[inline(always)]
    fn pairs(&mut self, left: &[u32], center: u32, right: &[u32], with_loss: bool) -> Result<f32, WindowError> {
        let mut loss = 0.0;
        for &outside in left.iter().chain(right) {
            self.draw_targets(outside);
            let v_c = self.model.center.row_mut(center as usize).ok_or(WindowError::NoSuchRow)?;
            let (u, targets, rate) = (&mut self.model.outside, &self.targets, self.rate);
            loss += self.lanes.enter(PairUpdate { v_c, u, targets, rate, with_loss })?;
        }
        Ok(loss)
    }

    /// Puts the true target and its negatives into `targets`.
    #[inline(always)]
    fn draw_targets(&mut self, truth: u32) {
        if let Some((first, negatives)) = self.targets.split_first_mut() {
            *first = truth;
            self.negatives.draw(truth, negatives);
        }
    }
}

//! A shape of training that is known when the program runs.

use heapless::Vec;

use super::{Prediction, Shape};
use crate::model::RowsMut;
use crate::sample::{Labeled, Objective};
use crate::simd::{MAX_INPUTS, MAX_PAIR_TARGETS, MAX_TARGETS, Machine, PairUpdate, WindowError, WindowUpdate, updates};

/// The most negative samples that a step can take.
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

/// The [`Shape`] of training that is known when the program runs. All that it may be becomes code, 35 KB on a
/// Cortex-M0: there, [`Looped`](super::Looped) is the better choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Dynamic {
    window: u32,
    negatives: usize,
    update: Update,
}

/// The settings are outside what training can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum ShapeError {
    /// A window of half-width 0 has no pairs.
    NoWindow,
    /// More than [`MAX_NEGATIVES`] negatives.
    TooManyNegatives,
    /// More words or negatives than a [`Looped`](super::Looped) shape takes.
    TooLarge,
}

impl core::fmt::Display for ShapeError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::NoWindow => f.write_str("the window must reach at least 1 word to each side"),
            Self::TooManyNegatives => write!(f, "at most {MAX_NEGATIVES} negative samples are possible"),
            Self::TooLarge => {
                write!(
                    f,
                    "at most {} words to each side and {} negatives are possible",
                    MAX_INPUTS / 2,
                    MAX_TARGETS - 1
                )
            }
        }
    }
}

impl core::error::Error for ShapeError {}

impl Dynamic {
    /// A window of half-width `window` (m) and `negatives` (K) samples.
    ///
    /// # Errors
    /// If the window is 0, or there are more than [`MAX_NEGATIVES`] negatives.
    pub const fn new(window: u32, negatives: usize, update: Update) -> Result<Self, ShapeError> {
        if window == 0 {
            return Err(ShapeError::NoWindow);
        }
        if negatives > MAX_NEGATIVES {
            return Err(ShapeError::TooManyNegatives);
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

    /// How a step is taken.
    #[must_use]
    pub const fn update(&self) -> Update {
        self.update
    }
}

impl Shape for Dynamic {
    type Targets = Vec<u32, MAX_PAIR_TARGETS>;

    #[inline(always)]
    fn window(&self) -> u32 {
        self.window
    }

    fn targets(&self) -> Self::Targets {
        let mut targets = Vec::from_array([0; MAX_PAIR_TARGETS]);
        targets.truncate(1 + self.negatives);
        targets
    }

    #[inline(always)]
    fn center_predicts(&self) -> bool {
        self.update == Update::Pair
    }

    #[inline(always)]
    fn predict<M: Machine, V: RowsMut<Component = f32>, U: RowsMut<Component = f32>, O: Objective>(
        &mut self,
        machine: M,
        prediction: Prediction<'_, V, U, O>,
        room: &mut Self::Targets,
    ) -> Result<f32, WindowError> {
        if self.update == Update::Window {
            return windows(prediction, room, |update| machine.window(update));
        }
        let Prediction { v, u, objective, hidden, truths, rate, with_loss } = prediction;
        let mut loss = 0.0;
        for &truth in truths.into_iter().flatten() {
            let Labeled { rows, mut labels } = objective.targets(truth, room);
            for targets in rows.chunks(MAX_PAIR_TARGETS) {
                for &input in hidden.into_iter().flatten() {
                    let v_c = v.row_mut(input as usize).ok_or(WindowError::NoSuchRow)?;
                    let update = PairUpdate { v_c, u, targets, labels: labels as u64, rate, with_loss };
                    loss += machine.pair(update)?;
                }
                labels >>= MAX_PAIR_TARGETS;
            }
        }
        Ok(loss)
    }
}

/// Takes all updates of a step. Gives their loss.
#[inline(always)]
pub(super) fn windows<V, U, O: Objective>(
    prediction: Prediction<'_, V, U, O>,
    room: &mut [u32],
    mut take: impl FnMut(WindowUpdate<'_, V, U>) -> Result<f32, WindowError>,
) -> Result<f32, WindowError> {
    let Prediction { v, u, objective, hidden, truths, rate, with_loss } = prediction;
    let mut loss = 0.0;
    for &truth in truths.into_iter().flatten() {
        let Labeled { rows, labels } = objective.targets(truth, room);
        for inputs in updates(hidden) {
            let mut labels = labels;
            for targets in rows.chunks(MAX_TARGETS) {
                loss += take(WindowUpdate { v, u, inputs, targets, labels: labels as u8, rate, with_loss })?;
                labels >>= MAX_TARGETS;
            }
        }
    }
    Ok(loss)
}

//! A shape of training that is known when the program runs.

use heapless::Vec;

use super::{Shape, Step, draw_targets};
use crate::model::{Model, RowsMut};
use crate::sample::Negatives;
use crate::simd::{MAX_INPUTS, MAX_PAIR_TARGETS, MAX_TARGETS, Machine, PairUpdate, WindowError, WindowUpdate};

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

/// The [`Shape`] of training that is known when the program runs. All that it may be becomes code.
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
}

impl core::fmt::Display for ShapeError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::NoWindow => f.write_str("the window must reach at least 1 word to each side"),
            Self::TooManyNegatives => write!(f, "at most {MAX_NEGATIVES} negative samples are possible"),
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
    fn take<M: Machine, V: RowsMut, U: RowsMut, N: Negatives>(
        &mut self,
        machine: M,
        step: Step<'_, V, U, N>,
        targets: &mut Self::Targets,
    ) -> Result<f32, WindowError> {
        match self.update {
            Update::Window => window(machine, step, targets),
            Update::Pair => pairs(machine, step, targets),
        }
    }
}

#[inline(always)]
fn window<M: Machine, V: RowsMut, U: RowsMut, N: Negatives>(
    machine: M,
    step: Step<'_, V, U, N>,
    targets: &mut [u32],
) -> Result<f32, WindowError> {
    let Step { model, negatives, mut left, center, mut right, rate, with_loss } = step;
    draw_targets(center, negatives, targets);
    let Model { center: v, outside: u } = model;
    // A window of more words than one update takes needs several.
    let mut loss = 0.0;
    loop {
        let (front, rest) = left.split_at_checked(MAX_INPUTS).unwrap_or((left, &[]));
        let (back, behind) = right.split_at_checked(MAX_INPUTS - front.len()).unwrap_or((right, &[]));
        for (group, targets) in targets.chunks(MAX_TARGETS).enumerate() {
            let (inputs, truth) = ([front, back], group == 0);
            loss += machine.window(WindowUpdate { v, u, inputs, targets, truth, rate, with_loss })?;
        }
        (left, right) = (rest, behind);
        if left.is_empty() && right.is_empty() {
            return Ok(loss);
        }
    }
}

#[inline(always)]
fn pairs<M: Machine, V: RowsMut, U: RowsMut, N: Negatives>(
    machine: M,
    step: Step<'_, V, U, N>,
    targets: &mut [u32],
) -> Result<f32, WindowError> {
    let Step { model, negatives, left, center, right, rate, with_loss } = step;
    let mut loss = 0.0;
    for &outside in left.iter().chain(right) {
        draw_targets(outside, negatives, targets);
        let v_c = model.center.row_mut(center as usize).ok_or(WindowError::NoSuchRow)?;
        let u = &mut model.outside;
        loss += machine.pair(PairUpdate { v_c, u, targets, rate, with_loss })?;
    }
    Ok(loss)
}

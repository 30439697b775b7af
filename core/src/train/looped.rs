//! A shape of training that is known when the program runs, in little code.

use heapless::Vec;

use super::{Prediction, Shape, ShapeError};
use crate::model::RowsMut;
use crate::sample::{Labeled, Objective};
use crate::simd::{LoopedWindow, MAX_INPUTS, MAX_TARGETS, Machine, WindowError, WindowUpdate};

/// The [`Shape`] of training on a device whose settings are known only when it runs: a window of up to 8 words to each
/// side, and up to 7 negatives.
///
/// Steps leave the bits of [`Dynamic`](super::Dynamic) with [`Update::Window`](super::Update::Window), but one kernel
/// in loops becomes code, in place of one for each number of targets. [`Fixed`](super::Fixed) is smaller still, and
/// faster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Looped {
    window: u32,
    negatives: usize,
}

impl Looped {
    /// A window of half-width `window` (m) and `negatives` (K) samples.
    ///
    /// # Errors
    /// If the window is 0, or one of them is more than a step takes.
    pub const fn new(window: u32, negatives: usize) -> Result<Self, ShapeError> {
        if window == 0 {
            return Err(ShapeError::NoWindow);
        }
        if window as usize > MAX_INPUTS / 2 || negatives >= MAX_TARGETS {
            return Err(ShapeError::TooLarge);
        }
        Ok(Self { window, negatives })
    }
}

impl Shape for Looped {
    type Targets = Vec<u32, MAX_TARGETS>;

    #[inline(always)]
    fn window(&self) -> u32 {
        self.window
    }

    fn targets(&self) -> Self::Targets {
        let mut targets = Vec::from_array([0; MAX_TARGETS]);
        targets.truncate(1 + self.negatives);
        targets
    }

    #[inline(always)]
    fn predict<M: Machine, V: RowsMut<Component = f32>, U: RowsMut<Component = f32>, O: Objective>(
        &mut self,
        machine: M,
        prediction: Prediction<'_, V, U, O>,
        room: &mut Self::Targets,
    ) -> Result<f32, WindowError> {
        let Prediction { v, u, objective, hidden: inputs, truths: [truths, more], rate, with_loss } = prediction;
        let (&[truth], []) = (truths, more) else { return Err(WindowError::TooLarge) };
        let Labeled { rows: targets, labels } = objective.targets(truth, room);
        let labels = u8::try_from(labels).map_err(|_| WindowError::TooLarge)?;
        machine.enter(LoopedWindow(WindowUpdate { v, u, inputs, targets, labels, rate, with_loss }))
    }
}

//! Steps in integers, of a shape that is known when the program runs.

use super::dynamic::windows;
use super::{Dynamic, Prediction, Shape, Update};
use crate::fixed_point::step;
use crate::model::{Component, RowsMut};
use crate::sample::Objective;
use crate::simd::{MAX_INPUTS, Machine, WindowError};

/// The steps of [`Dynamic`] with [`Update::Window`] in [integers](crate::fixed_point), on rows of
/// [`Q15`](crate::fixed_point::Q15), or on rows of `f32`, which hold the same numbers then: a step rounds those that it
/// touches, and leaves the bits that a device has.
///
/// [`Update::Pair`] is refused as too large.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct FixedPoint(pub Dynamic);

impl<C: Component> Shape<C> for FixedPoint {
    type Targets = <Dynamic as Shape>::Targets;

    #[inline(always)]
    fn window(&self) -> u32 {
        self.0.window()
    }

    fn targets(&self) -> Self::Targets {
        self.0.targets()
    }

    #[inline(always)]
    fn predict<M: Machine, V: RowsMut<Component = C>, U: RowsMut<Component = C>, O: Objective>(
        &mut self,
        _machine: M,
        prediction: Prediction<'_, V, U, O>,
        room: &mut Self::Targets,
    ) -> Result<f32, WindowError> {
        const WINDOW: usize = MAX_INPUTS / 2;
        if self.0.update() == Update::Pair {
            return Err(WindowError::TooLarge);
        }
        windows(prediction, room, |update| match update.targets.len() {
            0 => Ok(0.0),
            1 => step::<_, _, WINDOW, 1>(update),
            2 => step::<_, _, WINDOW, 2>(update),
            3 => step::<_, _, WINDOW, 3>(update),
            4 => step::<_, _, WINDOW, 4>(update),
            5 => step::<_, _, WINDOW, 5>(update),
            6 => step::<_, _, WINDOW, 6>(update),
            7 => step::<_, _, WINDOW, 7>(update),
            8 => step::<_, _, WINDOW, 8>(update),
            _ => Err(WindowError::TooLarge),
        })
    }
}

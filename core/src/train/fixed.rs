//! A shape of training that is known when the program is compiled.

use super::{Prediction, Shape};
use crate::model::{Component, RowsMut};
use crate::sample::{Labeled, Objective};
use crate::simd::{Machine, WindowError, WindowUpdate};

/// The [`Shape`] of training on a device: `WINDOW` words to each side, and `TARGETS` targets: the true one and TARGETS
/// − 1 negatives. So `Fixed<2, 6>` is a window of half-width 2 with K = 5.
///
/// Steps leave the same bits as those of [`Dynamic`](super::Dynamic) with [`Update::Window`](super::Update::Window),
/// but only one kernel becomes code, for targets of which the first alone is true, as those of negative sampling, and
/// the stack holds no more than the window needs. Windows of up to 8 words to each side and 8 targets are possible;
/// beyond that it does not compile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Fixed<const WINDOW: usize, const TARGETS: usize>;

impl<C: Component, const WINDOW: usize, const TARGETS: usize> Shape<C> for Fixed<WINDOW, TARGETS> {
    type Targets = [u32; TARGETS];

    #[inline(always)]
    fn window(&self) -> u32 {
        const { assert!(WINDOW > 0 && TARGETS > 0, "a window and a target are needed") };
        WINDOW as u32
    }

    #[inline(always)]
    fn targets(&self) -> Self::Targets {
        [0; TARGETS]
    }

    #[inline(always)]
    fn predict<M: Machine, V: RowsMut<Component = C>, U: RowsMut<Component = C>, O: Objective>(
        &mut self,
        machine: M,
        prediction: Prediction<'_, V, U, O>,
        targets: &mut Self::Targets,
    ) -> Result<f32, WindowError> {
        let Prediction { v, u, objective, hidden: inputs, truths: [truths, more], rate, with_loss } = prediction;
        // What a center, or a mean, is trained on.
        let (&[truth], []) = (truths, more) else { return Err(WindowError::TooLarge) };
        let Labeled { rows: targets, labels } = objective.targets(truth, targets);
        // The kernel knows them: see `ShapedWindow`.
        if labels != 1 {
            return Err(WindowError::TooLarge);
        }
        let update = WindowUpdate { v, u, inputs, targets, labels: 1, rate, with_loss };
        C::window::<_, _, _, WINDOW, TARGETS>(machine, update)
    }
}

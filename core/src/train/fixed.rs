//! A shape of training that is known when the program is compiled.

use super::{Shape, Step, draw_targets};
use crate::model::{Model, RowsMut};
use crate::sample::Negatives;
use crate::simd::{Machine, ShapedWindow, WindowError, WindowUpdate};

/// The [`Shape`] of training on a device: `WINDOW` words to each side, and `TARGETS` targets: the true one and TARGETS
/// − 1 negatives. So `Fixed<2, 6>` is a window of half-width 2 with K = 5.
///
/// Steps leave the same bits as those of [`Dynamic`](super::Dynamic) with [`Update::Window`](super::Update::Window),
/// but only one kernel becomes code, and the stack holds no more than the window needs. Windows of up to 8 words to
/// each side and 8 targets are possible; beyond that it does not compile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Fixed<const WINDOW: usize, const TARGETS: usize>;

impl<const WINDOW: usize, const TARGETS: usize> Shape for Fixed<WINDOW, TARGETS> {
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
    fn take<M: Machine, V: RowsMut, U: RowsMut, N: Negatives>(
        &mut self,
        machine: M,
        step: Step<'_, V, U, N>,
        targets: &mut Self::Targets,
    ) -> Result<f32, WindowError> {
        let Step { model, negatives, left, center, right, rate, with_loss } = step;
        draw_targets(center, negatives, targets);
        let (Model { center: v, outside: u }, inputs) = (model, [left, right]);
        let update = WindowUpdate { v, u, inputs, targets, truth: true, rate, with_loss };
        machine.enter(ShapedWindow::<_, _, WINDOW, TARGETS>(update))
    }
}

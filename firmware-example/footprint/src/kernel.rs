//! The window update alone, to compare with plain C in tests/footprint/plain.c: the same rows, words and rate.

use motevec_core::model::{Component, FixedModel};
#[cfg(not(feature = "q15"))]
use motevec_core::simd::{LoopedWindow, Machine};
use motevec_core::simd::{Portable, Scalar, WindowUpdate};

use crate::Number;

const ROWS: usize = 16;
const TARGETS: usize = 6;
/// How often the update runs.
pub(crate) const TIMES: u32 = 200;

static mut MODEL: FixedModel<ROWS, 16, Number> = FixedModel::zeros();

/// Runs the update for the first `INPUTS` = 2·`WINDOW` words of the list, [`TIMES`] times. Gives the ticks spent, and
/// the sum of all center vectors afterwards, which C must reach too. `LOOPED` takes the kernel of loops, which is there
/// for f32.
#[inline(never)]
pub(crate) fn updates<const WINDOW: usize, const LOOPED: bool>(clock: impl Fn() -> u32) -> (u32, f32) {
    const INPUTS: [u32; 10] = [1, 5, 9, 13, 2, 6, 10, 14, 3, 7];
    let model = &raw mut MODEL;
    // SAFETY: nothing else names MODEL, and this function does not call itself.
    let model = unsafe { &mut *model };
    let mut state = 1_u32;
    for component in model.center.as_flattened_mut() {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *component = Number::from_f32(((state >> 8) as f32 / 16_777_216.0 - 0.5) / 16.0);
    }
    model.outside.as_flattened_mut().fill(Number::ZERO);
    let lists: [[u32; TARGETS]; 16] =
        core::array::from_fn(|i| core::array::from_fn(|j| (i * 7 + j * 11) as u32 % ROWS as u32));

    let start = clock();
    for targets in lists.iter().cycle().take(TIMES as usize) {
        let (v, u, inputs) = (&mut model.center, &mut model.outside, INPUTS.get(..2 * WINDOW).unwrap_or_default());
        let update = WindowUpdate { v, u, inputs: [inputs, &[]], targets, labels: 1, rate: 0.1, with_loss: false };
        let lanes = Scalar::<Portable>::new();
        let _ = match LOOPED {
            #[cfg(not(feature = "q15"))]
            true => lanes.enter(LoopedWindow(update)),
            _ => Number::window::<_, _, _, WINDOW, TARGETS>(lanes, update),
        };
    }
    (start.wrapping_sub(clock()), model.center.as_flattened().iter().map(|x| x.to_f32()).sum())
}

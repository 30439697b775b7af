//! One lane a register: the reference for every other implementation, and what a microcontroller runs.

use core::cell::Cell;

use super::{Arithmetic, Block, LANES, Lanes, Portable};

/// Plain `f32` arithmetic.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Scalar<A = Portable>(A);

impl<A: Arithmetic> Scalar<A> {
    /// The token; every machine has it.
    #[must_use]
    pub fn new() -> Self {
        Self(A::default())
    }
}

impl<A: Arithmetic> Lanes for Scalar<A> {
    type Vector = f32;
    const WIDTH: usize = 1;

    #[inline(always)]
    fn splat(self, x: f32) -> f32 {
        x
    }

    #[inline(always)]
    fn load(self, block: &Block, part: usize) -> f32 {
        block.get(part).copied().unwrap_or_default()
    }

    #[inline(always)]
    fn store(self, v: f32, block: &mut Block, part: usize) {
        if let Some(lane) = block.get_mut(part) {
            *lane = v;
        }
    }

    #[inline(always)]
    fn load_shared(self, block: &Cell<Block>, part: usize) -> f32 {
        (block as &Cell<[f32]>).as_slice_of_cells().get(part).map_or(0.0, Cell::get)
    }

    #[inline(always)]
    fn store_shared(self, v: f32, block: &Cell<Block>, part: usize) {
        if let Some(lane) = (block as &Cell<[f32]>).as_slice_of_cells().get(part) {
            lane.set(v);
        }
    }

    #[inline(always)]
    fn add(self, a: f32, b: f32) -> f32 {
        a + b
    }

    #[inline(always)]
    fn sub(self, a: f32, b: f32) -> f32 {
        a - b
    }

    #[inline(always)]
    fn mul(self, a: f32, b: f32) -> f32 {
        a * b
    }

    #[inline(always)]
    fn div(self, a: f32, b: f32) -> f32 {
        a / b
    }

    #[inline(always)]
    fn mul_add(self, a: f32, b: f32, c: f32) -> f32 {
        mul_add::<A>(a, b, c)
    }

    #[inline(always)]
    fn clamp(self, x: f32, low: f32, high: f32) -> f32 {
        clamp(x, low, high)
    }

    #[inline(always)]
    fn exp2_shifted(self, n: f32) -> f32 {
        exp2_shifted(n)
    }

    #[inline(always)]
    fn sum(self, v: f32) -> f32 {
        v
    }

    #[inline(always)]
    fn sum_each(self, vs: [f32; LANES]) -> [f32; LANES] {
        vs
    }
}

/// `a · b + c` of one lane; the fused form is libm's, which is exact on machines without the instruction too.
#[inline(always)]
pub(super) fn mul_add<A: Arithmetic>(a: f32, b: f32, c: f32) -> f32 {
    if A::FUSED { libm::fmaf(a, b, c) } else { a * b + c }
}

/// [`Lanes::clamp`] of one lane. Comparisons, unlike `min` and `max`, mean the same to every compiler backend.
#[inline(always)]
pub(super) fn clamp(x: f32, low: f32, high: f32) -> f32 {
    let x = if x > low { x } else { low };
    if x < high { x } else { high }
}

/// [`Lanes::exp2_shifted`] of one lane.
#[inline(always)]
pub(super) fn exp2_shifted(n: f32) -> f32 {
    f32::from_bits((n.to_bits() << 23).wrapping_add(1.0f32.to_bits()))
}

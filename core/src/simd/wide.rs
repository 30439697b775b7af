//! Four lanes a register, through the `wide` crate: SSE2, NEON and WASM SIMD.

use core::cell::Cell;

use wide::f32x4;

use super::level::HARDWARE_FMA;
use super::{Arithmetic, Block, Kernel, LANES, Lanes, Machine, Portable, scalar};

/// The portable SIMD of the `wide` crate.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Wide<A = Portable>(A);

impl<A: Arithmetic> Wide<A> {
    /// The token; every machine has it.
    #[must_use]
    pub fn new() -> Self {
        Self(A::default())
    }
}

/// Whether `wide`'s square root is an instruction on the compilation target.
const HARDWARE_SQRT: bool = cfg!(any(
    target_feature = "sse",
    target_feature = "simd128",
    all(target_arch = "aarch64", target_feature = "neon")
));

impl<A: Arithmetic> Machine for Wide<A> {
    #[inline]
    fn enter<K: Kernel>(self, kernel: K) -> K::Output {
        kernel.run(self)
    }
}

impl<A: Arithmetic> Lanes for Wide<A> {
    type Vector = f32x4;
    type Registers = [f32x4; 4];
    const WIDTH: usize = 4;

    #[inline(always)]
    fn splat(self, x: f32) -> f32x4 {
        f32x4::new(scalar::splat(x))
    }

    #[inline(always)]
    fn splat_block(self, x: f32) -> [f32x4; 4] {
        let x = self.splat(x);
        [x, x, x, x]
    }

    #[inline(always)]
    fn load(self, block: &Block, part: usize) -> f32x4 {
        match block.as_chunks().0.get(part) {
            Some(&lanes) => f32x4::new(lanes),
            None => f32x4::ZERO,
        }
    }

    #[inline(always)]
    fn store(self, v: f32x4, block: &mut Block, part: usize) {
        if let Some(lanes) = block.as_chunks_mut().0.get_mut(part) {
            *lanes = v.to_array();
        }
    }

    #[inline(always)]
    fn load_shared(self, block: &Cell<Block>, part: usize) -> f32x4 {
        f32x4::new(scalar::load_shared(block, part))
    }

    #[inline(always)]
    fn store_shared(self, v: f32x4, block: &Cell<Block>, part: usize) {
        scalar::store_shared(v.to_array(), block, part);
    }

    #[inline(always)]
    fn add(self, a: f32x4, b: f32x4) -> f32x4 {
        a + b
    }

    #[inline(always)]
    fn sub(self, a: f32x4, b: f32x4) -> f32x4 {
        a - b
    }

    #[inline(always)]
    fn mul(self, a: f32x4, b: f32x4) -> f32x4 {
        a * b
    }

    #[inline(always)]
    fn div(self, a: f32x4, b: f32x4) -> f32x4 {
        a / b
    }

    #[inline(always)]
    fn sqrt(self, a: f32x4) -> f32x4 {
        // Without the instruction, `wide` rounds an approximation.
        if HARDWARE_SQRT { a.sqrt() } else { each(a, a, a, |a, _, _| libm::sqrtf(a)) }
    }

    #[inline(always)]
    fn mul_add(self, a: f32x4, b: f32x4, c: f32x4) -> f32x4 {
        match (A::FUSED, HARDWARE_FMA) {
            (false, _) => a * b + c,
            (true, true) => a.mul_add(b, c),
            (true, false) => f32x4::new(scalar::fused(a.to_array(), b.to_array(), c.to_array())),
        }
    }

    #[inline(always)]
    fn clamp(self, x: f32x4, low: f32, high: f32) -> f32x4 {
        each(x, x, x, |x, _, _| scalar::clamp(x, low, high))
    }

    #[inline(always)]
    fn exp2_shifted(self, n: f32x4) -> f32x4 {
        each(n, n, n, |n, _, _| scalar::exp2_shifted(n))
    }

    #[inline(always)]
    fn sum(self, v: f32x4) -> f32 {
        let [a, b, c, d] = v.to_array();
        (a + c) + (b + d)
    }

    #[inline(always)]
    fn sum_each(self, vs: [f32x4; LANES]) -> [f32x4; 4] {
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = vs;
        [sum_four([a, b, c, d]), sum_four([e, f, g, h]), sum_four([i, j, k, l]), sum_four([m, n, o, p])]
    }
}

/// The sums of four registers: as `sum` adds, (a + c) + (b + d), on all four at once.
#[inline(always)]
fn sum_four(vs: [f32x4; 4]) -> f32x4 {
    let [a, b, c, d] = f32x4::transpose(vs);
    (a + c) + (b + d)
}

/// `f(a, b, c)` lane by lane.
#[inline(always)]
fn each(a: f32x4, b: f32x4, c: f32x4, f: impl Fn(f32, f32, f32) -> f32) -> f32x4 {
    f32x4::new(scalar::each(a.to_array(), b.to_array(), c.to_array(), f))
}

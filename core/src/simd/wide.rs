//! Four lanes a register, through the `wide` crate: SSE2, NEON and WASM SIMD, plain floats elsewhere.

use core::cell::Cell;

use wide::f32x4;

use super::{Arithmetic, Block, LANES, Lanes, Portable, scalar};

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

/// Whether `wide`'s multiply-add is a fused instruction on the compilation target; elsewhere it rounds twice.
const HARDWARE_FMA: bool = cfg!(any(
    all(target_arch = "x86_64", target_feature = "fma"),
    all(target_arch = "aarch64", target_feature = "neon")
));

/// Whether `wide`'s square root is an instruction on the compilation target.
const HARDWARE_SQRT: bool = cfg!(any(
    target_feature = "sse",
    target_feature = "simd128",
    all(target_arch = "aarch64", target_feature = "neon")
));

impl<A: Arithmetic> Lanes for Wide<A> {
    type Vector = f32x4;
    const WIDTH: usize = 4;

    #[inline(always)]
    fn splat(self, x: f32) -> f32x4 {
        f32x4::splat(x)
    }

    #[inline(always)]
    fn load(self, block: &Block, part: usize) -> f32x4 {
        f32x4::new(block.as_chunks().0.get(part).copied().unwrap_or_default())
    }

    #[inline(always)]
    fn store(self, v: f32x4, block: &mut Block, part: usize) {
        if let Some(lanes) = block.as_chunks_mut().0.get_mut(part) {
            *lanes = v.to_array();
        }
    }

    #[inline(always)]
    fn load_shared(self, block: &Cell<Block>, part: usize) -> f32x4 {
        f32x4::new(block.get().as_chunks().0.get(part).copied().unwrap_or_default())
    }

    #[inline(always)]
    fn store_shared(self, v: f32x4, block: &Cell<Block>, part: usize) {
        let lanes = (block as &Cell<[f32]>).as_slice_of_cells().as_chunks::<4>().0.get(part);
        for (lane, value) in lanes.into_iter().flatten().zip(v.to_array()) {
            lane.set(value);
        }
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
        if HARDWARE_SQRT { a.sqrt() } else { f32x4::new(a.to_array().map(libm::sqrtf)) }
    }

    #[inline(always)]
    fn mul_add(self, a: f32x4, b: f32x4, c: f32x4) -> f32x4 {
        match (A::FUSED, HARDWARE_FMA) {
            (false, _) => a * b + c,
            (true, true) => a.mul_add(b, c),
            (true, false) => {
                let ([a0, a1, a2, a3], [b0, b1, b2, b3], [c0, c1, c2, c3]) = (a.to_array(), b.to_array(), c.to_array());
                f32x4::new([
                    libm::fmaf(a0, b0, c0),
                    libm::fmaf(a1, b1, c1),
                    libm::fmaf(a2, b2, c2),
                    libm::fmaf(a3, b3, c3),
                ])
            }
        }
    }

    #[inline(always)]
    fn clamp(self, x: f32x4, low: f32, high: f32) -> f32x4 {
        f32x4::new(x.to_array().map(
            #[inline(always)]
            |x| scalar::clamp(x, low, high),
        ))
    }

    #[inline(always)]
    fn exp2_shifted(self, n: f32x4) -> f32x4 {
        f32x4::new(n.to_array().map(scalar::exp2_shifted))
    }

    #[inline(always)]
    fn sum(self, v: f32x4) -> f32 {
        let [a, b, c, d] = v.to_array();
        (a + c) + (b + d)
    }

    #[inline(always)]
    fn sum_each(self, vs: [f32x4; LANES]) -> [f32x4; LANES] {
        let mut sums = [f32x4::ZERO; LANES];
        for (sums, vs) in sums.iter_mut().zip(vs.as_chunks::<4>().0) {
            // Sum l of the four is (a + c) + (b + d) of register l: as `sum` adds, on all four at once.
            let [a, b, c, d] = f32x4::transpose(*vs);
            *sums = (a + c) + (b + d);
        }
        sums
    }
}

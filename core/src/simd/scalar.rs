//! Plain floats: the reference for every other implementation, and what a microcontroller runs.
#![allow(clippy::indexing_slicing)] // An index here is a constant below the constant length of its array.

use core::cell::Cell;

use super::unroll::unroll;
use super::{Arithmetic, Block, Kernel, LANES, Lanes, Machine, Portable};

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

/// Lanes a register: two, so that a microcontroller's registers suffice; four for compilers that make vectors of them.
const WIDTH: usize = if cfg!(any(target_arch = "arm", target_arch = "riscv32")) { 2 } else { 4 };

type Vector = [f32; WIDTH];

impl<A: Arithmetic> Machine for Scalar<A> {
    #[inline(never)]
    fn enter<K: Kernel>(self, kernel: K) -> K::Output {
        kernel.run(self)
    }
}

impl<A: Arithmetic> Lanes for Scalar<A> {
    type Vector = Vector;
    type Registers = [Vector; LANES / WIDTH];
    const WIDTH: usize = WIDTH;

    #[inline(always)]
    fn splat(self, x: f32) -> Vector {
        splat(x)
    }

    #[inline(always)]
    fn splat_block(self, x: f32) -> Self::Registers {
        [splat(x); LANES / WIDTH]
    }

    #[inline(always)]
    fn load(self, block: &Block, part: usize) -> Vector {
        match block.as_chunks().0.get(part) {
            Some(&lanes) => lanes,
            None => [0.0; WIDTH],
        }
    }

    #[inline(always)]
    fn store(self, v: Vector, block: &mut Block, part: usize) {
        if let Some(lanes) = block.as_chunks_mut().0.get_mut(part) {
            *lanes = v;
        }
    }

    #[inline(always)]
    fn load_shared(self, block: &Cell<Block>, part: usize) -> Vector {
        load_shared(block, part)
    }

    #[inline(always)]
    fn store_shared(self, v: Vector, block: &Cell<Block>, part: usize) {
        store_shared(v, block, part);
    }

    #[inline(always)]
    fn add(self, a: Vector, b: Vector) -> Vector {
        each(a, b, a, |a, b, _| a + b)
    }

    #[inline(always)]
    fn sub(self, a: Vector, b: Vector) -> Vector {
        each(a, b, a, |a, b, _| a - b)
    }

    #[inline(always)]
    fn mul(self, a: Vector, b: Vector) -> Vector {
        each(a, b, a, |a, b, _| a * b)
    }

    #[inline(always)]
    fn div(self, a: Vector, b: Vector) -> Vector {
        each(a, b, a, |a, b, _| a / b)
    }

    #[inline(always)]
    fn sqrt(self, a: Vector) -> Vector {
        each(a, a, a, |a, _, _| libm::sqrtf(a))
    }

    #[inline(always)]
    fn mul_add(self, a: Vector, b: Vector, c: Vector) -> Vector {
        if A::FUSED { fused(a, b, c) } else { each(a, b, c, |a, b, c| a * b + c) }
    }

    #[inline(always)]
    fn clamp(self, x: Vector, low: f32, high: f32) -> Vector {
        // Numbers nearer to 0 than both bounds, as almost all are, are known by their bits: no floating-point
        // comparison.
        let bound = low.abs().min(high.abs()).to_bits();
        if all(x, |x| x.abs().to_bits() < bound) { x } else { each(x, x, x, |x, _, _| clamp(x, low, high)) }
    }

    #[inline(always)]
    fn exp2_shifted(self, n: Vector) -> Vector {
        each(n, n, n, |n, _, _| exp2_shifted(n))
    }

    #[inline(always)]
    fn sum(self, v: Vector) -> f32 {
        sum(v)
    }

    #[inline(always)]
    fn sum_each(self, vs: [Vector; LANES]) -> Self::Registers {
        sum_each(vs)
    }
}

// Arrays of N lanes, of which N is known when they are compiled, and written out.

/// `x` in every lane. An array of copies would be filled in a loop.
#[inline(always)]
pub(super) fn splat<const N: usize>(x: f32) -> [f32; N] {
    let mut v = [0.0; N];
    unroll!(LANE in 0..N => { v[LANE] = x; });
    v
}

/// `f(a, b, c)` lane by lane.
#[inline(always)]
pub(super) fn each<const N: usize>(
    a: [f32; N],
    b: [f32; N],
    mut c: [f32; N],
    f: impl Fn(f32, f32, f32) -> f32,
) -> [f32; N] {
    unroll!(LANE in 0..N => { c[LANE] = f(a[LANE], b[LANE], c[LANE]); });
    c
}

/// Whether `f` holds for all lanes.
#[inline(always)]
fn all<const N: usize>(x: [f32; N], f: impl Fn(f32) -> bool) -> bool {
    let mut all = true;
    unroll!(LANE in 0..N => { all &= f(x[LANE]); });
    all
}

/// The lanes `part·N ..` of a block that is shared.
#[inline(always)]
fn shared<const N: usize>(block: &Cell<Block>, part: usize) -> Option<&[Cell<f32>; N]> {
    let lanes: &Cell<[f32]> = block;
    lanes.as_slice_of_cells().as_chunks().0.get(part)
}

#[inline(always)]
pub(super) fn load_shared<const N: usize>(block: &Cell<Block>, part: usize) -> [f32; N] {
    let mut v = [0.0; N];
    if let Some(lanes) = shared::<N>(block, part) {
        unroll!(LANE in 0..N => { v[LANE] = lanes[LANE].get(); });
    }
    v
}

#[inline(always)]
pub(super) fn store_shared<const N: usize>(v: [f32; N], block: &Cell<Block>, part: usize) {
    if let Some(lanes) = shared::<N>(block, part) {
        unroll!(LANE in 0..N => { lanes[LANE].set(v[LANE]); });
    }
}

/// The sum of two or four lanes, folded by halves.
#[inline(always)]
fn sum<const N: usize>(mut v: [f32; N]) -> f32 {
    if const { N > 2 } {
        unroll!(LANE in 0..2 => { v[LANE] += v[LANE + 2]; });
    }
    v[0] + v[1]
}

#[inline(always)]
fn sum_each<const N: usize, const PARTS: usize>(vs: [[f32; N]; LANES]) -> [[f32; N]; PARTS] {
    let mut sums = [[0.0; N]; PARTS];
    unroll!(PART in 0..PARTS => {
        unroll!(LANE in 0..N => { sums[PART][LANE] = sum(vs[PART * N + LANE]); });
    });
    sums
}

/// `a · b + c`, rounded once, where there is no instruction for it: much code, and slow, so it is not inlined.
#[inline(never)]
pub(super) fn fused<const N: usize>(a: [f32; N], b: [f32; N], c: [f32; N]) -> [f32; N] {
    each(a, b, c, libm::fmaf)
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

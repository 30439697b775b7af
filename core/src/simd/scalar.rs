//! Plain floats: the reference for every other implementation, and what a microcontroller runs.

use core::cell::Cell;

use super::{Arithmetic, Block, Kernel, LANES, Lanes, Portable};

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

impl<A: Arithmetic> Lanes for Scalar<A> {
    type Vector = Vector;
    const WIDTH: usize = WIDTH;

    #[inline(always)]
    fn splat(self, x: f32) -> Vector {
        [x; WIDTH]
    }

    #[inline(always)]
    fn load(self, block: &Block, part: usize) -> Vector {
        block.as_chunks().0.get(part).copied().unwrap_or_default()
    }

    #[inline(always)]
    fn store(self, v: Vector, block: &mut Block, part: usize) {
        if let Some(lanes) = block.as_chunks_mut().0.get_mut(part) {
            *lanes = v;
        }
    }

    #[inline(always)]
    fn load_shared(self, block: &Cell<Block>, part: usize) -> Vector {
        shared(block, part).map_or([0.0; WIDTH], |lanes| core::array::from_fn(|l| lanes.get(l).map_or(0.0, Cell::get)))
    }

    #[inline(always)]
    fn store_shared(self, v: Vector, block: &Cell<Block>, part: usize) {
        if let Some(lanes) = shared(block, part) {
            for (x, lane) in v.into_iter().zip(lanes) {
                lane.set(x);
            }
        }
    }

    #[inline(always)]
    fn add(self, a: Vector, b: Vector) -> Vector {
        each(a, b, |a, b| a + b)
    }

    #[inline(always)]
    fn sub(self, a: Vector, b: Vector) -> Vector {
        each(a, b, |a, b| a - b)
    }

    #[inline(always)]
    fn mul(self, a: Vector, b: Vector) -> Vector {
        each(a, b, |a, b| a * b)
    }

    #[inline(always)]
    fn div(self, a: Vector, b: Vector) -> Vector {
        each(a, b, |a, b| a / b)
    }

    #[inline(always)]
    fn sqrt(self, a: Vector) -> Vector {
        a.map(libm::sqrtf)
    }

    #[inline(always)]
    fn mul_add(self, a: Vector, b: Vector, mut c: Vector) -> Vector {
        for ((a, b), c) in a.into_iter().zip(b).zip(&mut c) {
            *c = mul_add::<A>(a, b, *c);
        }
        c
    }

    #[inline(always)]
    fn clamp(self, x: Vector, low: f32, high: f32) -> Vector {
        // Numbers nearer to 0 than both bounds, as almost all are, are known by their bits: no floating-point comparison.
        let bound = low.abs().min(high.abs()).to_bits();
        if x.iter().all(|x| x.abs().to_bits() < bound) { x } else { x.map(|x| clamp(x, low, high)) }
    }

    #[inline(always)]
    fn exp2_shifted(self, n: Vector) -> Vector {
        n.map(exp2_shifted)
    }

    #[inline(always)]
    fn sum(self, mut v: Vector) -> f32 {
        let mut half = WIDTH / 2;
        while half > 0 {
            let (low, high) = v.split_at_mut(half);
            for (low, high) in low.iter_mut().zip(high) {
                *low += *high;
            }
            half /= 2;
        }
        let [sum, ..] = v;
        sum
    }

    #[inline(always)]
    fn sum_each(self, vs: [Vector; LANES]) -> [Vector; LANES] {
        let mut sums = [[0.0; WIDTH]; LANES];
        for (sum, v) in sums.as_flattened_mut().iter_mut().zip(vs) {
            *sum = self.sum(v);
        }
        sums
    }

    #[inline(never)]
    fn enter<K: Kernel>(self, kernel: K) -> K::Output {
        kernel.run(self)
    }
}

/// `f(a, b)` lane by lane.
#[inline(always)]
fn each(mut a: Vector, b: Vector, f: impl Fn(f32, f32) -> f32) -> Vector {
    for (a, b) in a.iter_mut().zip(b) {
        *a = f(*a, b);
    }
    a
}

/// The lanes `part·WIDTH ..` of a block that is shared.
#[inline(always)]
fn shared(block: &Cell<Block>, part: usize) -> Option<&[Cell<f32>; WIDTH]> {
    let lanes: &Cell<[f32]> = block;
    lanes.as_slice_of_cells().as_chunks().0.get(part)
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

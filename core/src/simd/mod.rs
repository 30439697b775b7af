//! Vector arithmetic that gives the same bits on every machine: the [`Lanes`] trait and the kernels over it.
//!
//! # One order of addition
//!
//! A sum over D components always runs in sixteen virtual lanes, whatever the hardware has:
//!
//! ```text
//! lane[l] = Σ_c  a[16c + l] · b[16c + l]        c = 0, 1, 2, … in turn, for each l in 0..16
//! fold      16 → 8 → 4 → 2 → 1                  lane[l] += lane[l + half]
//! ```
//!
//! One AVX-512 register holds all sixteen lanes, two AVX2 registers do, four SSE or NEON registers, or sixteen plain
//! floats: the same additions happen in the same order, so the bits are the same. Zeros that pad a row to a multiple
//! of sixteen change nothing.
//!
//! # Two arithmetics
//!
//! [`Portable`] rounds after the multiplication and after the addition, [`Fused`] once. Each is bit-identical on
//! everything that runs it; they differ from each other in the last places. Hardware without a fused instruction
//! can only imitate `Fused` slowly, so firmware uses `Portable`.
//!
//! # How the kernels are written
//!
//! A value of a [`Lanes`] type is a token: whoever holds one may use its instructions. The kernels ([`dot`], [`axpy`],
//! [`sigmoid`](fn@sigmoid), [`WindowUpdate`]) are written once, in safe code, over any such token; only the files that
//! implement `Lanes` with processor intrinsics contain `unsafe`. [`Machine::enter`] runs a [`Kernel`] compiled for the
//! token's instruction set.
//!
//! Generic code is compiled in the crate that uses it, with that crate's settings. So the kernels depend on little:
//! their inner loops are written out, and they call nothing but what is always inlined, or is small. A program that
//! chooses its instructions at run time uses [`Simd`], whose updates of padded matrices ([`Slab`](crate::model::Slab))
//! are compiled once, in this crate.

mod access;
mod compiled;
mod dot;
mod level;
mod mean;
mod pair;
mod scalar;
mod sigmoid;
mod unroll;
#[cfg(any(target_arch = "x86", target_arch = "x86_64", target_arch = "aarch64", target_arch = "wasm32"))]
mod wide;
mod window;
#[cfg(target_arch = "x86_64")]
mod x86;

use core::cell::Cell;
use core::ops::IndexMut;

pub use compiled::Simd;
pub use dot::{axpy, dot};
pub use level::Level;
pub use pair::{MAX_PAIR_TARGETS, PairUpdate};
pub use scalar::Scalar;
pub use sigmoid::sigmoid;
#[cfg(any(target_arch = "x86", target_arch = "x86_64", target_arch = "aarch64", target_arch = "wasm32"))]
pub use wide::Wide;
pub use window::{
    LoopedWindow, MAX_INPUTS, MAX_TARGETS, Part, Scores, ShapedWindow, WindowError, WindowPart, WindowUpdate,
};
#[cfg(target_arch = "x86_64")]
pub use x86::{Avx2, Avx512};

/// Plain floats: this target has no vectors, and `wide`, which takes long to compile, would compute in the same way.
#[cfg(not(any(target_arch = "x86", target_arch = "x86_64", target_arch = "aarch64", target_arch = "wasm32")))]
pub type Wide<A = Portable> = Scalar<A>;

pub(crate) use dot::{Dot, padded, unpad};
pub(crate) use mean::{Act, BEFORE, Composed, MEAN};
pub(crate) use window::updates;

use self::unroll::unroll;
use crate::model::RowsMut;

/// The number of virtual lanes in which every sum runs.
pub const LANES: usize = 16;

/// The unit in which rows are read and written: one value a virtual lane.
pub type Block = [f32; LANES];

/// Asks the processor to bring `row` near while other work goes on. Without effect where it cannot be asked.
#[inline(always)]
pub fn prefetch(row: &[f32]) {
    #[cfg(target_arch = "x86_64")]
    x86::prefetch(row);
    #[cfg(not(target_arch = "x86_64"))]
    let _ = row;
}

/// How `a·b + c` is rounded.
pub trait Arithmetic: Copy + Default + Send + Sync + 'static {
    /// Whether the multiplication and the addition are rounded together.
    const FUSED: bool;
}

/// Multiplication and addition round separately: the arithmetic of every machine.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Portable;

impl Arithmetic for Portable {
    const FUSED: bool = false;
}

/// Multiply-adds round once: the arithmetic of hosts with FMA.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Fused;

impl Arithmetic for Fused {
    const FUSED: bool = true;
}

/// What kernels run on: a [`Lanes`] token, whose instructions are known when the program is compiled, or [`Simd`],
/// which has chosen among them when it runs.
pub trait Machine: Copy + Send + Sync + 'static {
    /// Runs `kernel` compiled for the machine's instructions.
    fn enter<K: Kernel>(self, kernel: K) -> K::Output;

    /// Takes a [`WindowUpdate`].
    ///
    /// # Errors
    /// Those of the update.
    #[inline(always)]
    fn window<V: RowsMut<Component = f32>, U: RowsMut<Component = f32>>(
        self,
        update: WindowUpdate<'_, V, U>,
    ) -> Result<f32, WindowError> {
        self.enter(update)
    }

    /// Takes a [`PairUpdate`].
    ///
    /// # Errors
    /// Those of the update.
    #[inline(always)]
    fn pair<U: RowsMut<Component = f32>>(self, update: PairUpdate<'_, U>) -> Result<f32, WindowError> {
        self.enter(update)
    }
}

/// The instructions of one kind of machine, on registers that hold `WIDTH` of the sixteen lanes.
///
/// Elementwise methods act on each lane by IEEE 754, so implementations can differ in speed only.
pub trait Lanes: Machine {
    /// A register.
    type Vector: Copy;
    /// The `PARTS` registers that hold one [`Block`].
    type Registers: Copy + IndexMut<usize, Output = Self::Vector>;

    /// Lanes a register holds: 2, 4, 8 or 16.
    const WIDTH: usize;
    /// Registers that hold one [`Block`].
    const PARTS: usize = LANES / Self::WIDTH;
    /// How many inputs of a window the dot-product kernel takes together: 1, or 2 where the register file is large.
    const TILE: usize = 1;

    /// `x` in every lane.
    fn splat(self, x: f32) -> Self::Vector;
    /// `x` in every lane of a block.
    fn splat_block(self, x: f32) -> Self::Registers;
    /// The lanes `part·WIDTH ..` of `block`; `part` is less than `PARTS`.
    fn load(self, block: &Block, part: usize) -> Self::Vector;
    /// Writes the lanes `part·WIDTH ..` of `block`; `part` is less than `PARTS`.
    fn store(self, v: Self::Vector, block: &mut Block, part: usize);
    /// An incomplete block: what `front` does not have is zero.
    #[inline(always)]
    fn load_front(self, front: &[f32]) -> Self::Registers {
        let (block, mut registers) = (padded(front), self.splat_block(0.0));
        unroll!(PART in 0..Self::PARTS => { registers[PART] = self.load(&block, PART); });
        registers
    }
    /// Writes an incomplete block: what `front` does not have is left out.
    #[inline(always)]
    fn store_front(self, registers: Self::Registers, front: &mut [f32]) {
        let mut block = [0.0; LANES];
        unroll!(PART in 0..Self::PARTS => { self.store(registers[PART], &mut block, PART); });
        unpad(&block, front);
    }
    /// [`load`](Self::load) from a block that others may write as well.
    fn load_shared(self, block: &Cell<Block>, part: usize) -> Self::Vector;
    /// [`store`](Self::store) to a block that others may read as well.
    fn store_shared(self, v: Self::Vector, block: &Cell<Block>, part: usize);
    /// `a + b`
    fn add(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// `a − b`
    fn sub(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// `a · b`
    fn mul(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// `a / b`
    fn div(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// `√a`
    fn sqrt(self, a: Self::Vector) -> Self::Vector;
    /// `a · b + c`, rounded as the token's [`Arithmetic`] says.
    fn mul_add(self, a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector;
    /// `x` limited to `low ..= high`; NaN becomes `low`.
    fn clamp(self, x: Self::Vector, low: f32, high: f32) -> Self::Vector;
    /// `2^n` from `n + 1.5·2²³`, for integers n in −126 ..= 127.
    ///
    /// That sum holds n in its lowest bits, so the power is a shift and an integer addition away.
    fn exp2_shifted(self, n: Self::Vector) -> Self::Vector;
    /// The sum of the lanes, folded by halves.
    fn sum(self, v: Self::Vector) -> f32;
    /// The sums of sixteen registers, each folded by halves.
    ///
    /// With wide registers the sixteen foldings share their additions.
    fn sum_each(self, vs: [Self::Vector; LANES]) -> Self::Registers;
}

/// A computation that can be compiled for any [`Lanes`].
pub trait Kernel {
    /// What it computes.
    type Output;
    /// Computes it. Implementations are `#[inline(always)]`, so that they are compiled with the caller's instructions.
    fn run<L: Lanes>(self, lanes: L) -> Self::Output;
}

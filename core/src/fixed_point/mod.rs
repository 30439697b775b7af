//! Training in integers, for processors without floating point.
//!
//! Rows of [`Q15`] take 16 bits a number, half of what `f32` takes, and a step on them takes additions, shifts and
//! products of 32 bits, no divisions: on a Cortex-M0 a twenty-ninth of the instructions. The bits are the same on every
//! machine, and each sum saturates or has a proof that it has room.
//!
//! [`Fixed`](crate::train::Fixed) steps on rows of `Q15` in this way, so that a trainer, a stream and a query of them
//! look like those of `f32`. [`FixedPoint`](crate::train::FixedPoint) does it on rows of `f32` too, which hold the same
//! numbers then: so a host finds out what a device will learn.
//!
//! # The step
//!
//! That of the [window](crate::simd::WindowUpdate): all scores, then the errors, then both rank updates, all of them
//! from the rows as they were (a word that stands twice in a window moves twice).
//!
//! ```text
//! score    s_ij = Σ_k (v_ik·u_jk + v_i(k+1)·u_j(k+1)) >> 9         15 fraction bits; k = 0, 2, 4, …
//! sigmoid  σ(s_ij) by a table of 65 numbers, and straight lines    15 fraction bits, within 0.0004
//! error    e_ij = (label_j − σ(s_ij)) · rate's factor              at most 2^11
//! moves    v_i += (Σ_j e_ij u_j + dither) >> rate's shift          saturates at ±(2^15 − 1)
//!          u_j += (Σ_i e_ij v_i + dither) >> rate's shift
//! ```
//!
//! A rate is a factor of 15 bits and a shift, as a float is, so that small rates are as exact as large ones.
//!
//! # Where the point is
//!
//! "Q15" names the family; these numbers have 12 fraction bits ([`FRACTION`]), so that they reach ±8 in steps of 2^−12
//! (Q3.12). Of the worlds of 4 to 56 words that were tried, the largest number after up to 50,000 visits was 3.0 at the
//! firmware's rate, and 4.7 at four times that: one bit less would have cut it off. With 11 or 13 fraction bits the
//! losses are the same to a thousandth. Rows have up to [`MAX_DIM`] numbers.
//!
//! # What it costs
//!
//! In memory for 80 words, the firmware's demo ends with a loss of 1.528 in both arithmetics, and each event's
//! neighbors are in its room. On the presidents' speeches of `motevec demo`, the mean over 12 seeds on WordSim-353 is
//! .388, beside .392 of f32.
//!
//! # Small steps
//!
//! A learning rate of 0.0025 moves most numbers by less than half of 2^−12. Rounded to the nearest number, such moves
//! vanish: where f32 has learned a building after 5,000 visits, nothing is learned at all. A dither (Roberts 1962),
//! added before a sum is cut, lets them come as often as they are large, as stochastic rounding does. Its first number
//! is a hash of the step's rows and scores, the next follow Weyl's sequence, one addition each: nothing to keep, and no
//! generator to wait for.

mod rate;
mod sigmoid;
mod window;

use core::fmt;

pub use window::MAX_DIM;
pub(crate) use window::step;

use crate::model::{Component, RowsMut};
use crate::simd::{Lanes, Machine, WindowError, WindowUpdate};
use crate::state::State;

/// Fraction bits of a [`Q15`].
pub const FRACTION: u32 = 12;
/// Fraction bits of a score.
const SCORE_FRACTION: u32 = 15;
/// One, in sigmoids and losses.
const UNIT: i32 = 1 << 15;

/// A number of 16 bits with 12 fraction bits: the multiples of 2^−12 between −8 and 8, without both ends.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[repr(transparent)]
pub struct Q15(i16);

impl Q15 {
    /// Its bits.
    #[must_use]
    pub const fn to_bits(self) -> i16 {
        self.0
    }

    /// The number with these bits; of `i16::MIN`, which it never has, the one above.
    #[must_use]
    pub const fn from_bits(bits: i16) -> Self {
        Self(if bits == i16::MIN { -i16::MAX } else { bits })
    }

    /// The number nearest to `number` · 2^−12.
    #[inline(always)]
    pub(crate) const fn saturating(number: i32) -> Self {
        const LIMIT: i32 = i16::MAX as i32;
        let fits = number.wrapping_add(LIMIT) as u32 <= 2 * LIMIT as u32;
        Self(if fits {
            number as i16
        } else if number < 0 {
            -i16::MAX
        } else {
            i16::MAX
        })
    }
}

impl fmt::Debug for Q15 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_f32().fmt(f)
    }
}

impl Component for Q15 {
    const ZERO: Self = Self(0);
    const MAX: f32 = i16::MAX as f32 / (1 << FRACTION) as f32;

    fn from_f32(x: f32) -> Self {
        // Near 1.5·2²³ an f32 has no fraction: adding that rounds on every machine, halves to the even number.
        const NO_FRACTION: f32 = 12_582_912.0;
        let scaled = (x * (1 << FRACTION) as f32).clamp(-32_767.0, 32_767.0);
        Self(((scaled + NO_FRACTION) - NO_FRACTION) as i16)
    }

    fn to_f32(self) -> f32 {
        f32::from(self.0) * (1.0 / (1 << FRACTION) as f32)
    }

    #[inline(always)]
    fn to_q15(self) -> Self {
        self
    }

    #[inline(always)]
    fn from_q15(q: Self) -> Self {
        q
    }

    fn to_le_bytes(self) -> impl IntoIterator<Item = u8> {
        self.0.to_le_bytes()
    }

    fn dot<L: Lanes>(_lanes: L, a: &[Self], b: &[Self]) -> f32 {
        let products = a.iter().zip(b).map(|(a, b)| i64::from(i32::from(a.0) * i32::from(b.0)));
        products.sum::<i64>() as f32 * (1.0 / (1_u32 << (2 * FRACTION)) as f32)
    }

    #[inline(always)]
    fn window<M: Machine, V, U, const WINDOW: usize, const TARGETS: usize>(
        _machine: M,
        update: WindowUpdate<'_, V, U>,
    ) -> Result<f32, WindowError>
    where
        V: RowsMut<Component = Self>,
        U: RowsMut<Component = Self>,
    {
        step::<V, U, WINDOW, TARGETS>(update)
    }
}

impl State for Q15 {
    fn visit(&mut self, visit: &mut dyn FnMut(&mut [u8])) {
        let mut bytes = self.0.to_le_bytes();
        visit(&mut bytes);
        *self = Self::from_bits(i16::from_le_bytes(bytes));
    }
}

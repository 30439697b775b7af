//! A learning rate as an integer and a shift.

use super::UNIT;

/// Errors are at most 2^11 in magnitude.
const ERROR_BITS: u32 = 11;
/// The largest shift.
const MAX_SHIFT: i32 = 30;

/// The rate `factor` · 2^−15 · 2^(11 − `shift`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rate {
    /// Less than 2^15; at least half of that, unless the rate is less than 2^−20.
    factor: i32,
    /// By how much sums of errors times numbers are shifted: 1 ..= 30.
    pub(super) shift: u32,
}

impl Rate {
    /// `rate`, which is positive, to 15 bits; rates of 1,024 and more are lower than they say.
    pub(super) fn new(rate: f32) -> Self {
        // In integers: a float is a factor and a shift already.
        let bits = rate.to_bits();
        let (exponent, factor) = ((bits >> 23) as i32 - 126, ((bits & 0x007F_FFFF) | 0x0080_0000) >> 9);
        let shift = ERROR_BITS as i32 - exponent;
        let beyond = (shift - MAX_SHIFT).max(0) as u32;
        Self { factor: factor.checked_shr(beyond).unwrap_or(0) as i32, shift: shift.clamp(1, MAX_SHIFT) as u32 }
    }

    /// `factor` times an error of at most 2^15, without what [`shift`](Self::shift) takes off later: at most 2^11.
    #[inline(always)]
    pub(super) fn error(self, error: i32) -> i32 {
        const SHIFT: u32 = 2 * UNIT.ilog2() - ERROR_BITS;
        (error * self.factor + (1 << (SHIFT - 1))) >> SHIFT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_keep_their_value() {
        for rate in [1e-30, 1e-6, 1e-4, 0.0025, 0.024_999, 0.05, 0.1, 0.5, 0.999_999, 1.0, 1.5, 100.0, 1023.9] {
            let Rate { factor, shift } = Rate::new(rate);
            let value = f64::from(factor) / 32_768.0 * libm::exp2(f64::from(ERROR_BITS) - f64::from(shift));
            let rate = f64::from(rate);
            assert!(value <= rate && rate - value <= (rate / 16_384.0).max(1e-10), "{rate}: {value}");
            assert!((0..1 << 15).contains(&factor) && (1..=30).contains(&shift));
        }
        for beyond in [1024.0, f32::MAX, f32::INFINITY, f32::NAN] {
            assert_eq!(Rate::new(beyond).shift, 1);
        }
        assert_eq!(Rate::new(0.0).factor, 0);
    }

    #[test]
    fn errors_are_bounded() {
        for rate in [0.05, 0.5, 0.999_999] {
            let rate = Rate::new(rate);
            assert!(rate.error(UNIT) <= 1 << ERROR_BITS && rate.error(-UNIT) >= -(1 << ERROR_BITS));
            assert!(rate.error(UNIT) >= 1 << (ERROR_BITS - 1));
        }
    }
}

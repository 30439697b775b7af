//! `Real`: what the mathematics requires of a number.

use core::fmt::{Debug, Display};
use core::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

/// A floating-point number: `f32` or `f64`, with `libm`'s functions whatever the platform offers.
///
/// The trait is sealed: the tests cover only these two types.
pub trait Real:
    sealed::Sealed
    + Copy
    + Debug
    + Default
    + Display
    + PartialOrd
    + Send
    + Sync
    + 'static
    + Neg<Output = Self>
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
{
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;
    /// −∞, the maximum of nothing.
    const NEG_INFINITY: Self;

    /// The number nearest to `x`; ±∞ beyond the range.
    #[must_use]
    fn from_f64(x: f64) -> Self;

    /// This number as an `f64`, exactly.
    #[must_use]
    fn to_f64(self) -> f64;

    /// `e^self`.
    #[must_use]
    fn exp(self) -> Self;

    /// The natural logarithm: −∞ at 0, NaN below.
    #[must_use]
    fn ln(self) -> Self;

    /// `ln(1 + self)`, accurate near 0.
    #[must_use]
    fn ln_1p(self) -> Self;

    /// The square root, correctly rounded; NaN below 0.
    #[must_use]
    fn sqrt(self) -> Self;

    /// `|self|`.
    #[must_use]
    fn abs(self) -> Self;

    /// Whether this is not a number.
    #[must_use]
    fn is_nan(self) -> bool;

    /// Whether this is neither infinite nor NaN.
    #[must_use]
    fn is_finite(self) -> bool;
}

/// Implements [`Real`] for a type, with the functions of `libm` that are for it.
macro_rules! real {
    ($real:ty, $exp:ident, $ln:ident, $ln_1p:ident, $sqrt:ident, $abs:ident) => {
        impl Real for $real {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const NEG_INFINITY: Self = Self::NEG_INFINITY;

            fn from_f64(x: f64) -> Self {
                x as Self
            }

            fn to_f64(self) -> f64 {
                self.into()
            }

            fn exp(self) -> Self {
                libm::$exp(self)
            }

            fn ln(self) -> Self {
                libm::$ln(self)
            }

            fn ln_1p(self) -> Self {
                libm::$ln_1p(self)
            }

            fn sqrt(self) -> Self {
                libm::$sqrt(self)
            }

            fn abs(self) -> Self {
                libm::$abs(self)
            }

            fn is_nan(self) -> bool {
                self.is_nan()
            }

            fn is_finite(self) -> bool {
                self.is_finite()
            }
        }
    };
}

real!(f32, expf, logf, log1pf, sqrtf, fabsf);
real!(f64, exp, log, log1p, sqrt, fabs);

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

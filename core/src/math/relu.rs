//! The rectifier (eq. 4).

use super::Real;

/// `relu(x) = max(x, 0)`; NaN for NaN.
#[must_use]
pub fn relu<R: Real>(x: R) -> R {
    if x <= R::ZERO { R::ZERO } else { x }
}

/// `relu'(x)` (eq. 4): 1 above 0, 0 below, 0 at 0 by convention; NaN for NaN.
#[must_use]
pub fn relu_derivative<R: Real>(x: R) -> R {
    if x > R::ZERO {
        R::ONE
    } else if x.is_nan() {
        x
    } else {
        R::ZERO
    }
}

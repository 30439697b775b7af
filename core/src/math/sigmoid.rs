//! The logistic function σ, its derivative and its logarithm (eq. 1 and 2).

use super::Real;

/// `σ(x) = 1 / (1 + e^−x)`, in 0..=1.
///
/// Accurate in both tails: `σ(−x)` keeps its digits down to the smallest number instead of being `1 − σ(x)`.
/// 0 at −∞, 1 at +∞, NaN for NaN.
#[must_use]
pub fn sigmoid<R: Real>(x: R) -> R {
    // e^−|x| is at most 1: neither it nor the sum can overflow.
    let e = (-x.abs()).exp();
    let numerator = if x < R::ZERO { e } else { R::ONE };
    numerator / (R::ONE + e)
}

/// `σ'(x) = σ(x)(1 − σ(x))` (eq. 1), from `x`: at most ¼, 0 at ±∞, NaN for NaN.
///
/// The second factor is taken as `σ(−x)`, which does not cancel where `σ(x)` is near 1. The form `σ(x)² e^−x`, equal
/// on paper, is 0·∞ for large negative `x`.
#[must_use]
pub fn sigmoid_derivative<R: Real>(x: R) -> R {
    sigmoid(x) * sigmoid(-x)
}

/// `log σ(x)` (eq. 2): finite for every finite `x`, −∞ at −∞, 0 at +∞, NaN for NaN.
#[must_use]
pub fn log_sigmoid<R: Real>(x: R) -> R {
    if x < R::ZERO { x - x.exp().ln_1p() } else { -(-x).exp().ln_1p() }
}

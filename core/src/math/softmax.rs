//! Softmax and the logarithm of a sum of exponentials (eq. 3).

use super::Real;

/// `log Σ_i exp(x_i)` (eq. 3): never less than the largest `x_i`, and finite if all of `xs` are.
///
/// −∞ for an empty slice, +∞ if an `x_i` is +∞, NaN if one is NaN.
#[must_use]
pub fn log_sum_exp<R: Real>(xs: &[R]) -> R {
    let max = maximum(xs);
    let mut sum = R::ZERO;
    for &x in xs {
        sum += exp_below(x, max);
    }
    max + sum.ln()
}

/// Replaces each `x_i` by `exp(x_i) / Σ_j exp(x_j)` (eq. 3, 5): numbers in 0..=1 whose sum is 1 except for rounding.
///
/// An empty slice stays as it is. Several +∞ share the 1 equally, as do the members of a slice of −∞ alone.
/// A NaN anywhere makes every result NaN.
pub fn softmax<R: Real>(xs: &mut [R]) {
    let max = maximum(xs);
    let mut sum = R::ZERO;
    for x in xs.iter_mut() {
        *x = exp_below(*x, max);
        sum += *x;
    }
    for x in xs {
        *x /= sum;
    }
}

/// The largest of `xs`: −∞ if there is none, NaN if one is NaN.
fn maximum<R: Real>(xs: &[R]) -> R {
    xs.iter().fold(R::NEG_INFINITY, |max, &x| if x > max || x.is_nan() { x } else { max })
}

/// `exp(x − max)`, and 1 at the maximum even if it is infinite and the difference would be NaN.
fn exp_below<R: Real>(x: R, max: R) -> R {
    if x == max { R::ONE } else { (x - max).exp() }
}

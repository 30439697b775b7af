//! The two vector operations that the reference functions are made of.

use super::Real;

/// How many partial sums run side by side: the crate's one order of addition.
const LANES: usize = 16;

/// `a·b`: lane l adds the components l, l + 16, l + 32 … in turn, then the lanes fold 16 → 8 → 4 → 2 → 1.
///
/// The callers have checked that the lengths agree; components that only the longer one has would be left out.
pub(crate) fn dot<R: Real>(a: &[R], b: &[R]) -> R {
    let mut lanes = [R::ZERO; LANES];
    for (a, b) in a.chunks(LANES).zip(b.chunks(LANES)) {
        for (lane, (&x, &y)) in lanes.iter_mut().zip(a.iter().zip(b)) {
            *lane += x * y;
        }
    }
    for width in [8, 4, 2, 1] {
        if let Some((low, high)) = lanes.split_at_mut_checked(width) {
            for (low, &mut high) in low.iter_mut().zip(high) {
                *low += high;
            }
        }
    }
    lanes.first().copied().unwrap_or_default()
}

/// `sum ← sum + scale · x`, component by component.
pub(crate) fn add_scaled<R: Real>(sum: &mut [R], scale: R, x: &[R]) {
    for (sum, &x) in sum.iter_mut().zip(x) {
        *sum += scale * x;
    }
}

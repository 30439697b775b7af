//! The two vector operations of the reference functions.

use super::Real;

use crate::simd::LANES;

/// `a·b`: lane l adds the components l, l + 16, l + 32 … in turn, then the lanes fold 16 → 8 → 4 → 2 → 1.
///
/// The callers have checked that the lengths agree; components that only the longer one has are left out.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dot_product_adds_in_sixteen_lanes() {
        // In the order of the components the 1 would be lost: 1e8 + 1 is 1e8 in f32.
        let mut a = [0.0_f32; 17];
        (a[0], a[1], a[16]) = (1e8, 1.0, -1e8);
        assert_eq!(dot(&a, &[1.0; 17]), 1.0);
        // Lanes 0 and 8 fold first: 1e8 and −1e8 are gone before the 1 of lane 4 comes.
        let mut a = [0.0_f32; 16];
        (a[0], a[4], a[8]) = (1e8, 1.0, -1e8);
        assert_eq!(dot(&a, &[1.0; 16]), 1.0);
    }

    #[test]
    fn zeros_behind_the_components_change_nothing() {
        let a: [f32; 48] = core::array::from_fn(|i| if i < 37 { 1.0 / (i as f32 + 1.7) } else { 0.0 });
        for n in 0..=37 {
            let mut padded = [0.0; 48];
            padded[..n].copy_from_slice(&a[..n]);
            assert_eq!(dot(&a[..n], &a[..n]).to_bits(), dot(&padded, &a).to_bits());
        }
    }
}

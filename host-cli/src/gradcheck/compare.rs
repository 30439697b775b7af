//! How far two lists of numbers are apart.

use serde::Serialize;

/// The largest differences between numbers and what they should be.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// The largest `|found − expected|`; infinite if one is not finite.
    pub absolute: f64,
    /// `absolute`, relative to the largest `|expected|`; 0 if both are 0.
    pub relative: f64,
    /// Which component is furthest beyond the tolerance, if one is.
    pub worst: Option<usize>,
}

impl Comparison {
    /// Whether every component is within the tolerance.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.worst.is_none()
    }
}

/// Compares component by component, within `tolerance` absolutely or relative to the expected component, whichever is
/// looser. `found` and `expected` are of the same length.
#[must_use]
pub fn compare(found: &[f64], expected: &[f64], tolerance: f64) -> Comparison {
    debug_assert_eq!(found.len(), expected.len());
    let (mut absolute, mut largest) = (0.0_f64, 0.0_f64);
    let (mut worst, mut most) = (None, tolerance);
    for (i, (&found, &expected)) in found.iter().zip(expected).enumerate() {
        let difference = (found - expected).abs();
        // A NaN would pass every comparison that asks whether it is too large.
        let difference = if difference.is_finite() { difference } else { f64::INFINITY };
        absolute = absolute.max(difference);
        largest = largest.max(expected.abs());
        let excess = difference / expected.abs().max(1.0);
        if excess > most || difference.is_infinite() && worst.is_none() {
            (worst, most) = (Some(i), excess);
        }
    }
    let relative = if absolute == 0.0 { 0.0 } else { absolute / largest };
    Comparison { absolute, relative, worst }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_looser_of_absolute_and_relative_decides() {
        assert!(compare(&[1e-6, 1e6 + 5.0], &[0.0, 1e6], 1e-5).agrees());
        let apart = compare(&[1.0, 2e-5, 1.1], &[1.0, 0.0, 1.0], 1e-5);
        assert_eq!(apart.worst, Some(2));
        assert!((apart.absolute - 0.1).abs() < 1e-12 && (apart.relative - 0.1).abs() < 1e-12);
        assert_eq!(compare(&[0.0], &[0.0], 1e-5), Comparison { absolute: 0.0, relative: 0.0, worst: None });
    }

    #[test]
    fn what_is_not_finite_never_agrees() {
        for (found, expected) in [(f64::NAN, 1.0), (f64::INFINITY, f64::INFINITY), (1.0, f64::NAN)] {
            assert_eq!(compare(&[0.0, found], &[0.0, expected], 1e-5).worst, Some(1));
        }
    }
}

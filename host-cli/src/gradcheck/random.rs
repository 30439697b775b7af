//! Core's gradients against central differences, on random windows.

use motevec_core::math::ShapeError;
use motevec_core::sample::{Generator, other_than};
use rand_core::Rng;
use serde::Serialize;

use super::{Comparison, Outcome, Window, central_differences, compare};

/// The most numbers (dim × vocab) of `U` that [`check_random`] should be asked for: its work grows with their square.
pub const MOST_NUMBERS: u64 = 20_000;

/// How far `f64` gradients may be from central differences, whose own error is near 1e-9.
const TOLERANCE_F64: f64 = 1e-6;
/// How far `f32` gradients may be from them: `f32` has seven digits.
const TOLERANCE_F32: f64 = 1e-4;

/// The half-width m of the windows.
const HALF_WIDTH: usize = 2;
/// K: the negative samples of an outside word.
const NEGATIVES: usize = 5;

/// One gradient, compared with central differences.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    /// The loss, and what it is over.
    pub loss: &'static str,
    /// The variable: `v_c`, `u_o`, `u_w` or `U`.
    pub gradient: &'static str,
    /// The type that core computed in; the differences are always taken in `f64`.
    pub precision: &'static str,
    /// Rows and columns; a vector is one row.
    pub shape: [usize; 2],
    /// The differences.
    pub comparison: Comparison,
}

/// Checks every gradient of core's losses, in `f64` and in `f32`, on random vectors of `dim` components for `vocab`
/// words: the same ones for the same `seed` everywhere. Among the negatives of each word at least one is drawn twice.
///
/// # Errors
/// [`ShapeError`] if `dim` is 0, or if core and this check disagree on a shape.
///
/// # Panics
/// If `vocab` is less than 2: a word then has no negatives.
pub fn check_random(seed: u64, dim: usize, vocab: usize) -> Result<Vec<Check>, ShapeError> {
    assert!(vocab >= 2, "a vocabulary of one word has no negative samples");
    let mut rng = Generator::new(seed, [0]);
    let mut checks = Vec::new();
    let windows: [(_, _, _, Parts); 4] = [
        ("naive softmax", 1, false, by_center_and_all),
        ("negative sampling", 1, true, by_drawn_words),
        ("naive softmax, window", 2 * HALF_WIDTH, false, by_center_and_all),
        ("negative sampling, window", 2 * HALF_WIDTH, true, by_center_and_all),
    ];
    for (loss, words, sampled, parts) in windows {
        check(&mut checks, loss, &Window::random(&mut rng, dim, vocab, words, sampled), parts)?;
    }
    Ok(checks)
}

/// A named part of an outcome's gradients: its variable, and its numbers.
type Part = (&'static str, Vec<f64>);

/// Which parts of an outcome are compared.
type Parts = fn(&Window, &Outcome) -> Vec<Part>;

/// Evaluates `window` in both types, and compares `parts` of the outcomes with the same parts of the differences.
fn check(checks: &mut Vec<Check>, loss: &'static str, window: &Window, parts: Parts) -> Result<(), ShapeError> {
    let differences = parts(window, &window.differences()?);
    for (precision, outcome, tolerance) in
        [("f64", window.evaluate::<f64>()?, TOLERANCE_F64), ("f32", window.evaluate::<f32>()?, TOLERANCE_F32)]
    {
        for ((gradient, found), (_, expected)) in parts(window, &outcome).iter().zip(&differences) {
            let dim = window.center.len();
            let comparison = compare(found, expected, tolerance);
            checks.push(Check { loss, gradient, precision, shape: [found.len() / dim, dim], comparison });
        }
    }
    Ok(())
}

fn by_center_and_all(_: &Window, outcome: &Outcome) -> Vec<Part> {
    vec![("v_c", outcome.center.clone()), ("U", outcome.outside.clone())]
}

/// The gradients in eq. 10–12: by `v_c`, by `u_o`, and by each distinct word among the negatives.
fn by_drawn_words(window: &Window, outcome: &Outcome) -> Vec<Part> {
    let mut drawn: Vec<u32> = window.negatives.iter().flatten().flatten().copied().collect();
    drawn.sort_unstable();
    drawn.dedup();
    let rows = |words: &[u32]| -> Vec<f64> {
        let dim = window.center.len();
        words.iter().flat_map(|&w| &outcome.outside[w as usize * dim..][..dim]).copied().collect()
    };
    vec![("v_c", outcome.center.clone()), ("u_o", rows(&window.outside)), ("u_w", rows(&drawn))]
}

impl Window {
    /// Random vectors, outside words and, where `sampled`, negatives.
    pub(super) fn random(rng: &mut impl Rng, dim: usize, vocab: usize, words: usize, sampled: bool) -> Self {
        // Components of this size give dot products of variance 1 in any dimension, where σ and softmax bend most.
        let reach = 3_f64.sqrt() / (dim as f64).sqrt().sqrt();
        let mut numbers = |n: usize| -> Vec<f64> {
            // Rounded to f32, so that both types are asked about the same point.
            let number = |x: u32| f64::from((reach * (f64::from(x) / f64::from(1_u32 << 31) - 1.0)) as f32);
            (0..n).map(|_| number(rng.next_u32())).collect()
        };
        let (center, outside_vectors) = (numbers(dim), numbers(vocab * dim));
        let vocab = vocab as u32;
        let outside: Vec<u32> = (0..words).map(|_| rng.next_u32() % vocab).collect();
        let draw = |&o: &u32| {
            let mut drawn: Vec<u32> = (1..NEGATIVES).map(|_| other_than(o, vocab, || rng.next_u32() % vocab)).collect();
            drawn.push(drawn[0]); // a repeat, whatever the vocabulary
            drawn
        };
        let negatives = sampled.then(|| outside.iter().map(draw).collect());
        Self { center, outside_vectors, outside, negatives }
    }

    /// The loss, and its central differences in `f64` in place of the gradients.
    fn differences(&self) -> Result<Outcome, ShapeError> {
        let mut moved = self.clone();
        let center = central_differences(&self.center, |v_c| {
            moved.center.copy_from_slice(v_c);
            Ok(moved.evaluate::<f64>()?.loss)
        })?;
        let mut moved = self.clone();
        let outside = central_differences(&self.outside_vectors, |u| {
            moved.outside_vectors.copy_from_slice(u);
            Ok(moved.evaluate::<f64>()?.loss)
        })?;
        Ok(Outcome { loss: self.evaluate::<f64>()?.loss, center, outside })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_gradient_agrees_in_every_size() {
        for (seed, dim, vocab) in [(1, 1, 2), (2, 3, 5), (3, 17, 12), (4, 100, 3)] {
            let checks = check_random(seed, dim, vocab).unwrap();
            assert_eq!(checks.len(), 2 * (2 + 3 + 2 + 2));
            for check in checks {
                assert!(check.comparison.agrees(), "{check:?}");
                assert!(check.comparison.absolute > 0.0, "compared with itself? {check:?}");
            }
        }
    }

    #[test]
    fn a_wrong_gradient_is_seen() {
        let mut wrong = Window::random(&mut Generator::new(5, [0]), 4, 6, 2, true);
        let differences = wrong.differences().unwrap();
        for drawn in wrong.negatives.iter_mut().flatten() {
            assert_eq!(drawn.first(), drawn.last());
            drawn.pop(); // the repeat, left out
        }
        let found = wrong.evaluate::<f64>().unwrap();
        assert!(!compare(&found.center, &differences.center, TOLERANCE_F32).agrees());
        assert!(!compare(&found.outside, &differences.outside, TOLERANCE_F32).agrees());
    }
}

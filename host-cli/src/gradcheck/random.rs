//! Core's gradients against central differences, on random windows.

use motevec_core::math::ShapeError;
use motevec_core::sample::{Generator, HuffmanTree, other_than};
use rand_core::Rng;
use serde::Serialize;

use super::{Comparison, Outcome, Targets, Window, central_differences, compare};

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

/// A kind of window.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind {
    /// Of new cases.
    pub(super) name: &'static str,
    pub(super) loss: &'static str,
    /// The outside words, or of CBOW those of the window.
    pub(super) words: usize,
    pub(super) cbow: bool,
    pub(super) targets: Choice,
    pub(super) parts: Parts,
}

/// What a word is told from, see [`Targets`].
#[derive(Clone, Copy, Debug)]
pub(super) enum Choice {
    All,
    Negatives,
    Paths,
}

const fn kind(
    name: &'static str,
    loss: &'static str,
    (words, cbow): (usize, bool),
    targets: Choice,
    parts: Parts,
) -> Kind {
    Kind { name, loss, words, cbow, targets, parts }
}

/// Every kind, each loss of a pair, of a window, and of a window's mean. New ones come last: the random choices of one
/// begin where those of the one before it end.
pub(super) const KINDS: [Kind; 9] = {
    use Choice::{All, Negatives, Paths};
    let (pair, window, mean) = ((1, false), (2 * HALF_WIDTH, false), (2 * HALF_WIDTH, true));
    [
        kind("softmax-pair", "naive softmax", pair, All, by_all),
        kind("negsamp-pair", "negative sampling", pair, Negatives, by_drawn_words),
        kind("softmax-window", "naive softmax, window", window, All, by_all),
        kind("negsamp-window", "negative sampling, window", window, Negatives, by_all),
        kind("hierarchical-pair", "hierarchical softmax", pair, Paths, by_all),
        kind("hierarchical-window", "hierarchical softmax, window", window, Paths, by_all),
        kind("softmax-cbow", "naive softmax, CBOW", mean, All, by_all),
        kind("negsamp-cbow", "negative sampling, CBOW", mean, Negatives, by_all),
        kind("hierarchical-cbow", "hierarchical softmax, CBOW", mean, Paths, by_all),
    ]
};

/// One gradient, compared with central differences.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    /// The loss, and what it is over.
    pub loss: &'static str,
    /// The variable: `v_c`, `V`, `u_o`, `u_w` or `U`.
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
    for kind in KINDS {
        check(&mut checks, kind, &Window::random(&mut rng, dim, vocab, kind))?;
    }
    Ok(checks)
}

/// A named part of an outcome's gradients: its variable, and its numbers.
pub(super) type Part = (&'static str, Vec<f64>);

/// Which parts of an outcome are compared.
pub(super) type Parts = fn(&Window, &Outcome) -> Vec<Part>;

/// Evaluates `window` in both types, and compares parts of the outcomes with the same parts of the differences.
fn check(checks: &mut Vec<Check>, kind: Kind, window: &Window) -> Result<(), ShapeError> {
    let Kind { loss, parts, .. } = kind;
    let differences = parts(window, &window.differences()?);
    for (precision, outcome, tolerance) in
        [("f64", window.evaluate::<f64>()?, TOLERANCE_F64), ("f32", window.evaluate::<f32>()?, TOLERANCE_F32)]
    {
        for ((gradient, found), (_, expected)) in parts(window, &outcome).iter().zip(&differences) {
            let (comparison, dim) = (compare(found, expected, tolerance), window.dim);
            checks.push(Check { loss, gradient, precision, shape: [found.len() / dim, dim], comparison });
        }
    }
    Ok(())
}

fn by_all(window: &Window, outcome: &Outcome) -> Vec<Part> {
    let center = if window.mean_of.is_some() { "V" } else { "v_c" };
    vec![(center, outcome.center.clone()), ("U", outcome.outside.clone())]
}

/// The gradients in eq. 10–12: by `v_c`, by `u_o`, and by each distinct word among the negatives.
fn by_drawn_words(window: &Window, outcome: &Outcome) -> Vec<Part> {
    let Targets::Negatives(lists) = &window.targets else { return by_all(window, outcome) };
    let mut drawn: Vec<u32> = lists.iter().flatten().copied().collect();
    drawn.sort_unstable();
    drawn.dedup();
    let rows = |words: &[u32]| -> Vec<f64> {
        let dim = window.dim;
        words.iter().flat_map(|&w| &outcome.outside[w as usize * dim..][..dim]).copied().collect()
    };
    vec![("v_c", outcome.center.clone()), ("u_o", rows(&window.truths)), ("u_w", rows(&drawn))]
}

impl Window {
    /// Random vectors and words, and negatives or paths.
    pub(super) fn random(rng: &mut impl Rng, dim: usize, vocab: usize, kind: Kind) -> Self {
        // Components of this size give dot products of variance 1 in any dimension, where σ and softmax bend most.
        let reach = 3_f64.sqrt() / (dim as f64).sqrt().sqrt();
        let mut numbers = |n: usize| -> Vec<f64> {
            // Rounded to f32, so that both types are asked about the same point.
            let number = |x: u32| f64::from((reach * (f64::from(x) / f64::from(1_u32 << 31) - 1.0)) as f32);
            (0..n).map(|_| number(rng.next_u32())).collect()
        };
        let (center_vectors, outside_vectors) =
            (numbers(if kind.cbow { vocab * dim } else { dim }), numbers(vocab * dim));
        let words = vocab as u32;
        let mut truths: Vec<u32> = (0..kind.words).map(|_| rng.next_u32() % words).collect();
        let mean_of = kind.cbow.then(|| {
            let mut mean_of = truths.clone();
            truths = if mean_of.is_empty() { Vec::new() } else { vec![rng.next_u32() % words] };
            if let [first, .., last] = &mut mean_of[..] {
                *last = *first; // a repeat, as below
            }
            mean_of
        });
        let draw = |&o: &u32| {
            let mut drawn: Vec<u32> = (1..NEGATIVES).map(|_| other_than(o, words, || rng.next_u32() % words)).collect();
            drawn.push(drawn[0]); // a repeat, whatever the vocabulary
            drawn
        };
        let targets = match kind.targets {
            Choice::All => Targets::All,
            Choice::Negatives => Targets::Negatives(truths.iter().map(draw).collect()),
            Choice::Paths => Targets::Paths(paths(rng, vocab)),
        };
        Self { dim, center_vectors, outside_vectors, mean_of, truths, targets }
    }

    /// The loss, and its central differences in `f64` in place of the gradients.
    fn differences(&self) -> Result<Outcome, ShapeError> {
        let mut moved = self.clone();
        let center = central_differences(&self.center_vectors, |v| {
            moved.center_vectors.copy_from_slice(v);
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

/// The path of each word in the Huffman tree of words with random counts.
pub(super) fn paths(rng: &mut impl Rng, vocab: usize) -> Vec<Vec<(u32, bool)>> {
    let mut counts: Vec<u64> = (0..vocab).map(|_| u64::from(rng.next_u32() >> 16)).collect();
    counts.sort_unstable_by(|one, other| other.cmp(one));
    let (parents, mut scratch) = (vec![0; 2 * vocab - 1], vec![0; vocab]);
    let tree = HuffmanTree::new(parents, &mut scratch, vocab, |word| counts[word]).expect("sorted counts of two words");
    (0..vocab as u32).map(|word| tree.path(word).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_gradient_agrees_in_every_size() {
        for (seed, dim, vocab) in [(1, 1, 2), (2, 3, 5), (3, 17, 12), (4, 100, 3)] {
            let checks = check_random(seed, dim, vocab).unwrap();
            assert_eq!(checks.len(), 2 * (2 + 3 + 2 + 2 + 5 * 2));
            for check in checks {
                assert!(check.comparison.agrees(), "{check:?}");
                assert!(check.comparison.absolute > 0.0, "compared with itself? {check:?}");
            }
        }
    }

    #[test]
    fn a_wrong_gradient_is_seen() {
        let mut wrong = Window::random(&mut Generator::new(5, [0]), 4, 6, KINDS[3]);
        let differences = wrong.differences().unwrap();
        let Targets::Negatives(lists) = &mut wrong.targets else { panic!("no negatives") };
        for drawn in lists {
            assert_eq!(drawn.first(), drawn.last());
            drawn.pop(); // the repeat, left out
        }
        let found = wrong.evaluate::<f64>().unwrap();
        assert!(!compare(&found.center, &differences.center, TOLERANCE_F32).agrees());
        assert!(!compare(&found.outside, &differences.outside, TOLERANCE_F32).agrees());
    }
}

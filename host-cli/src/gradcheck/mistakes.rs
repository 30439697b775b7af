//! Known mistakes, recognized by their results (`motevec_core::guide::mistakes`).

use std::collections::HashSet;

use super::explain::{Explanation, Pair, Target};
use super::{Outcome, Window};

/// A mistake: its description, and the loss and gradients that it leads to.
pub(super) struct Mistake {
    /// The end of a sentence that begins with the result: "… as if".
    pub(super) as_if: &'static str,
    slip: fn(&Window, &Explanation) -> Outcome,
}

/// In the order in which they are tried; the most common one comes first.
pub(super) const MISTAKES: [Mistake; 11] = [
    Mistake {
        as_if: "a word that was drawn several times had been counted once (eq. 12); in NumPy `np.add.at` counts every time",
        slip: |window, explanation| {
            let mut seen = HashSet::new();
            let first = |pair: usize, target: &Target| f64::from(seen.insert((pair, target.word, target.label)));
            total(window, explanation, first)
        },
    },
    Mistake {
        as_if: "only the last outside word had been counted: results of a window add up (eq. 14)",
        slip: |window, explanation| {
            let last = explanation.pairs.len().saturating_sub(1);
            total(window, explanation, |pair, _| f64::from(pair == last))
        },
    },
    Mistake {
        as_if: "the window's sum had been divided by its number of words (eq. 14 has no mean)",
        slip: |window, explanation| {
            let words = explanation.pairs.len() as f64;
            total(window, explanation, |_, _| 1.0 / words)
        },
    },
    Mistake { as_if: "the sign were turned", slip: |window, explanation| total(window, explanation, |_, _| -1.0) },
    Mistake {
        as_if: "the factor of a negative were σ(u·v) − 1; it is σ(u·v) (eq. 10, 12)",
        slip: |window, explanation| with_errors(window, explanation, |_, target| target.predicted - 1.0),
    },
    Mistake {
        as_if: "the factor of a negative were 1 − σ(u·v); it is 1 − σ(−u·v) = σ(u·v) (eq. 10, 12)",
        slip: |window, explanation| {
            let factor = |target: &Target| match target.label {
                1 => target.error,
                _ => 1.0 - target.predicted,
            };
            with_errors(window, explanation, |_, target| factor(target))
        },
    },
    Mistake {
        as_if: "the truth had been left out: the error is the prediction less 1 for the outside word (eq. 7, 8, 10, 11)",
        slip: |window, explanation| with_errors(window, explanation, |_, target| target.predicted),
    },
    Mistake {
        as_if: "the gradient of an outside vector were −ŷ_w v_c; it is (ŷ_w − y_w) v_c (eq. 8)",
        slip: |window, explanation| with_errors(window, explanation, |_, target| -target.predicted),
    },
    Mistake {
        as_if: "the factor ŷ_o in the derivative of ŷ_o had been left out (eq. 7)",
        slip: |window, explanation| {
            let predicted =
                |pair: &Pair| pair.targets.iter().find(|target| target.label == 1).map_or(1.0, |o| o.predicted);
            with_errors(window, explanation, |pair, target| target.error / predicted(pair))
        },
    },
    Mistake {
        as_if: "the error stood for a vector; the gradient of an outside vector is the error times v_c (eq. 8, 11, 12)",
        slip: |window, explanation| {
            let ones = Window { center: vec![1.0; window.center.len()], ..window.clone() };
            total(&ones, explanation, |_, _| 1.0)
        },
    },
    Mistake {
        as_if: "the loss of a negative were −log σ(u·v); it is −log σ(−u·v) (eq. 9)",
        slip: |window, explanation| {
            let mut outcome = total(window, explanation, |_, _| 1.0);
            // log σ(x) = x + log σ(−x)
            let negatives = explanation.pairs.iter().flat_map(|pair| &pair.targets).filter(|target| target.label == 0);
            outcome.loss -= negatives.map(|target| target.score).sum::<f64>();
            outcome
        },
    },
];

impl Mistake {
    /// The results of the mistake for `window`.
    pub(super) fn outcome(&self, window: &Window, explanation: &Explanation) -> Outcome {
        (self.slip)(window, explanation)
    }
}

/// The sums of a window, where each target of each pair counts as often as `weight` says.
pub(super) fn total(
    window: &Window,
    explanation: &Explanation,
    mut weight: impl FnMut(usize, &Target) -> f64,
) -> Outcome {
    let dim = window.center.len();
    let (mut loss, mut center, mut outside) = (0.0, vec![0.0; dim], vec![0.0; window.outside_vectors.len()]);
    for (index, pair) in explanation.pairs.iter().enumerate() {
        for target in &pair.targets {
            let weight = weight(index, target);
            let error = weight * target.error;
            loss += weight * target.loss;
            center.iter_mut().zip(window.row(target.word)).for_each(|(sum, x)| *sum += error * x);
            let row = &mut outside[target.word as usize * dim..][..dim];
            row.iter_mut().zip(&window.center).for_each(|(sum, x)| *sum += error * x);
        }
    }
    Outcome { loss, center, outside }
}

/// The sums of a window with other errors.
fn with_errors(window: &Window, explanation: &Explanation, error: impl Fn(&Pair, &Target) -> f64) -> Outcome {
    let mut other = explanation.clone();
    for (pair, other) in explanation.pairs.iter().zip(&mut other.pairs) {
        for (target, other) in pair.targets.iter().zip(&mut other.targets) {
            other.error = error(pair, target);
        }
    }
    total(window, &other, |_, _| 1.0)
}

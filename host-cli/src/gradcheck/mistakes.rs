//! Known mistakes, recognized by their results (`motevec_core::guide::mistakes`).

use std::collections::{BTreeSet, HashSet};

use super::explain::{Explanation, Pair, Target};
use super::{Outcome, Targets, Window};

/// A mistake: its description, and the loss and gradients that it leads to.
pub(super) struct Mistake {
    /// The end of a sentence that begins with the result: "… as if".
    pub(super) as_if: &'static str,
    slip: fn(&Window, &Explanation) -> Outcome,
}

/// In the order in which they are tried; the most common one comes first.
pub(super) const MISTAKES: [Mistake; 14] = [
    Mistake {
        as_if: "a word that was drawn several times had been counted once (eq. 12); in NumPy `np.add.at` counts every \
                time",
        slip: |window, explanation| {
            let mut seen = HashSet::new();
            let first = |pair: usize, target: &Target| f64::from(seen.insert((pair, target.word, target.label)));
            total(window, explanation, first)
        },
    },
    Mistake {
        as_if: "a word that comes several times in the window had been counted once (eq. 21); in NumPy `np.add.at` \
                counts every time",
        slip: |window, explanation| {
            let distinct: BTreeSet<u32> = window.mean_of.iter().flatten().copied().collect();
            let once =
                Window { mean_of: window.mean_of.as_ref().map(|_| distinct.into_iter().collect()), ..window.clone() };
            Outcome {
                center: once.spread(by_hidden(explanation, window.dim), window.share()),
                ..truth(window, explanation)
            }
        },
    },
    Mistake {
        as_if: "each word of the window had all of ∂J/∂h, as in word2vec.c; the gradient is its share, (1/n) ∂J/∂h \
                (eq. 21)",
        slip: |window, explanation| Outcome {
            center: window.spread(by_hidden(explanation, window.dim), 1.0),
            ..truth(window, explanation)
        },
    },
    Mistake {
        as_if: "the label of an inner node were b; it is 1 − b (eq. 23)",
        slip: |window, explanation| {
            let mut other = explanation.clone();
            let targets = other.pairs.iter_mut().flat_map(|pair| &mut pair.targets);
            for target in targets.filter(|_| matches!(window.targets, Targets::Paths(_))) {
                // log σ(x) = x + log σ(−x)
                let sign = if target.label == 1 { 1.0 } else { -1.0 };
                (target.error, target.loss) = (target.error + sign, target.loss + sign * target.score);
            }
            truth(window, &other)
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
        as_if: "the truth had been left out: the error is the prediction less 1 for the outside word (eq. 7, 8, 10, \
                11)",
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
            let ones = Window { center_vectors: vec![1.0; window.center_vectors.len()], ..window.clone() };
            truth(&ones, explanation)
        },
    },
    Mistake {
        as_if: "the loss of a negative were −log σ(u·v); it is −log σ(−u·v) (eq. 9)",
        slip: |window, explanation| {
            let mut outcome = truth(window, explanation);
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
    let (dim, hidden) = (window.dim, window.hidden());
    let (mut loss, mut by_hidden, mut outside) = (0.0, vec![0.0; dim], vec![0.0; window.outside_vectors.len()]);
    for (index, pair) in explanation.pairs.iter().enumerate() {
        for target in &pair.targets {
            let weight = weight(index, target);
            let error = weight * target.error;
            loss += weight * target.loss;
            by_hidden.iter_mut().zip(window.row(target.word)).for_each(|(sum, x)| *sum += error * x);
            let row = &mut outside[target.word as usize * dim..][..dim];
            row.iter_mut().zip(&hidden).for_each(|(sum, x)| *sum += error * x);
        }
    }
    Outcome { loss, center: window.spread(by_hidden, window.share()), outside }
}

/// The sums of a window, as they should be.
fn truth(window: &Window, explanation: &Explanation) -> Outcome {
    total(window, explanation, |_, _| 1.0)
}

/// `∂J/∂h`, D numbers.
fn by_hidden(explanation: &Explanation, dim: usize) -> Vec<f64> {
    let mut sum = vec![0.0; dim];
    for pair in &explanation.pairs {
        sum.iter_mut().zip(&pair.grad_hidden).for_each(|(sum, x)| *sum += x);
    }
    sum
}

/// The sums of a window with other errors.
fn with_errors(window: &Window, explanation: &Explanation, error: impl Fn(&Pair, &Target) -> f64) -> Outcome {
    let mut other = explanation.clone();
    for (pair, other) in explanation.pairs.iter().zip(&mut other.pairs) {
        for (target, other) in pair.targets.iter().zip(&mut other.targets) {
            other.error = error(pair, target);
        }
    }
    truth(window, &other)
}

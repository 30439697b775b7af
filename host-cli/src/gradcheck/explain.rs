//! All intermediate values between the vectors of a window and its gradients: a mistake begins where these differ.

use motevec_core::math::{log_sigmoid, log_sum_exp, sigmoid, softmax};
use serde::Serialize;

use super::Window;

/// How the loss and the gradients of a window are computed, in `f64`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// `naive softmax` or `negative sampling`.
    pub kind: &'static str,
    /// `v_c`: D numbers.
    pub center_vector: Vec<f64>,
    /// The outside words in order; all sums of the window are sums over these (eq. 14).
    pub pairs: Vec<Pair>,
}

/// One outside word with the center.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Pair {
    /// The outside word o.
    pub outside: u32,
    /// The words that are scored: all of them, or o and its negatives in the order of their draws.
    pub targets: Vec<Target>,
    /// J (eq. 6 or 9), in nats.
    pub loss: f64,
    /// `∂J/∂v_c` (eq. 7 or 10): the sum of error × `u_w`.
    pub grad_center: Vec<f64>,
}

/// One scored word.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Target {
    /// A row of `U`.
    pub word: u32,
    /// 1 for the outside word, 0 for others.
    pub label: u8,
    /// `u_w·v_c`.
    pub score: f64,
    /// `ŷ_w`, or σ(score).
    pub predicted: f64,
    /// predicted − label. Times `v_c` it is this word's part of `∂J/∂u_w` (eq. 8, 11 or 12).
    pub error: f64,
    /// This word's part of J.
    pub loss: f64,
}

impl Window {
    /// Every intermediate result, from the scores on.
    #[must_use]
    pub fn explain(&self) -> Explanation {
        let pair = |(index, &outside): (usize, &u32)| {
            let targets = match &self.negatives {
                None => self.softmax_targets(outside),
                Some(negatives) => self.sampled_targets(outside, negatives.get(index).map_or(&[], Vec::as_slice)),
            };
            let mut grad_center = vec![0.0; self.center.len()];
            for target in &targets {
                let u_w = self.row(target.word);
                grad_center.iter_mut().zip(u_w).for_each(|(sum, x)| *sum += target.error * x);
            }
            let loss = targets.iter().map(|target| target.loss).sum();
            Pair { outside, targets, loss, grad_center }
        };
        Explanation {
            kind: if self.negatives.is_some() { "negative sampling" } else { "naive softmax" },
            center_vector: self.center.clone(),
            pairs: self.outside.iter().enumerate().map(pair).collect(),
        }
    }

    pub(super) fn row(&self, word: u32) -> &[f64] {
        &self.outside_vectors[word as usize * self.center.len()..][..self.center.len()]
    }

    fn score(&self, word: u32) -> f64 {
        self.row(word).iter().zip(&self.center).map(|(x, y)| x * y).sum()
    }

    /// All words (eq. 5, 6).
    fn softmax_targets(&self, outside: u32) -> Vec<Target> {
        let words = 0..(self.outside_vectors.len() / self.center.len()) as u32;
        let scores: Vec<_> = words.clone().map(|word| self.score(word)).collect();
        let (mut y_hat, all) = (scores.clone(), log_sum_exp(&scores));
        softmax(&mut y_hat);
        let target = |(word, (score, predicted)): (u32, (f64, f64))| {
            let truth = word == outside;
            let (error, loss) = (predicted - f64::from(truth), if truth { all - score } else { 0.0 });
            Target { word, label: truth.into(), score, predicted, error, loss }
        };
        words.zip(scores.into_iter().zip(y_hat)).map(target).collect()
    }

    /// The outside word and its negatives (eq. 9, 13).
    fn sampled_targets(&self, outside: u32, negatives: &[u32]) -> Vec<Target> {
        let target = |(word, truth): (u32, bool)| {
            let score = self.score(word);
            let predicted = sigmoid(score);
            let (error, loss) =
                if truth { (-sigmoid(-score), -log_sigmoid(score)) } else { (predicted, -log_sigmoid(-score)) };
            Target { word, label: truth.into(), score, predicted, error, loss }
        };
        [(outside, true)].into_iter().chain(negatives.iter().map(|&word| (word, false))).map(target).collect()
    }
}

#[cfg(test)]
mod tests {
    use motevec_core::sample::Generator;
    use proptest::prelude::*;

    use super::super::compare;
    use super::super::mistakes::total;
    use super::*;

    proptest! {
        #[test]
        fn what_is_explained_adds_up_to_what_core_computes(
            seed: u64, dim in 1_usize..20, vocab in 2_usize..9, words in 0_usize..4, sampled: bool,
        ) {
            let window = Window::random(&mut Generator::new(seed, [0]), dim, vocab, words, sampled);
            let (explanation, expected) = (window.explain(), window.evaluate::<f64>().unwrap());
            for target in explanation.pairs.iter().flat_map(|pair| &pair.targets) {
                prop_assert!((target.error - (target.predicted - f64::from(target.label))).abs() < 1e-12);
            }
            let found = total(&window, &explanation, |_, _| 1.0);
            prop_assert!(compare(&[found.loss], &[expected.loss], 1e-12).agrees());
            prop_assert!(compare(&found.center, &expected.center, 1e-12).agrees());
            prop_assert!(compare(&found.outside, &expected.outside, 1e-12).agrees());
        }
    }
}

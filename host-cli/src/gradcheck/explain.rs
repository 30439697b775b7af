//! All intermediate values between the vectors of a window and its gradients: a mistake begins where these differ.

use motevec_core::math::{log_sigmoid, log_sum_exp, sigmoid, softmax};
use serde::Serialize;

use super::{Targets, Window};

/// How the loss and the gradients of a window are computed, in `f64`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// `skip-gram` or `CBOW`.
    pub architecture: &'static str,
    /// `naive softmax`, `negative sampling` or `hierarchical softmax`.
    pub kind: &'static str,
    /// `v_c`, or of CBOW the mean `h`: D numbers.
    pub hidden_vector: Vec<f64>,
    /// The words to be predicted, in order; all sums of the window are sums over these (eq. 14).
    pub pairs: Vec<Pair>,
}

/// One word to be predicted, with the hidden vector.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Pair {
    /// The word: an outside word o, or of CBOW the center.
    pub truth: u32,
    /// What is scored: all words, or o and its negatives in the order of their draws, or the inner nodes of its path.
    pub targets: Vec<Target>,
    /// J (eq. 6, 9 or 22), in nats.
    pub loss: f64,
    /// `∂J/∂v_c`, or `∂J/∂h` (eq. 7, 10 or 23): the sum of error × `u_w`.
    pub grad_hidden: Vec<f64>,
}

/// One scored row.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Target {
    /// A row of `U`: a word or an inner node.
    pub word: u32,
    /// 1 for the predicted word, 0 for others; of an inner node 1 − b.
    pub label: u8,
    /// `u_w·v_c`, or `u_w·h`.
    pub score: f64,
    /// `ŷ_w`, or σ(score).
    pub predicted: f64,
    /// predicted − label. Times the hidden vector it is this row's part of `∂J/∂u_w` (eq. 8, 11, 12 or 23).
    pub error: f64,
    /// This row's part of J.
    pub loss: f64,
}

impl Window {
    /// Every intermediate result, from the scores on.
    #[must_use]
    pub fn explain(&self) -> Explanation {
        let hidden = self.hidden();
        let pair = |(index, &truth): (usize, &u32)| {
            let targets = match &self.targets {
                Targets::All => self.all(&hidden, truth),
                Targets::Negatives(lists) => {
                    let negatives = lists.get(index).into_iter().flatten().map(|&word| (word, false));
                    self.decisions(&hidden, [(truth, true)].into_iter().chain(negatives))
                }
                Targets::Paths(paths) => {
                    let path = paths.get(truth as usize).into_iter().flatten();
                    self.decisions(&hidden, path.map(|&(node, bit)| (node, !bit)))
                }
            };
            let mut grad_hidden = vec![0.0; self.dim];
            for target in &targets {
                let u_w = self.row(target.word);
                grad_hidden.iter_mut().zip(u_w).for_each(|(sum, x)| *sum += target.error * x);
            }
            let loss = targets.iter().map(|target| target.loss).sum();
            Pair { truth, targets, loss, grad_hidden }
        };
        let pairs = self.truths.iter().enumerate().map(pair).collect();
        let architecture = if self.mean_of.is_some() { "CBOW" } else { "skip-gram" };
        let kind = match &self.targets {
            Targets::All => "naive softmax",
            Targets::Negatives(_) => "negative sampling",
            Targets::Paths(_) => "hierarchical softmax",
        };
        Explanation { architecture, kind, hidden_vector: hidden, pairs }
    }

    fn score(&self, hidden: &[f64], word: u32) -> f64 {
        self.row(word).iter().zip(hidden).map(|(x, y)| x * y).sum()
    }

    /// All words (eq. 5, 6).
    fn all(&self, hidden: &[f64], truth: u32) -> Vec<Target> {
        let words = 0..(self.outside_vectors.len() / self.dim) as u32;
        let scores: Vec<_> = words.clone().map(|word| self.score(hidden, word)).collect();
        let (mut y_hat, all) = (scores.clone(), log_sum_exp(&scores));
        softmax(&mut y_hat);
        let target = |(word, (score, predicted)): (u32, (f64, f64))| {
            let true_one = word == truth;
            let (error, loss) = (predicted - f64::from(true_one), if true_one { all - score } else { 0.0 });
            Target { word, label: true_one.into(), score, predicted, error, loss }
        };
        words.zip(scores.into_iter().zip(y_hat)).map(target).collect()
    }

    /// Rows of `U` with their labels: a word and its negatives (eq. 9, 13), or a path (eq. 22, 23).
    fn decisions(&self, hidden: &[f64], labeled: impl Iterator<Item = (u32, bool)>) -> Vec<Target> {
        let target = |(word, label): (u32, bool)| {
            let score = self.score(hidden, word);
            let predicted = sigmoid(score);
            let (error, loss) =
                if label { (-sigmoid(-score), -log_sigmoid(score)) } else { (predicted, -log_sigmoid(-score)) };
            Target { word, label: label.into(), score, predicted, error, loss }
        };
        labeled.map(target).collect()
    }
}

#[cfg(test)]
mod tests {
    use motevec_core::sample::Generator;
    use proptest::prelude::*;

    use super::super::compare;
    use super::super::mistakes::total;
    use super::super::random::{KINDS, Kind};
    use super::*;

    proptest! {
        #[test]
        fn what_is_explained_adds_up_to_what_core_computes(
            seed: u64, dim in 1_usize..20, vocab in 2_usize..9, words in 0_usize..4, kind in 0..KINDS.len(),
        ) {
            let window = Window::random(&mut Generator::new(seed, [0]), dim, vocab, Kind { words, ..KINDS[kind] });
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

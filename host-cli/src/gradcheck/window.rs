//! One window of skip-gram or CBOW, and its loss and gradients from core.

use motevec_core::loss::{Gradients, HierarchicalSoftmax, NaiveSoftmax, NegativeSampling, PairLoss, cbow, skip_gram};
use motevec_core::math::{Real, ShapeError};

/// Everything that the loss of a window depends on (eq. 14, 21).
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    /// D, the numbers of a vector.
    pub dim: usize,
    /// `v_c`: D numbers. Of CBOW `V`: |Vocab| rows of D numbers.
    pub center_vectors: Vec<f64>,
    /// `U`: rows of D numbers, for words or for inner nodes.
    pub outside_vectors: Vec<f64>,
    /// Of CBOW the words whose mean predicts, as rows of `V`; in skip-gram `v_c` does.
    pub mean_of: Option<Vec<u32>>,
    /// The words to be predicted: the outside words, or for CBOW the center.
    pub truths: Vec<u32>,
    /// What they are told from.
    pub targets: Targets,
}

/// What a predicted word is told from: the loss.
#[derive(Clone, Debug, PartialEq)]
pub enum Targets {
    /// All words (naive softmax).
    All,
    /// The negative samples of each predicted word, in the order of these.
    Negatives(Vec<Vec<u32>>),
    /// The inner nodes on the path of each word of the vocabulary, as rows of `U`, and the bits of its code
    /// (hierarchical softmax).
    Paths(Vec<Vec<(u32, bool)>>),
}

/// The loss of a window, in nats, and its gradients.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// J.
    pub loss: f64,
    /// By the `center_vectors` of the window: `∂J/∂v_c`, or of CBOW `∂J/∂V`.
    pub center: Vec<f64>,
    /// `∂J/∂U`.
    pub outside: Vec<f64>,
}

impl Window {
    /// The loss and the gradients of [`motevec_core::loss`], computed in `R`.
    ///
    /// # Errors
    /// [`ShapeError`] if the shapes do not fit, or a predicted word has no list of negatives.
    pub fn evaluate<R: Real>(&self) -> Result<Outcome, ShapeError> {
        match &self.targets {
            Targets::All => {
                let words = self.outside_vectors.len().checked_div(self.dim).unwrap_or(0);
                self.evaluate_with::<R>(&mut NaiveSoftmax { errors: &mut vec![R::ZERO; words] })
            }
            Targets::Negatives(lists) => {
                self.evaluate_with::<R>(&mut NegativeSampling { negatives: lists.iter().map(Vec::as_slice) })
            }
            Targets::Paths(paths) => {
                let path = |word: u32| paths.get(word as usize).into_iter().flatten().copied();
                self.evaluate_with::<R>(&mut HierarchicalSoftmax { path })
            }
        }
    }

    fn evaluate_with<R: Real>(&self, loss: &mut impl PairLoss<R>) -> Result<Outcome, ShapeError> {
        let rounded = |xs: &[f64]| xs.iter().copied().map(R::from_f64).collect::<Vec<R>>();
        let widened = |xs: Vec<R>| xs.into_iter().map(R::to_f64).collect();

        let (v, u) = (rounded(&self.center_vectors), rounded(&self.outside_vectors));
        let (mut by_center, mut by_outside) = (vec![R::ZERO; v.len()], vec![R::ZERO; u.len()]);
        let mut gradients = Gradients { center: &mut by_center, outside: &mut by_outside };
        let mut truths = self.truths.iter().copied();
        let loss = match &self.mean_of {
            None => skip_gram(loss, &v, truths, &u, &mut gradients)?,
            Some(words) => {
                let (words, room) = (words.iter().copied(), &mut vec![R::ZERO; 2 * self.dim]);
                // An empty window predicts nothing.
                let center = truths.next().unwrap_or_default();
                cbow(loss, words, center, (&v, &u), room, &mut gradients)?
            }
        };
        Ok(Outcome { loss: loss.to_f64(), center: widened(by_center), outside: widened(by_outside) })
    }

    /// The hidden vector: `v_c`, or of CBOW the mean `h`.
    pub(super) fn hidden(&self) -> Vec<f64> {
        let Some(words) = &self.mean_of else { return self.center_vectors.clone() };
        let mut mean = vec![0.0; self.dim];
        for &word in words {
            let row = row(&self.center_vectors, self.dim, word);
            mean.iter_mut().zip(row).for_each(|(sum, x)| *sum += x / words.len() as f64);
        }
        mean
    }

    /// The gradient by the center vectors that follows from that by the hidden vector: eq. 21 if `share` is one over
    /// the words of the window.
    pub(super) fn spread(&self, by_hidden: Vec<f64>, share: f64) -> Vec<f64> {
        let Some(words) = &self.mean_of else { return by_hidden };
        let mut by_center = vec![0.0; self.center_vectors.len()];
        for &word in words {
            let row = &mut by_center[word as usize * self.dim..][..self.dim];
            row.iter_mut().zip(&by_hidden).for_each(|(sum, x)| *sum += share * x);
        }
        by_center
    }

    /// One over the words whose mean is the hidden vector.
    pub(super) fn share(&self) -> f64 {
        1.0 / self.mean_of.as_ref().map_or(1, Vec::len) as f64
    }

    /// A row of `U`.
    pub(super) fn row(&self, word: u32) -> &[f64] {
        row(&self.outside_vectors, self.dim, word)
    }

    /// Number `index` of a result, by name.
    pub(super) fn place(&self, name: &str, index: usize) -> String {
        match name {
            "loss" => name.to_owned(),
            "grad_center" if self.mean_of.is_none() => format!("{name}[{index}]"),
            _ => format!("{name}[{}][{}]", index / self.dim, index % self.dim),
        }
    }
}

fn row(matrix: &[f64], dim: usize, row: u32) -> &[f64] {
    &matrix[row as usize * dim..][..dim]
}

//! One window of skip-gram, and its loss and gradients from core.

use motevec_core::loss::{Gradients, NaiveSoftmax, NegativeSampling, skip_gram};
use motevec_core::math::{Real, ShapeError};

/// Everything that the loss of a window depends on (eq. 14).
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    /// `v_c`: D numbers.
    pub center: Vec<f64>,
    /// `U`: |Vocab| rows of D numbers.
    pub outside_vectors: Vec<f64>,
    /// The outside words, as rows of `U`.
    pub outside: Vec<u32>,
    /// The negative samples of each outside word; without them the loss is naive softmax.
    pub negatives: Option<Vec<Vec<u32>>>,
}

/// The loss of a window, in nats, and its gradients.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// J.
    pub loss: f64,
    /// `∂J/∂v_c`: D numbers.
    pub center: Vec<f64>,
    /// `∂J/∂U`: |Vocab| rows of D numbers.
    pub outside: Vec<f64>,
}

impl Window {
    /// The loss and the gradients of [`motevec_core::loss`], computed in `R`.
    ///
    /// # Errors
    /// [`ShapeError`] if the shapes do not fit, or an outside word has no list of negatives.
    pub fn evaluate<R: Real>(&self) -> Result<Outcome, ShapeError> {
        let rounded = |xs: &[f64]| xs.iter().copied().map(R::from_f64).collect::<Vec<R>>();
        let widened = |xs: Vec<R>| xs.into_iter().map(R::to_f64).collect();

        let (v_c, u) = (rounded(&self.center), rounded(&self.outside_vectors));
        let (mut by_center, mut by_outside) = (vec![R::ZERO; v_c.len()], vec![R::ZERO; u.len()]);
        let mut gradients = Gradients { center: &mut by_center, outside: &mut by_outside };
        let words = self.outside.iter().copied();
        let loss = match &self.negatives {
            None => {
                let mut errors = vec![R::ZERO; u.len().checked_div(v_c.len()).unwrap_or(0)];
                skip_gram(&mut NaiveSoftmax { errors: &mut errors }, &v_c, words, &u, &mut gradients)?
            }
            Some(negatives) => {
                let mut loss = NegativeSampling { negatives: negatives.iter().map(Vec::as_slice) };
                skip_gram(&mut loss, &v_c, words, &u, &mut gradients)?
            }
        };
        Ok(Outcome { loss: loss.to_f64(), center: widened(by_center), outside: widened(by_outside) })
    }
}

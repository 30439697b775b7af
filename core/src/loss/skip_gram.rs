//! Skip-gram: the loss of a window is the sum over its outside words (eq. 14).

use super::{Gradients, naive_softmax, negative_sampling};
use crate::math::{Real, ShapeError};

/// The loss of one (c, o), as [`skip_gram`] sums it: [`NaiveSoftmax`] or [`NegativeSampling`].
pub trait PairLoss<R: Real> {
    /// `J(v_c, o, U)`, in nats; its gradients are added to `gradients`. Shapes as in [`naive_softmax`].
    ///
    /// # Errors
    /// [`ShapeError`] if the lengths do not fit or a word has no row; nothing has then been written.
    fn pair(
        &mut self,
        center: &[R],
        outside: u32,
        outside_vectors: &[R],
        gradients: &mut Gradients<'_, R>,
    ) -> Result<R, ShapeError>;
}

/// [`naive_softmax`] for [`skip_gram`].
#[derive(Debug)]
pub struct NaiveSoftmax<'a, R> {
    /// Room for |Vocab| numbers.
    pub errors: &'a mut [R],
}

impl<R: Real> PairLoss<R> for NaiveSoftmax<'_, R> {
    fn pair(
        &mut self,
        center: &[R],
        outside: u32,
        outside_vectors: &[R],
        gradients: &mut Gradients<'_, R>,
    ) -> Result<R, ShapeError> {
        naive_softmax(center, outside, outside_vectors, self.errors, gradients)
    }
}

/// [`negative_sampling`] for [`skip_gram`], with the negative samples of each outside word given.
#[derive(Clone, Debug)]
pub struct NegativeSampling<I> {
    /// The K samples of the first outside word, of the second, and so on: for instance `drawn.chunks_exact(k)`.
    pub negatives: I,
}

impl<'n, R: Real, I: Iterator<Item = &'n [u32]>> PairLoss<R> for NegativeSampling<I> {
    fn pair(
        &mut self,
        center: &[R],
        outside: u32,
        outside_vectors: &[R],
        gradients: &mut Gradients<'_, R>,
    ) -> Result<R, ShapeError> {
        let negatives = self.negatives.next().ok_or(ShapeError::TooFewNegatives)?;
        negative_sampling(center, outside, negatives, outside_vectors, gradients)
    }
}

/// The loss of a window, `Σ_j J(v_c, w_{t+j}, U)` (eq. 14), in nats; the same sums of gradients are added to
/// `gradients`.
///
/// - `loss`: what is summed.
/// - `center`: `v_c`, D numbers. No other center vector takes part: `∂J/∂v_w = 0` for w ≠ c.
/// - `outside_words`: the rows `w_{t+j}`, such as [`window`] gives. A word that occurs twice counts twice.
/// - `outside_vectors`: `U`, |Vocab| rows of D numbers.
///
/// # Errors
/// [`ShapeError`] if the lengths do not fit or a word has no row; the gradients of the words before it have then
/// been added.
pub fn skip_gram<R: Real>(
    loss: &mut impl PairLoss<R>,
    center: &[R],
    outside_words: impl IntoIterator<Item = u32>,
    outside_vectors: &[R],
    gradients: &mut Gradients<'_, R>,
) -> Result<R, ShapeError> {
    let mut sum = R::ZERO;
    for outside in outside_words {
        sum += loss.pair(center, outside, outside_vectors, gradients)?;
    }
    Ok(sum)
}

/// The outside words `w_{t−m}..w_{t+m}` of the center `w_t` (eq. 14): −m ≤ j ≤ m, j ≠ 0, in the order of the sentence.
///
/// The window is cut at the ends of `sentence`, never padded. It is empty if the sentence has no word `t`.
pub fn window(sentence: &[u32], t: usize, m: usize) -> impl Iterator<Item = u32> + '_ {
    let (before, after) = match sentence.split_at_checked(t) {
        Some((before, [_, after @ ..])) => (before, after),
        _ => Default::default(),
    };
    before.iter().rev().take(m).rev().chain(after.iter().take(m)).copied()
}

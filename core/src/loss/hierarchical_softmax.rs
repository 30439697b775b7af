//! Hierarchical softmax: a word as a series of decisions in a tree (eq. 22, 23).

use super::rows::Rows;
use super::{Gradients, PairLoss};
use crate::math::{Real, ShapeError, add_scaled, dot, log_sigmoid, sigmoid};

/// The loss `J = −Σ_l log σ((1 − 2 b_l) u_{n_l}·h)` of one word (eq. 22), in nats, never below 0; its gradients
/// (eq. 23) are added to `gradients`. O(L·D) for a path of L nodes.
///
/// - `hidden`: `h`, D numbers: `v_c`, or what [`cbow`](super::cbow) makes of a window.
/// - `path`: the inner nodes `n_l`, rows of `outside_vectors`, each with the bit `b_l` of the word's code; such as
///   [`HuffmanTree::path`](crate::sample::HuffmanTree::path) gives, in any order.
/// - `outside_vectors`: `U`, a row of D numbers for each inner node.
///
/// # Errors
/// [`ShapeError`] if the lengths do not fit or a node has no row; nothing has then been written.
pub fn hierarchical_softmax<R: Real>(
    hidden: &[R],
    path: impl IntoIterator<Item = (u32, bool)> + Clone,
    outside_vectors: &[R],
    gradients: &mut Gradients<'_, R>,
) -> Result<R, ShapeError> {
    let rows = Rows::agree(hidden, outside_vectors, gradients)?;
    path.clone().into_iter().try_for_each(|(node, _)| rows.check("inner node", node))?;
    let mut loss = R::ZERO;
    for (node, bit) in path {
        let score = dot(rows.row(outside_vectors, node), hidden);
        // σ(x) − 1 is −σ(−x) (eq. 1), which keeps its digits.
        let (log_probability, error) =
            if bit { (log_sigmoid(-score), sigmoid(score)) } else { (log_sigmoid(score), -sigmoid(-score)) };
        loss -= log_probability;
        add_scaled(gradients.center, error, rows.row(outside_vectors, node));
        add_scaled(rows.row_mut(gradients.outside, node), error, hidden);
    }
    Ok(loss)
}

/// [`hierarchical_softmax`] for [`skip_gram`](super::skip_gram) and [`cbow`](super::cbow).
#[derive(Clone, Debug)]
pub struct HierarchicalSoftmax<F> {
    /// From a word to its path.
    pub path: F,
}

impl<R: Real, F: Fn(u32) -> I, I: IntoIterator<Item = (u32, bool)> + Clone> PairLoss<R> for HierarchicalSoftmax<F> {
    fn pair(
        &mut self,
        center: &[R],
        outside: u32,
        outside_vectors: &[R],
        gradients: &mut Gradients<'_, R>,
    ) -> Result<R, ShapeError> {
        hierarchical_softmax(center, (self.path)(outside), outside_vectors, gradients)
    }
}

//! How likely a word is where it stands.

use crate::model::{Component, Model, Rows};
use crate::simd::Lanes;

/// How likely `word` is among the words of `context`, in nats, up to a constant:
///
/// `s(x | C) = u_x · h + ¾ log f_x`, where `h = (1/|C|) Σ_{c ∈ C} v_c` is CBOW's hidden vector (eq. 21), and `f_x` the
/// `share` of x among all that was counted.
///
/// σ(u_x·h) is the probability by which training tells the true word from noise (eq. 9). Where training is done, its
/// log-odds `u_x·h` are `log P(x | C) − log(K q(x))`, K being the number of negatives and `q(x) ∝ f_x^¾` their
/// distribution (Gutmann and Hyvärinen 2010; Levy and Goldberg 2014); so s is `log P(x | C)` but for a constant. In a
/// model of skip-gram, `u_x·h` is the mean of the log-odds of the pairs.
///
/// Words without a row are left out; `None` if there is no other in the context, or `word` has no row. The sum over the
/// context is in its order, each product in that of [`dot`](crate::simd::dot()). Nothing is changed.
#[must_use]
pub fn log_likelihood<L: Lanes, V: Rows, U: Rows<Component = V::Component>>(
    lanes: L,
    model: &Model<V, U>,
    word: u32,
    share: f32,
    context: impl IntoIterator<Item = u32>,
) -> Option<f32> {
    let row = model.outside.row(word as usize)?;
    let (mut sum, mut words) = (0.0, 0_u32);
    for vector in context.into_iter().filter_map(|word| model.center.row(word as usize)) {
        sum += V::Component::dot(lanes, row, vector);
        words += 1;
    }
    (words > 0).then(|| sum / words as f32 + 0.75 * libm::logf(share))
}

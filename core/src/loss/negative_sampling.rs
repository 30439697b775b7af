//! Negative sampling: one outside word against K words drawn at random (eq. 9–13).

use super::Gradients;
use super::rows::Rows;
use crate::math::{Real, ShapeError, add_scaled, dot, log_sigmoid, sigmoid};

/// The loss `J = −log σ(u_o·v_c) − Σ_s log σ(−u_{w_s}·v_c)` of one (c, o) (eq. 9), in nats, never below 0; its
/// gradients (eq. 10–12) are added to `gradients`. O(K·D).
///
/// - `center`: `v_c`, D numbers.
/// - `outside`: `o`, a row of `outside_vectors`.
/// - `negatives`: `w_1..w_K`, rows of `outside_vectors`. A word that is in it n times counts n times (eq. 12). The
///   equations assume that none is `o`; one that is gets both of its terms, and the gradients are still those of eq. 9.
/// - `outside_vectors`: `U`, |Vocab| rows of D numbers.
///
/// # Errors
/// [`ShapeError`] if the lengths do not fit or a word has no row; nothing has then been written.
pub fn negative_sampling<R: Real>(
    center: &[R],
    outside: u32,
    negatives: &[u32],
    outside_vectors: &[R],
    gradients: &mut Gradients<'_, R>,
) -> Result<R, ShapeError> {
    let rows = Rows::agree(center, outside_vectors, gradients)?;
    rows.check("outside word", outside)?;
    negatives.iter().try_for_each(|&w| rows.check("negative sample", w))?;

    // The one number per word of eq. 13 is computed, used for both gradients, and dropped.
    let mut add_gradients = |word, error| {
        add_scaled(gradients.center, error, rows.row(outside_vectors, word)); // eq. 10
        add_scaled(rows.row_mut(gradients.outside, word), error, center); // eq. 11, 12
    };

    let score = dot(rows.row(outside_vectors, outside), center);
    let mut loss = -log_sigmoid(score);
    // σ(x) − 1, as −σ(−x) (eq. 1): it keeps its digits where σ(x) is near 1.
    add_gradients(outside, -sigmoid(-score));

    for &w in negatives {
        let score = dot(rows.row(outside_vectors, w), center);
        loss -= log_sigmoid(-score);
        add_gradients(w, sigmoid(score));
    }
    Ok(loss)
}

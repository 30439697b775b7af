//! Naive softmax: the cross-entropy of one outside word over the whole vocabulary (eq. 5–8).

use super::Gradients;
use super::rows::Rows;
use crate::math::{Real, ShapeError, add_scaled, check_len, dot, log_sum_exp, softmax};

/// The loss `J = −log ŷ_o` of one (c, o) (eq. 6), in nats, never below 0; its gradients (eq. 7, 8) are added to
/// `gradients`. O(|Vocab|·D).
///
/// - `center`: `v_c`, D numbers.
/// - `outside`: `o`, a row of `outside_vectors`.
/// - `outside_vectors`: `U`, |Vocab| rows of D numbers.
/// - `errors`: room for |Vocab| numbers, of any value. Afterwards it holds `ŷ − y`.
///
/// # Errors
/// [`ShapeError`] if the lengths do not fit or `outside` has no row; nothing has then been written.
pub fn naive_softmax<R: Real>(
    center: &[R],
    outside: u32,
    outside_vectors: &[R],
    errors: &mut [R],
    gradients: &mut Gradients<'_, R>,
) -> Result<R, ShapeError> {
    let rows = Rows::agree(center, outside_vectors, gradients)?;
    rows.check("outside word", outside)?;
    check_len("room for the errors of the softmax", errors, rows.len)?;

    for (score, u_w) in errors.iter_mut().zip(rows.iter(outside_vectors)) {
        *score = dot(u_w, center);
    }
    let loss = log_sum_exp(errors) - dot(rows.row(outside_vectors, outside), center); // eq. 6

    softmax(errors); // ŷ, eq. 5
    if let Some(y_o) = errors.get_mut(outside as usize) {
        *y_o -= R::ONE; // ŷ − y
    }
    let rows_of_u = rows.iter(outside_vectors).zip(rows.iter_mut(gradients.outside));
    for (&error, (u_w, gradient_u_w)) in errors.iter().zip(rows_of_u) {
        add_scaled(gradients.center, error, u_w); // eq. 7
        add_scaled(gradient_u_w, error, center); // eq. 8
    }
    Ok(loss)
}

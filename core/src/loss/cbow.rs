//! CBOW: the mean of a window predicts its center (eq. 21).

use super::rows::Rows;
use super::{Gradients, PairLoss};
use crate::math::{Real, ShapeError, add_scaled, check_len};

/// The loss of a window, `J(h, w_t, U)` with the mean `h = (1/n) Σ_i v_{w_i}` of its n words (eq. 21), in nats; its
/// gradients are added to `gradients`: `∂J/∂v_{w_i} = (1/n) ∂J/∂h`, and those of the outside vectors.
///
/// - `loss`: of the center, given the hidden vector.
/// - `words`: the words of the window, rows of `center_vectors`, such as [`window`](super::window) gives. A word that
///   occurs twice counts twice. Without words there is no loss.
/// - `center`: the word that is true.
/// - `center_vectors`: `V`, |Vocab| rows of D numbers.
/// - `outside_vectors`: `U`, rows of D numbers.
/// - `room`: 2·D numbers, of any value. Afterwards it holds `h` and `∂J/∂h`.
/// - `gradients`: here `center` is `∂J/∂V`, as large as `center_vectors`.
///
/// # Errors
/// [`ShapeError`] if the lengths do not fit or a word has no row; of `gradients`, nothing has then been written.
pub fn cbow<R: Real>(
    loss: &mut impl PairLoss<R>,
    words: impl IntoIterator<Item = u32> + Clone,
    center: u32,
    (center_vectors, outside_vectors): (&[R], &[R]),
    room: &mut [R],
    gradients: &mut Gradients<'_, R>,
) -> Result<R, ShapeError> {
    let (hidden, by_hidden) = room.split_at_mut(room.len() / 2);
    check_len("room for the hidden vector's gradient", by_hidden, hidden.len())?;
    check_len("gradient of the center vectors", gradients.center, center_vectors.len())?;
    let rows = Rows::of("center vectors", hidden, center_vectors)?;
    hidden.fill(R::ZERO);
    by_hidden.fill(R::ZERO);
    let mut n = R::ZERO;
    for word in words.clone() {
        rows.check("word of the window", word)?;
        add_scaled(hidden, R::ONE, rows.row(center_vectors, word));
        n += R::ONE;
    }
    if n == R::ZERO {
        return Ok(R::ZERO);
    }
    hidden.iter_mut().for_each(|h| *h /= n);
    let mut pair = Gradients { center: by_hidden, outside: &mut *gradients.outside };
    let loss = loss.pair(hidden, center, outside_vectors, &mut pair)?;
    for word in words {
        add_scaled(rows.row_mut(gradients.center, word), R::ONE / n, by_hidden);
    }
    Ok(loss)
}

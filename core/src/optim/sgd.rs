//! Stochastic gradient descent (eq. 15).

use crate::math::{Real, ShapeError, check_len};

/// `θ ← θ − ηg` (eq. 15).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Sgd<R> {
    /// L2 regularization: `l2 · θ` is added to g (eq. 18). 0 leaves it out.
    pub l2: R,
}

impl<R: Real> Sgd<R> {
    /// One step of `parameters` (θ) at `rate` (η) against `gradient` (g), of the same length.
    ///
    /// # Errors
    /// [`ShapeError`] if the lengths differ; nothing has then been written.
    pub fn step(&self, rate: R, gradient: &[R], parameters: &mut [R]) -> Result<(), ShapeError> {
        check_len("gradient", gradient, parameters.len())?;
        for (theta, &g) in parameters.iter_mut().zip(gradient) {
            let g = g + self.l2 * *theta;
            *theta -= rate * g;
        }
        Ok(())
    }
}

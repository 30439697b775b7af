//! Momentum (eq. 16).

use crate::math::{Real, ShapeError, check_len};

/// `m ← β m + (1 − β) g; θ ← θ − η m` (eq. 16): the mean of the recent gradients instead of only the last.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Momentum<R> {
    /// β, in 0..1: how much of the mean a step keeps. 0.9 by default.
    pub beta: R,
    /// L2 regularization: `l2 · θ` is added to g (eq. 18). 0, the default, leaves it out.
    pub l2: R,
}

impl<R: Real> Default for Momentum<R> {
    fn default() -> Self {
        Self { beta: R::from_f64(0.9), l2: R::ZERO }
    }
}

impl<R: Real> Momentum<R> {
    /// One step of `parameters` (θ) at `rate` (η) against `gradient` (g), with the mean m in `mean`, zeroed before the
    /// first step; all of one length.
    ///
    /// # Errors
    /// [`ShapeError`] if the lengths differ; nothing has then been written.
    pub fn step(&self, rate: R, gradient: &[R], parameters: &mut [R], mean: &mut [R]) -> Result<(), ShapeError> {
        check_len("gradient", gradient, parameters.len())?;
        check_len("mean of the gradients", mean, parameters.len())?;
        for ((theta, &g), m) in parameters.iter_mut().zip(gradient).zip(mean) {
            let g = g + self.l2 * *theta;
            *m = self.beta * *m + (R::ONE - self.beta) * g;
            *theta -= rate * *m;
        }
        Ok(())
    }
}

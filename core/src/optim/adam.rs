//! Adam and AdamW (eq. 17, 18).

use crate::math::{Real, ShapeError, check_len};

/// Adam (Kingma & Ba 2015; eq. 17): `θ ← θ − η m̂ / (√v̂ + ε)`, with a rate for each component.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Adam<R> {
    /// β₁, in 0..1: how much of the mean of g a step keeps. 0.9 by default.
    pub beta1: R,
    /// β₂, in 0..1: how much of the mean of g² a step keeps. 0.999 by default.
    pub beta2: R,
    /// ε: bounds the step if g has always been near 0. 1e-8 by default.
    pub epsilon: R,
    /// L2 regularization: `l2 · θ` is added to g (eq. 18), and Adam then scales it like g; [`AdamW`] does not.
    /// 0, the default, leaves it out.
    pub l2: R,
}

/// The state of [`Adam`] for a slice of parameters: zero before the first step.
#[derive(Debug)]
pub struct AdamState<'a, R> {
    /// m: the running mean of g, as long as the parameters.
    pub mean: &'a mut [R],
    /// v: the running mean of g², as long as the parameters.
    pub square: &'a mut [R],
    /// t: the steps that these parameters have taken. Rows that are stepped only when touched need one each.
    pub steps: &'a mut u32,
}

impl<R: Real> Default for Adam<R> {
    fn default() -> Self {
        Self { beta1: R::from_f64(0.9), beta2: R::from_f64(0.999), epsilon: R::from_f64(1e-8), l2: R::ZERO }
    }
}

impl<R: Real> Adam<R> {
    /// One step of `parameters` (θ) at `rate` (η) against `gradient` (g), with `state` of the same length.
    ///
    /// # Errors
    /// [`ShapeError`] if the lengths differ; nothing has then been written.
    pub fn step(
        &self,
        rate: R,
        gradient: &[R],
        parameters: &mut [R],
        state: AdamState<'_, R>,
    ) -> Result<(), ShapeError> {
        AdamW { adam: *self, decay: R::ZERO }.step(rate, gradient, parameters, state)
    }

    /// `(1 − β₁^t, 1 − β₂^t)` of step t: the corrections of m and v, which started from zero.
    pub(super) fn corrections(&self, t: u32) -> (R, R) {
        (complement(R::ONE - self.beta1, t), complement(R::ONE - self.beta2, t))
    }
}

/// AdamW (Loshchilov & Hutter 2019; eq. 18): Adam, and `θ ← θ − ηλθ`, a decay that does not depend on the scale of g.
///
/// The decay applies to θ at the start of the step, as in the paper (algorithm 2) and in PyTorch.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct AdamW<R> {
    /// The Adam step.
    pub adam: Adam<R>,
    /// λ: the share of θ, times η, that a step takes away. 0.01 by default.
    pub decay: R,
}

impl<R: Real> Default for AdamW<R> {
    fn default() -> Self {
        Self { adam: Adam::default(), decay: R::from_f64(0.01) }
    }
}

impl<R: Real> AdamW<R> {
    /// One step of `parameters` (θ) at `rate` (η) against `gradient` (g), with `state` of the same length.
    ///
    /// # Errors
    /// [`ShapeError`] if the lengths differ; nothing has then been written.
    pub fn step(
        &self,
        rate: R,
        gradient: &[R],
        parameters: &mut [R],
        state: AdamState<'_, R>,
    ) -> Result<(), ShapeError> {
        check_len("gradient", gradient, parameters.len())?;
        check_len("mean of the gradients", state.mean, parameters.len())?;
        check_len("mean of the squared gradients", state.square, parameters.len())?;

        // After u32::MAX steps the corrections have long been 1, and stay so.
        *state.steps = state.steps.saturating_add(1);
        let Adam { beta1, beta2, epsilon, l2 } = self.adam;
        let (correction1, correction2) = self.adam.corrections(*state.steps);

        let moments = state.mean.iter_mut().zip(state.square);
        for ((theta, &g), (m, v)) in parameters.iter_mut().zip(gradient).zip(moments) {
            let g = g + l2 * *theta;
            *m = beta1 * *m + (R::ONE - beta1) * g;
            *v = beta2 * *v + (R::ONE - beta2) * g * g;
            let m_hat = *m / correction1;
            let v_hat = *v / correction2;
            *theta = *theta - rate * m_hat / (v_hat.sqrt() + epsilon) - rate * self.decay * *theta;
        }
        Ok(())
    }
}

/// `1 − (1 − share)^t`, by repeated squaring: the same multiplications on every machine.
///
/// It keeps the complements of the powers, which are small, with `1 − ab = (1 − a) + a(1 − b)`. A power of β₂ = 0.999
/// as f32 is rounded to 6e-8, which matters in the small rest of 1.
fn complement<R: Real>(mut share: R, mut t: u32) -> R {
    let mut total = R::ZERO;
    while t > 0 {
        if t & 1 == 1 {
            total = total + share * (R::ONE - total);
        }
        share = share + share * (R::ONE - share);
        t >>= 1;
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corrections_are_exact_to_a_few_roundings() {
        let adam = Adam::<f32>::default();
        for t in (1..2_000).chain([1 << 20, u32::MAX]) {
            let (first, second) = adam.corrections(t);
            for (found, beta) in [(first, adam.beta1), (second, adam.beta2)] {
                let exact = -libm::expm1(f64::from(t) * libm::log(f64::from(beta)));
                assert!((f64::from(found) / exact - 1.0).abs() < 2e-6, "{beta}^{t}: {found}, not {exact}");
            }
        }
    }
}

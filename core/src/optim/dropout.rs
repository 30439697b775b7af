//! Inverted dropout on the center vector (eq. 19).

use rand_core::Rng;

use crate::math::{Real, ShapeError, check_len};

/// Dropout (eq. 19), in training only: each component is kept with probability 1 − p and scaled by 1/(1 − p), so that
/// its expectation stays the same and nothing changes when dropout is off.
///
/// The mask is explicit, because the gradient passes through the same one:
///
/// ```
/// use motevec_core::optim::Dropout;
/// use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng};
///
/// let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
/// let (mut v_c, mut mask) = ([1.0_f32; 8], [0.0; 8]);
/// Dropout::new(0.5).unwrap().draw(&mut rng, &mut mask);
/// Dropout::apply(&mask, &mut v_c)?; // forward
/// assert!(v_c.iter().all(|&x| x == 0.0 || x == 2.0));
///
/// let mut gradient = [0.5_f32; 8]; // of the loss by the masked v_c
/// Dropout::apply(&mask, &mut gradient)?; // of the loss by v_c itself
/// # Ok::<(), motevec_core::math::ShapeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Dropout {
    p: f32,
}

impl Dropout {
    /// Dropout of probability `p`; `None` unless 0 ≤ `p` < 1.
    #[must_use]
    pub fn new(p: f32) -> Option<Self> {
        (0.0..1.0).contains(&p).then_some(Self { p })
    }

    /// Fills `mask` with 1/(1 − p), or 0 with probability p, independently. One `u32` is drawn per component.
    pub fn draw<R: Real>(self, rng: &mut impl Rng, mask: &mut [R]) {
        let p = f64::from(self.p);
        let scale = R::from_f64(1.0 / (1.0 - p));
        // Of the 2^32 possible numbers, the first p · 2^32 drop.
        let dropped = (p * 4_294_967_296.0) as u64;
        for factor in mask {
            *factor = if u64::from(rng.next_u32()) < dropped { R::ZERO } else { scale };
        }
    }

    /// Multiplies `vector` by `mask`: the vector going forward, or the gradient coming back.
    ///
    /// # Errors
    /// [`ShapeError`] if the lengths differ; nothing has then been written.
    pub fn apply<R: Real>(mask: &[R], vector: &mut [R]) -> Result<(), ShapeError> {
        check_len("dropout mask", mask, vector.len())?;
        for (x, &factor) in vector.iter_mut().zip(mask) {
            *x *= factor;
        }
        Ok(())
    }
}

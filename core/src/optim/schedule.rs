//! How the learning rate changes during training (eq. 15).

use core::num::NonZeroU64;

/// A learning-rate schedule: the rate η from the rate at the start and the progress.
///
/// The caller chooses what is counted, tokens or steps.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Schedule {
    /// The rate at the start, throughout; also for streams without an end, where new words must be learned at any age.
    Constant,
    /// In proportion to the rest of the work, but never below `floor` times the start.
    Linear {
        /// The smallest rate, as a fraction of the start: 1e-4 in word2vec.
        floor: f32,
    },
    /// Halves the rate after every so many steps: 20,000 in the course's run.
    HalveEvery(NonZeroU64),
}

impl Schedule {
    /// word2vec's schedule: linear, to 1e-4 of the start.
    pub const WORD2VEC: Self = Self::Linear { floor: 1e-4 };

    /// The rate after `done` of `total` units, from `start`.
    ///
    /// For [`Linear`](Self::Linear) the unit is whatever `total` counts; with `done` at or past `total` the rate is at
    /// its floor. For [`HalveEvery`](Self::HalveEvery) `done` counts steps, and `total` does not matter.
    #[must_use]
    pub fn rate(self, start: f32, done: u64, total: u64) -> f32 {
        match self {
            Self::Constant => start,
            Self::Linear { floor } => {
                // Counting down in integers keeps the last, small rates as accurate as the first ones.
                let left = if done < total { (total - done) as f32 / total as f32 } else { 0.0 };
                start * left.max(floor)
            }
            Self::HalveEvery(steps) => {
                // 300 halvings take every f32 to 0.
                let halvings = (done / steps).min(300) as i32;
                libm::ldexpf(start, -halvings)
            }
        }
    }
}

impl Default for Schedule {
    /// [`WORD2VEC`](Self::WORD2VEC).
    fn default() -> Self {
        Self::WORD2VEC
    }
}

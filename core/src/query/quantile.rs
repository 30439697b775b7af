//! A threshold that sets itself.

use crate::state::State;

/// A threshold that a given share of the scores of a stream without an end falls below. It follows them where they
/// drift, and takes four bytes.
///
/// Each score moves the level by a small step: up by `step · share`, or down by `step · (1 − share)` if the score is
/// below (Robbins and Monro 1951; for streams that drift, Gibbs and Candès 2021).
///
/// **Promise.** If all scores lie in `a ..= b`, as the level at the start does, then of the first n scores, whatever
/// they are, a share below the level that differs from `share` by at most `(b − a + step) / (step · n)`. *Proof:* the
/// level stays between `a − step` and `b + step · share`, since below a it only rises, and above b only falls. After n
/// scores of which k were below it has moved by `step · (share · n − k)`, and that is at most `b − a + step`.
/// (Rounding apart.)
///
/// A level that starts below all scores raises hardly any alarm at first: to rise by one takes 1 / (step · share)
/// scores.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Quantile {
    level: f32,
    share: f32,
    step: f32,
}

impl Quantile {
    /// A threshold for `share`, in 0 ..= 1, of the scores, that starts at `level`; `step`, above 0, is in units of the
    /// scores.
    #[must_use]
    pub const fn new(level: f32, share: f32, step: f32) -> Self {
        Self { level, share, step }
    }

    /// The threshold for the next score.
    #[must_use]
    pub fn level(&self) -> f32 {
        self.level
    }

    /// Takes the next score; returns whether it is below the threshold, which then moves. NaN is not, and moves
    /// nothing.
    pub fn observe(&mut self, score: f32) -> bool {
        let below = score < self.level;
        if !score.is_nan() {
            self.level += self.step * (self.share - f32::from(u8::from(below)));
        }
        below
    }
}

/// The level; the rest are settings.
impl State for Quantile {
    fn visit(&mut self, visit: &mut dyn FnMut(&mut [u8])) {
        self.level.visit(visit);
    }
}

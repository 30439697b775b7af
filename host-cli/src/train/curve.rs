//! The loss over the course of training.

use serde::{Deserialize, Serialize};

use super::Progress;

/// The points of a curve at most. Between two of them the loss is averaged.
const POINTS: u64 = 400;

/// The loss as training went on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LossCurve {
    pub(crate) epochs: u32,
    /// How far training had come, in epochs, and the mean loss since the point before.
    pub(crate) points: Vec<[f64; 2]>,
    /// Σ J and pairs of the epoch so far, when the last point was set, and when that was.
    sum: f64,
    pairs: u64,
    epoch: u32,
    done: u64,
}

impl LossCurve {
    /// A curve over so many `epochs`, not begun yet.
    #[must_use]
    pub fn new(epochs: u32) -> Self {
        Self { epochs: epochs.max(1), points: Vec::new(), sum: 0.0, pairs: 0, epoch: 0, done: 0 }
    }

    /// Takes note of how far training has come.
    pub fn observe(&mut self, progress: &Progress) {
        let &Progress { done, total, epoch, loss, pairs, .. } = progress;
        let per_epoch = (total / u64::from(self.epochs)).max(1);
        if epoch != self.epoch {
            (self.epoch, self.sum, self.pairs) = (epoch, 0.0, 0);
        }
        let ends = done % per_epoch == 0;
        if pairs <= self.pairs || (!ends && (done - self.done) < total.div_ceil(POINTS)) {
            return;
        }
        let sum = loss * pairs as f64;
        // In the middle of what the loss is the mean of.
        let at = (self.done + done) as f64 / 2.0 / per_epoch as f64;
        self.points.push([at, (sum - self.sum) / (pairs - self.pairs) as f64]);
        (self.sum, self.pairs, self.done) = (sum, pairs, done);
    }
}

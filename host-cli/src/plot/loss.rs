//! The loss over the course of training.

use serde::{Deserialize, Serialize};

use super::canvas::{Anchor, Canvas, GRID, GROUPS, INK, LINE, MUTED};
use super::file::Picture;
use super::fit::shortened;
use super::font::Ruler;
use super::ticks::ticks;
use crate::train::Progress;

/// Width and height of the picture.
const SIZE: [f64; 2] = [900.0, 560.0];

/// Where the curve is: left, top, right, bottom.
const AREA: [f64; 4] = [86.0, 96.0, 872.0, 488.0];

/// The most points of a curve. Between two of them the loss is averaged.
const POINTS: u64 = 400;

/// The loss during training.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LossCurve {
    epochs: u32,
    /// How far training had come, in epochs, and the mean loss since the point before.
    points: Vec<[f64; 2]>,
    /// Σ J and pairs of the epoch at the last point, and when that was.
    sum: f64,
    pairs: u64,
    epoch: u32,
    done: u64,
}

impl LossCurve {
    /// An empty curve over `epochs`.
    #[must_use]
    pub fn new(epochs: u32) -> Self {
        Self { epochs: epochs.max(1), points: Vec::new(), sum: 0.0, pairs: 0, epoch: 0, done: 0 }
    }

    /// Records the progress of training.
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
        // In the middle of the interval that the loss is the mean of.
        let at = (self.done + done) as f64 / 2.0 / per_epoch as f64;
        self.points.push([at, (sum - self.sum) / (pairs - self.pairs) as f64]);
        (self.sum, self.pairs, self.done) = (sum, pairs, done);
    }

    /// Draws the curve, with the mean loss of each epoch.
    #[must_use]
    pub fn draw(&self, name: &str, losses: &[f64]) -> Picture {
        let title = format!("Loss of {name}");
        let mut canvas = Canvas::new(SIZE[0], SIZE[1], &title);
        let [left, top, right, bottom] = AREA;
        let heading = shortened(&Ruler::new(), &title, 24.0, right - left + 58.0);
        canvas.text([left - 58.0, 44.0], 24.0, Anchor::Start, INK, &heading);
        let note = "negative-sampling loss of an average pair, in nats: during training, and the mean of each epoch";
        canvas.text([left - 58.0, 68.0], 14.0, Anchor::Start, MUTED, note);

        let means = losses.iter().enumerate().map(|(epoch, &loss)| [epoch as f64 + 0.5, loss]);
        let means: Vec<_> = means.filter(|[_, loss]| loss.is_finite()).collect();
        let shown = self.points.iter().chain(&means).map(|point| point[1]);
        let (low, high) =
            shown.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), loss| (low.min(loss), high.max(loss)));
        // A flat curve gets a range around it.
        let room = ((high - low) * 0.06).max(high.abs() * 1e-3).max(1e-6);
        let (low, high) = (low - room, high + room);
        let epochs = f64::from(self.epochs);
        let place = |[at, loss]: [f64; 2]| {
            [left + at / epochs * (right - left), bottom - (loss - low) / (high - low) * (bottom - top)]
        };
        for (loss, text) in ticks(low, high, 6) {
            let [_, y] = place([0.0, loss]);
            canvas.line(&[[left, y], [right, y]], 1.0, GRID);
            canvas.text([left - 8.0, y + 4.5], 12.5, Anchor::End, MUTED, &text);
        }
        for (at, text) in ticks(0.0, epochs, 10.min(losses.len())).into_iter().filter(|(at, _)| at.fract() == 0.0) {
            let [x, _] = place([at, low]);
            canvas.line(&[[x, top], [x, bottom]], 1.0, GRID);
            canvas.text([x, bottom + 18.0], 12.5, Anchor::Middle, MUTED, &text);
        }
        canvas.text([(left + right) / 2.0, bottom + 44.0], 14.0, Anchor::Middle, INK, "epochs");
        canvas.text_upwards([left - 46.0, (top + bottom) / 2.0], 14.0, Anchor::Middle, INK, "loss");
        canvas.line(&self.points.iter().copied().map(place).collect::<Vec<_>>(), 1.0, LINE);
        canvas.line(&means.iter().copied().map(place).collect::<Vec<_>>(), 2.5, GROUPS[0]);
        for (mean, epoch) in means.iter().zip(1..) {
            let hint = format!("epoch {epoch}: {:.4}", mean[1]);
            canvas.dot(place(*mean), if epochs > 50.0 { 2.0 } else { 4.0 }, GROUPS[0], &hint);
        }
        Picture { canvas, title, foreign: 0, unlabeled: 0 }
    }
}

//! The loss over the course of training.

use super::canvas::{Anchor, Canvas, GRID, GROUPS, INK, LINE, MUTED};
use super::file::Picture;
use super::fit::shortened;
use super::font::Ruler;
use super::ticks::ticks;
use crate::train::LossCurve;

/// Width and height of the picture.
const SIZE: [f64; 2] = [900.0, 560.0];

/// Where the curve is: left, top, right, bottom.
const AREA: [f64; 4] = [86.0, 96.0, 872.0, 488.0];

/// Draws the `curve` of the model `name`, with the mean loss of each epoch.
#[must_use]
pub fn draw_loss(curve: &LossCurve, name: &str, losses: &[f64]) -> Picture {
    let title = format!("Loss of {name}");
    let mut canvas = Canvas::new(SIZE[0], SIZE[1], &title);
    let [left, top, right, bottom] = AREA;
    let heading = shortened(&Ruler::new(), &title, 24.0, right - left + 58.0);
    canvas.text([left - 58.0, 44.0], 24.0, Anchor::Start, INK, &heading);
    let note = "negative-sampling loss of an average pair, in nats: during training, and the mean of each epoch";
    canvas.text([left - 58.0, 68.0], 14.0, Anchor::Start, MUTED, note);

    let means = losses.iter().enumerate().map(|(epoch, &loss)| [epoch as f64 + 0.5, loss]);
    let means: Vec<_> = means.filter(|[_, loss]| loss.is_finite()).collect();
    let shown = curve.points.iter().chain(&means).map(|point| point[1]);
    let (low, high) =
        shown.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), loss| (low.min(loss), high.max(loss)));
    // A curve without range gets a range, around it.
    let room = ((high - low) * 0.06).max(high.abs() * 1e-3).max(1e-6);
    let (low, high) = (low - room, high + room);
    let epochs = f64::from(curve.epochs);
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
    canvas.line(&curve.points.iter().copied().map(place).collect::<Vec<_>>(), 1.0, LINE);
    canvas.line(&means.iter().copied().map(place).collect::<Vec<_>>(), 2.5, GROUPS[0]);
    for (mean, epoch) in means.iter().zip(1..) {
        let hint = format!("epoch {epoch}: {:.4}", mean[1]);
        canvas.dot(place(*mean), if epochs > 50.0 { 2.0 } else { 4.0 }, GROUPS[0], &hint);
    }
    Picture { canvas, title, foreign: 0, unlabeled: 0 }
}

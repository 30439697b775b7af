//! From the unit of points to that of a drawing.

use super::geometry::Rect;
use super::scatter::Point;

/// Where the points are.
pub(super) struct Area {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Area {
    pub(super) fn rect(&self) -> Rect {
        let Self { left, top, right, bottom } = *self;
        Rect { x: (left + right) / 2.0, y: (top + bottom) / 2.0, half: [(right - left) / 2.0, (bottom - top) / 2.0] }
    }
}

/// From the points' unit to that of the drawing.
pub(super) struct Scale {
    factor: f64,
    /// The point shown in the middle, and its place.
    middle: [f64; 2],
    center: [f64; 2],
}

impl Scale {
    /// Fits `points` into `area`, with room for labels of `letters` beside the outermost.
    pub(super) fn new(points: &[Point<'_>], area: &Area, letters: f64) -> Self {
        let extent = |axis: usize| {
            let along = points.iter().map(|point| point.place[axis]);
            along.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), at| (low.min(at), high.max(at)))
        };
        let (rect, [(left, right), (low, high)]) = (area.rect(), [extent(0), extent(1)]);
        let room = [(rect.half[0] - 3.0 * letters).max(1.0), (rect.half[1] - 1.6 * letters).max(1.0)];
        let factor = (2.0 * room[0] / (right - left)).min(2.0 * room[1] / (high - low));
        Self {
            factor: if factor.is_finite() { factor } else { 1.0 },
            middle: [(left + right) / 2.0, (low + high) / 2.0],
            center: [rect.x, rect.y],
        }
    }

    pub(super) fn place(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let [middle_x, middle_y] = self.middle;
        [self.center[0] + (x - middle_x) * self.factor, self.center[1] - (y - middle_y) * self.factor]
    }

    pub(super) fn value(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let [middle_x, middle_y] = self.middle;
        [middle_x + (x - self.center[0]) / self.factor, middle_y - (y - self.center[1]) / self.factor]
    }
}

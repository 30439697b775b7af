//! Rectangles and segments in the plane.

/// A rectangle by its center and its half width and height.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rect {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) half: [f64; 2],
}

impl Rect {
    /// The area of what it shares with `other`.
    pub(super) fn overlap(&self, other: &Self) -> f64 {
        let along = |one: f64, half: f64, two: f64, other: f64| (half + other - (one - two).abs()).max(0.0);
        let width = along(self.x, self.half[0], other.x, other.half[0]).min(2.0 * self.half[0].min(other.half[0]));
        let height = along(self.y, self.half[1], other.y, other.half[1]).min(2.0 * self.half[1].min(other.half[1]));
        width * height
    }

    /// Whether all of it is in `area`.
    pub(super) fn inside(&self, area: &Self) -> bool {
        (self.x - area.x).abs() + self.half[0] <= area.half[0] && (self.y - area.y).abs() + self.half[1] <= area.half[1]
    }

    /// The point of the rectangle that is nearest to `point`.
    pub(super) fn nearest(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        [x.clamp(self.x - self.half[0], self.x + self.half[0]), y.clamp(self.y - self.half[1], self.y + self.half[1])]
    }

    /// Whether the segment from `a` to `b` passes through.
    pub(super) fn is_crossed(&self, a: [f64; 2], b: [f64; 2]) -> bool {
        // The part of the segment, from 0 to 1, that is within the rectangle's reach on each axis (Liang & Barsky
        // 1984).
        let (mut from, mut to) = (0.0_f64, 1.0_f64);
        for (axis, center) in [self.x, self.y].into_iter().enumerate() {
            let (start, way) = (a[axis] - center, b[axis] - a[axis]);
            if way.abs() < 1e-9 {
                if start.abs() > self.half[axis] {
                    return false;
                }
                continue;
            }
            let ends = [(-self.half[axis] - start) / way, (self.half[axis] - start) / way];
            from = from.max(ends[0].min(ends[1]));
            to = to.min(ends[0].max(ends[1]));
        }
        from < to
    }
}

/// The rectangle whose corners are `a` and `b`.
pub(super) fn between(a: [f64; 2], b: [f64; 2]) -> Rect {
    let half = [(a[0] - b[0]).abs() / 2.0, (a[1] - b[1]).abs() / 2.0];
    Rect { x: (a[0] + b[0]) / 2.0, y: (a[1] + b[1]) / 2.0, half }
}

/// How far `point` is from the segment from `a` to `b`.
pub(super) fn distance(point: [f64; 2], [a, b]: [[f64; 2]; 2]) -> f64 {
    let way = [b[0] - a[0], b[1] - a[1]];
    let length = way[0] * way[0] + way[1] * way[1];
    let along = (point[0] - a[0]) * way[0] + (point[1] - a[1]) * way[1];
    let part = if length > 0.0 { (along / length).clamp(0.0, 1.0) } else { 0.0 };
    (point[0] - a[0] - part * way[0]).hypot(point[1] - a[1] - part * way[1])
}

/// Whether two segments cross.
pub(super) fn cross([a, b]: [[f64; 2]; 2], [c, d]: [[f64; 2]; 2]) -> bool {
    let side = |from: [f64; 2], to: [f64; 2], point: [f64; 2]| {
        (to[0] - from[0]) * (point[1] - from[1]) - (to[1] - from[1]) * (point[0] - from[0])
    };
    side(a, b, c) * side(a, b, d) < 0.0 && side(c, d, a) * side(c, d, b) < 0.0
}

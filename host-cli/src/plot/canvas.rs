//! What pictures are drawn on: a list of shapes in the project's colors, which become marks of an SVG or pixels.

use std::borrow::Cow;

/// A color: its class and its value on white paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Color(pub(super) &'static str, pub(super) &'static str);

impl Color {
    /// Red, green and blue on white paper.
    pub(super) fn channels(self) -> [u8; 3] {
        let channel = |at: usize| u8::from_str_radix(&self.1[at..at + 2], 16).unwrap_or(0);
        [1, 3, 5].map(channel)
    }
}

pub(super) const PAPER: Color = Color("paper", "#ffffff");
pub(super) const INK: Color = Color("ink", "#1b2530");
pub(super) const MUTED: Color = Color("muted", "#5b6774");
pub(super) const LINE: Color = Color("faint", "#9db7d3");
pub(super) const GRID: Color = Color("grid", "#e8ecf0");

/// The colors of groups: distinct for most people with color blindness, and dark enough to read on white (4.5 : 1).
pub(super) const GROUPS: [Color; 10] = [
    Color("g0", "#1f66b0"),
    Color("g1", "#b84a00"),
    Color("g2", "#1c7a44"),
    Color("g3", "#a3277f"),
    Color("g4", "#b3261e"),
    Color("g5", "#0b7480"),
    Color("g6", "#6a4bb5"),
    Color("g7", "#75630a"),
    Color("g8", "#85502f"),
    Color("g9", "#566370"),
];

/// How a text is aligned with its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// What can be drawn, with all lengths in the unit of the drawing, to the right and downwards.
pub(super) enum Shape {
    Rect {
        corner: [f64; 2],
        size: [f64; 2],
        color: Color,
    },
    /// A dot that shows `hint` to a pointer.
    Dot {
        center: [f64; 2],
        radius: f64,
        color: Color,
        hint: String,
    },
    Line {
        points: Vec<[f64; 2]>,
        width: f64,
        color: Color,
    },
    /// A text with its base line at `place`; turned, it runs upwards.
    Text {
        place: [f64; 2],
        size: f64,
        anchor: Anchor,
        color: Color,
        text: String,
        turned: bool,
    },
    /// Another drawing, as large as fits into `size`, in its middle.
    Drawing {
        corner: [f64; 2],
        size: [f64; 2],
        drawing: Canvas,
    },
}

/// A drawing of some width and height, with its origin in the upper left corner.
pub(super) struct Canvas {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) title: String,
    /// Later shapes cover earlier ones.
    pub(super) shapes: Vec<Shape>,
}

impl Canvas {
    /// White paper, described by `title` to those who cannot see it.
    pub(super) fn new(width: f64, height: f64, title: &str) -> Self {
        let mut canvas = Self { width, height, title: legible(title).into_owned(), shapes: Vec::new() };
        canvas.rect([0.0, 0.0], [width, height], PAPER);
        canvas
    }

    pub(super) fn rect(&mut self, corner: [f64; 2], size: [f64; 2], color: Color) {
        self.shapes.push(Shape::Rect { corner, size, color });
    }

    /// A dot that shows `hint` to a pointer.
    pub(super) fn dot(&mut self, center: [f64; 2], radius: f64, color: Color, hint: &str) {
        self.shapes.push(Shape::Dot { center, radius, color, hint: legible(hint).into_owned() });
    }

    /// Another drawing, with its corner at `corner`, as large as fits into `size`.
    pub(super) fn embed(&mut self, corner: [f64; 2], size: [f64; 2], drawing: Canvas) {
        self.shapes.push(Shape::Drawing { corner, size, drawing });
    }

    /// A line through `points`.
    pub(super) fn line(&mut self, points: &[[f64; 2]], width: f64, color: Color) {
        self.shapes.push(Shape::Line { points: points.to_vec(), width, color });
    }

    /// `text` with its base line at `place`.
    pub(super) fn text(&mut self, place: [f64; 2], size: f64, anchor: Anchor, color: Color, text: &str) {
        let text = legible(text).into_owned();
        self.shapes.push(Shape::Text { place, size, anchor, color, text, turned: false });
    }

    /// `text` that runs upward.
    pub(super) fn text_upwards(&mut self, place: [f64; 2], size: f64, anchor: Anchor, color: Color, text: &str) {
        let text = legible(text).into_owned();
        self.shapes.push(Shape::Text { place, size, anchor, color, text, turned: true });
    }
}

/// `text` with a replacement for characters that XML 1.0 cannot hold, and for control characters.
pub(super) fn legible(text: &str) -> Cow<'_, str> {
    let foreign = |letter: char| letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}');
    match text.contains(foreign) {
        true => text.replace(foreign, "\u{fffd}").into(),
        false => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_can_be_read_on_paper() {
        let light = |color: Color| {
            let [red, green, blue] = color.channels().map(|channel| {
                let value = f64::from(channel) / 255.0;
                if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
            });
            0.2126 * red + 0.7152 * green + 0.0722 * blue
        };
        // WCAG 2.2, 1.4.3.
        for color in GROUPS.iter().chain([&INK, &MUTED]) {
            let contrast = (light(PAPER) + 0.05) / (light(*color) + 0.05);
            assert!(contrast >= 4.5, "{color:?}: {contrast:.2}");
        }
    }
}

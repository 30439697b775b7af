//! Drawings as pixels.

use zeno::{Command, Join, Mask, PathBuilder as _, Placement, Scratch, Stroke, Style, Transform};

use super::canvas::{Anchor, Canvas, Color, Shape};
use super::letters::Letters;
use crate::{Error, Result};

/// Bytes of a pixel: red, green and blue.
const CHANNELS: usize = 3;

/// Rows of pixels, from the left upper corner.
pub(super) struct Pixels {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) colors: Vec<u8>,
}

impl Canvas {
    /// The drawing, with `scale` pixels for each unit of length.
    ///
    /// # Errors
    /// If it is too large for the memory.
    pub(super) fn pixels(&self, scale: f64) -> Result<Pixels> {
        let [width, height] = [self.width, self.height].map(|side| (side * scale).round().max(1.0) as u32);
        let mut colors = Vec::new();
        let bytes = (width as usize).checked_mul(height as usize).and_then(|pixels| pixels.checked_mul(CHANNELS));
        match bytes.filter(|&bytes| i32::try_from(bytes).is_ok() && colors.try_reserve_exact(bytes).is_ok()) {
            Some(bytes) => colors.resize(bytes, 0),
            None => return Err(Error::Failed("drawing the picture: it is too large".to_owned())),
        }
        let pixels = Pixels { width, height, colors };
        let mut painter = Painter { pixels, letters: Letters::new(), scratch: Scratch::new() };
        painter.drawing(self, Transform::scale(scale as f32, scale as f32));
        Ok(painter.pixels)
    }
}

/// Puts shapes on pixels.
struct Painter {
    pixels: Pixels,
    letters: Letters,
    scratch: Scratch,
}

impl Painter {
    /// Paints `canvas`; `view` leads from its unit to pixels.
    fn drawing(&mut self, canvas: &Canvas, view: Transform) {
        for shape in &canvas.shapes {
            self.shape(shape, view);
        }
    }

    fn shape(&mut self, shape: &Shape, view: Transform) {
        let point = |[x, y]: [f64; 2]| [x as f32, y as f32];
        let mut path = Vec::new();
        match shape {
            Shape::Rect { corner, size: [width, height], color } => {
                path.add_rect(point(*corner), *width as f32, *height as f32);
                self.paint(&path, Style::default(), view, *color);
            }
            Shape::Dot { center, radius, color, hint: _ } => {
                path.add_circle(point(*center), *radius as f32);
                self.paint(&path, Style::default(), view, *color);
            }
            Shape::Line { points, width, color } => {
                for (index, &next) in points.iter().enumerate() {
                    if index == 0 {
                        path.move_to(point(next))
                    } else {
                        path.line_to(point(next))
                    };
                }
                self.paint(&path, Stroke::new(*width as f32).join(Join::Round), view, *color);
            }
            Shape::Text { place: [x, y], size, anchor, color, text, turned } => {
                let (path, width) = self.letters.outline(text);
                let before = *size as f32
                    * match anchor {
                        Anchor::Start => 0.0,
                        Anchor::Middle => width / 2.0,
                        Anchor::End => width,
                    };
                let ([x, y], size) = (point([*x, *y]), *size as f32);
                // Written out, since zeno combines a turn with a shift the wrong way round.
                let place = match turned {
                    true => Transform::new(0.0, -size, size, 0.0, x, y + before),
                    false => Transform::new(size, 0.0, 0.0, size, x - before, y),
                };
                self.paint(&path, Style::default(), place.then(&view), *color);
            }
            Shape::Drawing { corner: [x, y], size: [width, height], drawing } => {
                let scale = (width / drawing.width).min(height / drawing.height);
                let [left, top] =
                    [width - scale * drawing.width, height - scale * drawing.height].map(|rest| rest / 2.0);
                let place =
                    Transform::scale(scale as f32, scale as f32).then_translate((x + left) as f32, (y + top) as f32);
                self.drawing(drawing, place.then(&view));
            }
        }
    }

    /// Paints what `style` makes of `path`.
    fn paint<'a>(&mut self, path: &[Command], style: impl Into<Style<'a>>, view: Transform, color: Color) {
        let (mask, Placement { left, top, width, height }) =
            Mask::with_scratch(path, &mut self.scratch).style(style).transform(Some(view)).render();
        let (paint, Pixels { width: across, height: down, colors }) = (color.channels(), &mut self.pixels);
        // The part of the mask that is on the picture.
        let within = |start: i32, length: u32, most: u32| {
            let end = i64::from(start) + i64::from(length);
            let clamped = |at: i64| at.clamp(0, i64::from(most));
            (clamped(start.into()), clamped(end))
        };
        let ((from, to), (first, last)) = (within(left, width, *across), within(top, height, *down));
        for y in first..last {
            let row = (y - i64::from(top)) as usize * width as usize;
            let coverage = &mask[row + (from - i64::from(left)) as usize..row + (to - i64::from(left)) as usize];
            let start = y as usize * *across as usize;
            let pixels = &mut colors[CHANNELS * (start + from as usize)..CHANNELS * (start + to as usize)];
            for (pixel, &covered) in pixels.chunks_exact_mut(CHANNELS).zip(coverage) {
                for (channel, paint) in pixel.iter_mut().zip(paint) {
                    *channel = mixed(*channel, paint, covered);
                }
            }
        }
    }
}

/// `under`, of which `paint` covers as many of 255 parts as `covered` says.
fn mixed(under: u8, paint: u8, covered: u8) -> u8 {
    let [under, paint, covered] = [under, paint, covered].map(u16::from);
    ((under * (255 - covered) + paint * covered + 127) / 255) as u8
}

#[cfg(test)]
mod tests {
    use super::super::canvas::{GROUPS, INK, LINE, PAPER};
    use super::*;

    fn at(pixels: &Pixels, x: usize, y: usize) -> [u8; 3] {
        let start = CHANNELS * (y * pixels.width as usize + x);
        pixels.colors[start..start + CHANNELS].try_into().unwrap()
    }

    #[test]
    fn shapes_are_where_they_should_be() {
        let mut canvas = Canvas::new(40.0, 30.0, "");
        canvas.dot([10.0, 10.0], 4.0, GROUPS[0], "");
        canvas.line(&[[0.0, 20.0], [30.0, 20.0], [30.0, 0.0]], 2.0, LINE);
        let pixels = canvas.pixels(2.0).unwrap();
        assert_eq!((pixels.width, pixels.height, pixels.colors.len()), (80, 60, 80 * 60 * 3));
        assert_eq!(at(&pixels, 20, 20), GROUPS[0].channels());
        assert_eq!([at(&pixels, 29, 20), at(&pixels, 11, 20), at(&pixels, 79, 59)], [PAPER.channels(); 3]);
        assert_eq!([at(&pixels, 5, 39), at(&pixels, 5, 40), at(&pixels, 60, 5)], [LINE.channels(); 3]);
        assert_eq!([at(&pixels, 5, 37), at(&pixels, 5, 42)], [PAPER.channels(); 2]);
        // Half of an edge is half as dark.
        assert!(at(&pixels, 20, 12)[0] <= at(&pixels, 26, 15)[0], "antialiased");
    }

    /// Left, top, right and bottom of what is not paper.
    fn inked(canvas: &Canvas) -> [usize; 4] {
        let pixels = canvas.pixels(1.0).unwrap();
        let mut found = [usize::MAX, usize::MAX, 0, 0];
        for (y, x) in (0..canvas.height as usize).flat_map(|y| (0..canvas.width as usize).map(move |x| (y, x))) {
            if at(&pixels, x, y) != PAPER.channels() {
                found = [found[0].min(x), found[1].min(y), found[2].max(x), found[3].max(y)];
            }
        }
        found
    }

    #[test]
    fn texts_stand_as_their_anchors_say() {
        let drawn = |anchor, upwards| {
            let mut canvas = Canvas::new(200.0, 200.0, "");
            let text = if upwards { Canvas::text_upwards } else { Canvas::text };
            text(&mut canvas, [100.0, 100.0], 20.0, anchor, INK, "HHHH");
            inked(&canvas)
        };
        let near = |found: usize, expected: usize| found.abs_diff(expected) <= 3;
        let [left, top, right, bottom] = drawn(Anchor::Start, false);
        let width = right - left;
        assert!(near(left, 101) && near(top, 86) && near(bottom, 99) && (40..70).contains(&width), "{left} {right}");
        assert!(near(drawn(Anchor::End, false)[2], 99) && near(drawn(Anchor::Middle, false)[0], 100 - width / 2));
        let [left, top, right, bottom] = drawn(Anchor::Start, true);
        assert!(near(left, 86) && near(right, 99) && near(bottom, 99) && near(bottom - top, width), "{top} {bottom}");
        assert!(near(drawn(Anchor::End, true)[1], 101) && near(drawn(Anchor::Middle, true)[3], 100 + width / 2));
    }

    #[test]
    fn what_leaves_the_picture_is_cut_off() {
        let mut canvas = Canvas::new(20.0, 20.0, "");
        canvas.dot([0.0, 0.0], 5.0, INK, "");
        canvas.dot([20.0, 10.0], 5.0, INK, "");
        canvas.dot([100.0, -100.0], 5.0, INK, "");
        canvas.text([15.0, 25.0], 20.0, Anchor::Middle, INK, "a long text");
        assert_eq!(inked(&canvas), [0, 0, 19, 19]);
    }

    #[test]
    fn a_drawing_within_another_fits_in_the_middle() {
        let mut part = Canvas::new(100.0, 100.0, "");
        part.rect([0.0, 0.0], [100.0, 100.0], INK);
        let mut canvas = Canvas::new(60.0, 40.0, "");
        canvas.embed([10.0, 10.0], [40.0, 20.0], part);
        assert_eq!(inked(&canvas), [20, 10, 39, 29]);
    }

    #[test]
    fn no_picture_is_larger_than_the_memory() {
        assert!(Canvas::new(1e9, 1e9, "").pixels(2.0).is_err());
    }

    #[test]
    fn colors_mix() {
        assert_eq!(
            [mixed(10, 200, 0), mixed(10, 200, 255), mixed(0, 255, 128), mixed(255, 255, 77)],
            [10, 200, 128, 255]
        );
    }
}

//! Words as points with labels.

use super::canvas::{Anchor, Canvas, Color, GRID, GROUPS, INK, MUTED};
use super::file::{Picture, foreign};
use super::font::Ruler;
use super::labels::{self, Place, Rect};
use super::ticks::ticks;

/// A word on a map.
#[derive(Clone, Debug)]
pub struct Point<'a> {
    /// The word.
    pub word: &'a str,
    /// Where it is: to the right and upwards, in any unit.
    pub place: [f64; 2],
    /// Its group, from 0.
    pub group: usize,
    /// Whether it stands out.
    pub strong: bool,
}

/// What the axes mean.
#[derive(Clone, Debug)]
pub enum Axes {
    /// Principal components, each with its share of the variance.
    Components([f64; 2]),
    /// Nothing by themselves.
    Map,
}

/// A map of words.
#[derive(Clone, Debug)]
pub struct Scatter<'a> {
    /// The heading.
    pub title: String,
    /// What is seen, below it.
    pub note: String,
    /// The words, the most important ones first: they get their labels first.
    pub points: Vec<Point<'a>>,
    /// The names of the groups; none where there is only one.
    pub groups: Vec<String>,
    /// What the axes mean.
    pub axes: Axes,
    /// Width and height.
    pub size: [f64; 2],
}

/// Around everything.
const MARGIN: f64 = 28.0;

/// The space for an axis: its numbers and its name.
const AXIS: f64 = 46.0;

/// The size of letters in legends and on axes.
const SMALL: f64 = 14.0;

impl Scatter<'_> {
    /// Draws the map. One unit is as long on either axis, so that distances can be compared.
    #[must_use]
    pub fn draw(&self) -> Picture {
        let ([width, height], ruler) = (self.size, Ruler::new());
        let mut canvas = Canvas::new(width, height, &format!("{}. {}", self.title, self.note));
        canvas.text([MARGIN, MARGIN + 20.0], 24.0, Anchor::Start, INK, &self.title);
        canvas.text([MARGIN, MARGIN + 44.0], SMALL, Anchor::Start, MUTED, &self.note);
        let top = self.legend(&mut canvas, &ruler, MARGIN + 74.0) + 14.0;

        let axis = if matches!(self.axes, Axes::Components(_)) { AXIS } else { 0.0 };
        let area = Area { left: MARGIN + axis, top, right: width - MARGIN, bottom: height - MARGIN - axis };
        let letters = self.letters();
        let scale = Scale::new(&self.points, &area, letters);
        self.axes(&mut canvas, &area, &scale);

        let places: Vec<_> = self.points.iter().map(|point| scale.place(point.place)).collect();
        let radius = (letters * 0.27).max(2.6);
        // A dot that stands out holds its label off.
        let room = |point: &Point<'_>| if point.strong { 4.0 + 2.0 * radius } else { 4.0 };
        let size = |point: &Point<'_>| [ruler.width(&shown(point.word), letters) + room(point), letters * 1.12];
        let sizes: Vec<_> = self.points.iter().map(size).collect();
        let labels = labels::place(&places, &sizes, radius, area.rect());
        for ((point, &place), label) in self.points.iter().zip(&places).zip(&labels) {
            if let Some(Place { rect, line: true }) = label {
                canvas.line(&[place, rect.nearest(place)], 0.8, MUTED);
            }
            let hint = match self.groups.get(point.group) {
                Some(group) => format!("{} ({group})", point.word),
                None => point.word.to_owned(),
            };
            canvas.dot(place, if point.strong { radius * 1.7 } else { radius }, color(point.group), &hint);
        }
        for (point, label) in self.points.iter().zip(&labels) {
            if let Some(Place { rect, .. }) = label {
                let (ink, base) = (if point.strong { INK } else { color(point.group) }, rect.y + letters * 0.33);
                canvas.text([rect.x, base], letters, Anchor::Middle, ink, &shown(point.word));
            }
        }
        Picture {
            canvas,
            title: self.title.clone(),
            foreign: foreign(self.points.iter().map(|point| point.word), &ruler),
            unlabeled: labels.iter().filter(|label| label.is_none()).count(),
        }
    }

    /// The size of a label's letters: smaller in a crowd.
    fn letters(&self) -> f64 {
        match self.points.len() {
            0..=40 => 18.0,
            41..=120 => 15.0,
            121..=350 => 12.5,
            _ => 10.5,
        }
    }

    /// Draws the groups' names from `top` on, in rows, and returns where they end.
    fn legend(&self, canvas: &mut Canvas, ruler: &Ruler, top: f64) -> f64 {
        let (mut x, mut y) = (MARGIN, top);
        if self.groups.is_empty() {
            return top - 20.0;
        }
        for (group, name) in self.groups.iter().enumerate() {
            let name = shown(name);
            let width = 18.0 + ruler.width(&name, SMALL);
            if x > MARGIN && x + width > canvas.width - MARGIN {
                (x, y) = (MARGIN, y + 22.0);
            }
            canvas.dot([x + 6.0, y - 5.0], 5.5, color(group), "");
            canvas.text([x + 18.0, y], SMALL, Anchor::Start, INK, &name);
            x += width + 24.0;
        }
        y
    }

    fn axes(&self, canvas: &mut Canvas, area: &Area, scale: &Scale) {
        let Area { left, top, right, bottom } = *area;
        let Axes::Components(shares) = self.axes else { return };
        let name =
            |which: &str, share: f64| format!("{which} principal component: {:.1} % of the variance", 100.0 * share);
        let [from, to] = [scale.value([left, bottom]), scale.value([right, top])];
        let every = 90.0;
        for (value, text) in ticks(from[0], to[0], ((right - left) / every) as usize) {
            let [x, _] = scale.place([value, 0.0]);
            canvas.line(&[[x, top], [x, bottom]], if value == 0.0 { 1.6 } else { 1.0 }, GRID);
            canvas.text([x, bottom + 18.0], SMALL - 1.5, Anchor::Middle, MUTED, &text);
        }
        for (value, text) in ticks(from[1], to[1], ((bottom - top) / every) as usize) {
            let [_, y] = scale.place([0.0, value]);
            canvas.line(&[[left, y], [right, y]], if value == 0.0 { 1.6 } else { 1.0 }, GRID);
            canvas.text([left - 8.0, y + 4.5], SMALL - 1.5, Anchor::End, MUTED, &text);
        }
        let middle = [(left + right) / 2.0, (top + bottom) / 2.0];
        canvas.text([middle[0], bottom + AXIS - 2.0], SMALL, Anchor::Middle, INK, &name("first", shares[0]));
        let beside = [left - AXIS + 2.0, middle[1]];
        canvas.text_upwards(beside, SMALL, Anchor::Middle, INK, &name("second", shares[1]));
    }
}

fn color(group: usize) -> Color {
    GROUPS[group % GROUPS.len()]
}

/// `text`, cut where it would fill a picture by itself: some corpora hold words of a thousand letters.
fn shown(text: &str) -> String {
    const MOST: usize = 48;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Where the points are.
struct Area {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

impl Area {
    fn rect(&self) -> Rect {
        let Self { left, top, right, bottom } = *self;
        Rect { x: (left + right) / 2.0, y: (top + bottom) / 2.0, half: [(right - left) / 2.0, (bottom - top) / 2.0] }
    }
}

/// From the points' unit to that of the drawing.
struct Scale {
    factor: f64,
    /// What is shown in the middle, and where that is.
    middle: [f64; 2],
    center: [f64; 2],
}

impl Scale {
    /// Fits `points` into `area`, with room for labels of `letters` beside the outermost.
    fn new(points: &[Point<'_>], area: &Area, letters: f64) -> Self {
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

    fn place(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let [middle_x, middle_y] = self.middle;
        [self.center[0] + (x - middle_x) * self.factor, self.center[1] - (y - middle_y) * self.factor]
    }

    fn value(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let [middle_x, middle_y] = self.middle;
        [middle_x + (x - self.center[0]) / self.factor, middle_y - (y - self.center[1]) / self.factor]
    }
}

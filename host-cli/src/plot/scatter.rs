//! Words as points with labels.

use super::canvas::{Anchor, Canvas, Color, GRID, GROUPS, INK, MUTED};
use super::file::{Picture, foreign};
use super::fit::{first, lines, shortened};
use super::font::Ruler;
use super::labels::{self, Place};
use super::scale::{Area, Scale};
use super::ticks::ticks;

/// A word on a map.
#[derive(Clone, Debug)]
pub struct Point<'a> {
    /// The word.
    pub word: &'a str,
    /// Its place: to the right and upward, in any unit.
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
    /// The note below it.
    pub note: String,
    /// The words, the most important ones first: they get their labels first.
    pub points: Vec<Point<'a>>,
    /// The names of the groups; empty if there is only one.
    pub groups: Vec<String>,
    /// What the axes mean.
    pub axes: Axes,
    /// Width and height.
    pub size: [f64; 2],
}

/// The width and height from which the sizes below apply; smaller pictures have smaller ones.
const USUAL: [f64; 2] = [800.0, 600.0];

/// The size of letters in the smallest picture, relative to the usual one.
const SMALLEST: f64 = 0.75;

/// The margin around everything.
const MARGIN: f64 = 28.0;

/// The space for an axis: its numbers and its name.
const AXIS: f64 = 46.0;

/// The size of letters in the heading, and in legends and on axes.
const LARGE: f64 = 24.0;
const SMALL: f64 = 14.0;

/// Lines of the note, and the part of the height that the legend may take.
const LINES: usize = 2;
const LEGEND: f64 = 0.2;

impl Scatter<'_> {
    /// Draws the map. A unit has the same length on both axes, so that distances can be compared.
    #[must_use]
    pub fn draw(&self) -> Picture {
        let ([width, height], ruler) = (self.size, Ruler::new());
        let unit = (width / USUAL[0]).min(height / USUAL[1]).clamp(SMALLEST, 1.0);
        let mut canvas = Canvas::new(width, height, &format!("{}. {}", self.title, self.note));
        let top = self.heading(&mut canvas, &ruler, unit);
        let top = self.legend(&mut canvas, &ruler, unit, top) + 14.0 * unit;

        let letters = self.letters() * unit;
        let (area, scale) = self.area(&canvas, &ruler, unit, top);
        self.axes(&mut canvas, &ruler, unit, &area, &scale);

        let shown: Vec<_> = self.points.iter().map(|point| shown(&ruler, point.word, letters, &area)).collect();
        let places: Vec<_> = self.points.iter().map(|point| scale.place(point.place)).collect();
        let radius = (letters * 0.27).max(2.6 * unit);
        // A larger dot keeps its label farther away.
        let room = |point: &Point<'_>| if point.strong { 4.0 + 2.0 * radius } else { 4.0 };
        let size = |(point, text): (_, &String)| [ruler.width(text, letters) + room(point), letters * 1.12];
        let sizes: Vec<_> = self.points.iter().zip(&shown).map(size).collect();
        let labels = labels::place(&places, &sizes, radius, area.rect());
        for ((point, &place), label) in self.points.iter().zip(&places).zip(&labels) {
            if let Some(line) = label.and_then(|label| label.line_from(place)) {
                canvas.line(&line, 0.8, MUTED);
            }
            let hint = match self.groups.get(point.group) {
                Some(group) => format!("{} ({group})", point.word),
                None => point.word.to_owned(),
            };
            canvas.dot(place, if point.strong { radius * 1.7 } else { radius }, color(point.group), &hint);
        }
        for ((point, label), text) in self.points.iter().zip(&labels).zip(&shown) {
            if let Some(Place { rect, .. }) = label {
                let (ink, base) = (if point.strong { INK } else { color(point.group) }, rect.y + letters * 0.33);
                canvas.text([rect.x, base], letters, Anchor::Middle, ink, text);
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

    /// Draws the title and the note, and returns the base line of what follows.
    fn heading(&self, canvas: &mut Canvas, ruler: &Ruler, unit: f64) -> f64 {
        let (margin, room) = (MARGIN * unit, canvas.width - 2.0 * MARGIN * unit);
        let title = shortened(ruler, &self.title, LARGE * unit, room);
        let mut y = margin + 20.0 * unit;
        canvas.text([margin, y], LARGE * unit, Anchor::Start, INK, &title);
        y += 24.0 * unit;
        for (line, text) in lines(ruler, &self.note, SMALL * unit, room, LINES).iter().enumerate() {
            y += if line > 0 { 18.0 * unit } else { 0.0 };
            canvas.text([margin, y], SMALL * unit, Anchor::Start, MUTED, text);
        }
        y + 30.0 * unit
    }

    /// Draws the groups' names from `top` on, in rows, and returns where they end. Those that find no room are left
    /// out.
    fn legend(&self, canvas: &mut Canvas, ruler: &Ruler, unit: f64, top: f64) -> f64 {
        let (margin, size, row) = (MARGIN * unit, SMALL * unit, 22.0 * unit);
        let (mut x, mut y) = (margin, top);
        if self.groups.is_empty() {
            return top - 20.0 * unit;
        }
        let last = top + ((canvas.height * LEGEND / row).max(1.0).floor() - 1.0) * row;
        for (group, name) in self.groups.iter().enumerate() {
            let right = canvas.width - margin;
            // After the names of the last row there may have to be a sign that there are more.
            let more = if y >= last && group + 1 < self.groups.len() { 30.0 * unit } else { 0.0 };
            let name = shortened(ruler, &cut(name), size, right - margin - 48.0 * unit);
            let width = 18.0 * unit + ruler.width(&name, size);
            if x > margin && x + width > right - more {
                if y >= last {
                    canvas.text([x, y], size, Anchor::Start, MUTED, "…");
                    break;
                }
                (x, y) = (margin, y + row);
            }
            canvas.dot([x + 6.0 * unit, y - 5.0 * unit], 5.5 * unit, color(group), "");
            canvas.text([x + 18.0 * unit, y], size, Anchor::Start, INK, &name);
            x += width + 24.0 * unit;
        }
        y
    }

    /// The area of the points, below `top`, and the transformation into it.
    fn area(&self, canvas: &Canvas, ruler: &Ruler, unit: f64, top: f64) -> (Area, Scale) {
        let (margin, letters) = (MARGIN * unit, self.letters() * unit);
        let axis = if matches!(self.axes, Axes::Components(_)) { AXIS * unit } else { 0.0 };
        let mut area =
            Area { left: margin + axis, top, right: canvas.width - margin, bottom: canvas.height - margin - axis };
        let scale = Scale::new(&self.points, &area, letters);
        if axis == 0.0 {
            return (area, scale);
        }
        // Long numbers need more room beside the axis.
        let widest = upward_ticks(&scale, &area, unit)
            .iter()
            .map(|(_, text)| ruler.width(text, TICK * unit))
            .fold(0.0, f64::max);
        area.left = area.left.max(margin + widest + 16.0 * unit);
        let scale = Scale::new(&self.points, &area, letters);
        (area, scale)
    }

    fn axes(&self, canvas: &mut Canvas, ruler: &Ruler, unit: f64, area: &Area, scale: &Scale) {
        let Area { left, top, right, bottom } = *area;
        let Axes::Components(shares) = self.axes else { return };
        let (small, tick) = (SMALL * unit, TICK * unit);
        for (value, text) in
            ticks(scale.value([left, 0.0])[0], scale.value([right, 0.0])[0], wanted(right - left, unit))
        {
            let [x, _] = scale.place([value, 0.0]);
            canvas.line(&[[x, top], [x, bottom]], if value == 0.0 { 1.6 } else { 1.0 }, GRID);
            // The picture ends soon after its last line.
            if x + ruler.width(&text, tick) / 2.0 <= canvas.width {
                canvas.text([x, bottom + 18.0 * unit], tick, Anchor::Middle, MUTED, &text);
            }
        }
        for (value, text) in upward_ticks(scale, area, unit) {
            let [_, y] = scale.place([0.0, value]);
            canvas.line(&[[left, y], [right, y]], if value == 0.0 { 1.6 } else { 1.0 }, GRID);
            if ruler.width(&text, tick) <= left - (MARGIN + 16.0) * unit + 1e-9 {
                canvas.text([left - 8.0 * unit, y + 4.5 * unit], tick, Anchor::End, MUTED, &text);
            }
        }
        let name = |which: &str, short: &str, share: f64, room: f64| {
            let share = format!("{:.1} %", 100.0 * share);
            let long = format!("{which} principal component: {share} of the variance");
            first(ruler, [long, format!("{which} component: {share}"), format!("{short}: {share}")], small, room)
        };
        let across = name("first", "PC 1", shares[0], right - left);
        let upwards = name("second", "PC 2", shares[1], bottom - top);
        canvas.text([(left + right) / 2.0, bottom + (AXIS - 2.0) * unit], small, Anchor::Middle, INK, &across);
        let beside = [(MARGIN + 2.0) * unit, (top + bottom) / 2.0];
        canvas.text_upwards(beside, small, Anchor::Middle, INK, &upwards);
    }
}

/// The size of the numbers on axes.
const TICK: f64 = SMALL - 1.5;

/// How many numbers an axis of this `length` has.
fn wanted(length: f64, unit: f64) -> usize {
    (length / (90.0 * unit)) as usize
}

/// The numbers of the upward axis.
fn upward_ticks(scale: &Scale, area: &Area, unit: f64) -> Vec<(f64, String)> {
    let [low, high] = [area.bottom, area.top].map(|y| scale.value([0.0, y])[1]);
    ticks(low, high, wanted(area.bottom - area.top, unit))
}

fn color(group: usize) -> Color {
    GROUPS[group % GROUPS.len()]
}

/// `text`, shortened if it would fill the picture: some corpora have words of a thousand letters.
fn cut(text: &str) -> String {
    const MOST: usize = 48;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// `word` as its label: at most half as wide as the `area`.
fn shown(ruler: &Ruler, word: &str, letters: f64, area: &Area) -> String {
    shortened(ruler, &cut(word), letters, (area.right - area.left) / 2.0)
}

#[cfg(test)]
mod tests {
    use quick_xml::Reader;
    use quick_xml::events::{BytesStart, Event};

    use super::*;

    /// A text in a picture: left, top, right and bottom of its letters.
    #[derive(Debug)]
    struct Text {
        content: String,
        left: f64,
        top: f64,
        right: f64,
        bottom: f64,
    }

    impl Text {
        fn new(tag: &BytesStart<'_>, content: String, ruler: &Ruler) -> Self {
            let attribute = |name: &str| {
                let value = tag.try_get_attribute(name).unwrap();
                value.map(|value| String::from_utf8(value.value.into_owned()).unwrap())
            };
            let number = |name| attribute(name).unwrap().parse::<f64>().unwrap();
            let (x, y, size) = (number("x"), number("y"), number("font-size"));
            let width = ruler.width(&content, size);
            let before = match attribute("text-anchor").as_deref() {
                None => 0.0,
                Some("middle") => width / 2.0,
                _ => width,
            };
            // Without the space of accents and descenders.
            let (up, down) = (0.72 * size, 0.2 * size);
            match attribute("transform") {
                None => Self { content, left: x - before, top: y - up, right: x - before + width, bottom: y + down },
                Some(_) => Self { content, left: x - up, top: y + before - width, right: x + down, bottom: y + before },
            }
        }

        fn overlaps(&self, other: &Self) -> bool {
            let apart = self.right <= other.left || other.right <= self.left;
            !apart && self.top < other.bottom && other.top < self.bottom
        }
    }

    fn texts(svg: &str) -> Vec<Text> {
        let (mut reader, ruler, mut texts) = (Reader::from_str(svg), Ruler::new(), Vec::new());
        loop {
            match reader.read_event().unwrap() {
                Event::Eof => return texts,
                Event::Start(tag) if tag.name().as_ref() == b"text" => {
                    let content = reader.read_text(tag.name()).unwrap().decode().unwrap().into_owned();
                    texts.push(Text::new(&tag, content, &ruler));
                }
                _ => {}
            }
        }
    }

    fn draw(size: [f64; 2], reach: f64, axes: Axes) -> Picture {
        const WORDS: [&str; 6] = ["freedom", "nicaragua", "we", "struggled", "internationalization", "żółw"];
        let point = |index: usize| {
            let (turn, far) = (index as f64 * 2.4, (index as f64 / 40.0).sqrt() * reach);
            Point {
                word: WORDS[index % 6],
                place: [far * turn.cos(), far * turn.sin()],
                group: index % 8,
                strong: index == 0,
            }
        };
        Scatter {
            title: "Words near “internationalization and freedom”".to_owned(),
            note: "PCA of a-model-with-a-long-name.bin, 123,456 words × 100 dimensions: 13.3 % of the variance of the \
                   words shown"
                .to_owned(),
            points: (0..40).map(point).collect(),
            groups: (0..8).map(|index| format!("{}, {}, we …", WORDS[index % 6], WORDS[(index + 1) % 6])).collect(),
            axes,
            size,
        }
        .draw()
    }

    #[test]
    fn no_text_leaves_a_picture_or_covers_another() {
        for size in [[300.0, 300.0], [300.0, 900.0], [900.0, 300.0], [600.0, 400.0], [800.0, 600.0], [1200.0, 900.0]] {
            for reach in [1.0, 0.004, 3e38, 1e-30] {
                for axes in [Axes::Components([0.1, 0.05]), Axes::Map] {
                    let texts = texts(&draw(size, reach, axes).canvas.svg(""));
                    assert!(texts.iter().any(|text| text.content.starts_with("Words near")));
                    for (index, text) in texts.iter().enumerate() {
                        let inside =
                            text.left >= 0.0 && text.top >= 0.0 && text.right <= size[0] && text.bottom <= size[1];
                        assert!(inside, "{size:?} {reach}: {text:?}");
                        if let Some(other) = texts[..index].iter().find(|other| other.overlaps(text)) {
                            panic!("{size:?} {reach}: {text:?} over {other:?}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn axes_say_what_they_are_as_far_as_there_is_room() {
        let names = |size| {
            let svg = draw(size, 1.0, Axes::Components([0.1, 0.05])).canvas.svg("");
            texts(&svg)
                .into_iter()
                .map(|text| text.content)
                .filter(|text| text.contains(" %"))
                .filter(|text| text.contains("component") || text.starts_with("PC "))
                .collect::<Vec<_>>()
        };
        let long =
            ["first principal component: 10.0 % of the variance", "second principal component: 5.0 % of the variance"];
        assert_eq!(names([1200.0, 900.0]), long);
        assert_eq!(names([300.0, 300.0]), ["first component: 10.0 %", "PC 2: 5.0 %"]);
    }
}

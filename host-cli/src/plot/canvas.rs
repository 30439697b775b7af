//! What pictures are drawn on: SVG with the project's colors.
//!
//! Colors are in attributes, which every viewer knows, with classes beside them that let a page choose others.

use std::borrow::Cow;

use quick_xml::Writer;
use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};

use super::font;

/// A color: its class and its value on white paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Color(pub(super) &'static str, pub(super) &'static str);

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

/// A drawing of some width and height, with its origin in the upper left corner.
pub(super) struct Canvas {
    svg: Writer<Vec<u8>>,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Canvas {
    /// White paper, described by `title` to those who cannot see it.
    pub(super) fn new(width: f64, height: f64, title: &str) -> Self {
        let mut canvas = Self { svg: Writer::new_with_indent(Vec::new(), b' ', 0), width, height };
        let (w, h) = (number(width), number(height));
        let svg = [
            ("xmlns", "http://www.w3.org/2000/svg"),
            ("width", &w),
            ("height", &h),
            ("viewBox", &format!("0 0 {w} {h}")),
            ("role", "img"),
            ("aria-label", &legible(title)),
            ("font-family", &format!("'{}', sans-serif", font::FAMILY)),
        ];
        canvas.open("svg", &svg);
        canvas.rect([0.0, 0.0], [width, height], PAPER);
        canvas
    }

    /// The drawing as SVG, with the `style` sheet.
    pub(super) fn finish(mut self, style: &str) -> String {
        if !style.is_empty() {
            self.open("style", &[]);
            self.event(Event::Text(BytesText::from_escaped(style)));
            self.close("style");
        }
        self.close("svg");
        // Only strings were written.
        String::from_utf8(self.svg.into_inner()).unwrap_or_default()
    }

    pub(super) fn rect(&mut self, [x, y]: [f64; 2], [width, height]: [f64; 2], color: Color) {
        let [x, y, width, height] = [x, y, width, height].map(number);
        let place = [("x", &*x), ("y", &y), ("width", &width), ("height", &height)];
        self.empty("rect", &[&place[..], &fill(color)].concat());
    }

    /// A dot that shows `hint` to a pointer.
    pub(super) fn dot(&mut self, [x, y]: [f64; 2], radius: f64, color: Color, hint: &str) {
        let [x, y, r] = [x, y, radius].map(number);
        let place = [("cx", &*x), ("cy", &y), ("r", &r)];
        self.open("circle", &[&place[..], &fill(color)].concat());
        if !hint.is_empty() {
            self.open("title", &[]);
            self.event(Event::Text(BytesText::new(&legible(hint))));
            self.close("title");
        }
        self.close("circle");
    }

    /// Another drawing, at `place`, as large as `size` allows.
    pub(super) fn embed(&mut self, [x, y]: [f64; 2], [width, height]: [f64; 2], drawing: Canvas) {
        let [x, y, width, height] = [x, y, width, height].map(number);
        let view = format!("0 0 {} {}", number(drawing.width), number(drawing.height));
        self.open("svg", &[("x", &x), ("y", &y), ("width", &width), ("height", &height), ("viewBox", &view)]);
        self.svg.get_mut().extend_from_slice(drawing.finish("").as_bytes());
        self.close("svg");
    }

    /// A line through `points`.
    pub(super) fn line(&mut self, points: &[[f64; 2]], width: f64, color: Color) {
        let points: Vec<_> = points.iter().map(|&[x, y]| format!("{},{}", number(x), number(y))).collect();
        let (points, width, Color(class, value)) = (points.join(" "), number(width), color);
        let class = format!("line {class}");
        self.empty(
            "polyline",
            &[
                ("points", &points),
                ("fill", "none"),
                ("stroke", value),
                ("stroke-width", &width),
                ("stroke-linejoin", "round"),
                ("class", &class),
            ],
        );
    }

    /// `text` with its base line at `y`.
    pub(super) fn text(&mut self, [x, y]: [f64; 2], size: f64, anchor: Anchor, color: Color, text: &str) {
        self.turned_text([x, y], size, anchor, color, text, false);
    }

    /// `text` that runs upward.
    pub(super) fn text_upwards(&mut self, place: [f64; 2], size: f64, anchor: Anchor, color: Color, text: &str) {
        self.turned_text(place, size, anchor, color, text, true);
    }

    fn turned_text(&mut self, [x, y]: [f64; 2], size: f64, anchor: Anchor, color: Color, text: &str, upwards: bool) {
        let [x, y, size] = [x, y, size].map(number);
        let turn = format!("rotate(-90 {x} {y})");
        let mut attributes = vec![("x", &*x), ("y", &y), ("font-size", &size)];
        match anchor {
            Anchor::Start => {}
            Anchor::Middle => attributes.push(("text-anchor", "middle")),
            Anchor::End => attributes.push(("text-anchor", "end")),
        }
        if upwards {
            attributes.push(("transform", &turn));
        }
        attributes.extend(fill(color));
        self.open("text", &attributes);
        self.event(Event::Text(BytesText::new(&legible(text))));
        self.close("text");
    }

    fn open(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.event(Event::Start(BytesStart::new(name).with_attributes(attributes.iter().copied())));
    }

    fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.event(Event::Empty(BytesStart::new(name).with_attributes(attributes.iter().copied())));
    }

    fn close(&mut self, name: &str) {
        self.event(Event::End(BytesEnd::new(name)));
    }

    fn event(&mut self, event: Event<'_>) {
        self.svg.write_event(event).expect("memory takes everything");
    }
}

/// The attributes of a shape filled with `color`.
fn fill(Color(class, value): Color) -> [(&'static str, &'static str); 2] {
    [("fill", value), ("class", class)]
}

/// `text` with a replacement for characters that XML 1.0 cannot hold, and for control characters.
pub(super) fn legible(text: &str) -> Cow<'_, str> {
    let foreign = |letter: char| letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}');
    match text.contains(foreign) {
        true => text.replace(foreign, "\u{fffd}").into(),
        false => text.into(),
    }
}

/// A number with at most two decimals: a hundredth of a pixel.
fn number(number: f64) -> String {
    let text = format!("{number:.2}");
    match text.trim_end_matches('0').trim_end_matches('.') {
        "-0" => "0".to_owned(),
        short => short.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use quick_xml::Reader;

    use super::*;

    #[test]
    fn numbers_are_short() {
        assert_eq!([1.0, 0.5, 0.125, -0.001, 1200.0, 10.0].map(number), ["1", "0.5", "0.12", "0", "1200", "10"]);
    }

    #[test]
    fn words_stay_words() {
        let mut canvas = Canvas::new(10.0, 10.0, "a \"title\" & more");
        canvas.text([1.0, 2.0], 9.0, Anchor::Start, INK, "</text><script>&amp;\u{1b}");
        canvas.dot([1.0, 2.0], 3.0, GROUPS[0], "<b>");
        let svg = canvas.finish("");
        assert!(svg.contains("&lt;/text&gt;&lt;script&gt;&amp;amp;\u{fffd}</text>"), "{svg}");
        assert!(svg.contains("<title>&lt;b&gt;</title>") && svg.contains("a &quot;title&quot; &amp; more"), "{svg}");
    }

    /// Whether XML 1.0 allows a character: its section 2.2.
    fn allowed(letter: char) -> bool {
        matches!(letter, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
    }

    proptest! {
        #[test]
        fn any_text_gives_well_formed_xml(text in prop::collection::vec(
            prop_oneof![
                any::<char>(),
                prop::char::range('\0', '\u{a0}'),
                prop::char::range('\u{fff0}', '\u{ffff}'),
                prop::sample::select(vec!['<', '&', '>', '"', '\'', ']', '\u{d7ff}', '\u{e000}', '\u{1fffe}']),
            ],
            0..20,
        )) {
            let text: String = text.into_iter().collect();
            let mut canvas = Canvas::new(10.0, 10.0, &text);
            canvas.text([1.0, 2.0], 9.0, Anchor::Start, INK, &text);
            canvas.text_upwards([1.0, 2.0], 9.0, Anchor::End, INK, &text);
            canvas.dot([1.0, 2.0], 3.0, GROUPS[0], &text);
            let svg = canvas.finish("");
            prop_assert!(svg.chars().all(allowed), "{svg:?}");
            let (mut reader, mut read) = (Reader::from_str(&svg), Vec::new());
            loop {
                match reader.read_event().unwrap() {
                    Event::Eof => break,
                    Event::Text(text) => read.push(text.decode().unwrap().into_owned()),
                    Event::GeneralRef(name) => {
                        let name = format!("&{};", name.decode().unwrap());
                        read.push(quick_xml::escape::unescape(&name).unwrap().into_owned());
                    }
                    Event::Start(tag) | Event::Empty(tag) => {
                        for attribute in tag.attributes() {
                            let attribute = attribute.unwrap();
                            let value = std::str::from_utf8(&attribute.value).unwrap();
                            let value = quick_xml::escape::unescape(value).unwrap();
                            if attribute.key.as_ref() == b"aria-label" {
                                prop_assert_eq!(&*value, &*legible(&text));
                            }
                        }
                    }
                    _ => {}
                }
            }
            let read: String = read.concat().split('\n').collect();
            prop_assert_eq!(read, legible(&text).repeat(3));
        }
    }

    #[test]
    fn groups_can_be_read_on_paper() {
        let light = |hex: &str| {
            let channel = |at: usize| {
                let value = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
                if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
            };
            0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
        };
        // WCAG 2.2, 1.4.3.
        for color in GROUPS.iter().chain([&INK, &MUTED]) {
            let contrast = (light(PAPER.1) + 0.05) / (light(color.1) + 0.05);
            assert!(contrast >= 4.5, "{color:?}: {contrast:.2}");
        }
    }
}

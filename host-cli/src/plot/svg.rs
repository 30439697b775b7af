//! Drawings as SVG.
//!
//! Colors stand in attributes, which every viewer knows, and the classes beside them let a page choose others.

use quick_xml::Writer;
use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};

use super::canvas::{Anchor, Canvas, Color, Shape};
use super::font;

impl Canvas {
    /// The drawing, as SVG that needs `style` sheets to be added.
    pub(super) fn svg(&self, style: &str) -> String {
        let mut marks = Marks(Writer::new_with_indent(Vec::new(), b' ', 0));
        let (w, h) = (number(self.width), number(self.height));
        let svg = [
            ("xmlns", "http://www.w3.org/2000/svg"),
            ("width", &w),
            ("height", &h),
            ("viewBox", &format!("0 0 {w} {h}")),
            ("role", "img"),
            ("aria-label", &self.title),
            ("font-family", &format!("'{}', sans-serif", font::FAMILY)),
        ];
        marks.open("svg", &svg);
        for shape in &self.shapes {
            marks.draw(shape);
        }
        if !style.is_empty() {
            marks.open("style", &[]);
            marks.event(Event::Text(BytesText::from_escaped(style)));
            marks.close("style");
        }
        marks.close("svg");
        // All that was written were strings.
        String::from_utf8(marks.0.into_inner()).unwrap_or_default()
    }
}

/// The marks of an SVG.
struct Marks(Writer<Vec<u8>>);

impl Marks {
    fn draw(&mut self, shape: &Shape) {
        match shape {
            Shape::Rect { corner: [x, y], size: [width, height], color } => {
                let [x, y, width, height] = [*x, *y, *width, *height].map(number);
                let place = [("x", &*x), ("y", &y), ("width", &width), ("height", &height)];
                self.empty("rect", &[&place[..], &fill(*color)].concat());
            }
            Shape::Dot { center: [x, y], radius, color, hint } => {
                let [x, y, r] = [*x, *y, *radius].map(number);
                let place = [("cx", &*x), ("cy", &y), ("r", &r)];
                self.open("circle", &[&place[..], &fill(*color)].concat());
                if !hint.is_empty() {
                    self.open("title", &[]);
                    self.event(Event::Text(BytesText::new(hint)));
                    self.close("title");
                }
                self.close("circle");
            }
            Shape::Line { points, width, color } => self.line(points, *width, *color),
            Shape::Text { place, size, anchor, color, text, turned } => {
                self.text(*place, *size, *anchor, *color, text, *turned);
            }
            Shape::Drawing { corner: [x, y], size: [width, height], drawing } => {
                let [x, y, width, height] = [*x, *y, *width, *height].map(number);
                let view = format!("0 0 {} {}", number(drawing.width), number(drawing.height));
                self.open("svg", &[("x", &x), ("y", &y), ("width", &width), ("height", &height), ("viewBox", &view)]);
                self.0.get_mut().extend_from_slice(drawing.svg("").as_bytes());
                self.close("svg");
            }
        }
    }

    fn line(&mut self, points: &[[f64; 2]], width: f64, Color(class, value): Color) {
        let points: Vec<_> = points.iter().map(|&[x, y]| format!("{},{}", number(x), number(y))).collect();
        let (points, width, class) = (points.join(" "), number(width), format!("line {class}"));
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

    fn text(&mut self, [x, y]: [f64; 2], size: f64, anchor: Anchor, color: Color, text: &str, turned: bool) {
        let [x, y, size] = [x, y, size].map(number);
        let turn = format!("rotate(-90 {x} {y})");
        let mut attributes = vec![("x", &*x), ("y", &y), ("font-size", &size)];
        match anchor {
            Anchor::Start => {}
            Anchor::Middle => attributes.push(("text-anchor", "middle")),
            Anchor::End => attributes.push(("text-anchor", "end")),
        }
        if turned {
            attributes.push(("transform", &turn));
        }
        attributes.extend(fill(color));
        self.open("text", &attributes);
        self.event(Event::Text(BytesText::new(text)));
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
        self.0.write_event(event).expect("memory takes everything");
    }
}

/// The attributes of something filled with `color`.
fn fill(Color(class, value): Color) -> [(&'static str, &'static str); 2] {
    [("fill", value), ("class", class)]
}

/// A number with at most two digits behind the point: a hundredth of a pixel.
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

    use super::super::canvas::{GROUPS, INK, legible};
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
        let svg = canvas.svg("");
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
            let svg = canvas.svg("");
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
}

//! Drawings as SVG.
//!
//! Colors are in attributes, which every viewer knows, with classes beside them that let a page choose others.

use super::canvas::{Anchor, Canvas, Color, Shape};
use super::font;

impl Canvas {
    /// The drawing as SVG, with the `style` sheet.
    pub(super) fn svg(&self, style: &str) -> String {
        let [w, h] = [self.width, self.height].map(number);
        let title = escaped(&self.title);
        let family = escaped(&format!("'{}', sans-serif", font::FAMILY));
        let mut marks = Marks(String::new());
        let size = format!(r#"width="{w}" height="{h}" viewBox="0 0 {w} {h}""#);
        let names = format!(r#"role="img" aria-label="{title}" font-family="{family}""#);
        marks.add(&format!(r#"<svg xmlns="http://www.w3.org/2000/svg" {size} {names}>"#));
        for shape in &self.shapes {
            marks.draw(shape);
        }
        if !style.is_empty() {
            marks.add(&format!("<style>{style}</style>"));
        }
        marks.add("</svg>");
        marks.0
    }
}

/// The marks of an SVG, one a line.
struct Marks(String);

impl Marks {
    fn add(&mut self, mark: &str) {
        if !self.0.is_empty() {
            self.0.push('\n');
        }
        self.0.push_str(mark);
    }

    fn draw(&mut self, shape: &Shape) {
        match shape {
            Shape::Rect { corner: [x, y], size: [width, height], color } => {
                let [x, y, width, height] = [*x, *y, *width, *height].map(number);
                let fill = fill(*color);
                self.add(&format!(r#"<rect x="{x}" y="{y}" width="{width}" height="{height}" {fill}/>"#));
            }
            Shape::Dot { center: [x, y], radius, color, hint } => {
                let [x, y, r] = [*x, *y, *radius].map(number);
                self.add(&format!(r#"<circle cx="{x}" cy="{y}" r="{r}" {}>"#, fill(*color)));
                if !hint.is_empty() {
                    self.add(&format!("<title>{}</title>", escaped(hint)));
                }
                self.add("</circle>");
            }
            Shape::Line { points, width, color: Color(class, value) } => {
                let points: Vec<_> = points.iter().map(|&[x, y]| format!("{},{}", number(x), number(y))).collect();
                let (points, width) = (points.join(" "), number(*width));
                let stroke = format!(r#"stroke="{value}" stroke-width="{width}" stroke-linejoin="round""#);
                self.add(&format!(r#"<polyline points="{points}" fill="none" {stroke} class="line {class}"/>"#));
            }
            Shape::Text { place: [x, y], size, anchor, color, text, turned } => {
                let [x, y, size] = [*x, *y, *size].map(number);
                let anchor = match anchor {
                    Anchor::Start => "",
                    Anchor::Middle => r#" text-anchor="middle""#,
                    Anchor::End => r#" text-anchor="end""#,
                };
                let turn = if *turned { format!(r#" transform="rotate(-90 {x} {y})""#) } else { String::new() };
                let (fill, text) = (fill(*color), escaped(text));
                self.add(&format!(r#"<text x="{x}" y="{y}" font-size="{size}"{anchor}{turn} {fill}>{text}</text>"#));
            }
            Shape::Drawing { corner: [x, y], size: [width, height], drawing } => {
                let [x, y, width, height] = [*x, *y, *width, *height].map(number);
                let [w, h] = [drawing.width, drawing.height].map(number);
                self.add(&format!(
                    r#"<svg x="{x}" y="{y}" width="{width}" height="{height}" viewBox="0 0 {w} {h}">{}"#,
                    drawing.svg("")
                ));
                self.add("</svg>");
            }
        }
    }
}

/// The attributes of a shape filled with `color`.
fn fill(Color(class, value): Color) -> String {
    format!(r#"fill="{value}" class="{class}""#)
}

/// `text` as it may stand in marks, and in their attributes.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            _ => escaped.push(letter),
        }
    }
    escaped
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
    use quick_xml::events::Event;

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

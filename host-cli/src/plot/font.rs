//! The font of every picture: part of Noto Sans, built in so that a picture is the same on every machine.

use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider as _};

use super::base64::base64;

/// Its name in a picture.
pub(super) const FAMILY: &str = "Noto Sans";

/// Latin, Greek and Cyrillic letters, for widths and for PNG.
pub(super) const TTF: &[u8] = include_bytes!("../../data/fonts/NotoSans.ttf");

/// The same letters, for browsers.
const WOFF2: &[u8] = include_bytes!("../../data/fonts/NotoSans.woff2");

/// The style sheet that gives a browser the font.
pub(super) fn css() -> String {
    let font = base64(WOFF2);
    format!("@font-face {{ font-family: \"{FAMILY}\"; src: url(data:font/woff2;base64,{font}) format(\"woff2\"); }}")
}

/// Measures the width of texts.
pub(super) struct Ruler(Option<FontRef<'static>>);

impl Ruler {
    pub(super) fn new() -> Self {
        Self(FontRef::new(TTF).ok())
    }

    /// The width of `text` in letters of `size`, in the unit of `size`.
    pub(super) fn width(&self, text: &str, size: f64) -> f64 {
        let Some(font) = &self.0 else { return 0.0 };
        let (letters, metrics) = (font.charmap(), font.glyph_metrics(Size::new(size as f32), LocationRef::default()));
        // A letter of another font: as wide as the widest, a Chinese one, so that it covers nothing.
        let width = |letter| letters.map(letter).and_then(|glyph| metrics.advance_width(glyph)).unwrap_or(size as f32);
        text.chars().map(|letter| f64::from(width(letter))).sum()
    }

    /// Whether the font has all letters of `text`.
    pub(super) fn has(&self, text: &str) -> bool {
        self.0.as_ref().is_some_and(|font| text.chars().all(|letter| font.charmap().map(letter).is_some()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn european_letters_are_there() {
        let ruler = Ruler::new();
        for text in ["zażółć gęślą jaźń", "ŻÓŁW „słowo” – ’", "Größe, señor, œuvre", "шёлк", "λόγος", "a – b … ∂J"]
        {
            assert_eq!(ruler.has(text), !text.contains('∂'), "{text}");
        }
        assert!(!ruler.has("日本"));
    }

    #[test]
    fn widths_add_up() {
        let ruler = Ruler::new();
        let (one, two) = (ruler.width("żółw", 20.0), ruler.width("żółwżółw", 20.0));
        assert!((two - 2.0 * one).abs() < 1e-3 && (35.0..55.0).contains(&one), "{one} {two}");
        assert!(ruler.width("iii", 20.0) < ruler.width("mmm", 20.0));
        assert_eq!(ruler.width("日本", 20.0), 40.0);
    }
}

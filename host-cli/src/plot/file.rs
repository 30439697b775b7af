//! Pictures as files: PNG, SVG, or a page.

use std::path::Path;

use super::canvas::{Canvas, legible};
use super::font::{self, Ruler};
use super::png::png;
use super::svg::escaped;
use crate::{Error, Result, output};

/// Pixels of a PNG for each unit of the drawing: sharp on today's screens.
const PIXELS: f64 = 2.0;

/// The frame of a page, with a place for a title and one for a drawing.
const PAGE: &str = include_str!("page.html");

/// The kinds of pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Pixels, two for each unit of length.
    Png,
    /// A drawing with its font inside, whose words can be searched.
    Svg,
    /// A page with the drawing, light or dark as the browser asks.
    Html,
}

impl Kind {
    /// The kind of files named like `path`, in upper or lower case.
    ///
    /// # Errors
    /// If the name does not tell it.
    pub fn of_name(path: &Path) -> Result<Self> {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        match ending.as_deref() {
            Some("png") => Ok(Self::Png),
            Some("svg") => Ok(Self::Svg),
            Some("html" | "htm") => Ok(Self::Html),
            _ => {
                Err(Error::Usage(format!("{}: the name of a picture must end in .png, .svg or .html", path.display())))
            }
        }
    }
}

/// A drawing that is ready to be written.
pub struct Picture {
    pub(super) canvas: Canvas,
    pub(super) title: String,
    /// Words whose letters the font lacks.
    pub(super) foreign: usize,
    /// Words for whose labels there was no room.
    pub(super) unlabeled: usize,
}

impl Picture {
    /// How many words have letters that the built-in font lacks: fonts of the system draw them, if it has any.
    #[must_use]
    pub fn foreign(&self) -> usize {
        self.foreign
    }

    /// How many words had no room for a label.
    #[must_use]
    pub fn unlabeled(&self) -> usize {
        self.unlabeled
    }

    /// The bytes of a file with the picture.
    ///
    /// # Errors
    /// If the picture is too large to be drawn.
    pub fn content(self, kind: Kind) -> Result<Vec<u8>> {
        Ok(match kind {
            Kind::Svg => self.canvas.svg(&font::css()).into_bytes(),
            Kind::Html => page(&self.title, &self.canvas.svg("")).into_bytes(),
            Kind::Png => png(&self.canvas.pixels(PIXELS)?),
        })
    }

    /// Writes the picture to the file `path`, whole or not at all.
    ///
    /// # Errors
    /// If `path` cannot be written, or the picture is too large to be drawn.
    pub fn write(self, path: &Path, kind: Kind) -> Result<()> {
        let content = self.content(kind)?;
        output::write(path, |out| out.write_all(&content))
    }
}

/// The page with `drawing`.
fn page(title: &str, drawing: &str) -> String {
    let title = escaped(&legible(title));
    PAGE.replace("{font}", &font::css()).replace("{title}", &title).replace("{drawing}", drawing)
}

/// How many of `words` have letters that the font lacks.
pub(super) fn foreign<'a>(words: impl Iterator<Item = &'a str>, ruler: &Ruler) -> usize {
    words.filter(|word| !ruler.has(word)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_tells_the_kind() {
        let kind = |name: &str| Kind::of_name(Path::new(name)).ok();
        assert_eq!(
            ["a.png", "A.PNG", "b.svg", "c.html", "c.htm", "d.jpg", "png"].map(kind),
            [Some(Kind::Png), Some(Kind::Png), Some(Kind::Svg), Some(Kind::Html), Some(Kind::Html), None, None]
        );
    }
}

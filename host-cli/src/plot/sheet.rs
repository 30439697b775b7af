//! Several pictures side by side.

use super::canvas::{Anchor, Canvas, INK, MUTED};
use super::file::Picture;

/// The margin around everything.
const MARGIN: f64 = 28.0;

/// Pictures in rows, each as large as the others.
pub struct Sheet {
    /// The heading.
    pub title: String,
    /// The note below it.
    pub note: String,
    /// The pictures, row after row.
    pub pictures: Vec<Picture>,
    /// How many are side by side; at least 1.
    pub columns: usize,
    /// The width and height of each; its drawing is scaled to fit.
    pub cell: [f64; 2],
}

impl Sheet {
    /// Draws all of them.
    #[must_use]
    pub fn draw(self) -> Picture {
        let Self { title, note, pictures, columns, cell: [width, height] } = self;
        let columns = columns.clamp(1, pictures.len().max(1));
        let top = MARGIN + 58.0;
        let size = [columns as f64 * width, top + pictures.len().div_ceil(columns) as f64 * height];
        let mut canvas = Canvas::new(size[0], size[1], &format!("{title}. {note}"));
        canvas.text([MARGIN, MARGIN + 20.0], 24.0, Anchor::Start, INK, &title);
        canvas.text([MARGIN, MARGIN + 44.0], 14.0, Anchor::Start, MUTED, &note);

        let (mut foreign, mut unlabeled) = (0, 0);
        for (index, picture) in pictures.into_iter().enumerate() {
            foreign += picture.foreign;
            unlabeled += picture.unlabeled;
            let place = [(index % columns) as f64 * width, top + (index / columns) as f64 * height];
            canvas.embed(place, [width, height], picture.canvas);
        }
        Picture { canvas, title, foreign, unlabeled }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::{Axes, Kind, Point, Scatter};
    use super::*;

    fn picture(word: &str) -> Picture {
        let points = vec![Point { word, place: [0.0, 0.0], group: 0, strong: false }];
        let (note, groups) = (String::new(), Vec::new());
        Scatter { title: "part".to_owned(), note, points, groups, axes: Axes::Map, size: [400.0, 300.0] }.draw()
    }

    #[test]
    fn pictures_stand_in_rows() {
        let pictures = ["one", "two", "three"].map(picture).into();
        let sheet =
            Sheet { title: "All".to_owned(), note: "three".to_owned(), pictures, columns: 2, cell: [200.0, 150.0] };
        let folder = tempfile::tempdir().unwrap();
        let drawn = |picture: Picture, name: &str, kind| {
            let path = folder.path().join(name);
            picture.write(Path::new(&path), kind).unwrap();
            std::fs::read(path).unwrap()
        };
        let svg = String::from_utf8(drawn(sheet.draw(), "sheet.svg", Kind::Svg)).unwrap();
        assert!(svg.contains(r#"width="400" height="386" viewBox="0 0 400 386""#), "{svg:.300}");
        for part in [
            r#"x="0" y="86" width="200" height="150" viewBox="0 0 400 300""#,
            r#"x="200" y="86" width="200" height="150" viewBox="0 0 400 300""#,
            r#"x="0" y="236" width="200" height="150" viewBox="0 0 400 300""#,
            ">three</text>",
        ] {
            assert!(svg.contains(part), "{part}");
        }
        let nothing = Sheet { title: String::new(), note: String::new(), pictures: vec![], columns: 0, cell: [9.0; 2] };
        assert!(drawn(nothing.draw(), "nothing.png", Kind::Png).starts_with(b"\x89PNG"));
    }
}

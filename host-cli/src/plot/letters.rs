//! Texts as outlines: letters of our font, and of the system's fonts where ours has none.
//!
//! Letters are shaped as their script asks for: Arabic ones are joined, Indic vowels stand where they belong, and a
//! Hebrew word runs to the left. Words of several directions in one text stand from left to right, and emoji have no
//! colors.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::{env, fs};

use harfrust::{ShapeOptions, ShaperData, UnicodeBuffer};
use skrifa::attribute::Style;
use skrifa::instance::{LocationRef, Size};
use skrifa::outline::{DrawSettings, OutlinePen};
use skrifa::raw::FileRef;
use skrifa::{FontRef, GlyphId, MetadataProvider as _};
use zeno::{Command, PathBuilder as _, Vector};

use super::font;

/// Folders within folders of fonts.
const DEPTH: usize = 5;

/// A file of fonts, and which of them is meant.
struct Face {
    data: Cow<'static, [u8]>,
    index: u32,
}

impl Face {
    fn font(&self) -> Option<FontRef<'_>> {
        FontRef::from_index(&self.data, self.index).ok()
    }

    fn has(&self, letter: char) -> bool {
        self.font().is_some_and(|font| has(&font, letter))
    }
}

/// Whether `font` can draw `letter`. Some have bitmaps alone.
fn has(font: &FontRef<'_>, letter: char) -> bool {
    font.charmap().map(letter).is_some_and(|glyph| font.outline_glyphs().get(glyph).is_some())
}

/// The fonts of a picture.
pub(super) struct Letters {
    /// Our font, and those of the system that were needed.
    faces: Vec<Face>,
    /// The system's font files, once they were needed.
    files: Option<Vec<PathBuf>>,
    /// Letters that no font has.
    missing: Vec<char>,
}

impl Letters {
    pub(super) fn new() -> Self {
        Self { faces: vec![Face { data: font::TTF.into(), index: 0 }], files: None, missing: Vec::new() }
    }

    /// The outline of `text`, and its width. The unit is the size of letters; the base line begins at the origin, and
    /// `y` grows downwards.
    pub(super) fn outline(&mut self, text: &str) -> (Vec<Command>, f32) {
        let mut outline = Outline { path: Vec::new(), origin: [0.0; 2], scale: 1.0 };
        for (face, run) in self.runs(text) {
            // The font's own letters were found by parsing it.
            if let Some(font) = self.faces[face].font() {
                outline.add(&font, run);
            }
        }
        (outline.path, outline.origin[0])
    }

    /// The parts of `text` that a face draws each.
    fn runs<'a>(&mut self, text: &'a str) -> Vec<(usize, &'a str)> {
        let (mut runs, mut start, mut current) = (Vec::new(), 0, None);
        for (at, letter) in text.char_indices() {
            // Accents, spaces and punctuation belong to the word around them.
            let stays = |&face: &usize| !letter.is_alphanumeric() && self.faces[face].has(letter);
            let face = current.filter(stays).unwrap_or_else(|| self.face(letter));
            if let Some(before) = current.replace(face).filter(|&before| before != face) {
                runs.push((before, &text[start..at]));
                start = at;
            }
        }
        runs.extend(current.map(|face| (face, &text[start..])));
        runs
    }

    /// The face that has `letter`, or else the first one, which leaves a gap.
    fn face(&mut self, letter: char) -> usize {
        if let Some(known) = self.faces.iter().position(|face| face.has(letter)) {
            return known;
        }
        if self.missing.contains(&letter) {
            return 0;
        }
        let files = self.files.get_or_insert_with(|| {
            let mut files = Vec::new();
            folders().iter().for_each(|folder| collect(folder, DEPTH, &mut files));
            files
        });
        match find(files, letter) {
            Some(face) => {
                self.faces.push(face);
                self.faces.len() - 1
            }
            None => {
                self.missing.push(letter);
                0
            }
        }
    }
}

/// The first upright font of usual weight in `files` that has `letter`, or else the first font that has it.
fn find(files: &[PathBuf], letter: char) -> Option<Face> {
    let mut other = None;
    for file in files {
        let Ok(data) = fs::read(file) else { continue };
        let fonts = FileRef::new(&data).map_or_else(|_| Vec::new(), |file| file.fonts().collect());
        let found = fonts.into_iter().zip(0..).filter_map(|(font, index)| {
            let font = font.ok().filter(|font| has(font, letter))?;
            let attributes = font.attributes();
            Some((index, attributes.style == Style::Normal && attributes.weight.value() == 400.0))
        });
        let Some((index, usual)) = found.reduce(|best, next| if next.1 && !best.1 { next } else { best }) else {
            continue;
        };
        let face = Face { data: data.into(), index };
        if usual {
            return Some(face);
        }
        other = other.or(Some(face));
    }
    other
}

/// Where systems keep their fonts, and users theirs.
fn folders() -> Vec<PathBuf> {
    let system = ["/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts", "/System/Library/Fonts"];
    let mut folders: Vec<_> = system.map(PathBuf::from).into();
    let data = env::var_os("XDG_DATA_DIRS").unwrap_or_default();
    folders.extend(env::split_paths(&data).map(|data| data.join("fonts")));
    if let Some(home) = env::home_dir() {
        folders.extend([".local/share/fonts", ".fonts", "Library/Fonts"].map(|fonts| home.join(fonts)));
    }
    let windows = [("SystemRoot", "Fonts"), ("LOCALAPPDATA", "Microsoft/Windows/Fonts")];
    folders.extend(windows.iter().filter_map(|(root, fonts)| Some(PathBuf::from(env::var_os(root)?).join(fonts))));
    folders
}

/// Adds the font files in `folder` to `files`, in the order of their names, and those in folders up to `depth` below
/// it.
fn collect(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) {
    let mut paths: Vec<_> = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort_unstable();
    for path in paths {
        let ending = path.extension().unwrap_or_default().to_ascii_lowercase();
        if ["ttf", "otf", "ttc", "otc"].iter().any(|known| ending == *known) {
            files.push(path);
        } else if depth > 0 && path.is_dir() {
            collect(&path, depth - 1, files);
        }
    }
}

/// Outlines of letters, one after the other.
struct Outline {
    path: Vec<Command>,
    /// Where the next letter begins, and the unit of its font.
    origin: [f32; 2],
    scale: f32,
}

impl Outline {
    /// Adds `text` in letters of `font`.
    fn add(&mut self, font: &FontRef<'_>, text: &str) {
        let data = ShaperData::new(font);
        let shaper = data.shaper(font).build();
        self.scale = 1.0 / shaper.units_per_em() as f32;
        let mut letters = UnicodeBuffer::new();
        letters.push_str(text);
        letters.guess_segment_properties();
        let shaped = shaper.shape(letters, ShapeOptions::new());
        let start = self.origin;
        let (mut along, outlines) = (start[0], font.outline_glyphs());
        for (glyph, place) in shaped.glyph_infos().iter().zip(shaped.glyph_positions()) {
            let [right, up] = [place.x_offset, place.y_offset].map(|offset| offset as f32 * self.scale);
            self.origin = [along + right, start[1] - up];
            if let Some(outline) = outlines.get(GlyphId::new(glyph.glyph_id)) {
                // A letter that is broken is left out.
                let _ = outline.draw(DrawSettings::unhinted(Size::unscaled(), LocationRef::default()), self);
            }
            along += place.x_advance as f32 * self.scale;
        }
        self.origin = [along, start[1]];
    }

    fn point(&self, x: f32, y: f32) -> Vector {
        Vector::new(self.origin[0] + x * self.scale, self.origin[1] - y * self.scale)
    }
}

impl OutlinePen for Outline {
    fn move_to(&mut self, x: f32, y: f32) {
        self.path.move_to(self.point(x, y));
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.path.line_to(self.point(x, y));
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        self.path.quad_to(self.point(cx, cy), self.point(x, y));
    }

    fn curve_to(&mut self, ax: f32, ay: f32, bx: f32, by: f32, x: f32, y: f32) {
        self.path.curve_to(self.point(ax, ay), self.point(bx, by), self.point(x, y));
    }

    fn close(&mut self) {
        self.path.close();
    }
}

#[cfg(test)]
mod tests {
    use super::super::font::Ruler;
    use super::*;

    #[test]
    fn outlines_are_as_wide_as_their_texts() {
        let (mut letters, ruler) = (Letters::new(), Ruler::new());
        for text in ["", "motevec", "żółw", "шёлк, λόγος"] {
            let (path, width) = letters.outline(text);
            // Kerning moves letters a little.
            assert!((f64::from(width) - ruler.width(text, 1.0)).abs() < 0.1, "{text}: {width}");
            assert_eq!(path.is_empty(), text.is_empty());
        }
    }

    #[test]
    fn letters_of_no_font_leave_a_gap() {
        let mut letters = Letters { files: Some(Vec::new()), ..Letters::new() };
        let width = |letters: &mut Letters, text| letters.outline(text).1;
        assert!(width(&mut letters, "a日b") > width(&mut letters, "ab") + 0.1);
        assert_eq!(letters.runs("a日b"), [(0, "a日b")]);
    }

    #[test]
    fn fonts_that_are_found_are_used() {
        let folder = tempfile::tempdir().unwrap();
        let (fonts, deep) = (folder.path(), folder.path().join("deep"));
        fs::create_dir(&deep).unwrap();
        fs::write(fonts.join("broken.ttf"), "no font").unwrap();
        fs::write(fonts.join("notes.txt"), "no font").unwrap();
        fs::write(deep.join("Noto.TTF"), font::TTF).unwrap();
        let mut files = Vec::new();
        collect(fonts, DEPTH, &mut files);
        assert_eq!(files, [fonts.join("broken.ttf"), deep.join("Noto.TTF")]);
        assert!(find(&files, 'a').is_some() && find(&files, '日').is_none());
    }
}

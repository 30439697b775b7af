//! `motevec plot`: words of a model, as a picture.

pub(super) mod words;

use std::fmt::{self, Display};
use std::path::PathBuf;

use clap::ValueEnum;
use indicatif::{BinaryBytes, HumanCount};
use serde::Serialize;

use self::words::WordsArgs;
use super::model::ModelArgs;
use super::{printable, progress, report};
use crate::output::Files;
use crate::plot::{self, Axes, Kind, Picture, Point, Projection, Scatter, Selection};
use crate::{Error, Result, Vectors, output, query};

/// Fewer points make no picture.
const FEWEST: usize = 3;

/// So many words make a map, unless they were given.
const MANY: usize = 20;

/// As many groups as there are colors.
pub(super) const MOST_GROUPS: i64 = 10;

/// Draw words so that similar words are near each other
///
/// PCA shows the two directions in which the vectors of these words differ most; the axes tell what share of the
/// variance that is. t-SNE keeps neighbors together and suits many words; its axes mean nothing. With --near, labels
/// show how similar each word is to that one. Colors are the groups of --words-file or --preset, or else groups of
/// similar words, each named after its most typical frequent ones. The same model gives the same picture.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  motevec plot model.bin -o picture.png --preset course
  motevec plot model.bin -o picture.svg --words king,queen,man,woman,rain,snow
  motevec plot model.bin -o picture.png --near freedom --top 40
  motevec plot model.bin -o picture.html --top 300 --skip 200
  motevec plot model.bin -o picture.png --words-file words.txt --size 1600x1200")]
pub(super) struct Args {
    #[command(flatten)]
    model: ModelArgs,

    /// The picture: .png, .svg, or .html (a page to move and zoom in, light or dark as the browser asks)
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    #[command(flatten)]
    words: WordsArgs,

    /// How to place the words [default: pca for given words or for few, else tsne]
    #[arg(long, value_enum, value_name = "HOW")]
    method: Option<Method>,

    /// Color this many groups of similar words; 1 for one color [default: the given groups, or by the number of words]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=MOST_GROUPS))]
    groups: Option<u16>,

    /// Width and height; a .png has two pixels for each unit
    #[arg(long, value_name = "WxH", default_value = "1200x900", value_parser = size)]
    size: [u16; 2],

    /// Print the words and their places as JSON
    #[arg(long)]
    json: bool,
}

/// How words get their places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Method {
    /// The two directions in which the vectors differ most
    Pca,
    /// A map on which neighbors stay together
    Tsne,
}

#[derive(Serialize)]
struct Report<'a> {
    output: String,
    method: Method,
    /// The share of the variance on each axis, if the axes mean something.
    variance: Option<[f64; 2]>,
    groups: &'a [String],
    words: Vec<Placed<'a>>,
    missing: &'a [String],
    /// Words that had no room for a label.
    unlabeled: usize,
    file_bytes: Option<u64>,
}

/// A word in the picture.
#[derive(Serialize)]
struct Placed<'a> {
    word: &'a str,
    x: f64,
    y: f64,
    group: usize,
}

impl Args {
    pub(super) fn run(self) -> Result<()> {
        let kind = Kind::of_name(&self.output)?;
        let mut file = self.model.open()?;
        Files::reading(file.files().iter().map(PathBuf::as_path).chain(self.words.file())).write(&self.output)?;
        let list = self.words.list()?;
        let vectors = progress::busy("reading", || file.read_center())?;
        let of_words = vectors.vocabulary.len();
        let vectors = query::with_unseen(vectors, self.words.named(list.as_ref()));
        let selection = self.words.select(&vectors, list.as_ref())?;
        enough(&selection)?;
        let groups = match self.groups {
            Some(count) => Some(count.into()),
            None => selection.names.is_empty().then(|| selection.usual_groups()),
        };
        let selection = match groups {
            Some(count) => progress::busy("grouping", || selection.grouped(&vectors, count)),
            None => selection,
        };
        warn_missing(&selection);
        let pca = self.words.given() || selection.rows.len() < MANY;
        let method = self.method.unwrap_or(if pca { Method::Pca } else { Method::Tsne });
        let map = Map::new(&vectors, &selection, method)?;
        let note = map.note(&self.model.name(), of_words, vectors.dim);
        let size = self.size.map(f64::from);
        let title = self.words.title(&vectors, &selection);
        let draw = || map.draw(&vectors, &selection, title, note, size, self.words.near());
        let picture = progress::busy("drawing", draw);
        let unlabeled = picture.unlabeled();
        if picture.foreign() > 0 && kind == Kind::Png {
            report::warn(&match picture.foreign() {
                1 => "1 word has letters that the built-in font lacks: it needs a font of this system".to_owned(),
                many => {
                    format!("{many} words have letters that the built-in font lacks: they need a font of this system")
                }
            });
        }
        picture.write(&self.output, kind)?;

        let placed =
            |(&row, (&[x, y], &group)): (_, (&[f64; 2], _))| Placed { word: vectors.vocabulary.word(row), x, y, group };
        let places = map.places.iter().zip(&selection.groups);
        let report = Report {
            output: self.output.display().to_string(),
            method,
            variance: map.shares,
            groups: &selection.names,
            words: selection.rows.iter().zip(places).map(placed).collect(),
            missing: &selection.missing,
            unlabeled,
            file_bytes: output::length(&self.output),
        };
        report::print(&report, self.json, Some(&self.output))
    }
}

/// Words with their places.
pub(super) struct Map {
    pub(super) places: Vec<[f64; 2]>,
    shares: Option<[f64; 2]>,
}

impl Map {
    /// Finds places for the words of `selection`.
    pub(super) fn new(vectors: &Vectors, selection: &Selection, method: Method) -> Result<Self> {
        let rows = selection.vectors(vectors);
        match method {
            Method::Tsne => Ok(Self { places: progress::map(&rows)?, shares: None }),
            Method::Pca => match plot::pca(&rows) {
                Some(Projection { points, shares }) => Ok(Self { places: points, shares: Some(shares) }),
                None => Err(Error::Failed("the vectors of these words are all the same".to_owned())),
            },
        }
    }

    /// What the picture shows of the model `name`, of `words` words.
    pub(super) fn note(&self, name: &str, words: usize, dim: usize) -> String {
        let words = HumanCount(words as u64);
        format!("{} of {name}, {words} words × {dim} dimensions: {}", self.method(), self.meaning())
    }

    /// The name of the method.
    pub(super) fn method(&self) -> &'static str {
        if self.shares.is_some() { "PCA" } else { "t-SNE" }
    }

    /// What places mean.
    pub(super) fn meaning(&self) -> String {
        match self.shares {
            Some([one, two]) => format!("{:.1} % of the variance of the words shown", 100.0 * (one + two)),
            None => "neighbors stay together; axes and far distances mean nothing".to_owned(),
        }
    }

    /// Draws the words; the first one stands out where it is what the others are `near`, each of which says how near.
    pub(super) fn draw(
        &self,
        vectors: &Vectors,
        selection: &Selection,
        title: String,
        note: String,
        size: [f64; 2],
        near: bool,
    ) -> Picture {
        let center = selection.rows.first().filter(|_| near).and_then(|&row| query::direction(vectors.row(row)));
        let label = |(index, &row): (usize, &usize)| {
            let word = vectors.vocabulary.word(row);
            match &center {
                Some(center) if index > 0 => format!("{word} {:.2}", query::cosine(center, vectors.row(row))),
                _ => word.to_owned(),
            }
        };
        let labels: Vec<_> = selection.rows.iter().enumerate().map(label).collect();
        let places = self.places.iter().zip(&selection.groups);
        let points = labels.iter().enumerate().zip(places);
        let points = points
            .map(|((index, word), (&place, &group))| Point { word, place, group, strong: near && index == 0 })
            .collect();
        let axes = self.shares.map_or(Axes::Map, Axes::Components);
        Scatter { title, note, points, groups: selection.names.clone(), axes, size }.draw()
    }
}

/// Names the words that were asked for in vain.
pub(super) fn warn_missing(selection: &Selection) {
    if !selection.missing.is_empty() {
        report::warn(&format!("the model does not know {}", report::listed(&selection.missing)));
    }
}

/// Whether there are enough words for a picture; the message names those that are missing.
fn enough(selection: &Selection) -> Result<()> {
    let (known, missing) = (selection.rows.len(), &selection.missing);
    if known >= FEWEST {
        return Ok(());
    }
    let why = match missing.as_slice() {
        [] => String::new(),
        words => format!("; the model does not know {}", report::listed(words)),
    };
    let there = if known == 1 { "there is 1" } else { &format!("there are {known}") };
    Err(Error::Failed(format!("a picture needs at least {FEWEST} words, but {there}{why}")))
}

/// Reads `--size`.
fn size(text: &str) -> Result<[u16; 2], String> {
    let side = |text: &str| text.parse().ok().filter(|side| (300..=8000).contains(side));
    let sides = text.split_once(['x', 'X', '×']).and_then(|(width, height)| Some([side(width)?, side(height)?]));
    sides.ok_or_else(|| "expected WIDTHxHEIGHT, each from 300 to 8000, as in 1200x900".to_owned())
}

impl Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "words    {}", HumanCount(self.words.len() as u64))?;
        match self.variance {
            Some([one, two]) => {
                let (one, two) = (100.0 * one, 100.0 * two);
                writeln!(f, "axes     {:.1} % of the variance: {one:.1} % and {two:.1} %", one + two)?;
            }
            None => writeln!(f, "axes     none: a map by t-SNE")?,
        }
        if self.unlabeled > 0 {
            let words = if self.unlabeled == 1 { "word has" } else { "words have" };
            let count = HumanCount(self.unlabeled as u64);
            writeln!(f, "labels   {count} {words} no room for one; try a larger --size")?;
        }
        write!(f, "written  {}", printable(&self.output))?;
        self.file_bytes.map_or(Ok(()), |bytes| write!(f, ", {}", BinaryBytes(bytes)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read() {
        assert_eq!(size("1200x900"), Ok([1200, 900]));
        assert_eq!(size("300×8000"), Ok([300, 8000]));
        for wrong in ["", "x", "1200", "1200x", "299x900", "1200x9000", "-5x400", "1e3x400"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }
}

//! `motevec demo`: vectors from the text that the program carries, in a few seconds.

use std::fmt::{self, Display};
use std::path::PathBuf;

use indicatif::HumanCount;
use serde::Serialize;

use super::plot::{Map, Method};
use super::report::{self, Columns};
use super::{printable, progress};
use crate::corpus::{Corpus, Options, Source, Tokenizer};
use crate::output::Files;
use crate::plot::{Kind, Picture, Selection};
use crate::query::{self, Neighbor};
use crate::train::{Arithmetic, Settings};
use crate::{Result, Run, Vectors, format};

/// Addresses of presidents of the United States, one paragraph per line; in the public domain.
pub(super) const ADDRESSES: Source =
    Source::Bytes { name: "addresses.txt.zst", data: include_bytes!("../../data/addresses.txt.zst") };

/// Words that the speeches use often enough to learn something sensible about.
const SHOWN: [&str; 8] = ["war", "freedom", "tax", "economy", "farmers", "school", "children", "soviet"];

/// The picture's file, where none is named.
const PICTURE_FILE: &str = "motevec-demo.png";

/// The width and height of the picture.
const PICTURE: [f64; 2] = [1000.0, 750.0];

/// How many of the nearest words are shown.
const NEAREST: usize = 5;

/// "he" is to "she" as "his" is to …
const ANALOGY: [&str; 3] = ["he", "she", "his"];

/// Learn from a small built-in text, and show the result
///
/// Trains on 490,000 words of speeches by presidents of the United States. Needs no file and no network, and gives the
/// same vectors on every machine.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  motevec demo
  motevec demo -o demo.bin && motevec neighbors demo.bin peace
  motevec demo --plot words.html")]
pub(super) struct Args {
    /// Also write the vectors to this file
    #[arg(short, long, value_name = "MODEL")]
    output: Option<PathBuf>,

    /// Draw these words and their neighbors in a .png, .svg or .html file [default: motevec-demo.png]
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,

    /// Draw no picture
    #[arg(long, conflicts_with = "plot")]
    no_plot: bool,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report<'a> {
    words: u64,
    vocabulary: usize,
    dim: usize,
    training_seconds: f64,
    losses: Vec<f64>,
    neighbors: Vec<Nearest<'a>>,
    analogy: Analogy<'a>,
    output: Option<String>,
    plot: Option<String>,
}

/// A word and those nearest to it.
#[derive(Serialize)]
struct Nearest<'a> {
    word: &'a str,
    nearest: Vec<Neighbor<'a>>,
}

#[derive(Serialize)]
struct Analogy<'a> {
    query: [&'a str; 3],
    answer: Option<&'a str>,
}

impl Args {
    pub(super) fn run(self) -> Result<()> {
        let mut files = Files::default();
        let codec = self.output.as_ref().map(|path| {
            let codec = format::for_output(path, None, None)?;
            format::check_output(codec, path, &mut files).map(|()| codec)
        });
        let codec = codec.transpose()?;

        let plot = self.plot(&mut files)?;
        let (options, settings) = (options(), settings());
        let corpus = progress::read(&[ADDRESSES], &options)?;
        crate::train::check_memory(&corpus, &settings)?;
        let (trained, time) = progress::train(&corpus, &settings)?;
        let history = vec![Run::new(Run::options(&options, None, None, &settings), &corpus, &trained)];
        let Corpus { vocabulary, stats, .. } = corpus;
        let (data, outside) = (trained.center, Some(trained.outside));
        let vectors = Vectors { outside, history, ..Vectors::new(vocabulary, settings.dim, data) };
        if let (Some(codec), Some(path)) = (codec, &self.output) {
            codec.write(path, vectors.view())?;
        }

        let nearest = |word| Ok(Nearest { word, nearest: query::neighbors(&vectors, &[word], NEAREST)? });
        let report = Report {
            words: stats.words,
            vocabulary: vectors.vocabulary.len(),
            dim: settings.dim,
            training_seconds: time.as_secs_f64(),
            losses: trained.losses,
            neighbors: SHOWN.into_iter().map(nearest).collect::<Result<_>>()?,
            analogy: Analogy {
                query: ANALOGY,
                answer: query::analogy(&vectors, ANALOGY, 1)?.first().map(|neighbor| neighbor.word),
            },
            output: self.output.as_ref().map(|path| path.display().to_string()),
            plot: plot.as_ref().map(|(path, _)| path.display().to_string()),
        };
        if let Some((path, kind)) = &plot {
            draw(&vectors, &report.neighbors)?.write(path, *kind)?;
        }
        report::print(&report, self.json, self.output.as_deref())
    }

    /// The picture to draw.
    fn plot(&self, files: &mut Files) -> Result<Option<(PathBuf, Kind)>> {
        if self.no_plot {
            return Ok(None);
        }
        let path = self.plot.clone().unwrap_or_else(|| PICTURE_FILE.into());
        let kind = Kind::of_name(&path)?;
        match files.write(&path) {
            Ok(()) => Ok(Some((path, kind))),
            // Who named no file can do without the picture.
            Err(_) if self.plot.is_none() => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// The words that are shown, and those nearest to them in their colors.
fn draw(vectors: &Vectors, neighbors: &[Nearest<'_>]) -> Result<Picture> {
    let words = |(group, Nearest { word, nearest }): (usize, &Nearest<'_>)| {
        let nearest = nearest.iter().map(|neighbor| neighbor.word);
        std::iter::once(*word).chain(nearest).map(|word| (group, word.to_owned())).collect::<Vec<_>>()
    };
    let words: Vec<_> = neighbors.iter().enumerate().flat_map(words).collect();
    let selection = Selection::of_words(vectors, words.iter().map(|(group, word)| (*group, word.as_str())));
    let selection = selection.named(SHOWN.map(str::to_owned).to_vec());
    let map = Map::new(vectors, &selection, Method::Tsne)?;
    let note = map.note("presidents' speeches", vectors.vocabulary.len(), vectors.dim);
    Ok(map.draw(vectors, &selection, "Words and their neighbors".to_owned(), note, PICTURE, false))
}

/// Rare words have too little to learn from in so short a text.
fn options() -> Options {
    Options { tokens: Tokenizer::Words, lowercase: true, min_count: 20, ..Options::default() }
}

/// A short text wants more passes, at a higher rate, for fewer numbers than a long one.
///
/// The portable arithmetic makes the table the same on every machine.
fn settings() -> Settings {
    Settings {
        dim: 64,
        epochs: 20,
        rate: 0.05,
        subsample: 3e-4,
        arithmetic: Arithmetic::Portable,
        ..Settings::default()
    }
}

impl Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (words, vocabulary) = (HumanCount(self.words), HumanCount(self.vocabulary as u64));
        writeln!(f, "Read {words} words of presidents' speeches, and learned {} numbers", self.dim)?;
        writeln!(f, "for each of {vocabulary} words in {}.\n", progress::time(self.training_seconds))?;
        if let [first, .., last] = self.losses.as_slice() {
            let epochs = self.losses.len();
            writeln!(f, "loss  {first:.2} {} {last:.2}  in {epochs} epochs\n", sparkline(&self.losses))?;
        }
        let mut columns = Columns::left(["word", "nearest words"]);
        for Nearest { word, nearest } in &self.neighbors {
            let nearest: Vec<_> = nearest.iter().map(|neighbor| neighbor.word).collect();
            columns.row([(*word).to_owned(), nearest.join(", ")]);
        }
        writeln!(f, "{columns}\n")?;
        if let Analogy { query: [a, b, c], answer: Some(answer) } = &self.analogy {
            writeln!(f, "{a} is to {b} as {c} is to … {answer}\n")?;
        }
        if let Some(plot) = &self.plot {
            writeln!(f, "A picture of these words: {}\n", printable(plot))?;
        }
        writeln!(f, "Next:")?;
        let model = match &self.output {
            Some(path) => printable(path),
            None => {
                writeln!(f, "  motevec demo -o demo.bin")?;
                "demo.bin".into()
            }
        };
        writeln!(f, "  motevec neighbors {model} peace")?;
        writeln!(f, "  motevec plot {model} -o picture.png --near peace")?;
        write!(f, "  motevec train your-text.txt -o model.bin --tokens words --lowercase")
    }
}

/// Bars as high as the numbers, from the lowest number to the highest.
fn sparkline(numbers: &[f64]) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let (lowest, highest) =
        numbers.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &n| (low.min(n), high.max(n)));
    // A range of 0 would divide by it; all bars are then the lowest.
    let range = (highest - lowest).max(f64::MIN_POSITIVE);
    let bar = |number: &f64| BARS[((number - lowest) / range * (BARS.len() - 1) as f64).round() as usize];
    numbers.iter().map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_span_the_numbers() {
        assert_eq!(sparkline(&[8.0, 4.5, 1.0, 2.0]), "█▅▁▂");
        assert_eq!(sparkline(&[2.0, 2.0]), "▁▁");
        assert_eq!(sparkline(&[f64::NAN, 1.0, 0.0]), "▁█▁");
        assert_eq!(sparkline(&[]), "");
    }
}

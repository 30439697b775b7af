//! `motevec explore`: a page to walk through a model's words with.

use std::fmt::{self, Display};
use std::path::PathBuf;

use indicatif::{BinaryBytes, HumanCount};
use serde::Serialize;

use super::model::ModelArgs;
use super::plot::words::{List, MOST_WORDS};
use super::plot::{MOST_GROUPS, Map, Method, warn_missing};
use super::{printable, progress, report};
use crate::explore::{self, Explorer};
use crate::output::Files;
use crate::plot::Selection;
use crate::{Error, Result, output, query};

/// Make a page that shows a map of words, and finds neighbors and analogies
///
/// The page is one file that any browser opens, without a server or a network: a map to move and zoom, a search, the
/// neighbors of a word, analogies, light and dark colors. It holds the vectors of the most frequent words, one byte per
/// number, and computes its answers from them; it holds no n-grams, so that words that the model has never seen are in
/// it only where --words-file names them.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  motevec explore model.bin -o explorer.html
  motevec explore model.bin -o explorer.html --top 2000 --groups 6
  motevec explore model.bin -o explorer.html --words-file words.txt
  motevec explore model.bin -o explorer.html --method pca")]
pub(super) struct Args {
    #[command(flatten)]
    model: ModelArgs,

    /// The page
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    /// Show the N most frequent words, at most 100,000; t-SNE takes about a minute for 20,000 on two cores
    #[arg(long, value_name = "N", default_value_t = 5000,
          value_parser = clap::value_parser!(u32).range(6..=MOST_WORDS))]
    top: u32,

    /// Show the words in FILE too, one per line; a model with n-grams need not have seen them
    #[arg(long, value_name = "FILE")]
    words_file: Option<PathBuf>,

    /// How to place the words
    #[arg(long, value_enum, value_name = "HOW", default_value_t = Method::Tsne)]
    method: Method,

    /// Color this many groups of similar words; 1 for one color
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=MOST_GROUPS))]
    groups: u16,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report<'a> {
    output: String,
    words: usize,
    of_words: usize,
    /// Of the words shown, those that the model has never seen.
    unseen: usize,
    missing: &'a [String],
    dim: usize,
    method: Method,
    file_bytes: Option<u64>,
}

impl Args {
    pub(super) fn run(self) -> Result<()> {
        let ending = self.output.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        if !matches!(ending.as_deref(), Some("html" | "htm")) {
            return Err(Error::Usage(format!("{}: the name of a page must end in .html", self.output.display())));
        }
        let mut file = self.model.open()?;
        Files::reading(file.files().iter().map(PathBuf::as_path).chain(self.words_file.as_deref()))
            .write(&self.output)?;
        let list = self.words_file.as_deref().map(List::read).transpose()?;
        let words = || list.iter().flat_map(List::words);
        let vectors = progress::busy("reading", || file.read_center())?;
        let of_words = vectors.vocabulary.len();
        let vectors = query::with_unseen(vectors, words());
        let selection = Selection::of_words(&vectors, words().map(|word| (0, word)));
        warn_missing(&selection);
        let selection = selection.and_frequent(&vectors, 0, (self.top as usize).min(of_words));
        let selection = progress::busy("grouping", || selection.grouped(&vectors, self.groups.into()));
        let map = Map::new(&vectors, &selection, self.method)?;
        let (name, note) = (self.model.name(), format!("A map by {}: {}.", map.method(), map.meaning()));
        let (selection, places) = (&selection, map.places.as_slice());
        let explorer = Explorer { name: &name, vectors: &vectors, seen: of_words, selection, places, note: &note };
        let page = explore::page(&explorer)?;
        output::write(&self.output, |out| out.write_all(page.as_bytes()))?;
        let report = Report {
            output: self.output.display().to_string(),
            words: selection.rows.len(),
            of_words,
            unseen: vectors.vocabulary.len() - of_words,
            missing: &selection.missing,
            dim: vectors.dim,
            method: self.method,
            file_bytes: output::length(&self.output),
        };
        report::print(&report, self.json, Some(&self.output))
    }
}

impl Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [seen, of_words] = [self.words - self.unseen, self.of_words].map(|words| HumanCount(words as u64));
        write!(f, "words       {seen} of {of_words}")?;
        match self.unseen {
            0 => writeln!(f)?,
            unseen => writeln!(f, ", and {} never seen, made of n-grams", HumanCount(unseen as u64))?,
        }
        writeln!(f, "dimensions  {}", self.dim)?;
        write!(f, "written     {}", printable(&self.output))?;
        self.file_bytes.map_or(Ok(()), |bytes| write!(f, ", {}", BinaryBytes(bytes)))
    }
}

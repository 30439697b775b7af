//! `motevec explore`: a page to walk through a model's words with.

use std::fmt::{self, Display};
use std::path::PathBuf;

use indicatif::{BinaryBytes, HumanCount};
use serde::Serialize;

use super::model::ModelArgs;
use super::plot::{MOST_GROUPS, Map, Method};
use super::{printable, progress, report};
use crate::explore::{self, Explorer};
use crate::output::Files;
use crate::plot::Selection;
use crate::{Error, Result, output};

/// Make a page that shows a map of words, and finds neighbors and analogies
///
/// The page is one file that any browser opens, without a server or a network: a map to move and zoom, a search, the
/// neighbors of a word, analogies, light and dark colors. It holds the vectors of the most frequent words, one byte per
/// number, and computes its answers from them.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  motevec explore model.bin -o explorer.html
  motevec explore model.bin -o explorer.html --top 2000 --groups 6
  motevec explore model.bin -o explorer.html --method pca")]
pub(super) struct Args {
    #[command(flatten)]
    model: ModelArgs,

    /// The page
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    /// Show the N most frequent words
    #[arg(long, value_name = "N", default_value_t = 5000, value_parser = clap::value_parser!(u32).range(6..=20_000))]
    top: u32,

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
struct Report {
    output: String,
    words: usize,
    of_words: usize,
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
        Files::reading(file.files()).write(&self.output)?;
        let vectors = progress::busy("reading", || file.read_center())?;
        let frequent = Selection::most_frequent(&vectors, self.top as usize);
        let selection = progress::busy("grouping", || frequent.grouped(&vectors, self.groups.into()));
        let map = Map::new(&vectors, &selection, self.method)?;
        let (name, note) = (self.model.name(), format!("A map by {}: {}.", map.method(), map.meaning()));
        let explorer =
            Explorer { name: &name, vectors: &vectors, selection: &selection, places: &map.places, note: &note };
        let page = explore::page(&explorer)?;
        output::write(&self.output, |out| out.write_all(page.as_bytes()))?;
        let report = Report {
            output: self.output.display().to_string(),
            words: selection.rows.len(),
            of_words: vectors.vocabulary.len(),
            dim: vectors.dim,
            method: self.method,
            file_bytes: output::length(&self.output),
        };
        report::print(&report, self.json, Some(&self.output))
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "words       {} of {}", HumanCount(self.words as u64), HumanCount(self.of_words as u64))?;
        writeln!(f, "dimensions  {}", self.dim)?;
        write!(f, "written     {}", printable(&self.output))?;
        self.file_bytes.map_or(Ok(()), |bytes| write!(f, ", {}", BinaryBytes(bytes)))
    }
}

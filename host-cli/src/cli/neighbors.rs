//! `motevec neighbors`: the words nearest to a word, or to the mean of several.

use std::fmt::{self, Display};

use serde::Serialize;

use super::model::ModelArgs;
use super::report;
use crate::Result;
use crate::query::{self, Neighbor};

/// List the words nearest to a word
///
/// Nearness is the cosine of two vectors. Of several words, the mean of their directions is taken: the words nearest to
/// all of them together.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  motevec neighbors model.bin freedom
  motevec neighbors model.bin spring summer autumn -k 5
  motevec neighbors model.vec freedom --json | jq -r '.neighbors[].word'")]
pub(super) struct Args {
    #[command(flatten)]
    model: ModelArgs,

    /// The word, or several to take the mean of
    #[arg(required = true, value_name = "WORD")]
    words: Vec<String>,

    /// How many neighbors to list
    #[arg(short, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    k: u32,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report<'a> {
    query: &'a [String],
    neighbors: Vec<Neighbor<'a>>,
}

impl Args {
    pub(super) fn run(self) -> Result<()> {
        let vectors = self.model.read()?;
        let words: Vec<_> = self.words.iter().map(String::as_str).collect();
        let neighbors = query::neighbors(&vectors, &words, self.k as usize)?;
        report::print(&Report { query: &self.words, neighbors }, self.json, None)
    }
}

impl Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        report::neighbors(&self.neighbors).fmt(f)
    }
}

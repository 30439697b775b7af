//! `motevec similarity`: how similar two words are.

use std::fmt::{self, Display};

use serde::Serialize;

use super::model::ModelArgs;
use super::report;
use crate::{Result, query};

/// Show how similar two words are
///
/// Similarity is the cosine of their vectors, from -1 to 1.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  motevec similarity model.bin law justice
  motevec similarity model.bin law justice --json | jq .similarity")]
pub(super) struct Args {
    #[command(flatten)]
    model: ModelArgs,

    /// A word
    a: String,

    /// Another word
    b: String,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report<'a> {
    words: [&'a str; 2],
    similarity: f32,
}

impl Args {
    pub(super) fn run(self) -> Result<()> {
        let vectors = self.model.read_center()?;
        let words = [&*self.a, &self.b];
        let similarity = query::similarity(&vectors, words[0], words[1])?;
        report::print(&Report { words, similarity }, self.json, None)
    }
}

impl Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.4}", self.similarity)
    }
}

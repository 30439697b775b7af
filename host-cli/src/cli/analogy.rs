//! `motevec analogy`: "a is to b as c is to …?"

use std::fmt::{self, Display};

use serde::Serialize;

use super::model::ModelArgs;
use super::report;
use crate::Result;
use crate::query::{self, Neighbor};

/// Complete "A is to B as C is to …?"
///
/// The answers are the words nearest to B − A + C, other than these three.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  motevec analogy model.bin man woman king
  motevec analogy model.bin nation nations law -k 1 --json")]
pub(super) struct Args {
    #[command(flatten)]
    model: ModelArgs,

    /// As "man" in "man is to woman as king is to …?"
    a: String,

    /// As "woman"
    b: String,

    /// As "king"
    c: String,

    /// How many answers to list
    #[arg(short, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    k: u32,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report<'a> {
    query: [&'a str; 3],
    neighbors: Vec<Neighbor<'a>>,
}

impl Args {
    pub(super) fn run(self) -> Result<()> {
        let vectors = self.model.read()?;
        let query = [self.a.as_str(), &self.b, &self.c];
        let neighbors = query::analogy(&vectors, query, self.k as usize)?;
        report::print(&Report { query, neighbors }, self.json, None)
    }
}

impl Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        report::neighbors(&self.neighbors).fmt(f)
    }
}

//! `motevec clusters`: words that belong together.

use std::fmt::{self, Display};
use std::path::PathBuf;

use serde::Serialize;

use super::model::ModelArgs;
use super::progress;
use super::report::{self, Columns};
use crate::output::Files;
use crate::query::Clusters;
use crate::{Result, Vectors, output};

/// How many words of a cluster are shown.
const SHOWN: usize = 8;

/// Group the words into clusters
///
/// k-means over the directions of the vectors; word2vec calls the clusters classes. Cluster 0 is the largest. The same
/// model, number and seed give the same clusters.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  motevec clusters model.bin -k 50
  motevec clusters model.bin -k 500 -o classes.txt  # lines `word cluster`, as by word2vec -classes 500
  motevec clusters model.bin --json | jq '.clusters[0].words'")]
pub(super) struct Args {
    #[command(flatten)]
    model: ModelArgs,

    /// How many clusters to make
    #[arg(short, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    k: u32,

    /// Write a line `word cluster` to FILE for each word of the model
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// The seed from which the first centers are drawn
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,

    /// Print JSON: all words of each cluster, the nearest to its center first
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report<'a> {
    clusters: Vec<Cluster<'a>>,
}

#[derive(Serialize)]
struct Cluster<'a> {
    cluster: usize,
    size: usize,
    words: Vec<&'a str>,
}

impl Args {
    pub(super) fn run(self) -> Result<()> {
        let mut file = self.model.open()?;
        if let Some(path) = &self.output {
            Files::reading(file.files()).write(path)?;
        }
        let vectors = progress::busy("reading", || file.read_center())?;
        let clusters = progress::clusters(&vectors, self.k as usize, self.seed)?;
        if let Some(path) = &self.output {
            output::write(path, |out| {
                let words = vectors.vocabulary.words().zip(&clusters.of_row);
                words.into_iter().try_for_each(|(word, cluster)| writeln!(out, "{word} {cluster}"))
            })?;
        }
        report::print(&Report::new(&vectors, &clusters), self.json, self.output.as_deref())
    }
}

impl<'a> Report<'a> {
    fn new(vectors: &'a Vectors, clusters: &Clusters) -> Self {
        let words = |rows: &Vec<usize>| rows.iter().map(|&row| vectors.vocabulary.word(row)).collect();
        let cluster = |(cluster, rows): (usize, &Vec<usize>)| Cluster { cluster, size: rows.len(), words: words(rows) };
        Self { clusters: clusters.rows.iter().enumerate().map(cluster).collect() }
    }
}

impl Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut columns = Columns::left(["cluster", "words", "nearest to the center"]);
        for Cluster { cluster, size, words } in &self.clusters {
            let shown = words.iter().take(SHOWN).copied().collect::<Vec<_>>().join(" ");
            columns.row([cluster.to_string(), size.to_string(), shown]);
        }
        columns.fmt(f)
    }
}

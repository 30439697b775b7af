//! `motevec info`: what a model file holds.

use std::fmt::{self, Display};
use std::ops::ControlFlow;

use indicatif::{BinaryBytes, HumanCount};
use serde::Serialize;

use super::model::ModelArgs;
use super::{progress, report, summary};
use crate::format::Visitor;
use crate::query::length;
use crate::{Result, Run};

/// How many words from each end of the vocabulary are shown.
const SHOWN: usize = 5;

/// Show what a model file holds, and how it was made
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  motevec info model.bin
  motevec info model.bin --json | jq .words")]
pub(super) struct Args {
    #[command(flatten)]
    model: ModelArgs,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report<'a> {
    format: &'static str,
    words: usize,
    dim: usize,
    /// Unknown for a pipe.
    file_bytes: Option<u64>,
    memory_bytes: usize,
    /// How the file holds them.
    numbers: &'static str,
    /// Whether there are outside vectors besides the center ones.
    outside: bool,
    /// Whether there are the nodes of a tree instead.
    nodes: bool,
    /// Which n-grams words are made of, where they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    subwords: Option<Subwords>,
    norms: Norms,
    first_words: Vec<&'a str>,
    last_words: Vec<&'a str>,
    /// How the model was made, where it says so.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    history: &'a [Run],
}

/// The n-grams of a model.
#[derive(Serialize)]
struct Subwords {
    min_n: u32,
    max_n: u32,
    buckets: u32,
    /// How many buckets have a row that is not zero.
    rows: usize,
}

/// The lengths of the vectors.
#[derive(Serialize)]
struct Norms {
    min: f64,
    mean: f64,
    max: f64,
}

impl Args {
    pub(super) fn run(self) -> Result<()> {
        let mut file = self.model.open()?;
        let (file_bytes, numbers) = (file.length(), file.numbers()?);
        let mut lengths = Lengths::default();
        let rest = progress::busy("reading", || file.visit(&mut lengths))?;
        let format = file.format().name();
        let words = rest.vocabulary.len();
        let report = Report {
            format,
            words,
            dim: rest.dim,
            file_bytes,
            memory_bytes: rest.memory(lengths.outside || lengths.nodes),
            numbers,
            outside: lengths.outside,
            nodes: lengths.nodes,
            subwords: rest.subwords.as_ref().map(Subwords::of),
            norms: lengths.norms(),
            first_words: rest.vocabulary.words().take(SHOWN).collect(),
            last_words: rest.vocabulary.words().skip(words.saturating_sub(SHOWN)).collect(),
            history: &rest.history,
        };
        report::print(&report, self.json, None)
    }
}

impl Subwords {
    fn of(subwords: &crate::Subwords) -> Self {
        let ngrams = subwords.ngrams;
        let rows = subwords.buckets().len();
        Self { min_n: ngrams.least(), max_n: ngrams.most(), buckets: ngrams.buckets(), rows }
    }
}

/// What is kept of the rows of a model: how long each is, and whether there are outside vectors, or nodes.
#[derive(Default)]
struct Lengths {
    of_rows: Vec<f64>,
    outside: bool,
    nodes: bool,
}

impl Lengths {
    fn norms(&self) -> Norms {
        let (mut min, mut sum, mut max) = (f64::INFINITY, 0.0, 0.0_f64);
        for &norm in &self.of_rows {
            (min, sum, max) = (min.min(norm), sum + norm, max.max(norm));
        }
        Norms { min, mean: sum / self.of_rows.len() as f64, max }
    }
}

impl Visitor for Lengths {
    fn begin(&mut self, _dim: usize, _rows: usize) {
        *self = Self::default();
    }

    fn row(&mut self, _word: &str, numbers: &[f32]) -> ControlFlow<()> {
        self.of_rows.push(length(numbers));
        ControlFlow::Continue(())
    }

    fn wants_outside(&self) -> bool {
        true
    }

    fn outside(&mut self, _numbers: &[f32]) {
        self.outside = true;
    }

    fn node(&mut self, _numbers: &[f32]) {
        self.nodes = true;
    }

    fn leave_out(&mut self, rows: &[usize]) {
        let mut at = 0..;
        self.of_rows.retain(|_| at.next().is_none_or(|row| rows.binary_search(&row).is_err()));
    }
}

impl Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = self.file_bytes.map_or_else(|| "unknown".to_owned(), |bytes| BinaryBytes(bytes).to_string());
        let shown = |words: &[&str]| report::printable(&words.join(" ")).into_owned();
        writeln!(f, "format      {}", self.format)?;
        writeln!(f, "words       {}", HumanCount(self.words as u64))?;
        writeln!(f, "dimensions  {}", self.dim)?;
        writeln!(f, "file size   {size}")?;
        writeln!(f, "memory      {}", BinaryBytes(self.memory_bytes as u64))?;
        writeln!(f, "numbers     {}", self.numbers)?;
        writeln!(f, "vectors     {}", report::matrices(self.outside, self.nodes))?;
        if let Some(Subwords { min_n, max_n, buckets, rows }) = self.subwords {
            let (buckets, rows) = (HumanCount(buckets.into()), HumanCount(rows as u64));
            writeln!(f, "subwords    n-grams of {min_n} to {max_n} characters, in {rows} of {buckets} buckets")?;
        }
        writeln!(f, "norms       {:.4} to {:.4}, mean {:.4}", self.norms.min, self.norms.max, self.norms.mean)?;
        writeln!(f, "first words {}", shown(&self.first_words))?;
        write!(f, "last words  {}", shown(&self.last_words))?;
        for run in self.history {
            let losses: Vec<f64> = run.losses.iter().map(|loss| loss.unwrap_or(f64::NAN)).collect();
            write!(f, "\ntrained     by {}, on {} words", report::printable(&run.program), HumanCount(run.words))?;
            if !losses.is_empty() {
                write!(f, "\nloss        {}", summary::losses(&losses))?;
            }
            write!(f, "\noptions     {}", report::printable(&run.command_line()))?;
        }
        Ok(())
    }
}

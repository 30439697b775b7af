//! `motevec neighbors`: the words nearest to a word, or to the mean of several.

use std::fmt::{self, Display};

use serde::Serialize;

use super::lines::{self, Answers};
use super::model::ModelArgs;
use super::report;
use crate::Result;
use crate::query::{self, Neighbor, Question, Wanted};

/// How many neighbors are listed.
const DEFAULT_K: u32 = 10;

/// List the words nearest to a word
///
/// Nearness is the cosine of two vectors. With several words, neighbors are those nearest to the mean of their
/// directions. Without a word, every line of standard input is a question; a word with spaces stands in double quotes
/// there, or between tabs. Each answer stands under its question.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  motevec neighbors model.bin freedom
  motevec neighbors model.bin spring summer autumn -k 5
  motevec neighbors model.bin king --negative man --negative boy
  motevec neighbors model.bin freedom --threshold 0.5
  motevec neighbors model.bin                  # asks for words, line by line
  motevec neighbors model.bin --json < words.txt
  motevec neighbors model.vec freedom --json | jq -r '.neighbors[].word'")]
pub(super) struct Args {
    #[command(flatten)]
    model: ModelArgs,

    /// The word, or several [default: those of each line of standard input]
    #[arg(value_name = "WORD")]
    words: Vec<String>,

    /// A word to be far from, subtracted from the others; may be given several times
    #[arg(short, long, value_name = "WORD", allow_hyphen_values = true)]
    negative: Vec<String>,

    /// How many neighbors to list [default: 10; with --threshold, all that reach it]
    #[arg(short, value_parser = clap::value_parser!(u32).range(1..), aliases = ["k", "topn", "top"])]
    k: Option<u32>,

    /// List only neighbors at least this similar, from -1 to 1
    #[arg(short, long, value_name = "COSINE", value_parser = cosine, allow_negative_numbers = true)]
    threshold: Option<f32>,

    /// Print JSON: one line per question
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report<'a> {
    query: &'a [&'a str],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    negative: &'a [&'a str],
    neighbors: Vec<Neighbor<'a>>,
}

impl Args {
    pub(super) fn run(self) -> Result<()> {
        let words: Vec<_> = self.words.iter().map(String::as_str).collect();
        let negative: Vec<_> = self.negative.iter().map(String::as_str).collect();
        let all = Wanted::nearest(self.most());
        let wanted = Wanted { least: self.threshold.unwrap_or(all.least), ..all };
        if !words.is_empty() {
            let mut found = self.model.answer(Question::new(&words, &negative), &wanted)?;
            let report = |neighbors| Report { query: &words, negative: &negative, neighbors };
            return found.answers().try_for_each(|neighbors| report::print(&report(neighbors?), self.json, None));
        }
        let vectors = self.model.read_for_lines()?;
        let each = self.most().min(vectors.vocabulary.len());
        lines::answer("words", Answers::of(self.json), each, |questions| {
            let asked: Vec<_> = questions.iter().map(|words| Question::new(words, &negative)).collect();
            let report = |(query, neighbors): (&Vec<&str>, Result<_>)| {
                report::text(&Report { query, negative: &negative, neighbors: neighbors? }, self.json)
            };
            questions.iter().zip(query::answer(&vectors, &asked, &wanted)).map(report).collect()
        })
    }

    /// How many neighbors there may be.
    fn most(&self) -> usize {
        let default = if self.threshold.is_some() { u32::MAX } else { DEFAULT_K };
        self.k.unwrap_or(default) as usize
    }
}

/// Reads `--threshold`.
fn cosine(text: &str) -> Result<f32, String> {
    let cosine = text.parse().ok().filter(|cosine| (-1.0..=1.0).contains(cosine));
    cosine.ok_or_else(|| "expected a number from -1 to 1".to_owned())
}

impl Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        report::neighbors(&self.neighbors).fmt(f)
    }
}

//! `motevec vectors`: the numbers themselves.

use std::fmt::{self, Display};

use serde::Serialize;

use super::lines::{self, Answers};
use super::model::ModelArgs;
use super::report::{self, printable};
use crate::Result;
use crate::query::{self, Lookup};

/// Print the vectors of words
///
/// Each line has a word and its numbers, with spaces between them, as fastText's print-word-vectors does. A model with
/// subwords also has vectors for words that it has not seen. Without a word, every line of standard input names one or
/// more; a word with spaces stands in double quotes there, or between tabs. A line with a word that has no vector is
/// reported, and the next one is read.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  motevec vectors model.bin freedom peace
  motevec vectors model.bin < words.txt > words.glove
  motevec vectors cc.en.300.bin unseenword --json | jq .vector")]
pub(super) struct Args {
    #[command(flatten)]
    model: ModelArgs,

    /// The words [default: those of each line of standard input]
    #[arg(value_name = "WORD")]
    words: Vec<String>,

    /// Print JSON: one line per word
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report<'a> {
    word: &'a str,
    /// Its row in the model; none if the vector is that of its n-grams.
    #[serde(skip_serializing_if = "Option::is_none")]
    row: Option<usize>,
    vector: &'a [f32],
}

impl Args {
    pub(super) fn run(self) -> Result<()> {
        let words: Vec<_> = self.words.iter().map(String::as_str).collect();
        if !words.is_empty() {
            return report::print_text(&(self.answer(&self.model.excerpt(&words)?, &words)? + "\n"));
        }
        let vectors = self.model.read_for_lines()?;
        let answers = if self.json { Answers::Json } else { Answers::Lines };
        lines::answer("words", answers, vectors.dim, |questions| {
            questions.iter().map(|words| self.answer(&vectors, words)).collect()
        })
    }

    /// A line for each of `words`.
    fn answer(&self, model: &impl Lookup, words: &[&str]) -> Result<String> {
        let line = |&word: &&str| {
            let (row, vector) = (model.vocabulary().row(word), query::vector(model, word)?);
            report::text(&Report { word, row, vector: &vector }, self.json)
        };
        Ok(words.iter().map(line).collect::<Result<Vec<_>>>()?.join("\n"))
    }
}

/// The line of a word that may have no row.
pub(super) fn line(word: &str, vector: &[f32]) -> String {
    Report { word, row: None, vector }.to_string()
}

impl Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        printable(self.word).fmt(f)?;
        self.vector.iter().try_for_each(|number| write!(f, " {number}"))
    }
}

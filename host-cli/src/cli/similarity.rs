//! `motevec similarity`: how similar two words are.

use std::fmt::{self, Display};

use serde::Serialize;

use super::lines::{self, Answers};
use super::model::ModelArgs;
use super::report::{self, printable};
use crate::query::{self, Lookup};
use crate::{Error, Result};

/// Show how similar two words are
///
/// Similarity is the cosine of their vectors, from -1 to 1. Without A and B, every line of standard input is a pair of
/// words, which is printed with its similarity, between tabs; a word with spaces stands in double quotes there, or
/// between tabs.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  motevec similarity model.bin law justice
  motevec similarity model.bin law justice --json | jq .similarity
  motevec similarity model.bin < pairs.txt")]
pub(super) struct Args {
    #[command(flatten)]
    model: ModelArgs,

    /// The two words [default: those of each line of standard input]
    #[arg(value_names = ["A", "B"], num_args = 2)]
    words: Vec<String>,

    /// Print JSON: one line per pair
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
        let words: Vec<_> = self.words.iter().map(String::as_str).collect();
        if !words.is_empty() {
            return report::print(&Report::new(&self.model.excerpt(&words)?, &words)?, self.json, None);
        }
        let vectors = self.model.read_for_lines()?;
        let answers = if self.json { Answers::Json } else { Answers::Lines };
        let answer = |words: &Vec<&str>| {
            let report = Report::new(&vectors, words)?;
            let named = |similarity: String| {
                words.iter().map(|&word| printable(word)).collect::<Vec<_>>().join("\t") + "\t" + &similarity
            };
            report::text(&report, self.json).map(|text| if self.json { text } else { named(text) })
        };
        lines::answer("two words", answers, 1, |questions| questions.iter().map(answer).collect())
    }
}

impl<'a> Report<'a> {
    fn new(model: &impl Lookup, words: &[&'a str]) -> Result<Self> {
        let words @ [a, b] = words
            .try_into()
            .map_err(|_| Error::Usage(format!("a pair is two words, as in `law justice`, not {}", words.len())))?;
        Ok(Self { words, similarity: query::similarity(model, a, b)? })
    }
}

impl Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.4}", self.similarity)
    }
}

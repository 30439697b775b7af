//! `motevec analogy`: "a is to b as c is to …?"

use std::fmt::{self, Display};

use serde::Serialize;

use super::lines::{self, Answers};
use super::model::ModelArgs;
use super::report;
use crate::query::{self, Neighbor, Question, Wanted};
use crate::{Result, Vectors};

/// Complete "A is to B as C is to …?"
///
/// The answers are the words nearest to B − A + C, except these three. Without A, B and C, every line of standard input
/// is a question of three words; a word with spaces stands in double quotes there, or between tabs.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  motevec analogy model.bin man woman king
  motevec analogy model.bin nation nations law -k 1 --json
  motevec analogy model.bin        # asks for three words, line by line
  motevec analogy model.bin -k 1 --json < questions.txt")]
pub(super) struct Args {
    #[command(flatten)]
    model: ModelArgs,

    /// The three words [default: those of each line of standard input]
    #[arg(value_names = ["A", "B", "C"], num_args = 3)]
    words: Vec<String>,

    /// How many answers to list
    #[arg(short, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..),
          aliases = ["k", "topn", "top"])]
    k: u32,

    /// Print JSON: one line per question
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report<'a> {
    query: &'a [&'a str],
    neighbors: Vec<Neighbor<'a>>,
}

impl Args {
    pub(super) fn run(self) -> Result<()> {
        let words: Vec<_> = self.words.iter().map(String::as_str).collect();
        if let &[a, b, c] = &words[..] {
            let wanted = Wanted::nearest(self.k as usize);
            let mut found = self.model.answer(Question::analogy([a, b, c]), &wanted)?;
            let report = |neighbors| Report { query: &words, neighbors };
            return found.answers().try_for_each(|neighbors| report::print(&report(neighbors?), self.json, None));
        }
        let vectors = self.model.read_for_lines()?;
        let each = (self.k as usize).min(vectors.vocabulary.len());
        lines::answer("three words", Answers::of(self.json), each, |questions| self.answer(&vectors, questions))
    }

    fn answer(&self, vectors: &Vectors, questions: &[Vec<&str>]) -> Vec<Result<String>> {
        let found = query::analogies(vectors, questions, self.k as usize);
        let report = |(query, neighbors): (&Vec<&str>, Result<_>)| {
            report::text(&Report { query, neighbors: neighbors? }, self.json)
        };
        questions.iter().zip(found).map(report).collect()
    }
}

impl Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        report::neighbors(&self.neighbors).fmt(f)
    }
}

//! `motevec odd-one-out`: which of several words does not fit.

use std::fmt::{self, Display};

use serde::Serialize;

use super::model::ModelArgs;
use super::report::{self, Columns};
use crate::Result;
use crate::query::{self, Fit};

/// Find the word that does not fit with the others
///
/// Lists the words by their cosine with the mean of all of them; the first one is the odd one out.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  motevec odd-one-out model.bin breakfast cereal dinner lunch
  motevec odd-one-out model.bin army navy treaty --json | jq -r .odd")]
pub(super) struct Args {
    #[command(flatten)]
    model: ModelArgs,

    /// The words, at least three
    #[arg(required = true, value_name = "WORD", num_args = 3..)]
    words: Vec<String>,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report<'a> {
    odd: &'a str,
    words: Vec<Fit<'a>>,
}

impl Args {
    pub(super) fn run(self) -> Result<()> {
        let words: Vec<_> = self.words.iter().map(String::as_str).collect();
        let words = query::odd_one_out(&self.model.excerpt(&words)?, &words)?;
        let odd = words.first().map_or("", |fit| fit.word);
        report::print(&Report { odd, words }, self.json, None)
    }
}

impl Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut columns = Columns::new(["word", "similarity to all"]);
        for word in &self.words {
            columns.row([word.word.to_owned(), format!("{:.4}", word.similarity)]);
        }
        columns.fmt(f)
    }
}

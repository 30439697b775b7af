//! `motevec vocab`: the words of a text and their counts, without training.

use std::fmt::{self, Display};
use std::path::{Path, PathBuf};

use indicatif::HumanCount;
use serde::Serialize;

use super::progress;
use super::report::{self, Columns, printable};
use super::train::arguments::TextArgs;
use super::train::{advice, files};
use crate::corpus::{self, Source, Stats};
use crate::{Result, Vocabulary, output};

/// Count the words of a text, as training sees them
///
/// Splits and counts the text as `motevec train` does with the same options, and shows the most frequent words: so one
/// sees what --tokens and --lowercase do, and how much of the text --min-count leaves.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  motevec vocab text.txt
  motevec vocab text.txt --tokens words --lowercase --top 50
  motevec vocab text.txt -o words.txt --min-count 1    # for train --read-vocab
  motevec vocab text.txt --json | jq -r '.top[].word'")]
pub(super) struct Args {
    /// Text files, plain or compressed; `-` is standard input
    #[arg(required = true, value_name = "TEXT")]
    corpus: Vec<PathBuf>,

    /// Write all words of the vocabulary and their counts to FILE, lines `word count`
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// How many of the most frequent words to print
    #[arg(long, value_name = "N", default_value_t = 20)]
    top: u32,

    /// Print JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    text: TextArgs,
}

#[derive(Serialize)]
struct Report<'a> {
    words: u64,
    distinct_words: u64,
    vocabulary: usize,
    kept_words: u64,
    sentences: u64,
    /// The most frequent words.
    top: Vec<Counted<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<String>,
}

#[derive(Serialize)]
struct Counted<'a> {
    word: &'a str,
    count: u64,
    /// Of all words of the text.
    share: f64,
}

impl Args {
    pub(super) fn run(self) -> Result<()> {
        let sources: Vec<_> = self.corpus.iter().map(Source::from_argument).collect();
        let output = self.output.as_deref();
        let mut files = files::read(&sources, self.text.read_vocab.as_deref());
        output.iter().try_for_each(|path| files.write(path))?;
        let options = self.text.counting(files::folder_for_temporaries(output.unwrap_or(Path::new(""))))?;
        let corpus = progress::read(&sources, &options)?;
        advice::on_text(&corpus);
        if let Some(path) = output {
            output::write(path, |out| corpus::write_vocab(&corpus.vocabulary, out))?;
        }
        report::print(&self.report(&corpus.vocabulary, &corpus.stats), self.json, output)
    }

    fn report<'a>(&self, vocabulary: &'a Vocabulary, stats: &Stats) -> Report<'a> {
        let &Stats { words, distinct_words, kept_words, sentences, .. } = stats;
        let counted = |row: usize| {
            let (word, count) = (vocabulary.word(row), vocabulary.count(row));
            Counted { word, count, share: count as f64 / words as f64 }
        };
        let top = vocabulary.by_count().into_iter().take(self.top as usize).map(counted).collect();
        let output = self.output.as_ref().map(|path| path.display().to_string());
        Report { words, distinct_words, vocabulary: vocabulary.len(), kept_words, sentences, top, output }
    }
}

impl Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let covered = 100.0 * self.kept_words as f64 / self.words as f64;
        writeln!(f, "text        {} words, {} distinct", HumanCount(self.words), HumanCount(self.distinct_words))?;
        writeln!(f, "vocabulary  {} words, {covered:.1} % of the text", HumanCount(self.vocabulary as u64))?;
        write!(f, "sentences   {}", HumanCount(self.sentences))?;
        if let Some(output) = &self.output {
            write!(f, "\nwritten     {}", printable(output))?;
        }
        if self.top.is_empty() {
            return Ok(());
        }
        let mut columns = Columns::new(["word", "count", "of the text"]);
        for &Counted { word, count, share } in &self.top {
            columns.row([word.to_owned(), HumanCount(count).to_string(), format!("{:.2} %", 100.0 * share)]);
        }
        write!(f, "\n\n{columns}")
    }
}

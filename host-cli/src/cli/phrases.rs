//! `motevec phrases`: words that often occur together, joined.

use std::fmt::{self, Display};
use std::io;
use std::path::{Path, PathBuf};

use clap::value_parser;
use indicatif::HumanCount;
use serde::Serialize;

use super::progress;
use super::report::{self, Columns};
use super::train::arguments::WordArgs;
use super::train::files;
use crate::corpus::Source;
use crate::phrases::{self, Scoring, Settings, Spelling, Summary};
use crate::{Result, compression};

/// Join words that often occur together: new york → new_york
///
/// Finds phrases as Mikolov et al. (2013) do, and writes the text with them, line for line. The text is read once to
/// count words and pairs, and once more to join them; standard input and pipes are kept in a temporary file meanwhile.
/// With the same settings, the words are those of gensim's `Phrases(LineSentence(TEXT))`. Of a text that has `_`
/// already, and in later passes, gensim's `Phraser` may join others: it scores `new_york city` by the counts of `new`
/// and `city`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  motevec phrases text.txt -o phrases.txt
  motevec phrases --help    # all options, with more examples")]
#[command(after_long_help = "Examples:
  motevec phrases text.txt -o phrases.txt
  motevec phrases *.txt.zst -o phrases.txt.zst --lowercase --tokens words
  motevec phrases text.txt -o phrases.txt --connector-words english    # bank_of_america
  motevec phrases text.txt -o phrases.txt --scoring npmi --threshold 0.6
  motevec phrases text.txt -o phrases.txt --passes 2    # new_york_city
  motevec phrases text.txt -o - | motevec train - -o model.bin
  motevec phrases text.txt -o /dev/null --list phrases.tsv")]
pub(super) struct Args {
    /// Text files, plain or compressed, one sentence per line; `-` is standard input
    #[arg(required = true, value_name = "TEXT")]
    corpus: Vec<PathBuf>,

    /// The file for the text with phrases; compressed if it ends in .gz or .zst
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    /// Write the phrases to FILE: lines `phrase score count`, with tabs
    ///
    /// The highest scores come first. The count is how often the phrase was joined.
    #[arg(long, value_name = "FILE")]
    list: Option<PathBuf>,

    /// How many of the phrases with the highest scores to print
    #[arg(long, value_name = "N", default_value_t = 10)]
    top: u32,

    /// Print the summary as JSON
    #[arg(long, hide_short_help = true)]
    json: bool,

    /// How pairs are scored
    #[arg(long, value_enum, value_name = "HOW", default_value_t = Scoring::Default, help_heading = "Phrases")]
    scoring: Scoring,

    /// Join pairs with a higher score [default: 10; npmi: 0.5; word2phrase: 100]
    #[arg(long, value_name = "SCORE", help_heading = "Phrases", allow_negative_numbers = true)]
    threshold: Option<f64>,

    /// Join no pairs that occur less often
    ///
    /// It is also what the scores `default` and `word2phrase` subtract from the count of a pair, so that rare ones
    /// score low.
    #[arg(long, value_name = "COUNT", help_heading = "Phrases", default_value_t = 5,
          value_parser = value_parser!(u64).range(1..), allow_negative_numbers = true)]
    min_count: u64,

    /// What to put between the words of a phrase
    #[arg(long, value_name = "TEXT", help_heading = "Phrases", default_value = "_", allow_hyphen_values = true)]
    delimiter: String,

    /// Words that may stand inside a phrase: those in FILE, or `english`
    ///
    /// Any number of them, but not at its ends; they do not count for its score. `english` are gensim's
    /// `ENGLISH_CONNECTOR_WORDS`: a an the for of with without at from to in on by and or.
    #[arg(long, value_name = "FILE", help_heading = "Phrases")]
    connector_words: Option<PathBuf>,

    /// How often to look for phrases; each pass may join those of the one before
    #[arg(long, value_name = "N", help_heading = "Phrases", default_value_t = 1,
          value_parser = value_parser!(u32).range(1..), allow_negative_numbers = true)]
    passes: u32,

    /// Forget the rarest words and pairs if there are more than this
    ///
    /// That bounds the memory, to about 50 bytes each. After a sentence that goes beyond it, what occurred once is
    /// forgotten, the next time what occurred twice, and so on; the very first time nothing, as by gensim's
    /// `max_vocab_size`.
    #[arg(long, hide_short_help = true, value_name = "N", help_heading = "Phrases", default_value_t = 40_000_000,
          value_parser = value_parser!(u32).range(1..), allow_negative_numbers = true)]
    max_vocab: u32,

    #[command(flatten)]
    words: WordArgs,
}

#[derive(Serialize)]
struct Report {
    words: u64,
    words_written: u64,
    phrases: usize,
    /// Those with the highest scores.
    top: Vec<Phrase>,
    output: String,
}

#[derive(Serialize)]
struct Phrase {
    phrase: String,
    score: f64,
    count: u64,
}

impl Args {
    pub(super) fn run(self) -> Result<()> {
        let sources: Vec<_> = self.corpus.iter().map(Source::from_argument).collect();
        let is_file = |path: &&PathBuf| path.as_path() != Path::new(phrases::ENGLISH);
        let mut files = files::read(&sources, self.connector_words.as_ref().filter(is_file).map(PathBuf::as_path));
        files.write(&self.output)?;
        self.list.iter().try_for_each(|path| files.write(path))?;
        let settings = self.settings()?;
        let options = self.words.options();

        let folder = files::folder_for_temporaries(&self.output);
        let sources = progress::busy("reading", || Source::keep(sources, &folder))?;
        let mut learned = progress::reading(|progress| phrases::learn(&sources, &options, &settings, progress))?;
        let mut summary = None;
        let written = progress::reading(|progress| {
            compression::write(&self.output, |out| {
                let joined = learned.join(&sources, &options, progress, out)?;
                let ended = joined.as_ref().map(drop).map_err(|error| io::Error::other(error.to_string()));
                summary = Some(joined);
                ended
            })
        });
        let summary = match summary {
            Some(Err(error)) => return Err(error),
            Some(Ok(summary)) => written.map(|()| summary)?,
            // A reader of our output has seen enough.
            None => return written,
        };
        if let Some(path) = &self.list {
            let list = |Summary { phrases, .. }: &Summary, out: &mut dyn io::Write| {
                phrases
                    .iter()
                    .try_for_each(|(phrase, joined)| writeln!(out, "{phrase}\t{}\t{}", joined.score, joined.count))
            };
            compression::write(path, |out| list(&summary, out))?;
        }
        report::print(&self.report(summary), self.json, Some(&self.output))
    }

    fn settings(&self) -> Result<Settings> {
        let connectors = self.connector_words.as_deref().map(phrases::read_connectors).transpose()?;
        Ok(Settings {
            scoring: self.scoring,
            threshold: self.threshold.unwrap_or(self.scoring.usual_threshold()),
            min_count: self.min_count,
            spelling: Spelling { delimiter: self.delimiter.clone(), connectors: connectors.unwrap_or_default() },
            passes: self.passes,
            max_vocab: self.max_vocab as usize,
        })
    }

    fn report(&self, summary: Summary) -> Report {
        let phrases = summary.phrases.len();
        let top = summary.phrases.into_iter().take(self.top as usize);
        Report {
            words: summary.words,
            words_written: summary.written,
            phrases,
            top: top.map(|(phrase, joined)| Phrase { phrase, score: joined.score, count: joined.count }).collect(),
            output: self.output.display().to_string(),
        }
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [words, written, phrases] = [self.words, self.words_written, self.phrases as u64].map(HumanCount);
        writeln!(f, "words    {words}")?;
        writeln!(f, "phrases  {phrases}")?;
        write!(f, "written  {}, {written} words and phrases", report::printable(&self.output))?;
        if self.top.is_empty() {
            return Ok(());
        }
        let mut columns = Columns::new(["phrase", "score", "joined"]);
        for Phrase { phrase, score, count } in &self.top {
            columns.row([phrase.clone(), format!("{score:.4}"), HumanCount(*count).to_string()]);
        }
        write!(f, "\n\n{columns}")
    }
}

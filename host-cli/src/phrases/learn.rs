//! The first part of a pass: counting words and pairs.

use super::Settings;
use super::counts::{Counts, Kind, Pair};
use super::score::{Score, Scoring};
use super::table::Table;
use crate::Result;
use crate::corpus::{Visitor, Word};

/// Counts the words and pairs of a text.
#[derive(Clone)]
pub(super) struct Learner {
    pub(super) counts: Counts,
    score: Score,
    max_vocab: usize,
    /// What occurred at most so often is forgotten the next time that there is too much.
    rare: u64,
    /// The last word that is not a connector, if it is of the same sentence: its number if it is plain.
    last: Option<Option<u32>>,
    /// It, and the connectors that followed.
    phrase: String,
    /// Whether connectors followed.
    has_connectors: bool,
    /// Whether the sentence has words.
    has_words: bool,
}

impl Learner {
    pub(super) fn new(settings: &Settings) -> Self {
        Self {
            counts: Counts::new(settings.spelling.clone()),
            score: Score::new(settings),
            max_vocab: settings.max_vocab,
            // The first time, gensim forgets what occurred less than once.
            rare: u64::from(settings.scoring == Scoring::Word2phrase),
            last: None,
            phrase: String::new(),
            has_connectors: false,
            has_words: false,
        }
    }

    /// How many words there were.
    pub(super) fn words(&self) -> u64 {
        self.score.words
    }

    /// Takes in what was counted elsewhere, of so many words.
    pub(super) fn add<'w>(&mut self, words: u64, counts: impl IntoIterator<Item = (&'w str, u64)>) -> Result<()> {
        self.score.words += words;
        counts.into_iter().filter(|&(_, times)| times > 0).try_for_each(|(word, times)| self.counts.add(word, times))
    }

    pub(super) fn finish(self) -> Result<Table> {
        self.counts.into_table(self.score)
    }

    fn extend(&mut self, word: &str) {
        self.phrase.push_str(&self.counts.spelling.delimiter);
        self.phrase.push_str(word);
    }

    fn end_sentence(&mut self) -> Result<()> {
        // word2phrase counts pairs across lines.
        let goes_on = self.score.scoring == Scoring::Word2phrase;
        if !goes_on {
            self.last = None;
        }
        if std::mem::take(&mut self.has_words) && self.counts.exceed(self.max_vocab) {
            self.counts.forget(self.rare)?;
            self.rare += 1;
            if self.last.take().is_some() {
                // Its number has changed.
                let word = std::mem::take(&mut self.phrase);
                self.last = Some(self.counts.plain(&word)?);
                self.phrase = word;
            }
        }
        Ok(())
    }
}

impl Visitor for Learner {
    fn word(&mut self, word: Word<'_>) -> Result<()> {
        self.score.words += 1;
        self.has_words = true;
        let (number, kind) = self.counts.word(word)?;
        let plain = match kind {
            Kind::Connector => {
                if self.last.is_some() {
                    self.extend(word.text);
                    self.has_connectors = true;
                }
                return Ok(());
            }
            Kind::Plain => Some(number),
            Kind::Pair(_) | Kind::Odd => None,
        };
        match (self.last, plain) {
            (None, _) => {}
            (Some(Some(last)), Some(number)) if !self.has_connectors => self.counts.pair(Pair::new(last, number)),
            _ => {
                self.extend(word.text);
                self.counts.spelled(&self.phrase)?;
            }
        }
        self.last = Some(plain);
        self.has_connectors = false;
        self.phrase.clear();
        self.phrase.push_str(word.text);
        Ok(())
    }

    fn cut(&mut self) -> Result<()> {
        self.end_sentence()
    }

    fn end_line(&mut self) -> Result<()> {
        self.end_sentence()
    }
}

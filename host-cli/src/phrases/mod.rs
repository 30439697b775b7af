//! Phrases: words that occur together more often than by chance become one word, such as `new_york` (Mikolov et al.
//! 2013, section 4).
//!
//! ```text
//! text ──walk──▶ Joiner of pass 1 ──▶ … ──▶ Learner of pass n ──▶ Table of pass n
//! text ──walk──▶ Joiner of pass 1 ──▶ … ──▶ Joiner of pass n  ──▶ Writer
//! ```
//!
//! Each pass reads the text once, and so does writing; nothing of the text is kept. What a pass learns are the counts
//! of words and of pairs of neighbors, at most `max_vocab` of them and those of one sentence.
//!
//! The counts, the scores, the order of joining and the pruning are those of gensim's `Phrases`, down to its habit of
//! counting a pair under its joined spelling: `new york` and the word `new_york` share one count. Module `counts` gives
//! the same without spelling most pairs out.

mod counts;
mod join;
mod learn;
#[cfg(test)]
mod reference;
mod score;
mod sentences;
mod spelling;
mod table;

use std::io::{self, Write};

use hashbrown::HashMap;

use crate::corpus::{self, Options, Progress, Source};
use crate::{Error, Result};
use join::{Chain, Joiner, Writer};
use learn::Learner;
use table::Table;

pub use join::Joined;
pub use score::Scoring;
pub use sentences::Learning;
pub use spelling::{ENGLISH, Spelling, read_connectors};

/// What a phrase is.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How pairs are scored.
    pub scoring: Scoring,
    /// A pair is a phrase if its score is above this.
    pub threshold: f64,
    /// Rarer words and pairs form no phrases; at least 1. It is also the δ of the score.
    pub min_count: u64,
    /// How phrases are spelled.
    pub spelling: Spelling,
    /// How often the text is read; each pass joins words and phrases of the one before. At least 1.
    pub passes: u32,
    /// If there are more words and pairs than this after a sentence, the rarest are forgotten: what occurred once, the
    /// next time what occurred at most twice, and so on. As in gensim, but not in word2phrase, nothing is forgotten the
    /// very first time.
    pub max_vocab: usize,
}

impl Default for Settings {
    /// gensim's.
    fn default() -> Self {
        Self {
            scoring: Scoring::Default,
            threshold: Scoring::Default.usual_threshold(),
            min_count: 5,
            spelling: Spelling::default(),
            passes: 1,
            max_vocab: 40_000_000,
        }
    }
}

/// The phrases of a text.
#[derive(Debug)]
pub struct Phrases {
    tables: Vec<Table>,
    /// Words in the text.
    words: u64,
}

/// What joining did.
#[derive(Debug)]
pub struct Summary {
    /// Words in the text.
    pub words: u64,
    /// Words and phrases written.
    pub written: u64,
    /// The phrases, by falling score and then by their bytes.
    pub phrases: Vec<(String, Joined)>,
}

/// Reads `sources` once in each pass, and learns the phrases in them.
///
/// `options` say what a word and a sentence is; phrases do not reach beyond a sentence. Each source must be one that
/// can be read again.
///
/// # Errors
/// If the settings are impossible; if a source cannot be read or is not text; if there are no words.
pub fn learn(
    sources: &[Source],
    options: &Options,
    settings: &Settings,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Phrases> {
    settings.check()?;
    settings.spelling.check()?;
    let mut phrases = Phrases { tables: Vec::new(), words: 0 };
    for _ in 0..settings.passes {
        let is_first = phrases.tables.is_empty();
        let mut learner = Learner::new(settings);
        let mut joiners = phrases.joiners();
        corpus::walk(sources, options, progress, &mut Chain { joiners: &mut joiners, end: &mut learner })?;
        if learner.words() == 0 {
            return Err(corpus::no_words(sources));
        }
        // Later passes count a phrase as one word.
        if is_first {
            phrases.words = learner.words();
        }
        phrases.tables.push(learner.finish()?);
    }
    Ok(phrases)
}

impl Phrases {
    /// Writes the text of `sources` to `out`, a line for each of its lines, with spaces between words.
    ///
    /// # Errors
    /// If `out` fails; and inside, if a source cannot be read or is not text.
    pub fn join(
        &mut self,
        sources: &[Source],
        options: &Options,
        progress: &(dyn Fn(Progress) + Sync),
        out: &mut dyn Write,
    ) -> io::Result<Result<Summary>> {
        let mut joiners = self.joiners();
        let mut writer = Writer::new(out);
        let walked = corpus::walk(sources, options, progress, &mut Chain { joiners: &mut joiners, end: &mut writer });
        let written = writer.finish()?;
        if let Err(error) = walked {
            return Ok(Err(error));
        }
        let mut phrases: HashMap<String, Joined> = HashMap::new();
        for (phrase, joined) in joiners.into_iter().flat_map(Joiner::into_joined) {
            // A later pass may join what an earlier one left.
            phrases.entry(phrase).and_modify(|earlier| earlier.count += joined.count).or_insert(joined);
        }
        let mut phrases: Vec<_> = phrases.into_iter().collect();
        phrases.sort_by(|(one, a), (other, b)| b.score.total_cmp(&a.score).then_with(|| one.cmp(other)));
        Ok(Ok(Summary { words: self.words, written, phrases }))
    }

    fn joiners(&mut self) -> Vec<Joiner<'_>> {
        self.tables.iter_mut().map(Joiner::new).collect()
    }
}

impl Settings {
    fn check(&self) -> Result<()> {
        if self.min_count == 0 {
            return Err(Error::setting("min-count", 0, "expected at least 1"));
        }
        if self.passes == 0 {
            return Err(Error::setting("passes", 0, "expected at least 1"));
        }
        if self.scoring == Scoring::Word2phrase && self.spelling.has_connectors() {
            let message = "word2phrase has no connector words; use --scoring default or npmi, or leave them out";
            return Err(Error::setting("scoring", "word2phrase", message));
        }
        self.scoring.check(self.threshold)
    }
}

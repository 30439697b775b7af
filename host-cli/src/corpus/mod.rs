//! From files of text to a vocabulary and word ids, in one pass.
//!
//! ```text
//! sources ──Blocks──▶ blocks of text ──Encoder──▶ ids, counts ──select──▶ vocabulary, rows ──▶ Corpus
//!         one at a time,              each worker                 in parallel
//!         behind a lock               its own dictionary
//! ```
//!
//! Standard input cannot be read twice, so words are numbered as they come, before it is known which of them are
//! frequent enough. Once all are counted, the ids become rows of the vocabulary, and words without a row are dropped.
//! The vocabulary is ordered by count and spelling, so the result does not depend on threads or blocks.
//!
//! The ids of a block are kept in memory while there is room, and otherwise in a temporary file (module `store`).
//! Besides these, only the distinct words grow with the corpus, and a few dozen bytes per block.
// Whatever a file holds, nothing here panics: these lints forbid what would.
#![cfg_attr(
    not(test),
    deny(
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable
    )
)]

mod blocks;
mod cut;
mod decode;
#[expect(
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::expect_used,
    reason = "words and ids that this module has checked and assigned, not content of a file"
)]
mod dictionary;
mod encode;
mod finish;
mod gather;
#[cfg(test)]
mod reference;
mod scan;
#[expect(
    clippy::indexing_slicing,
    reason = "indexes are ids and rows that this module has assigned, not content of a file"
)]
mod select;
mod shares;
mod source;
#[expect(clippy::indexing_slicing, reason = "indexes are ranges of stored ids, not content of a file")]
mod store;
#[cfg(test)]
mod tests;
mod together;
mod tokens;
mod vocab_file;
mod walk;
mod width;

use std::num::NonZero;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::{env, thread};

#[cfg(feature = "cli")]
use clap::ValueEnum;

use crate::ranks::Ranks;
use crate::{Error, Result, Vocabulary};
use blocks::{Block, Blocks};
use encode::Encoder;
use finish::{Worker, finish};
use store::Store;

pub(crate) use dictionary::{Dictionary, Full, Lookup, Word};
pub(crate) use encode::too_many_words;
pub use gather::{Sentences, gather};
pub(crate) use shares::of_groups;
pub use source::Source;
pub use tokens::{SENTENCE_END, Tokens};
pub use vocab_file::{read_vocab, write_vocab};
pub(crate) use walk::{Visitor, walk};

/// The longest word that is accepted, in bytes.
pub const MAX_WORD: usize = 64 << 10;

/// Blocks of this many bytes keep workers busy for a few milliseconds and fit, a few at a time, into small memories.
const BLOCK_SIZE: usize = 4 << 20;

/// What separates words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(ValueEnum))]
pub enum Tokenizer {
    /// White space: for text that is already split into tokens
    ///
    /// Unicode's property `White_Space`.
    #[default]
    Whitespace,
    /// Words without the punctuation around them; of Chinese, Japanese and Thai single characters
    ///
    /// The word boundaries of Unicode (UAX #29), which have no dictionary: of Han, hiragana, Thai, Lao, Khmer and
    /// Burmese each character is a word, with the marks above and below it; runs of katakana and hangul stay whole.
    /// ASCII white space always separates words, even ahead of a combining mark.
    Words,
}

impl Tokenizer {
    /// The name that the command line takes.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Whitespace => "whitespace",
            Self::Words => "words",
        }
    }
}

/// What to do where text is not UTF-8.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(ValueEnum))]
pub enum InvalidUtf8 {
    /// Stop with an error that names the line.
    #[default]
    Fail,
    /// Read U+FFFD in place of each bad sequence.
    Replace,
    /// Leave out the whole line.
    Skip,
}

impl InvalidUtf8 {
    /// The name that the command line takes.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Replace => "replace",
            Self::Skip => "skip",
        }
    }
}

/// How to read a corpus.
#[derive(Clone, Debug)]
pub struct Options {
    /// What separates words.
    pub tokens: Tokenizer,
    /// Whether words are lowercased, in all scripts.
    pub lowercase: bool,
    /// What to do where text is not UTF-8.
    pub invalid_utf8: InvalidUtf8,
    /// Longer sentences are cut after this many words, counting those of the vocabulary only; at least 1.
    pub max_sentence: usize,
    /// Rarer words are left out.
    pub min_count: u64,
    /// Only this many of the most frequent words are kept; at least 1.
    pub max_vocab: Option<usize>,
    /// Words and counts to use instead of the corpus's own. `min_count` and `max_vocab` apply to these counts.
    pub vocabulary: Option<Vocabulary>,
    /// Words and counts of an earlier text, which the corpus continues: these words stay, whatever their count, and the
    /// counts add up. `min_count` and `max_vocab` remove only other words, but `max_vocab` counts these too. Not
    /// together with `vocabulary`.
    pub earlier: Option<Vocabulary>,
    /// Groups that the text is shared out among; at least 1.
    pub groups: usize,
    /// The ranks that read it together, each the shares of its own groups; at most as many as there are groups.
    pub ranks: Ranks,
    /// How many threads read; the result does not depend on it. 0 means 1.
    pub threads: usize,
    /// The most bytes of ids that are kept in memory; the others go to a temporary file. An id takes two to four bytes.
    /// The result does not depend on it.
    pub token_memory: u64,
    /// The folder for that file. It has no name there, and is gone when the corpus is dropped or the process ends.
    pub token_folder: PathBuf,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            tokens: Tokenizer::default(),
            lowercase: false,
            invalid_utf8: InvalidUtf8::default(),
            max_sentence: 10_000,
            min_count: 5,
            max_vocab: None,
            vocabulary: None,
            earlier: None,
            groups: 1,
            ranks: Ranks::default(),
            threads: thread::available_parallelism().map_or(1, NonZero::get),
            token_memory: u64::MAX,
            token_folder: env::temp_dir(),
        }
    }
}

/// How far reading has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Bytes read from the sources, as stored: before decompression.
    pub bytes: u64,
    /// The stored size of all sources, unless one is a pipe.
    pub total: Option<u64>,
}

/// Statistics of the sources.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Bytes of text, decompressed.
    pub bytes: u64,
    /// Words in the text, without those of skipped lines.
    pub words: u64,
    /// Distinct words among them.
    pub distinct_words: u64,
    /// Occurrences of words of the vocabulary.
    pub kept_words: u64,
    /// Sentences with at least one kept word, counting the parts of a cut one separately.
    pub sentences: u64,
    /// Of the words, those that are whole phrases, for want of spaces: see [`lacks_spaces`](Self::lacks_spaces).
    pub phrases: u64,
    /// Of the words, those that end in punctuation, as `law,` does.
    pub punctuated: u64,
    /// Of the words, those that begin with a capital.
    pub capitalized: u64,
}

impl Stats {
    /// The length of the whole text as [`Tokens`], whoever has them.
    #[must_use]
    pub fn tokens(&self) -> u64 {
        self.kept_words + self.sentences
    }

    /// The sums over all ranks.
    fn sum(self, ranks: &Ranks) -> Self {
        let Self { bytes, words, distinct_words, kept_words, sentences, phrases, punctuated, capitalized } = self;
        let sums = ranks.sum([bytes, words, distinct_words, kept_words, sentences, phrases, punctuated, capitalized]);
        let [bytes, words, distinct_words, kept_words, sentences, phrases, punctuated, capitalized] = sums;
        Self { bytes, words, distinct_words, kept_words, sentences, phrases, punctuated, capitalized }
    }

    /// Whether the text has no spaces between words, though it was split there: a quarter of its words are long and in
    /// a script that has none, such as Han or Thai.
    #[must_use]
    pub fn lacks_spaces(&self) -> bool {
        self.phrases > self.words / 4
    }
}

/// What to do about a text that [`lacks_spaces`](Stats::lacks_spaces).
pub(crate) const WITHOUT_SPACES: &str = "this text has no spaces between words: put some there first, with a segmenter \
                                         for its language, or use --tokens words (each character is then a word)";

/// A corpus, ready for training.
#[derive(Clone, Debug)]
pub struct Corpus {
    /// The words, by falling count; words of equal count by their bytes.
    pub vocabulary: Vocabulary,
    /// The text as rows of the vocabulary; of several ranks, what this one has of it.
    pub tokens: Tokens,
    /// Where the shares of groups are in `tokens`, of those groups that this rank has.
    pub groups: Vec<Range<usize>>,
    /// Statistics of what was read, by all ranks together.
    pub stats: Stats,
}

impl Corpus {
    /// The same text, of which only the words are left that `keep` says yes to, by their spelling and count.
    ///
    /// # Errors
    /// If no word is left; if ids on the disk cannot be read.
    pub fn keep(&self, mut keep: impl FnMut(&str, u64) -> bool) -> Result<Self> {
        let mut vocabulary = Vocabulary::new();
        let words = self.vocabulary.words().zip(self.vocabulary.counts());
        let rows: Vec<Option<u32>> = words
            .map(|(word, &count)| keep(word, count).then(|| vocabulary.push(word, count).ok()).flatten())
            .map(|row| row.map(|row| row as u32))
            .collect();
        if vocabulary.is_empty() {
            return Err(Error::Failed("no word of the text is kept".to_owned()));
        }
        let (mut kept, mut block, mut groups) = (Vec::new(), Vec::new(), Vec::new());
        let (mut stats, mut has_words) = (Stats { kept_words: 0, sentences: 0, ..self.stats }, false);
        for group in &self.groups {
            let first = kept.len();
            for start in group.clone().step_by(BLOCK_SIZE) {
                self.tokens.copy_to(start..group.end.min(start + BLOCK_SIZE), &mut block)?;
                for &id in &block {
                    if let Some(row) = rows.get(id as usize).copied().flatten() {
                        kept.push(row);
                        has_words = true;
                        stats.kept_words += 1;
                    } else if id == SENTENCE_END && std::mem::take(&mut has_words) {
                        kept.push(SENTENCE_END);
                        stats.sentences += 1;
                    }
                }
            }
            groups.push(first..kept.len());
        }
        Ok(Self { vocabulary, tokens: kept.into(), groups, stats })
    }
}

/// Reads `sources`, in order, as one corpus, one sentence per line; the end of a source ends the sentence.
///
/// A byte order mark at the start of a source is left out. `progress` is called every few megabytes, from any thread,
/// but from one at a time.
///
/// # Errors
/// If a source cannot be read, is damaged, or holds a word longer than [`MAX_WORD`]; if text is not UTF-8, unless
/// the options allow that; if there are no words, or none is frequent enough; if the temporary file fails. Of several
/// errors in the text, the first one is reported. With several groups, if a source is not a file, or one group would
/// have nothing to read.
pub fn read(sources: &[Source], options: &Options, progress: &(dyn Fn(Progress) + Sync)) -> Result<Corpus> {
    read_blocks(sources, options, progress, BLOCK_SIZE)
}

/// [`read`], in blocks of about `block_size` bytes.
fn read_blocks(
    sources: &[Source],
    options: &Options,
    progress: &(dyn Fn(Progress) + Sync),
    block_size: usize,
) -> Result<Corpus> {
    check(options)?;
    let shares = shares::share_out(sources, options.groups)?;
    together::check(&shares, &options.ranks)?;
    let own = shares.groups.get(options.ranks.own(shares.groups.len())).unwrap_or_default();
    let sources = &own.concat()[..];
    let threads = options.threads.max(1);
    let blocks = Mutex::new(Blocks::new(sources, block_size, progress)?);
    let store = Store::new(options.token_memory, &options.token_folder);
    let workers: Vec<Worker> = thread::scope(|scope| {
        let helpers: Vec<_> = (1..threads).map(|_| scope.spawn(|| work(&blocks, options, &store))).collect();
        let own = work(&blocks, options, &store);
        std::iter::once(own).chain(helpers.into_iter().map(select::join)).collect()
    });
    drop(blocks);
    finish(workers, own, || no_words(sources), options, &store)
}

/// Checks what the types of the options leave open.
fn check(options: &Options) -> Result<()> {
    if options.max_sentence == 0 || options.max_vocab == Some(0) {
        return Err(Error::Usage("the longest sentence and the largest vocabulary are at least 1".into()));
    }
    Ok(())
}

fn work(blocks: &Mutex<Blocks<'_>>, options: &Options, store: &Store<'_>) -> Worker {
    let mut worker = Worker { encoder: Encoder::new(options), encoded: Vec::new(), failure: None };
    let mut block = Block::default();
    loop {
        let mut source = lock(blocks);
        let number = source.number();
        let more = source.next(&mut block);
        let of_source = source.source();
        drop(source);
        let encoded = match more {
            Ok(false) => return worker,
            Ok(true) => worker.encoder.encode(&mut block, store),
            Err(error) => Err(error),
        };
        match encoded {
            Ok(encoded) => worker.encoded.push(encoded),
            Err(error) => {
                // Workers will still finish the blocks before this one, and may find an earlier error.
                lock(blocks).stop();
                worker.failure = Some((number, of_source, error));
                return worker;
            }
        }
    }
}

/// A poisoned lock means that `progress` panicked; the scope of the threads passes that on.
fn lock<'a, 'b>(blocks: &'a Mutex<Blocks<'b>>) -> MutexGuard<'a, Blocks<'b>> {
    blocks.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn no_words(sources: &[Source]) -> Error {
    match sources {
        [source] => Error::input(source.name(), None, "it contains no words"),
        _ => Error::Failed(format!("none of the {} files contains a word", sources.len())),
    }
}

//! Scores of word vectors on tests that people have written: word similarity and analogies.
//!
//! The numbers are those of gensim's `evaluate_word_pairs` and `evaluate_word_analogies` with their default options, so
//! that results are comparable: only the first [`RESTRICT`] words of a model are searched, case is ignored (among the
//! forms of a word the first in the model counts), and entries with another word are left out and counted. gensim
//! counts them together; here words that the model lacks are counted apart from those that it has further down. Word
//! similarity also takes the vectors that a model with n-grams has for words that it has not seen, as fastText's own
//! evaluation does; gensim leaves these out.
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

mod analogies;
mod similarity;
#[expect(clippy::indexing_slicing, reason = "indexes are places in a list that is made here, not content of a file")]
mod spearman;

use std::io::{self, Read as _};
use std::path::Path;

use hashbrown::{HashMap, HashSet};

pub use analogies::{AnalogyScore, Asked, SectionScore, analogies};
pub use similarity::{SimilarityScore, similarity};
pub use spearman::spearman;

use crate::{Error, Result, Vocabulary};

/// How many words of a model gensim searches by default: enough for every common word, without rare forms.
pub const RESTRICT: u32 = 300_000;

/// The rows of the first words of a model, by upper-case form.
struct Folded<'a> {
    vocabulary: &'a Vocabulary,
    rows: HashMap<String, usize>,
    restrict: usize,
}

impl<'a> Folded<'a> {
    /// The first `restrict` words of `vocabulary`; among the forms of a word the first one.
    fn new(vocabulary: &'a Vocabulary, restrict: usize) -> Self {
        let mut rows = HashMap::new();
        for (row, word) in vocabulary.words().take(restrict).enumerate() {
            rows.entry(word.to_uppercase()).or_insert(row);
        }
        Self { vocabulary, rows, restrict }
    }

    /// The row of `word`, ignoring case.
    fn row(&self, word: &str) -> Option<usize> {
        self.rows.get(&word.to_uppercase()).copied()
    }

    /// Of `words`, in any case, those that the whole model lacks, in upper case.
    fn missing<'b>(&self, words: impl Iterator<Item = &'b str>) -> Missing {
        let unknown = words.map(str::to_uppercase).filter(|word| !self.rows.contains_key(word));
        let mut missing: HashSet<String> = unknown.collect();
        for word in self.vocabulary.words().skip(self.restrict) {
            if missing.is_empty() {
                break;
            }
            missing.remove(&word.to_uppercase());
        }
        Missing(missing)
    }
}

/// Words that a model lacks, in upper case.
struct Missing(HashSet<String>);

impl Missing {
    /// Whether one of `words` is among them.
    fn any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.0.contains(&word.to_uppercase()))
    }
}

/// The text of the test file `path`, or of standard input where that is `-`, and its name in messages.
fn read_text(path: &Path) -> Result<(&Path, String)> {
    let stdin = path.as_os_str() == "-";
    let path = if stdin { Path::new("<stdin>") } else { path };
    let mut bytes = Vec::new();
    let read = if stdin { io::stdin().read_to_end(&mut bytes).map(|_| bytes) } else { std::fs::read(path) };
    let text = String::from_utf8(read.map_err(|error| Error::io(path, error))?).map_err(|error| {
        let before = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        let line = memchr::memchr_iter(b'\n', before).count() as u64 + 1;
        Error::input(path, line, "is not UTF-8 text")
    })?;
    Ok((path, text))
}

/// The lines of `text` with their numbers from 1, without blank lines and `#` comments.
fn lines(text: &str) -> impl Iterator<Item = (u64, &str)> {
    let numbered = text.trim_start_matches('\u{feff}').lines().enumerate();
    numbered
        .map(|(index, line)| (index as u64 + 1, line.trim()))
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

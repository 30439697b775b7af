//! Scores of word vectors on tests that people have written: word similarity and analogies.
//!
//! The numbers are those of gensim's `evaluate_word_pairs` and `evaluate_word_analogies` with their default options, so
//! that results are comparable: case is ignored (among the forms of a word the first in the model counts), and entries
//! with a word that the model lacks are left out and counted.
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
#[expect(
    clippy::indexing_slicing,
    reason = "indexes are rows and places in this module's own lists, not content of a file"
)]
mod best;
mod similarity;
#[expect(clippy::indexing_slicing, reason = "indexes are places in a list that is made here, not content of a file")]
mod spearman;

use std::path::Path;

use hashbrown::HashMap;

pub use analogies::{AnalogyScore, SectionScore, analogies};
pub use similarity::{SIMILARITY_ROWS, SimilarityScore, similarity};
pub use spearman::spearman;

use crate::{Error, Result, Vocabulary};

/// The rows of the most frequent words, by upper-case form.
struct Folded {
    rows: HashMap<String, usize>,
}

impl Folded {
    /// The first `restrict` words of `vocabulary`; among the forms of a word the first one.
    fn new(vocabulary: &Vocabulary, restrict: usize) -> Self {
        let mut rows = HashMap::new();
        for (row, word) in vocabulary.words().take(restrict).enumerate() {
            rows.entry(word.to_uppercase()).or_insert(row);
        }
        Self { rows }
    }

    /// The row of `word`, ignoring case.
    fn row(&self, word: &str) -> Option<usize> {
        self.rows.get(&word.to_uppercase()).copied()
    }
}

/// The text of the test file `path`.
fn read_text(path: &Path) -> Result<String> {
    let bytes = std::fs::read(path).map_err(|error| Error::io(path, error))?;
    String::from_utf8(bytes).map_err(|error| {
        let before = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        let line = memchr::memchr_iter(b'\n', before).count() as u64 + 1;
        Error::input(path, line, "is not UTF-8 text")
    })
}

/// The lines of `text` with their numbers from 1, without blank lines and `#` comments.
fn lines(text: &str) -> impl Iterator<Item = (u64, &str)> {
    let numbered = text.trim_start_matches('\u{feff}').lines().enumerate();
    numbered
        .map(|(index, line)| (index as u64 + 1, line.trim()))
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

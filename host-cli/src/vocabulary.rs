//! The words of a model, in rows: word ↔ row ↔ count.

use std::cmp::Reverse;
use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

/// Words in row order, with their counts if known.
///
/// The words lie in one string, so that a vocabulary of millions costs a few allocations and no pointer per word.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    text: String,
    /// `ends[row]` is where the word of `row` ends in `text`.
    ends: Vec<usize>,
    counts: Vec<u64>,
    rows: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Vocabulary {
    /// An empty vocabulary.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty vocabulary with room for `words`.
    #[must_use]
    pub fn with_capacity(words: usize) -> Self {
        let mut vocabulary = Self::new();
        // A refusal is not a failure yet: a file may promise more words than it holds.
        let _ = vocabulary.rows.try_reserve(words, |_| 0);
        let _ = vocabulary.ends.try_reserve(words);
        let _ = vocabulary.counts.try_reserve(words);
        vocabulary
    }

    /// Appends `word` with its `count` (0 if it is unknown) as the next row.
    ///
    /// # Errors
    /// Returns the row that already holds `word`; the vocabulary is then unchanged.
    pub fn push(&mut self, word: &str, count: u64) -> Result<usize, usize> {
        let hash = self.hasher.hash_one(word);
        let (text, ends, hasher) = (&self.text, &self.ends, &self.hasher);
        let slot = self.rows.entry(
            hash,
            |&row| word_at(text, ends, row as usize) == word,
            |&row| hasher.hash_one(word_at(text, ends, row as usize)),
        );
        match slot {
            hashbrown::hash_table::Entry::Occupied(slot) => Err(*slot.get() as usize),
            hashbrown::hash_table::Entry::Vacant(slot) => {
                let row = ends.len();
                slot.insert(row as u32);
                self.text.push_str(word);
                self.ends.push(self.text.len());
                self.counts.push(count);
                Ok(row)
            }
        }
    }

    /// The number of words.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are no words.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The word of `row`. Panics if `row` is not less than [`len`](Self::len).
    #[must_use]
    pub fn word(&self, row: usize) -> &str {
        word_at(&self.text, &self.ends, row)
    }

    /// How often the word of `row` occurred; 0 if that is unknown. Panics as [`word`](Self::word) does.
    #[must_use]
    pub fn count(&self, row: usize) -> u64 {
        self.counts[row]
    }

    /// The counts, by row.
    #[must_use]
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// The row of `word`.
    #[must_use]
    pub fn row(&self, word: &str) -> Option<usize> {
        let same = |&row: &u32| word_at(&self.text, &self.ends, row as usize) == word;
        self.rows.find(self.hasher.hash_one(word), same).map(|&row| row as usize)
    }

    /// The words, in row order.
    pub fn words(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.len()).map(|row| self.word(row))
    }

    /// The rows by falling count, those of equal count in their order.
    #[must_use]
    pub fn by_count(&self) -> Vec<usize> {
        let mut rows: Vec<_> = (0..self.len()).collect();
        rows.sort_by_key(|&row| Reverse(self.counts[row]));
        rows
    }

    /// The bytes of memory that the words, their counts and the way from word to row take.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.text.capacity()
            + self.ends.capacity() * size_of::<usize>()
            + self.counts.capacity() * size_of::<u64>()
            + self.rows.allocation_size()
    }
}

/// Words with their counts, in the order of the rows. Of a word that comes again only the first count is kept.
impl<S: AsRef<str>> FromIterator<(S, u64)> for Vocabulary {
    fn from_iter<I: IntoIterator<Item = (S, u64)>>(words: I) -> Self {
        let mut vocabulary = Self::new();
        for (word, count) in words {
            let _ = vocabulary.push(word.as_ref(), count);
        }
        vocabulary
    }
}

fn word_at<'a>(text: &'a str, ends: &[usize], row: usize) -> &'a str {
    let start = if row == 0 { 0 } else { ends[row - 1] };
    &text[start..ends[row]]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_by_row_and_by_name() {
        let mut vocabulary = Vocabulary::new();
        assert_eq!(vocabulary.push("żółw", 3), Ok(0));
        assert_eq!(vocabulary.push("a", 2), Ok(1));
        assert_eq!(vocabulary.push("żółw", 9), Err(0));
        assert_eq!(vocabulary.words().collect::<Vec<_>>(), ["żółw", "a"]);
        assert_eq!((vocabulary.row("a"), vocabulary.row("b")), (Some(1), None));
        assert_eq!((vocabulary.count(0), vocabulary.len()), (3, 2));
    }
}

//! What a pass has learned: the words of phrases, and which pairs are phrases.

use std::fmt::{self, Debug, Formatter};

use hashbrown::HashMap;

use super::counts::Pair;
use super::score::Score;
use super::spelling::{Shape, Spelling};
use crate::corpus::{Dictionary, Lookup, Word};

/// The phrases of a pass. It is much smaller than the counts, so that most of it fits into a cache.
pub(super) struct Table {
    pub(super) spelling: Spelling,
    score: Score,
    numbers: Lookup,
    /// By number.
    roles: Vec<Role>,
    /// How often each occurs, by number.
    counts: Vec<u64>,
    /// The phrases of two plain words, with their scores.
    pairs: HashMap<Pair, f64>,
}

/// What a word is in phrases.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Role {
    pub(super) is_connector: bool,
    pub(super) is_plain: bool,
    /// Whether there may be phrases that start with it.
    pub(super) starts: bool,
    /// Whether there may be phrases that end with it.
    pub(super) ends: bool,
    /// Whether there may be phrases that are spelled like it, other than two plain words.
    pub(super) is_phrase: bool,
}

impl Table {
    /// What is known of words, by the number that `numbers` gives them; and the phrases of two plain ones.
    pub(super) fn new(
        spelling: Spelling,
        score: Score,
        numbers: Dictionary,
        known: Vec<(Role, u64)>,
        pairs: HashMap<Pair, f64>,
    ) -> Self {
        let (roles, counts) = known.into_iter().unzip();
        Self { spelling, score, numbers: numbers.into(), roles, counts, pairs }
    }

    /// The number of `word` and its role, if it has any.
    #[inline(always)]
    pub(super) fn find(&mut self, word: Word<'_>) -> Option<(u32, Role)> {
        let number = self.numbers.find(word)?;
        Some((number, self.roles[number as usize]))
    }

    /// The score of two neighbors that are plain, if they are a phrase.
    #[inline(always)]
    pub(super) fn pair(&self, first: u32, last: u32) -> Option<f64> {
        self.pairs.get(&Pair::new(first, last)).copied()
    }

    /// The score of other neighbors, if they are a phrase: from their counts and its spelling.
    pub(super) fn spelled(&mut self, first: u32, last: u32, phrase: &str) -> Option<f64> {
        let (both, _) = self.find(phrase.into())?;
        let [first, last, both] = [first, last, both].map(|number| self.counts[number as usize]);
        self.score.phrase(first, last, both)
    }

    /// The phrases that there are, with their scores, in no particular order.
    pub(super) fn phrases(&self) -> Vec<(String, f64)> {
        let (delimiter, dictionary) = (&*self.spelling.delimiter, self.numbers.dictionary());
        let mut words = vec![""; self.roles.len()];
        dictionary.iter().for_each(|(word, number, _)| words[number as usize] = word);
        let spelled = |pair: Pair| pair.words().map(|word| words[word]).join(delimiter);
        let mut phrases: Vec<_> = self.pairs.iter().map(|(&pair, &score)| (spelled(pair), score)).collect();
        let count = |word| dictionary.find(word).map_or(0, |number| self.counts[number as usize]);
        for (&phrase, &both) in words.iter().zip(&self.counts) {
            // As gensim reads a phrase: its first and its last word, whatever is between them.
            let is_pair = matches!(self.spelling.shape(phrase), Shape::Pair(..));
            if let (false, Some((first, rest))) = (is_pair, phrase.split_once(delimiter)) {
                let last = rest.rsplit(delimiter).next().unwrap_or(rest);
                phrases
                    .extend(self.score.phrase(count(first), count(last), both).map(|score| (phrase.to_owned(), score)));
            }
        }
        phrases
    }
}

impl Debug for Table {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table").field("words", &self.roles.len()).field("pairs", &self.pairs.len()).finish()
    }
}

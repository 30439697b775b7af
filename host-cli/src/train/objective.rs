//! What words are predicted by: the losses that training can descend, and the targets that they have.

use motevec_core::sample::{self, HuffmanTree, Labeled, Negatives};

use super::{Settings, plan};
use crate::corpus::Corpus;
use crate::{Error, Result, Vocabulary};

/// The loss that training descends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Objective {
    /// Negative sampling (eq. 9).
    #[default]
    NegativeSampling,
    /// Hierarchical softmax (eq. 22). A row of the outside matrix belongs to an inner node of a Huffman tree.
    HierarchicalSoftmax,
    /// Naive softmax over the whole vocabulary (eq. 6).
    Softmax,
}

impl Objective {
    /// The name that the command line takes.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NegativeSampling => "negative-sampling",
            Self::HierarchicalSoftmax => "hierarchical-softmax",
            Self::Softmax => "softmax",
        }
    }

    /// Rows of the outside matrix, with `words` words.
    pub(crate) fn outside_rows(self, words: usize) -> usize {
        match self {
            Self::HierarchicalSoftmax => words.saturating_sub(1),
            Self::NegativeSampling | Self::Softmax => words,
        }
    }
}

/// The targets of a step: samples, or paths in a tree.
pub(super) enum Targets<'a, N> {
    Sampled(N),
    Paths(&'a Paths),
}

impl<N: Negatives> sample::Objective for Targets<'_, N> {
    #[inline(always)]
    fn targets<'t>(&'t mut self, truth: u32, room: &'t mut [u32]) -> Labeled<'t> {
        match self {
            Self::Sampled(negatives) => negatives.targets(truth, room),
            Self::Paths(paths) => paths.of(truth),
        }
    }
}

/// The path of each word: rows of inner nodes, with labels.
#[derive(Default)]
pub(super) struct Paths {
    rows: Vec<u32>,
    /// By word: where its rows end, and its labels.
    ends: Vec<(usize, u128)>,
}

impl Paths {
    /// Those of all words of `tree`.
    pub(super) fn all(tree: &Tree) -> Self {
        let mut paths = Self::default();
        (0..tree.words() as u32).for_each(|word| paths.push(tree.path(word)));
        paths
    }

    pub(super) fn clear(&mut self) {
        self.rows.clear();
        self.ends.clear();
    }

    /// Adds the path of the next word: inner nodes, each with the bit of the word's code.
    pub(super) fn push(&mut self, path: impl Iterator<Item = (u32, bool)>) {
        let mut labels = 0;
        for (level, (row, bit)) in path.enumerate() {
            self.rows.push(row);
            labels |= u128::from(!bit) << level;
        }
        self.ends.push((self.rows.len(), labels));
    }

    fn of(&self, word: u32) -> Labeled<'_> {
        let word = word as usize;
        let start = word.checked_sub(1).map_or(0, |before| self.ends[before].0);
        let (end, labels) = self.ends[word];
        Labeled { rows: &self.rows[start..end], labels }
    }
}

/// The Huffman tree of a vocabulary.
pub(super) struct Tree {
    tree: HuffmanTree<Vec<u32>>,
    /// By row of the vocabulary, the word's place from frequent to rare; empty where rows are in that order.
    places: Vec<u32>,
}

impl Tree {
    /// That of `words`.
    ///
    /// # Errors
    /// If there are too few.
    pub(super) fn new(words: &Vocabulary) -> Result<Self> {
        let counts = words.counts();
        let order = words.by_count();
        let mut places = Vec::new();
        if !order.is_sorted() {
            places = vec![0; order.len()];
            (0..).zip(&order).for_each(|(place, &row)| places[row] = place);
        }
        let parents = vec![0; 2 * counts.len()];
        let tree = HuffmanTree::new(parents, &mut vec![0; counts.len()], counts.len(), |place| counts[order[place]])
            .map_err(|error| Error::Failed(format!("the vocabulary: {error}")))?;
        Ok(Self { tree, places })
    }

    fn words(&self) -> usize {
        self.tree.words() as usize
    }

    /// The inner nodes on the path of a row of the vocabulary, each with the bit of its code.
    pub(super) fn path(&self, row: u32) -> impl Iterator<Item = (u32, bool)> + '_ {
        self.tree.path(self.places.get(row as usize).copied().unwrap_or(row))
    }

    /// The mean and the greatest length of a path, with each word as often as `kept` says.
    pub(super) fn lengths(&self, kept: impl Iterator<Item = f64>) -> (f64, usize) {
        let (mut sum, mut all, mut longest) = (0.0, 0.0, 0);
        for (row, kept) in (0..).zip(kept) {
            let length = self.path(row).count();
            longest = longest.max(length);
            sum += kept * length as f64;
            all += kept;
        }
        (sum / all, longest)
    }
}

/// About how many bits the code of a word of `corpus` has, on average over what is trained on.
pub(crate) fn bits(corpus: &Corpus, settings: &Settings) -> f64 {
    Tree::new(&corpus.vocabulary).map_or(0.0, |tree| tree.lengths(plan::weights(corpus, settings)).0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Also where rows are not in that order.
    #[test]
    fn a_tree_goes_by_counts() {
        let counts = [("b", 3), ("d", 1), ("a", 9), ("c", 2)];
        let mut sorted = counts;
        sorted.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let [mixed, sorted]: [Vocabulary; 2] = [counts, sorted].map(|words| words.into_iter().collect());
        let [of_mixed, of_sorted] = [&mixed, &sorted].map(|words| Tree::new(words).unwrap());
        for word in ["a", "b", "c", "d"] {
            let path = |tree: &Tree, words: &Vocabulary| tree.path(words.row(word).unwrap() as u32).collect::<Vec<_>>();
            assert_eq!(path(&of_mixed, &mixed), path(&of_sorted, &sorted), "{word}");
        }
        let paths = Paths::all(&of_mixed);
        assert_eq!((paths.of(2).rows.len(), paths.of(1).rows.len()), (1, 3));
        // A word for each bit: 9 of 15 words have a path of one.
        let (mean, longest) = of_mixed.lengths([3.0, 1.0, 9.0, 2.0].into_iter());
        assert_eq!((mean, longest), ((2.0 * 3.0 + 3.0 + 9.0 + 3.0 * 2.0) / 15.0, 3));
    }
}

//! The tree of hierarchical softmax: frequent words have short paths.

use heapless::Vec;

use super::{Labeled, Objective};

/// The longest path there can be: words that occur in proportion to the Fibonacci numbers make the deepest tree, and
/// beyond this depth their counts have no room in a `u64`.
pub const MAX_PATH: usize = 96;

/// A Huffman tree over words, in storage of 2·|Vocab| − 1 numbers, one for each node: the words, and then the inner
/// nodes, the root last.
///
/// Inner node i, from 0, is row i of the outside matrix, which has |Vocab| − 1 rows. The tree is that of word2vec.c,
/// node for node, for the same counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct HuffmanTree<S> {
    /// By node: its parent's row, and in the lowest bit which of the two children it is.
    parents: S,
    words: u32,
}

/// No tree grows of these words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum HuffmanError {
    /// Fewer than two words: the only one needs no prediction.
    TooFewWords,
    /// 2³⁰ words or more.
    TooManyWords,
    /// The counts do not fall from each word to the next.
    Unsorted,
    /// The storage has not 2·|Vocab| − 1 numbers, or the scratch memory not |Vocab| − 1.
    Room,
}

impl core::fmt::Display for HuffmanError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::TooFewWords => "hierarchical softmax needs at least 2 words",
            Self::TooManyWords => "hierarchical softmax takes less than 2^30 words",
            Self::Unsorted => "the words of a Huffman tree go from frequent to rare",
            Self::Room => "there is no room for a Huffman tree of so many words",
        })
    }
}

impl core::error::Error for HuffmanError {}

impl<S: AsRef<[u32]> + AsMut<[u32]>> HuffmanTree<S> {
    /// The tree of `words` words that occurred `count(0) ≥ count(1) ≥ …` times.
    ///
    /// `parents` has room for 2·|Vocab| − 1 numbers, and `scratch`, which is needed only here, for |Vocab| − 1 counts.
    ///
    /// # Errors
    /// [`HuffmanError`], see there.
    pub fn new(
        mut parents: S,
        scratch: &mut [u64],
        words: usize,
        count: impl Fn(usize) -> u64,
    ) -> Result<Self, HuffmanError> {
        if words < 2 {
            return Err(HuffmanError::TooFewWords);
        }
        if words >= 1 << 30 {
            return Err(HuffmanError::TooManyWords);
        }
        // Words that never occur would hang in a chain of any length.
        let count = |word| count(word).max(1);
        if !(1..words).all(|word| count(word - 1) >= count(word)) {
            return Err(HuffmanError::Unsorted);
        }
        let nodes = parents.as_mut().get_mut(..2 * words - 1).ok_or(HuffmanError::Room)?;
        let inner = scratch.get_mut(..words - 1).ok_or(HuffmanError::Room)?;
        nodes.fill(0);
        // Words from the rarest on, and inner nodes as they arise, both grow heavier: the two lightest nodes are in
        // front.
        let (mut next_word, mut next_inner) = (words, 0);
        for row in 0..words - 1 {
            let mut sum = 0_u64;
            for bit in [0, 1] {
                let lightest_inner = inner.get(next_inner).filter(|_| next_inner < row).copied();
                let lightest_word = next_word.checked_sub(1).map(count);
                // Of equal ones word2vec.c takes the inner node.
                let node = match (lightest_word, lightest_inner) {
                    (Some(word), inner) if inner.is_none_or(|inner| word < inner) => {
                        next_word -= 1;
                        sum = sum.saturating_add(word);
                        next_word
                    }
                    (_, Some(inner)) => {
                        next_inner += 1;
                        sum = sum.saturating_add(inner);
                        words + next_inner - 1
                    }
                    _ => return Err(HuffmanError::Room),
                };
                if let Some(parent) = nodes.get_mut(node) {
                    *parent = (row as u32) << 1 | bit;
                }
            }
            if let Some(count) = inner.get_mut(row) {
                *count = sum;
            }
        }
        Ok(Self { parents, words: words as u32 })
    }
}

impl<S: AsRef<[u32]>> HuffmanTree<S> {
    /// The number of words. There is one inner node less.
    pub fn words(&self) -> u32 {
        self.words
    }

    /// The path of `word`: from its leaf up to the root, the rows `n_l` of the inner nodes, each with the bit `b_l` of
    /// the word's code that leads on from it (eq. 22). Empty if there is no such word.
    pub fn path(&self, word: u32) -> impl Iterator<Item = (u32, bool)> + '_ {
        let nodes = self.parents.as_ref();
        let root = 2 * self.words - 2;
        let mut node = if word < self.words { word } else { root };
        core::iter::from_fn(move || {
            if node == root {
                return None;
            }
            let &parent = nodes.get(node as usize)?;
            node = self.words + (parent >> 1);
            Some((parent >> 1, parent & 1 == 1))
        })
    }
}

/// Hierarchical softmax (eq. 22, 23): the targets of a word are the inner nodes on its path, each with the label 1 −
/// b_l.
#[derive(Clone, Debug)]
pub struct HierarchicalSoftmax<'a, S> {
    tree: &'a HuffmanTree<S>,
    path: Vec<u32, MAX_PATH>,
}

impl<'a, S> HierarchicalSoftmax<'a, S> {
    /// On the paths of `tree`.
    pub const fn new(tree: &'a HuffmanTree<S>) -> Self {
        Self { tree, path: Vec::new() }
    }
}

impl<S: AsRef<[u32]>> Objective for HierarchicalSoftmax<'_, S> {
    fn targets<'t>(&'t mut self, truth: u32, _room: &'t mut [u32]) -> Labeled<'t> {
        let mut labels = 0;
        self.path.clear();
        for (level, (row, bit)) in self.tree.path(truth).take(MAX_PATH).enumerate() {
            labels |= u128::from(!bit) << level;
            // There is room: MAX_PATH were taken.
            let _ = self.path.push(row);
        }
        Labeled { rows: &self.path, labels }
    }
}

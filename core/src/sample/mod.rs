//! What a step learns from: the targets of a word, and every random choice (the generator, negative samples, and which
//! tokens to keep).
//!
//! Random choices go through `rand_core`'s traits, so any generator can be used. [`Generator`] is the one that
//! motevec's own programs use: its streams are part of the promise of equal bits.

mod alias;
mod cumulative;
mod generator;
mod huffman;
mod negatives;
mod objective;
mod subsample;

pub use alias::{AliasError, AliasTable, Slot, noise_weight};
pub use cumulative::{CumulativeTable, Rebuild};
pub use generator::Generator;
pub use huffman::{HierarchicalSoftmax, HuffmanError, HuffmanTree, MAX_PATH};
pub use negatives::{Distribution, Negatives, Unigram, other_than};
pub use objective::{Labeled, Objective};
pub use subsample::Subsampler;

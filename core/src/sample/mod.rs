//! Every random choice that training makes: the generator, negative samples, and which tokens to keep.
//!
//! All of it goes through `rand_core`'s traits, so any generator can be used. [`Generator`] is the one that motevec's
//! own programs use: its streams are part of the promise of equal bits.

mod alias;
mod generator;
mod negatives;
mod subsample;

pub use alias::{AliasError, AliasTable, Slot, noise_weight};
pub use generator::Generator;
pub use negatives::{Negatives, Unigram, other_than};
pub use subsample::Subsampler;

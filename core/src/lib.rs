//! word2vec without an allocator: the whole of skip-gram with negative sampling, from the mathematics to queries, for
//! anything from a microcontroller to a server.
//!
//! The crate is a stack of layers; each uses only those above it.
//!
//! | module | holds |
//! |---|---|
//! | [`math`] | sigmoid, log-sigmoid, softmax, log-sum-exp |
//! | [`simd`] | vector arithmetic with the same bits on every machine: dot products, the window update |
//! | [`fixed_point`] | training in integers of 16 bits, for processors without floating point |
//! | [`loss`] | naive softmax and negative sampling, as equations: the reference for everything fast |
//! | [`optim`] | SGD, momentum, Adam, AdamW; learning-rate schedules; dropout |
//! | [`sample`] | negative sampling, Huffman trees, subsampling, random streams |
//! | [`subword`] | the n-grams of words |
//! | [`vocab`] | a vocabulary of fixed capacity |
//! | [`model`] | the two matrices, in storage that the caller owns |
//! | [`train`] | the walk of the window over tokens, and the training step |
//! | [`query`] | nearest neighbors and analogies; how likely a word is in its context |
//! | [`image`] | vocabulary and vectors, quantized if need be, in one piece of flash that is read in place |
//! | [`state`] | writing down what changes, to go on with the same bits after a power cut |
//!
//! The [`guide`] derives the mathematics, from softmax to the window update, and lists common mistakes.
//!
//! Nothing here allocates, and nothing panics in a release build: sizes are types, or are checked once and returned as
//! errors.
//!
//! # Training on a device
//!
//! ```
//! use motevec_core::model::FixedModel;
//! use motevec_core::query;
//! use motevec_core::sample::{AliasTable, Generator, Slot, Unigram};
//! use motevec_core::simd::{Portable, Scalar};
//! use motevec_core::train::{Fixed, Stream, Trainer};
//! use motevec_core::vocab::Vocab;
//!
//! const TOKENS: &str = "door hall lamp . door hall lamp . tap sink drain . tap sink drain .";
//!
//! let mut vocab = Vocab::<6, 64>::new();
//! for token in TOKENS.split(' ').filter(|&token| token != ".") {
//!     vocab.observe(token)?;
//! }
//! let mut model = FixedModel::<6, 8>::zeros();
//! model.initialize(&mut Generator::new(1, [0]));
//!
//! // A window of 2 words to each side, 4 targets: the true one and 3 negatives. Learning rate 0.1.
//! let table = AliasTable::new([Slot::default(); 6], |word| vocab.count(word as u32).unwrap_or(0).into())?;
//! let negatives = Unigram { table: &table, rng: Generator::new(1, [1]) };
//! let mut trainer = Trainer::new(Scalar::<Portable>::new(), &mut model, negatives, Fixed::<2, 4>, 0.1);
//! let mut widths = Generator::new(1, [2]);
//! let mut stream = Stream::<5>::new();
//! for _ in 0..300 {
//!     for token in TOKENS.split(' ') {
//!         match vocab.index(token) {
//!             Some(word) => stream.push(word, &mut trainer, &mut widths)?,
//!             None => stream.end_sentence(&mut trainer, &mut widths)?,
//!         }
//!     }
//! }
//!
//! let (door, sink) = (vocab.index("door").unwrap(), vocab.index("sink").unwrap());
//! let (lanes, query) = (Scalar::<Portable>::new(), &model.center[door as usize]);
//! let nearest = query::nearest::<_, _, 2>(lanes, &model.center, query, &[door]);
//! assert!(nearest.iter().all(|neighbor| neighbor.row != sink));
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
#![no_std]
#![deny(unsafe_code)]
// No panicking path: what these lints forbid would be one.
#![cfg_attr(
    not(test),
    deny(clippy::indexing_slicing, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::unreachable)
)]

pub mod fixed_point;
pub mod guide;
pub mod image;
pub mod loss;
pub mod math;
pub mod model;
pub mod optim;
pub mod query;
pub mod sample;
pub mod simd;
pub mod state;
pub mod subword;
pub mod train;
pub mod vocab;

/// The traits of random generators, in the version that is needed here.
pub use rand_core;

/// Compiles and runs the code in the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

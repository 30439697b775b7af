//! Word vectors that a device learns from its own events: everything of a firmware but hardware, so that a host can run
//! and test it too.
//!
//! | module | holds |
//! |---|---|
//! | [`learner`] | a vocabulary and its vectors, learned from sentences of tokens as they arrive |
//! | [`watch`] | says which events do not belong where they are |
//! | [`mod@line`] | from bytes to lines |
//! | [`command`] | from lines to commands |
//! | [`session`] | from commands to answers |
//! | [`slots`] | keeps what is learned in flash, over power cuts |
//! | [`save`] | from an image to lines |
//! | [`waiting`] | bytes that have come while it was busy |
//! | [`text`] | from numbers to text, without `core::fmt` |
//! | [`world`] | the demo: the events of a building |
//!
//! Nothing allocates, panics or formats with `core::fmt`; sizes are types. A learner works in a
//! [`Memory`](learner::Memory) that the caller owns: a `static`, on a device.
#![no_std]
#![forbid(unsafe_code)]
// No panicking path: what these lints forbid would be one.
#![deny(clippy::indexing_slicing, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::unreachable)]

pub mod command;
pub mod learner;
pub mod line;
mod log;
pub mod save;
pub mod session;
pub mod slots;
pub mod text;
pub mod waiting;
pub mod watch;
pub mod world;

/// The traits of flash, in the version that is needed here.
pub use embedded_storage;
/// Word2vec: its lanes, neighbors and images are in the signatures here.
pub use motevec_core;

/// Compiles and runs the code in the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

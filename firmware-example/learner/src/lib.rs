//! All of the firmware that is not hardware, so that a host can run and test it too.
//!
//! | module | holds |
//! |---|---|
//! | [`learner`] | a vocabulary and its vectors, learned from sentences of tokens as they arrive |
//! | [`noise`] | where negative samples come from while counts change |
//! | [`mod@line`] | bytes into lines |
//! | [`command`] | lines into commands |
//! | [`session`] | commands into answers |
//! | [`save`] | an image into lines |
//! | [`text`] | numbers into text, without `core::fmt` |
//! | [`world`] | the demo: the events of a building |
//!
//! Nothing allocates, panics or formats with `core::fmt`; sizes are types. What a learner keeps lies in a [`Memory`](learner::Memory)
//! that the caller owns: a `static`, on a device.
#![no_std]
#![forbid(unsafe_code)]
// No panicking path: what these lints forbid would be one.
#![deny(clippy::indexing_slicing, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::unreachable)]

pub mod command;
pub mod learner;
pub mod line;
mod log;
pub mod noise;
pub mod save;
pub mod session;
pub mod text;
pub mod world;

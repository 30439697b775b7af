//! word2vec without an allocator.
#![no_std]
#![deny(unsafe_code)]

pub mod loss;
pub mod math;
pub mod optim;

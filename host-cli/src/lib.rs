//! motevec on the desktop: corpora, vocabularies, parallel training, model files, queries and scores over
//! [`motevec_core`].

#![forbid(unsafe_code)]
#![cfg_attr(not(feature = "cli"), expect(dead_code, unused_imports, reason = "what the program alone needs"))]

pub mod align;
pub mod bench;
#[cfg(feature = "cli")]
mod checkpoint;
#[cfg(feature = "cli")]
pub mod cli;
mod compression;
pub mod corpus;
mod error;
pub mod eval;
#[cfg(feature = "pictures")]
pub mod explore;
pub mod format;
pub mod gradcheck;
mod history;
mod memory;
pub mod output;
pub mod phrases;
#[cfg(feature = "pictures")]
pub mod plot;
pub mod query;
pub mod ranks;
mod subwords;
pub mod train;
mod vectors;
mod vocabulary;

pub use error::{Error, Result};
pub use history::Run;
pub use subwords::Subwords;
pub use vectors::{Vectors, VectorsRef};
pub use vocabulary::Vocabulary;

//! motevec on the desktop: corpora, vocabularies, parallel training, model files, queries and scores over
//! [`motevec_core`].

#![forbid(unsafe_code)]

pub mod corpus;
mod error;
pub mod train;
mod vectors;
mod vocabulary;

pub use error::{Error, Result};
pub use vectors::Vectors;
pub use vocabulary::Vocabulary;

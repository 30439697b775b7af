//! The other tools that people use with word vectors: they read our files, we read theirs, and scores agree; and a
//! browser for the pages that the program writes.

mod compare;
mod explore;
mod fasttext;
mod formats;
mod mpi;
mod mpi_agree;
mod phrases;
mod scores;
mod wheel;

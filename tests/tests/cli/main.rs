//! The program as a user or a program meets it, and the library behind it: all that is quick and needs nothing else.

mod advice;
mod align;
mod bad_input;
mod bench;
mod commands;
mod demo;
mod dependencies;
mod family;
mod fasttext;
mod formats;
mod fuzz_seeds;
mod gradcheck;
mod habits;
mod help;
mod image;
mod large_corpora;
mod optimizers;
mod pan_tadeusz;
mod phrases;
mod plot;
mod queries;
mod real_files;
mod resume;
mod train;
mod vectors;
mod word2vec;

//! The `motevec` command.
#![forbid(unsafe_code)]

fn main() {}

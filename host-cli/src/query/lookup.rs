//! Where the vectors of words are looked up.

use crate::{Subwords, Vectors, Vocabulary};

/// A model, or what has been read of it.
pub trait Lookup {
    /// The words.
    fn vocabulary(&self) -> &Vocabulary;

    /// Numbers per row.
    fn dim(&self) -> usize;

    /// The n-grams that words are made of, if the model has some.
    fn subwords(&self) -> Option<&Subwords>;

    /// The row of `word`, if it has one.
    fn find(&self, word: &str) -> Option<&[f32]>;
}

impl Lookup for Vectors {
    fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    fn dim(&self) -> usize {
        self.dim
    }

    fn subwords(&self) -> Option<&Subwords> {
        self.subwords.as_ref()
    }

    fn find(&self, word: &str) -> Option<&[f32]> {
        self.get(word)
    }
}

//! The vectors of a few words of a model, of which nothing else but the words is in memory.

use std::ops::ControlFlow;

use hashbrown::{HashMap, HashSet};

use super::Lookup;
use crate::format::{ModelFile, Rest, Visitor};
use crate::{Result, Subwords, Vocabulary};

/// The vectors of a few words of a model, and all that it has beside vectors.
pub struct Excerpt {
    rest: Rest,
    rows: HashMap<String, Vec<f32>>,
}

impl Excerpt {
    /// Reads the rows of `words` from `file`, and passes over the others.
    ///
    /// # Errors
    /// Those of reading the whole file. It is none if a word is missing.
    pub fn read<S: AsRef<str>>(file: &mut ModelFile, words: &[S]) -> Result<Self> {
        Picking::new(words, false).read(file).map(|(excerpt, _)| excerpt)
    }

    /// [`read`](Self::read), but only up to the last of these rows, if the model has all. Also returns whether the file
    /// was read to its end.
    ///
    /// # Errors
    /// Those of reading the file so far.
    pub(super) fn first<S: AsRef<str>>(file: &mut ModelFile, words: &[S]) -> Result<(Self, bool)> {
        Picking::new(words, true).read(file)
    }
}

impl Excerpt {
    /// The words, without the vectors.
    pub(super) fn into_vocabulary(self) -> Vocabulary {
        self.rest.vocabulary
    }
}

impl Lookup for Excerpt {
    fn vocabulary(&self) -> &Vocabulary {
        &self.rest.vocabulary
    }

    fn dim(&self) -> usize {
        self.rest.dim
    }

    fn subwords(&self) -> Option<&Subwords> {
        self.rest.subwords.as_ref()
    }

    fn find(&self, word: &str) -> Option<&[f32]> {
        self.rows.get(word).map(Vec::as_slice)
    }
}

/// Keeps the rows of some words.
struct Picking<'a> {
    wanted: HashSet<&'a str>,
    rows: HashMap<String, Vec<f32>>,
    /// Whether to stop once all are found.
    stops: bool,
}

impl<'a> Picking<'a> {
    fn new<S: AsRef<str>>(words: &'a [S], stops: bool) -> Self {
        Self { wanted: words.iter().map(AsRef::as_ref).collect(), rows: HashMap::new(), stops }
    }

    fn has_all(&self) -> bool {
        self.rows.len() == self.wanted.len()
    }

    fn read(mut self, file: &mut ModelFile) -> Result<(Excerpt, bool)> {
        let rest = file.visit(&mut self)?;
        let to_the_end = !(self.stops && self.has_all());
        if to_the_end {
            // Some rows were to be left out after all.
            self.rows.retain(|word, _| rest.vocabulary.row(word).is_some());
        }
        Ok((Excerpt { rest, rows: self.rows }, to_the_end))
    }
}

impl Visitor for Picking<'_> {
    fn begin(&mut self, _dim: usize, _rows: usize) {
        self.rows.clear();
    }

    fn row(&mut self, word: &str, numbers: &[f32]) -> ControlFlow<()> {
        if self.wanted.contains(word) {
            self.rows.insert(word.to_owned(), numbers.to_vec());
        }
        if self.stops && self.has_all() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

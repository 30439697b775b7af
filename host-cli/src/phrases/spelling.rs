//! How phrases are spelled: what stands between their words, and which words may stand inside.

use std::collections::HashSet;
use std::path::Path;

use crate::corpus::{self, Options, Source, Visitor, Word};
use crate::{Error, Result};

/// The name of connector words that need no file.
pub const ENGLISH: &str = "english";

/// The articles, prepositions and conjunctions that gensim has under the name `ENGLISH_CONNECTOR_WORDS`.
const ENGLISH_WORDS: [&str; 15] =
    ["a", "an", "the", "for", "of", "with", "without", "at", "from", "to", "in", "on", "by", "and", "or"];

/// The delimiter and the connector words.
#[derive(Clone, Debug)]
pub struct Spelling {
    /// What stands between the words of a phrase.
    pub delimiter: String,
    /// Words that may stand inside a phrase, any number of them, but not at its ends; they do not count for its score.
    pub connectors: HashSet<String>,
}

impl Default for Spelling {
    fn default() -> Self {
        Self { delimiter: "_".to_owned(), connectors: HashSet::new() }
    }
}

/// What a word looks like beside phrases.
#[derive(Debug, PartialEq)]
pub(super) enum Shape<'a> {
    Connector,
    /// It has no character of the delimiter. Two such words and the delimiter between them are spelled as no other two.
    Plain,
    /// The spelling of a pair of plain words.
    Pair(&'a str, &'a str),
    Odd,
}

impl Spelling {
    pub(super) fn has_connectors(&self) -> bool {
        !self.connectors.is_empty()
    }

    /// Checks that phrases are words of a text.
    pub(super) fn check(&self) -> Result<()> {
        if self.delimiter.is_empty() || self.delimiter.contains(char::is_whitespace) {
            let message = "expected at least one character, and no white space, which separates words";
            return Err(Error::setting("delimiter", format!("`{}`", self.delimiter), message));
        }
        Ok(())
    }

    pub(super) fn shape<'a>(&self, word: &'a str) -> Shape<'a> {
        if self.connectors.contains(word) {
            return Shape::Connector;
        }
        let of_delimiter = |c| self.delimiter.contains(c);
        let Some((first, rest)) = word.find(of_delimiter).and_then(|at| word.split_at_checked(at)) else {
            return Shape::Plain;
        };
        match rest.strip_prefix(&*self.delimiter) {
            Some(last) if !first.is_empty() && !last.is_empty() && !last.contains(of_delimiter) => {
                Shape::Pair(first, last)
            }
            _ => Shape::Odd,
        }
    }

    /// The words that a phrase spelled `word` may start with and end with, if it has any.
    pub(super) fn ends<'a>(&self, word: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let places = word.char_indices().map(|(at, _)| word.split_at(at));
        places.filter_map(|(first, rest)| Some((first, rest.strip_prefix(&*self.delimiter)?)))
    }
}

/// The connector words that `path` names: gensim's English ones for [`ENGLISH`], or else those in a file, with white
/// space between them.
///
/// # Errors
/// If the file cannot be read, is not UTF-8, or holds no words.
pub fn read_connectors(path: &Path) -> Result<HashSet<String>> {
    if path == Path::new(ENGLISH) {
        return Ok(ENGLISH_WORDS.map(str::to_owned).into());
    }
    let mut words = Words(HashSet::new());
    corpus::walk(&[Source::Path(path.to_owned())], &Options::default(), &|_| (), &mut words)?;
    if words.0.is_empty() {
        return Err(Error::input(path, None, "it contains no words"));
    }
    Ok(words.0)
}

/// Keeps words.
pub(super) struct Words<C>(pub(super) C);

impl<C: Extend<String>> Visitor for Words<C> {
    fn word(&mut self, word: Word<'_>) -> Result<()> {
        self.0.extend([word.text.to_owned()]);
        Ok(())
    }

    fn cut(&mut self) -> Result<()> {
        Ok(())
    }

    fn end_line(&mut self) -> Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_spelling_of_two_plain_words_is_a_pair() {
        let spelling = |delimiter: &str| Spelling { delimiter: delimiter.to_owned(), connectors: ["of".into()].into() };
        let of = spelling("_");
        for (word, shape) in [
            ("new", Shape::Plain),
            ("of", Shape::Connector),
            ("new_york", Shape::Pair("new", "york")),
            ("new_york_city", Shape::Odd),
            ("_york", Shape::Odd),
            ("new_", Shape::Odd),
            ("a__b", Shape::Odd),
        ] {
            assert_eq!(of.shape(word), shape, "{word}");
        }
        // Of a longer delimiter, any character makes a word odd: `xababac` is `x` and `bac`, but also `xab` and `c`.
        assert_eq!(spelling("aba").shape("xababac"), Shape::Odd);
        assert_eq!(spelling("aba").shape("xabac"), Shape::Pair("x", "c"));
        assert_eq!(spelling("aba").shape("bar"), Shape::Odd);
        assert_eq!(spelling("–").shape("a–ż"), Shape::Pair("a", "ż"));
    }
}

//! Which words to draw: the options that choose them.

use std::fs;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use indicatif::HumanCount;

use crate::plot::Selection;
use crate::{Error, Result, Vectors};

/// More words make no picture that anybody could look at.
pub(in crate::cli) const MOST_WORDS: i64 = 100_000;

/// Words drawn by default.
const USUAL_TOP: u32 = 100;

/// The most frequent words of a large model say little about it: they are left out by default.
const USUAL_SKIP: usize = 100;
const LARGE: usize = 1_000;

/// Neighbors drawn around a word.
const USUAL_NEAR: u32 = 30;

/// What begins the name of a group, as in files of analogies.
const GROUP: char = ':';

/// Which words to draw [default: 100 frequent ones].
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Words")]
pub(super) struct WordsArgs {
    /// These words
    #[arg(long, value_name = "A,B,C", value_delimiter = ',',
          conflicts_with_all = ["words_file", "preset", "near", "top", "skip"])]
    words: Vec<String>,

    /// The words in FILE, one per line; a line `: NAME` begins a group
    #[arg(long, value_name = "FILE", conflicts_with_all = ["preset", "near", "top", "skip"])]
    words_file: Option<PathBuf>,

    /// A well-known list of words
    #[arg(long, value_enum, value_name = "NAME", conflicts_with_all = ["near", "top", "skip"])]
    preset: Option<Preset>,

    /// The words nearest to WORD [default: 30 of them]
    #[arg(long, value_name = "WORD", conflicts_with = "skip")]
    near: Option<String>,

    /// The N most frequent words [default: 100], or with --near the N nearest
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=MOST_WORDS))]
    top: Option<u32>,

    /// Leave out the N most frequent words, which say little [default: 100, or 0 with fewer than 1,000 words]
    #[arg(long, value_name = "N")]
    skip: Option<u32>,
}

/// `--preset`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Preset {
    /// The 24 words of the picture in Stanford's course on natural language processing
    Course,
}

/// The words of a file, in groups.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::cli) struct List {
    names: Vec<String>,
    words: Vec<(usize, String)>,
}

impl WordsArgs {
    /// The file of words, if there is one.
    pub(super) fn file(&self) -> Option<&Path> {
        self.words_file.as_deref()
    }

    /// Reads `--words-file`, if there is one: a mistake in it shows before a large model is read.
    pub(super) fn list(&self) -> Result<Option<List>> {
        self.words_file.as_deref().map(List::read).transpose()
    }

    /// The words that are asked for by name, some of which the model may not have seen.
    pub(super) fn named<'a>(&'a self, list: Option<&'a List>) -> impl Iterator<Item = &'a str> {
        let given = self.words.iter().map(|word| word.trim()).filter(|word| !word.is_empty());
        given.chain(self.near.as_deref()).chain(list.into_iter().flat_map(List::words))
    }

    /// Finds the words in the model; `list` is what [`list`](Self::list) read.
    pub(super) fn select(&self, vectors: &Vectors, list: Option<&List>) -> Result<Selection> {
        if let Some(List { names, words }) = list {
            let selection = Selection::of_words(vectors, words.iter().map(|(group, word)| (*group, word.as_str())));
            return Ok(if names.len() > 1 { selection.named(names.clone()) } else { selection });
        }
        if let Some(Preset::Course) = self.preset {
            return Ok(Selection::course(vectors));
        }
        if let Some(word) = &self.near {
            return Selection::near(vectors, word, self.top.unwrap_or(USUAL_NEAR) as usize);
        }
        if !self.words.is_empty() {
            return Ok(Selection::of_words(vectors, self.named(None).map(|word| (0, word))));
        }
        let top = self.top.unwrap_or(USUAL_TOP) as usize;
        Ok(Selection::default().and_frequent(vectors, self.skipped(vectors), top))
    }

    /// How many of the most frequent words are left out.
    fn skipped(&self, vectors: &Vectors) -> usize {
        let usual = if vectors.vocabulary.len() < LARGE { 0 } else { USUAL_SKIP };
        self.skip.map_or(usual, |skip| skip as usize)
    }

    /// The picture's heading.
    pub(super) fn title(&self, vectors: &Vectors, selection: &Selection) -> String {
        let count = HumanCount(selection.rows.len() as u64);
        if self.preset.is_some() {
            return "The words of the course".to_owned();
        }
        match &self.near {
            Some(word) => format!("Words near “{word}”"),
            None if !self.words.is_empty() || self.words_file.is_some() => format!("{count} words"),
            None if self.skipped(vectors) > 0 => {
                let skipped = self.skipped(vectors);
                format!("Frequent words: ranks {} to {}", skipped + 1, skipped + selection.rows.len())
            }
            None if vectors.vocabulary.counts().iter().any(|&count| count > 0) => {
                format!("The {count} most frequent words")
            }
            // Their frequency is unknown.
            None => format!("The first {count} words"),
        }
    }

    /// Whether the words are named, and not chosen from the model.
    pub(super) fn given(&self) -> bool {
        !self.words.is_empty() || self.words_file.is_some() || self.preset.is_some()
    }

    /// Whether the words are those near the first one.
    pub(super) fn near(&self) -> bool {
        self.near.is_some()
    }
}

impl List {
    /// Reads the file at `path`.
    pub(in crate::cli) fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path).map_err(|error| Error::io(path, error))?;
        Ok(list(text.trim_start_matches('\u{feff}')))
    }

    /// The words.
    pub(in crate::cli) fn words(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(|(_, word)| word.as_str())
    }
}

/// Reads the lines of a list of words.
fn list(text: &str) -> List {
    let mut list = List { names: Vec::new(), words: Vec::new() };
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        match line.strip_prefix(GROUP).map(str::trim) {
            // A colon alone is a word.
            Some(name) if !name.is_empty() => list.names.push(name.to_owned()),
            _ => {
                if list.names.is_empty() {
                    list.names.push("others".to_owned());
                }
                list.words.push((list.names.len() - 1, line.to_owned()));
            }
        }
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_have_groups() {
        let expected = |names: &[&str], words: &[(usize, &str)]| List {
            names: names.iter().map(|&name| name.to_owned()).collect(),
            words: words.iter().map(|&(group, word)| (group, word.to_owned())).collect(),
        };
        assert_eq!(list("a\n\n b \r\n"), expected(&["others"], &[(0, "a"), (0, "b")]));
        assert_eq!(list(": one\na\n:two\nb\n:\n"), expected(&["one", "two"], &[(0, "a"), (1, "b"), (1, ":")]));
        assert_eq!(list("x\n: one\na"), expected(&["others", "one"], &[(0, "x"), (1, "a")]));
        assert_eq!(list(""), expected(&[], &[]));
    }
}

//! The words of formats that keep only numbers in their own file: a second file beside it, one line per word.
//!
//! A line is a word or, where counts are known, a word, a tab and its count. Words may hold spaces.

use std::io::{self, Write};
use std::path::Path;

use super::{Source, lines, matrix, rows};
use crate::{Error, Result, VectorsRef, Vocabulary, compression, output};

/// The line before the words with counts, if a format wants one.
const HEADING: &str = "word\tcount";

/// Reads the words in the file `path` that belong to `numbers`. A first line of headings is skipped if the format
/// has one.
pub(super) fn read(path: &Path, heading: bool, numbers: &Source) -> Result<Vocabulary> {
    let source = Source::open(path).map_err(|error| match error {
        Error::Io { source, .. } => {
            numbers.error(None, format!("its words should be in {}, one per line: {source}", path.display()))
        }
        error => error,
    })?;
    let mut lines = lines::Lines::new(source, 0, 0);
    let mut vocabulary = Vocabulary::new();
    while lines.next()? {
        let line = lines.line.strip_suffix(b"\r").unwrap_or(&lines.line);
        let (word, count) = match memchr::memchr(b'\t', line).and_then(|tab| line.split_at_checked(tab)) {
            // With more than one column, the projector wants headings.
            Some(_) if heading && lines.number == 1 => continue,
            None => (line, 0),
            Some((word, count)) => {
                let count = count
                    .strip_prefix(b"\t")
                    .and_then(|count| str::from_utf8(count).ok())
                    .and_then(|count| count.parse().ok());
                let wrong =
                    || lines.error("what follows the tab is not a count: expected `word`, or `word<tab>count`".into());
                (word, count.ok_or_else(wrong)?)
            }
        };
        let pushed = if word.is_empty() { Err("the word is empty".to_owned()) } else { Ok(()) };
        pushed
            .and_then(|()| matrix::push_word(&mut vocabulary, word, count))
            .map_err(|problem| lines.error(problem))?;
    }
    Ok(vocabulary)
}

/// Checks that there are as many words in the file `path` as vectors in the other one.
pub(super) fn check_len(path: &Path, vocabulary: &Vocabulary, source: &Source, vectors: usize) -> Result<()> {
    let words = vocabulary.len();
    if words == vectors {
        return Ok(());
    }
    let other = source.path().display();
    Err(Error::input(path, None, format!("holds {words} words, but {other} holds {vectors} vectors")))
}

/// Writes the file `path` with `vectors` as `content` writes them, and beside it the file `words`: both, or none.
pub(super) fn write(
    (path, words): (&Path, &Path),
    vectors: VectorsRef<'_>,
    heading: bool,
    content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<()> {
    rows::check(path, vectors, check_word)?;
    output::write_both(
        (path, |out: &mut dyn Write| compression::compress(path, out, content)),
        (words, |out: &mut dyn Write| {
            compression::compress(words, out, |out| write_words(out, vectors.vocabulary, heading))
        }),
    )
}

fn write_words(out: &mut dyn Write, vocabulary: &Vocabulary, heading: bool) -> io::Result<()> {
    let counted = vocabulary.counts().iter().any(|&count| count > 0);
    if counted && heading {
        writeln!(out, "{HEADING}")?;
    }
    for (word, count) in vocabulary.words().zip(vocabulary.counts()) {
        match counted {
            true => writeln!(out, "{word}\t{count}")?,
            false => writeln!(out, "{word}")?,
        }
    }
    Ok(())
}

/// Checks a word that a tab or a newline ends.
fn check_word(word: &str) -> Result<(), String> {
    rows::check_word_without(word, &['\t', '\n', '\r'], "a tab or a newline")
}

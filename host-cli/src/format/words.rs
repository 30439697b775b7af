//! The words of formats that keep only numbers in their own file: a second file beside it, one line per word.
//!
//! A line is a word or, where counts are known, a word, a tab and its count. Words may hold spaces.

use std::io::{self, Write};
use std::path::Path;

use super::apart::Words;
use super::rules::Flaw;
use super::{Source, lines, rows};
use crate::{Error, Result, VectorsRef, Vocabulary, compression, output};

/// The line before the words with counts, if a format wants one.
const HEADING: &str = "word\tcount";

/// The heading of the column with the words, in lower case.
const COLUMN: &str = "word";

/// The heading of the column with the counts, likewise.
const COUNTS: &str = "count";

/// Reads the words in the file `path` that belong to `numbers`.
///
/// Where the format has a `heading`, and the first line more than one column, that line is one of headings: the words
/// are in the column `word`, or else in the first, and the counts in the column `count`, if it holds numbers.
pub(super) fn read(path: &Path, heading: bool, numbers: &Source) -> Result<Words> {
    let mut source = Source::open(path).map_err(|error| match error {
        Error::Io { source, .. } => {
            numbers.error(None, format!("its words should be in {}, one per line: {source}", path.display()))
        }
        error => error,
    })?;
    source.rules = numbers.rules.clone();
    let mut lines = lines::Lines::new(source, 0, 0);
    let (mut words, mut column, mut count_column) = (Words::default(), 0, 1);
    while lines.next()? {
        let line = lines.line.strip_suffix(b"\r").unwrap_or(&lines.line);
        let columns = || line.split(|&byte| byte == b'\t');
        // With more than one column, the projector wants headings.
        if heading && lines.number == 1 && columns().count() > 1 {
            let find = |name: &str| columns().position(|column| column.eq_ignore_ascii_case(name.as_bytes()));
            column = find(COLUMN).unwrap_or(0);
            count_column = find(COUNTS).unwrap_or(usize::MAX);
            continue;
        }
        let word = columns().nth(column).unwrap_or_default();
        let count = columns().nth(count_column).map(|count| str::from_utf8(count).ok()?.trim().parse().ok());
        if !heading && (count == Some(None) || columns().count() > 2) {
            let problem = "what follows the tab is not a count: expected `word`, or `word<tab>count`".to_owned();
            return Err(lines.error(problem));
        }
        let refused = |problem: &str| Err((Flaw::NotARow, problem.to_owned()));
        let word = match word {
            [] => refused("the word is empty"),
            _ if word.contains(&b'\r') => refused("there is a carriage return within the word"),
            _ => Ok(word),
        };
        words.push(&mut lines.source, Some(lines.number), word, count.flatten().unwrap_or(0))?;
    }
    lines.source.tell();
    Ok(words)
}

/// Checks that there are as many words in the file `path` as vectors in the other one.
pub(super) fn check_len(path: &Path, words: &Words, source: &Source, vectors: usize) -> Result<()> {
    let words = words.len();
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
    rows::check_first(words, vectors)?;
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

//! The pair of files that the TensorFlow Embedding Projector loads: numbers separated by tabs, one line per word, and a
//! second file with the words as metadata (module `words`).
//!
//! The words of `model.tsv` are in `model.metadata.tsv`; those of `vectors.tsv`, the name in TensorFlow's tutorial, in
//! `metadata.tsv`; those of `model_tensor.tsv`, a name of gensim's, in `model_metadata.tsv`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::{Codec, Rest, Source, Visitor, lines, rows, words};
use crate::{Result, VectorsRef, compression};

/// The fewest bytes that a number takes: a digit and a tab.
const SHORTEST_NUMBER: usize = 2;

/// The format `projector`.
pub(super) struct Projector;

impl Codec for Projector {
    fn endings(&self) -> &'static [&'static str] {
        &[".tsv"]
    }

    fn compresses(&self) -> bool {
        true
    }

    /// Only numbers, separated by tabs.
    fn recognizes(&self, start: &[u8]) -> bool {
        let Some((line, _)) = memchr::memchr(b'\n', start).and_then(|end| start.split_at_checked(end)) else {
            return false;
        };
        line.contains(&b'\t') && lines::parse(line, &mut Vec::new()).is_ok()
    }

    fn numbers(&self, _start: &[u8]) -> &'static str {
        lines::NUMBERS
    }

    fn companion(&self, path: &Path) -> Option<PathBuf> {
        Some(metadata(path))
    }

    fn visit(&self, source: Source, visitor: &mut dyn Visitor) -> Result<Rest> {
        let path = metadata(source.path());
        let mut words = words::read(&path, true, &source)?;
        let mut lines = lines::Lines::new(source, 0, 0);
        lines.expect(None);
        let (mut dim, mut rows, mut numbers) = (0, 0, Vec::new());
        let mut blank = None;
        while lines.next()? {
            if lines.is_blank() && dim > 0 {
                blank = blank.or(Some(lines.number));
                continue;
            }
            if let Some(line) = blank {
                return Err(lines.source.error(line, "the line is blank, and rows follow it"));
            }
            lines::parse(&lines.line, &mut numbers).map_err(|problem| lines.error(problem))?;
            let found = numbers.len();
            if lines.number == 1 {
                if !(1..rows::MOST_DIMENSIONS).contains(&found) {
                    return Err(lines.error(format!("no model has vectors of {found} dimensions")));
                }
                dim = found;
                lines.expect(Some(dim));
                visitor.begin(dim, lines.source.possible_rows(words.len(), dim * SHORTEST_NUMBER));
            }
            if found != dim {
                return Err(lines.error(format!("there are {found} numbers, but the first line has {dim}")));
            }
            if words.center(&mut lines.source, rows, &numbers, visitor)?.is_break() {
                rows = words.len();
                break;
            }
            rows += 1;
        }
        if dim == 0 {
            return Err(lines.error("the file is empty".to_owned()));
        }
        words::check_len(&path, &words, &lines.source, rows)?;
        Ok(Rest { vocabulary: words.finish(&lines.source, visitor), dim, subwords: None, history: Vec::new() })
    }

    fn write(&self, path: &Path, vectors: VectorsRef<'_>) -> Result<()> {
        words::write((path, &metadata(path)), vectors, true, |out| {
            let mut line = String::new();
            for (_, numbers) in vectors.rows() {
                line.clear();
                for number in numbers {
                    // Writing to a string cannot fail.
                    let _ = write!(line, "{number}\t");
                }
                line.pop();
                line.push('\n');
                out.write_all(line.as_bytes())?;
            }
            Ok(())
        })
    }
}

/// The file with the words whose vectors are in the file `path`.
fn metadata(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let stem = compression::without_ending(path).unwrap_or(Path::new(&*name)).with_extension("");
    let stem = stem.to_string_lossy();
    // The rest after the stem: `.tsv`, `.tsv.gz`, or any other.
    let ending = name.get(stem.len()..).unwrap_or_default();
    let metadata = match (&*stem, stem.strip_suffix("_tensor")) {
        ("vectors", _) => format!("metadata{ending}"),
        (_, Some(stem)) => format!("{stem}_metadata{ending}"),
        _ => format!("{stem}.metadata{ending}"),
    };
    path.with_file_name(metadata)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::rows::testing;
    use super::*;
    use crate::Vectors;

    const GOOD: &str = "0.5\t-1.25\n3\t0.0000001\n";

    fn read(numbers: &str, words: &str) -> Result<Vectors, String> {
        let (one, other) = (("model.tsv", numbers.as_bytes()), ("model.metadata.tsv", words.as_bytes()));
        testing::read_pair(&Projector, one, other)
    }

    #[test]
    fn the_words_are_where_the_name_says() {
        for (numbers, words) in [
            ("a/model.tsv", "a/model.metadata.tsv"),
            ("vectors.tsv", "metadata.tsv"),
            ("news_tensor.tsv", "news_metadata.tsv"),
            ("model.tsv.gz", "model.metadata.tsv.gz"),
            ("model.300.tsv", "model.300.metadata.tsv"),
            ("model", "model.metadata"),
        ] {
            assert_eq!(metadata(Path::new(numbers)), Path::new(words));
        }
    }

    #[test]
    fn words_come_with_a_heading_where_they_have_counts() {
        let vectors = read(GOOD, "state\nNew York\n").unwrap();
        assert_eq!((vectors.dim, &vectors.data[..]), (2, &[0.5, -1.25, 3.0, 1e-7][..]));
        assert_eq!(vectors.vocabulary.words().collect::<Vec<_>>(), ["state", "New York"]);
        let write = |vectors: &Vectors| {
            let files = testing::write_pair(&Projector, "model.tsv", "model.metadata.tsv", vectors).unwrap();
            files.map(|file| String::from_utf8(file).unwrap())
        };
        assert_eq!(write(&vectors), [GOOD, "state\nNew York\n"]);
        let counted = read(GOOD, "word\tcount\nstate\t7\nunion\t5\n").unwrap();
        assert_eq!(counted.vocabulary.counts(), [7, 5]);
        assert_eq!(write(&counted)[1], "word\tcount\nstate\t7\nunion\t5\n");
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let cases = [
            ("", "a\nb\n", "model.tsv:1: the file is empty"),
            ("1\tx\n", "a\n", "model.tsv:1: `x` is not a number"),
            ("\n", "a\n", "model.tsv:1: no model has vectors of 0 dimensions"),
            ("1\t2\n3\n", "a\nb\n", "model.tsv:2: there are 1 numbers, but the first line has 2"),
            ("1\t2\n3\tnan\n", "a\nb\n", "model.tsv: row 2: the vector of `b` holds NaN"),
            ("1\t2\n\n3\t4\n", "a\nb\n", "model.tsv:2: the line is blank, and rows follow it"),
            ("1\t2\n3\t4", "a\nb\n", "model.tsv:2: the file ends within this line"),
            (GOOD, "a\n", "model.metadata.tsv: holds 1 words, but "),
            (GOOD, "a\na\n", "model.metadata.tsv:2: the word `a` is already in row 1"),
            (GOOD, "a\n\n", "model.metadata.tsv:2: the word is empty"),
        ];
        for (numbers, words, expected) in cases {
            let message = read(numbers, words).unwrap_err();
            assert!(message.contains(expected), "{message}");
        }
    }

    #[test]
    fn words_that_the_format_cannot_hold_are_not_written() {
        for (word, problem) in [("a\tb", "contains a tab"), ("a\nb", "contains a tab or a newline"), ("", "empty")] {
            let mut vectors = read(GOOD, "state\nunion\n").unwrap();
            vectors.vocabulary = [("fine", 0), (word, 0)].into_iter().collect();
            let message = testing::write_pair(&Projector, "model.tsv", "model.metadata.tsv", &vectors).unwrap_err();
            assert!(message.contains("cannot write row 2: the word") && message.contains(problem), "{message}");
        }
    }

    proptest! {
        #[test]
        fn no_content_makes_the_reader_panic(numbers in "[a .1-9e\t\n]{0,60}", words in "[ab\t1\n]{0,20}") {
            let _ = read(&numbers, &words);
        }
    }
}

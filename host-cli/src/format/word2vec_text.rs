//! word2vec's text format, as word2vec.c, gensim and fastText (`.vec`) write and read it.
//!
//! A header line `words dimensions`; then a line a word: the word and its numbers, with single spaces between.
//! word2vec.c and fastText also end a line with a space, and white space around numbers is of no account when reading.
//! Numbers are written with as many digits as it takes to read the same `f32` again.

use std::fmt::Write as _;
use std::path::Path;

use super::rows::{self, Header, LONGEST_WORD, Rows};
use super::{Codec, Source};
use crate::{Result, Vectors, VectorsRef, output};

/// The fewest bytes that a number takes: a space and a digit.
const SHORTEST_NUMBER: u64 = 2;

/// No number is written with more digits than this; a line that goes on for longer is no row.
const LONGEST_NUMBER: usize = 400;

/// The format `word2vec-text`.
pub(super) struct Word2vecText;

impl Codec for Word2vecText {
    fn endings(&self) -> &'static [&'static str] {
        &[".txt", ".vec"]
    }

    fn recognizes(&self, start: &[u8]) -> bool {
        rows::looks_like_text(start) == Some(true)
    }

    fn numbers(&self, _start: &[u8]) -> &'static str {
        "decimal"
    }

    fn read(&self, mut source: Source) -> Result<Vectors> {
        let header = Header::read(&mut source)?;
        let longest_line = LONGEST_WORD + header.dim * LONGEST_NUMBER;
        let mut rows = Rows::new(header, &source, SHORTEST_NUMBER);
        let (mut line, mut numbers) = (Vec::new(), Vec::new());
        while !rows.complete() {
            // The header is line 1.
            let place = rows.next() as u64 + 1;
            source.read_until(b'\n', longest_line, &mut line)?;
            if line.is_empty() {
                let message = format!("the file ends here, but its header promises {} words", header.words);
                return Err(source.error(place, message));
            }
            // Else the last number of a cut file would pass for a shorter one: every writer ends its last line.
            let Some(line) = line.strip_suffix(b"\n") else {
                let whole = line.len() < longest_line;
                let problem =
                    if whole { "the file ends within this line (no newline)" } else { "the line is too long" };
                return Err(source.error(place, problem));
            };
            let end = memchr::memchr(b' ', line).unwrap_or(line.len());
            let (word, rest) = line.split_at(end);
            parse(rest, &mut numbers)
                .and_then(|()| match numbers.len() {
                    found if found == header.dim => rows.push(word, &numbers),
                    found => Err(format!(
                        "`{}` has {found} numbers where the header promises {}",
                        String::from_utf8_lossy(word).escape_debug(),
                        header.dim
                    )),
                })
                .map_err(|problem| source.error(place, problem))?;
        }
        source.read_until(b'\n', longest_line, &mut line)?;
        if !line.trim_ascii().is_empty() {
            let message = format!("the file goes on after the {} words that its header promises", header.words);
            return Err(source.error(header.words as u64 + 2, message));
        }
        Ok(rows.finish())
    }

    fn write(&self, path: &Path, vectors: VectorsRef<'_>) -> Result<()> {
        rows::check(path, vectors)?;
        output::write(path, |out| {
            writeln!(out, "{} {}", vectors.vocabulary.len(), vectors.dim)?;
            let mut line = String::new();
            for (word, numbers) in vectors.rows() {
                line.clear();
                line.push_str(word);
                for number in numbers {
                    // Writing to a string cannot fail.
                    let _ = write!(line, " {number}");
                }
                line.push('\n');
                out.write_all(line.as_bytes())?;
            }
            Ok(())
        })
    }
}

/// Replaces `numbers` with those in `text`. The error is for the user.
fn parse(text: &[u8], numbers: &mut Vec<f32>) -> Result<(), String> {
    numbers.clear();
    let invalid = |part: &str| format!("`{}` is not a number", part.escape_debug());
    let text = str::from_utf8(text).map_err(|_| invalid(&String::from_utf8_lossy(text)))?;
    for part in text.split_ascii_whitespace() {
        numbers.push(part.parse().map_err(|_| invalid(part))?);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::rows::testing;
    use super::*;

    const GOOD: &str = "2 2\nstate 0.5 -1.25\nunion 3 0.0000001\n";

    fn read(content: &str) -> Result<Vectors, String> {
        testing::read(&Word2vecText, content.as_bytes())
    }

    #[test]
    fn lines_are_read_as_each_program_writes_them() {
        let of_word2vec = GOOD.replace("25\n", "25 \n").replace("1\n", "1 \n");
        let of_windows = GOOD.replace('\n', "\r\n");
        let with_exponent = GOOD.replace("0.0000001", "1e-07");
        for content in [GOOD, &of_word2vec, &of_windows, &with_exponent, &format!("{GOOD}\n")] {
            let vectors = read(content).unwrap();
            assert_eq!(vectors.vocabulary.words().collect::<Vec<_>>(), ["state", "union"]);
            assert_eq!(vectors.data, [0.5, -1.25, 3.0, 1e-7]);
        }
    }

    #[test]
    fn lines_are_written_without_a_space_at_the_end() {
        assert_eq!(testing::write(&Word2vecText, &read(GOOD).unwrap()).unwrap(), GOOD.as_bytes());
    }

    #[test]
    fn a_cut_file_is_an_error_wherever_it_is_cut() {
        for end in 0..GOOD.len() {
            let message = read(&GOOD[..end]).unwrap_err();
            let line = GOOD[..end].matches('\n').count() + 1;
            assert!(message.contains(&format!(":{line}: ")), "{end}: {message}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let cases = [
            ("1 2\na 1 x\n", ":2: `x` is not a number"),
            ("1 2\na 1\n", ":2: `a` has 1 numbers where the header promises 2"),
            ("1 2\na 1 2 3\n", ":2: `a` has 3 numbers where the header promises 2"),
            ("1 2\nNew York 1 2\n", ":2: `York` is not a number"),
            ("2 1\na 1\n\n", ":3: `` has 0 numbers"),
            ("1 1\n 1\n", ":2: the word is empty"),
            ("2 1\na 1\na 2\n", ":3: the word `a` is already in row 1"),
            ("1 1\na NaN\n", ":2: the vector of `a` holds NaN, which is no finite number"),
            ("1 1\na 1e39\n", ":2: the vector of `a` holds inf, which is no finite number"),
            ("3 1\na 1\n", ":3: the file ends here, but its header promises 3 words"),
            ("1 1\na 1\nb 1\n", ":3: the file goes on after the 1 words that its header promises"),
            ("the 0.1 0.2\n", ":1: the first line is not `words dimensions`"),
        ];
        for (content, expected) in cases {
            let message = read(content).unwrap_err();
            assert!(message.contains(expected), "{message}");
        }
    }

    #[test]
    fn words_that_the_format_cannot_hold_are_not_written() {
        let mut vectors = read(GOOD).unwrap();
        for (word, problem) in [("New York", "white space"), ("a\u{b}b", "white space"), ("", "empty")] {
            vectors.vocabulary = crate::Vocabulary::new();
            vectors.vocabulary.push("fine", 0).unwrap();
            vectors.vocabulary.push(word, 0).unwrap();
            let message = testing::write(&Word2vecText, &vectors).unwrap_err();
            assert!(message.contains("cannot write row 2: the word") && message.contains(problem), "{message}");
        }
        vectors.data.fill(f32::NAN);
        assert!(testing::write(&Word2vecText, &vectors).unwrap_err().contains("cannot write row 1: the vector"));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back_bit_for_bit(vectors in testing::any_vectors()) {
            let content = testing::write(&Word2vecText, &vectors).unwrap();
            testing::assert_same(&testing::read(&Word2vecText, &content).unwrap(), &vectors);
        }

        #[test]
        fn no_content_makes_the_reader_panic(content in "[a .1-9e\u{e9}\n]{0,60}") {
            let _ = read(&content);
            let _ = read(&format!("3 2\n{content}"));
        }
    }
}

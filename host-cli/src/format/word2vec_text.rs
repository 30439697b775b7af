//! word2vec's text format, as word2vec.c and gensim write and read it.
//!
//! A header line `words dimensions`; then one line per word: the word and its numbers, separated by single spaces.
//! word2vec.c also ends a line with a space, and white space around numbers is ignored when reading.

use std::path::Path;

use super::rows::{self, Header};
use super::{Codec, Source, text};
use crate::{Result, Vectors, VectorsRef};

/// The format `word2vec-text`.
pub(super) struct Word2vecText;

impl Codec for Word2vecText {
    fn endings(&self) -> &'static [&'static str] {
        &[".txt"]
    }

    fn compresses(&self) -> bool {
        true
    }

    fn recognizes(&self, start: &[u8]) -> bool {
        rows::looks_like_text(start) == Some(true)
    }

    fn numbers(&self, _start: &[u8]) -> &'static str {
        text::NUMBERS
    }

    fn read(&self, mut source: Source) -> Result<Vectors> {
        let header = Header::read(&mut source)?;
        text::read(source, header)
    }

    fn write(&self, path: &Path, vectors: VectorsRef<'_>) -> Result<()> {
        text::write(path, vectors, text::Layout { header: true, space_at_end: false })
    }
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
            ("1 2\na 1\n", ":2: `a` has 1 numbers, but the header promises 2"),
            ("1 2\na 1 2 3\n", ":2: `a` has 3 numbers, but the header promises 2"),
            ("1 2\nNew York 1 2\n", ":2: `York` is not a number"),
            ("2 1\na 1\n\n", ":3: `` has 0 numbers"),
            ("1 1\n 1\n", ":2: the word is empty"),
            ("2 1\na 1\na 2\n", ":3: the word `a` is already in row 1"),
            ("1 1\na NaN\n", ":2: the vector of `a` holds NaN, which is not a finite number"),
            ("1 1\na 1e39\n", ":2: the vector of `a` holds inf, which is not a finite number"),
            ("3 1\na 1\n", ":3: the file ends here, but its header promises 3 words"),
            ("1 1\na 1\nb 1\n", ":3: the file continues after the 1 words that its header promises"),
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

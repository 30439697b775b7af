//! GloVe's text format: one line per word, with its numbers, and no header. The first line tells how many numbers there
//! are.

use std::path::Path;

use super::{Codec, Source, rows, text};
use crate::{Error, Result, Vectors, VectorsRef};

/// The format `glove`.
pub(super) struct Glove;

impl Codec for Glove {
    fn endings(&self) -> &'static [&'static str] {
        &[".glove"]
    }

    fn compresses(&self) -> bool {
        true
    }

    /// A word and at least two numbers: with one, it might be the header of another format.
    fn recognizes(&self, start: &[u8]) -> bool {
        let line = start.split(|&byte| byte == b'\n').next().unwrap_or_default();
        let mut numbers = Vec::new();
        rows::looks_like_text(start).is_none()
            && start.len() > line.len()
            && str::from_utf8(line).is_ok()
            && text::parse(text::split(line).1, &mut numbers).is_ok()
            && numbers.len() > 1
    }

    fn numbers(&self, _start: &[u8]) -> &'static str {
        text::NUMBERS
    }

    fn read(&self, source: Source) -> Result<Vectors> {
        text::read_headless(source)
    }

    fn write(&self, path: &Path, vectors: VectorsRef<'_>) -> Result<()> {
        let mut first = vectors.rows();
        let first = first.next().filter(|(word, numbers)| word.parse::<u64>().is_ok() && numbers.len() == 1);
        if first.is_some_and(|(_, numbers)| numbers.iter().all(|number| number.fract() == 0.0 && *number >= 0.0)) {
            let message = "GloVe's format cannot hold this model: its first row would be the header of another format";
            return Err(Error::input(path, None, message));
        }
        text::write(path, vectors, text::Layout { header: false, space_at_end: false })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::rows::testing;
    use super::*;

    const GOOD: &str = "state 0.5 -1.25\nunion 3 0.0000001\n";

    fn read(content: &str) -> Result<Vectors, String> {
        testing::read(&Glove, content.as_bytes())
    }

    #[test]
    fn the_first_line_tells_the_dimensions() {
        for content in [GOOD, &GOOD.replace('\n', "\r\n"), &format!("{GOOD}\n")] {
            let vectors = read(content).unwrap();
            assert_eq!((vectors.dim, &vectors.data[..]), (2, &[0.5, -1.25, 3.0, 1e-7][..]));
            assert_eq!(vectors.vocabulary.words().collect::<Vec<_>>(), ["state", "union"]);
        }
        assert_eq!(testing::write(&Glove, &read(GOOD).unwrap()).unwrap(), GOOD.as_bytes());
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let cases = [
            ("", ":1: the file is empty"),
            ("\n", ":1: `` has no numbers"),
            ("word\n", ":1: `word` has no numbers"),
            ("a 1 x\n", ":1: `x` is not a number"),
            ("a 1 2\nb 1\n", ":2: `b` has 1 numbers, but the first line has 2"),
            ("a 1 2\nNew York 1 2\n", ":2: `York` is not a number"),
            ("a 1 2\n\nb 1 2\n", ":2: `` has 0 numbers"),
            ("a 1 2\nb 1 2", ":2: the file ends within this line"),
            ("a 1 2\na 1 2\n", ":2: the word `a` is already in row 1"),
            ("a 1 inf\n", ":1: the vector of `a` holds inf"),
            ("2 3\na 1 2 3\n", ":1: this is the header of another format: word2vec-text or fasttext"),
        ];
        for (content, expected) in cases {
            let message = read(content).unwrap_err();
            assert!(message.contains(expected), "{message}");
        }
    }

    #[test]
    fn only_a_word_with_numbers_is_recognized() {
        for (content, expected) in [
            (GOOD, true),
            ("a 1 2\n", true),
            ("2 2\na 1 2\n", false),
            ("a 1\n", false),
            ("a b c\n", false),
            ("a 1 2", false),
            ("", false),
        ] {
            assert_eq!(Glove.recognizes(content.as_bytes()), expected, "{content:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back_bit_for_bit(vectors in testing::any_vectors()) {
            // With one dimension, a word that is a number makes a header.
            prop_assume!(vectors.dim > 1);
            let content = testing::write(&Glove, &vectors).unwrap();
            testing::assert_same(&testing::read(&Glove, &content).unwrap(), &vectors);
        }

        #[test]
        fn no_content_makes_the_reader_panic(content in "[a .1-9e\u{e9}\n]{0,60}") {
            let _ = read(&content);
        }
    }
}

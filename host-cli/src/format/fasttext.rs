//! fastText's text format (`.vec`), as `fasttext skipgram` writes it and `-pretrainedVectors` reads it.
//!
//! Like word2vec's, but a space ends each line.

use std::path::Path;

use super::rows::Header;
use super::{Codec, Source, rows, text};
use crate::{Result, Vectors, VectorsRef};

/// The format `fasttext`.
pub(super) struct FastText;

impl Codec for FastText {
    fn endings(&self) -> &'static [&'static str] {
        &[".vec"]
    }

    fn compresses(&self) -> bool {
        true
    }

    /// Nothing tells it from a file of word2vec.c: a file without a known ending is taken for that.
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
        text::write(path, vectors, text::Layout { header: true, space_at_end: true })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::rows::testing;
    use super::*;

    const GOOD: &[u8] = b"2 2 \n</s> 0.5 -1.25 \nunion 3 0.0000001 \n";

    #[test]
    fn files_are_written_as_fasttext_writes_them() {
        let vectors = testing::read(&FastText, GOOD).unwrap();
        assert_eq!(vectors.data, [0.5, -1.25, 3.0, 1e-7]);
        let written = testing::write(&FastText, &vectors).unwrap();
        assert_eq!(written, [b"2 2", &GOOD[4..]].concat());
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back_bit_for_bit(vectors in testing::any_vectors()) {
            let content = testing::write(&FastText, &vectors).unwrap();
            testing::assert_same(&testing::read(&FastText, &content).unwrap(), &vectors);
        }
    }
}

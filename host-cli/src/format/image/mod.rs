//! The flash image of [`motevec_core::image`], which describes its bytes: for devices, with the outside vectors and the
//! counts.

mod pieces;

use std::path::Path;

use motevec_core::image::{Encoding, Header, Words, Writer};

use super::{Codec, Rest, Source, Visitor};
use crate::{Error, Result, VectorsRef, Vocabulary, output};

/// The format `mote`, with the encoding that it writes; it reads both.
pub(crate) struct Image(pub(crate) Encoding);

impl Codec for Image {
    fn endings(&self) -> &'static [&'static str] {
        &[".mote"]
    }

    fn recognizes(&self, start: &[u8]) -> bool {
        start.starts_with(&Header::MAGIC)
    }

    fn numbers(&self, start: &[u8]) -> &'static str {
        let header = Header::read(start);
        name(header.map_or(self.0, |header| header.encoding))
    }

    fn most_dimensions(&self) -> usize {
        u16::MAX.into()
    }

    fn visit(&self, source: Source, visitor: &mut dyn Visitor) -> Result<Rest> {
        pieces::read(source, visitor)
    }

    fn write(&self, path: &Path, vectors: VectorsRef<'_>) -> Result<()> {
        let words = Sorted::new(vectors.vocabulary);
        let VectorsRef { dim, data, outside, .. } = vectors;
        let (center, outside) = (Rows { data, dim }, outside.map(|data| Rows { data, dim }));
        if vectors.vocabulary.is_empty() {
            return Err(Error::input(path, None, "there are no words to write"));
        }
        let writer = Writer::new(&words, &center, outside.as_ref(), self.0)
            .map_err(|problem| Error::input(path, None, format!("cannot write this model: {problem}")))?;
        output::write(path, |out| writer.write(|piece| out.write_all(piece)))
    }
}

/// The name of an encoding, as `--quantize` takes it.
pub(crate) fn name(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::F32 => "f32",
        Encoding::Int8 => "int8",
    }
}

/// A vocabulary, and its rows in the order of their words: sorted once here, so that a device can search.
struct Sorted<'a> {
    vocabulary: &'a Vocabulary,
    rows: Vec<u32>,
}

impl<'a> Sorted<'a> {
    fn new(vocabulary: &'a Vocabulary) -> Self {
        let mut rows: Vec<u32> = (0..vocabulary.len() as u32).collect();
        rows.sort_unstable_by_key(|&row| vocabulary.word(row as usize));
        Self { vocabulary, rows }
    }
}

impl Words for Sorted<'_> {
    type Word<'a>
        = &'a str
    where
        Self: 'a;

    fn words(&self) -> impl Iterator<Item = (&str, u32)> {
        let counts = self.vocabulary.counts().iter().map(|&count| u32::try_from(count).unwrap_or(u32::MAX));
        self.vocabulary.words().zip(counts)
    }

    fn sorted(&self) -> impl Iterator<Item = (&str, u32)> {
        self.rows.iter().map(|&row| (self.vocabulary.word(row as usize), row))
    }
}

/// A matrix, as core asks for it.
struct Rows<'a> {
    data: &'a [f32],
    dim: usize,
}

impl motevec_core::model::Rows for Rows<'_> {
    type Component = f32;

    fn rows(&self) -> usize {
        self.data.len() / self.dim
    }

    fn dim(&self) -> usize {
        self.dim
    }

    fn row(&self, index: usize) -> Option<&[f32]> {
        self.data.chunks_exact(self.dim).nth(index)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::rows::testing;
    use super::super::tests::{any_damage, assert_sound};
    use super::*;
    use crate::Vectors;

    const F32: Image = Image(Encoding::F32);
    const INT8: Image = Image(Encoding::Int8);

    /// Two words with counts, and outside vectors.
    fn model() -> Vectors {
        let vocabulary = [("two words", u64::MAX), ("", 3)].into_iter().collect();
        Vectors { outside: Some(vec![0.1, 0.2, 0.3, 0.4]), ..Vectors::new(vocabulary, 2, vec![1.0, -127.0, 0.0, 0.5]) }
    }

    #[test]
    fn counts_outside_vectors_and_words_of_any_kind_are_kept() {
        let content = testing::write(&F32, &model()).unwrap();
        let read = testing::read(&F32, &content).unwrap();
        testing::assert_same(&read, &model());
        assert_eq!((read.outside, read.vocabulary.counts()), (model().outside, &[u64::from(u32::MAX), 3][..]));
        assert_eq!((F32.numbers(&content), INT8.numbers(&content)), ("f32", "f32"));
    }

    #[test]
    fn quantized_numbers_are_read_as_they_round() {
        let content = testing::write(&INT8, &model()).unwrap();
        let read = testing::read(&F32, &content).unwrap();
        assert_eq!(read.data, model().data);
        let error = |(one, other): (&f32, &f32)| (one - other).abs();
        let largest = read.outside.unwrap().iter().zip(&model().outside.unwrap()).map(error).fold(0.0, f32::max);
        assert!(0.0 < largest && largest <= 0.4 / 254.0, "{largest}");
        assert_eq!(F32.numbers(&content), "int8");
    }

    #[test]
    fn what_is_wrong_is_said() {
        let good = testing::write(&F32, &model()).unwrap();
        let changed = |at: usize, byte: u8| [&good[..at], &[byte], &good[at + 1..]].concat();
        let cases: [(Vec<u8>, &str); 8] = [
            (Vec::new(), "does not begin with `mote`"),
            (b"2 2\nstate".to_vec(), "does not begin with `mote`"),
            (good[..10].to_vec(), "the image is cut short: it has 10 of 20 bytes"),
            (good[..good.len() - 1].to_vec(), "the image is cut short: it has 72 of 73 bytes"),
            ([&good[..], b"more"].concat(), "the image ends after 73 bytes, but more follows"),
            (changed(4, 2), "an image of version 2; only version 1 can be read"),
            (changed(60, 1), "the checksum is wrong"),
            (changed(11, 0xff), "the image is cut short: it has 73 of "),
        ];
        for (content, expected) in cases {
            let message = testing::read(&F32, &content).unwrap_err();
            assert!(message.contains(expected), "{message}");
        }
    }

    #[test]
    fn what_no_image_holds_is_not_written() {
        let none = Vectors::new(Vocabulary::new(), 2, Vec::new());
        assert!(testing::write(&F32, &none).unwrap_err().ends_with("there are no words to write"));
        let wide = Vectors { dim: 65_536, data: vec![1.0; 2 * 65_536], outside: None, ..model() };
        assert!(testing::write(&INT8, &wide).unwrap_err().ends_with("holds vectors of 1 to 65535 dimensions"));
        let nan = Vectors { data: vec![1.0, 0.0, f32::NAN, 1.0], ..model() };
        assert!(testing::write(&INT8, &nan).unwrap_err().contains("row 1 holds a number that is not finite"));
    }

    proptest! {
        /// Whatever happens to a good image, with or without a checksum that covers it up: it is refused, or can be
        /// queried.
        #[test]
        fn no_change_makes_the_reader_panic(
            vectors in testing::any_vectors(),
            damage in any_damage(),
            int8 in any::<bool>(),
            forge in any::<bool>(),
        ) {
            let mut content = testing::write(if int8 { &INT8 } else { &F32 }, &vectors).unwrap();
            damage.change(&mut content);
            if forge && let Some(end) = content.len().checked_sub(4) {
                let mut checksum = flate2::Crc::new();
                checksum.update(&content[..end]);
                content[end..].copy_from_slice(&checksum.sum().to_le_bytes());
            }
            if let Ok(read) = testing::read(&F32, &content) {
                assert_sound(&read);
            }
        }

        #[test]
        fn no_content_makes_the_reader_panic(content in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = testing::read(&F32, &content);
            let _ = testing::read(&F32, &[b"mote\x01\x00", content.as_slice()].concat());
        }
    }
}

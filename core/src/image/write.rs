//! Writing an image piece by piece, without a copy of it.

use core::fmt;

use super::checksum::Checksum;
use super::{Encoding, Header, int8};
use crate::model::{Component, Rows};
use crate::simd::LANES;
use crate::vocab::{Name, VocabIn};

/// The words of a model, for [`Writer`].
pub trait Words {
    /// The text of a word.
    type Word<'a>: core::ops::Deref<Target = str> + Ord
    where
        Self: 'a;

    /// The words with their counts, by number. An unknown count is 0.
    fn words(&self) -> impl Iterator<Item = (Self::Word<'_>, u32)>;

    /// The words with their numbers, sorted by their text.
    ///
    /// This default needs no memory, but a pass over all words for each of them. If there are many, sort them.
    fn sorted<'a>(&'a self) -> impl Iterator<Item = (Self::Word<'a>, u32)> {
        let numbered = || self.words().map(|(word, _)| word).zip(0..);
        let after = move |last: &(Self::Word<'a>, u32)| numbered().filter(|(word, _)| *word > last.0).min();
        core::iter::successors(numbered().min(), after)
    }

    /// Whether [`sorted`](Self::sorted) gives all words, each once, in the order of their text. This default looks.
    fn is_sorted(&self) -> bool {
        let (mut count, all) = (0, self.words().count());
        let ascending = self.sorted().inspect(|_| count += 1).is_sorted_by(|(one, _), (other, _)| one < other);
        ascending && count == all
    }
}

impl<T, E, C> Words for VocabIn<T, E, C>
where
    T: AsRef<[u8]> + AsMut<[u8]>,
    E: AsRef<[u16]> + AsMut<[u16]>,
    C: AsRef<[u32]> + AsMut<[u32]>,
{
    type Word<'a>
        = Name<'a>
    where
        Self: 'a;

    fn words(&self) -> impl Iterator<Item = (Name<'_>, u32)> {
        self.names().zip(self.counts().iter().copied())
    }

    fn sorted(&self) -> impl Iterator<Item = (Name<'_>, u32)> {
        self.in_order().filter_map(|index| Some((self.name(index)?, index)))
    }

    /// They always are.
    fn is_sorted(&self) -> bool {
        true
    }
}

/// A model to be written as an image.
#[derive(Debug)]
pub struct Writer<'a, W, M> {
    header: Header,
    words: &'a W,
    center: &'a M,
    outside: Option<&'a M>,
}

impl<'a, W: Words, M: Rows> Writer<'a, W, M> {
    /// Checks that `words`, their `center` vectors and, if given, their `outside` vectors make an image.
    ///
    /// Rows of the matrices beyond the words are left out.
    ///
    /// # Errors
    /// If they do not make an image that can be read.
    pub fn new(words: &'a W, center: &'a M, outside: Option<&'a M>, encoding: Encoding) -> Result<Self, WriteError> {
        let (mut count, mut text_len) = (0_u32, 0_u32);
        for (word, _) in words.words() {
            let len = u32::try_from(word.len()).ok();
            text_len = len.and_then(|len| text_len.checked_add(len)).ok_or(WriteError::TooLarge)?;
            count = count.checked_add(1).ok_or(WriteError::TooLarge)?;
        }
        let dim = u16::try_from(center.dim()).ok().filter(|&dim| dim > 0).ok_or(WriteError::Dimensions)?;
        let header = Header { encoding, outside: outside.is_some(), dim, words: count, text_len };
        let writer = Self { header, words, center, outside };
        writer.check_numbers()?;
        if words.is_sorted() { Ok(writer) } else { Err(WriteError::Sorted) }
    }

    fn check_numbers(&self) -> Result<(), WriteError> {
        for matrix in self.matrices() {
            for row in 0..self.header.words {
                let vector = self.vector(matrix, row).ok_or(WriteError::Rows)?;
                if !vector.iter().all(|x| x.to_f32().is_finite()) {
                    return Err(WriteError::Numbers { row });
                }
            }
        }
        Ok(())
    }

    /// The header, which also tells how long the image will be.
    #[must_use]
    pub fn header(&self) -> Header {
        self.header
    }

    /// Hands the image to `sink`, in pieces of at most 64 bytes; only words may be longer.
    ///
    /// # Errors
    /// The first error of `sink`. The bytes that it took before are not an image.
    pub fn write<E>(&self, sink: impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        let mut out = Output { sink, checksum: Checksum::new() };
        let width = self.header.width();
        out.put(&self.header.to_bytes())?;
        for (_, count) in self.words.words() {
            out.put(&count.to_le_bytes())?;
        }
        let mut end = 0;
        for (word, _) in self.words.words() {
            end += word.len();
            out.number(end as u32, width)?;
        }
        for (_, number) in self.words.sorted() {
            out.number(number, width)?;
        }
        for (word, _) in self.words.words() {
            out.put(word.as_bytes())?;
        }
        for matrix in self.matrices() {
            for row in 0..self.header.words {
                let vector = self.vector(matrix, row).unwrap_or_default();
                match self.header.encoding {
                    Encoding::F32 => out.f32(vector)?,
                    Encoding::Int8 => out.int8(vector)?,
                }
            }
        }
        let checksum = out.checksum.value();
        out.put(&checksum.to_le_bytes())
    }

    fn matrices(&self) -> impl Iterator<Item = &'a M> {
        [Some(self.center), self.outside].into_iter().flatten()
    }

    /// A row without its padding.
    fn vector(&self, matrix: &'a M, row: u32) -> Option<&'a [M::Component]> {
        let dim = usize::from(self.header.dim);
        matrix.row(row as usize).filter(|_| matrix.dim() == dim)?.get(..dim)
    }
}

/// Passes bytes on, and adds them to the checksum.
struct Output<S> {
    sink: S,
    checksum: Checksum,
}

impl<E, S: FnMut(&[u8]) -> Result<(), E>> Output<S> {
    fn put(&mut self, bytes: &[u8]) -> Result<(), E> {
        self.checksum.add(bytes);
        (self.sink)(bytes)
    }

    /// The lowest `width` bytes of `number`.
    fn number(&mut self, number: u32, width: usize) -> Result<(), E> {
        self.put(number.to_le_bytes().get(..width).unwrap_or_default())
    }

    fn f32(&mut self, vector: &[impl Component]) -> Result<(), E> {
        for block in vector.chunks(LANES) {
            let mut piece = [[0; 4]; LANES];
            for (to, x) in piece.iter_mut().zip(block) {
                *to = x.to_f32().to_le_bytes();
            }
            self.put(piece.get(..block.len()).unwrap_or_default().as_flattened())?;
        }
        Ok(())
    }

    fn int8(&mut self, vector: &[impl Component]) -> Result<(), E> {
        let scale = int8::scale(vector);
        self.put(&scale.to_le_bytes())?;
        for block in vector.chunks(LANES) {
            let mut piece = [0; LANES];
            for (to, &x) in piece.iter_mut().zip(block) {
                *to = int8::quantize(x.to_f32(), scale).cast_unsigned();
            }
            self.put(piece.get(..block.len()).unwrap_or_default())?;
        }
        Ok(())
    }
}

/// Why a model cannot be written as an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum WriteError {
    /// Vectors of no components, or of more than 65,535.
    Dimensions,
    /// More words, or more text, than 32 bits can count.
    TooLarge,
    /// A matrix has fewer rows than there are words, or the two have rows of different lengths.
    Rows,
    /// A vector holds a number that is not finite.
    Numbers {
        /// Its row.
        row: u32,
    },
    /// A word appears twice, or [`Words::sorted`] does not sort all words.
    Sorted,
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dimensions => write!(f, "an image holds vectors of 1 to 65535 dimensions"),
            Self::TooLarge => write!(f, "an image holds less than 2^32 words, and less than 4 GiB of text"),
            Self::Rows => write!(f, "not every word has a vector of the same length"),
            Self::Numbers { row } => write!(f, "the vector in row {row} holds a number that is not finite"),
            Self::Sorted => write!(f, "a word appears twice"),
        }
    }
}

impl core::error::Error for WriteError {}

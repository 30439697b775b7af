//! Reading an image that is not in the address space, piece by piece.

use super::checksum::Checksum;
use super::header::CHECKSUM;
use super::{Encoding, Header, ImageError, int8};
use crate::model::Component;
use crate::simd::LANES;

/// The most bytes that are read at a time, but for a word, whose text is read at once.
const PIECE: usize = LANES * size_of::<f32>();

/// Where the bytes of an image are: flash behind a bus, or memory.
pub trait Source {
    /// Why they cannot be read.
    type Error;

    /// Fills `bytes` with those of the image from `offset` on.
    ///
    /// # Errors
    /// If they cannot be read, or the image has no such bytes.
    fn read(&mut self, offset: usize, bytes: &mut [u8]) -> Result<(), Self::Error>;
}

impl<S: Source + ?Sized> Source for &mut S {
    type Error = S::Error;

    fn read(&mut self, offset: usize, bytes: &mut [u8]) -> Result<(), S::Error> {
        (**self).read(offset, bytes)
    }
}

impl Source for &[u8] {
    type Error = ImageError;

    fn read(&mut self, offset: usize, bytes: &mut [u8]) -> Result<(), ImageError> {
        let (length, end) = (self.len(), offset.saturating_add(bytes.len()));
        let found = self.get(offset..end).ok_or(ImageError::Length { found: length, expected: end as u64 })?;
        for (to, &from) in bytes.iter_mut().zip(found) {
            *to = from;
        }
        Ok(())
    }
}

/// Why an image could not be read from a [`Source`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum PiecesError<E> {
    /// The source could not read.
    Source(E),
    /// What it has read is not a sound image.
    Image(ImageError),
}

impl<E> From<ImageError> for PiecesError<E> {
    fn from(error: ImageError) -> Self {
        Self::Image(error)
    }
}

/// An image that is read in pieces of at most 64 bytes; only words may be longer.
///
/// Nothing of it is kept but its header, so that whatever is asked for is read again.
#[derive(Clone, Debug)]
pub struct Pieces<S> {
    source: S,
    header: Header,
}

impl<S: Source> Pieces<S> {
    /// Reads the header. Call [`check`](Self::check) before the rest is trusted.
    ///
    /// # Errors
    /// If there is none.
    pub fn new(mut source: S) -> Result<Self, PiecesError<S::Error>> {
        let mut bytes = [0; Header::LEN];
        source.read(0, &mut bytes).map_err(PiecesError::Source)?;
        let header = Header::read(&bytes)?;
        // So offsets have room, too.
        match usize::try_from(header.image_len()) {
            Ok(_) => Ok(Self { source, header }),
            Err(_) => Err(ImageError::Length { found: bytes.len(), expected: header.image_len() }.into()),
        }
    }

    /// The header.
    #[must_use]
    pub fn header(&self) -> Header {
        self.header
    }

    /// Reads all of the image once, and compares its checksum.
    ///
    /// # Errors
    /// If it is another.
    pub fn check(&mut self) -> Result<(), PiecesError<S::Error>> {
        let (mut checksum, mut piece) = (Checksum::new(), [0; PIECE]);
        let (mut offset, end) = (0, self.header.image_len() as usize - CHECKSUM);
        while offset < end {
            let bytes = piece.get_mut(..PIECE.min(end - offset)).unwrap_or_default();
            self.source.read(offset, bytes).map_err(PiecesError::Source)?;
            checksum.add(bytes);
            offset += bytes.len();
        }
        if checksum.value() == self.number(end, CHECKSUM)? { Ok(()) } else { Err(ImageError::Checksum.into()) }
    }

    /// How often the word with the number `word` occurred; 0 if that is unknown.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn count(&mut self, word: u32) -> Result<u32, PiecesError<S::Error>> {
        let word = self.existing(word)?;
        self.number(Header::LEN + word * size_of::<u32>(), size_of::<u32>())
    }

    /// The bytes of the text of the word with the number `word`.
    ///
    /// # Errors
    /// If they cannot be read, or lie beyond the text.
    pub fn text_len(&mut self, word: u32) -> Result<usize, PiecesError<S::Error>> {
        let (start, end) = self.place(word)?;
        Ok((end - start) as usize)
    }

    /// Reads the text of the word with the number `word`, as many bytes as [`text_len`](Self::text_len) says.
    ///
    /// # Errors
    /// If it cannot be read, or has another length by now.
    pub fn read_text(&mut self, word: u32, text: &mut [u8]) -> Result<(), PiecesError<S::Error>> {
        let (start, end) = self.place(word)?;
        if (end - start) as usize != text.len() {
            return Err(ImageError::Word { word }.into());
        }
        self.source.read(self.text() + start as usize, text).map_err(PiecesError::Source)
    }

    /// Reads the vectors of the word with the number `word`. Anything beyond the components becomes zero, like the
    /// padding of a row, and so does the outside vector if the image has none; components without room are left out.
    ///
    /// # Errors
    /// If they cannot be read, or hold a number that is not finite.
    pub fn read_vectors<C: Component>(
        &mut self,
        word: u32,
        center: &mut [C],
        outside: &mut [C],
    ) -> Result<(), PiecesError<S::Error>> {
        self.existing(word)?;
        let Header { words, text_len, .. } = self.header;
        let matrix = self.text() + text_len as usize;
        self.read_row(word, matrix, center)?;
        if self.header.outside {
            return self.read_row(word, matrix + words as usize * self.header.row_len(), outside);
        }
        outside.fill(C::ZERO);
        Ok(())
    }

    /// Where the text begins.
    fn text(&self) -> usize {
        Header::LEN + self.header.words as usize * (size_of::<u32>() + 2 * self.header.width())
    }

    /// The number of a word, if there is one: so offsets are within the image.
    fn existing(&self, word: u32) -> Result<usize, ImageError> {
        if word < self.header.words { Ok(word as usize) } else { Err(ImageError::Word { word }) }
    }

    /// Where the text of a word begins and ends in the text of all.
    fn place(&mut self, word: u32) -> Result<(u32, u32), PiecesError<S::Error>> {
        self.existing(word)?;
        let Header { words, text_len, .. } = self.header;
        let (ends, width) = (Header::LEN + words as usize * size_of::<u32>(), self.header.width());
        let start = match word.checked_sub(1) {
            Some(before) => self.number(ends + before as usize * width, width)?,
            None => 0,
        };
        let end = self.number(ends + word as usize * width, width)?;
        if start <= end && end <= text_len { Ok((start, end)) } else { Err(ImageError::Word { word }.into()) }
    }

    /// Reads a row of the matrix that begins at `matrix`.
    fn read_row<C: Component>(
        &mut self,
        word: u32,
        matrix: usize,
        vector: &mut [C],
    ) -> Result<(), PiecesError<S::Error>> {
        let (mut offset, mut left) = (matrix + word as usize * self.header.row_len(), usize::from(self.header.dim));
        let (mut scale, mut size) = (1.0, size_of::<f32>());
        if self.header.encoding == Encoding::Int8 {
            scale = f32::from_bits(self.number(offset, size)?);
            (offset, size) = (offset + size, size_of::<i8>());
        }
        let mut sound = int8::is_scale(scale);
        for block in vector.chunks_mut(LANES) {
            let (mut piece, numbers) = ([0; PIECE], left.min(block.len()));
            let bytes = piece.get_mut(..numbers * size).unwrap_or_default();
            self.source.read(offset, bytes).map_err(PiecesError::Source)?;
            (offset, left) = (offset + bytes.len(), left - numbers);
            block.fill(C::ZERO);
            match self.header.encoding {
                Encoding::F32 => {
                    for (to, number) in block.iter_mut().zip(bytes.as_chunks().0) {
                        let number = f32::from_le_bytes(*number);
                        *to = C::from_f32(number);
                        sound &= number.is_finite();
                    }
                }
                Encoding::Int8 => {
                    for (to, number) in block.iter_mut().zip(bytes) {
                        let number = number.cast_signed();
                        *to = C::from_f32(f32::from(number) * scale);
                        sound &= number != i8::MIN;
                    }
                }
            }
        }
        if sound { Ok(()) } else { Err(ImageError::Numbers { word }.into()) }
    }

    /// The number in `width` bytes, up to four.
    fn number(&mut self, offset: usize, width: usize) -> Result<u32, PiecesError<S::Error>> {
        let mut bytes = [0; size_of::<u32>()];
        let read = bytes.get_mut(..width).unwrap_or_default();
        self.source.read(offset, read).map_err(PiecesError::Source)?;
        Ok(u32::from_le_bytes(bytes))
    }
}

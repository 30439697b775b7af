//! The first bytes of an image: what it holds, and so how long each part is.

use super::ImageError;

const VERSION: u8 = 1;

const INT8: u8 = 1;
const OUTSIDE: u8 = 1 << 1;

/// The bytes of the checksum.
pub(super) const CHECKSUM: usize = size_of::<u32>();

/// How an image holds the numbers of its vectors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Encoding {
    /// As f32: 4 bytes each.
    F32,
    /// 1 byte each, and 4 per vector: q = x/s, rounded to the nearest integer and halves to the even one, where the
    /// scale s of a vector is max|x|/127. Reading gives q·s, which is within s/2 of x.
    ///
    /// If max|x|/127 is below the smallest normal number, s is that number; then a vector of zeros needs no special
    /// case, and processors that flush smaller numbers to zero read the same. If 127·s would exceed an f32, s is the
    /// number below.
    Int8,
}

/// The first 16 bytes of an image.
///
/// A device that finds an image in a part of its flash learns from [`image_len`](Self::image_len) where it ends. Only
/// [`Image::new`](super::Image::new) checks that the rest exists and is sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Header {
    /// The encoding of the vectors.
    pub encoding: Encoding,
    /// Whether there are outside vectors besides the center ones.
    pub outside: bool,
    /// Components of a vector (D); at least 1.
    pub dim: u16,
    /// The number of words (N).
    pub words: u32,
    /// The bytes of all words together (T).
    pub text_len: u32,
}

impl Header {
    /// The bytes with which every image of any version begins.
    pub const MAGIC: [u8; 4] = *b"mote";
    /// The bytes of a header.
    pub const LEN: usize = 16;

    /// The header with which `image` begins; the rest is ignored.
    ///
    /// # Errors
    /// If there is no image that this version of the crate can read.
    pub fn read(image: &[u8]) -> Result<Self, ImageError> {
        if !image.starts_with(&Self::MAGIC) {
            return Err(ImageError::NoImage);
        }
        let Some(&[_, _, _, _, version, flags, d0, d1, n0, n1, n2, n3, t0, t1, t2, t3]) = image.first_chunk() else {
            return Err(ImageError::Length { found: image.len(), expected: (Self::LEN + CHECKSUM) as u64 });
        };
        if version != VERSION {
            return Err(ImageError::Version { found: version });
        }
        if flags & !(INT8 | OUTSIDE) != 0 {
            return Err(ImageError::Flags { found: flags });
        }
        let dim = u16::from_le_bytes([d0, d1]);
        if dim == 0 {
            return Err(ImageError::NoDimensions);
        }
        Ok(Self {
            encoding: if flags & INT8 == 0 { Encoding::F32 } else { Encoding::Int8 },
            outside: flags & OUTSIDE != 0,
            dim,
            words: u32::from_le_bytes([n0, n1, n2, n3]),
            text_len: u32::from_le_bytes([t0, t1, t2, t3]),
        })
    }

    /// The bytes that [`read`](Self::read) reads.
    #[must_use]
    pub fn to_bytes(self) -> [u8; Self::LEN] {
        let int8 = if self.encoding == Encoding::Int8 { INT8 } else { 0 };
        let outside = if self.outside { OUTSIDE } else { 0 };
        let [m, o, t, e] = Self::MAGIC;
        let [d0, d1] = self.dim.to_le_bytes();
        let [n0, n1, n2, n3] = self.words.to_le_bytes();
        let [t0, t1, t2, t3] = self.text_len.to_le_bytes();
        [m, o, t, e, VERSION, int8 | outside, d0, d1, n0, n1, n2, n3, t0, t1, t2, t3]
    }

    /// The bytes of the whole image.
    #[must_use]
    pub fn image_len(self) -> u64 {
        let matrices = if self.outside { 2 } else { 1 };
        let a_word = size_of::<u32>() + 2 * self.width() + matrices * self.row_len();
        (Self::LEN + CHECKSUM) as u64 + u64::from(self.text_len) + u64::from(self.words) * a_word as u64
    }

    /// The bytes (w) of a place in the text, and of a word's number.
    pub(super) fn width(self) -> usize {
        let bits = u32::BITS - self.words.max(self.text_len).leading_zeros();
        bits.div_ceil(8).max(1) as usize
    }

    /// The bytes (r) of a row.
    #[must_use]
    pub fn row_len(self) -> usize {
        let dim = usize::from(self.dim);
        match self.encoding {
            Encoding::F32 => dim * size_of::<f32>(),
            Encoding::Int8 => size_of::<f32>() + dim,
        }
    }
}

//! The vectors of an image: read one by one, or compared with a query in place.

use super::{Encoding, Header, ImageError, int8};
use crate::model::Component;
use crate::query::Candidates;
use crate::simd::{Block, Dot, Kernel, LANES, Lanes};

/// One matrix of an image; [`nearest`](crate::query::nearest) searches it.
#[derive(Clone, Copy, Debug)]
pub struct ImageRows<'a> {
    bytes: &'a [u8],
    header: Header,
}

impl<'a> ImageRows<'a> {
    /// The rows in `bytes`, as `header` describes them.
    pub(super) fn new(bytes: &'a [u8], header: Header) -> Self {
        Self { bytes, header }
    }

    /// The rows in `bytes`, a piece of one of the matrices of an image with this `header`: for images that are not in
    /// memory as a whole. What follows the last whole row is left out.
    ///
    /// # Errors
    /// If a row holds a number that is not finite: [`ImageError::Numbers`], with its place among those of the piece. If
    /// rows have no numbers.
    pub fn of(header: Header, bytes: &'a [u8]) -> Result<Self, ImageError> {
        if header.dim == 0 {
            return Err(ImageError::NoDimensions);
        }
        let words = bytes.len().checked_div(header.row_len()).and_then(|words| u32::try_from(words).ok());
        let words = words.unwrap_or(u32::MAX);
        let rows = Self::new(bytes, Header { words, ..header });
        rows.check().map(|()| rows)
    }

    /// Components of a row.
    #[must_use]
    pub fn dim(&self) -> usize {
        usize::from(self.header.dim)
    }

    /// Row `index`, or `None` if there is no such row.
    #[must_use]
    pub fn row(&self, index: u32) -> Option<ImageRow<'a>> {
        let len = self.header.row_len();
        let bytes = self.bytes.get((index as usize).checked_mul(len)?..)?.get(..len)?;
        Some(ImageRow(match self.header.encoding {
            Encoding::F32 => Numbers::F32(bytes.as_chunks().0),
            Encoding::Int8 => {
                let (scale, numbers) = bytes.split_first_chunk()?;
                Numbers::Int8(f32::from_le_bytes(*scale), numbers)
            }
        }))
    }

    /// Checks that every number that can be read is finite.
    pub(super) fn check(&self) -> Result<(), ImageError> {
        for word in 0.. {
            match self.row(word) {
                Some(row) if row.is_sound() => {}
                Some(_) => return Err(ImageError::Numbers { word }),
                None => break,
            }
        }
        Ok(())
    }
}

/// A vector of an image.
#[derive(Clone, Copy, Debug)]
pub struct ImageRow<'a>(Numbers<'a>);

#[derive(Clone, Copy, Debug)]
enum Numbers<'a> {
    F32(&'a [[u8; 4]]),
    /// The scale, and numbers to multiply with it.
    Int8(f32, &'a [u8]),
}

impl ImageRow<'_> {
    /// Writes the vector into `vector`. Anything beyond the components becomes zero, like the padding of a row;
    /// components without room are left out.
    pub fn read(&self, vector: &mut [impl Component]) {
        for (index, block) in vector.chunks_mut(LANES).enumerate() {
            for (to, x) in block.iter_mut().zip(self.block(index)) {
                *to = Component::from_f32(x * self.scale());
            }
        }
    }

    /// The factors for the numbers of a block.
    fn scale(&self) -> f32 {
        match self.0 {
            Numbers::F32(_) => 1.0,
            Numbers::Int8(scale, _) => scale,
        }
    }

    /// The numbers from 16·`index` on, without the scale; zeros after the last one.
    #[inline(always)]
    fn block(&self, index: usize) -> Block {
        let (mut block, start) = ([0.0; LANES], index * LANES);
        match self.0 {
            Numbers::F32(numbers) => {
                for (to, &number) in block.iter_mut().zip(numbers.get(start..).unwrap_or_default()) {
                    *to = f32::from_le_bytes(number);
                }
            }
            Numbers::Int8(_, numbers) => {
                for (to, &number) in block.iter_mut().zip(numbers.get(start..).unwrap_or_default()) {
                    *to = f32::from(number.cast_signed());
                }
            }
        }
        block
    }

    fn is_sound(&self) -> bool {
        match self.0 {
            Numbers::F32(numbers) => numbers.iter().all(|&number| f32::from_le_bytes(number).is_finite()),
            Numbers::Int8(scale, numbers) => int8::is_scale(scale) && !numbers.contains(&i8::MIN.cast_unsigned()),
        }
    }
}

impl Candidates for ImageRows<'_> {
    type Component = f32;

    fn count(&self) -> usize {
        self.header.words as usize
    }

    /// Rows of int8 are left unscaled: the integers have the same direction.
    fn products<L: Lanes>(&self, lanes: L, index: u32, query: &[f32]) -> Option<[f32; 2]> {
        Some(lanes.enter(Products { query, row: self.row(index)? }))
    }
}

/// `query · x` and `x · x`, in the one order of addition. The row is decoded a block at a time.
struct Products<'a> {
    query: &'a [f32],
    row: ImageRow<'a>,
}

impl Kernel for Products<'_> {
    type Output = [f32; 2];

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> [f32; 2] {
        let mut sums = [[0.0; LANES]; 2];
        for (index, query) in self.query.chunks(LANES).enumerate() {
            let (mut block, x) = ([0.0; LANES], self.row.block(index));
            for (to, from) in block.iter_mut().zip(query) {
                *to = *from;
            }
            for (sum, other) in sums.iter_mut().zip([&block, &x]) {
                for part in 0..L::PARTS {
                    let product = lanes.mul_add(lanes.load(other, part), lanes.load(&x, part), lanes.load(sum, part));
                    lanes.store(product, sum, part);
                }
            }
        }
        // Times one, so that the lanes fold like those of any dot product.
        sums.map(|sum| Dot { a: &sum, b: &[1.0; LANES] }.run(lanes))
    }
}

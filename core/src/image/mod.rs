//! The flash image: a vocabulary and its vectors in one piece of memory, read in place.
//!
//! A host writes an image and a device links it into its flash, or a device writes one to a serial line ([`Writer`]
//! holds no copy of it) and a host reads it. [`Image::new`] checks all of it once; after that, reading cannot fail.
//! Nothing need be aligned, and nothing is copied. Flash that is not in the address space is read with [`Pieces`].
//!
//! # Layout
//!
//! N words of T bytes, D dimensions; all numbers little-endian; one part after another, without padding.
//!
//! | part | bytes | holds |
//! |---|---|---|
//! | magic | 4 | `mote`, in ASCII |
//! | version | 1 | 1 |
//! | flags | 1 | bit 0: vectors are int8, otherwise f32; bit 1: there are outside vectors; the rest is 0 |
//! | dimensions | 2 | D, at least 1 |
//! | words | 4 | N |
//! | text length | 4 | T |
//! | counts | 4·N | how often each word occurred; 0 if unknown, 2³² − 1 also for more |
//! | ends | w·N | where the text of each word ends; it starts where the one before it ends |
//! | index | w·N | the numbers of the words, sorted by their text, byte by byte; no two are the same |
//! | text | T | the words, in UTF-8 |
//! | center vectors | r·N | one row per word |
//! | outside vectors | r·N, or 0 | likewise, if bit 1 is set |
//! | checksum | 4 | CRC-32 (as in zip and PNG) of all bytes before it |
//!
//! w is the number of bytes that the larger of N and T needs, 1 to 4. A row of f32 is its D numbers, r = 4·D. A row of
//! int8 is its scale s, an f32, and then D numbers q in −127 ..= 127, r = 4 + D; they stand for q·s (see
//! [`Encoding::Int8`]).
//!
//! The header, which is the first 16 bytes, tells the length of the whole. An image that was cut short is therefore
//! refused, wherever it was cut; one that only partly overwrote another is refused by its checksum.
//!
//! # Example
//!
//! ```
//! use motevec_core::image::{Encoding, Image, Writer};
//! use motevec_core::query;
//! use motevec_core::simd::{Portable, Scalar};
//! use motevec_core::vocab::Vocab;
//!
//! let mut vocab = Vocab::<3, 16>::new();
//! for token in ["door", "hall", "tap"] {
//!     vocab.observe(token)?;
//! }
//! let center = [[0.5, 1.0], [0.5, 0.75], [-1.0, 0.0]];
//!
//! let mut flash = Vec::new(); // or a serial line
//! Writer::new(&vocab, &center, None, Encoding::Int8)?.write(|bytes| {
//!     flash.extend_from_slice(bytes);
//!     Ok::<(), core::convert::Infallible>(())
//! })?;
//!
//! let image = Image::new(&flash)?;
//! let (door, mut vector) = (image.find("door").unwrap(), [0.0; 2]);
//! image.center().row(door).unwrap().read(&mut vector);
//! let nearest = query::nearest::<_, _, 1>(Scalar::<Portable>::new(), &image.center(), &vector, &[door]);
//! assert_eq!(image.word(nearest[0].row), Some("hall"));
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```

mod checksum;
mod header;
mod int8;
mod pieces;
mod read;
mod rows;
mod write;

pub use checksum::Checksum;
pub use header::{Encoding, Header};
pub use pieces::{Pieces, PiecesError, Source};
pub use read::{Image, ImageError};
pub use rows::{ImageRow, ImageRows};
pub use write::{Words, WriteError, Writer};

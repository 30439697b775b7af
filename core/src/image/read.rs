//! Reading an image in place: everything is checked once, at the start.

use core::cmp::Ordering;
use core::fmt;

use super::checksum::Checksum;
use super::header::CHECKSUM;
use super::{Header, ImageRows};

/// An image that was found sound.
///
/// It is a few pointers into its bytes. Words are numbered from 0, as the rows of the matrices are.
#[derive(Clone, Copy, Debug)]
pub struct Image<'a> {
    bytes: &'a [u8],
    header: Header,
    counts: &'a [[u8; 4]],
    ends: &'a [u8],
    index: &'a [u8],
    text: &'a [u8],
    /// The vectors; those that are not there are empty.
    center: &'a [u8],
    outside: &'a [u8],
}

impl<'a> Image<'a> {
    /// The image in `bytes`, from their first to their last.
    ///
    /// Reads all of them a few times.
    ///
    /// # Errors
    /// If `bytes` are anything but one whole, sound image.
    pub fn new(bytes: &'a [u8]) -> Result<Self, ImageError> {
        let header = Header::read(bytes)?;
        if header.image_len() != bytes.len() as u64 {
            return Err(ImageError::Length { found: bytes.len(), expected: header.image_len() });
        }
        let (content, stored) = bytes.split_last_chunk::<CHECKSUM>().unwrap_or((&[], &[0; CHECKSUM]));
        let mut checksum = Checksum::new();
        checksum.add(content);
        if checksum.value() != u32::from_le_bytes(*stored) {
            return Err(ImageError::Checksum);
        }
        let image = Self::cut(header, bytes, content);
        image.check_text()?;
        image.check_index()?;
        for rows in [Some(image.center()), image.outside()].into_iter().flatten() {
            rows.check()?;
        }
        Ok(image)
    }

    /// The parts of an image whose length is known to be right.
    fn cut(header: Header, bytes: &'a [u8], content: &'a [u8]) -> Self {
        let words = header.words as usize;
        let mut rest = content;
        let mut part = |len: usize| rest.split_off(..len).unwrap_or_default();
        part(Header::LEN);
        let counts = part(words * size_of::<u32>()).as_chunks().0;
        let (ends, index) = (part(words * header.width()), part(words * header.width()));
        let text = part(header.text_len as usize);
        let (center, outside) = (part(words * header.row_len()), rest);
        Self { bytes, header, counts, ends, index, text, center, outside }
    }

    fn check_text(&self) -> Result<(), ImageError> {
        let mut start = 0;
        for word in 0..self.len() {
            let end = self.end(word);
            let text = self.text.get(start..end).and_then(|text| core::str::from_utf8(text).ok());
            text.ok_or(ImageError::Word { word })?;
            start = end;
        }
        if start == self.text.len() { Ok(()) } else { Err(ImageError::Text) }
    }

    /// If there are as many different words, the index holds each number once.
    fn check_index(&self) -> Result<(), ImageError> {
        let mut before = None;
        for place in 0..self.len() {
            let word = self.at_place(place);
            if word >= self.len() || before.is_some_and(|before| self.text_of(before) >= self.text_of(word)) {
                return Err(ImageError::Index { place });
            }
            before = Some(word);
        }
        Ok(())
    }

    /// All of its bytes.
    #[must_use]
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The header.
    #[must_use]
    pub fn header(&self) -> Header {
        self.header
    }

    /// The number of words.
    #[must_use]
    pub fn len(&self) -> u32 {
        self.header.words
    }

    /// Whether there are no words.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of `word`, found by binary search.
    #[must_use]
    pub fn find(&self, word: &str) -> Option<u32> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let found = self.at_place(middle);
            match self.text_of(found).cmp(word.as_bytes()) {
                Ordering::Less => low = middle + 1,
                Ordering::Equal => return Some(found),
                Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// The word with the number `word`.
    #[must_use]
    pub fn word(&self, word: u32) -> Option<&'a str> {
        if word < self.len() { core::str::from_utf8(self.text_of(word)).ok() } else { None }
    }

    /// How often the word with the number `word` occurred; 0 if that is unknown.
    #[must_use]
    pub fn count(&self, word: u32) -> Option<u32> {
        self.counts.get(word as usize).map(|count| u32::from_le_bytes(*count))
    }

    /// The center vectors.
    #[must_use]
    pub fn center(&self) -> ImageRows<'a> {
        ImageRows::new(self.center, self.header)
    }

    /// The outside vectors, if the image holds them.
    #[must_use]
    pub fn outside(&self) -> Option<ImageRows<'a>> {
        self.header.outside.then(|| ImageRows::new(self.outside, self.header))
    }

    /// The bytes of an existing word.
    fn text_of(&self, word: u32) -> &'a [u8] {
        let start = word.checked_sub(1).map_or(0, |before| self.end(before));
        self.text.get(start..self.end(word)).unwrap_or_default()
    }

    /// Where the text of a word ends.
    fn end(&self, word: u32) -> usize {
        self.number(self.ends, word) as usize
    }

    /// The number of the word that is at `place` in the order of their text.
    fn at_place(&self, place: u32) -> u32 {
        self.number(self.index, place)
    }

    /// Entry `index` of a list of numbers that are `width` bytes long.
    fn number(&self, list: &[u8], index: u32) -> u32 {
        let width = self.header.width();
        let bytes = list.get(index as usize * width..).and_then(|rest| rest.get(..width)).unwrap_or_default();
        bytes.iter().rev().fold(0, |number, &byte| (number << 8) | u32::from(byte))
    }
}

/// What is wrong with bytes that should be an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum ImageError {
    /// They do not begin like an image.
    NoImage,
    /// An image of a version that this crate cannot read.
    Version {
        /// The version.
        found: u8,
    },
    /// Flags that no image of this version has.
    Flags {
        /// All eight of them.
        found: u8,
    },
    /// Vectors without components.
    NoDimensions,
    /// The image was cut short, or something follows it.
    Length {
        /// How many bytes there are.
        found: usize,
        /// How many there should be; a lower bound if not even the header is whole.
        expected: u64,
    },
    /// The bytes are not those that were written.
    Checksum,
    /// A word lies beyond the text, or is not UTF-8.
    Word {
        /// The number of the word.
        word: u32,
    },
    /// The text does not end with the last word.
    Text,
    /// The index is not in the order of the words, or has one twice, or a number without a word.
    Index {
        /// The place in the index.
        place: u32,
    },
    /// A vector holds a number that is not finite, or that its scale makes infinite.
    Numbers {
        /// The number of its word.
        word: u32,
    },
}

impl fmt::Display for ImageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::NoImage => write!(f, "this is not an image: it does not begin with `mote`"),
            Self::Version { found } => {
                write!(f, "this is an image of version {found}; only version 1 can be read")
            }
            Self::Flags { found } => write!(f, "an image of version 1 cannot have the flags {found:#04x}"),
            Self::NoDimensions => write!(f, "the vectors have no dimensions"),
            Self::Length { found, expected } if (found as u64) < expected => {
                write!(f, "the image is cut short: it has {found} of {expected} bytes")
            }
            Self::Length { expected, .. } => write!(f, "the image ends after {expected} bytes, but more follows"),
            Self::Checksum => write!(f, "the checksum is wrong: the image was damaged, or not written to its end"),
            Self::Word { word } => write!(f, "word {word} is outside the text, or is not UTF-8"),
            Self::Text => write!(f, "the text does not end with the last word"),
            Self::Index { place } => write!(f, "the index is not sorted at place {place}, or contains a word twice"),
            Self::Numbers { word } => write!(f, "the vector of word {word} holds a number that is not finite"),
        }
    }
}

impl core::error::Error for ImageError {}

//! Reading an image in pieces: first all words, then row after row, so that a large one need not fit in memory.

use motevec_core::image::{Encoding, Header, Image, ImageError, ImageRows};

use super::super::apart::Words;
use super::super::{Rest, Source, Visitor};
use crate::Result;

/// A row of one dimension that is a number, as the shortest image with words needs them.
const SHORTEST_ROW: [u8; 5] = [0, 0, 0x80, 0x3f, 0];

/// Reads the image, and shows its rows.
pub(super) fn read(mut source: Source, visitor: &mut dyn Visitor) -> Result<Rest> {
    let mut bytes = Vec::new();
    source.read_bytes(Header::LEN, &mut bytes)?;
    let header = Header::read(&bytes).map_err(|error| source.error(None, error.to_string()))?;
    let (read, expected) = (bytes.len() as u64, header.image_len());
    let mut pieces = Pieces { source, sum: flate2::Crc::new(), read, expected, problem: None };
    pieces.sum.update(&bytes);
    // Nothing is read of an image that was cut, where that can be told.
    if let Some(found) = pieces.source.content_length().filter(|found| *found != expected) {
        return Err(pieces.refuse(ImageError::Length { found: found as usize, expected }));
    }

    let mut words = pieces.words(header)?;
    let (rows, dim) = (header.words as usize, usize::from(header.dim));
    let rest = |words: Words, source: &Source, visitor: &mut dyn Visitor| Rest {
        vocabulary: words.finish(source, visitor),
        dim,
        subwords: None,
        history: Vec::new(),
    };
    visitor.begin(dim, pieces.source.possible_rows(rows, header.row_len()));
    let mut numbers = vec![0.0; dim];
    for outside in [false, true].into_iter().take(if header.outside { 2 } else { 1 }) {
        for row in 0..rows {
            if !pieces.row(header, row, &mut bytes, &mut numbers)? {
                continue;
            }
            if !outside {
                if words.center(&mut pieces.source, row, &numbers, visitor)?.is_break() {
                    return Ok(rest(words, &pieces.source, visitor));
                }
            } else if visitor.wants_outside() {
                words.outside(&mut pieces.source, row, &numbers, visitor)?;
            }
        }
    }
    pieces.end()?;
    if rows == 0 {
        return Err(pieces.source.error(None, "the image holds no words"));
    }
    Ok(rest(words, &pieces.source, visitor))
}

/// An image, as far as it has been read.
struct Pieces {
    source: Source,
    sum: flate2::Crc,
    /// Bytes that have been read, and that there should be.
    read: u64,
    expected: u64,
    /// What is wrong with it, unless it turns out that all of it was damaged.
    problem: Option<ImageError>,
}

impl Pieces {
    /// Replaces `bytes` with the next `count`.
    fn next(&mut self, count: usize, bytes: &mut Vec<u8>) -> Result<()> {
        self.source.read_bytes(count, bytes)?;
        self.read += bytes.len() as u64;
        if bytes.len() < count {
            return Err(self.refuse(ImageError::Length { found: self.read as usize, expected: self.expected }));
        }
        self.sum.update(bytes);
        Ok(())
    }

    /// The words, which come before the rows.
    fn words(&mut self, header: Header) -> Result<Words> {
        // They are checked as those of an image that has little else.
        let short = Header { encoding: Encoding::Int8, outside: false, dim: 1, ..header };
        let rows = SHORTEST_ROW.len() as u64 * u64::from(header.words);
        let sum = size_of::<u32>() as u64;
        let (mut words, mut bytes) = (Words::default(), Vec::new());
        let length = usize::try_from(short.image_len() - Header::LEN as u64 - rows - sum).unwrap_or(usize::MAX);
        self.next(length, &mut bytes)?;
        let mut image = [&short.to_bytes(), &bytes[..], &SHORTEST_ROW.repeat(header.words as usize)].concat();
        let mut sum = flate2::Crc::new();
        sum.update(&image);
        image.extend(sum.sum().to_le_bytes());
        match Image::new(&image) {
            Ok(image) => {
                for (word, count) in (0..).map_while(|number| image.word(number).zip(image.count(number))) {
                    words.push(&mut self.source, None, Ok(word.as_bytes()), count.into())?;
                }
            }
            Err(problem) => self.problem = Some(problem),
        }
        Ok(words)
    }

    /// Reads the next row into `numbers`; `false` if something is wrong.
    fn row(&mut self, header: Header, row: usize, bytes: &mut Vec<u8>, numbers: &mut [f32]) -> Result<bool> {
        self.next(header.row_len(), bytes)?;
        if self.problem.is_some() {
            return Ok(false);
        }
        match ImageRows::of(header, bytes).map(|rows| rows.row(0)) {
            Ok(found) => {
                found.into_iter().for_each(|row| row.read(numbers));
                Ok(true)
            }
            Err(_) => {
                self.problem = Some(ImageError::Numbers { word: row as u32 });
                Ok(false)
            }
        }
    }

    /// Checks the end, and says what was wrong before.
    fn end(&mut self) -> Result<()> {
        let (sum, mut stored) = (self.sum.sum(), Vec::new());
        self.next(size_of_val(&sum), &mut stored)?;
        if !self.source.at_end()? {
            let found = self.read as usize + 1;
            return Err(self.refuse(ImageError::Length { found, expected: self.expected }));
        }
        match self.problem {
            _ if stored != sum.to_le_bytes() => Err(self.refuse(ImageError::Checksum)),
            Some(problem) => Err(self.refuse(problem)),
            None => Ok(()),
        }
    }

    fn refuse(&self, problem: ImageError) -> crate::Error {
        self.source.error(None, problem.to_string())
    }
}

//! The corpus as the trainer sees it: word ids, and a mark after each sentence.

use std::ops::Range;

use super::store::Segment;
use crate::Result;

/// The id that ends a sentence.
pub const SENTENCE_END: u32 = u32::MAX;

/// While a corpus is being read: the sentence with this id is to be left out.
pub(super) const SPOILED: u32 = u32::MAX - 1;

/// While a corpus is being read: a word that is not in the vocabulary.
pub(super) const DROPPED: u32 = u32::MAX - 1;

/// How many of the highest ids have a special meaning.
pub(super) const SPECIAL_IDS: u32 = 2;

/// A corpus as ids: rows of its vocabulary, and [`SENTENCE_END`] after each sentence.
///
/// The ids are in segments, one per block of text, in memory or in a temporary file. A single array would need twice
/// the memory while it is being assembled. In a segment, ids take two to four bytes, as its largest needs.
#[derive(Clone, Debug, Default)]
pub struct Tokens {
    segments: Vec<Segment>,
    /// `ends[i]` is the place after segment `i`.
    ends: Vec<usize>,
}

impl Tokens {
    pub(super) fn from_segments(segments: Vec<Segment>) -> Self {
        let mut len = 0;
        let ends = segments.iter().map(|segment| {
            len += segment.len();
            len
        });
        Self { ends: ends.collect(), segments }
    }

    /// The number of ids, sentence ends included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.last().copied().unwrap_or(0)
    }

    /// Whether there are no ids.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes of ids in memory.
    #[must_use]
    pub fn bytes_in_memory(&self) -> u64 {
        self.segments.iter().filter(|segment| !segment.is_on_disk()).map(Segment::bytes).sum()
    }

    /// The bytes of ids in a temporary file.
    #[must_use]
    pub fn bytes_on_disk(&self) -> u64 {
        self.segments.iter().filter(|segment| segment.is_on_disk()).map(Segment::bytes).sum()
    }

    /// Replaces the content of `out` by the ids of `range`. Panics if `range` reaches past [`len`](Self::len).
    ///
    /// # Errors
    /// If ids on the disk cannot be read.
    pub fn copy_to(&self, range: Range<usize>, out: &mut Vec<u32>) -> Result<()> {
        assert!(range.start <= range.end && range.end <= self.len(), "{range:?} of {} ids", self.len());
        out.clear();
        let first = self.ends.partition_point(|&end| end <= range.start);
        for (segment, end) in self.segments.iter().zip(&self.ends).skip(first) {
            let start = end - segment.len();
            if range.end <= start {
                break;
            }
            segment.append_to(out, range.start.max(start) - start..range.end.min(*end) - start)?;
        }
        Ok(())
    }
}

impl From<Vec<u32>> for Tokens {
    /// Ids that are already rows of a vocabulary, with [`SENTENCE_END`] after each sentence.
    fn from(ids: Vec<u32>) -> Self {
        Self::from_segments(vec![Segment::new(&ids)])
    }
}

#[cfg(test)]
impl Tokens {
    /// Removes the second half of the temporary file, as a failing disk might.
    pub(crate) fn lose_half_of_file(&self) {
        self.segments.iter().find(|segment| segment.is_on_disk()).unwrap().lose_half_of_file();
    }
}

#[cfg(test)]
mod tests {
    use super::super::store::Store;
    use super::*;

    /// The ids 0, 1, 2 … in segments of these lengths, up to `memory` bytes of them in memory.
    fn tokens(lens: &[usize], memory: u64) -> Tokens {
        let folder = std::env::temp_dir();
        let store = Store::new(memory, &folder);
        let mut next = 0..;
        let segments = lens.iter().map(|&len| store.put(&next.by_ref().take(len).collect::<Vec<_>>()).unwrap());
        Tokens::from_segments(segments.collect())
    }

    #[test]
    fn any_range_can_be_copied_out_of_memory_or_a_file() {
        for (memory, on_disk) in [(u64::MAX, 0), (6, 6), (10, 4), (0, 12)] {
            let tokens = tokens(&[0, 3, 0, 1, 2, 0], memory);
            assert_eq!((tokens.len(), tokens.is_empty()), (6, false));
            assert_eq!((tokens.bytes_in_memory(), tokens.bytes_on_disk()), (12 - on_disk, on_disk), "{memory}");
            let mut out = vec![99];
            for start in 0..=6 {
                for end in start..=6 {
                    tokens.copy_to(start..end, &mut out).unwrap();
                    assert_eq!(out, (start as u32..end as u32).collect::<Vec<_>>());
                }
            }
        }
        let mut out = vec![99];
        Tokens::default().copy_to(0..0, &mut out).unwrap();
        assert!(out.is_empty() && Tokens::default().is_empty());
    }

    #[test]
    fn a_failing_disk_is_an_error() {
        let tokens = tokens(&[3, 3], 6);
        tokens.lose_half_of_file();
        let mut out = Vec::new();
        tokens.copy_to(0..3, &mut out).unwrap();
        let error = tokens.copy_to(2..6, &mut out).unwrap_err().to_string();
        let folder = std::env::temp_dir();
        let start = format!("cannot read the temporary file for the text in folder `{}`: ", folder.display());
        assert!(error.starts_with(&start), "{error}");
    }
}

//! The corpus as the trainer sees it: word ids, and a mark behind each sentence.

use std::ops::Range;

/// The id that ends a sentence.
pub const SENTENCE_END: u32 = u32::MAX;

/// While a corpus is being read: the sentence that this id stands in is to be left out.
pub(super) const SPOILED: u32 = u32::MAX - 1;

/// While a corpus is being read: a word that is not in the vocabulary.
pub(super) const DROPPED: u32 = u32::MAX - 1;

/// How many of the highest ids have a meaning of their own.
pub(super) const SPECIAL_IDS: u32 = 2;

/// A corpus as ids: rows of its vocabulary, and [`SENTENCE_END`] behind each sentence.
///
/// The ids lie in segments as the blocks of text left them. One array would need twice the memory while it is put together.
#[derive(Clone, Debug, Default)]
pub struct Tokens {
    segments: Vec<Vec<u32>>,
    /// `ends[i]` is the place behind segment `i`.
    ends: Vec<usize>,
}

impl Tokens {
    pub(super) fn from_segments(segments: Vec<Vec<u32>>) -> Self {
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

    /// Whether there is no id.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Replaces the content of `out` by the ids of `range`. Panics where `range` reaches past [`len`](Self::len).
    pub fn copy_to(&self, range: Range<usize>, out: &mut Vec<u32>) {
        assert!(range.start <= range.end && range.end <= self.len(), "{range:?} of {} ids", self.len());
        out.clear();
        let first = self.ends.partition_point(|&end| end <= range.start);
        for (segment, end) in self.segments.iter().zip(&self.ends).skip(first) {
            let start = end - segment.len();
            if range.end <= start {
                break;
            }
            let (from, to) = (range.start.max(start), range.end.min(*end));
            out.extend_from_slice(&segment[from - start..to - start]);
        }
    }

    /// All ids, in order.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        self.segments.iter().flatten().copied()
    }
}

impl From<Vec<u32>> for Tokens {
    /// Ids that are already rows of a vocabulary, with [`SENTENCE_END`] behind each sentence.
    fn from(ids: Vec<u32>) -> Self {
        Self::from_segments(vec![ids])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_range_can_be_copied_out() {
        let tokens = Tokens::from_segments(vec![vec![], vec![0, 1, 2], vec![], vec![3], vec![4, 5], vec![]]);
        assert_eq!((tokens.len(), tokens.iter().count(), tokens.is_empty()), (6, 6, false));
        let mut out = vec![99];
        for start in 0..=6 {
            for end in start..=6 {
                tokens.copy_to(start..end, &mut out);
                assert_eq!(out, (start as u32..end as u32).collect::<Vec<_>>());
            }
        }
        Tokens::default().copy_to(0..0, &mut out);
        assert!(out.is_empty() && Tokens::default().is_empty());
    }
}

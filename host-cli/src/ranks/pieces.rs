//! Bytes for each rank, or from each.

use std::ops::Index;

/// Pieces of bytes, one behind the other in memory that can be used again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pieces {
    bytes: Vec<u8>,
    /// Where each ends.
    ends: Vec<usize>,
}

impl Pieces {
    /// One piece.
    #[must_use]
    pub fn one(bytes: Vec<u8>) -> Self {
        let ends = vec![bytes.len()];
        Self { bytes, ends }
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.ends.len()
    }

    /// In their order.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.count()).map(|index| &self[index])
    }

    /// The length of each.
    pub fn lengths(&self) -> impl Iterator<Item = usize> {
        self.iter().map(<[u8]>::len)
    }

    /// All, one behind the other.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// All, to be written.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.bytes
    }

    /// Adds a piece made of `parts`.
    pub fn push<'p>(&mut self, parts: impl IntoIterator<Item = &'p [u8]>) {
        parts.into_iter().for_each(|part| self.bytes.extend_from_slice(part));
        self.ends.push(self.bytes.len());
    }

    /// Forgets all pieces, and keeps their memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    /// Makes these pieces of such lengths, with any bytes in them.
    pub fn set_lengths(&mut self, lengths: &[usize]) {
        self.ends.clear();
        self.ends.extend(lengths.iter().scan(0, |end, length| {
            *end += length;
            Some(*end)
        }));
        self.bytes.resize(self.ends.last().copied().unwrap_or(0), 0);
    }
}

impl Index<usize> for Pieces {
    type Output = [u8];

    fn index(&self, index: usize) -> &[u8] {
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.bytes[start..self.ends[index]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_what_was_added() {
        let mut pieces = Pieces::one(b"one".to_vec());
        pieces.push([&b"tw"[..], b"o"]);
        pieces.push([]);
        assert_eq!(pieces.iter().collect::<Vec<_>>(), [&b"one"[..], b"two", b""]);
        assert_eq!((pieces.bytes(), &pieces[1]), (&b"onetwo"[..], &b"two"[..]));
        pieces.set_lengths(&[1, 0, 2]);
        assert_eq!(pieces.lengths().collect::<Vec<_>>(), [1, 0, 2]);
        pieces.clear();
        assert_eq!(pieces, Pieces::default());
    }
}

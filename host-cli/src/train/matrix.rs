//! A matrix that many threads read in one phase of a round and write, each its own part, in the next.

use std::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

use motevec_core::simd::LANES;

/// Parts that a matrix is cut into, each behind its own lock: the units of parallel work in a merge.
pub(super) const PARTS: usize = 64;

/// Row r is row r / PARTS of part r mod PARTS, so that the frequent words, which come first, are spread over all parts.
pub(super) struct Matrix<'a> {
    parts: Vec<RwLock<&'a mut [f32]>>,
    /// Where that is asked for, by part: how many pairs have moved each row since the last exchange.
    pairs: Vec<RwLock<Vec<u32>>>,
    rows: usize,
    stride: usize,
}

/// The part that a row lies in.
pub(super) fn part_of(row: u32) -> usize {
    row as usize % PARTS
}

/// A row's number within its part.
pub(super) fn place_of(row: u32) -> usize {
    row as usize / PARTS
}

/// The row at a place of a part.
pub(super) fn row_of(part: usize, place: usize) -> u32 {
    (place * PARTS + part) as u32
}

/// How many of `rows` rows lie in a part.
fn rows_of(rows: usize, part: usize) -> usize {
    (rows + PARTS - 1 - part) / PARTS
}

/// Components from one row to the next: whole blocks, so that no kernel meets an incomplete one.
pub(super) fn stride(dim: usize) -> usize {
    // Near the largest `usize` it saturates, and the memory check refuses it.
    dim.checked_next_multiple_of(LANES).unwrap_or(usize::MAX)
}

impl<'a> Matrix<'a> {
    /// `rows` rows of `stride` components each, which are all of `memory`.
    pub(super) fn new(mut memory: &'a mut [f32], rows: usize, stride: usize) -> Self {
        let part = |part| {
            let rows = rows_of(rows, part);
            RwLock::new(memory.split_off_mut(..rows * stride).expect("the parts have all rows together"))
        };
        Self { parts: (0..PARTS).map(part).collect(), pairs: Vec::new(), rows, stride }
    }

    /// Counts the pairs of each row from now on.
    pub(super) fn counting_pairs(mut self) -> Self {
        self.pairs = (0..PARTS).map(|part| RwLock::new(vec![0; self.rows_of(part)])).collect();
        self
    }

    /// The number of rows of a part.
    pub(super) fn rows_of(&self, part: usize) -> usize {
        rows_of(self.rows, part)
    }

    /// Notes how many pairs have moved rows of a part, by place.
    pub(super) fn note(&self, part: usize, rows: impl Iterator<Item = (usize, f64)>) {
        let Some(pairs) = self.pairs.get(part) else { return };
        let mut pairs = pairs.write().expect("no thread panics while it writes");
        for (place, more) in rows {
            // At least one: the row was touched.
            pairs[place] = pairs[place].saturating_add(more.ceil() as u32).max(1);
        }
    }

    /// The pairs that [`note`](Self::note) has counted in a part, by place.
    pub(super) fn pairs_mut(&self, part: usize) -> RwLockWriteGuard<'_, Vec<u32>> {
        self.pairs[part].write().expect("no thread panics while it writes")
    }

    /// A part, for writing.
    pub(super) fn part_mut(&self, part: usize) -> RwLockWriteGuard<'_, &'a mut [f32]> {
        self.parts[part].write().expect("no thread panics while it writes")
    }

    /// A part, for reading.
    pub(super) fn part(&self, part: usize) -> RwLockReadGuard<'_, &'a mut [f32]> {
        self.parts[part].read().expect("no thread panics while it writes")
    }

    /// Takes over all rows of another matrix of this size.
    pub(super) fn copy_from(&self, other: &Matrix<'_>) {
        (0..PARTS).for_each(|part| self.write(part, |rows| rows.copy_from_slice(&other.part(part))));
    }

    /// All parts, for reading.
    pub(super) fn read(&self) -> Reader<'_, 'a> {
        let parts = self.parts.iter().map(|part| part.read().expect("no thread panics while it writes"));
        Reader { parts: parts.collect(), stride: self.stride }
    }

    /// Calls `change` with one part, for writing.
    pub(super) fn write<T>(&self, part: usize, change: impl FnOnce(&mut [f32]) -> T) -> T {
        change(&mut self.part_mut(part))
    }

    /// These rows in order, `dim` components of each.
    pub(super) fn copy(&self, rows: impl ExactSizeIterator<Item = u32>, dim: usize) -> Vec<f32> {
        let reader = self.read();
        let mut copy = Vec::with_capacity(rows.len() * dim);
        rows.for_each(|row| copy.extend_from_slice(&reader.row(row)[..dim]));
        copy
    }
}

/// A [`Matrix`] that nobody can write.
pub(super) struct Reader<'r, 'a> {
    parts: Vec<RwLockReadGuard<'r, &'a mut [f32]>>,
    stride: usize,
}

impl Reader<'_, '_> {
    /// Components from one row to the next.
    pub(super) fn stride(&self) -> usize {
        self.stride
    }

    pub(super) fn row(&self, row: u32) -> &[f32] {
        &self.parts[part_of(row)][place_of(row) * self.stride..][..self.stride]
    }
}

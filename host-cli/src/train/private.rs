//! The rows that a shard touches in a round, as its own copies.

use motevec_core::model::{Model, Slab};
use motevec_core::simd::prefetch;

use super::matrix::{PARTS, Reader, part_of, place_of};

/// Private copies of rows of the two matrices.
///
/// A local row stands for a row of a matrix; local rows are numbered in the order of their first occurrence.
pub(super) struct Private<'a> {
    /// The rows of the center matrix; and of the outside matrix, if its rows are words too.
    pub(super) words: List,
    /// The rows of the outside matrix, if they are nodes of a tree.
    pub(super) nodes: Option<List>,
    center: &'a mut [f32],
    outside: &'a mut [f32],
    stride: usize,
}

/// Rows of a matrix.
#[derive(Default)]
pub(super) struct List {
    rows: Vec<Row>,
    /// The local rows, ordered by the part of the matrix that they belong to, and where each part's end.
    by_part: Vec<u32>,
    ends: Ends,
}

struct Ends([usize; PARTS]);

impl Default for Ends {
    fn default() -> Self {
        Self([0; PARTS])
    }
}

/// A local row.
#[derive(Clone, Copy)]
pub(super) struct Row {
    /// Its row of the matrix.
    pub(super) row: u32,
    /// How often it is the center in this round, or a node on the center's path.
    pub(super) centers: u32,
    /// About how often it is a negative.
    pub(super) negatives: f32,
}

/// From rows of a matrix to local rows: a thread's, emptied after each use.
pub(super) struct LocalRows(Vec<u32>);

const ABSENT: u32 = u32::MAX;

impl LocalRows {
    /// For a matrix of so many rows.
    pub(super) fn new(rows: usize) -> Self {
        Self(vec![ABSENT; rows])
    }
}

impl List {
    fn clear(&mut self) {
        self.rows.clear();
        self.by_part.clear();
        self.ends = Ends::default();
    }

    /// The local rows.
    pub(super) fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The local row of `row`, which is a center, or on its path, so many times more.
    pub(super) fn add(&mut self, row: u32, times: u32, local: &mut LocalRows) -> u32 {
        let local = &mut local.0[row as usize];
        match self.rows.get_mut(*local as usize) {
            Some(known) => known.centers += times,
            None => {
                *local = self.rows.len() as u32;
                self.rows.push(Row { row, centers: times, negatives: 0.0 });
            }
        }
        *local
    }

    /// Notes that a local row will be a negative about `times` more often.
    pub(super) fn add_negatives(&mut self, local: u32, times: f32) {
        self.rows[local as usize].negatives += times;
    }

    /// Empties `local`, which found these rows.
    pub(super) fn forget_in(&self, local: &mut LocalRows) {
        for row in &self.rows {
            local.0[row.row as usize] = ABSENT;
        }
    }

    fn order_by_part(&mut self) {
        let Ends(ends) = &mut self.ends;
        for row in &self.rows {
            ends[part_of(row.row)] += 1;
        }
        // From numbers to where each part starts; filling moves that to where it ends.
        let mut start = 0;
        for end in &mut *ends {
            start += std::mem::replace(end, start);
        }
        self.by_part.resize(self.rows.len(), 0);
        for (local, row) in self.rows.iter().enumerate() {
            let end = &mut ends[part_of(row.row)];
            self.by_part[*end] = local as u32;
            *end += 1;
        }
    }

    /// The local rows in a part of the matrix: the place of each in the part, and its number.
    pub(super) fn part(&self, part: usize) -> impl Iterator<Item = (usize, u32)> + Clone {
        let start = part.checked_sub(1).map_or(0, |before| self.ends.0[before]);
        let locals = self.by_part[start..self.ends.0[part]].iter();
        locals.map(|&local| (place_of(self.rows[local as usize].row), local))
    }
}

impl<'a> Private<'a> {
    /// No rows, in memory for the most that a round touches: `center`, and what is left for the outside matrix, whose
    /// rows are words, or nodes of a tree.
    pub(super) fn new(memory: &'a mut [f32], center: usize, stride: usize, has_tree: bool) -> Self {
        let (center, outside) = memory.split_at_mut(center);
        Self { words: List::default(), nodes: has_tree.then(List::default), center, outside, stride }
    }

    /// Forgets all rows.
    pub(super) fn clear(&mut self) {
        self.words.clear();
        self.nodes.iter_mut().for_each(List::clear);
    }

    /// The rows of a matrix.
    pub(super) fn list(&self, side: Side) -> &List {
        match (side, &self.nodes) {
            (Side::Outside, Some(nodes)) => nodes,
            _ => &self.words,
        }
    }

    /// Copies the rows from the common matrices.
    pub(super) fn copy(&mut self, center: &Reader<'_, '_>, outside: &Reader<'_, '_>) {
        copy_rows(center, &self.words.rows, self.center, self.stride);
        let rows = &self.nodes.as_ref().unwrap_or(&self.words).rows;
        copy_rows(outside, rows, self.outside, self.stride);
    }

    /// Orders the rows, once all are there.
    pub(super) fn order_by_part(&mut self) {
        self.words.order_by_part();
        self.nodes.iter_mut().for_each(List::order_by_part);
    }

    /// The rows as a model of `dim` components.
    pub(super) fn model(&mut self, dim: usize) -> Model<Slab<&mut [f32]>, Slab<&mut [f32]>> {
        let [words, outside] = [Side::Center, Side::Outside].map(|side| self.list(side).rows.len());
        Model {
            center: slab(self.center, words, dim, self.stride),
            outside: slab(self.outside, outside, dim, self.stride),
        }
    }

    /// A private row of one of the matrices.
    pub(super) fn row(&self, side: Side, local: u32) -> &[f32] {
        let rows = match side {
            Side::Center => &*self.center,
            Side::Outside => &*self.outside,
        };
        &rows[local as usize * self.stride..][..self.stride]
    }
}

fn slab(memory: &mut [f32], rows: usize, dim: usize, stride: usize) -> Slab<&mut [f32]> {
    Slab::new(&mut memory[..rows * stride], dim, stride).expect("whole rows were copied")
}

/// Which of the two matrices.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Center,
    Outside,
}

/// Copies rows that lie anywhere, one behind the other.
fn copy_rows(from: &Reader<'_, '_>, rows: &[Row], to: &mut [f32], stride: usize) {
    for (index, (row, to)) in rows.iter().zip(to.chunks_exact_mut(stride)).enumerate() {
        if let Some(later) = rows.get(index + PREFETCH) {
            prefetch(from.row(later.row));
        }
        to.copy_from_slice(from.row(row.row));
    }
}

/// So many rows ahead memory is asked for one: about as long as it takes to answer.
pub(super) const PREFETCH: usize = 6;

//! The rows that a shard touches in a round, as its own copies.

use motevec_core::model::{Model, Slab};
use motevec_core::simd::prefetch;

use super::matrix::{PARTS, Reader, part_of, place_of};
use super::plan::Plan;

/// Private copies of rows of the two matrices.
///
/// A local row stands for a row of the vocabulary; local rows are numbered in the order of their first occurrence.
pub(super) struct Private<'a> {
    rows: Vec<Row>,
    center: &'a mut [f32],
    outside: &'a mut [f32],
    stride: usize,
    /// The local rows, ordered by the part of the matrices that they belong to, and where each part's end.
    by_part: Vec<u32>,
    ends: [usize; PARTS],
}

/// A local row.
#[derive(Clone, Copy)]
pub(super) struct Row {
    /// Its row of the vocabulary.
    pub(super) row: u32,
    /// How often it is the center in this round.
    pub(super) centers: u32,
    /// About how often it is a negative.
    pub(super) negatives: f32,
}

/// From rows of the vocabulary to local rows: a thread's, emptied after each use.
pub(super) struct LocalRows(Vec<u32>);

const ABSENT: u32 = u32::MAX;

impl LocalRows {
    /// For a vocabulary of so many words.
    pub(super) fn new(words: usize) -> Self {
        Self(vec![ABSENT; words])
    }
}

impl<'a> Private<'a> {
    /// No rows, in `memory` for the most that a round of `plan` touches.
    pub(super) fn new(memory: &'a mut [f32], stride: usize) -> Self {
        let (center, outside) = memory.split_at_mut(memory.len() / 2);
        Self { rows: Vec::new(), center, outside, stride, by_part: Vec::new(), ends: [0; PARTS] }
    }

    /// The numbers that [`new`](Self::new) needs room for, with `words` in the vocabulary.
    pub(super) fn room(plan: &Plan, words: usize, stride: usize) -> usize {
        plan.words_per_round.min(words).saturating_mul(2).saturating_mul(stride)
    }

    /// Forgets all rows.
    pub(super) fn clear(&mut self) {
        self.rows.clear();
        self.by_part.clear();
        self.ends = [0; PARTS];
    }

    /// The local rows.
    pub(super) fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The local row of `row`, which is a center once more.
    pub(super) fn add_center(&mut self, row: u32, local: &mut LocalRows) -> u32 {
        let local = &mut local.0[row as usize];
        match self.rows.get_mut(*local as usize) {
            Some(known) => known.centers += 1,
            None => {
                *local = self.rows.len() as u32;
                self.rows.push(Row { row, centers: 1, negatives: 0.0 });
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

    /// Copies the rows from the common matrices.
    pub(super) fn copy(&mut self, center: &Reader<'_, '_>, outside: &Reader<'_, '_>) {
        copy_rows(center, &self.rows, self.center, self.stride);
        copy_rows(outside, &self.rows, self.outside, self.stride);
        self.order_by_part();
    }

    fn order_by_part(&mut self) {
        for row in &self.rows {
            self.ends[part_of(row.row)] += 1;
        }
        // From numbers to where each part starts; filling moves that to where it ends.
        let mut start = 0;
        for end in &mut self.ends {
            start += std::mem::replace(end, start);
        }
        self.by_part.resize(self.rows.len(), 0);
        for (local, row) in self.rows.iter().enumerate() {
            let end = &mut self.ends[part_of(row.row)];
            self.by_part[*end] = local as u32;
            *end += 1;
        }
    }

    /// The rows as a model of `dim` components.
    pub(super) fn model(&mut self, dim: usize) -> Model<Slab<&mut [f32]>, Slab<&mut [f32]>> {
        let len = self.rows.len() * self.stride;
        let [center, outside] = [&mut *self.center, &mut *self.outside]
            .map(|rows| Slab::new(&mut rows[..len], dim, self.stride).expect("whole rows were copied"));
        Model { center, outside }
    }

    /// The local rows in a part of the matrices: the place of each in the part, and its number.
    pub(super) fn part(&self, part: usize) -> impl Iterator<Item = (usize, u32)> {
        let start = part.checked_sub(1).map_or(0, |before| self.ends[before]);
        let locals = self.by_part[start..self.ends[part]].iter();
        locals.map(|&local| (place_of(self.rows[local as usize].row), local))
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

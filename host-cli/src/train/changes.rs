//! What groups changed in the rows of a part of a matrix, and what the rows become.

use std::ops::Range;

use motevec_core::simd::prefetch;

/// What one stands for in fixed point: f32 has no more digits of the numbers that vectors are made of.
pub(super) const ONE: f32 = (1 << 22) as f32;

/// The largest sum of what all groups change a number by.
const MOST: f32 = (1_u32 << 31) as f32;

/// How many rows ahead the processor is asked for what comes.
const AHEAD: usize = 8;

/// The rows of a unit, as this rank has them. Where all groups are here, nothing else is needed.
pub(super) struct Rows<'r> {
    /// Those that are exchanged, ascending.
    pub(super) places: &'r [u32],
    common: &'r mut [f32],
    groups: Vec<OfGroup<'r>>,
    /// A group must change a number by less than this.
    most: f32,
    /// What groups changed a row by, in fixed point; zeros between one row and the next.
    pub(super) sums: Vec<i32>,
    /// What a row becomes.
    pub(super) row: Vec<f32>,
}

/// The rows as a group has them, with the pairs that moved each.
type OfGroup<'r> = (&'r mut [f32], &'r mut [u32]);

/// How many groups touched a row, and how many pairs moved it.
pub(super) struct Touched {
    pub(super) groups: u32,
    pub(super) pairs: u32,
}

impl Touched {
    #[inline(always)]
    pub(super) fn add(&mut self, groups: u32, pairs: u32) {
        self.groups += groups;
        self.pairs = self.pairs.saturating_add(pairs);
    }
}

impl<'r> Rows<'r> {
    /// Rows that were `common`, and are what `groups` of `all` groups made of them now, from one to the next so many
    /// components.
    pub(super) fn new(
        places: &'r [u32],
        common: &'r mut [f32],
        groups: Vec<OfGroup<'r>>,
        all: usize,
        stride: usize,
    ) -> Self {
        Self { places, common, groups, most: MOST / all as f32, sums: vec![0; stride], row: vec![0.0; stride] }
    }

    fn at(&self, place: usize) -> Range<usize> {
        place * self.row.len()..(place + 1) * self.row.len()
    }

    /// Asks for the row of a place that comes later, and for what the groups made of it.
    #[inline(always)]
    fn prefetch(&self, index: usize) {
        let Some(&place) = self.places.get(index) else { return };
        let place = place as usize;
        let mut touched = self.groups.iter().filter(|(_, pairs)| pairs[place] > 0);
        if touched.next().is_some() {
            let rows = self.groups.iter().map(|(rows, _)| &**rows);
            rows.chain([&*self.common]).for_each(|rows| prefetch(&rows[self.at(place)]));
        }
    }

    /// Adds up what the groups changed in the row of the place with this index. Takes note if it does not fit.
    #[inline(always)]
    pub(super) fn add_up(&mut self, index: usize, fits: &mut bool) -> Touched {
        let place = self.places[index] as usize;
        let at = self.at(place);
        self.prefetch(index + AHEAD);
        let (before, most) = (&self.common[at.clone()], self.most);
        let (mut touched, mut all_fit) = (Touched { groups: 0, pairs: 0 }, true);
        for (rows, pairs) in &self.groups {
            if pairs[place] == 0 {
                continue;
            }
            touched.add(1, pairs[place]);
            for ((sum, now), before) in self.sums.iter_mut().zip(&rows[at.clone()]).zip(before) {
                let change = ((now - before) * ONE).round_ties_even();
                all_fit &= change.abs() < most;
                *sum = sum.wrapping_add(change as i32);
            }
        }
        *fits &= all_fit;
        touched
    }

    /// `row += s · Σ change`
    #[inline(always)]
    pub(super) fn apply(&mut self, place: usize, s: f32) {
        let before = &self.common[self.at(place)];
        for ((row, before), sum) in self.row.iter_mut().zip(before).zip(&mut self.sums) {
            *row = before + s * std::mem::take(sum) as f32;
        }
        self.replace(place);
    }

    /// Gives all groups the new row.
    #[inline(always)]
    pub(super) fn replace(&mut self, place: usize) {
        let at = self.at(place);
        self.common[at.clone()].copy_from_slice(&self.row);
        for (rows, pairs) in &mut self.groups {
            rows[at.clone()].copy_from_slice(&self.row);
            pairs[place] = 0;
        }
    }
}

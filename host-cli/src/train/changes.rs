//! What groups changed in the rows of a part of a matrix, rounded to bytes, and what the rows become.
//!
//! A row's change is a byte for each component, in units that are a power of two and as small as its largest component
//! lets them be. So it is off by at most half a unit, 1/127 of that or 2⁻²³, one way or the other: noise far below that
//! of training, which nobody needs to carry over. Sums of such changes are exact, whatever their order; what they come
//! to is rounded once more.

use std::ops::Range;

use motevec_core::simd::prefetch;

/// What one stands for in the smallest unit: f32 has no more digits of the numbers that vectors are made of.
const ONE: f32 = (1 << 22) as f32;

/// The largest sum of what all groups change a number by, in the smallest unit, before it is rounded. Rounded, each
/// group's is at most 1/127.5 larger, so that the sum still fits into 127 of the largest unit.
const MOST: f32 = (126 << 24) as f32;

/// How many rows ahead the processor is asked for what comes.
pub(super) const AHEAD: usize = 8;

/// The rows of a unit, as this rank has them. Where all groups are here, nothing else is needed.
pub(super) struct Rows<'r> {
    /// Those that are exchanged, ascending.
    pub(super) places: &'r [u32],
    common: &'r mut [f32],
    groups: Vec<OfGroup<'r>>,
    /// A group must change a number by less than this.
    most: f32,
    /// What all groups changed a row by, in the smallest unit; zeros between one row and the next.
    sums: Vec<i32>,
    /// A change before it is rounded.
    exact: Vec<f32>,
    /// And then.
    change: Change,
}

/// The rows as a group has them, with the pairs that moved each.
type OfGroup<'r> = (&'r mut [f32], &'r mut [u32]);

/// A change of a row: `numbers` · 2^`exponent` of the smallest unit.
struct Change {
    exponent: u8,
    /// With a sign each.
    numbers: Vec<u8>,
}

impl Change {
    /// Rounds numbers to bytes. Gives the size of the largest; NaN if any is.
    #[inline(always)]
    fn round(&mut self, exact: &[f32]) -> f32 {
        // As bits, sizes are in the same order, and NaN is the largest.
        let largest = f32::from_bits(exact.iter().fold(0, |most, x| most.max(x.abs().to_bits())));
        // The largest becomes 64 to 127. It would round to 128 from 127.5 on, and then has the next exponent.
        self.exponent = ((largest * (256.0 / 255.0)).to_bits() >> 23).saturating_sub(127 + 6).min(24) as u8;
        let scale = f32::from_bits((127 - u32::from(self.exponent)) << 23);
        // Beside a number whose last digit is the unit, addition rounds to that, and the low bits are two's complement.
        const ROUND: f32 = (3 << 22) as f32;
        self.numbers.iter_mut().zip(exact).for_each(|(number, x)| *number = (x * scale + ROUND).to_bits() as u8);
        largest
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
        let change = Change { exponent: 0, numbers: vec![0; stride] };
        let (sums, exact) = (vec![0; stride], vec![0.0; stride]);
        Self { places, common, groups, most: MOST / all as f32, sums, exact, change }
    }

    fn at(&self, place: usize) -> Range<usize> {
        place * self.exact.len()..(place + 1) * self.exact.len()
    }

    /// Asks for a row, and for what the groups made of it.
    #[inline(always)]
    pub(super) fn prefetch(&self, place: usize) {
        let rows = self.groups.iter().map(|(rows, _)| &**rows);
        rows.chain([&*self.common]).for_each(|rows| prefetch(&rows[self.at(place)]));
    }

    /// Asks for the row that is so many places later, if a group changed it.
    #[inline(always)]
    pub(super) fn prefetch_changed(&self, index: usize) {
        if let Some(&place) = self.places.get(index + AHEAD)
            && self.groups.iter().any(|(_, pairs)| pairs[place as usize] > 0)
        {
            self.prefetch(place as usize);
        }
    }

    /// The groups that are here.
    pub(super) fn groups(&self) -> Range<usize> {
        0..self.groups.len()
    }

    /// Finds what a group changed in a row, and how many pairs did, if any. Takes note if it does not fit.
    #[inline(always)]
    pub(super) fn find(&mut self, group: usize, place: usize, fits: &mut bool) -> Option<u32> {
        let (rows, pairs) = &self.groups[group];
        let pairs = Some(pairs[place]).filter(|&pairs| pairs > 0)?;
        let numbers = rows[self.at(place)].iter().zip(&self.common[self.at(place)]);
        self.exact.iter_mut().zip(numbers).for_each(|(x, (now, before))| *x = (now - before) * ONE);
        *fits &= self.change.round(&self.exact) < self.most;
        Some(pairs)
    }

    /// Adds the change that was found to those of other groups.
    #[inline(always)]
    pub(super) fn add_found(&mut self) {
        add(&mut self.sums, self.change.exponent, &self.change.numbers);
    }

    /// Adds a change that came from another rank.
    #[inline(always)]
    pub(super) fn add_sent(&mut self, exponent: u8, numbers: &[u8]) {
        add(&mut self.sums, exponent, numbers);
    }

    /// Adds the place of the row, and the change that was found, or merged, to what is sent.
    #[inline(always)]
    pub(super) fn write(&self, place: usize, dim: usize, out: &mut Vec<u8>) {
        out.extend_from_slice(&(place as u32).to_le_bytes());
        out.push(self.change.exponent);
        out.extend_from_slice(&self.change.numbers[..dim]);
    }

    /// Takes a merged change from what was sent.
    #[inline(always)]
    pub(super) fn read(&mut self, exponent: u8, numbers: &[u8]) {
        self.change.exponent = exponent;
        self.change.numbers[..numbers.len()].copy_from_slice(numbers);
    }

    /// `row += s · Σ change`, rounded again.
    #[inline(always)]
    pub(super) fn merge(&mut self, place: usize, s: f32) {
        self.exact.iter_mut().zip(&mut self.sums).for_each(|(x, sum)| *x = s * std::mem::take(sum) as f32);
        self.change.round(&self.exact);
        self.apply(place);
    }

    /// Changes the row, and gives it to all groups.
    #[inline(always)]
    pub(super) fn apply(&mut self, place: usize) {
        let (at, unit) = (self.at(place), (1 << self.change.exponent) as f32 / ONE);
        let row = &mut self.common[at.clone()];
        row.iter_mut().zip(&self.change.numbers).for_each(|(x, &number)| *x += f32::from(number as i8) * unit);
        for (rows, pairs) in &mut self.groups {
            rows[at.clone()].copy_from_slice(row);
            pairs[place] = 0;
        }
    }
}

#[inline(always)]
fn add(sums: &mut [i32], exponent: u8, numbers: &[u8]) {
    let add = |sum: &mut i32, number| *sum = sum.wrapping_add(i32::from(number as i8) << exponent);
    sums.iter_mut().zip(numbers).for_each(|(sum, &number)| add(sum, number));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::train::settings::MOST_GROUPS;

    fn rounded(exact: &[f32]) -> (Change, f32) {
        let mut change = Change { exponent: 0, numbers: vec![0; exact.len()] };
        let largest = change.round(exact);
        (change, largest)
    }

    #[test]
    fn the_largest_component_gives_the_unit() {
        for (exact, exponent, numbers) in [
            ([0.0, 0.4, -0.5, 0.6], 0, [0, 0, 0, 1]),
            ([127.0, -127.4, 1.5, -2.5], 0, [127, -127, 2, -2]),
            // From 127.5 on they would not fit.
            ([127.5, -127.5, 1.0, 3.0], 1, [64, -64, 0, 2]),
            ([255.0, 1.0, -254.9, 0.0], 2, [64, 0, -64, 0]),
            ([-1e9, 1.7e7, 5.0, 0.0], 23, [-119, 2, 0, 0]),
        ] {
            let (change, largest) = rounded(&exact);
            assert_eq!((change.exponent, change.numbers), (exponent, numbers.map(|x: i8| x as u8).to_vec()));
            assert_eq!(largest, exact.iter().fold(0.0, |most, x| x.abs().max(most)));
        }
        assert!(rounded(&[1.0, f32::NAN, f32::INFINITY]).1.is_nan());
        assert_eq!(rounded(&[1.0, f32::NEG_INFINITY]).1, f32::INFINITY);
    }

    proptest! {
        #[test]
        fn rounding_is_off_by_half_a_unit_at_most(exact in prop::collection::vec(-MOST..MOST, 1..40), by in 0..30) {
            let exact: Vec<_> = exact.iter().map(|x| x / (1 << by) as f32).collect();
            let (change, largest) = rounded(&exact);
            let unit = f64::from(1 << change.exponent);
            prop_assert!(unit == 1.0 || f64::from(largest) >= 63.75 * unit);
            for (&x, &number) in exact.iter().zip(&change.numbers) {
                prop_assert!((f64::from(x) - f64::from(number as i8) * unit).abs() <= unit / 2.0);
            }
        }
    }

    #[test]
    fn rows_become_what_groups_changed_with_a_unit_each() {
        let mut common = [1.0, 2.0, 3.0, 4.0];
        let mut groups = [([1.0, 2.0, 3.5, 4.25], [0, 7]), ([0.0, 0.0, 2.0, 5.0], [0, 3]), ([9.0; 4], [0, 0])];
        let of_groups = groups.iter_mut().map(|(rows, pairs)| (&mut rows[..], &mut pairs[..])).collect();
        let (mut rows, mut fits) = (Rows::new(&[0, 1], &mut common, of_groups, 3, 2), true);
        let found: Vec<_> = rows.groups().map(|group| rows.find(group, 0, &mut fits)).collect();
        assert_eq!(found, [None; 3]);
        let mut find = |group| {
            let pairs = rows.find(group, 1, &mut fits);
            pairs.into_iter().for_each(|_| rows.add_found());
            pairs
        };
        let found = [0, 1, 2].map(&mut find).to_vec();
        assert_eq!((found, fits), (vec![Some(7), Some(3), None], true));
        // Another rank's groups: 64 · 2^15 / 2^22 = 0.5.
        rows.add_sent(15, &[64, -64_i8 as u8]);
        rows.merge(1, 0.5);
        // Half of 0.5 − 1 + 0.5, and of 0.25 + 1 − 0.5.
        let becomes = [3.0, 4.375];
        assert_eq!(common, [1.0, 2.0, becomes[0], becomes[1]]);
        assert!(groups.iter().all(|(rows, pairs)| rows[2..] == becomes && pairs[1] == 0));
        assert_eq!(groups[1].0[..2], [0.0, 0.0]);
    }

    #[test]
    fn the_largest_changes_of_any_number_of_groups_fit_together() {
        for groups in 1..=MOST_GROUPS {
            let (change, _) = rounded(&[(MOST / groups as f32).next_down()]);
            let sum = groups as f32 * f32::from(change.numbers[0] as i8) * (1 << change.exponent) as f32;
            let (merged, _) = rounded(&[sum]);
            let becomes = f32::from(merged.numbers[0] as i8) * (1 << merged.exponent) as f32;
            assert!((becomes / MOST - 1.0).abs() < 0.02, "{groups} groups: {becomes}");
        }
    }

    #[test]
    fn a_group_must_not_change_a_row_too_far() {
        for (moves, expected) in [(125.9, true), (126.1, false), (f32::NAN, false)] {
            let (mut rows, mut pairs, mut fits) = ([0.0, moves], [1], true);
            let groups = vec![(&mut rows[..], &mut pairs[..])];
            Rows::new(&[0], &mut [0.0, 0.0], groups, 4, 2).find(0, 0, &mut fits);
            assert_eq!(fits, expected, "{moves}");
        }
    }
}

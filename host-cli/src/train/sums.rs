//! The arithmetic of a merge: `row += s(n, u) · Σ change`.

use motevec_core::simd::{Block, Kernel, LANES, Lanes, prefetch};

use super::merge::{Changed, Rule, Touched};
use super::private::PREFETCH;

/// What a row becomes.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Becomes {
    /// Itself, and what private copies differ from it.
    Merged,
    /// What private copies differ from it: it is composed of others, which take that in.
    Change,
    /// Itself, and changes as they stand.
    Sum,
}

/// Changes rows of a part of a matrix, which `common` is.
pub(super) struct Sums<'a, C, F, P> {
    pub(super) common: &'a mut [f32],
    pub(super) changed: &'a Changed<C>,
    /// The copy of a row, or the change.
    pub(super) copy: F,
    /// How many pairs changed a row.
    pub(super) pairs: P,
    pub(super) rule: Rule,
    pub(super) becomes: Becomes,
}

impl<'c, C: Copy, F: Fn(C) -> &'c [f32], P: Fn(&Touched) -> f64> Kernel for Sums<'_, C, F, P> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let Self { common, changed: Changed { rows, copies, .. }, copy, pairs, rule, becomes } = self;
        let blocks = rule.stride / LANES;
        let (common, _) = common.as_chunks_mut::<LANES>();
        let mut found: Vec<&[Block]> = Vec::new();
        for (index, row) in rows.iter().enumerate() {
            if let Some(later) = rows.get(index + PREFETCH) {
                prefetch(common[later.place * blocks..][..blocks].as_flattened());
            }
            let start = row.end - row.shards;
            copies.iter().skip(start + PREFETCH).take(row.shards).for_each(|&later| prefetch(copy(later)));
            found.clear();
            found.extend(copies[start..row.end].iter().map(|&it| copy(it).as_chunks().0));
            let common = &mut common[row.place * blocks..][..blocks];
            if row.shards == 1 && becomes == Becomes::Merged {
                // Exactly what the one shard has, which a difference and a sum would round.
                common.copy_from_slice(found[0]);
                continue;
            }
            let s = lanes.splat(rule.scale(row.shards, pairs(row)));
            for (block, common) in common.iter_mut().enumerate() {
                for part in 0..L::PARTS {
                    let (before, mut sum) = (lanes.load(common, part), lanes.splat(0.0));
                    for copy in &found {
                        let copy = lanes.load(&copy[block], part);
                        sum = lanes.add(sum, if becomes == Becomes::Sum { copy } else { lanes.sub(copy, before) });
                    }
                    let change = lanes.mul(s, sum);
                    lanes.store(
                        if becomes == Becomes::Change { change } else { lanes.add(before, change) },
                        common,
                        part,
                    );
                }
            }
        }
    }
}

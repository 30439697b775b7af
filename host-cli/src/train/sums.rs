//! The arithmetic of a merge: `row += s(n, u) · Σ change`.

use motevec_core::simd::{Kernel, Lanes, prefetch};

use super::merge::{Copied, Rule, Touched};
use super::private::{PREFETCH, Private, Side};

/// Changes the rows of a part of a matrix, which `common` is, by what private copies differ from them.
pub(super) struct Sums<'a, P> {
    pub(super) common: &'a mut [f32],
    pub(super) rows: &'a [Touched],
    pub(super) copies: &'a [Copied],
    pub(super) shards: &'a [&'a Private<'a>],
    pub(super) side: Side,
    /// How many pairs changed a row.
    pub(super) pairs: P,
    pub(super) rule: Rule,
    /// Whether a row becomes its change instead: it is composed of others, which take that in.
    pub(super) replace: bool,
}

impl<P: Fn(&Touched) -> f64> Kernel for Sums<'_, P> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, _lanes: L) {
        let Self { common, rows, copies, shards, side, pairs, rule, replace } = self;
        let stride = rule.stride;
        let private = |copied: Copied| shards[copied.shard as usize].row(side, copied.local);
        let mut sums = vec![0.0; stride];
        for (index, row) in rows.iter().enumerate() {
            if let Some(later) = rows.get(index + PREFETCH) {
                prefetch(&common[later.place * stride..][..stride]);
            }
            let start = row.end - row.shards;
            for later in copies.iter().skip(start + PREFETCH).take(row.shards) {
                prefetch(private(*later));
            }
            let common = &mut common[row.place * stride..][..stride];
            if row.shards == 1 && !replace {
                // Exactly what the one shard has, which a difference and a sum would round.
                common.copy_from_slice(private(copies[start]));
                continue;
            }
            sums.fill(0.0);
            for &copied in &copies[start..row.end] {
                for ((sum, private), common) in sums.iter_mut().zip(private(copied)).zip(&*common) {
                    *sum += private - common;
                }
            }
            let s = rule.scale(row.shards, pairs(row));
            if replace {
                common.iter_mut().zip(&sums).for_each(|(common, sum)| *common = s * sum);
            } else {
                common.iter_mut().zip(&sums).for_each(|(common, sum)| *common += s * sum);
            }
        }
    }
}

//! The arithmetic of a merge: `row += s(n, u) · Σ change`.

use motevec_core::simd::{Kernel, Lanes, prefetch};

use super::matrix::Reader;
use super::merge::{Copied, Rule, Touched};
use super::private::{PREFETCH, Private, Side};

/// Where changes come from, and what becomes of them.
#[derive(Clone, Copy)]
pub(super) enum Changes<'a> {
    /// Private copies of a row differ from it by them, and it takes them in.
    Copies(&'a [&'a Private<'a>], Side),
    /// Likewise; but the row becomes what changed it. It is composed of others, which take that in.
    OfComposites(&'a [&'a Private<'a>]),
    /// They are the rows of another matrix.
    Rows(&'a Reader<'a, 'a>),
}

impl<'a> Changes<'a> {
    #[inline(always)]
    fn row(self, copied: Copied) -> &'a [f32] {
        match self {
            Self::Copies(shards, side) => shards[copied.from as usize].row(side, copied.row),
            Self::OfComposites(shards) => shards[copied.from as usize].row(Side::Center, copied.row),
            Self::Rows(rows) => rows.row(copied.row),
        }
    }
}

/// Changes the rows of a part of a matrix, which `common` is.
pub(super) struct Sums<'a, P> {
    pub(super) common: &'a mut [f32],
    pub(super) rows: &'a [Touched],
    pub(super) copies: &'a [Copied],
    pub(super) changes: Changes<'a>,
    /// How many pairs changed a row.
    pub(super) pairs: P,
    pub(super) rule: Rule,
}

impl<P: Fn(&Touched) -> f64> Kernel for Sums<'_, P> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, _lanes: L) {
        let Self { common, rows, copies, changes, pairs, rule } = self;
        let stride = rule.stride;
        let mut sums = vec![0.0; stride];
        for (index, row) in rows.iter().enumerate() {
            if let Some(later) = rows.get(index + PREFETCH) {
                prefetch(&common[later.place * stride..][..stride]);
            }
            let start = row.end - row.shards;
            for later in copies.iter().skip(start + PREFETCH).take(row.shards) {
                prefetch(changes.row(*later));
            }
            let common = &mut common[row.place * stride..][..stride];
            if let (1, Changes::Copies(..)) = (row.shards, changes) {
                // Exactly what the one shard has, which a difference and a sum would round.
                common.copy_from_slice(changes.row(copies[start]));
                continue;
            }
            sums.fill(0.0);
            for &copied in &copies[start..row.end] {
                let change = changes.row(copied);
                if let Changes::Rows(_) = changes {
                    sums.iter_mut().zip(change).for_each(|(sum, change)| *sum += change);
                } else {
                    for ((sum, private), common) in sums.iter_mut().zip(change).zip(&*common) {
                        *sum += private - common;
                    }
                }
            }
            let s = rule.scale(row.shards, pairs(row));
            if let Changes::OfComposites(_) = changes {
                common.iter_mut().zip(&sums).for_each(|(common, sum)| *common = s * sum);
            } else {
                common.iter_mut().zip(&sums).for_each(|(common, sum)| *common += s * sum);
            }
        }
    }
}

//! The end of a round: what the shards learned apart becomes common.
//!
//! For each row that n shards touched, in u pairs of words altogether, `row += s(n, u) · Σ (private − common)`, summed
//! in the order of the shards, with
//!
//! ```text
//! s(n, u) = (1 − e^−κu) / (n · (1 − e^−κu/n))
//! ```
//!
//! Each pair moves a row a small part κ of the way to where its neighbors pull it, so u pairs in sequence would take it
//! the part 1 − e^−κu of that way, and each shard on its own took it 1 − e^−κu/n. A rare row (κu ≪ 1) takes the whole
//! sum, s → 1; a row so frequent that every shard alone brings it home takes the mean, s → 1/n.

use std::ops::Deref;

use motevec_core::math::Real;

use super::matrix::{Matrix, place_of};
use super::shard::{Private, Shard};

/// Which of the two matrices.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Center,
    Outside,
}

/// What a merge goes by.
#[derive(Clone, Copy)]
pub(super) struct Rule {
    /// Components from one row to the next.
    pub(super) stride: usize,
    /// Words in an average window, without its center.
    pub(super) window: f64,
    /// Targets of a center: itself and its negative samples.
    pub(super) targets: f64,
    /// κ, the part of its way home that a row goes in one pair.
    pub(super) kappa: f64,
}

impl Rule {
    /// The factor s(n, u), see the module's documentation.
    fn scale(&self, shards: u32, pairs: f64) -> f32 {
        let n = f64::from(shards);
        // Where κu is below what 1 − e^−κu can resolve, nothing is far from home, and the sum is right.
        if self.kappa * pairs < 1e-9 {
            return 1.0;
        }
        // `Real` has libm's exponential; the platform's could differ in its last bits.
        let reach = |pairs: f64| 1.0 - Real::exp(-self.kappa * pairs);
        (reach(pairs) / (n * reach(pairs / n))) as f32
    }

    /// About how many pairs moved a shard's private row.
    fn pairs(&self, side: Side, private: &Private, local: usize) -> f64 {
        let centers = f64::from(private.centers[local]);
        match side {
            // A word is an input of about as many windows as its own has words.
            Side::Center => centers * self.window * self.targets,
            Side::Outside => (centers + f64::from(private.negatives[local])) * self.window,
        }
    }
}

/// A thread's memory for merging one part after another.
#[derive(Default)]
pub(super) struct Merger {
    /// By place in the part: 1 + the index of the row in `rows`; 0 for a row that nobody touched.
    index: Vec<u32>,
    rows: Vec<Touched>,
    /// The sums of the differences, in the order of `rows`.
    sums: Vec<f32>,
}

struct Touched {
    place: usize,
    shards: u32,
    pairs: f64,
}

impl Merger {
    /// Merges part `part` of the matrix `side`.
    pub(super) fn merge<S: Deref<Target = Shard>>(
        &mut self,
        matrix: &Matrix,
        side: Side,
        part: usize,
        shards: &[S],
        rule: Rule,
    ) {
        matrix.write(part, |common| {
            self.count(common.len() / rule.stride, side, part, shards, rule);
            self.sum(common, side, part, shards, rule.stride);
            for (row, sums) in self.rows.drain(..).zip(self.sums.chunks_exact(rule.stride)) {
                self.index[row.place] = 0;
                if row.shards > 1 {
                    let s = rule.scale(row.shards, row.pairs);
                    for (common, sum) in common[row.place * rule.stride..][..rule.stride].iter_mut().zip(sums) {
                        *common += s * sum;
                    }
                }
            }
        });
    }

    /// Lists the rows that were touched, by how many shards and how often.
    fn count<S: Deref<Target = Shard>>(&mut self, places: usize, side: Side, part: usize, shards: &[S], rule: Rule) {
        self.index.resize(self.index.len().max(places), 0);
        for private in shards.iter().map(|shard| &shard.private) {
            for local in private.rows_of_part(part, side) {
                let place = place_of(private.rows[local]);
                let index = &mut self.index[place];
                if *index == 0 {
                    self.rows.push(Touched { place, shards: 0, pairs: 0.0 });
                    *index = self.rows.len() as u32;
                }
                let row = &mut self.rows[*index as usize - 1];
                row.shards += 1;
                row.pairs += rule.pairs(side, private, local);
            }
        }
    }

    /// Sums up what the shards changed; a row that one shard alone touched is finished at once.
    fn sum<S: Deref<Target = Shard>>(
        &mut self,
        common: &mut [f32],
        side: Side,
        part: usize,
        shards: &[S],
        stride: usize,
    ) {
        self.sums.clear();
        self.sums.resize(self.rows.len() * stride, 0.0);
        for private in shards.iter().map(|shard| &shard.private) {
            for local in private.rows_of_part(part, side) {
                let place = place_of(private.rows[local]);
                let index = self.index[place] as usize - 1;
                let (common, private) = (&mut common[place * stride..][..stride], private.row(side, local, stride));
                if self.rows[index].shards == 1 {
                    common.copy_from_slice(private);
                } else {
                    let sums = &mut self.sums[index * stride..][..stride];
                    for ((sum, private), common) in sums.iter_mut().zip(private).zip(&*common) {
                        *sum += private - common;
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_rows_take_the_sum_and_frequent_rows_the_mean() {
        let rule = Rule { stride: 16, window: 6.0, targets: 6.0, kappa: 0.0025 };
        assert!((rule.scale(16, 0.0) - 1.0).abs() < 1e-6);
        assert!((rule.scale(16, 1.0) - 1.0).abs() < 2e-3);
        assert!((rule.scale(16, 1e6) - 1.0 / 16.0).abs() < 1e-6);
        // Alone, a shard's work is the sequential work.
        for pairs in [0.0, 1.0, 1e3, 1e9] {
            assert!((rule.scale(1, pairs) - 1.0).abs() < 1e-6);
        }
        // Between the two the factor falls steadily.
        let factors: Vec<f32> = (0..40).map(|i| rule.scale(8, f64::from(1 << (i / 2)))).collect();
        assert!(factors.is_sorted_by(|a, b| a >= b) && factors[0] > 0.99 && factors[39] < 0.126);
    }
}

//! The end of a round: what the shards learned apart becomes common.
//!
//! For a row that n shards touched, with u pairs trained between them,
//!
//! ```text
//! row += s · Σ_shards (private − common)        s(n, u) = (1 − e^−κu) / (n (1 − e^−κu/n))
//! ```
//!
//! with κ in proportion to the learning rate. Each pair moves a row the small part κ of the way to where its neighbors
//! pull it. Rare rows (κu ≪ 1) take the full sum, s → 1; rows so frequent that every shard alone brings them home take
//! the mean, s → 1/n; between the two it is what one sequential pass would have done.
//!
//! What was tried to make copying and merging faster, on one thread of a machine with 2 MiB of second-level cache (100
//! dimensions, six million words, AVX-512; times relative to that of the window kernel, 100, as seen by `perf record -e
//! cpu-clock motevec train TEXT -o model.bin --threads 1 --epochs 3`):
//!
//! | | copying | merging | all of training |
//! |---|---|---|---|
//! | as it is | 31 | 30 | 211 |
//! | each shard adds its part once it has trained, in fixed point, from rows that a thread reuses | 27 | 45 | 225 |
//! | each step asks for a row of the next shard, which is known ahead; the steps take 17 more | 24 | 30 | 220 |
//!
//! What both save in the second-level cache they lose elsewhere: the sums, and more requests than can wait at a time.

use motevec_core::math::Real;
use motevec_core::simd::{Machine, Simd};
use motevec_core::train::CbowGradient;

use super::composites::Composites;
use super::matrix::Matrix;
use super::private::{Private, Row, Side};
use super::settings::{Architecture, Settings};
use super::shard::Common;
use super::sums::{Becomes, Sums};

/// What a merge goes by.
#[derive(Clone, Copy)]
pub(super) struct Rule {
    /// Components from one row to the next.
    pub(super) stride: usize,
    /// Hidden vectors of an average center: the words of its window, or their mean.
    pub(super) hidden: f64,
    /// How many pairs a word that is a center once takes part in as a hidden vector, or what it has of one.
    pub(super) inputs: f64,
    /// κ, the part of its way home that a row goes in one pair.
    pub(super) kappa: f64,
}

impl Rule {
    /// That of training with these `settings` at `rate`, where an average center has so many `targets`.
    pub(super) fn new(settings: &Settings, common: &Common<'_>, targets: f64, rate: f32) -> Self {
        // A word is an input of about as many windows as its own has words.
        let window = settings.window_draw.words(settings.window);
        let (hidden, part) = match settings.architecture {
            Architecture::SkipGram => (window, 1.0),
            Architecture::Cbow(CbowGradient::True) => (1.0, 1.0 / window),
            Architecture::Cbow(CbowGradient::Word2vec) => (1.0, 1.0),
        };
        let kappa = common.plan.pull * f64::from(rate);
        Self { stride: common.stride, hidden, inputs: window * targets * part, kappa }
    }

    /// The factor s(n, u), see the module's documentation.
    pub(super) fn scale(&self, shards: usize, pairs: f64) -> f32 {
        if shards == 1 {
            return 1.0;
        }
        // `Real` has libm's exponential; the platform's could differ in its last bits.
        let rest = Real::exp(-self.kappa * pairs / shards as f64);
        // With x for the rest of the way that one shard leaves, s = (1 − x^n) / (n (1 − x)): the mean of 1, x, x² ….
        let sum = (0..shards).fold(0.0, |sum, _| sum * rest + 1.0);
        (sum / shards as f64) as f32
    }

    /// About how many pairs moved a row that was a center and a negative so often.
    pub(super) fn pairs(&self, side: Side, centers: f64, negatives: f64) -> f64 {
        match side {
            Side::Center => centers * self.inputs,
            Side::Outside => (centers + negatives) * self.hidden,
        }
    }
}

/// A thread's memory for merging one part after another.
pub(super) type Merger = Changed<Copied>;

/// What changes the rows of a part: row after row, and of each what `C` stands for, in the order in which it came.
pub(super) struct Changed<C> {
    /// By place in the part: 1 + the index of the row in `rows`; 0 for a row that nobody touched.
    index: Vec<u32>,
    pub(super) rows: Vec<Touched>,
    pub(super) copies: Vec<C>,
}

/// A row that is changed.
pub(super) struct Touched {
    pub(super) place: usize,
    /// By how many shards, or words, and where what they have of it ends in [`Changed::copies`].
    pub(super) shards: usize,
    pub(super) end: usize,
    /// How often it was a center for that, or how many pairs count, and how often a negative.
    pub(super) centers: f64,
    negatives: f64,
}

/// A private copy of a row.
#[derive(Clone, Copy, Default)]
pub(super) struct Copied {
    shard: u32,
    local: u32,
}

impl Merger {
    /// Merges part `part` of both matrices, of the centers first. Where words are `composites`, what has changed them
    /// is noted there. Returns how many rows that were.
    pub(super) fn merge<'m>(
        &mut self,
        simd: Simd,
        matrices: [(&Matrix<'m>, Side); 2],
        part: usize,
        shards: &[&Private<'_>],
        (rule, composites): (Rule, Option<&Composites<'_, '_>>),
    ) -> u64 {
        let mut merged = 0;
        for (matrix, side) in matrices {
            // Where both matrices have a row for each word, one list serves both.
            if side == Side::Center || shards.iter().any(|private| private.nodes.is_some()) {
                self.list(shards.iter().enumerate().flat_map(|(shard, private)| {
                    let list = private.list(side);
                    list.part(part).map(move |(place, local)| {
                        let Row { centers, negatives, .. } = list.rows()[local as usize];
                        (place, Copied { shard: shard as u32, local }, f64::from(centers), f64::from(negatives))
                    })
                }));
            }
            merged += self.rows.len() as u64;
            let composites = composites.filter(|_| side == Side::Center);
            let becomes = if composites.is_some() { Becomes::Change } else { Becomes::Merged };
            let pairs = |row: &Touched| rule.pairs(side, row.centers, row.negatives);
            let copy = |Copied { shard, local }| shards[shard as usize].row(side, local);
            matrix.write(part, |common| simd.enter(Sums { common, changed: self, copy, pairs, rule, becomes }));
            let moved = self.rows.iter().map(|row| (row.place, pairs(row)));
            match composites {
                Some(composites) => composites.note(part, moved),
                None => matrix.note(part, moved),
            }
        }
        merged
    }
}

impl<C> Default for Changed<C> {
    fn default() -> Self {
        Self { index: Vec::new(), rows: Vec::new(), copies: Vec::new() }
    }
}

impl<C: Clone + Default> Changed<C> {
    /// Lists the rows that are changed, in place of those before: the place of a row, what changes it, and how often it
    /// was a center and a negative for that.
    pub(super) fn list(&mut self, changes: impl Iterator<Item = (usize, C, f64, f64)> + Clone) {
        for row in self.rows.drain(..) {
            self.index[row.place] = 0;
        }
        for (place, _, centers, negatives) in changes.clone() {
            if place >= self.index.len() {
                self.index.resize(place + 1, 0);
            }
            let index = &mut self.index[place];
            if *index == 0 {
                self.rows.push(Touched { place, shards: 0, end: 0, centers: 0.0, negatives: 0.0 });
                *index = self.rows.len() as u32;
            }
            let row = &mut self.rows[*index as usize - 1];
            row.shards += 1;
            row.centers += centers;
            row.negatives += negatives;
        }
        // From where the copies of each row start; filling moves that to where they end.
        let mut start = 0;
        for row in &mut self.rows {
            row.end = start;
            start += row.shards;
        }
        self.copies.clear();
        self.copies.resize(start, C::default());
        for (place, copy, _, _) in changes {
            let row = &mut self.rows[self.index[place] as usize - 1];
            self.copies[row.end] = copy;
            row.end += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use motevec_core::model::RowsMut;
    use motevec_core::simd::Level;

    use super::super::private::LocalRows;
    use super::*;

    /// Three shards, some of which touched the rows 0, 64 and 128 of a matrix: its first part.
    #[test]
    fn each_row_takes_in_what_the_shards_changed() {
        const STRIDE: usize = 16;
        let (mut first, mut second) = (vec![1.0; 192 * STRIDE], vec![1.0; 192 * STRIDE]);
        let matrices = [Matrix::new(&mut first, 192, STRIDE), Matrix::new(&mut second, 192, STRIDE)];
        let mut memory = vec![vec![0.0; 2 * 4 * STRIDE]; 3];
        let mut local = LocalRows::new(192);
        let touched: [&[u32]; 3] = [&[0, 64, 5], &[64], &[128, 64]];
        let mut privates: Vec<_> =
            memory.iter_mut().map(|memory| Private::new(memory, 4 * STRIDE, STRIDE, false)).collect();
        for (shard, (private, rows)) in privates.iter_mut().zip(touched).enumerate() {
            for &row in rows {
                private.words.add(row, 1, &mut local);
            }
            private.words.forget_in(&mut local);
            private.order_by_part();
            private.copy(&matrices[0].read(), &matrices[1].read());
            let mut model = private.model(STRIDE);
            for row in 0..rows.len() {
                model.center.row_mut(row).unwrap().fill(2.0 + shard as f32);
                model.outside.row_mut(row).unwrap().fill(1.5);
            }
        }
        let rule = Rule { stride: STRIDE, hidden: 6.0, inputs: 36.0, kappa: 0.01 };
        let sides = [(&matrices[0], Side::Center), (&matrices[1], Side::Outside)];
        Merger::default().merge(
            Simd::new(Level::Scalar, false).unwrap(),
            sides,
            0,
            &privates.iter().collect::<Vec<_>>(),
            (rule, None),
        );
        let [center, outside] = matrices.map(|matrix| matrix.copy(0..192, 1));
        assert_eq!([center[0], center[128], center[1], center[5]], [2.0, 4.0, 1.0, 1.0], "part 0 alone was merged");
        // Three shards moved row 64 by 1, 2 and 3.
        let s = rule.scale(3, rule.pairs(Side::Center, 3.0, 0.0));
        assert!(0.34 < s && s < 1.0 && center[64] == 1.0 + s * 6.0, "{s}: {}", center[64]);
        let s = rule.scale(3, rule.pairs(Side::Outside, 3.0, 0.0));
        assert_eq!(outside[64], 1.0 + s * 1.5);
    }

    #[test]
    fn rare_rows_take_the_sum_and_frequent_rows_the_mean() {
        let rule = Rule { stride: 16, hidden: 6.0, inputs: 36.0, kappa: 0.0025 };
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

//! The rows nearest to each of thousands of queries: what every question to a model comes down to.
//!
//! This is a matrix product, queries × rows, of which only the best few entries per query are kept. Rows are packed,
//! as they are needed, into panels of [`LANES`] rows, number by number, and scaled to length 1. One step multiplies one
//! number of each of [`SIDE`] queries with the numbers of all rows of a panel, and all sums stay in registers. A tile
//! of panels stays in the cache while a block of queries passes over it.

use std::borrow::Cow;

use motevec_core::simd::{Kernel, Lanes, Level, Machine as _, Simd};
use rayon::prelude::*;

/// Rows per panel: two registers of AVX2, whose sums then never wait for each other.
const LANES: usize = 16;

/// Queries that are multiplied side by side: the compiler makes registers of the sums of four, and not of six.
const SIDE: usize = 4;

/// The numbers in a tile of rows: 128 KiB, half of a small L2 cache.
const TILE: usize = 1 << 15;

/// Queries that pass over a tile together: enough that packing the rows takes a small part of the time.
const BLOCK: usize = 512;

/// A vector, and rows that do not count as answers.
pub(crate) struct Query<'a> {
    /// The products with it are cosines if its length is 1.
    pub(crate) vector: Cow<'a, [f32]>,
    pub(crate) exclude: Vec<usize>,
}

impl<'a> From<&'a [f32]> for Query<'a> {
    fn from(vector: &'a [f32]) -> Self {
        Self { vector: vector.into(), exclude: Vec::new() }
    }
}

/// A row with its score: the product of the query and the direction of the row, 0 for a row of zeros.
pub(crate) type Scored = (f32, usize);

/// What is searched for.
pub(crate) struct Search<'a> {
    /// Rows of `dim` numbers, one after the other.
    pub(crate) rows: &'a [f32],
    pub(crate) dim: usize,
    /// The most rows that are found for a query.
    pub(crate) k: usize,
    /// The lowest score that counts.
    pub(crate) least: f32,
}

impl Search<'_> {
    /// The best rows for each of `queries`, best first, among equals the first. Neither the number of threads nor the
    /// other queries change the result.
    pub(crate) fn best(&self, queries: &[Query<'_>]) -> Vec<Vec<Scored>> {
        let mut ranking = Ranking::new(queries, self.dim, self.k, self.least);
        ranking.add(self.rows);
        ranking.finish()
    }
}

/// Queries, and the best of the rows that each has been compared with: all at once, or some after the others.
pub(crate) struct Ranking<'a> {
    queries: &'a [Query<'a>],
    dim: usize,
    k: usize,
    /// How many rows there have been.
    rows: usize,
    /// For each query.
    found: Vec<Best>,
}

impl<'a> Ranking<'a> {
    /// No rows yet. For the arguments see [`Search`].
    pub(crate) fn new(queries: &'a [Query<'a>], dim: usize, k: usize, least: f32) -> Self {
        let best = Best { rows: Vec::new(), threshold: least.next_down() };
        Self { queries, dim, k, rows: 0, found: vec![best; queries.len()] }
    }

    /// Compares the queries with the next `rows`.
    pub(crate) fn add(&mut self, rows: &[f32]) {
        let (first, count) = (self.rows, rows.len() / self.dim);
        self.rows += count;
        if count == 0 || self.k == 0 {
            return;
        }
        // A few queries would leave threads idle that did not share the rows.
        let stripes = rayon::current_num_threads().div_ceil(self.queries.len().div_ceil(BLOCK).max(1));
        let stripe = count.div_ceil(stripes).next_multiple_of(self.rows_a_tile());
        let mut found = std::mem::take(&mut self.found);
        let part = |queries: &[Query<'_>], found: &[Best], start: usize| {
            let end = count.min(start + stripe);
            self.part(queries, found, (first + start, &rows[start * self.dim..end * self.dim]))
        };
        found.par_chunks_mut(BLOCK).zip(self.queries.par_chunks(BLOCK)).for_each(|(found, queries)| {
            let starts = (0..count).into_par_iter().step_by(stripe);
            let parts: Vec<_> = starts.map(|start| part(queries, found, start)).collect();
            for part in parts {
                found.iter_mut().zip(part).for_each(|(best, part)| best.rows.extend(part.rows));
            }
            found.iter_mut().for_each(|best| best.settle(self.k));
        });
        self.found = found;
    }

    /// The best rows for each query, as [`Search::best`] gives them.
    pub(crate) fn finish(self) -> Vec<Vec<Scored>> {
        self.found.into_iter().map(|best| best.in_order(self.k)).collect()
    }

    fn rows_a_tile(&self) -> usize {
        (TILE / (self.dim * LANES)).max(1) * LANES
    }

    /// The best of `rows`, of which the first has the number `first`, for a block of queries: those that may be better
    /// than what has been found for each.
    fn part(&self, queries: &[Query<'_>], found: &[Best], (first, rows): (usize, &[f32])) -> Vec<Best> {
        let mut found: Vec<_> = found.iter().map(|best| Best { rows: Vec::new(), threshold: best.threshold }).collect();
        let sides: Vec<Vec<[f32; SIDE]>> = queries.chunks(SIDE).map(|queries| self.interleave(queries)).collect();
        let mut tile = vec![[0.0; LANES]; self.rows_a_tile() / LANES * self.dim];
        let mut products = vec![[[0.0; LANES]; SIDE]; self.rows_a_tile() / LANES];
        // Products and sums round one after the other, whatever the instructions: the scores do not depend on them.
        let simd = Simd::new(Level::best(), false).expect("this machine has the best of its levels");
        for (number, rows) in rows.chunks(self.rows_a_tile() * self.dim).enumerate() {
            let start = first + number * self.rows_a_tile();
            let stop = start + rows.len() / self.dim;
            let rows = rows.chunks(LANES * self.dim);
            let panels = rows.len();
            rows.zip(tile.chunks_exact_mut(self.dim)).for_each(|(rows, panel)| pack(rows, panel));
            for ((side, queries), found) in sides.iter().zip(queries.chunks(SIDE)).zip(found.chunks_mut(SIDE)) {
                let panels = &tile[..panels * self.dim];
                simd.enter(Multiply { side, panels, products: &mut products });
                for (at, products) in products.iter().take(panels.len() / self.dim).enumerate() {
                    for ((query, best), scores) in queries.iter().zip(found.iter_mut()).zip(products) {
                        self.collect(start + at * LANES..stop, scores, query, best);
                    }
                }
            }
        }
        found
    }

    /// Offers `rows`, the first of which have these `scores`, to `best`.
    fn collect(&self, rows: std::ops::Range<usize>, scores: &[f32; LANES], query: &Query<'_>, best: &mut Best) {
        let highest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        if highest <= best.threshold {
            return;
        }
        for (row, &score) in rows.zip(scores) {
            if score > best.threshold && !query.exclude.contains(&row) {
                best.offer((score, row), self.k);
            }
        }
    }

    /// Up to [`SIDE`] queries, number by number; zeros in place of missing ones.
    fn interleave(&self, queries: &[Query<'_>]) -> Vec<[f32; SIDE]> {
        let number = |query: usize, at: usize| queries.get(query).map_or(0.0, |query| query.vector[at]);
        (0..self.dim).map(|at| std::array::from_fn(|query| number(query, at))).collect()
    }
}

/// The best rows for a query so far, and some more, in any order.
#[derive(Clone)]
struct Best {
    rows: Vec<Scored>,
    /// The score that a row has to exceed.
    threshold: f32,
}

impl Best {
    /// Adds a row. Rows must come in ascending order: among equals the first stays.
    fn offer(&mut self, row: Scored, k: usize) {
        self.rows.push(row);
        // To sort out as many again as are kept takes the same small time for each row, whatever k.
        if self.rows.len() == k.saturating_mul(2) {
            self.settle(k);
        }
    }

    /// Keeps the `k` best: rows that follow have to exceed them.
    fn settle(&mut self, k: usize) {
        if k < self.rows.len() {
            self.cut(k);
            self.threshold = self.rows[k - 1].0;
        }
    }

    /// Keeps the `k` best, the last of them at the end.
    fn cut(&mut self, k: usize) {
        if k < self.rows.len() {
            self.rows.select_nth_unstable_by(k - 1, best_first);
            self.rows.truncate(k);
        }
    }

    fn in_order(mut self, k: usize) -> Vec<Scored> {
        self.cut(k);
        self.rows.sort_unstable_by(best_first);
        self.rows
    }
}

fn best_first(one: &Scored, other: &Scored) -> std::cmp::Ordering {
    other.0.total_cmp(&one.0).then(one.1.cmp(&other.1))
}

/// Packs up to [`LANES`] rows, scaled to length 1; zeros in place of missing ones.
fn pack(rows: &[f32], panel: &mut [[f32; LANES]]) {
    panel.fill([0.0; LANES]);
    for (lane, row) in rows.chunks_exact(panel.len()).enumerate() {
        panel.iter_mut().zip(row).for_each(|(column, &number)| column[lane] = number);
    }
    // In f64 no square of an f32 is too large or too small.
    let mut squares = [0.0_f64; LANES];
    for column in &*panel {
        for (square, &number) in squares.iter_mut().zip(column) {
            *square += f64::from(number) * f64::from(number);
        }
    }
    let scales = squares.map(|square| if square > 0.0 { 1.0 / square.sqrt() } else { 0.0 });
    for column in panel {
        for (number, scale) in column.iter_mut().zip(&scales) {
            *number = (f64::from(*number) * scale) as f32;
        }
    }
}

/// The dot products of [`SIDE`] queries with the rows of each panel.
struct Multiply<'a> {
    side: &'a [[f32; SIDE]],
    panels: &'a [[f32; LANES]],
    products: &'a mut [[[f32; LANES]; SIDE]],
}

impl Kernel for Multiply<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, _lanes: L) {
        let Self { side, panels, products } = self;
        for (panel, products) in panels.chunks_exact(side.len()).zip(products) {
            let mut sums = [[0.0; LANES]; SIDE];
            for (numbers, column) in side.iter().zip(panel) {
                for (sums, number) in sums.iter_mut().zip(numbers) {
                    for (sum, entry) in sums.iter_mut().zip(column) {
                        *sum += number * entry;
                    }
                }
            }
            *products = sums;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rayon::ThreadPoolBuilder;

    use super::*;

    /// The same, one row after another.
    fn naive(search: &Search<'_>, query: &Query<'_>) -> Vec<Scored> {
        let score = |row: &[f32]| {
            let mut panel = vec![[0.0; LANES]; search.dim];
            pack(row, &mut panel);
            query.vector.iter().zip(panel).fold(0.0, |sum, (one, other)| sum + one * other[0])
        };
        let rows = search.rows.chunks_exact(search.dim).map(score).zip(0..);
        let mut all: Vec<_> =
            rows.filter(|(score, row)| *score >= search.least && !query.exclude.contains(row)).collect();
        all.sort_by(best_first);
        all.truncate(search.k);
        all
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn the_best_are_those_of_one_row_after_the_other(
            dim in 1_usize..20,
            rows in 0_usize..200,
            queries in 0_usize..1200,
            k in 0_usize..30,
            least in prop_oneof![Just(f32::NEG_INFINITY), Just(0.0_f32), Just(0.5), Just(9.0)],
            threads in 1_usize..4,
            piece in 1_usize..99,
            seed in any::<u32>(),
        ) {
            // Small whole numbers: many rows are equal, or zero.
            let mut state = u64::from(seed);
            let mut number = || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (state >> 62) as f32 - 2.0
            };
            let data: Vec<f32> = (0..rows * dim).map(|_| number()).collect();
            let queries: Vec<_> = (0..queries)
                .map(|at| Query { vector: (0..dim).map(|_| number()).collect(), exclude: vec![at % 7, at % 11, 0] })
                .collect();
            let search = Search { rows: &data, dim, k, least };
            let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let found = pool.install(|| search.best(&queries));
            prop_assert_eq!(found.len(), queries.len());
            let mut ranking = Ranking::new(&queries, dim, k, least);
            data.chunks(dim * piece).for_each(|rows| pool.install(|| ranking.add(rows)));
            prop_assert_eq!(&ranking.finish(), &found);
            for (query, found) in queries.iter().zip(found) {
                prop_assert_eq!(found, naive(&search, query));
            }
        }
    }

    #[test]
    fn scores_are_cosines_whatever_the_length_of_a_row() {
        let data = [2.0, 0.0, 3e38, 3e38, 1e-45, 0.0, 0.0, 0.0, -1e-30, 1e-30];
        let search = Search { rows: &data, dim: 2, k: 9, least: f32::NEG_INFINITY };
        let found = search.best(&[Query::from(&[1.0, 0.0][..])]).remove(0);
        let half = 0.5_f32.sqrt();
        assert_eq!(found, [(1.0, 0), (1.0, 2), (half, 1), (0.0, 3), (-half, 4)]);
    }

    #[test]
    fn few_queries_share_many_rows() {
        let data: Vec<f32> = (0..40_000).map(|number| (number % 101) as f32 - 50.0).collect();
        let search = Search { rows: &data, dim: 4, k: 10, least: f32::NEG_INFINITY };
        let query = Query::from(&[0.5, -0.5, 0.5, 0.5][..]);
        let expected = naive(&search, &query);
        for threads in [1, 2, 5] {
            let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            assert_eq!(pool.install(|| search.best(&[Query::from(&query.vector[..])])).concat(), expected);
        }
    }
}

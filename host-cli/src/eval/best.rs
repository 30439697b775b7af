//! The rows with the highest dot products, for thousands of queries at once.
//!
//! This is a matrix product, queries × rows, of which only the best few entries per query are kept. Rows are packed
//! into panels of [`LANES`] rows, column by column, so that one step multiplies one number of each of [`SIDE`] queries
//! with the numbers of all rows of a panel, and all sums stay in registers. A tile of panels stays in the cache while
//! a block of queries passes over it.

use std::sync::Mutex;
use std::thread;

/// Rows per panel: two SSE registers or one of AVX.
const LANES: usize = 8;

/// Queries that are multiplied side by side.
const SIDE: usize = 4;

/// The numbers in a tile of rows: 128 KiB, half of a small L2 cache.
const TILE: usize = 1 << 15;

/// Queries that pass over a tile together.
const BLOCK: usize = 256;

/// How many rows are kept for a query.
pub(super) const KEPT: usize = 5;

/// A query: a vector, and rows that do not count.
pub(super) struct Query {
    pub(super) vector: Vec<f32>,
    pub(super) exclude: [usize; 3],
}

/// The best rows for a query, best first; fewer if there are fewer rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Best(Vec<(f32, usize)>);

impl Best {
    pub(super) fn rows(&self) -> impl Iterator<Item = usize> {
        self.0.iter().map(|&(_, row)| row)
    }

    /// The score that a row has to exceed.
    fn threshold(&self) -> f32 {
        if self.0.len() < KEPT { f32::NEG_INFINITY } else { self.0[KEPT - 1].0 }
    }

    /// Adds `row`. Rows must come in ascending order: among equals the first stays ahead.
    fn offer(&mut self, score: f32, row: usize) {
        let place = self.0.partition_point(|&(other, _)| other >= score);
        self.0.insert(place, (score, row));
        self.0.truncate(KEPT);
    }
}

/// Rows in panels.
pub(super) struct Panels {
    dim: usize,
    rows: usize,
    /// `dim` columns per panel; the last panel is padded with zeros.
    columns: Vec<[f32; LANES]>,
}

impl Panels {
    /// Packs `rows`, each of `dim` numbers.
    pub(super) fn new<'a>(dim: usize, rows: impl ExactSizeIterator<Item = &'a [f32]>) -> Self {
        let count = rows.len();
        let mut columns = vec![[0.0; LANES]; count.div_ceil(LANES) * dim];
        for (row, numbers) in rows.enumerate() {
            let panel = &mut columns[row / LANES * dim..][..dim];
            for (column, &number) in panel.iter_mut().zip(numbers) {
                column[row % LANES] = number;
            }
        }
        Self { dim, rows: count, columns }
    }

    /// The best rows for each of `queries`, on `threads` threads, whose number does not change the result.
    pub(super) fn best(&self, queries: &[Query], threads: usize) -> Vec<Best> {
        let mut found = vec![Best::default(); queries.len()];
        let blocks = Mutex::new(queries.chunks(BLOCK).zip(found.chunks_mut(BLOCK)));
        let work = || {
            // The lock is released before the work on the block begins.
            while let Some((queries, found)) = { blocks.lock().ok().and_then(|mut blocks| blocks.next()) } {
                self.block(queries, found);
            }
        };
        thread::scope(|scope| {
            for _ in 1..threads {
                scope.spawn(work);
            }
            work();
        });
        found
    }

    /// The best rows for a block of queries.
    fn block(&self, queries: &[Query], found: &mut [Best]) {
        let sides: Vec<Vec<[f32; SIDE]>> = queries.chunks(SIDE).map(|queries| self.interleave(queries)).collect();
        let panels_a_tile = (TILE / (self.dim * LANES)).max(1);
        for (tile, columns) in self.columns.chunks(panels_a_tile * self.dim).enumerate() {
            for ((side, queries), found) in sides.iter().zip(queries.chunks(SIDE)).zip(found.chunks_mut(SIDE)) {
                for (panel, columns) in columns.chunks_exact(self.dim).enumerate() {
                    let first = (tile * panels_a_tile + panel) * LANES;
                    let products = products(side, columns);
                    for ((query, best), scores) in queries.iter().zip(found.iter_mut()).zip(&products) {
                        self.collect(first, scores, query, best);
                    }
                }
            }
        }
    }

    /// Offers the rows from `first` on, with their `scores`, to `best`.
    fn collect(&self, first: usize, scores: &[f32; LANES], query: &Query, best: &mut Best) {
        let highest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        if highest <= best.threshold() {
            return;
        }
        for (row, &score) in (first..self.rows).zip(scores) {
            if score > best.threshold() && !query.exclude.contains(&row) {
                best.offer(score, row);
            }
        }
    }

    /// Up to [`SIDE`] queries, number by number; zeros in place of missing ones.
    fn interleave(&self, queries: &[Query]) -> Vec<[f32; SIDE]> {
        let number = |query: usize, at: usize| queries.get(query).map_or(0.0, |query| query.vector[at]);
        (0..self.dim).map(|at| std::array::from_fn(|query| number(query, at))).collect()
    }
}

/// The dot products of [`SIDE`] queries with the rows of a panel.
fn products(side: &[[f32; SIDE]], columns: &[[f32; LANES]]) -> [[f32; LANES]; SIDE] {
    let mut sums = [[0.0; LANES]; SIDE];
    for (numbers, column) in side.iter().zip(columns) {
        for (sums, number) in sums.iter_mut().zip(numbers) {
            for (sum, entry) in sums.iter_mut().zip(column) {
                *sum += number * entry;
            }
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The same, one dot product after another.
    fn naive(rows: &[Vec<f32>], query: &Query) -> Best {
        let score = |row: &Vec<f32>| row.iter().zip(&query.vector).fold(0.0, |sum, (one, other)| sum + one * other);
        let mut all: Vec<_> = rows.iter().map(score).zip(0..).filter(|(_, row)| !query.exclude.contains(row)).collect();
        all.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
        all.truncate(KEPT);
        Best(all)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn the_best_are_those_of_one_product_after_the_other(
            dim in 1_usize..20,
            rows in 1_usize..200,
            queries in 1_usize..600,
            threads in 1_usize..4,
            seed in any::<u32>(),
        ) {
            // Small whole numbers: sums are exact in any order, and many are equal.
            let mut state = u64::from(seed);
            let mut number = || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (state >> 60) as f32 - 8.0
            };
            let rows: Vec<Vec<f32>> = (0..rows).map(|_| (0..dim).map(|_| number()).collect()).collect();
            let queries: Vec<_> = (0..queries)
                .map(|at| Query { vector: (0..dim).map(|_| number()).collect(), exclude: [at % 7, at % 11, 0] })
                .collect();
            let found = Panels::new(dim, rows.iter().map(Vec::as_slice)).best(&queries, threads);
            for (query, found) in queries.iter().zip(found) {
                prop_assert_eq!(found, naive(&rows, query));
            }
        }
    }
}

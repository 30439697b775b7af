//! Clusters of words: spherical k-means, which word2vec.c calls classes.
//!
//! Only the direction of a vector counts. The first centers are drawn as k-means++ draws them (Arthur & Vassilvitskii
//! 2007), with a probability that grows with the distance from those before; then each word joins its nearest center,
//! and each center moves to the mean of its words, until no word moves. (The crates for this bring a matrix library of
//! their own, or need a nightly compiler.)

use std::cmp::Reverse;

use motevec_core::sample::Generator;
use rand_core::Rng as _;
use rayon::prelude::*;

use super::{Query, Search, direction, dot};
use crate::{Error, Result, Vectors};

/// After this many rounds, at most a few words still move, between equally near centers.
const MOST_ROUNDS: u64 = 100;

/// Drawing the first centers counts as this many rounds: it takes about as long.
const DRAWING: u64 = 4;

/// The most steps that [`clusters`] takes.
pub const CLUSTER_STEPS: u64 = DRAWING + MOST_ROUNDS;

/// Starts that [`groups`] tries.
const STARTS: u64 = 8;

/// Rows that a thread takes at a time: enough work to be worth a thread.
const LEAST_ROWS: usize = 1_000;

/// Which cluster each word is in.
#[derive(Clone, Debug, PartialEq)]
pub struct Clusters {
    /// The cluster of each row, from 0: the largest cluster is 0, among equal ones the one with the first word.
    pub of_row: Vec<u32>,
    /// The rows of each cluster, nearest to its center first.
    pub rows: Vec<Vec<usize>>,
}

/// Puts the words into `k` clusters. The result depends on the vectors and the `seed`.
///
/// `step` is called with how many of at most [`CLUSTER_STEPS`] are done, and how many words have moved in the last one.
///
/// # Errors
/// If `k` is 0 or exceeds the number of words.
pub fn clusters(vectors: &Vectors, k: usize, seed: u64, step: Step<'_>) -> Result<Clusters> {
    let words = vectors.vocabulary.len();
    if k == 0 || k > words {
        let message = format!("the model has only {words} words, and each cluster needs one");
        return Err(Error::setting("k", k, message));
    }
    Ok(in_order(&Units::of(vectors.data.clone(), vectors.dim).settle(k, seed, step), k))
}

/// Puts `rows` into at most `k` clusters, for colors: the best of several starts. The same rows give the same clusters.
#[must_use]
pub fn groups<R: AsRef<[f32]>>(rows: &[R], k: usize) -> Clusters {
    let Some(first) = rows.first() else { return Clusters { of_row: Vec::new(), rows: Vec::new() } };
    // A row without a direction is in some cluster, and makes none.
    let k = k.min(rows.iter().filter(|row| direction(row.as_ref()).is_some()).count()).max(1);
    let data = rows.iter().flat_map(R::as_ref).copied().collect();
    let units = Units::of(data, first.as_ref().len());
    let score = |nearest: &Nearest| nearest.iter().map(|&(_, cosine)| f64::from(cosine)).sum::<f64>();
    let runs = (0..STARTS).map(|seed| units.settle(k, seed, &|_, _| ()));
    let best = runs.reduce(|best, run| if score(&run) > score(&best) { run } else { best });
    in_order(&best.unwrap_or_default(), k)
}

/// What is told of the steps.
type Step<'a> = &'a dyn Fn(u64, Option<usize>);

/// Each row's center, and its cosine with it.
type Nearest = Vec<(u32, f32)>;

/// The vectors, with length 1.
struct Units {
    data: Vec<f32>,
    dim: usize,
}

impl Units {
    /// The rows of `data`, each of `dim` numbers.
    fn of(mut data: Vec<f32>, dim: usize) -> Self {
        for row in data.chunks_exact_mut(dim) {
            // A vector without a direction stays zero: as near to one center as to another.
            if let Some(unit) = direction(row) {
                row.copy_from_slice(&unit);
            }
        }
        Self { data, dim }
    }

    /// Where each row ends up with `k` centers that begin as `seed` says.
    fn settle(&self, k: usize, seed: u64, step: Step<'_>) -> Nearest {
        let queries: Vec<Query<'_>> = self.data.chunks_exact(self.dim).map(Query::from).collect();
        let mut centers = self.draw_centers(k, seed, step);
        let mut nearest = Nearest::new();
        for round in 1..=MOST_ROUNDS {
            let mut found = self.nearest(&queries, &centers);
            fill_empty(&mut found, k);
            let stayed = found.iter().zip(&nearest).filter(|(now, old)| now.0 == old.0).count();
            let moved = found.len() - stayed;
            nearest = found;
            step(DRAWING + round, Some(moved));
            if moved == 0 {
                break;
            }
            centers = self.means(&nearest, k);
        }
        nearest
    }

    fn len(&self) -> usize {
        self.data.len() / self.dim
    }

    fn row(&self, row: usize) -> &[f32] {
        &self.data[row * self.dim..][..self.dim]
    }

    /// The first centers.
    fn draw_centers(&self, k: usize, seed: u64, step: Step<'_>) -> Vec<f32> {
        let mut rng = Generator::new(seed, [0]);
        // A number in [0, 1).
        let mut draw = || f64::from(rng.next_u32()) / f64::from(u32::MAX).next_up();
        let mut row = (draw() * self.len() as f64) as usize;
        let mut centers = Vec::with_capacity(k * self.dim);
        // Squares of the distances to the nearest center: 2 − 2 cos.
        let mut distances = vec![f32::INFINITY; self.len()];
        for drawn in 0..k {
            step(drawn as u64 * DRAWING / k as u64, None);
            let center = self.row(row);
            centers.extend_from_slice(center);
            let rows = self.data.par_chunks_exact(self.dim).with_min_len(LEAST_ROWS);
            distances.par_iter_mut().zip(rows).for_each(|(nearest, row)| {
                *nearest = nearest.min((2.0 - 2.0 * dot(center, row)).max(0.0));
            });
            distances[row] = 0.0;
            let mut left = draw() * distances.iter().copied().map(f64::from).sum::<f64>();
            let passes = |&distance: &f32| {
                left -= f64::from(distance);
                distance > 0.0 && left < 0.0
            };
            // If all words are on centers already, or rounding leaves a rest: the farthest.
            row = distances.iter().position(passes).unwrap_or_else(|| farthest(&distances));
        }
        centers
    }

    /// The center nearest to each row, which is a query, among equals the first.
    fn nearest(&self, rows: &[Query<'_>], centers: &[f32]) -> Nearest {
        let best = Search { rows: centers, dim: self.dim, k: 1, least: f32::NEG_INFINITY }.best(rows);
        best.iter().map(|best| best.first().map_or((0, 0.0), |&(cosine, center)| (center as u32, cosine))).collect()
    }

    /// The directions of the means.
    fn means(&self, nearest: &Nearest, k: usize) -> Vec<f32> {
        let mut sums = vec![0.0_f64; k * self.dim];
        for (row, &(center, _)) in nearest.iter().enumerate() {
            let sum = &mut sums[center as usize * self.dim..][..self.dim];
            sum.iter_mut().zip(self.row(row)).for_each(|(sum, &number)| *sum += f64::from(number));
        }
        for sum in sums.chunks_exact_mut(self.dim) {
            let length = sum.iter().map(|number| number * number).sum::<f64>().sqrt();
            if length > 0.0 {
                sum.iter_mut().for_each(|number| *number /= length);
            }
        }
        sums.into_iter().map(|number| number as f32).collect()
    }
}

/// Moves a center without words to the word that is farthest from its own center.
fn fill_empty(nearest: &mut Nearest, k: usize) {
    let mut sizes = vec![0_usize; k];
    nearest.iter().for_each(|&(center, _)| sizes[center as usize] += 1);
    for empty in 0..k {
        if sizes[empty] == 0 {
            let has_company = |row: &usize| sizes[nearest[*row].0 as usize] > 1;
            let far = (0..nearest.len()).filter(has_company).min_by(|&a, &b| nearest[a].1.total_cmp(&nearest[b].1));
            let Some(far) = far else { continue };
            sizes[nearest[far].0 as usize] -= 1;
            sizes[empty] = 1;
            nearest[far] = (empty as u32, 1.0);
        }
    }
}

fn farthest(distances: &[f32]) -> usize {
    let far = (0..distances.len()).max_by(|&a, &b| distances[a].total_cmp(&distances[b]).then(b.cmp(&a)));
    far.unwrap_or_default()
}

/// Numbers the clusters by falling size.
fn in_order(nearest: &Nearest, k: usize) -> Clusters {
    let mut rows: Vec<Vec<usize>> = vec![Vec::new(); k];
    for (row, &(center, _)) in nearest.iter().enumerate() {
        rows[center as usize].push(row);
    }
    rows.sort_by_key(|rows| (Reverse(rows.len()), rows.first().copied()));
    let mut of_row = vec![0; nearest.len()];
    for (number, rows) in (0..).zip(&mut rows) {
        rows.iter().for_each(|&row| of_row[row] = number);
        rows.sort_by(|&a, &b| nearest[b].1.total_cmp(&nearest[a].1).then(a.cmp(&b)));
    }
    Clusters { of_row, rows }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn vectors(dim: usize, data: Vec<f32>) -> Vectors {
        let vocabulary = (0..data.len() / dim).map(|row| (row.to_string(), 0)).collect();
        Vectors::new(vocabulary, dim, data)
    }

    #[test]
    fn directions_that_lie_together_are_a_cluster() {
        // Three bundles: twelve rows, eight and four, of different lengths.
        let mut data = Vec::new();
        for row in 0..24_u8 {
            let (turn, size) = (f32::from(row) * 0.01, f32::from(row % 5 + 1));
            let angle = if row < 12 {
                turn
            } else if row < 20 {
                2.0 + turn
            } else {
                4.0 + turn
            };
            data.extend([angle.cos() * size, angle.sin() * size]);
        }
        for seed in 0..20 {
            let found = clusters(&vectors(2, data.clone()), 3, seed, &|_, _| ()).unwrap();
            let expected: Vec<u32> = (0..24).map(|row| u32::from(row >= 12) + u32::from(row >= 20)).collect();
            assert_eq!(found.of_row, expected, "{seed}");
            assert_eq!(found.rows.iter().map(Vec::len).collect::<Vec<_>>(), [12, 8, 4]);
            assert!([5, 6].contains(&found.rows[0][0]), "the middle of the bundle comes first: {:?}", found.rows[0]);
        }
    }

    #[test]
    fn groups_are_never_more_than_the_directions() {
        // East (three times), north (twice) and west, of any length.
        let rows = [[0.0, 2.0], [5.0, 0.1], [9.0, 0.0], [-1.0, 0.0], [0.1, 1.0], [0.2, -0.01]];
        assert_eq!(groups(&rows, 3).of_row, [1, 0, 0, 2, 1, 0]);
        assert_eq!(groups(&rows, 1).of_row, [0; 6]);
        assert_eq!(groups(&rows, 100).rows.len(), 6);
        assert_eq!(groups::<[f32; 2]>(&[], 3).of_row, [0; 0]);
        assert_eq!(groups(&[[0.0, 0.0], [0.0, 0.0]], 2).of_row, [0, 0]);
        assert_eq!(groups(&[[1.0, 0.0], [1.0, 0.9], [1.0, 0.4], [-1.0, 0.0]], 2).rows, [vec![2, 1, 0], vec![3]]);
    }

    #[test]
    fn impossible_numbers_are_refused() {
        let model = vectors(1, vec![1.0, 2.0]);
        assert!(clusters(&model, 0, 1, &|_, _| ()).is_err());
        assert_eq!(
            clusters(&model, 3, 1, &|_, _| ()).unwrap_err().to_string(),
            "k 3: the model has only 2 words, and each cluster needs one"
        );
    }

    proptest! {
        /// Every word is in one cluster, every cluster has a word, each time the same, whatever the vectors.
        #[test]
        fn clusters_are_a_partition(
            data in prop::collection::vec(prop_oneof![Just(0.0_f32), -2.0_f32..2.0, Just(1e-45), Just(3e38)], 3..90),
            k in 1_usize..12,
            seed: u64,
        ) {
            let rows = data.len() / 3;
            let model = vectors(3, data[..rows * 3].to_vec());
            let k = k.min(rows);
            let steps = std::cell::RefCell::new(Vec::new());
            let found = clusters(&model, k, seed, &|step, moved| steps.borrow_mut().push((step, moved))).unwrap();
            let steps = steps.into_inner();
            prop_assert!(steps.is_sorted_by_key(|step| step.0) && steps.iter().all(|step| step.0 <= CLUSTER_STEPS));
            prop_assert!(steps.last().unwrap().1 == Some(0) || steps.last().unwrap().0 == CLUSTER_STEPS);
            prop_assert_eq!(&clusters(&model, k, seed, &|_, _| ()).unwrap(), &found);
            prop_assert_eq!(found.rows.len(), k);
            prop_assert!(found.rows.iter().all(|rows| !rows.is_empty()), "{:?}", found.rows);
            prop_assert!(found.rows.is_sorted_by_key(|rows| Reverse(rows.len())));
            let mut all: Vec<usize> = found.rows.concat();
            all.sort_unstable();
            prop_assert!(all.into_iter().eq(0..rows));
            for (number, rows) in (0..).zip(&found.rows) {
                prop_assert!(rows.iter().all(|&row| found.of_row[row] == number));
            }
        }
    }
}

//! t-SNE (van der Maaten & Hinton 2008; Barnes-Hut, van der Maaten 2014): neighbors stay neighbors on the map.
//!
//! The crate `bhtsne` does it. What it would leave to chance is decided here: the map starts from the principal
//! components and not from random numbers, the nearest neighbors are searched exactly, and one thread adds everything
//! up in one order. So the same vectors give the same map, and no seed is needed.

use bhtsne::{Neighbor, tSNE};
use rayon::ThreadPoolBuilder;

use super::pca;
use crate::query;
use crate::{Error, Result};

/// With fewer words, there are too few neighbors.
const FEWEST: usize = 6;

/// About how many neighbors a word has, if there are enough words.
const PERPLEXITY: f64 = 30.0;

/// Steps of gradient descent.
pub const STEPS: u64 = 1000;

/// How distant a group of words must be, relative to its size, to be treated as one word (Barnes-Hut).
const THETA: f64 = 0.5;

/// The learning rate: a twelfth of the number of words (Belkina et al. 2019), and 200, as in the first paper, for few.
/// The crate's own rate is a quarter of that, too low for a thousand steps.
fn rate(count: usize) -> f64 {
    (count as f64 / 12.0).max(200.0)
}

/// The standard deviation of the map's first axis at the start (Kobak & Berens 2019).
const START: f64 = 1e-4;

/// A map on which rows with a high cosine are close together. Neither axes nor large distances mean anything; the map
/// is rotated so that it is widest from left to right.
///
/// `step` is called after each of the [`STEPS`].
///
/// # Errors
/// If there are fewer than six rows, or no two differ.
pub fn tsne<R: AsRef<[f32]>>(rows: &[R], step: &(dyn Fn(u64) + Sync)) -> Result<Vec<[f64; 2]>> {
    let count = rows.len();
    if count < FEWEST {
        let message = format!("t-SNE needs at least {FEWEST} words, but there are {count}; use --method pca");
        return Err(Error::Failed(message));
    }
    let units: Vec<Vec<f32>> = rows.iter().map(|row| direction(row.as_ref())).collect();
    let Some(start) = pca(&units) else {
        return Err(Error::Failed("the vectors of these words are all the same".to_owned()));
    };
    let spread = (start.points.iter().map(|point| point[0] * point[0]).sum::<f64>() / count as f64).sqrt();
    let start: Vec<f64> = start.points.as_flattened().iter().map(|x| x / spread * START).collect();

    let perplexity = PERPLEXITY.min((count - 1) as f64 / 3.0);
    let neighbors = neighbors(&units, (3.0 * perplexity) as usize);
    // The sums of several threads depend on which was faster.
    let one_thread =
        ThreadPoolBuilder::new().num_threads(1).build().map_err(|error| Error::Failed(error.to_string()))?;
    let map = one_thread.install(|| {
        tSNE::<f64, Vec<f32>, 2>::new(&units)
            .perplexity(perplexity)
            .learning_rate(rate(count))
            .epochs(STEPS as usize)
            .initial_embedding(start)
            .epoch_callback(|epoch, _| step(epoch as u64 + 1))
            .barnes_hut_with_neighbors(THETA, &neighbors)
            .embedding()
    });
    let map: Vec<_> = map.as_chunks().0.iter().map(|[x, y]: &[f64; 2]| [*x as f32, *y as f32]).collect();
    Ok(pca(&map).map_or_else(Vec::new, |turned| turned.points))
}

/// `row` with length 1; zeros if it is zero.
fn direction(row: &[f32]) -> Vec<f32> {
    match query::unit(row) {
        Some(unit) => unit.into_iter().map(|number| number as f32).collect(),
        None => vec![0.0; row.len()],
    }
}

/// The `k` nearest neighbors of each of the `units`, with their Euclidean distances.
fn neighbors(units: &[Vec<f32>], k: usize) -> Vec<Vec<Neighbor<f64>>> {
    let rows = centered(units);
    let squares: Vec<f64> = rows.iter().map(|row| f64::from(query::dot(row, row))).collect();
    let near = |index: usize| {
        // |a − b|² = |a|² + |b|² − 2 a·b
        let distance = |other: usize| {
            let product = f64::from(query::dot(&rows[index], &rows[other]));
            (squares[index] + squares[other] - 2.0 * product).max(0.0).sqrt()
        };
        let others = (0..rows.len()).filter(|&other| other != index);
        let mut found: Vec<_> = others.map(|index| Neighbor { index, distance: distance(index) }).collect();
        let nearest_first = |one: &Neighbor<f64>, other: &Neighbor<f64>| {
            one.distance.total_cmp(&other.distance).then(one.index.cmp(&other.index))
        };
        if k < found.len() {
            found.select_nth_unstable_by(k, nearest_first);
            found.truncate(k);
        }
        found.sort_unstable_by(nearest_first);
        found
    };
    (0..rows.len()).map(near).collect()
}

/// The rows without their mean: distances stay the same, and no common part rounds small ones away.
fn centered(rows: &[Vec<f32>]) -> Vec<Vec<f32>> {
    let mut mean = vec![0.0; rows.first().map_or(0, Vec::len)];
    for row in rows {
        mean.iter_mut().zip(row).for_each(|(mean, &number)| *mean += f64::from(number) / rows.len() as f64);
    }
    let less_mean =
        |row: &Vec<f32>| row.iter().zip(&mean).map(|(&number, mean)| (f64::from(number) - mean) as f32).collect();
    rows.iter().map(less_mean).collect()
}

#[cfg(test)]
mod tests {
    use motevec_core::sample::Generator;
    use rand_core::Rng as _;

    use super::*;

    /// `count` vectors around each of three directions.
    fn bundles(count: usize) -> Vec<Vec<f32>> {
        let mut random = Generator::new(1, [0]);
        let mut number = || random.next_u32() as f32 / u32::MAX as f32 - 0.5;
        let row = |index: usize| (0..9).map(|axis| number() + if axis == index % 3 { 4.0 } else { 0.0 }).collect();
        (0..3 * count).map(row).collect()
    }

    fn distance(one: [f64; 2], other: [f64; 2]) -> f64 {
        (one[0] - other[0]).hypot(one[1] - other[1])
    }

    /// Checks that the `most` nearest points of each are of its bundle.
    fn stay_together(map: &[[f64; 2]], most: usize) {
        for (index, &point) in map.iter().enumerate() {
            let mut others: Vec<_> = (0..map.len()).filter(|&other| other != index).collect();
            others.sort_by(|&a, &b| distance(point, map[a]).total_cmp(&distance(point, map[b])));
            assert!(others[..most].iter().all(|other| other % 3 == index % 3), "{index}: {others:?}");
        }
    }

    #[test]
    fn bundles_stay_together_and_apart() {
        stay_together(&tsne(&bundles(20), &|_| ()).unwrap(), 19);
    }

    #[test]
    fn a_map_is_the_same_each_time() {
        let rows = bundles(40);
        let map = tsne(&rows, &|_| ()).unwrap();
        for _ in 0..2 {
            assert_eq!(tsne(&rows, &|_| ()).unwrap(), map);
        }
    }

    #[test]
    fn small_differences_beside_a_large_common_part_are_seen() {
        let mut rows = bundles(20);
        rows.iter_mut().flatten().for_each(|number| *number = 1.0 + 1e-4 * *number);
        // In the cosines of f32, all words but this one are the same.
        rows.push(vec![-1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0]);
        stay_together(&tsne(&rows, &|_| ()).unwrap()[..60], 19);
    }

    #[test]
    fn equal_and_empty_vectors_do_no_harm() {
        let mut rows = bundles(5);
        rows[3] = rows[0].clone();
        rows[4] = vec![0.0; 9];
        assert!(tsne(&rows, &|_| ()).unwrap().as_flattened().iter().all(|x| x.is_finite()));
        assert!(tsne(&[[1.0, 2.0]; 9], &|_| ()).is_err());
        assert!(tsne(&bundles(1), &|_| ()).unwrap_err().to_string().contains("at least 6 words"));
    }
}

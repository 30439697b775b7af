//! t-SNE (van der Maaten & Hinton 2008; Barnes-Hut, van der Maaten 2014): neighbors stay neighbors on the map.
//!
//! Nothing is left to chance: the map starts from the principal components and not from random numbers, and every sum
//! adds up in one order, whatever the number of threads. So the same vectors give the same map, and no seed is needed.
//! Memory grows with the number of words, and not with its square.

use rayon::prelude::*;

use super::affinities::affinities;
use super::pca;
use super::quadtree::Quadtree;
use crate::query;
use crate::{Error, Result};

/// With fewer words, there are too few neighbors.
const FEWEST: usize = 6;

/// About how many neighbors a word has, if there are enough words.
const PERPLEXITY: f64 = 30.0;

/// Steps of gradient descent.
const DESCENT: u64 = 1000;

/// The search for neighbors counts as this many steps: it takes about as long, for 20,000 words.
const SEARCH: u64 = 200;

/// All steps of [`tsne`].
pub const STEPS: u64 = SEARCH + DESCENT;

/// The first steps, in which neighbors attract each other as many times as strongly: that forms groups.
const EARLY: u64 = 250;
const EXAGGERATION: f64 = 12.0;

/// How much of a step goes on in the next one, early and later.
const MOMENTUM: [f64; 2] = [0.5, 0.8];

/// How small and how large the factor of a point's steps can become.
const GAINS: [f64; 2] = [0.01, 2.0];

/// How distant a group of words must be, relative to its size, to be treated as one word (Barnes-Hut).
const THETA: f64 = 0.5;

/// The learning rate: a twelfth of the number of words (Belkina et al. 2019), and 200, as in the first paper, for few.
fn rate(count: usize) -> f64 {
    (count as f64 / EXAGGERATION).max(200.0)
}

/// The standard deviation of the map's first axis at the start (Kobak & Berens 2019).
const START: f64 = 1e-4;

/// A map on which rows with a high cosine are close together. Neither axes nor large distances mean anything; the map
/// is rotated so that it is widest from left to right.
///
/// `step` is called as the [`STEPS`] are done, with their number, also by several threads at once.
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
    let points = start.points.iter().map(|point| point.map(|x| x / spread * START)).collect();

    let perplexity = PERPLEXITY.min((count - 1) as f64 / 3.0);
    let searched = |rows: usize| step(rows as u64 * SEARCH / count as u64);
    let pairs = affinities(&units, (3.0 * perplexity) as usize, perplexity, &searched);
    let mut map = Map { points, steps: vec![[0.0; 2]; count], gains: vec![[1.0; 2]; count] };
    for number in 1..=DESCENT {
        map.descend(&pairs, number <= EARLY);
        step(SEARCH + number);
    }
    let map: Vec<_> = map.points.iter().map(|point| point.map(|x| x as f32)).collect();
    Ok(pca(&map).map_or_else(Vec::new, |turned| turned.points))
}

/// `row` with length 1; zeros if it has none.
fn direction(row: &[f32]) -> Vec<f32> {
    match query::unit(row) {
        Some(unit) => unit.into_iter().map(|number| number as f32).collect(),
        None => vec![0.0; row.len()],
    }
}

/// Points on their way to their places.
struct Map {
    points: Vec<[f64; 2]>,
    /// The last step of each, and the factor of the next one on each axis.
    steps: Vec<[f64; 2]>,
    gains: Vec<[f64; 2]>,
}

impl Map {
    /// One step of gradient descent (van der Maaten & Hinton 2008, equation 5 and section 3.4).
    fn descend(&mut self, pairs: &[Vec<(u32, f32)>], early: bool) {
        let points = &self.points;
        let tree = Quadtree::new(points, THETA);
        let forces: Vec<_> = points
            .par_iter()
            .zip(pairs)
            .map(|(&point, near)| (attraction(points, point, near), tree.repulsion(point)))
            .collect();
        // Each point has met itself.
        let total = forces.iter().map(|(_, (_, total))| total).sum::<f64>() - points.len() as f64;
        let (attract, momentum) = if early { (EXAGGERATION, MOMENTUM[0]) } else { (1.0, MOMENTUM[1]) };
        let rate = rate(points.len());
        for (index, (attraction, (repulsion, _))) in forces.into_iter().enumerate() {
            for axis in 0..2 {
                let gradient = attract * attraction[axis] - repulsion[axis] / total;
                let (step, gain) = (&mut self.steps[index][axis], &mut self.gains[index][axis]);
                // Faster as long as the way is the same (Jacobs 1988).
                let next = if (gradient > 0.0) == (*step > 0.0) { *gain * 0.8 } else { *gain + 0.2 };
                *gain = next.clamp(GAINS[0], GAINS[1]);
                *step = momentum * *step - rate * *gain * gradient;
                self.points[index][axis] += *step;
            }
        }
        for axis in 0..2 {
            let mean = self.points.iter().map(|point| point[axis]).sum::<f64>() / self.points.len() as f64;
            self.points.iter_mut().for_each(|point| point[axis] -= mean);
        }
    }
}

/// Σ p q (`point` − y) over the `near` points y, with q = 1 / (1 + |`point` − y|²).
fn attraction(points: &[[f64; 2]], [x, y]: [f64; 2], near: &[(u32, f32)]) -> [f64; 2] {
    near.iter().fold([0.0; 2], |[across, down], &(other, probability)| {
        let other = points[other as usize];
        let way = [x - other[0], y - other[1]];
        let pull = f64::from(probability) / (1.0 + way[0] * way[0] + way[1] * way[1]);
        [across + pull * way[0], down + pull * way[1]]
    })
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
    fn steps_are_counted_to_the_last_one() {
        let steps = std::sync::Mutex::new(Vec::new());
        tsne(&bundles(20), &|step| steps.lock().unwrap().push(step)).unwrap();
        let mut steps = steps.into_inner().unwrap();
        assert_eq!((steps[59..].is_sorted(), steps.last()), (true, Some(&STEPS)));
        // Threads that search for neighbors may overtake each other.
        steps.sort_unstable();
        assert!(steps[0] <= SEARCH / 60 && steps[59] == SEARCH && steps.len() as u64 == 60 + DESCENT);
    }

    #[test]
    fn a_map_is_the_same_each_time() {
        let rows = bundles(40);
        let map = tsne(&rows, &|_| ()).unwrap();
        for threads in 1..3 {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            assert_eq!(pool.install(|| tsne(&rows, &|_| ())).unwrap(), map);
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

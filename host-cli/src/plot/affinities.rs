//! Who is near to whom: the probabilities that t-SNE puts on a map.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use crate::query;

/// Halvings of the range in which a width is searched.
const HALVINGS: usize = 200;

/// How close the entropy of a word's neighbors comes to that which is wanted.
const CLOSE: f64 = 1e-5;

/// Of each of the `units`, vectors of length 1, the rows that are near it or that it is near to, with the probability
/// of the pair: van der Maaten & Hinton 2008, equations 1 and 2. All add up to 1, and each pair is in both rows.
///
/// A row has `k` neighbors, of which `perplexity` count, roughly. They are searched exactly. `searched` is called after
/// each row, also by several threads at once, with the number of rows whose neighbors are known.
pub(super) fn affinities(
    units: &[Vec<f32>],
    k: usize,
    perplexity: f64,
    searched: &(dyn Fn(usize) + Sync),
) -> Vec<Vec<(u32, f32)>> {
    let mut pairs: Vec<Vec<(u32, f32)>> = vec![Vec::with_capacity(2 * k); units.len()];
    for (index, near) in neighbors(units, k, searched).into_iter().enumerate() {
        let squares: Vec<_> = near.iter().map(|&(square, _)| square).collect();
        for ((_, other), probability) in near.into_iter().zip(probabilities(&squares, perplexity)) {
            let half = (probability / (2 * units.len()) as f64) as f32;
            pairs[index].push((other, half));
            pairs[other as usize].push((index as u32, half));
        }
    }
    for row in &mut pairs {
        row.sort_by_key(|&(other, _)| other);
        row.dedup_by(|next, before| {
            let same = next.0 == before.0;
            before.1 += if same { next.1 } else { 0.0 };
            same
        });
        row.shrink_to_fit();
    }
    pairs
}

/// How likely each of the neighbors at these `squares` of distances is: a normal distribution, as wide as makes its
/// entropy that of `perplexity` equal neighbors.
fn probabilities(squares: &[f64], perplexity: f64) -> Vec<f64> {
    let nearest = squares.iter().copied().fold(f64::INFINITY, f64::min);
    let (mut precision, mut low, mut high) = (1.0, 0.0, f64::INFINITY);
    let mut weights = Vec::new();
    for _ in 0..HALVINGS {
        weights = squares.iter().map(|square| (-precision * (square - nearest)).exp()).collect();
        let sum: f64 = weights.iter().sum();
        weights.iter_mut().for_each(|weight| *weight /= sum);
        let mean: f64 = weights.iter().zip(squares).map(|(weight, square)| weight * (square - nearest)).sum();
        let excess = sum.ln() + precision * mean - perplexity.ln();
        if excess.abs() < CLOSE {
            break;
        }
        if excess > 0.0 {
            low = precision;
            precision = if high.is_finite() { f64::midpoint(low, high) } else { 2.0 * precision };
        } else {
            high = precision;
            precision = f64::midpoint(low, high);
        }
    }
    weights
}

/// The `k` nearest neighbors of each of the `units`, nearest first: squares of Euclidean distances, and rows.
fn neighbors(units: &[Vec<f32>], k: usize, searched: &(dyn Fn(usize) + Sync)) -> Vec<Vec<(f64, u32)>> {
    let (rows, done) = (centered(units), AtomicUsize::new(0));
    let squares: Vec<f64> = rows.iter().map(|row| f64::from(query::dot(row, row))).collect();
    let nearest_first = |one: &(f64, u32), other: &(f64, u32)| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1));
    let near = |found: &mut Vec<(f64, u32)>, index: usize| {
        // |a − b|² = |a|² + |b|² − 2 a·b
        let square = |other: usize| {
            let product = f64::from(query::dot(&rows[index], &rows[other]));
            (squares[index] + squares[other] - 2.0 * product).max(0.0)
        };
        let others = (0..rows.len()).filter(|&other| other != index);
        found.clear();
        found.extend(others.map(|other| (square(other), other as u32)));
        if k < found.len() {
            found.select_nth_unstable_by(k, nearest_first);
        }
        let mut nearest = found[..k.min(found.len())].to_vec();
        nearest.sort_unstable_by(nearest_first);
        searched(done.fetch_add(1, Ordering::Relaxed) + 1);
        nearest
    };
    (0..rows.len()).into_par_iter().map_init(Vec::new, near).collect()
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
    use super::*;

    #[test]
    fn as_many_neighbors_count_as_were_asked_for() {
        for scale in [1e-12, 1.0, 1e6] {
            let squares: Vec<_> = (0..30).map(|index| scale * f64::from(index * index)).collect();
            let found = probabilities(&squares, 7.0);
            let entropy: f64 = found.iter().map(|p| if *p > 0.0 { -p * p.ln() } else { 0.0 }).sum();
            assert!((found.iter().sum::<f64>() - 1.0).abs() < 1e-12 && (entropy.exp() - 7.0).abs() < 1e-3);
            assert!(found.is_sorted_by(|near, far| near >= far));
        }
        assert_eq!(probabilities(&[0.5; 4], 2.0), [0.25; 4]);
    }

    #[test]
    fn pairs_are_the_same_from_both_sides() {
        let units: Vec<_> = (0..9).map(|turn| vec![(turn as f32).cos(), (turn as f32).sin()]).collect();
        let pairs = affinities(&units, 3, 2.0, &|_| ());
        let total: f32 = pairs.iter().flatten().map(|pair| pair.1).sum();
        assert!((total - 1.0).abs() < 1e-5, "{total}");
        for (index, row) in pairs.iter().enumerate() {
            assert!(row.len() >= 3 && row.is_sorted_by(|one, other| one.0 < other.0), "{row:?}");
            for &(other, probability) in row {
                let back = pairs[other as usize].iter().find(|pair| pair.0 == index as u32).unwrap().1;
                assert!(other != index as u32 && (back - probability).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn the_nearest_come_first() {
        let units = [[1.0, 0.0], [0.0, 1.0], [0.6, 0.8], [-0.8, -0.6_f32]].map(Vec::from);
        let found = neighbors(&units, 2, &|_| ());
        let rows: Vec<Vec<_>> = found.iter().map(|row| row.iter().map(|&(_, other)| other).collect()).collect();
        assert_eq!(rows, [[2, 1], [2, 0], [1, 0], [1, 0]]);
    }
}

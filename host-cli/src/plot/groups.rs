//! Groups of words, for colors: spherical k-means (Dhillon & Modha 2001), named after the most central words.

use std::cmp::Reverse;

use motevec_core::sample::Generator;
use rand_core::Rng as _;

use crate::query;

/// How many starts to try; the best result is taken.
const STARTS: u64 = 8;

/// The most rounds of one start; it settles sooner.
const ROUNDS: usize = 50;

/// Which of at most `k` groups each of the `rows` belongs to: largest group first, the same each time.
///
/// Rows of one group have high cosines. A row of zeros is in some group.
#[must_use]
pub fn k_means<R: AsRef<[f32]>>(rows: &[R], k: usize) -> Vec<usize> {
    let unit =
        |row: &R| query::unit(row.as_ref()).unwrap_or_default().into_iter().map(|number| number as f32).collect();
    let units: Vec<Vec<f32>> = rows.iter().map(unit).collect();
    let known: Vec<_> = units.iter().filter(|unit| !unit.is_empty()).collect();
    if known.is_empty() || k < 2 {
        return vec![0; rows.len()];
    }
    let runs = (0..STARTS).map(|start| settle(&known, k.min(known.len()), Generator::new(start, [0])));
    let centers = runs.reduce(|best, run| if run.0 > best.0 { run } else { best }).map_or_else(Vec::new, |run| run.1);
    let groups: Vec<_> = units.iter().map(|unit| nearest(unit, &centers).1).collect();
    by_size(&groups)
}

/// For each group, the indices of its words, the most typical, those nearest to the mean of the group, first.
#[must_use]
pub fn typical<R: AsRef<[f32]>>(rows: &[R], groups: &[usize]) -> Vec<Vec<usize>> {
    let count = groups.iter().max().map_or(0, |most| most + 1);
    let members = |group| (0..rows.len()).filter(|&row| groups[row] == group).collect::<Vec<_>>();
    let sorted = |mut members: Vec<usize>| {
        let units: Vec<_> = members.iter().filter_map(|&row| query::unit(rows[row].as_ref())).collect();
        let mut mean = vec![0.0; rows.first().map_or(0, |row| row.as_ref().len())];
        units.iter().flat_map(|unit| unit.iter().enumerate()).for_each(|(axis, number)| mean[axis] += number);
        let mean: Vec<f32> = query::unit(&mean.iter().map(|&sum| sum as f32).collect::<Vec<_>>())
            .unwrap_or(mean)
            .into_iter()
            .map(|number| number as f32)
            .collect();
        members.sort_by(|&one, &other| {
            let [one, other] = [one, other].map(|row| query::cosine(&mean, rows[row].as_ref()));
            other.total_cmp(&one)
        });
        members
    };
    (0..count).map(|group| sorted(members(group))).collect()
}

/// Centers that settle from a start that `random` chooses, and the sum of all rows' cosines with the nearest one.
fn settle(units: &[&Vec<f32>], k: usize, mut random: Generator) -> (f64, Vec<Vec<f32>>) {
    let mut centers = vec![units[pick(units.iter().map(|_| 1.0), &mut random)].clone()];
    while centers.len() < k {
        // k-means++ (Arthur & Vassilvitskii 2007): a row far from all centers is likely to be the next one.
        let far = units.iter().map(|unit| f64::from(1.0 - nearest(unit, &centers).0).max(0.0));
        centers.push(units[pick(far, &mut random)].clone());
    }
    let mut score = f64::NEG_INFINITY;
    for _ in 0..ROUNDS {
        let mut sums = vec![vec![0.0_f32; units[0].len()]; k];
        let mut total = 0.0;
        for unit in units {
            let (cosine, group) = nearest(unit, &centers);
            total += f64::from(cosine);
            sums[group].iter_mut().zip(*unit).for_each(|(sum, number)| *sum += number);
        }
        if total <= score + 1e-9 {
            break;
        }
        score = total;
        for (center, sum) in centers.iter_mut().zip(sums) {
            // A group without members keeps its center.
            if let Some(unit) = query::unit(&sum) {
                *center = unit.into_iter().map(|number| number as f32).collect();
            }
        }
    }
    (score, centers)
}

/// The cosine with the nearest of the `centers`, and its index.
fn nearest(unit: &[f32], centers: &[Vec<f32>]) -> (f32, usize) {
    let cosine = |center: &Vec<f32>| if unit.is_empty() { 0.0 } else { query::dot(unit, center) };
    let cosines = centers.iter().map(cosine).zip(0..);
    cosines.reduce(|best, next| if next.0 > best.0 { next } else { best }).unwrap_or((0.0, 0))
}

/// An index, with a probability in proportion to its weight.
fn pick(weights: impl Iterator<Item = f64> + Clone, random: &mut Generator) -> usize {
    let mut left = random.next_u64() as f64 / 2.0_f64.powi(64) * weights.clone().sum::<f64>();
    for (index, weight) in weights.enumerate() {
        left -= weight;
        if left < 0.0 {
            return index;
        }
    }
    0
}

/// The same groups, numbered from 0 by falling size, among equals that of the first row first.
fn by_size(groups: &[usize]) -> Vec<usize> {
    let size = |group: usize| groups.iter().filter(|&&other| other == group).count();
    let first = |group: usize| groups.iter().position(|&other| other == group);
    let mut order: Vec<_> = groups.to_vec();
    order.sort_unstable();
    order.dedup();
    order.sort_by_key(|&group| (Reverse(size(group)), first(group)));
    groups.iter().map(|group| order.iter().position(|other| other == group).unwrap_or(0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Directions east (three times), north (twice) and west, of any length.
    const ROWS: [[f32; 2]; 6] = [[0.0, 2.0], [5.0, 0.1], [9.0, 0.0], [-1.0, 0.0], [0.1, 1.0], [0.2, -0.01]];

    #[test]
    fn like_directions_are_one_group() {
        assert_eq!(k_means(&ROWS, 3), [1, 0, 0, 2, 1, 0]);
        assert_eq!(k_means(&ROWS, 1), [0; 6]);
        assert_eq!(k_means::<[f32; 2]>(&[], 3), [0; 0]);
        assert_eq!(k_means(&[[0.0, 0.0], [0.0, 0.0]], 2), [0, 0]);
        let alone = k_means(&ROWS, 100);
        assert_eq!(alone.iter().max(), Some(&5), "never more groups than rows: {alone:?}");
    }

    #[test]
    fn the_middle_of_a_group_is_typical() {
        let rows = [[1.0, 0.0], [1.0, 0.9], [1.0, 0.4], [-1.0, 0.0_f32]];
        assert_eq!(typical(&rows, &[0, 0, 0, 1]), [vec![2, 1, 0], vec![3]]);
    }
}

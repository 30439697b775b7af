//! Dot products, lengths and cosines of vectors.

use motevec_core::sample::Generator;
use motevec_core::simd::{Portable, Wide};
use rand_core::Rng as _;

/// The dot product of two vectors of the same length, in core's order of addition.
///
/// Queries are limited by memory, so portable instructions are as fast as any.
#[must_use]
pub fn dot(one: &[f32], other: &[f32]) -> f32 {
    motevec_core::simd::dot(Wide::<Portable>::new(), one, other)
}

/// The cosine of `unit`, a vector of length 1, with `row`; 0 if `row` is zero. Never NaN for finite numbers.
#[must_use]
pub fn cosine(unit: &[f32], row: &[f32]) -> f32 {
    let square = dot(row, row);
    if square.is_normal() {
        return dot(unit, row) / square.sqrt();
    }
    // Too large or too small for a square in f32; or zero.
    let product: f64 = unit.iter().zip(row).map(|(&one, &other)| f64::from(one) * f64::from(other)).sum();
    let length = length(row);
    if length > 0.0 { (product / length) as f32 } else { 0.0 }
}

/// The cosine of two vectors, in f64: the same in either order, so that equal pairs have equal cosines; 0 if one of
/// them is zero.
#[must_use]
pub fn precise_cosine(one: &[f32], other: &[f32]) -> f64 {
    let product: f64 = one.iter().zip(other).map(|(&one, &other)| f64::from(one) * f64::from(other)).sum();
    let lengths = length(one) * length(other);
    if lengths > 0.0 { product / lengths } else { 0.0 }
}

/// `vector` scaled to length 1; `None` if it is zero and so has no direction.
#[must_use]
pub fn unit(vector: &[f32]) -> Option<Vec<f64>> {
    let length = length(vector);
    (length > 0.0).then(|| vector.iter().map(|&number| f64::from(number) / length).collect())
}

/// [`unit()`], rounded to `f32`.
#[must_use]
pub fn direction(vector: &[f32]) -> Option<Vec<f32>> {
    Some(unit(vector)?.into_iter().map(|number| number as f32).collect())
}

/// The Euclidean length of `vector`: in f64, where no square of an f32 is too large or too small.
#[must_use]
pub fn length(vector: &[f32]) -> f64 {
    vector.iter().map(|&number| f64::from(number) * f64::from(number)).sum::<f64>().sqrt()
}

/// Pairs of random words, enough to know their mean cosine to about a hundredth.
const PAIRS: u32 = 4_000;

/// The mean cosine of a few thousand random pairs of different rows of `matrix`, each of `dim` numbers: near 0 where
/// vectors point in all directions, and near 1 where all point in one, so that all words are neighbors. NaN without a
/// pair.
#[must_use]
pub fn mean_cosine(matrix: &[f32], dim: usize) -> f64 {
    let rows = (matrix.len() / dim) as u64;
    if rows < 2 {
        return f64::NAN;
    }
    let mut rng = Generator::new(0, [0]);
    let mut below = |end: u64| (u64::from(rng.next_u32()) * end) >> 32;
    let row = |row: u64| &matrix[row as usize * dim..][..dim];
    let cosines = (0..PAIRS).map(|_| {
        let one = below(rows);
        let other = (one + 1 + below(rows - 1)) % rows;
        direction(row(one)).map_or(0.0, |unit| f64::from(cosine(&unit, row(other))))
    });
    cosines.sum::<f64>() / f64::from(PAIRS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cosines_of_random_pairs_tell_whether_vectors_differ() {
        let row = |angle: f32| <[f32; 2]>::from(angle.sin_cos());
        let matrix = |angle: f32| (0..100).flat_map(|number| row(number as f32 * angle)).collect::<Vec<_>>();
        let [same, round] = [1e-4, 1.0].map(|angle| mean_cosine(&matrix(angle), 2));
        assert!(same > 0.999 && round.abs() < 0.1, "{same} {round}");
        assert!(mean_cosine(&[1.0, 2.0], 2).is_nan());
    }

    #[test]
    fn every_length_is_summed_to_its_end() {
        for length in 0..70 {
            let vector: Vec<f32> = (1..=length).map(|number| number as f32).collect();
            let expected: u32 = (1..=length).map(|number| number * number).sum();
            assert_eq!(dot(&vector, &vector), expected as f32);
        }
    }

    #[test]
    fn cosines_hold_at_the_ends_of_the_range() {
        for size in [1e-45_f32, 1e-30, 1.0, 1e19, f32::MAX] {
            assert!((cosine(&[0.6, 0.8], &[0.0, size]) - 0.8).abs() < 1e-6, "{size}");
        }
        assert_eq!(cosine(&[0.6, 0.8], &[0.0, -0.0]), 0.0);
        assert_eq!((unit(&[0.0, -0.0]), unit(&[0.0, -1e-45])), (None, Some(vec![0.0, -1.0])));
    }
}

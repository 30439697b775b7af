//! The orthogonal matrix nearest to a square one: its polar factor U Vᵀ, from the singular value decomposition U Σ Vᵀ.
//!
//! One-sided Jacobi (Hestenes 1958; Golub & Van Loan, Matrix Computations, section 8.6.3): turns of two rows at a time
//! make all rows orthogonal. It is simple, finds small singular values precisely, and gives the same bits everywhere.

/// Sweeps over all pairs of rows. Ten mostly do.
const MOST_SWEEPS: usize = 60;

/// Rows whose cosine is smaller count as orthogonal.
const ORTHOGONAL: f64 = 1e-14;

/// A singular value below this share of the largest one is zero, but for rounding.
const ZERO: f64 = 1e-12;

/// Numbers that the processor adds side by side.
const LANES: usize = 8;

/// U Vᵀ of the square `matrix` U Σ Vᵀ, row by row; `None` where that is not unique, since a singular value is zero, or
/// does not exist, since a number is not finite.
pub(super) fn polar(mut matrix: Vec<Vec<f64>>) -> Option<Vec<Vec<f64>>> {
    let size = matrix.len();
    let unit = |row: usize| (0..size).map(|column| f64::from(u8::from(row == column))).collect();
    let mut turned: Vec<Vec<f64>> = (0..size).map(unit).collect();
    make_orthogonal(&mut matrix, &mut turned);

    // Now `matrix` is Σ Vᵀ, and `turned` is Uᵀ.
    let values: Vec<f64> = matrix.iter().map(|row| dot(row, row).sqrt()).collect();
    let largest = values.iter().copied().fold(0.0, f64::max);
    if !values.iter().all(|&value| value.is_finite() && value > ZERO * largest) {
        return None;
    }
    let mut product = vec![vec![0.0; size]; size];
    for ((u, v), value) in turned.iter().zip(&matrix).zip(values) {
        for (row, factor) in product.iter_mut().zip(u) {
            add(row, factor / value, v);
        }
    }
    Some(product)
}

/// Makes all `rows` orthogonal to each other by turns, and turns `others` likewise.
fn make_orthogonal(rows: &mut [Vec<f64>], others: &mut [Vec<f64>]) {
    let largest = rows.iter().map(|row| dot(row, row)).fold(0.0, f64::max);
    let nothing = largest * ZERO * ZERO * ZERO;
    for _ in 0..MOST_SWEEPS {
        let mut are_orthogonal = true;
        for second in 1..rows.len() {
            for first in 0..second {
                let (one, other) = (dot(&rows[first], &rows[first]), dot(&rows[second], &rows[second]));
                let across = dot(&rows[first], &rows[second]);
                // What rounding leaves of a row has no direction.
                if one.min(other) <= nothing || across.abs() <= ORTHOGONAL * one.sqrt() * other.sqrt() {
                    continue;
                }
                are_orthogonal = false;
                let half = (other - one) / (2.0 * across);
                // Square roots have the same bits everywhere, which `hypot` does not promise.
                let tan = 1.0_f64.copysign(half) / (half.abs() + (half * half + 1.0).sqrt());
                let cos = 1.0 / (tan * tan + 1.0).sqrt();
                for rows in [&mut *rows, &mut *others] {
                    turn(rows, (first, second), (cos, cos * tan));
                }
            }
        }
        if are_orthogonal {
            return;
        }
    }
}

/// Turns two rows in the plane that they span.
fn turn(rows: &mut [Vec<f64>], (first, second): (usize, usize), (cos, sin): (f64, f64)) {
    let (before, after) = rows.split_at_mut(second);
    for (one, other) in before[first].iter_mut().zip(&mut after[0]) {
        (*one, *other) = (cos * *one - sin * *other, sin * *one + cos * *other);
    }
}

/// Adds `factor` times `row` to `sums`.
pub(super) fn add(sums: &mut [f64], factor: f64, row: &[f64]) {
    sums.iter_mut().zip(row).for_each(|(sum, number)| *sum += factor * number);
}

/// The dot product, in an order that does not depend on the machine.
fn dot(one: &[f64], other: &[f64]) -> f64 {
    let (ones, others) = (one.chunks_exact(LANES), other.chunks_exact(LANES));
    let rest: f64 = ones.remainder().iter().zip(others.remainder()).map(|(x, y)| x * y).sum();
    let mut sums = [0.0; LANES];
    for (one, other) in ones.zip(others) {
        sums.iter_mut().zip(one.iter().zip(other)).for_each(|(sum, (x, y))| *sum += x * y);
    }
    sums.iter().sum::<f64>() + rest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn product(one: &[Vec<f64>], other: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let row = |row: &Vec<f64>| {
            let mut sums = vec![0.0; other[0].len()];
            row.iter().zip(other).for_each(|(&factor, other)| add(&mut sums, factor, other));
            sums
        };
        one.iter().map(row).collect()
    }

    fn transposed(matrix: &[Vec<f64>]) -> Vec<Vec<f64>> {
        (0..matrix.len()).map(|column| matrix.iter().map(|row| row[column]).collect()).collect()
    }

    fn farthest(one: &[Vec<f64>], other: &[Vec<f64>]) -> f64 {
        let pairs = one.iter().flatten().zip(other.iter().flatten());
        pairs.map(|(x, y)| (x - y).abs()).fold(0.0, f64::max)
    }

    #[test]
    fn a_turn_is_its_own_factor_and_stretching_does_not_matter() {
        let turn = vec![vec![0.6, -0.8], vec![0.8, 0.6]];
        assert!(farthest(&polar(turn.clone()).unwrap(), &turn) < 1e-15);
        // A symmetric matrix with positive eigenvalues only stretches.
        let stretched = product(&turn, &[vec![2.0, 1.0], vec![1.0, 3.0]]);
        assert!(farthest(&polar(stretched).unwrap(), &turn) < 1e-15);
        assert_eq!(polar(vec![vec![-3.0]]), Some(vec![vec![-1.0]]));
    }

    #[test]
    fn what_has_no_single_factor_has_none() {
        assert_eq!(polar(vec![vec![0.0; 2]; 2]), None);
        assert_eq!(polar(vec![vec![1.0, 2.0, 3.0]; 3]), None);
        assert_eq!(polar(vec![vec![1.0, f64::NAN], vec![0.0, 1.0]]), None);
    }

    proptest! {
        #[test]
        fn the_factor_is_orthogonal_and_leaves_a_stretching(
            size in 1_usize..12,
            numbers in prop::collection::vec(-1.0..1.0_f64, 144),
        ) {
            let matrix: Vec<Vec<f64>> = numbers.chunks(12).take(size).map(|row| row[..size].to_vec()).collect();
            let Some(factor) = polar(matrix.clone()) else { return Ok(()) };
            let unit = |row: usize| (0..size).map(|column| f64::from(u8::from(row == column))).collect();
            let unit: Vec<Vec<f64>> = (0..size).map(unit).collect();
            prop_assert!(farthest(&product(&factor, &transposed(&factor)), &unit) < 1e-12);
            // Uᵀ M is symmetric, and stretches by positive numbers.
            let stretching = product(&transposed(&factor), &matrix);
            prop_assert!(farthest(&stretching, &transposed(&stretching)) < 1e-12);
            prop_assert!((0..size).all(|axis| stretching[axis][axis] > -1e-12));
        }
    }
}

//! Eigenvectors of symmetric matrices: Householder's reflections make a matrix tridiagonal, and implicit QL steps make
//! that one diagonal (Golub & Van Loan, Matrix Computations, sections 8.3.1 and 8.3.3).

/// Steps for one eigenvalue. It mostly takes two; where a number is not finite, it would never end.
const MOST_STEPS: usize = 60;

/// The eigenvalues of the symmetric `matrix`, largest first, each with its eigenvector of length 1.
pub(super) fn eigen(matrix: Vec<Vec<f64>>) -> Vec<(f64, Vec<f64>)> {
    let Tridiagonal { mut diagonal, mut beside, mirrors } = Tridiagonal::new(matrix);
    let size = diagonal.len();
    let unit = |row: usize| (0..size).map(|column| f64::from(u8::from(row == column))).collect();
    let mut vectors: Vec<Vec<f64>> = (0..size).map(unit).collect();
    diagonalize(&mut diagonal, &mut beside, &mut vectors);
    let mut pairs: Vec<_> = diagonal.into_iter().zip(vectors).collect();
    pairs.sort_by(|one, other| other.0.total_cmp(&one.0));
    for (_, vector) in &mut pairs {
        mirrors.iter().rev().for_each(|mirror| reflect(mirror, vector));
    }
    pairs
}

/// A matrix with numbers on its diagonal and beside it alone.
struct Tridiagonal {
    diagonal: Vec<f64>,
    /// Beside the diagonal, and a zero.
    beside: Vec<f64>,
    /// The reflections that made it, as normals of length 1 or 0, each without the zeros at its start.
    mirrors: Vec<Vec<f64>>,
}

impl Tridiagonal {
    fn new(mut matrix: Vec<Vec<f64>>) -> Self {
        let size = matrix.len();
        let (mut beside, mut mirrors) = (vec![0.0; size], Vec::new());
        for column in 0..size.saturating_sub(1) {
            let rest = column + 1..size;
            // The mirror that leaves only the first number of the column below the diagonal.
            let mut normal: Vec<_> = rest.clone().map(|row| matrix[row][column]).collect();
            beside[column] = -dot(&normal, &normal).sqrt().copysign(normal[0]);
            normal[0] -= beside[column];
            let length = dot(&normal, &normal).sqrt();
            if length > 0.0 {
                normal.iter_mut().for_each(|number| *number /= length);
            }
            // H A H = A − v wᵀ − w vᵀ, with w = p − (vᵀp) v and p = 2 A v.
            let mut other: Vec<_> = rest.clone().map(|row| 2.0 * dot(&matrix[row][rest.clone()], &normal)).collect();
            let along = dot(&normal, &other);
            other.iter_mut().zip(&normal).for_each(|(w, v)| *w -= along * v);
            for (row, (v, w)) in matrix[rest.clone()].iter_mut().zip(normal.iter().zip(&other)) {
                for (number, (normal, other)) in row[rest.clone()].iter_mut().zip(normal.iter().zip(&other)) {
                    *number -= v * other + w * normal;
                }
            }
            mirrors.push(normal);
        }
        Self { diagonal: (0..size).map(|row| matrix[row][row]).collect(), beside, mirrors }
    }
}

/// Reflects the end of `vector` in `mirror`.
fn reflect(mirror: &[f64], vector: &mut [f64]) {
    let start = vector.len() - mirror.len();
    let along = 2.0 * dot(mirror, &vector[start..]);
    vector[start..].iter_mut().zip(mirror).for_each(|(number, normal)| *number -= along * normal);
}

/// Turns what is `beside` the `diagonal` into zeros, and `vectors` with it.
fn diagonalize(diagonal: &mut [f64], beside: &mut [f64], vectors: &mut [Vec<f64>]) {
    let size = diagonal.len();
    for first in 0..size {
        for _ in 0..MOST_STEPS {
            let small = |at: &usize| {
                beside[*at].abs() <= f64::EPSILON * (diagonal[*at].abs() + diagonal[(*at + 1).min(size - 1)].abs())
            };
            let last = (first..size - 1).find(small).unwrap_or(size - 1);
            if last == first {
                break;
            }
            step(first, last, diagonal, beside, vectors);
        }
    }
}

/// An implicit QL step, with Wilkinson's shift, of the block from `first` to `last`.
fn step(first: usize, last: usize, diagonal: &mut [f64], beside: &mut [f64], vectors: &mut [Vec<f64>]) {
    let half = (diagonal[first + 1] - diagonal[first]) / (2.0 * beside[first]);
    let shift = diagonal[first] - beside[first] / (half + half.hypot(1.0).copysign(half));
    let (mut bulge, mut sin, mut cos, mut carried) = (diagonal[last] - shift, 1.0, 1.0, 0.0);
    for at in (first..last).rev() {
        let (up, side) = (sin * beside[at], cos * beside[at]);
        let length = up.hypot(bulge);
        beside[at + 1] = length;
        if length == 0.0 {
            // The block falls apart here.
            diagonal[at + 1] -= carried;
            beside[last] = 0.0;
            return;
        }
        (sin, cos) = (up / length, bulge / length);
        let rest = diagonal[at + 1] - carried;
        let turned = (diagonal[at] - rest) * sin + 2.0 * cos * side;
        carried = sin * turned;
        diagonal[at + 1] = rest + carried;
        bulge = cos * turned - side;
        let (left, right) = vectors.split_at_mut(at + 1);
        for (one, other) in left[at].iter_mut().zip(&mut right[0]) {
            (*one, *other) = (cos * *one - sin * *other, sin * *one + cos * *other);
        }
    }
    diagonal[first] -= carried;
    beside[first] = bulge;
    beside[last] = 0.0;
}

pub(super) fn dot(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(x, y)| x * y).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Checks that `matrix` times each vector is its value times the vector, and that vectors are of length 1 and
    /// upright.
    fn check(matrix: &[Vec<f64>]) -> Vec<f64> {
        let pairs = eigen(matrix.to_vec());
        let size = matrix.iter().flatten().fold(1e-300, |most: f64, x| most.max(x.abs())) * matrix.len() as f64;
        for (index, (value, vector)) in pairs.iter().enumerate() {
            for (row, number) in matrix.iter().zip(vector) {
                let left = dot(row, vector) - value * number;
                assert!(left.abs() <= 1e-13 * size, "{matrix:?}: {left:e}");
            }
            for (other, (_, upright)) in pairs.iter().enumerate() {
                let expected = f64::from(u8::from(other == index));
                assert!((dot(vector, upright) - expected).abs() < 1e-12, "{matrix:?}");
            }
        }
        let values: Vec<_> = pairs.into_iter().map(|pair| pair.0).collect();
        assert!(values.is_sorted_by(|one, other| one >= other), "{values:?}");
        values
    }

    #[test]
    fn values_are_those_of_the_books() {
        let near = |found: Vec<f64>, expected: &[f64]| {
            assert!(found.iter().zip(expected).all(|(x, y)| (x - y).abs() < 1e-12), "{found:?}");
        };
        near(check(&[vec![2.0, 1.0], vec![1.0, 2.0]]), &[3.0, 1.0]);
        let root = 2.0_f64.sqrt();
        let path = [vec![2.0, -1.0, 0.0], vec![-1.0, 2.0, -1.0], vec![0.0, -1.0, 2.0]];
        near(check(&path), &[2.0 + root, 2.0, 2.0 - root]);
        near(check(&vec![vec![1.0; 5]; 5]), &[5.0, 0.0, 0.0, 0.0, 0.0]);
        near(check(&vec![vec![0.0; 3]; 3]), &[0.0; 3]);
        near(check(&[vec![7.0]]), &[7.0]);
        assert!(eigen(Vec::new()).is_empty());
    }

    #[test]
    fn numbers_that_are_not_finite_end_too() {
        assert_eq!(eigen(vec![vec![f64::NAN; 4]; 4]).len(), 4);
    }

    proptest! {
        #[test]
        fn any_symmetric_matrix_has_its_vectors(
            size in 1_usize..12,
            numbers in prop::collection::vec(prop_oneof![Just(0.0), -1.0..1.0, -1e6..1e6], 144),
        ) {
            let number = |row: usize, column: usize| numbers[row.max(column) * 12 + row.min(column)];
            check(&(0..size).map(|row| (0..size).map(|column| number(row, column)).collect()).collect::<Vec<_>>());
        }
    }
}

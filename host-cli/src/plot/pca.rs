//! Principal components: the course's picture (MATH.md eq. 20).

use super::eigen::{dot, eigen};

/// Vectors projected onto the plane in which they differ most.
#[derive(Clone, Debug, PartialEq)]
pub struct Projection {
    /// One point per vector, in the vectors' own units.
    pub points: Vec<[f64; 2]>,
    /// The share of the variance on each of the two axes, 0 to 1.
    pub shares: [f64; 2],
}

/// Projects `rows`, all of the same length, onto the two directions in which they vary most (MATH.md eq. 20).
///
/// The largest component of each direction is positive, so that a picture is never a mirror image of itself. `None`
/// where there is nothing to see: no two rows differ, or a number is not finite.
#[must_use]
pub fn pca<R: AsRef<[f32]>>(rows: &[R]) -> Option<Projection> {
    let dim = rows.first()?.as_ref().len();
    let mut centered: Vec<Vec<_>> =
        rows.iter().map(|row| row.as_ref().iter().map(|&number| f64::from(number)).collect()).collect();
    for axis in 0..dim {
        let mean = centered.iter().map(|row| row[axis]).sum::<f64>() / rows.len() as f64;
        centered.iter_mut().for_each(|row| row[axis] -= mean);
    }
    let total: f64 = centered.iter().map(|row| dot(row, row)).sum();
    if !(total.is_finite() && total > 0.0) {
        return None;
    }
    let mut directions = directions(&centered, dim);
    // A second direction is missing where vectors have one number.
    directions.resize(2, vec![0.0; dim]);
    let points: Vec<_> = centered.iter().map(|row| [dot(row, &directions[0]), dot(row, &directions[1])]).collect();
    let share = |axis: usize| points.iter().map(|point| point[axis] * point[axis]).sum::<f64>() / total;
    let shares = [share(0), share(1)];
    Some(Projection { points, shares })
}

/// The first two right singular vectors of `centered`, `dim` numbers each, of length 1 with the largest number
/// positive.
///
/// They come from the smaller of the two products of `centered` with itself, which have the same eigenvalues.
fn directions(centered: &[Vec<f64>], dim: usize) -> Vec<Vec<f64>> {
    let by_rows = centered.len() < dim;
    let product = if by_rows {
        centered.iter().map(|row| centered.iter().map(|other| dot(row, other)).collect()).collect()
    } else {
        let mut product = vec![vec![0.0; dim]; dim];
        for row in centered {
            product.iter_mut().zip(row).for_each(|(sums, &factor)| add(sums, factor, row));
        }
        product
    };
    let mut pairs = eigen(product);
    pairs.truncate(2);
    let largest = pairs[0].0;
    let direction = |(value, vector): (f64, Vec<f64>)| {
        let mut direction = vec![0.0; dim];
        // A direction without variance comes from rounding alone.
        if value <= largest * 1e-12 {
            return direction;
        }
        if by_rows {
            centered.iter().zip(vector).for_each(|(row, factor)| add(&mut direction, factor, row));
        } else {
            direction = vector;
        }
        let widest =
            direction.iter().fold(0.0_f64, |most, &number| if number.abs() > most.abs() { number } else { most });
        let length = dot(&direction, &direction).sqrt().copysign(widest);
        direction.iter_mut().for_each(|number| *number /= length);
        direction
    };
    pairs.into_iter().map(direction).collect()
}

/// Adds `factor` times `row` to `sums`.
fn add(sums: &mut [f64], factor: f64, row: &[f64]) {
    sums.iter_mut().zip(row).for_each(|(sum, number)| *sum += factor * number);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The variance of `rows` along `direction`, the slow way.
    fn spread(rows: &[Vec<f32>], direction: &[f64]) -> f64 {
        let length = direction.iter().map(|x| x * x).sum::<f64>().sqrt();
        let along = |row: &Vec<f32>| row.iter().zip(direction).map(|(&x, d)| f64::from(x) * d).sum::<f64>() / length;
        let along: Vec<_> = rows.iter().map(along).collect();
        let mean = along.iter().sum::<f64>() / along.len() as f64;
        along.iter().map(|x| (x - mean).powi(2)).sum()
    }

    #[test]
    fn a_tilted_line_lies_on_the_first_axis() {
        let rows = [[1.0, 1.0], [2.0, 2.0], [6.0, 6.0_f32]];
        let Projection { points, shares } = pca(&rows).unwrap();
        let root = 2.0_f64.sqrt();
        for (point, expected) in points.iter().zip([-2.0 * root, -root, 3.0 * root]) {
            assert!((point[0] - expected).abs() < 1e-12 && point[1].abs() < 1e-12, "{points:?}");
        }
        assert!((shares[0] - 1.0).abs() < 1e-12 && shares[1].abs() < 1e-12);
    }

    #[test]
    fn the_course_picture_is_that_of_numpy() {
        // numpy: X -= X.mean(0); U, S, V = svd(X.T @ X / len(X)); X @ U[:, :2], with the signs fixed.
        let rows = [[2.0, 0.0, 1.0], [0.0, 1.0, 3.0], [1.0, 4.0, 0.0], [3.0, 1.0, 1.0_f32]];
        let Projection { points, shares } = pca(&rows).unwrap();
        let expected = [[-1.269184, 0.824803], [-1.073180, -2.095763], [2.832388, -0.174422], [-0.490025, 1.445383]];
        for (point, expected) in points.iter().zip(expected) {
            assert!((point[0] - expected[0]).abs() < 1e-6 && (point[1] - expected[1]).abs() < 1e-6, "{points:?}");
        }
        assert!((shares[0] - 0.588005).abs() < 1e-6 && (shares[1] - 0.383578).abs() < 1e-6, "{shares:?}");
    }

    #[test]
    fn nothing_to_see_is_no_picture() {
        assert_eq!(pca::<[f32; 2]>(&[]), None);
        assert_eq!(pca(&[[1.0, 2.0]]), None);
        assert_eq!(pca(&[[1.0, 2.0], [1.0, 2.0]]), None);
        assert_eq!(pca(&[[1.0, 2.0], [f32::NAN, 2.0]]), None);
        assert_eq!(pca(&[[1.0], [3.0]]).unwrap().points, [[-1.0, 0.0], [1.0, 0.0]]);
    }

    proptest! {
        #[test]
        fn no_direction_shows_more(
            rows in (1_usize..6).prop_flat_map(|dim| {
                prop::collection::vec(prop::collection::vec(-9.0_f32..9.0, dim), 2..9)
            }),
            tilt in prop::collection::vec(-1.0_f64..1.0, 6),
        ) {
            let Some(Projection { points, shares }) = pca(&rows) else { return Ok(()) };
            let total: f64 = (0..rows[0].len()).map(|axis| {
                let direction: Vec<_> = (0..rows[0].len()).map(|other| f64::from(u8::from(other == axis))).collect();
                spread(&rows, &direction)
            }).sum();
            let shown = |axis: usize| points.iter().map(|point| point[axis].powi(2)).sum::<f64>() / total;
            prop_assert!((shown(0) - shares[0]).abs() < 1e-9 && (shown(1) - shares[1]).abs() < 1e-9);
            prop_assert!(shares[0] >= shares[1] - 1e-9 && shares[0] + shares[1] <= 1.0 + 1e-9);
            let tilt = &tilt[..rows[0].len()];
            if tilt.iter().any(|x| x.abs() > 1e-3) {
                prop_assert!(spread(&rows, tilt) / total <= shares[0] + 1e-9);
            }
            let across: f64 = points.iter().map(|point| point[0] * point[1]).sum();
            prop_assert!(across.abs() / total < 1e-9, "the axes are not correlated");
        }
    }
}

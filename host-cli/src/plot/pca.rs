//! Principal components: the course's picture (MATH.md eq. 20).

use nalgebra::{DMatrix, DVector, SymmetricEigen};

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
    let (count, dim) = (rows.len(), rows.first()?.as_ref().len());
    let mut centered = DMatrix::from_fn(count, dim, |row, column| f64::from(rows[row].as_ref()[column]));
    for mut column in centered.column_iter_mut() {
        let mean = column.mean();
        column.add_scalar_mut(-mean);
    }
    let total = centered.norm_squared();
    if !(total.is_finite() && total > 0.0) {
        return None;
    }
    let (points, variances): (Vec<_>, Vec<_>) = directions(&centered)
        .into_iter()
        .map(|direction| {
            let along = &centered * direction;
            let variance = along.norm_squared();
            (along, variance / total)
        })
        .unzip();
    // A second direction is missing where vectors have one number.
    let coordinate = |axis: usize, row: usize| points.get(axis).map_or(0.0, |along: &DVector<f64>| along[row]);
    let share = |axis: usize| variances.get(axis).copied().unwrap_or(0.0);
    Some(Projection {
        points: (0..count).map(|row| [coordinate(0, row), coordinate(1, row)]).collect(),
        shares: [share(0), share(1)],
    })
}

/// The first two right singular vectors of `centered`, each of length 1 with its largest component positive.
///
/// They come from the smaller of the two products of `centered` with itself, which have the same eigenvalues.
fn directions(centered: &DMatrix<f64>) -> Vec<DVector<f64>> {
    let by_rows = centered.nrows() < centered.ncols();
    let product = if by_rows { centered * centered.transpose() } else { centered.transpose() * centered };
    let SymmetricEigen { eigenvectors, eigenvalues } = SymmetricEigen::new(product);
    let mut order: Vec<_> = (0..eigenvalues.len()).collect();
    order.sort_by(|&one, &other| eigenvalues[other].total_cmp(&eigenvalues[one]));
    let direction = |&axis: &usize| {
        let vector = eigenvectors.column(axis);
        let mut direction = if by_rows { centered.tr_mul(&vector) } else { vector.into_owned() };
        // A direction without variance comes from rounding alone.
        if eigenvalues[axis] <= eigenvalues[order[0]] * 1e-12 || direction.normalize_mut() == 0.0 {
            return DVector::zeros(centered.ncols());
        }
        let largest = direction[direction.icamax()];
        direction * largest.signum()
    };
    order.iter().take(2).map(direction).collect()
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
            rows in (1_usize..6).prop_flat_map(|dim| prop::collection::vec(prop::collection::vec(-9.0_f32..9.0, dim), 2..9)),
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

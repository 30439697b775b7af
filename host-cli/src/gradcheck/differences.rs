//! Derivatives without calculus.

/// Half the distance between the two points of a difference: the error of the quotient falls with its square, while
/// that of rounding grows with its inverse.
const STEP: f64 = 1e-5;

/// `∂f/∂x` at `x`, component by component, as `(f(x + h) − f(x − h)) / 2h`.
///
/// # Errors
/// The first one of `f`.
pub fn central_differences<E>(x: &[f64], mut f: impl FnMut(&[f64]) -> Result<f64, E>) -> Result<Vec<f64>, E> {
    let mut x = x.to_vec();
    (0..x.len())
        .map(|i| {
            let here = x[i];
            let (above, below) = (here + STEP, here - STEP);
            x[i] = above;
            let j_above = f(&x)?;
            x[i] = below;
            let j_below = f(&x)?;
            x[i] = here;
            // Not 2h: the points themselves have been rounded.
            Ok((j_above - j_below) / (above - below))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_derivatives_of_a_polynomial() {
        let f = |x: &[f64]| Ok::<_, ()>(x[0] * x[0] * x[1] + 3.0 * x[1]);
        let [by_x, by_y] = central_differences(&[2.0, -5.0], f).unwrap()[..] else { panic!("two derivatives") };
        assert!((by_x + 20.0).abs() < 1e-8 && (by_y - 7.0).abs() < 1e-8, "{by_x}, {by_y}");
        assert_eq!(central_differences(&[1.0], |_| Err(7)), Err(7));
    }
}

//! Equations 1 to 4: the scalar functions, against references and at the ends of their range.

use motevec_core::math::{Real, log_sigmoid, log_sum_exp, relu, relu_derivative, sigmoid, sigmoid_derivative, softmax};
use proptest::prelude::*;

use crate::numerically::{CLOSE, central_differences, distance};

/// Checks `f` at `x` against `derivative`, by a central difference.
fn assert_derivative(x: f64, f: fn(f64) -> f64, derivative: f64) {
    let numeric = central_differences(&[x], |x| f(x[0]));
    assert!(distance(&numeric, &[derivative]) < CLOSE, "at {x}: {numeric:?}, not {derivative}");
}

#[test]
fn sigmoid_has_its_digits_in_both_tails() {
    for (x, expected) in
        [(1.0, 0.731_058_578_630_004_9), (-40.0, 4.248_354_255_291_589e-18), (-700.0, 9.859_676_543_759_77e-305)]
    {
        assert!((sigmoid(x) / expected - 1.0_f64).abs() < 1e-14, "{x}");
    }
    assert!((sigmoid(-80.0_f32) / 1.804_851_4e-35 - 1.0).abs() < 1e-6);
}

fn ends<R: Real>() {
    let [big, infinity, nan] = [1e30, f64::INFINITY, f64::NAN].map(R::from_f64);
    for x in [big, infinity] {
        assert!(sigmoid(x) == R::ONE && sigmoid(-x) == R::ZERO);
        assert!(sigmoid_derivative(x) == R::ZERO && sigmoid_derivative(-x) == R::ZERO);
        assert!(log_sigmoid(x) == R::ZERO && log_sigmoid(-x) == -x);
    }
    for f in [sigmoid, sigmoid_derivative, log_sigmoid, relu, relu_derivative] {
        assert!(f(nan).is_nan());
    }
}

#[test]
fn the_ends_of_the_range_are_finite_in_both_types() {
    ends::<f32>();
    ends::<f64>();
}

#[test]
fn log_sigmoid_is_accurate_where_the_sigmoid_has_run_out() {
    assert!((log_sigmoid(-1.0_f64) + 1.313_261_687_518_222_8).abs() < 1e-15);
    assert!((log_sigmoid(40.0_f64) / -4.248_354_255_291_589e-18 - 1.0).abs() < 1e-14);
    assert_eq!(log_sigmoid(-200.0_f32), -200.0); // σ(−200) is 0 in f32
}

fn softmax_of_large_numbers<R: Real>() {
    let [big, zero, one, half] = [1e30, 0.0, 1.0, 0.5].map(R::from_f64);
    let infinity = R::from_f64(f64::INFINITY);
    let shares = |mut xs: [R; 3]| {
        softmax(&mut xs);
        xs
    };
    assert_eq!(shares([big, -big, zero]), [one, zero, zero]);
    assert_eq!(shares([big, -big, big]), [half, zero, half]);
    assert_eq!(shares([infinity, zero, infinity]), [half, zero, half]);
    assert_eq!(shares([-infinity, zero, -infinity]), [zero, one, zero]);
    assert!(distance(&shares([-infinity; 3]).map(R::to_f64), &[1.0 / 3.0; 3]) < CLOSE);
    assert!(shares([one, R::from_f64(f64::NAN), zero]).iter().all(|x| x.is_nan()));
    assert!(shares([R::from_f64(f64::NAN), one, zero]).iter().all(|x| x.is_nan()));

    assert_eq!(log_sum_exp(&[big, -big, zero]), big);
    assert_eq!(log_sum_exp(&[-big]), -big);
    assert_eq!(log_sum_exp(&[zero, infinity]), infinity);
    assert_eq!(log_sum_exp(&[-infinity; 2]), -infinity);
    assert_eq!(log_sum_exp::<R>(&[]), -infinity);
    assert!(log_sum_exp(&[zero, R::from_f64(f64::NAN)]).is_nan());
}

#[test]
fn softmax_stands_large_infinite_and_no_numbers() {
    softmax_of_large_numbers::<f32>();
    softmax_of_large_numbers::<f64>();
    softmax::<f32>(&mut []);
}

#[test]
fn relu_is_flat_at_and_below_zero() {
    assert_eq!([-1.0, -0.0, 0.0, 2.0].map(relu::<f32>), [0.0, 0.0, 0.0, 2.0]);
    assert_eq!([-1.0, -0.0, 0.0, 2.0].map(relu_derivative::<f32>), [0.0, 0.0, 0.0, 1.0]);
    assert_derivative(-0.5, relu, relu_derivative(-0.5));
    assert_derivative(0.5, relu, relu_derivative(0.5));
}

proptest! {
    #[test]
    fn eq_1_the_derivative_of_the_sigmoid(x in -30.0_f64..30.0) {
        assert_derivative(x, sigmoid, sigmoid_derivative(x));
        prop_assert!((sigmoid(x) * (1.0 - sigmoid(x)) - sigmoid_derivative(x)).abs() < 1e-15);
        prop_assert!((1.0 - sigmoid(x) - sigmoid(-x)).abs() < 1e-15);
    }

    #[test]
    fn eq_2_the_logarithm_of_the_sigmoid(x in -30.0_f64..30.0) {
        prop_assert!((log_sigmoid(x) - sigmoid(x).ln()).abs() < 1e-10 * (1.0 + x.abs()));
        assert_derivative(x, log_sigmoid, sigmoid(-x));
    }

    #[test]
    fn eq_3_softmax_is_the_gradient_of_log_sum_exp(xs in prop::collection::vec(-20.0_f64..20.0, 1..12)) {
        let mut shares = xs.clone();
        softmax(&mut shares);
        let by_definition: Vec<f64> = xs.iter().map(|x| f64::exp(x - log_sum_exp(&xs))).collect();
        prop_assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-14);
        prop_assert!(distance(&shares, &by_definition) < 1e-13);
        prop_assert!(distance(&shares, &central_differences(&xs, log_sum_exp)) < CLOSE);
        prop_assert!((log_sum_exp(&xs) - xs.iter().map(|x| x.exp()).sum::<f64>().ln()).abs() < 1e-13);
    }

    #[test]
    fn f32_follows_f64(x in -80.0_f32..80.0) {
        let wide = f64::from(x);
        for (narrow, wide) in [
            (sigmoid(x), sigmoid(wide)),
            (sigmoid_derivative(x), sigmoid_derivative(wide)),
            (log_sigmoid(x), log_sigmoid(wide)),
        ] {
            prop_assert!((f64::from(narrow) - wide).abs() <= 1e-6 * wide.abs(), "{narrow} for {wide} at {x}");
        }
    }
}

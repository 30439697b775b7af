//! Equations 5 to 14: the losses against their definitions, and the gradients against central differences of these.

use motevec_core::loss::{self, Gradients, NaiveSoftmax, NegativeSampling, PairLoss, skip_gram, window};
use motevec_core::math::{Real, ShapeError};
use proptest::prelude::*;

use crate::numerically::{self, CLOSE, central_differences, distance};

/// How far `f32` may be from `f64`, with up to 40 components, 6 outside words and 8 negatives each.
const CLOSE_F32: f64 = 5e-5;

/// A window, in numbers that `f32` has.
#[derive(Clone, Debug)]
struct Window {
    center: Vec<f64>,
    outside_vectors: Vec<f64>,
    outside: Vec<u32>,
    /// One list for each outside word.
    negatives: Vec<Vec<u32>>,
}

fn windows() -> impl Strategy<Value = Window> {
    (1_usize..=40, 1_usize..=12, 0_usize..=6, 0_usize..=8).prop_flat_map(|(dim, vocab, words, k)| {
        let numbers = |n| prop::collection::vec((-1.0_f32..1.0).prop_map(f64::from), n);
        let rows = |n| prop::collection::vec(0..vocab as u32, n);
        (numbers(dim), numbers(vocab * dim), rows(words), prop::collection::vec(rows(k), words)).prop_map(
            |(center, outside_vectors, outside, negatives)| Window { center, outside_vectors, outside, negatives },
        )
    })
}

/// A loss, `∂J/∂v_c` and `∂J/∂U`.
type Outcome = (f64, Vec<f64>, Vec<f64>);

/// `core`'s answer for a window, computed in `R`.
fn computed<R: Real>(window: &Window, mut loss: impl PairLoss<R>) -> Outcome {
    let narrow = |xs: &[f64]| xs.iter().copied().map(R::from_f64).collect::<Vec<R>>();
    let widen = |xs: Vec<R>| xs.into_iter().map(R::to_f64).collect::<Vec<f64>>();
    let (center, outside_vectors) = (narrow(&window.center), narrow(&window.outside_vectors));
    let (mut by_center, mut by_outside) = (vec![R::ZERO; center.len()], vec![R::ZERO; outside_vectors.len()]);
    let mut gradients = Gradients { center: &mut by_center, outside: &mut by_outside };
    let words = window.outside.iter().copied();
    let j = skip_gram(&mut loss, &center, words, &outside_vectors, &mut gradients).unwrap();
    (j.to_f64(), widen(by_center), widen(by_outside))
}

fn computed_softmax<R: Real>(window: &Window) -> Outcome {
    let mut errors = vec![R::ZERO; window.outside_vectors.len() / window.center.len()];
    computed(window, NaiveSoftmax { errors: &mut errors })
}

fn computed_negatives<R: Real>(window: &Window) -> Outcome {
    computed::<R>(window, NegativeSampling { negatives: window.negatives.iter().map(Vec::as_slice) })
}

/// The answer from the definition `j(v_c, U)` and its central differences.
fn defined(window: &Window, j: impl Fn(&[f64], &[f64]) -> f64) -> Outcome {
    let (center, outside_vectors) = (&window.center, &window.outside_vectors);
    let by_center = central_differences(center, |v_c| j(v_c, outside_vectors));
    let by_outside = central_differences(outside_vectors, |u| j(center, u));
    (j(center, outside_vectors), by_center, by_outside)
}

fn defined_softmax(window: &Window) -> Outcome {
    defined(window, |v_c, u| window.outside.iter().map(|&o| numerically::naive_softmax(v_c, o, u)).sum())
}

fn defined_negatives(window: &Window) -> Outcome {
    defined(window, |v_c, u| {
        let pairs = window.outside.iter().zip(&window.negatives);
        pairs.map(|(&o, negatives)| numerically::negative_sampling(v_c, o, negatives, u)).sum()
    })
}

fn assert_same(a: &Outcome, b: &Outcome, close: f64) {
    assert!(distance(&[a.0], &[b.0]) < close, "loss: {} and {}", a.0, b.0);
    assert!(distance(&a.1, &b.1) < close, "∂J/∂v_c: {:?} and {:?}", a.1, b.1);
    assert!(distance(&a.2, &b.2) < close, "∂J/∂U: {:?} and {:?}", a.2, b.2);
}

proptest! {
    #[test]
    fn eq_5_to_8_and_14_naive_softmax(window in windows()) {
        let wide = computed_softmax::<f64>(&window);
        assert_same(&wide, &defined_softmax(&window), CLOSE);
        assert_same(&computed_softmax::<f32>(&window), &wide, CLOSE_F32);
    }

    #[test]
    fn eq_9_to_14_negative_sampling(window in windows()) {
        let wide = computed_negatives::<f64>(&window);
        assert_same(&wide, &defined_negatives(&window), CLOSE);
        assert_same(&computed_negatives::<f32>(&window), &wide, CLOSE_F32);
    }

    #[test]
    fn eq_14_a_window_is_cut_at_the_ends_and_skips_its_center(n in 0_usize..12, t in 0_usize..14, m in 0_usize..14) {
        let sentence: Vec<u32> = (0..n as u32).collect();
        let expected: Vec<u32> = (-(m as i64)..=m as i64)
            .filter(|&j| j != 0 && t < n)
            .map(|j| t as i64 + j)
            .filter(|position| (0..n as i64).contains(position))
            .map(|position| position as u32)
            .collect();
        prop_assert_eq!(window(&sentence, t, m).collect::<Vec<_>>(), expected);
    }
}

const V_C: [f64; 2] = [0.5, -1.5];
const U: [f64; 6] = [1.0, 0.5, -0.25, 0.75, 2.0, -1.0];

/// Runs `pair` on zeroed gradients of `V_C` and `U`.
fn pair(pair: impl FnOnce(&mut Gradients<'_, f64>) -> f64) -> Outcome {
    let (mut center, mut outside) = (vec![0.0; 2], vec![0.0; 6]);
    let j = pair(&mut Gradients { center: &mut center, outside: &mut outside });
    (j, center, outside)
}

#[test]
fn eq_8_the_gradient_is_zero_where_the_prediction_is_the_truth() {
    let (mut center, mut outside) = ([0.0_f32; 3], [0.0; 3]);
    let mut gradients = Gradients { center: &mut center, outside: &mut outside };
    let j = loss::naive_softmax(&[1.0, 2.0, 3.0], 0, &[4.0, 5.0, 6.0], &mut [0.0], &mut gradients).unwrap();
    assert_eq!((j, center, outside), (0.0, [0.0; 3], [0.0; 3]));
}

#[test]
fn eq_12_a_repeat_counts_every_time() {
    let sample = |negatives: &[u32]| pair(|g| loss::negative_sampling(&V_C, 0, negatives, &U, g).unwrap());
    let [(none, none_c, none_u), (once, once_c, once_u), (thrice, thrice_c, thrice_u)] =
        [sample(&[]), sample(&[2]), sample(&[2, 2, 2])];
    let tripled = |none: &[f64], once: &[f64]| -> Vec<f64> {
        none.iter().zip(once).map(|(none, once)| none + 3.0 * (once - none)).collect()
    };
    assert!((once - none).abs() > 0.1);
    assert!((thrice - (none + 3.0 * (once - none))).abs() < 1e-12);
    assert!(distance(&thrice_c, &tripled(&none_c, &once_c)) < 1e-12);
    assert!(distance(&thrice_u, &tripled(&none_u, &once_u)) < 1e-12);
    assert_eq!(thrice_u[2..4], [0.0; 2], "word 1 was not drawn");
}

#[test]
fn losses_stay_finite_where_scores_are_huge() {
    let (v_c, u) = ([1e15_f32], [1e15_f32, -1e15]);
    for outside in [0, 1] {
        let (mut center, mut by_u) = ([0.0], [0.0; 2]);
        let mut gradients = Gradients { center: &mut center, outside: &mut by_u };
        let a = loss::naive_softmax(&v_c, outside, &u, &mut [0.0; 2], &mut gradients).unwrap();
        let b = loss::negative_sampling(&v_c, outside, &[1 - outside], &u, &mut gradients).unwrap();
        let expected = if outside == 0 { 0.0 } else { 2e30 };
        assert!([a, b].iter().all(|j| (j - expected).abs() <= 1e-6 * expected), "{a}, {b}");
        assert!(center.iter().chain(&by_u).all(|g| g.is_finite()));
    }
}

#[test]
fn gradients_are_added_to_what_is_there() {
    let once = pair(|g| loss::naive_softmax(&V_C, 1, &U, &mut [0.0; 3], g).unwrap());
    let twice = pair(|g| {
        let first = loss::naive_softmax(&V_C, 1, &U, &mut [0.0; 3], g).unwrap();
        first + loss::naive_softmax(&V_C, 1, &U, &mut [7.0; 3], g).unwrap()
    });
    let doubled = |xs: &[f64]| xs.iter().map(|x| 2.0 * x).collect::<Vec<_>>();
    assert_same(&twice, &(2.0 * once.0, doubled(&once.1), doubled(&once.2)), 1e-15);
}

#[test]
fn shapes_are_checked_before_anything_is_written() {
    let (mut center, mut outside, mut errors) = ([0.5; 2], [0.5; 6], [0.5; 3]);
    let mut g = Gradients { center: &mut center, outside: &mut outside };
    let failures = [
        loss::naive_softmax(&[], 0, &U, &mut errors, &mut g),
        loss::naive_softmax(&V_C, 0, &U[..5], &mut errors, &mut g),
        loss::naive_softmax(&V_C, 3, &U, &mut errors, &mut g),
        loss::naive_softmax(&V_C, 0, &U, &mut errors[..2], &mut g),
        loss::naive_softmax(&V_C[..1], 0, &U, &mut errors, &mut g),
        loss::naive_softmax(&V_C, 0, &U[..4], &mut errors, &mut g),
        loss::negative_sampling(&V_C, 3, &[], &U, &mut g),
        loss::negative_sampling(&V_C, 0, &[1, u32::MAX], &U, &mut g),
        skip_gram(&mut NegativeSampling { negatives: [].into_iter() }, &V_C, [0], &U, &mut g),
    ];
    assert_eq!(
        failures.map(Result::unwrap_err),
        [
            ShapeError::NoComponents,
            ShapeError::Ragged { what: "outside vectors", found: 5, dim: 2 },
            ShapeError::Row { what: "outside word", row: 3, rows: 3 },
            ShapeError::Length { what: "room for the errors of the softmax", found: 2, expected: 3 },
            ShapeError::Length { what: "gradient of the center vector", found: 2, expected: 1 },
            ShapeError::Length { what: "gradient of the outside vectors", found: 6, expected: 4 },
            ShapeError::Row { what: "outside word", row: 3, rows: 3 },
            ShapeError::Row { what: "negative sample", row: u32::MAX, rows: 3 },
            ShapeError::TooFewNegatives,
        ]
    );
    assert_eq!((center, outside, errors), ([0.5; 2], [0.5; 6], [0.5; 3]));
}

//! The slips in the course's documents (the table in MATH.md): the wrong form fails the check by central differences,
//! or does what it must not do, and core's form passes it.

use motevec_core::loss::{self, Gradients, NegativeSampling, skip_gram, window};
use motevec_core::math::{ShapeError, sigmoid_derivative};
use motevec_core::optim::Sgd;

use crate::numerically::{self, CLOSE, central_differences, distance, distribution, dot, sigmoid};

/// A slip is far away: nothing that rounding could explain.
const FAR: f64 = 1e-2;

const V_C: [f64; 3] = [0.9, -0.4, 0.6];
/// Four words.
const U: [f64; 12] = [0.3, 0.8, -0.5, -0.7, 0.2, 0.9, 0.4, -0.6, 0.1, -0.2, -0.9, 0.5];
const O: u32 = 1;
/// Word 2 was drawn twice.
const NEGATIVES: [u32; 3] = [2, 0, 2];

fn u(w: u32) -> &'static [f64] {
    &U[w as usize * 3..][..3]
}

fn scaled(scale: f64, x: &[f64]) -> Vec<f64> {
    x.iter().map(|x| scale * x).collect()
}

/// Adds up vectors of D numbers.
fn total(vectors: impl IntoIterator<Item = Vec<f64>>) -> Vec<f64> {
    vectors.into_iter().fold(vec![0.0; 3], |sum, x| sum.iter().zip(x).map(|(a, b)| a + b).collect())
}

/// The gradients `∂J/∂v_c` and `∂J/∂U` that `core` adds up.
fn core_gradients(add: impl FnOnce(&mut Gradients<'_, f64>) -> Result<f64, ShapeError>) -> (Vec<f64>, Vec<f64>) {
    let (mut center, mut outside) = (vec![0.0; 3], vec![0.0; 12]);
    add(&mut Gradients { center: &mut center, outside: &mut outside }).unwrap();
    (center, outside)
}

fn core_softmax() -> (Vec<f64>, Vec<f64>) {
    core_gradients(|g| loss::naive_softmax(&V_C, O, &U, &mut [0.0; 4], g))
}

fn core_negatives() -> (Vec<f64>, Vec<f64>) {
    core_gradients(|g| loss::negative_sampling(&V_C, O, &NEGATIVES, &U, g))
}

/// `∂J/∂v_c` of naive softmax, numerically.
fn softmax_by_center() -> Vec<f64> {
    central_differences(&V_C, |v_c| numerically::naive_softmax(v_c, O, &U))
}

/// `∂J/∂v_c` of negative sampling, numerically.
fn negatives_by_center() -> Vec<f64> {
    central_differences(&V_C, |v_c| numerically::negative_sampling(v_c, O, &NEGATIVES, &U))
}

/// `∂J/∂U` of negative sampling, numerically.
fn negatives_by_outside() -> Vec<f64> {
    central_differences(&U, |u| numerically::negative_sampling(&V_C, O, &NEGATIVES, u))
}

/// Checks that `truth` is near `right` and far from `slip`.
#[track_caller]
fn assert_slip(truth: &[f64], slip: &[f64], right: &[f64]) {
    assert!(distance(truth, right) < CLOSE, "core says {right:?}, central differences {truth:?}");
    assert!(distance(truth, slip) > FAR, "the slip {slip:?} goes unnoticed beside {truth:?}");
}

/// The factors of `−∂ log σ(u_o·v_c)` and of `−∂ log σ(−u_{w_s}·v_c)`, times their vectors.
fn by_center(of_outside: impl Fn(f64) -> f64, of_negative: impl Fn(f64) -> f64) -> Vec<f64> {
    let negatives = NEGATIVES.iter().map(|&w| scaled(of_negative(dot(u(w), &V_C)), u(w)));
    total(negatives.chain([scaled(of_outside(dot(u(O), &V_C)), u(O))]))
}

#[test]
fn document_2_eq_46_to_53_and_59_the_inner_derivative_and_the_factor_of_a_negative() {
    let (truth, (right, _)) = (negatives_by_center(), core_negatives());
    // 1 − σ(u_w·v_c) where 1 − σ(−u_w·v_c) belongs.
    assert_slip(&truth, &by_center(|x| sigmoid(x) - 1.0, |x| 1.0 - sigmoid(x)), &right);
    // The derivative of σ taken once more as the inner factor.
    let again = |x: f64| sigmoid(x) * (1.0 - sigmoid(x));
    assert_slip(&truth, &by_center(|x| (sigmoid(x) - 1.0) * again(x), |x| sigmoid(x) * again(x)), &right);
    // The form beside which these are slips.
    assert!(distance(&truth, &by_center(|x| sigmoid(x) - 1.0, |x| 1.0 - sigmoid(-x))) < CLOSE);
}

#[test]
fn document_3_1e_the_sign_of_a_negative() {
    let slip = by_center(|x| sigmoid(x) - 1.0, |x| sigmoid(x) - 1.0);
    assert_slip(&negatives_by_center(), &slip, &core_negatives().0);

    // What it would do: pull a negative's vector towards the center's.
    let step = |error: f64| total([u(2).to_vec(), scaled(-0.1 * error, &V_C)]);
    let score = dot(u(2), &V_C);
    assert!(dot(&step(sigmoid(score) - 1.0), &V_C) > score);
    let mut stepped = U;
    Sgd::default().step(0.1, &core_negatives().1, &mut stepped).unwrap();
    assert!(dot(&stepped[6..9], &V_C) < score);
}

#[test]
fn document_3_1b_the_derivative_of_a_probability() {
    let y_hat = distribution(&V_C, &U);
    let y_o = y_hat[O as usize];
    // ∂J/∂v_c = −1/ŷ_o Σ_w ∂ŷ_o/∂(u_w·v_c) u_w, with the derivative of ŷ_o by each score.
    let chain =
        |by_score: &dyn Fn(u32) -> f64| total((0..4).map(|w| scaled(-by_score(w) / y_o, u(w))).collect::<Vec<_>>());
    let slip = chain(&|w| y_hat[w as usize] * (1.0 - y_hat[w as usize]));
    let derived = chain(&|w| y_o * (f64::from(w == O) - y_hat[w as usize]));
    assert_slip(&softmax_by_center(), &slip, &core_softmax().0);
    assert!(distance(&softmax_by_center(), &derived) < CLOSE);
}

#[test]
fn document_3_3c_l2_adds_no_noise() {
    let regularized = Sgd { l2: 0.5 };
    let mut theta = [4.0_f64, -2.0, 0.0];
    regularized.step(0.1, &[0.0; 3], &mut theta).unwrap();
    assert!(distance(&theta, &[3.8, -1.9, 0.0]) < 1e-15, "towards zero, by η·l2");
}

#[test]
fn document_4a_the_derivative_of_the_sigmoid_below_minus_88() {
    let slip = |x: f32| {
        let sigmoid = 1.0 / (1.0 + (-x).exp());
        sigmoid * sigmoid * (-x).exp()
    };
    assert!((slip(1.0) - sigmoid_derivative(1.0)).abs() < 1e-6, "equal on paper");
    assert!(slip(-100.0).is_nan());
    assert!((0.0..1e-40).contains(&sigmoid_derivative(-100.0_f32)));
}

#[test]
fn document_4b_the_factor_of_the_predicted_probability() {
    let y_hat = distribution(&V_C, &U);
    let y_o = y_hat[O as usize];
    let mean = total((0..4).map(|w| scaled(y_hat[w as usize], u(w))));
    let inner = total([u(O).to_vec(), scaled(-1.0, &mean)]); // u_o − Σ_x ŷ_x u_x
    // ∂ŷ_o/∂v_c is ŷ_o times `inner`; the slip leaves ŷ_o out of it, and −1/ŷ_o stays.
    assert_slip(&softmax_by_center(), &scaled(-1.0 / y_o, &inner), &core_softmax().0);
    assert!(distance(&softmax_by_center(), &scaled(-y_o / y_o, &inner)) < CLOSE);
}

#[test]
fn document_4c_the_gradient_by_the_outside_vectors() {
    let truth = central_differences(&U, |u| numerically::naive_softmax(&V_C, O, u));
    let slip: Vec<f64> = distribution(&V_C, &U).iter().flat_map(|y| scaled(-y, &V_C)).collect();
    assert_slip(&truth, &slip, &core_softmax().1);
}

#[test]
fn document_4d_the_gradient_of_a_negative_is_a_vector() {
    let (truth, right) = (negatives_by_outside(), core_negatives().1);
    // Word 0, which was drawn once.
    assert_slip(&truth[..3], &[sigmoid(dot(u(0), &V_C)); 3], &right[..3]);
}

#[test]
fn document_4e_the_window_has_both_its_ends() {
    let (sentence, t, m) = ([0, 3, 2, 1, 0, 2], 3, 2);
    let slip: Vec<u32> = (t - m..t + m).filter(|&i| i != t).map(|i| sentence[i]).collect(); // −m ≤ j < m
    let by_center = |words: &[u32]| {
        let negatives = vec![NEGATIVES.as_slice(); words.len()];
        let loss = &mut NegativeSampling { negatives: negatives.into_iter() };
        core_gradients(|g| skip_gram(loss, &V_C, words.iter().copied(), &U, g)).0
    };
    let truth = central_differences(&V_C, |v_c| {
        [3, 2, 0, 2].iter().map(|&o| numerically::negative_sampling(v_c, o, &NEGATIVES, &U)).sum()
    });
    assert_slip(&truth, &by_center(&slip), &by_center(&window(&sentence, t, m).collect::<Vec<_>>()));
}

#[test]
fn document_1_a4_the_negative_sampling_test_is_passed_by_counting_repeats() {
    let distinct = [2, 0];
    let truth = negatives_by_outside();
    let (_, slip) = core_gradients(|g| loss::negative_sampling(&V_C, O, &distinct, &U, g));
    assert_slip(&truth, &slip, &core_negatives().1);
}

/// The course's own case of negative sampling: its vectors, its draws, and what it published.
#[test]
fn document_1_a4_the_course_s_published_case() {
    let v_c = [-0.2732364450393794, 0.12538062347179063, 0.9537408161340624];
    let outside_vectors = [
        [-0.6831809040518332, -0.042005189369976915, 0.7290400650203748],
        [0.18289106803498661, 0.7609858689117064, -0.6224559137398544],
        [-0.615178735138841, 0.5147623987134095, -0.5971388420658905],
        [-0.3386707358650964, -0.8096653430991654, -0.4793163515390485],
        [-0.5262952865514944, -0.781904076158553, 0.33412465793520896],
    ];
    let draws = [[3, 2, 2, 4, 1, 3, 1, 3, 1, 1], [2, 4, 0, 0, 0, 0, 4, 4, 2, 4]];

    let (mut center, mut outside) = ([0.0; 3], [0.0; 15]);
    let mut gradients = Gradients { center: &mut center, outside: &mut outside };
    let mut loss = NegativeSampling { negatives: draws.iter().map(<[u32; 10]>::as_slice) };
    let j = skip_gram(&mut loss, &v_c, [0, 1], outside_vectors.as_flattened(), &mut gradients).unwrap();

    assert!(distance(&[j], &[16.15119285363322]) < 1e-12);
    assert!(distance(&center, &[-4.54650789, -1.85942252, 0.76397441]) < 1e-8);
    let published = [
        [-0.69148188, 0.31730185, 2.41364029],
        [-0.22716495, 0.10423969, 0.79292674],
        [-0.45528438, 0.20891737, 1.58918512],
        [-0.31602611, 0.14501561, 1.10309954],
        [-0.80620296, 0.36994417, 2.81407799],
    ];
    assert!(distance(&outside, published.as_flattened()) < 1e-8);
}

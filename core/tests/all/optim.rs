//! Equations 15 to 19: optimizers against sequences computed by hand, schedules, and dropout.

use core::num::NonZeroU64;

use motevec_core::loss::{Gradients, naive_softmax};
use motevec_core::math::{Real, ShapeError};
use motevec_core::optim::{Adam, AdamState, AdamW, Dropout, Momentum, Schedule, Sgd};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;

use crate::numerically::{self, CLOSE, central_differences, distance};

/// The gradients of three steps from θ = 1, at η = 0.1.
const GRADIENTS: [f64; 3] = [2.0, -1.0, 0.5];

/// θ after each step; the parameter stands among others, so that a slip in the slices shows.
fn path<R: Real>(mut step: impl FnMut(R, &[R], &mut [R])) -> [f64; 3] {
    let mut theta = [R::ZERO, R::ONE];
    GRADIENTS.map(|g| {
        step(R::from_f64(0.1), &[R::ZERO, R::from_f64(g)], &mut theta);
        assert_eq!(theta[0], R::ZERO, "no gradient, no step");
        theta[1].to_f64()
    })
}

fn adam_path<R: Real>(mut step: impl FnMut(R, &[R], &mut [R], AdamState<'_, R>)) -> [f64; 3] {
    let (mut mean, mut square, mut steps) = ([R::ZERO; 2], [R::ZERO; 2], 0);
    let path = path(|rate, g, theta| {
        step(rate, g, theta, AdamState { mean: &mut mean, square: &mut square, steps: &mut steps });
    });
    assert_eq!(steps, 3);
    path
}

#[test]
fn eq_15_sgd() {
    let path = |sgd: Sgd<f64>| path(|rate, g, theta| sgd.step(rate, g, theta).unwrap());
    assert!(distance(&path(Sgd::default()), &[0.8, 0.9, 0.85]) < 1e-15);
    assert!(distance(&path(Sgd { l2: 0.5 }), &[0.75, 0.8125, 0.721875]) < 1e-15);
}

#[test]
fn eq_16_momentum() {
    let path = |momentum: Momentum<f64>| {
        let mut mean = [0.0; 2];
        path(|rate, g, theta| momentum.step(rate, g, theta, &mut mean).unwrap())
    };
    // m: 0.2, 0.08, 0.122.
    assert!(distance(&path(Momentum::default()), &[0.98, 0.972, 0.9598]) < 1e-15);
    // m: 0.25, 0.9·0.25 + 0.1·(−1 + 0.5·0.975) = 0.17375, 0.9·0.17375 + 0.1·(0.5 + 0.5·0.957625) = 0.25425625.
    let regularized = path(Momentum { l2: 0.5, ..Momentum::default() });
    assert!(distance(&regularized, &[0.975, 0.957_625, 0.932_199_375]) < 1e-15);
}

/// The paths below were computed from eq. 17 and 18 with 30 decimal digits.
const ADAM: [f64; 3] = [0.900_000_000_5, 0.873_366_296_702_431_4, 0.839_323_382_138_942_5];

#[test]
fn eq_17_adam() {
    fn path<R: Real>(adam: Adam<R>) -> [f64; 3] {
        adam_path(|rate, g, theta, state| adam.step(rate, g, theta, state).unwrap())
    }
    assert!(distance(&path(Adam::<f64>::default()), &ADAM) < 1e-14);
    assert!(distance(&path(Adam::<f32>::default()), &ADAM) < 1e-6);
    let regularized = path(Adam::<f64> { l2: 0.5, ..Adam::default() });
    assert!(distance(&regularized, &[0.900_000_000_4, 0.850_556_931_228_229_2, 0.792_882_803_564_023_5]) < 1e-14);
}

#[test]
fn eq_18_adamw_decays_apart_from_the_gradient() {
    let path = |decay| {
        let adamw = AdamW { adam: Adam::default(), decay };
        adam_path::<f64>(|rate, g, theta, state| adamw.step(rate, g, theta, state).unwrap())
    };
    assert!(distance(&path(0.0), &ADAM) < 1e-14);
    assert!(distance(&path(0.5), &[0.850_000_000_5, 0.780_866_296_677_431_4, 0.707_780_067_280_070_9]) < 1e-14);
}

#[test]
fn adam_s_first_step_is_the_rate_whatever_the_scale_of_the_gradient() {
    for scale in [1e-3_f32, 1.0, 1e6] {
        let (mut theta, mut mean, mut square, mut steps) = ([0.0], [0.0], [0.0], 0);
        let state = AdamState { mean: &mut mean, square: &mut square, steps: &mut steps };
        Adam::default().step(0.1, &[scale], &mut theta, state).unwrap();
        assert!((theta[0] + 0.1).abs() < 2e-6, "{theta:?} at {scale}");
    }
}

#[test]
fn adam_outlives_its_step_counter() {
    let (mut theta, mut mean, mut square, mut steps) = ([0.0_f32], [1.0], [1.0], u32::MAX);
    let state = AdamState { mean: &mut mean, square: &mut square, steps: &mut steps };
    Adam::default().step(0.1, &[1.0], &mut theta, state).unwrap();
    assert!(steps == u32::MAX && (theta[0] + 0.1).abs() < 1e-6);
}

#[test]
fn a_length_that_does_not_fit_leaves_everything_as_it_was() {
    let (mut theta, mut mean, mut square, mut steps) = ([1.0_f64; 2], [0.0; 2], [0.0; 2], 0);
    let length = |what, found| Err(ShapeError::Length { what, found, expected: 2 });
    assert_eq!(Sgd::default().step(0.1, &[1.0], &mut theta), length("gradient", 1));
    assert_eq!(Momentum::default().step(0.1, &[1.0], &mut theta, &mut mean), length("gradient", 1));
    assert_eq!(Momentum::default().step(0.1, &[1.0; 2], &mut theta, &mut [0.0; 3]), length("mean of the gradients", 3));
    let mut adam = |gradient: &[f64], mean: &mut [f64], square: &mut [f64]| {
        AdamW::default().step(0.1, gradient, &mut theta, AdamState { mean, square, steps: &mut steps })
    };
    assert_eq!(adam(&[1.0; 3], &mut mean, &mut square), length("gradient", 3));
    assert_eq!(adam(&[1.0; 2], &mut mean[..1], &mut square), length("mean of the gradients", 1));
    assert_eq!(adam(&[1.0; 2], &mut mean, &mut square[..0]), length("mean of the squared gradients", 0));
    assert_eq!(Dropout::apply(&[0.0], &mut theta), length("dropout mask", 1));
    assert_eq!((theta, mean, square, steps), ([1.0; 2], [0.0; 2], [0.0; 2], 0));
}

#[test]
fn the_linear_schedule_is_word2vec_s() {
    let rate = |done, total| Schedule::WORD2VEC.rate(0.025, done, total);
    assert_eq!(Schedule::default(), Schedule::Linear { floor: 1e-4 });
    assert_eq!(rate(0, 1000), 0.025);
    assert_eq!(rate(250, 1000), 0.018_75);
    assert_eq!(rate(999, 1000), 0.025 * 0.001);
    for (done, total) in [(1000, 1000), (5000, 1000), (999_999, 1_000_000), (0, 0), (u64::MAX, 1)] {
        assert_eq!(rate(done, total), 0.025 * 1e-4, "{done} of {total}");
    }
    // Where u64 is much finer than f32.
    assert!((rate((1 << 60) - (1 << 50), 1 << 60) / (0.025 / 1024.0) - 1.0).abs() < 1e-6);
}

#[test]
fn eq_15_the_course_halves_the_rate_every_20_000_steps() {
    let schedule = Schedule::HalveEvery(NonZeroU64::new(20_000).unwrap());
    let rates = [0, 19_999, 20_000, 40_000, u64::MAX].map(|done| schedule.rate(0.3, done, 40_000));
    assert_eq!(rates, [0.3, 0.3, 0.15, 0.075, 0.0]);
    assert_eq!(Schedule::Constant.rate(0.3, 7, 0), 0.3);
}

#[test]
fn dropout_keeps_the_right_share_and_the_expectation() {
    let mut mask = [f32::NAN; 100_000];
    for p in [0.0, 0.1, 0.5, 0.9] {
        Dropout::new(p).unwrap().draw(&mut Xoshiro256PlusPlus::seed_from_u64(7), &mut mask);
        assert!(mask.iter().all(|&x| x == 0.0 || x == 1.0 / (1.0 - p)), "{p}");
        let mean = mask.iter().sum::<f32>() / mask.len() as f32;
        // Four standard deviations of the mean: √(p / (1 − p) / n).
        assert!((mean - 1.0).abs() <= 4.0 * (p / (1.0 - p) / mask.len() as f32).sqrt() + 1e-6, "{mean} at {p}");
    }
    for p in [-0.1, 1.0, 1.5, f32::NAN] {
        assert_eq!(Dropout::new(p), None);
    }
}

#[test]
fn eq_19_the_gradient_passes_through_the_same_mask() {
    let v_c = [0.9, -0.4, 0.6, 0.2, -0.8, 0.5];
    let outside_vectors: Vec<f64> = (0..18).map(|i| f64::from(i * 7 % 11) / 8.0 - 0.6).collect();
    let mut mask = [0.0; 6];
    Dropout::new(0.5).unwrap().draw(&mut Xoshiro256PlusPlus::seed_from_u64(3), &mut mask);
    assert!(mask.contains(&0.0) && mask.contains(&2.0), "a mask that does something: {mask:?}");

    let masked = |v_c: &[f64]| {
        let mut masked = v_c.to_vec();
        Dropout::apply(&mask, &mut masked).unwrap();
        masked
    };
    let (mut by_center, mut by_outside) = ([0.0; 6], [0.0; 18]);
    let mut gradients = Gradients { center: &mut by_center, outside: &mut by_outside };
    naive_softmax(&masked(&v_c), 2, &outside_vectors, &mut [0.0; 3], &mut gradients).unwrap();
    let unmasked = by_center;
    Dropout::apply(&mask, &mut by_center).unwrap();

    let truth = central_differences(&v_c, |v_c| numerically::naive_softmax(&masked(v_c), 2, &outside_vectors));
    assert!(distance(&by_center, &truth) < CLOSE);
    assert!(distance(&unmasked, &truth) > 1e-2, "without the mask it is another gradient");
}

//! How likely a word is in its context, against the equation in f64; and the threshold that sets itself.

use motevec_core::model::{FixedModel, Model, Slab};
use motevec_core::query::{Quantile, log_likelihood};
use motevec_core::sample::Generator;
use motevec_core::simd::{Kernel, Lanes, Level, Portable, Scalar};
use motevec_core::state::State;
use proptest::prelude::*;
use rand_core::Rng;

const WORDS: usize = 6;
const DIM: usize = 19;

/// `u_x · mean(v_c) + ¾ log f_x`, as it stands in the docs.
fn exact(model: &FixedModel<WORDS, DIM>, word: usize, share: f32, context: &[u32]) -> f64 {
    let mean = |i: usize| {
        let sum: f64 = context.iter().map(|&word| f64::from(model.center[word as usize][i])).sum();
        sum / context.len() as f64
    };
    (0..DIM).map(|i| f64::from(model.outside[word][i]) * mean(i)).sum::<f64>() + 0.75 * f64::from(share).ln()
}

fn any_model(seed: u64) -> FixedModel<WORDS, DIM> {
    let mut random = Generator::new(seed, [0]);
    let mut number = || random.next_u32() as f32 / (1_u64 << 31) as f32 - 1.0;
    let mut rows = || std::array::from_fn(|_| std::array::from_fn(|_| number()));
    Model { center: rows(), outside: rows() }
}

/// The score on any level, with rows of whole blocks.
struct Score<'a> {
    model: &'a FixedModel<WORDS, DIM>,
    context: &'a [u32],
}

impl Kernel for Score<'_> {
    type Output = Option<f32>;

    fn run<L: Lanes>(self, lanes: L) -> Option<f32> {
        let padded = |rows: &[[f32; DIM]; WORDS]| {
            let row = |row: &[f32; DIM]| row.iter().copied().chain([0.0; 32 - DIM]).collect::<Vec<_>>();
            Slab::new(rows.iter().flat_map(row).collect::<Vec<_>>(), DIM, 32).unwrap()
        };
        let model = Model { center: padded(&self.model.center), outside: padded(&self.model.outside) };
        log_likelihood(lanes, &model, 1, 0.25, self.context.iter().copied())
    }
}

proptest! {
    #[test]
    fn a_likelihood_is_that_of_the_equation_on_all_machines(
        seed in 0_u64..1000,
        context in prop::collection::vec(0_u32..WORDS as u32, 1..30),
    ) {
        let model = any_model(seed);
        let score = log_likelihood(Scalar::<Portable>::new(), &model, 1, 0.25, context.iter().copied()).unwrap();
        prop_assert!((f64::from(score) - exact(&model, 1, 0.25, &context)).abs() < 1e-5);
        for level in Level::ALL {
            if let Some(other) = level.run(false, Score { model: &model, context: &context }) {
                prop_assert_eq!(other.map(f32::to_bits), Some(score.to_bits()), "{}", level.name());
            }
        }
    }

    /// The promise, for scores that know the threshold and do their worst, and for others.
    #[test]
    fn a_threshold_keeps_its_promise_for_any_scores(
        share in 0.0_f32..=1.0,
        step in 0.01_f32..2.0,
        start in -3.0_f32..=5.0,
        scores in prop::collection::vec(prop::option::of(-3.0_f32..=5.0), 1..400),
    ) {
        let (mut quantile, mut below) = (Quantile::new(start, share, step), 0);
        for score in &scores {
            // As far below as they can be.
            let score = score.unwrap_or(-3.0);
            let expected = score < quantile.level();
            prop_assert_eq!(quantile.observe(score), expected);
            below += usize::from(expected);
        }
        let n = scores.len() as f32;
        prop_assert!((below as f32 / n - share).abs() <= (8.0 + step) / (step * n) + 1e-3);
    }
}

#[test]
fn words_without_a_row_are_left_out() {
    let model = any_model(5);
    let score =
        |word, context: &[u32]| log_likelihood(Scalar::<Portable>::new(), &model, word, 0.5, context.iter().copied());
    assert_eq!(score(1, &[0, u32::MAX, 3, 6]), score(1, &[0, 3]));
    assert_eq!((score(1, &[]), score(1, &[6, 7]), score(6, &[0])), (None, None, None));
    assert_ne!(score(1, &[0, 3]), score(1, &[0, 3, 3]), "what comes twice counts twice");
}

/// A stream whose scores drift: the share below is that which was asked for, before and after.
#[test]
fn a_threshold_follows_scores_that_drift() {
    let (mut quantile, mut random) = (Quantile::new(-16.0, 0.05, 0.5), Generator::new(1, [7]));
    let mut below = |quantile: &mut Quantile, mean: f32, n| {
        let score = |random: &mut Generator| mean + random.next_u32() as f32 / u32::MAX as f32;
        (0..n).filter(|_| quantile.observe(score(&mut random))).count()
    };
    below(&mut quantile, 0.0, 2000);
    assert!((400..=600).contains(&below(&mut quantile, 0.0, 10_000)));
    below(&mut quantile, -3.0, 100);
    assert!((400..=600).contains(&below(&mut quantile, -3.0, 10_000)));
    assert!((-3.0..-2.0).contains(&quantile.level()));
}

#[test]
fn a_threshold_is_written_down_and_not_moved_by_what_is_no_number() {
    let mut quantile = Quantile::new(0.0, 0.1, 1.0);
    assert!(quantile.observe(-1.0) && !quantile.observe(f32::NAN) && quantile.observe(f32::NEG_INFINITY));
    let mut bytes = Vec::new();
    quantile.visit(&mut |piece| bytes.extend_from_slice(piece));
    assert_eq!((bytes.len(), quantile.level()), (4, -1.8));
    let mut other = Quantile::new(7.0, 0.1, 1.0);
    other.visit(&mut |piece| piece.copy_from_slice(&bytes));
    assert_eq!(other, quantile);
}

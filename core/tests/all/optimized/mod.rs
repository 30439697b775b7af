//! Optimizers in training: the bits of the reference's steps, gradients by the equations, state of touched rows only.

mod equations;
mod levels;
mod rows;

use motevec_core::model::{FixedModel, Model, RowsMut};
use motevec_core::optim::{Adam, AdamW, Dropout, FixedAdam, FixedMomentum, Momentum, Sgd};
use motevec_core::sample::{Generator, Negatives};
use motevec_core::simd::{Kernel, Lanes, Portable, Scalar, WindowError};
use motevec_core::train::{Fixed, InputDropout, Masks, Optimized, Shape, Softmax, Trainer};
use proptest::prelude::*;
use rand_core::Rng;

const WORDS: usize = 9;
/// One whole block and a part of one.
const DIM: usize = 19;
type Matrix = [[f32; DIM]; WORDS];

fn numbers(seed: u64, len: usize) -> Vec<f32> {
    let mut rng = Generator::new(seed, [7]);
    (0..len).map(|_| rng.next_u32() as f32 / (1_u64 << 31) as f32 - 1.0).collect()
}

fn model(seed: u64) -> FixedModel<WORDS, DIM> {
    let mut model = FixedModel::zeros();
    for (matrix, seed) in [(&mut model.center, seed), (&mut model.outside, seed ^ 99)] {
        matrix.as_flattened_mut().copy_from_slice(&numbers(seed, WORDS * DIM));
    }
    model
}

fn bits(numbers: &[f32]) -> Vec<u32> {
    numbers.iter().map(|x| x.to_bits()).collect()
}

const ADAMW: AdamW<f32> = AdamW { adam: Adam { beta1: 0.8, beta2: 0.95, epsilon: 1e-8, l2: 0.02 }, decay: 0.3 };
const MOMENTUM: Momentum<f32> = Momentum { beta: 0.7, l2: 0.02 };
const SGD: Sgd<f32> = Sgd { l2: 0.02 };

/// Negatives that were drawn beforehand.
#[derive(Clone)]
struct Given<'a>(&'a [u32]);

impl Negatives for Given<'_> {
    fn draw(&mut self, _target: u32, negatives: &mut [u32]) {
        negatives.copy_from_slice(&self.0[..negatives.len()]);
    }
}

/// One center's step: words to both sides, the center, and its negatives.
#[derive(Clone, Debug)]
struct Window {
    left: Vec<u32>,
    center: u32,
    right: Vec<u32>,
    negatives: Vec<u32>,
}

impl Window {
    fn words(&self) -> impl Iterator<Item = u32> {
        self.left.iter().chain(&self.right).copied()
    }
}

fn windows(most: usize, negatives: usize) -> impl Strategy<Value = Vec<Window>> {
    let word = 0..WORDS as u32;
    let words = move |len| prop::collection::vec(word.clone(), len);
    let window = (words.clone()(0..=most), 0..WORDS as u32, words.clone()(0..=most), words(negatives..=negatives));
    let window = window.prop_map(|(left, center, right, negatives)| Window { left, center, right, negatives });
    prop::collection::vec(window, 1..4)
}

/// Takes all steps with one shape, on a model of padded rows or of arrays.
struct Train<'a, M, S> {
    model: &'a mut M,
    shape: S,
    windows: &'a [Window],
}

impl<V: RowsMut<Component = f32>, U: RowsMut<Component = f32>, S: Shape> Kernel for Train<'_, Model<V, U>, S> {
    type Output = f64;

    fn run<L: Lanes>(self, lanes: L) -> f64 {
        let mut trainer = Trainer::new(lanes, self.model, Given(&[]), self.shape, 0.05);
        for window in self.windows {
            trainer.objective = Given(&window.negatives);
            trainer.center(&window.left, window.center, &window.right).unwrap();
        }
        trainer.loss.sum
    }
}

fn window(left: &[u32], center: u32, right: &[u32], negatives: &[u32]) -> Window {
    let [left, right, negatives] = [left, right, negatives].map(<[u32]>::to_vec);
    Window { left, center, right, negatives }
}

#[test]
fn untouched_rows_and_their_state_stay_as_they_are() {
    let (mut trained, start) = (model(1), model(1));
    let (mut center, mut outside) = (FixedAdam::new(ADAMW), FixedAdam::new(ADAMW));
    let shape = Optimized::new(Fixed::<2, 3>, &mut center, &mut outside);
    let windows = [window(&[0, 1], 2, &[0], &[3, 3]), window(&[1], 3, &[], &[2, 4])];
    Train { model: &mut trained, shape, windows: &windows }.run(Scalar::<Portable>::new());
    assert_eq!(center.steps, [1, 2, 0, 0, 0, 0, 0, 0, 0], "a word that stands twice in a window is stepped once");
    assert_eq!(outside.steps, [0, 0, 2, 2, 1, 0, 0, 0, 0]);
    for (rows, before, state) in [(trained.center, start.center, &center), (trained.outside, start.outside, &outside)] {
        for (row, &steps) in state.steps.iter().enumerate() {
            let touched = steps > 0;
            assert_eq!(rows[row] != before[row], touched, "neither decay nor L2 reach a row that is not touched");
            assert_eq!(state.mean[row] != [0.0; DIM] && state.square[row] != [0.0; DIM], touched);
        }
    }
}

/// Where no word occurs twice in a step, the two differ in rounding alone.
#[test]
fn plain_sgd_takes_the_steps_of_the_fused_kernel() {
    let windows = [window(&[0, 1], 2, &[3, 4], &[5, 6]), window(&[7, 8], 1, &[2], &[3, 0])];
    let (mut fused, mut stepped) = (model(4), model(4));
    Train { model: &mut fused, shape: Fixed::<2, 3>, windows: &windows }.run(Scalar::<Portable>::new());
    let shape = Optimized::new(Fixed::<2, 3>, Sgd::default(), Sgd::default());
    Train { model: &mut stepped, shape, windows: &windows }.run(Scalar::<Portable>::new());
    let [fused, stepped] = [fused, stepped].map(|model| [model.center, model.outside].concat().concat());
    assert!(fused.iter().zip(&stepped).all(|(a, b)| (a - b).abs() < 1e-6));
}

/// A mask that drops component 0 and doubles component 1, of every input.
struct Drop0([f32; DIM]);

impl Masks for Drop0 {
    fn draw(&mut self, _inputs: usize, _dim: usize, _len: usize) -> Option<()> {
        Some(())
    }
    fn mask(&self, _input: usize) -> Option<&[f32]> {
        Some(&self.0)
    }
}

/// Eq. 19: a step on v_c is the mask times the step that the masked v_c would take.
#[test]
fn the_gradient_passes_through_the_mask() {
    let mut mask = [1.0; DIM];
    (mask[0], mask[1]) = (0.0, 2.0);
    let windows = [window(&[0, 1], 2, &[3], &[5, 6])];
    let run = |softmax: bool, model: &mut FixedModel<WORDS, DIM>, mask: [f32; DIM]| {
        let (sgd, windows) = (Sgd::default(), &windows);
        if softmax {
            let shape = Softmax::new(2, sgd, sgd, vec![0.0; WORDS], vec![0.0; 2 * DIM], Drop0(mask));
            Train { model, shape, windows }.run(Scalar::<Portable>::new())
        } else {
            let shape = Optimized::with_dropout(Fixed::<2, 3>, sgd, sgd, Drop0(mask));
            Train { model, shape, windows }.run(Scalar::<Portable>::new())
        }
    };
    for softmax in [false, true] {
        let (start, mut dropped, mut masked) = (model(6), model(6), model(6));
        for row in &mut masked.center {
            row.iter_mut().zip(&mask).for_each(|(x, m)| *x *= m);
        }
        let masked_start = masked;
        let losses = [run(softmax, &mut dropped, mask), run(softmax, &mut masked, [1.0; DIM])];
        assert!((losses[0] - losses[1]).abs() < 1e-5);
        for row in 0..WORDS {
            for (k, m) in mask.iter().enumerate() {
                assert!((dropped.outside[row][k] - masked.outside[row][k]).abs() < 1e-6);
                let step = m * (masked.center[row][k] - masked_start.center[row][k]);
                assert!((dropped.center[row][k] - start.center[row][k] - step).abs() < 1e-6);
            }
        }
        assert_ne!(dropped.center, start.center);
    }
}

#[test]
fn what_has_no_room_or_no_row_is_refused_and_moves_nothing() {
    fn step(shape: impl Shape, window: &Window) -> Result<(), WindowError> {
        let (mut trained, start) = (model(1), model(1));
        let mut trainer = Trainer::new(Scalar::<Portable>::new(), &mut trained, Given(&window.negatives), shape, 0.1);
        let result = trainer.center(&window.left, window.center, &window.right);
        assert!(result.is_ok() || trained == start);
        result
    }
    let sgd = Sgd::default();
    let optimized = || Optimized::new(Fixed::<2, 3>, sgd, sgd);
    let softmax = |words: usize, rows: usize| Softmax::new(2, sgd, sgd, vec![0.0; words], vec![0.0; rows * DIM], ());
    let good = window(&[0, 1], 2, &[3], &[5, 6]);
    assert_eq!(step(optimized(), &good), Ok(()));
    assert_eq!(step(optimized(), &window(&[0, 9], 2, &[3], &[5, 6])), Err(WindowError::NoSuchRow));
    assert_eq!(step(optimized(), &window(&[0], 2, &[3], &[5, 9])), Err(WindowError::NoSuchRow));
    assert_eq!(step(optimized(), &window(&[0, 1, 2], 4, &[3, 5], &[5, 6])), Err(WindowError::TooLarge));
    assert_eq!(step(softmax(WORDS, 2), &good), Ok(()));
    assert_eq!(step(softmax(WORDS, 2), &window(&[0, 9], 2, &[], &[])), Err(WindowError::NoSuchRow));
    assert_eq!(step(softmax(WORDS, 2), &window(&[0], 9, &[], &[])), Err(WindowError::NoSuchRow));
    assert_eq!(step(softmax(WORDS - 1, 2), &good), Err(WindowError::TooLarge));
    assert_eq!(step(softmax(WORDS, 1), &good), Err(WindowError::TooLarge));
    let dropout = InputDropout::new(Dropout::new(0.5).unwrap(), Generator::new(1, [1]), vec![0.0; DIM]);
    let dropped = Optimized::with_dropout(Fixed::<2, 3>, sgd, sgd, dropout);
    assert_eq!(step(dropped, &good), Err(WindowError::TooLarge));
    // No pair, no step.
    let mut state = FixedAdam::<WORDS, DIM>::new(ADAMW);
    assert_eq!(step(Optimized::new(Fixed::<2, 3>, &mut state, sgd), &window(&[], 2, &[], &[5, 6])), Ok(()));
    assert_eq!(state.steps, [0; WORDS]);
}

/// What the documentation of `optim` says that the state costs.
#[test]
fn state_costs_what_the_documentation_says() {
    const N: usize = 32;
    const D: usize = 16;
    assert_eq!(size_of::<FixedModel<N, D>>(), 4_096);
    assert_eq!(2 * size_of::<FixedMomentum<N, D>>(), 4_096 + 16);
    assert_eq!(2 * size_of::<FixedAdam<N, D>>(), 8_448 + 40);
    assert_eq!(size_of::<Optimized<Fixed<2, 6>, Sgd<f32>, Sgd<f32>>>(), 8);
    let per_row = |with: usize, without: usize| with - without;
    assert_eq!(per_row(size_of::<FixedMomentum<11, 7>>(), size_of::<FixedMomentum<10, 7>>()), 4 * 7);
    assert_eq!(per_row(size_of::<FixedAdam<11, 7>>(), size_of::<FixedAdam<10, 7>>()), 8 * 7 + 4);
}

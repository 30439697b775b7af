//! Optimizers in training: the bits of the reference's steps, gradients by the equations, state of touched rows only.

use motevec_core::loss::{Gradients, NaiveSoftmax, negative_sampling, skip_gram};
use motevec_core::model::{FixedModel, Model, Rows, RowsMut, Slab};
use motevec_core::optim::{
    Adam, AdamRows, AdamState, AdamW, Dropout, FixedAdam, FixedMomentum, Momentum, MomentumRows, RowOptimizer, Sgd,
};
use motevec_core::sample::{Generator, Negatives};
use motevec_core::simd::{Block, Kernel, LANES, Lanes, Level, Portable, Scalar, WindowError};
use motevec_core::train::{Fixed, InputDropout, Masks, Optimized, Settings, Shape, Softmax, Trainer, Update};
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

/// Steps row 1 of a matrix of two, once for each gradient.
struct Steps<'a, O> {
    optimizer: &'a mut O,
    theta: Vec<f32>,
    gradients: &'a [Vec<f32>],
}

impl<O: RowOptimizer> Kernel for Steps<'_, O> {
    type Output = Vec<f32>;

    fn run<L: Lanes>(mut self, lanes: L) -> Vec<f32> {
        let pad = |row: &[f32]| -> Vec<Block> {
            row.chunks(LANES).map(|part| std::array::from_fn(|l| part.get(l).copied().unwrap_or(0.0))).collect()
        };
        for gradient in self.gradients {
            let step = self.optimizer.begin(1, 0.1).unwrap();
            let mut theta = pad(&self.theta);
            for (block, (theta, gradient)) in theta.iter_mut().zip(pad(gradient)).enumerate() {
                self.optimizer.block(lanes, &step, block, &gradient, theta).unwrap();
            }
            self.theta = theta.as_flattened()[..self.theta.len()].to_vec();
        }
        self.theta
    }
}

fn zeros(dim: usize) -> Slab<Vec<f32>> {
    let stride = dim.next_multiple_of(LANES);
    Slab::new(vec![0.0; 2 * stride], dim, stride).unwrap()
}

proptest! {
    /// Row steps, with any instructions and in both arithmetics, against the steps of `optim` on slices.
    #[test]
    fn row_steps_have_the_bits_of_the_reference(dim in 1..60usize, steps in 1..6usize, seed: u64) {
        let theta = numbers(seed, dim);
        let gradients: Vec<_> = (0..steps).map(|step| numbers(seed ^ (step as u64 + 1), dim)).collect();
        let [mut sgd, mut momentum, mut adamw] = [(); 3].map(|()| theta.clone());
        let (mut mean, mut first, mut second, mut count) = (vec![0.0; dim], vec![0.0; dim], vec![0.0; dim], 0);
        for g in &gradients {
            SGD.step(0.1, g, &mut sgd).unwrap();
            MOMENTUM.step(0.1, g, &mut momentum, &mut mean).unwrap();
            let state = AdamState { mean: &mut first, square: &mut second, steps: &mut count };
            ADAMW.step(0.1, g, &mut adamw, state).unwrap();
        }
        for level in Level::ALL.into_iter().filter(|level| level.is_available()) {
            for fused in [false, true] {
                let (gradients, theta) = (&gradients[..], || theta.clone());
                let found = level.run(fused, Steps { optimizer: &mut SGD.clone(), theta: theta(), gradients }).unwrap();
                prop_assert_eq!(bits(&found), bits(&sgd));
                let mut rows = MomentumRows { momentum: MOMENTUM, mean: zeros(dim) };
                let found = level.run(fused, Steps { optimizer: &mut rows, theta: theta(), gradients }).unwrap();
                prop_assert_eq!(bits(&found), bits(&momentum));
                prop_assert_eq!(bits(&rows.mean.row(1).unwrap()[..dim]), bits(&mean));
                let mut rows = AdamRows { adamw: ADAMW, mean: zeros(dim), square: zeros(dim), steps: [0; 2] };
                let found = level.run(fused, Steps { optimizer: &mut rows, theta: theta(), gradients }).unwrap();
                prop_assert_eq!(bits(&found), bits(&adamw));
                prop_assert_eq!(bits(&rows.mean.row(1).unwrap()[..dim]), bits(&first));
                prop_assert_eq!(bits(&rows.square.row(1).unwrap()[..dim]), bits(&second));
                prop_assert_eq!(rows.steps, [0, count]);
                prop_assert!(rows.mean.row(0).unwrap().iter().all(|&m| m == 0.0), "the other row has no state");
            }
        }
    }
}

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

impl<V: RowsMut, U: RowsMut, S: Shape> Kernel for Train<'_, Model<V, U>, S> {
    type Output = f64;

    fn run<L: Lanes>(self, lanes: L) -> f64 {
        let mut trainer = Trainer::new(lanes, self.model, Given(&[]), self.shape, 0.05);
        for window in self.windows {
            trainer.negatives = Given(&window.negatives);
            trainer.center(&window.left, window.center, &window.right).unwrap();
        }
        trainer.loss.sum
    }
}

/// Optimizers that do not magnify rounding where a gradient is nearly zero.
fn adam() -> AdamW<f32> {
    AdamW { adam: Adam { epsilon: 1e-2, ..ADAMW.adam }, decay: 0.3 }
}

fn fixed_adam() -> FixedAdam<WORDS, DIM> {
    FixedAdam::new(adam())
}

/// The same in f64, from the gradients of `loss`.
struct Plain {
    center: Vec<f64>,
    outside: Vec<f64>,
    /// m, v and t by row of the center, and then of the outside vectors.
    state: Vec<(Vec<f64>, Vec<f64>, u32)>,
    loss: f64,
}

impl Plain {
    fn new(model: &FixedModel<WORDS, DIM>) -> Self {
        let [center, outside] = [&model.center, &model.outside]
            .map(|matrix| matrix.as_flattened().iter().copied().map(f64::from).collect());
        let state = vec![(vec![0.0; DIM], vec![0.0; DIM], 0); 2 * WORDS];
        Self { center, outside, state, loss: 0.0 }
    }

    /// Steps the rows `touched` of the center and of the outside vectors.
    fn step(&mut self, center: (&[f64], &[usize]), outside: (&[f64], &[usize])) {
        let to_f64 = f64::from;
        let AdamW { adam: Adam { beta1, beta2, epsilon, l2 }, decay } = adam();
        let adam = Adam { beta1: to_f64(beta1), beta2: to_f64(beta2), epsilon: to_f64(epsilon), l2: to_f64(l2) };
        let adamw = AdamW { adam, decay: to_f64(decay) };
        let sides = [(&mut self.center, center, 0), (&mut self.outside, outside, WORDS)];
        for (theta, (gradient, touched), first) in sides {
            for &row in touched {
                let (mean, square, steps) = &mut self.state[first + row];
                let place = row * DIM..(row + 1) * DIM;
                let state = AdamState { mean, square, steps };
                adamw.step(f64::from(0.05_f32), &gradient[place.clone()], &mut theta[place], state).unwrap();
            }
        }
    }

    fn window(&mut self, window: &Window) {
        let (mut by_v, mut by_u) = (vec![0.0; WORDS * DIM], vec![0.0; WORDS * DIM]);
        let mut inputs: Vec<usize> = window.words().map(|word| word as usize).collect();
        for &input in &inputs {
            let place = input * DIM..(input + 1) * DIM;
            let mut gradients = Gradients { center: &mut by_v[place.clone()], outside: &mut by_u };
            self.loss +=
                negative_sampling(&self.center[place], window.center, &window.negatives, &self.outside, &mut gradients)
                    .unwrap();
        }
        let mut targets: Vec<usize> =
            [window.center].iter().chain(&window.negatives).map(|&word| word as usize).collect();
        for rows in [&mut inputs, &mut targets] {
            rows.sort_unstable();
            rows.dedup();
        }
        let targets = if inputs.is_empty() { &[] } else { &targets[..] };
        self.step((&by_v, &inputs), (&by_u, targets));
    }

    fn softmax(&mut self, window: &Window) {
        let center = window.center as usize;
        let place = center * DIM..(center + 1) * DIM;
        let (mut by_v, mut by_u) = (vec![0.0; WORDS * DIM], vec![0.0; WORDS * DIM]);
        let mut gradients = Gradients { center: &mut by_v[place.clone()], outside: &mut by_u };
        let mut loss = NaiveSoftmax { errors: &mut [0.0; WORDS] };
        self.loss += skip_gram(&mut loss, &self.center[place], window.words(), &self.outside, &mut gradients).unwrap();
        if window.words().next().is_some() {
            self.step((&by_v, &[center]), (&by_u, &[0, 1, 2, 3, 4, 5, 6, 7, 8]));
        }
    }

    fn assert_is(&self, model: &FixedModel<WORDS, DIM>, loss: f64) {
        let found = model.center.as_flattened().iter().chain(model.outside.as_flattened());
        for (&found, exact) in found.zip(self.center.iter().chain(&self.outside)) {
            assert!((f64::from(found) - exact).abs() < 2e-5, "{found}, not {exact}");
        }
        assert!((loss - self.loss).abs() < 1e-5 * self.loss.max(1.0), "loss {loss}, not {}", self.loss);
    }
}

fn settings(negatives: usize) -> Settings {
    Settings::new(8, negatives, Update::Window).unwrap()
}

proptest! {
    /// Also with words that stand twice in a window, and negatives drawn twice.
    #[test]
    fn optimized_steps_follow_the_equations(seed: u64, windows in windows(3, 5)) {
        let mut plain = Plain::new(&model(seed));
        windows.iter().for_each(|window| plain.window(window));
        let (mut one, mut other) = (model(seed), model(seed));
        let shape = Optimized::new(Fixed::<3, 6>, fixed_adam(), fixed_adam());
        let loss = Train { model: &mut one, shape, windows: &windows }.run(Scalar::<Portable>::new());
        plain.assert_is(&one, loss);
        // A shape that is known when the program runs takes the same steps.
        let shape = Optimized::new(settings(5), fixed_adam(), fixed_adam());
        let loss_too = Train { model: &mut other, shape, windows: &windows }.run(Scalar::<Portable>::new());
        prop_assert_eq!((other, loss_too), (one, loss));
    }

    #[test]
    fn steps_with_many_negatives_are_one_step(seed: u64, windows in windows(8, 40)) {
        let (mut plain, mut trained) = (Plain::new(&model(seed)), model(seed));
        windows.iter().for_each(|window| plain.window(window));
        let shape = Optimized::new(settings(40), fixed_adam(), fixed_adam());
        let loss = Train { model: &mut trained, shape, windows: &windows }.run(Scalar::<Portable>::new());
        plain.assert_is(&trained, loss);
    }

    #[test]
    fn softmax_steps_follow_the_equations(seed: u64, windows in windows(4, 0)) {
        let (mut plain, mut trained) = (Plain::new(&model(seed)), model(seed));
        windows.iter().for_each(|window| plain.softmax(window));
        let shape = Softmax::new(4, fixed_adam(), fixed_adam(), vec![0.0; WORDS], vec![0.0; 2 * DIM], ());
        let loss = Train { model: &mut trained, shape, windows: &windows }.run(Scalar::<Portable>::new());
        plain.assert_is(&trained, loss);
    }

    /// With all instructions, padded or not, with dropout or without it.
    #[test]
    fn all_levels_have_the_same_bits(seed: u64, windows in windows(3, 5), p in prop::option::of(0.0..0.9_f32)) {
        for fused in [false, true] {
            let mut reference = None;
            for level in Level::ALL.into_iter().filter(|level| level.is_available()) {
                for pad in [false, true] {
                    for softmax in [false, true] {
                        let outcome = level.run(fused, Everything { seed, windows: &windows, p, pad, softmax }).unwrap();
                        let all: &mut [Option<_>; 2] = reference.get_or_insert([None, None]);
                        let first = all[usize::from(softmax)].get_or_insert(outcome.clone());
                        prop_assert_eq!(&outcome, &*first, "{:?}, fused {}, padded {}", level, fused, pad);
                    }
                }
            }
        }
    }
}

/// Training with AdamW or, for softmax, momentum.
struct Everything<'a> {
    seed: u64,
    windows: &'a [Window],
    p: Option<f32>,
    pad: bool,
    softmax: bool,
}

impl Kernel for Everything<'_> {
    type Output = (Vec<u32>, u64);

    fn run<L: Lanes>(self, lanes: L) -> Self::Output {
        let len = if self.pad { DIM.next_multiple_of(LANES) } else { DIM };
        match self.p {
            Some(p) => {
                let room = vec![f32::NAN; 6 * len];
                self.with(lanes, len, InputDropout::new(Dropout::new(p).unwrap(), Generator::new(5, [5]), room))
            }
            None => self.with(lanes, len, ()),
        }
    }
}

impl Everything<'_> {
    fn with<L: Lanes, D: Masks>(self, lanes: L, len: usize, dropout: D) -> (Vec<u32>, u64) {
        let start = model(self.seed);
        if self.pad {
            let slab = |rows: &Matrix| {
                let padded = rows.iter().flat_map(|row| row.iter().copied().chain([0.0; 13])).collect();
                Slab::<Vec<f32>>::new(padded, DIM, len).unwrap()
            };
            let mut model = Model { center: slab(&start.center), outside: slab(&start.outside) };
            let loss = self.train(lanes, &mut model, len, dropout, || slab(&[[0.0; DIM]; WORDS]));
            let rows = [model.center, model.outside].map(Slab::into_inner).concat();
            let (rows, padding): (Vec<f32>, Vec<f32>) = rows
                .chunks(len)
                .map(|row| (row[..DIM].to_vec(), row[DIM..].to_vec()))
                .fold((Vec::new(), Vec::new()), |(mut rows, mut padding), (row, rest)| {
                    rows.extend(row);
                    padding.extend(rest);
                    (rows, padding)
                });
            assert!(padding.iter().all(|&x| x == 0.0), "padding stays zero");
            (bits(&rows), loss)
        } else {
            let mut model = start;
            let loss = self.train(lanes, &mut model, len, dropout, || [[0.0; DIM]; WORDS]);
            (bits(&[model.center, model.outside].concat().concat()), loss)
        }
    }

    fn train<L: Lanes, M: RowsMut, V: RowsMut, U: RowsMut, D: Masks>(
        &self,
        lanes: L,
        model: &mut Model<V, U>,
        len: usize,
        dropout: D,
        zeros: impl Fn() -> M,
    ) -> u64 {
        let windows = self.windows;
        let loss = if self.softmax {
            let rows = || MomentumRows { momentum: MOMENTUM, mean: zeros() };
            let shape = Softmax::new(3, rows(), rows(), vec![0.0; WORDS], vec![0.0; 2 * len], dropout);
            Train { model, shape, windows }.run(lanes)
        } else {
            let rows = || AdamRows { adamw: ADAMW, mean: zeros(), square: zeros(), steps: [0; WORDS] };
            let shape = Optimized::with_dropout(Fixed::<3, 6>, rows(), rows(), dropout);
            Train { model, shape, windows }.run(lanes)
        };
        loss.to_bits()
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

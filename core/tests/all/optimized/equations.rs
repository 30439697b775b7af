//! Steps of training against gradients by the equations, in f64.

use motevec_core::loss::{Gradients, NaiveSoftmax, negative_sampling, skip_gram};
use motevec_core::model::FixedModel;
use motevec_core::optim::{Adam, AdamState, AdamW, FixedAdam};
use motevec_core::simd::{Kernel, Portable, Scalar};
use motevec_core::train::{Dynamic, Fixed, Optimized, Softmax, Update};
use proptest::prelude::*;

use super::{ADAMW, DIM, Train, WORDS, Window, model, windows};

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

fn settings(negatives: usize) -> Dynamic {
    Dynamic::new(8, negatives, Update::Window).unwrap()
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
}

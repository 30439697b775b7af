//! Equations and optimizers: `math`, `loss` and `optim`, in both precisions.

use core::hint::black_box;

use motevec_core::loss::{Gradients, NaiveSoftmax, NegativeSampling, skip_gram, window};
use motevec_core::math::{Real, log_sigmoid, log_sum_exp, relu, relu_derivative, sigmoid, sigmoid_derivative, softmax};
use motevec_core::optim::{Adam, AdamState, AdamW, Dropout, Momentum, Schedule, Sgd};
use motevec_core::sample::Generator;

use crate::{some, some_mut};

pub(crate) fn all() {
    of::<f32>();
    of::<f64>();
    for schedule in [Schedule::Constant, Schedule::Linear { floor: black_box(0.1) }, Schedule::default()] {
        black_box(black_box(schedule).rate(black_box(0.1), black_box(1), black_box(2)));
    }
}

fn of<R: Real>() {
    let x = black_box(R::ONE);
    black_box([sigmoid(x), sigmoid_derivative(x), log_sigmoid(x), relu(x), relu_derivative(x)]);
    let mut numbers = [[black_box(R::ONE); 8]; 8];
    let [one, two, three, four, errors, mean, square, _] = &mut numbers;
    black_box(log_sum_exp(some(one)));
    softmax(some_mut(one));

    let tokens = black_box([0_u32, 1, 2, 1]);
    let around = || window(some(&tokens), black_box(1), black_box(2));
    let negatives = black_box([0_u32, 1, 1, 0]);
    let mut gradients = Gradients { center: some_mut(two), outside: some_mut(three) };
    let mut naive = NaiveSoftmax { errors: some_mut(errors) };
    black_box(skip_gram(&mut naive, some(one), around(), some(four), &mut gradients)).ok();
    let mut sampling = NegativeSampling { negatives: some(&negatives).chunks_exact(2) };
    black_box(skip_gram(&mut sampling, some(one), around(), some(four), &mut gradients)).ok();

    black_box(Sgd { l2: x }.step(x, some(one), some_mut(two))).ok();
    black_box(Momentum::default().step(x, some(one), some_mut(two), some_mut(three))).ok();
    let mut steps = black_box(1);
    let state = AdamState { mean: some_mut(mean), square: some_mut(square), steps: &mut steps };
    black_box(Adam::default().step(x, some(one), some_mut(two), state)).ok();
    let state = AdamState { mean: some_mut(mean), square: some_mut(square), steps: &mut steps };
    black_box(AdamW::default().step(x, some(one), some_mut(two), state)).ok();
    if let Some(dropout) = Dropout::new(black_box(0.5)) {
        dropout.draw(&mut Generator::new(black_box(1), [2]), some_mut(one));
    }
    black_box(Dropout::apply(some(one), some_mut(two))).ok();
}

//! Trains with each optimizer and each model, and prints the instructions and a hash of the vectors.

use motevec_core::model::FixedModel;
use motevec_core::optim::{Adam, AdamW, FixedAdam, Momentum, MomentumRows, Sgd, Subtract};
use motevec_core::simd::{Portable, Scalar};
use motevec_core::train::{Cbow, CbowGradient, Composed, Fixed, Optimized, Shape};

use crate::host::{end, report, write};
use crate::trial::{DIM, Names, WORDS, train};
use crate::{clock, stack};

const ADAMW: AdamW<f32> = AdamW { adam: Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, l2: 0.0 }, decay: 0.01 };
/// As in the firmware: two words on each side, five negatives.
const SHAPE: Fixed<2, 6> = Fixed;

static mut MODEL: FixedModel<WORDS, DIM> = FixedModel::zeros();
static mut STATE: [FixedAdam<WORDS, DIM>; 2] = [const { FixedAdam::new(ADAMW) }; 2];

/// Trains with all of them, then ends the emulator. Must be called once.
pub(crate) fn all() -> ! {
    let (model, state) = (&raw mut MODEL, &raw mut STATE);
    // SAFETY: the entry point calls this once, and nothing else names MODEL and STATE.
    let (model, [center, outside]) = unsafe { (&mut *model, &mut *state) };
    clock::start();
    report("model", size_of::<FixedModel<WORDS, DIM>>() as u32);
    report("state of adamw", size_of_val(center) as u32 + size_of_val(outside) as u32);
    run("plain", model, SHAPE, 0.1);
    run("cbow", model, Cbow::new(SHAPE, Subtract, [[0.0; DIM]; 2], CbowGradient::True), 0.5);
    run("subwords", model, Composed::<_, _, _, 8>::new(SHAPE, Names, [[0.0; DIM]; 2]), 0.1);
    run("sgd", model, Optimized::new(SHAPE, Sgd::default(), Sgd::default()), 0.1);

    // There is no room for two states, so momentum borrows that of Adam.
    let momentum = Momentum::default();
    let [by_center, by_outside] = [&mut center.mean, &mut outside.mean].map(|mean| MomentumRows { momentum, mean });
    run("momentum", model, Optimized::new(SHAPE, by_center, by_outside), 0.1);
    center.mean.as_flattened_mut().fill(0.0);
    outside.mean.as_flattened_mut().fill(0.0);

    run("adamw", model, Optimized::new(SHAPE, center, outside), 0.01);
    report("stack", stack::measure().map_or(0, |stack| stack.peak));
    end(true)
}

fn run(name: &str, model: &mut FixedModel<WORDS, DIM>, shape: impl Shape, rate: f32) {
    let start = clock::now();
    let hash = train(Scalar::<Portable>::new(), model, shape, rate);
    let ticks = clock::since(start);
    for (what, number) in [(" bits", hash), (" ticks", ticks)] {
        write(name.as_bytes());
        report(what, number);
    }
}

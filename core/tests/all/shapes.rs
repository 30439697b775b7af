//! What is compiled for one shape leaves the bits of what is compiled for all, on every level.

use motevec_core::model::FixedModel;
use motevec_core::sample::{AliasTable, Generator, Slot, Unigram};
use motevec_core::simd::{Kernel, Lanes, Level, ShapedWindow, WindowError, WindowUpdate};
use motevec_core::train::{Dynamic, Fixed, Shape, Stream, Trainer, Update};
use proptest::prelude::*;
use rand_core::Rng;

const ROWS: usize = 12;

fn model<const D: usize>(seed: u64) -> FixedModel<ROWS, D> {
    let mut rng = Generator::new(seed, [0]);
    let mut model = FixedModel::zeros();
    for matrix in [&mut model.center, &mut model.outside] {
        matrix.as_flattened_mut().fill_with(|| rng.next_u32() as f32 / (1_u64 << 32) as f32 - 0.5);
    }
    model
}

fn bits<const D: usize>(model: &FixedModel<ROWS, D>) -> Vec<u32> {
    let [center, outside] = [model.center.as_flattened(), model.outside.as_flattened()];
    center.iter().chain(outside).map(|x| x.to_bits()).collect()
}

/// One update of a model, compiled for `WINDOW` and `TARGETS` or for all shapes. Gives the loss and the model, as bits.
#[derive(Clone)]
struct Once<'a, const D: usize, const WINDOW: usize, const TARGETS: usize> {
    inputs: [&'a [u32]; 2],
    targets: &'a [u32],
    shaped: bool,
}

impl<const D: usize, const WINDOW: usize, const TARGETS: usize> Kernel for Once<'_, D, WINDOW, TARGETS> {
    type Output = (Result<u32, WindowError>, Vec<u32>);

    fn run<L: Lanes>(self, lanes: L) -> Self::Output {
        let Self { inputs, targets, shaped } = self;
        let mut model = model::<D>(7);
        let (v, u) = (&mut model.center, &mut model.outside);
        let update = WindowUpdate { v, u, inputs, targets, truth: true, rate: 0.1, with_loss: true };
        let loss =
            if shaped { lanes.enter(ShapedWindow::<_, _, WINDOW, TARGETS>(update)) } else { lanes.enter(update) };
        (loss.map(f32::to_bits), bits(&model))
    }
}

fn agree<const D: usize, const WINDOW: usize, const TARGETS: usize>(words: &[u32], left: usize, inputs: usize) {
    let (targets, words) = words.split_at(TARGETS);
    let inputs = words[..inputs.min(2 * WINDOW)].split_at(left.min(inputs).min(2 * WINDOW));
    let once = Once::<D, WINDOW, TARGETS> { inputs: inputs.into(), targets, shaped: false };
    for fused in [false, true] {
        let any = Level::Scalar.run(fused, once.clone()).unwrap();
        assert!(any.0.is_ok());
        for level in Level::ALL.into_iter().filter(|level| level.is_available()) {
            for shaped in [false, true] {
                let outcome = level.run(fused, Once { shaped, ..once.clone() }).unwrap();
                assert_eq!(outcome, any, "{level:?}, fused {fused}, shaped {shaped}, D {D}, {WINDOW}, {TARGETS}");
            }
        }
    }
}

proptest! {
    /// Rows of one block, of whole blocks, and of an incomplete one.
    #[test]
    fn updates(words in prop::collection::vec(0..ROWS as u32, 24), left in 0..=8_usize, inputs in 0..=16_usize) {
        agree::<16, 2, 6>(&words, left, inputs);
        agree::<16, 8, 8>(&words, left, inputs);
        agree::<16, 1, 1>(&words, left, inputs);
        agree::<16, 5, 3>(&words, left, inputs);
        agree::<32, 2, 6>(&words, left, inputs);
        agree::<48, 3, 7>(&words, left, inputs);
        agree::<19, 2, 6>(&words, left, inputs);
        agree::<5, 4, 2>(&words, left, inputs);
    }

    #[test]
    fn training(tokens in prop::collection::vec(0..ROWS as u32, 0..60), seed in 0..100_u64) {
        let any = |window, negatives| Dynamic::new(window, negatives, Update::Window).unwrap();
        prop_assert_eq!(trained::<16, _>(&tokens, seed, Fixed::<2, 6>), trained::<16, _>(&tokens, seed, any(2, 5)));
        prop_assert_eq!(trained::<16, _>(&tokens, seed, Fixed::<8, 8>), trained::<16, _>(&tokens, seed, any(8, 7)));
        prop_assert_eq!(trained::<19, _>(&tokens, seed, Fixed::<1, 1>), trained::<19, _>(&tokens, seed, any(1, 0)));
        prop_assert_eq!(trained::<32, _>(&tokens, seed, Fixed::<3, 4>), trained::<32, _>(&tokens, seed, any(3, 3)));
    }
}

/// The bits of a model, and the loss, after a sentence as a whole and the same sentence token by token.
fn trained<const D: usize, S: Shape>(tokens: &[u32], seed: u64, shape: S) -> (Vec<u32>, u64, u64) {
    let mut model = model::<D>(seed);
    let table = AliasTable::new([Slot::default(); ROWS], |word| word as u64 + 1).unwrap();
    let negatives = Unigram { table: &table, rng: Generator::new(seed, [1]) };
    let lanes = motevec_core::simd::Scalar::<motevec_core::simd::Portable>::new();
    let mut trainer = Trainer::new(lanes, &mut model, negatives, shape, 0.05);
    let mut widths = Generator::new(seed, [2]);
    trainer.sentence(tokens, &mut widths).unwrap();
    let mut stream = Stream::<17>::new();
    for &token in tokens {
        stream.push(token, &mut trainer, &mut widths).unwrap();
    }
    stream.end_sentence(&mut trainer, &mut widths).unwrap();
    let loss = trainer.loss;
    (bits(&model), loss.sum.to_bits(), loss.pairs)
}

#[test]
fn another_shape_is_refused_and_moves_nothing() {
    let untouched = bits(&model::<16>(7));
    let refused = |inputs, targets| {
        let once = Once::<16, 2, 6> { inputs, targets, shaped: true };
        assert_eq!(Level::best().run(false, once).unwrap(), (Err(WindowError::TooLarge), untouched.clone()));
    };
    let six = [0, 1, 2, 3, 4, 5];
    refused([&six[..3], &six[..2]], &six);
    refused([&six[..5], &[]], &six);
    refused([&six[..2], &six[..2]], &six[..5]);
    refused([&six[..2], &six[..2]], &[0, 1, 2, 3, 4, 5, 6]);
    let once = Once::<16, 2, 6> { inputs: [&[0, ROWS as u32], &[]], targets: &six, shaped: true };
    assert_eq!(Level::best().run(false, once).unwrap(), (Err(WindowError::NoSuchRow), untouched));
}

//! What is compiled for one shape leaves the bits of what is compiled for all, on every level.

use motevec_core::model::FixedModel;
use motevec_core::sample::{AliasTable, Generator, Slot, Unigram};
use motevec_core::simd::{
    Kernel, Lanes, Level, Machine, Portable, Scalar, ShapedWindow, Simd, WindowError, WindowUpdate,
};
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

/// What an update leaves: the loss and the model, as bits.
type Outcome = (Result<u32, WindowError>, Vec<u32>);

/// One update of a model, compiled for `WINDOW` and `TARGETS`.
#[derive(Clone)]
struct Shaped<'a, const D: usize, const WINDOW: usize, const TARGETS: usize> {
    inputs: [&'a [u32]; 2],
    targets: &'a [u32],
}

impl<const D: usize, const WINDOW: usize, const TARGETS: usize> Kernel for Shaped<'_, D, WINDOW, TARGETS> {
    type Output = Outcome;

    fn run<L: Lanes>(self, lanes: L) -> Outcome {
        let Self { inputs, targets } = self;
        take::<D>(inputs, targets, |update| lanes.enter(ShapedWindow::<_, _, WINDOW, TARGETS>(update)))
    }
}

type Matrix<const D: usize> = [[f32; D]; ROWS];

/// Has `step` take an update of a model.
fn take<const D: usize>(
    inputs: [&[u32]; 2],
    targets: &[u32],
    step: impl FnOnce(WindowUpdate<'_, Matrix<D>, Matrix<D>>) -> Result<f32, WindowError>,
) -> Outcome {
    let mut model = model::<D>(7);
    let (v, u) = (&mut model.center, &mut model.outside);
    let loss = step(WindowUpdate { v, u, inputs, targets, labels: 1, rate: 0.1, with_loss: true });
    (loss.map(f32::to_bits), bits(&model))
}

fn agree<const D: usize, const WINDOW: usize, const TARGETS: usize>(words: &[u32], left: usize, inputs: usize) {
    let (targets, words) = words.split_at(TARGETS);
    let inputs: [&[u32]; 2] = words[..inputs.min(2 * WINDOW)].split_at(left.min(inputs).min(2 * WINDOW)).into();
    let shaped = Shaped::<D, WINDOW, TARGETS> { inputs, targets };
    for fused in [false, true] {
        let any = |level| take::<D>(inputs, targets, |update| Simd::new(level, fused).unwrap().window(update));
        let scalar = any(Level::Scalar);
        assert!(scalar.0.is_ok());
        for level in Level::ALL.into_iter().filter(|level| level.is_available()) {
            let outcomes = [any(level), level.run(fused, shaped.clone()).unwrap()];
            assert!(outcomes == [scalar.clone(), scalar.clone()], "{level:?}, {fused}, D {D}, {WINDOW}, {TARGETS}");
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
        agree::<48, 3, 7>(&words, left, inputs);
        agree::<19, 2, 6>(&words, left, inputs);
    }

    #[test]
    fn training(tokens in prop::collection::vec(0..ROWS as u32, 0..60), seed in 0..100_u64) {
        let any = |window, negatives| Dynamic::new(window, negatives, Update::Window).unwrap();
        let (one, all) = (Scalar::<Portable>::new(), Simd::new(Level::Scalar, false).unwrap());
        prop_assert_eq!(trained::<16>(one, &tokens, seed, Fixed::<2, 6>), trained::<16>(all, &tokens, seed, any(2, 5)));
        prop_assert_eq!(trained::<16>(one, &tokens, seed, Fixed::<8, 8>), trained::<16>(all, &tokens, seed, any(8, 7)));
        prop_assert_eq!(trained::<19>(one, &tokens, seed, Fixed::<1, 1>), trained::<19>(all, &tokens, seed, any(1, 0)));
        prop_assert_eq!(trained::<32>(one, &tokens, seed, Fixed::<3, 4>), trained::<32>(all, &tokens, seed, any(3, 3)));
    }
}

/// The bits of a model, and the loss, after a sentence as a whole and the same sentence token by token.
fn trained<const D: usize>(
    machine: impl Machine,
    tokens: &[u32],
    seed: u64,
    shape: impl Shape,
) -> (Vec<u32>, u64, u64) {
    let mut model = model::<D>(seed);
    let table = AliasTable::new([Slot::default(); ROWS], |word| word as u64 + 1).unwrap();
    let negatives = Unigram { table: &table, rng: Generator::new(seed, [1]) };
    let mut trainer = Trainer::new(machine, &mut model, negatives, shape, 0.05);
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
        let once = Shaped::<16, 2, 6> { inputs, targets };
        assert_eq!(Level::best().run(false, once).unwrap(), (Err(WindowError::TooLarge), untouched.clone()));
    };
    let six = [0, 1, 2, 3, 4, 5];
    refused([&six[..3], &six[..2]], &six);
    refused([&six[..5], &[]], &six);
    refused([&six[..2], &six[..2]], &six[..5]);
    refused([&six[..2], &six[..2]], &[0, 1, 2, 3, 4, 5, 6]);
    let once = Shaped::<16, 2, 6> { inputs: [&[0, ROWS as u32], &[]], targets: &six };
    assert_eq!(Level::best().run(false, once).unwrap(), (Err(WindowError::NoSuchRow), untouched));
}

//! What is compiled for one shape leaves the bits of what is compiled for all, on every level.

use motevec_core::model::FixedModel;
use motevec_core::sample::{AliasTable, Generator, Slot, Unigram};
use motevec_core::simd::{
    Kernel, Lanes, Level, LoopedWindow, Machine, Part, Portable, Scalar, Scores, ShapedWindow, Simd, WindowError,
    WindowPart, WindowUpdate,
};
use motevec_core::train::{Dynamic, Fixed, Looped, Loss, Shape, ShapeError, Sliced, Stream, Trainer, Update};
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

/// The same in two parts.
#[derive(Clone)]
struct InParts<'a, const D: usize, const WINDOW: usize, const TARGETS: usize>(Shaped<'a, D, WINDOW, TARGETS>);

impl<const D: usize, const WINDOW: usize, const TARGETS: usize> Kernel for InParts<'_, D, WINDOW, TARGETS> {
    type Output = Outcome;

    fn run<L: Lanes>(self, lanes: L) -> Outcome {
        let Shaped { inputs, targets } = self.0;
        take::<D>(inputs, targets, |WindowUpdate { v, u, inputs, targets, labels, rate, with_loss }| {
            let (before, mut scores) = (v.as_flattened().to_vec(), Scores::new());
            let update = WindowUpdate { v: &mut *v, u: &mut *u, inputs, targets, labels, rate, with_loss };
            let loss =
                lanes.enter(WindowPart::<_, _, WINDOW, TARGETS> { update, part: Part::Scores, scores: &mut scores })?;
            assert_eq!(v.as_flattened(), before, "the first part moves nothing");
            let update = WindowUpdate { v, u, inputs, targets, labels, rate, with_loss };
            let moved =
                lanes.enter(WindowPart::<_, _, WINDOW, TARGETS> { update, part: Part::Moves, scores: &mut scores })?;
            assert_eq!(moved, 0.0);
            Ok(loss)
        })
    }
}

/// The same in loops.
#[derive(Clone)]
struct InLoops<'a, const D: usize, const WINDOW: usize, const TARGETS: usize>(Shaped<'a, D, WINDOW, TARGETS>);

impl<const D: usize, const WINDOW: usize, const TARGETS: usize> Kernel for InLoops<'_, D, WINDOW, TARGETS> {
    type Output = Outcome;

    fn run<L: Lanes>(self, lanes: L) -> Outcome {
        take::<D>(self.0.inputs, self.0.targets, |update| lanes.enter(LoopedWindow(update)))
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
            let parts = level.run(fused, InParts(shaped.clone())).unwrap();
            let loops = level.run(fused, InLoops(shaped.clone())).unwrap();
            for outcome in [any(level), level.run(fused, shaped.clone()).unwrap(), parts, loops] {
                assert!(outcome == scalar, "{level:?}, {fused}, D {D}, {WINDOW}, {TARGETS}");
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

    #[test]
    fn training_in_loops(tokens in prop::collection::vec(0..ROWS as u32, 0..60), seed in 0..100_u64) {
        let all = Simd::new(Level::Scalar, false).unwrap();
        for (window, negatives) in [(2, 5), (8, 7), (1, 0), (3, 3)] {
            let (any, looped) = (Dynamic::new(window, negatives, Update::Window), Looped::new(window, negatives));
            let (any, looped) = (any.unwrap(), looped.unwrap());
            prop_assert_eq!(trained::<16>(all, &tokens, seed, looped), trained::<16>(all, &tokens, seed, any));
            prop_assert_eq!(trained::<19>(all, &tokens, seed, looped), trained::<19>(all, &tokens, seed, any));
        }
    }

    /// Steps in slices are those in one piece, token by token and at the ends of sentences.
    #[test]
    fn training_in_slices(tokens in prop::collection::vec(0..ROWS as u32, 0..60), seed in 0..100_u64) {
        let one = Scalar::<Portable>::new();
        prop_assert_eq!(sliced::<16, 2, 6, 5>(&tokens, seed), streamed::<16, 5>(one, &tokens, seed, Fixed::<2, 6>));
        prop_assert_eq!(sliced::<19, 1, 1, 3>(&tokens, seed), streamed::<19, 3>(one, &tokens, seed, Fixed::<1, 1>));
        prop_assert_eq!(sliced::<32, 3, 4, 9>(&tokens, seed), streamed::<32, 9>(one, &tokens, seed, Fixed::<3, 4>));
    }
}

/// The bits of a model, and the loss, after two sentences of the same tokens, token by token.
fn streamed<const D: usize, const SPAN: usize>(
    machine: impl Machine,
    tokens: &[u32],
    seed: u64,
    shape: impl Shape,
) -> (Vec<u32>, Loss) {
    let mut model = model::<D>(seed);
    let table = AliasTable::new([Slot::default(); ROWS], |word| word as u64 + 1).unwrap();
    let negatives = Unigram { table: &table, rng: Generator::new(seed, [1]) };
    let mut trainer = Trainer::new(machine, &mut model, negatives, shape, 0.05);
    let (mut widths, mut stream) = (Generator::new(seed, [2]), Stream::<SPAN>::new());
    for _ in 0..2 {
        for &token in tokens {
            stream.push(token, &mut trainer, &mut widths).unwrap();
        }
        stream.end_sentence(&mut trainer, &mut widths).unwrap();
    }
    let loss = trainer.loss;
    (bits(&model), loss)
}

/// The same in slices.
fn sliced<const D: usize, const WINDOW: usize, const TARGETS: usize, const SPAN: usize>(
    tokens: &[u32],
    seed: u64,
) -> (Vec<u32>, Loss) {
    let (mut model, mut loss, machine) = (model::<D>(seed), Loss::default(), Scalar::<Portable>::new());
    let table = AliasTable::new([Slot::default(); ROWS], |word| word as u64 + 1).unwrap();
    let (mut rng, mut widths) = (Generator::new(seed, [1]), Generator::new(seed, [2]));
    let (mut shape, mut stream) = (Sliced::<WINDOW, TARGETS>::new(), Stream::<SPAN>::new());
    // Takes a token, or ends the sentence, and returns whether it goes on.
    let mut advance = |token: Option<u32>| {
        let negatives = Unigram { table: &table, rng: &mut rng };
        let mut trainer = Trainer::new(machine, &mut model, negatives, &mut shape, 0.05);
        trainer.loss = loss;
        let goes_on = match token {
            Some(token) => stream.push(token, &mut trainer, &mut widths).map(|()| true),
            None => stream.end_step(&mut trainer, &mut widths),
        };
        loss = trainer.loss;
        while let Some(slice) = shape.step(machine, &mut model).unwrap() {
            loss.sum += f64::from(slice);
        }
        goes_on.unwrap()
    };
    for _ in 0..2 {
        tokens.iter().for_each(|&token| assert!(advance(Some(token))));
        while advance(None) {}
    }
    (bits(&model), loss)
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
fn loops_have_limits() {
    let shapes = [Looped::new(0, 5), Looped::new(9, 5), Looped::new(2, 8)];
    assert_eq!(shapes, [Err(ShapeError::NoWindow), Err(ShapeError::TooLarge), Err(ShapeError::TooLarge)]);
    let message = ShapeError::TooLarge.to_string();
    assert_eq!(message, "at most 8 words to each side and 7 negatives are possible");
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
    let in_parts = InParts(once.clone());
    assert_eq!(Level::best().run(false, once).unwrap(), (Err(WindowError::NoSuchRow), untouched.clone()));
    assert_eq!(Level::best().run(false, in_parts).unwrap(), (Err(WindowError::NoSuchRow), untouched));
}

//! A small model, trained under observation.

use motevec_core::model::FixedModel;
use motevec_core::sample::{Generator, Negatives};
use motevec_core::simd::{Level, Simd, WindowError};
use motevec_core::train::{Dynamic, Loss, Stream, Trainer, Update};
use proptest::prelude::*;
use rand_core::Rng;

/// Components of a vector: one whole block and a part of one.
pub(crate) const DIM: usize = 19;

/// Rows of the model; most tasks use only the first few.
pub(crate) const ROWS: usize = 60;

pub(crate) type Vectors = [[f32; DIM]; ROWS];

/// Vectors with components in (−½, ½).
pub(crate) fn model(seed: u64) -> FixedModel<ROWS, DIM> {
    let mut rng = Generator::new(seed, [0]);
    let mut model = FixedModel::zeros();
    for matrix in [&mut model.center, &mut model.outside] {
        matrix.as_flattened_mut().fill_with(|| rng.next_u32() as f32 / (1_u64 << 32) as f32 - 0.5);
    }
    model
}

/// Draws negatives from the first `words` words, and writes down for which target it drew which.
pub(crate) struct Recorder {
    rng: Generator,
    words: u32,
    pub(crate) draws: Vec<(u32, Vec<u32>)>,
}

impl Recorder {
    pub(crate) fn new(words: u32) -> Self {
        Self { rng: Generator::new(u64::from(words), [1]), words, draws: Vec::new() }
    }
}

impl Negatives for &mut Recorder {
    fn draw(&mut self, target: u32, negatives: &mut [u32]) {
        negatives.fill_with(|| self.rng.next_u32() % self.words);
        self.draws.push((target, negatives.to_vec()));
    }
}

pub(crate) type Observed<'a> = Trainer<'a, Simd, Vectors, Vectors, &'a mut Recorder>;

pub(crate) fn trainer<'a>(
    model: &'a mut FixedModel<ROWS, DIM>,
    recorder: &'a mut Recorder,
    settings: Dynamic,
    rate: f32,
) -> Observed<'a> {
    Trainer::new(Simd::new(Level::Scalar, false).unwrap(), model, recorder, settings, rate)
}

/// Sentences to train on, and how.
#[derive(Clone, Debug)]
pub(crate) struct Task {
    pub(crate) words: u32,
    pub(crate) sentences: Vec<Vec<u32>>,
    pub(crate) window: u32,
    pub(crate) negatives: usize,
    pub(crate) update: Update,
    pub(crate) seed: u64,
    pub(crate) rate: f32,
}

/// The vectors' bits, the loss and the draws after training.
#[derive(Debug, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) v: Vec<u32>,
    pub(crate) u: Vec<u32>,
    pub(crate) loss: Loss,
    pub(crate) draws: Vec<(u32, Vec<u32>)>,
}

impl Task {
    /// The stream that window widths come from.
    pub(crate) fn widths(&self) -> Generator {
        Generator::new(self.seed, [2])
    }

    /// Trains sentence by sentence.
    pub(crate) fn sentences(&self) -> Outcome {
        self.run(|trainer, widths| self.sentences.iter().try_for_each(|sentence| trainer.sentence(sentence, widths)))
    }

    /// Trains token by token.
    pub(crate) fn stream<const SPAN: usize>(&self) -> Outcome {
        self.run(|trainer, widths| {
            let mut stream = Stream::<SPAN>::new();
            self.sentences.iter().try_for_each(|sentence| {
                sentence.iter().try_for_each(|&token| stream.push(token, trainer, widths))?;
                stream.end_sentence(trainer, widths)
            })
        })
    }

    fn run(&self, train: impl FnOnce(&mut Observed<'_>, &mut Generator) -> Result<(), WindowError>) -> Outcome {
        let (mut model, mut recorder) = (model(self.seed), Recorder::new(self.words));
        let settings = Dynamic::new(self.window, self.negatives, self.update).unwrap();
        let mut trainer = trainer(&mut model, &mut recorder, settings, self.rate);
        train(&mut trainer, &mut self.widths()).unwrap();
        let loss = trainer.loss;
        let [v, u] = [model.center, model.outside].map(|matrix| bits(&matrix));
        Outcome { v, u, loss, draws: recorder.draws }
    }
}

pub(crate) fn bits(matrix: &Vectors) -> Vec<u32> {
    matrix.as_flattened().iter().map(|number| number.to_bits()).collect()
}

/// A few short sentences of a small vocabulary, so that words repeat.
pub(crate) fn tasks() -> impl Strategy<Value = Task> {
    let update = prop_oneof![Just(Update::Window), Just(Update::Pair)];
    (1..12_u32, 1..12_u32, 0..12_usize, update, any::<u64>()).prop_flat_map(
        |(words, window, negatives, update, seed)| {
            let sentences = prop::collection::vec(prop::collection::vec(0..words, 0..40), 0..4);
            sentences.prop_map(move |sentences| Task { words, sentences, window, negatives, update, seed, rate: 0.05 })
        },
    )
}

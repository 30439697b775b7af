//! The plain way to train: one word after the other, on the matrices themselves. It is what a small corpus gets, and what
//! rounds are measured against.

use motevec_core::model::{Model, Rows, Slab};
use motevec_core::optim::Dropout;
use motevec_core::sample::{AliasTable, Generator, Slot, Subsampler, Unigram};
use motevec_core::simd::{Kernel, Lanes, MAX_INPUTS};
use motevec_core::train::{self, InputDropout, Loss, Optimized, Shape, Softmax, Trainer};

use super::optimizer::OptimizerRows;
use super::pages::Pages;
use super::start::Start;
use super::{Objective, Plan, Progress, Settings, Trained, diverged, finished, matrix, plan};
use crate::corpus::{Corpus, SENTENCE_END};
use crate::{Error, Result};

/// Trains on `corpus` on one thread, with negatives drawn one by one from the whole vocabulary. `observe` is called
/// every thousand tokens.
///
/// [`train`](super::train()) does this where the [`Plan`] has one shard.
///
/// # Errors
/// As [`train`](super::train()).
pub fn sequential(corpus: &Corpus, settings: &Settings, observe: &mut dyn FnMut(&Progress)) -> Result<Trained> {
    sequential_from(Start::new(&corpus.vocabulary, settings), corpus, settings, observe)
}

pub(super) fn sequential_from(
    start: Start<'_>,
    corpus: &Corpus,
    settings: &Settings,
    observe: &mut dyn FnMut(&Progress),
) -> Result<Trained> {
    let step = settings.check()?;
    let counts = corpus.vocabulary.counts();
    let noise = AliasTable::new(vec![Slot::default(); counts.len()], |word| counts[word])
        .map_err(|error| Error::Failed(format!("the vocabulary: {error}")))?;
    let len = counts.len().saturating_mul(matrix::stride(settings.dim));
    let (mut center, mut outside) = (Pages::zeros(len)?, Pages::zeros(len)?);
    let (center, outside) = (center.as_mut_slice(), outside.as_mut_slice());
    let run = Sequential { start, corpus, settings, step, noise, center, outside, observe };
    settings.level.run(settings.fused, run).expect("Settings::check asked for the level")
}

struct Sequential<'a> {
    start: Start<'a>,
    corpus: &'a Corpus,
    settings: &'a Settings,
    step: train::Settings,
    noise: AliasTable<Vec<Slot>>,
    center: &'a mut [f32],
    outside: &'a mut [f32],
    observe: &'a mut dyn FnMut(&Progress),
}

/// Tokens between two looks at the learning rate.
const CHUNK: usize = 1_000;

/// The purposes of the random streams; that of the first vectors is the same in rounds.
const INITIALIZE: u64 = 0;
const SUBSAMPLE: u64 = 1;
const WIDTHS: u64 = 2;
const NEGATIVES: u64 = 3;
const DROPOUT: u64 = 4;

impl Kernel for Sequential<'_> {
    type Output = Result<Trained>;

    fn run<L: Lanes>(self, lanes: L) -> Self::Output {
        let (step, settings, words) = (self.step, self.settings, self.corpus.vocabulary.len());
        if settings.is_plain() {
            return self.with(lanes, step);
        }
        let state = || settings.optimizer.of_rows(words, settings.dim);
        let (mut center, mut outside) = (state()?, state()?);
        let stride = matrix::stride(settings.dim);
        let dropout = Dropout::new(settings.dropout).filter(|_| settings.dropout > 0.0).map(|dropout| {
            InputDropout::new(dropout, Generator::new(settings.seed, [DROPOUT]), vec![0.0; MAX_INPUTS * stride])
        });
        let trained = match settings.objective {
            Objective::NegativeSampling => {
                self.with(lanes, Optimized::with_dropout(step, &mut center, &mut outside, dropout))
            }
            Objective::Softmax => {
                let (errors, rows) = (vec![0.0; words], vec![0.0; 2 * stride]);
                self.with(lanes, Softmax::new(step.window(), &mut center, &mut outside, errors, rows, dropout))
            }
        };
        let named = |side: &'static str, rows: OptimizerRows| {
            rows.matrices(settings.dim).into_iter().map(move |(name, matrix)| (format!("{side}.{name}"), matrix))
        };
        let state =
            |trained| Trained { state: named("center", center).chain(named("outside", outside)).collect(), ..trained };
        trained.map(state)
    }
}

impl Sequential<'_> {
    /// Trains with steps of `shape`.
    fn with<L: Lanes, S: Shape>(self, lanes: L, shape: S) -> Result<Trained> {
        let Self { start, corpus, settings, noise, center, outside, observe, .. } = self;
        let stream = |purpose| Generator::new(settings.seed, [purpose]);
        let slab = |rows| Slab::new(rows, settings.dim, matrix::stride(settings.dim)).expect("whole rows");
        let mut model = Model { center: slab(center), outside: slab(outside) };
        start.set(&mut stream(INITIALIZE), |row, mut initial| {
            initial.center(&mut model.center, row as usize);
            initial.outside(&mut model.outside, row as usize);
        });

        let keep = plan::keep(corpus, settings);
        let (mut subsample, mut widths) = (stream(SUBSAMPLE), stream(WIDTHS));
        let negatives = Unigram { table: &noise, rng: stream(NEGATIVES) };
        let mut trainer = Trainer::new(lanes, &mut model, negatives, shape, settings.rate);
        trainer.loss_every = Plan::of(corpus, settings).loss_every;
        let (tokens, epochs) = (&corpus.tokens, settings.epochs as usize);
        let total = (epochs * tokens.len()) as u64;
        let (mut losses, mut buffer, mut sentence) = (Vec::new(), Vec::new(), Vec::new());
        for epoch in 0..epochs {
            trainer.loss = Loss::default();
            for start in (0..tokens.len()).step_by(CHUNK) {
                let end = tokens.len().min(start + CHUNK);
                tokens.copy_to(start..end, &mut buffer)?;
                for &token in &buffer {
                    if token == SENTENCE_END {
                        trainer
                            .sentence(&sentence, &mut widths)
                            .map_err(|error| Error::Failed(format!("training: {error}")))?;
                        sentence.clear();
                    } else if Subsampler::keep(keep[token as usize], &mut subsample) {
                        sentence.push(token);
                    }
                }
                if !trainer.loss.sum.is_finite() {
                    return Err(diverged(settings.rate));
                }
                let done = (epoch * tokens.len() + end) as u64;
                trainer.rate = settings.schedule.rate(settings.rate, done, total);
                let Loss { pairs, .. } = trainer.loss;
                let (rate, loss) = (trainer.rate, trainer.loss.mean());
                observe(&Progress { done, total, epoch: epoch as u32, rate, loss, pairs });
            }
            losses.push(trainer.loss.mean());
        }
        let rows = |matrix: &Slab<&mut [f32]>| -> Vec<f32> {
            (0..matrix.rows()).filter_map(|row| matrix.row(row)).flat_map(|row| &row[..settings.dim]).copied().collect()
        };
        finished(
            Trained { center: rows(&model.center), outside: rows(&model.outside), losses, state: Vec::new() },
            settings,
        )
    }
}

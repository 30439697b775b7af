//! The plain way to train: one word after the other, on the matrices themselves. It is what a small corpus gets, and
//! what rounds are measured against.

use motevec_core::model::{Model, Rows, Slab};
use motevec_core::optim::Dropout;
use motevec_core::sample::{AliasTable, Generator, Slot, Subsampler, Unigram};
use motevec_core::simd::{MAX_INPUTS, Simd};
use motevec_core::train::{self, InputDropout, Loss, Optimized, Shape, Softmax, Trainer};

use super::pages::Pages;
use super::position::{Chunk, Cursor, Position, foreign};
use super::start::Start;
use super::{Objective, Observe, Plan, Progress, Settings, Trained, diverged, finished, matrix, plan};
use crate::corpus::{Corpus, SENTENCE_END};
use crate::{Error, Result};

/// Trains on `corpus` on one thread, with negatives drawn one by one from the whole vocabulary. `observe` is called
/// every thousand tokens.
///
/// [`train`](super::train()) does this where the [`Plan`] has one shard.
///
/// # Errors
/// As [`train`](super::train()).
pub fn sequential(corpus: &Corpus, settings: &Settings, observe: Observe<'_>) -> Result<Trained> {
    sequential_from(Start::new(&corpus.vocabulary, settings), corpus, settings, observe)
}

pub(super) fn sequential_from(
    start: Start<'_>,
    corpus: &Corpus,
    settings: &Settings,
    observe: Observe<'_>,
) -> Result<Trained> {
    let step = settings.check()?;
    let counts = corpus.vocabulary.counts();
    let noise = AliasTable::new(vec![Slot::default(); counts.len()], |word| counts[word])
        .map_err(|error| Error::Failed(format!("the vocabulary: {error}")))?;
    let len = counts.len().saturating_mul(matrix::stride(settings.dim));
    let (mut center, mut outside) = (Pages::zeros(len)?, Pages::zeros(len)?);
    let (center, outside) = (center.as_mut_slice(), outside.as_mut_slice());
    let run = Sequential { start, corpus, settings, step, noise, center, outside, observe };
    run.train(settings.simd())
}

struct Sequential<'a> {
    start: Start<'a>,
    corpus: &'a Corpus,
    settings: &'a Settings,
    step: train::Dynamic,
    noise: AliasTable<Vec<Slot>>,
    center: &'a mut [f32],
    outside: &'a mut [f32],
    observe: Observe<'a>,
}

/// Tokens between two looks at the learning rate.
const CHUNK: usize = 1_000;

/// The purposes of the random streams; that of the first vectors is the same in rounds.
const INITIALIZE: u64 = 0;
const SUBSAMPLE: u64 = 1;
const WIDTHS: u64 = 2;
const NEGATIVES: u64 = 3;
const DROPOUT: u64 = 4;

impl Sequential<'_> {
    fn train(self, simd: Simd) -> Result<Trained> {
        let (step, settings, words) = (self.step, self.settings, self.corpus.vocabulary.len());
        if settings.is_plain() {
            return self.with(simd, step);
        }
        let state = || settings.optimizer.of_rows(words, settings.dim);
        let (mut center, mut outside) = (state()?, state()?);
        let stride = matrix::stride(settings.dim);
        let dropout = Dropout::new(settings.dropout).filter(|_| settings.dropout > 0.0).map(|dropout| {
            InputDropout::new(dropout, Generator::new(settings.seed, [DROPOUT]), vec![0.0; MAX_INPUTS * stride])
        });
        match settings.objective {
            Objective::NegativeSampling => {
                self.with(simd, Optimized::with_dropout(step, &mut center, &mut outside, dropout))
            }
            Objective::Softmax => {
                let (errors, rows) = (vec![0.0; words], vec![0.0; 2 * stride]);
                self.with(simd, Softmax::new(step.window(), &mut center, &mut outside, errors, rows, dropout))
            }
        }
    }

    /// Trains with steps of `shape`.
    fn with<S: Shape>(self, simd: Simd, shape: S) -> Result<Trained> {
        let Self { start, corpus, settings, noise, center, outside, observe, .. } = self;
        let (tokens, epochs) = (&corpus.tokens, settings.epochs as usize);
        let total = (epochs * tokens.len()) as u64;
        let stream = |purpose| Generator::new(settings.seed, [purpose]);
        let begin = Chunk {
            subsample: stream(SUBSAMPLE).state(),
            widths: stream(WIDTHS).state(),
            negatives: stream(NEGATIVES).state(),
            until_loss: 0,
            sentence: Vec::new(),
        };
        let (done, mut losses, begin, rate) = match start.position() {
            None => (0, Vec::new(), begin, settings.rate),
            Some(position) => {
                let chunk = check(position, corpus, settings)?.clone();
                let losses = position.losses.iter().copied().map(Loss::from).collect();
                (position.done, losses, chunk, settings.schedule.rate(settings.rate, position.done, total))
            }
        };
        let slab = |rows| Slab::new(rows, settings.dim, matrix::stride(settings.dim)).expect("whole rows");
        let mut model = Model { center: slab(center), outside: slab(outside) };
        let Model { center, outside } = &mut model;
        start.set(
            &mut stream(INITIALIZE),
            |row, initial| initial.write(center, row as usize),
            |row, initial| initial.write(outside, row as usize),
        );

        let keep = plan::keep(corpus, settings);
        let mut subsample = Generator::from_state(begin.subsample);
        let mut widths = Generator::from_state(begin.widths);
        let negatives = Unigram { table: &noise, rng: Generator::from_state(begin.negatives) };
        let mut trainer = Trainer::new(simd, &mut model, negatives, shape, rate);
        trainer.loss_every = Plan::of(corpus, settings).loss_every;
        trainer.until_loss = begin.until_loss;
        let (mut sentence, mut buffer) = (begin.sentence, Vec::new());
        let mut stopped = None;
        let (first, mut start) = (done as usize / tokens.len(), done as usize % tokens.len());
        'training: for epoch in first..epochs {
            trainer.loss = if start > 0 { losses.pop().unwrap_or_default() } else { Loss::default() };
            while start < tokens.len() {
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
                let answer = observe(&Progress { done, total, epoch: epoch as u32, rate, loss, pairs });
                if answer.is_break() && done < total {
                    losses.push(trainer.loss);
                    stopped = Some(Position {
                        done,
                        losses: losses.iter().copied().map(Into::into).collect(),
                        cursor: Cursor::Sequential(Chunk {
                            subsample: subsample.state(),
                            widths: widths.state(),
                            negatives: trainer.objective.rng.state(),
                            until_loss: trainer.until_loss,
                            sentence,
                        }),
                    });
                    break 'training;
                }
                start = end;
            }
            losses.push(trainer.loss);
            start = 0;
        }
        let rows = |matrix: &Slab<&mut [f32]>| -> Vec<f32> {
            (0..matrix.rows()).filter_map(|row| matrix.row(row)).flat_map(|row| &row[..settings.dim]).copied().collect()
        };
        let losses = losses.iter().map(Loss::mean).collect();
        let (center, outside) = (rows(&model.center), rows(&model.outside));
        finished(Trained { center, outside, losses, stopped }, settings)
    }
}

/// Checks that training on `corpus` can go on from `position`. Returns what it goes on with.
fn check<'p>(position: &'p Position, corpus: &Corpus, settings: &Settings) -> Result<&'p Chunk> {
    let len = corpus.tokens.len();
    position.check(len, settings.epochs)?;
    let Cursor::Sequential(chunk) = &position.cursor else { return Err(foreign()) };
    let start = position.done as usize % len;
    let epochs = position.done.div_ceil(len as u64);
    let words = corpus.vocabulary.len();
    let fits = start.is_multiple_of(CHUNK)
        && position.losses.len() as u64 == epochs
        && chunk.sentence.iter().all(|&word| (word as usize) < words);
    if fits { Ok(chunk) } else { Err(foreign()) }
}

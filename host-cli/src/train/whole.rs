//! One shard that is the whole corpus: it trains on the matrices themselves, with exact noise. So a small corpus
//! trains, and whatever cannot be merged; and rounds of many shards are measured against it.

use std::sync::Mutex;

use motevec_core::model::{Component, Model, Rows, RowsMut, Slab};
use motevec_core::sample::{AliasTable, Generator, Slot, Subsampler, Unigram};
use motevec_core::simd::Simd;
use motevec_core::train::{Loss, Trainer};

use super::driver::{Rounds, Run, UNPOISONED};
use super::objective::{Paths, Targets, Tree};
use super::optimizer::Numbers;
use super::pages::Pages;
use super::position::{Chunk, Cursor, Position, foreign};
use super::start::Start;
use super::steps::Memory;
use super::{Arithmetic, Objective, Observe, Plan, Settings, Trained, Widths, finished, matrix, plan};
use crate::corpus::{Corpus, SENTENCE_END};
use crate::{Error, Result};

/// Trains on `corpus` on one thread, with negatives drawn one by one from the whole vocabulary. `observe` is called
/// every thousand tokens.
///
/// [`train`](super::train()) does this where the [`Plan`] has one shard, and where what shards learn cannot be merged.
///
/// # Errors
/// As [`train`](super::train()), and if words have n-grams, which are composed for rounds.
pub fn sequential(corpus: &Corpus, settings: &Settings, observe: Observe<'_>) -> Result<Trained> {
    sequential_from(Start::new(&corpus.vocabulary, settings), corpus, settings, observe)
}

pub(super) fn sequential_from(
    mut start: Start<'_>,
    corpus: &Corpus,
    settings: &Settings,
    observe: Observe<'_>,
) -> Result<Trained> {
    settings.check()?;
    if settings.subwords.is_some() {
        return Err(Error::Failed("words with n-grams train in rounds only".to_owned()));
    }
    let (words, stride) = (corpus.vocabulary.len(), matrix::stride(settings.dim));
    let pages = |rows: usize| Pages::zeros(rows.saturating_mul(stride));
    let (mut center, mut outside) = (pages(words)?, pages(settings.objective.outside_rows(words))?);
    let mut memory = Memory::new(settings, words)?;
    let counts = corpus.vocabulary.counts();
    let noise = AliasTable::new(vec![Slot::default(); words], |word| counts[word])
        .map_err(|error| Error::Failed(format!("the vocabulary: {error}")))?;
    let paths = match settings.objective {
        Objective::HierarchicalSoftmax => Some(Paths::all(&Tree::new(&corpus.vocabulary)?)),
        _ => None,
    };
    let position = start.position().cloned();
    let stream = |purpose| Generator::new(settings.seed, [purpose]);
    let chunk = match &position {
        None => Chunk {
            subsample: stream(SUBSAMPLE).state(),
            widths: stream(WIDTHS).state(),
            negatives: stream(NEGATIVES).state(),
            dropout: None,
            until_loss: 0,
            sentence: Vec::new(),
        },
        Some(position) => {
            let chunk = check(position, corpus, settings)?.clone();
            restore(&mut memory, &chunk, start.take_numbers(), settings)?;
            chunk
        }
    };
    let slab = |rows| Slab::new(rows, settings.dim, stride).expect("whole rows");
    let mut model = Model { center: slab(center.as_mut_slice()), outside: slab(outside.as_mut_slice()) };
    let Model { center, outside } = &mut model;
    start.set(
        &mut stream(INITIALIZE),
        None,
        |row, initial| initial.write(center, row as usize),
        |row, initial| initial.write(outside, row as usize),
    )?;
    if settings.arithmetic == Arithmetic::Q15 {
        // Steps do this to the rows that they take; it is as if they had taken all of them.
        [&mut model.center, &mut model.outside].into_iter().for_each(to_q15);
    }
    let whole = Whole {
        corpus,
        simd: settings.simd(),
        keep: plan::keep(corpus, settings),
        loss_every: Plan::of(corpus, settings).loss_every,
        noise,
        paths,
        state: Mutex::new(State {
            model,
            memory,
            subsample: Generator::from_state(chunk.subsample),
            widths: Widths { draw: settings.window_draw, rng: Generator::from_state(chunk.widths) },
            negatives: Generator::from_state(chunk.negatives),
            until_loss: chunk.until_loss,
            sentence: chunk.sentence,
            buffer: Vec::new(),
            done: position.as_ref().map_or(0, |position| position.done),
            loss: Loss::default(),
        }),
    };
    let tokens = corpus.tokens.len() as u64;
    let (losses, stopped) = Run { settings, tokens, steps: tokens, position, observe }.drive(&whole)?;
    let State { model, memory, .. } = whole.state.into_inner().expect(UNPOISONED);
    let rows = |matrix: &Slab<&mut [f32]>| -> Vec<f32> {
        (0..matrix.rows()).filter_map(|row| matrix.row(row)).flat_map(|row| &row[..settings.dim]).copied().collect()
    };
    let numbers = match stopped {
        Some(_) => [memory.center.save("center", settings.dim), memory.outside.save("outside", settings.dim)].concat(),
        None => Vec::new(),
    };
    let (center, outside) = (rows(&model.center), rows(&model.outside));
    finished(Trained { center, outside, losses, stopped, numbers, ..Trained::default() }, settings)
}

/// Rounds all numbers of a matrix.
fn to_q15(matrix: &mut Slab<&mut [f32]>) {
    for row in 0..matrix.rows() {
        matrix.row_mut(row).unwrap_or_default().iter_mut().for_each(|x| *x = x.to_q15().to_f32());
    }
}

/// Tokens between two looks at the learning rate.
const CHUNK: usize = 1_000;

/// The purposes of the random streams; that of the first vectors is the same with many shards.
pub(super) const INITIALIZE: u64 = 0;
const SUBSAMPLE: u64 = 1;
pub(super) const WIDTHS: u64 = 2;
pub(super) const NEGATIVES: u64 = 3;

struct Whole<'a> {
    corpus: &'a Corpus,
    simd: Simd,
    keep: Vec<u32>,
    loss_every: u32,
    noise: AliasTable<Vec<Slot>>,
    paths: Option<Paths>,
    /// The one thread's.
    state: Mutex<State<'a>>,
}

struct State<'a> {
    model: Model<Slab<&'a mut [f32]>, Slab<&'a mut [f32]>>,
    memory: Memory,
    subsample: Generator,
    widths: Widths,
    negatives: Generator,
    until_loss: u32,
    /// The words of the sentence that the last chunk ended in.
    sentence: Vec<u32>,
    buffer: Vec<u32>,
    /// Tokens trained on, over all epochs.
    done: u64,
    /// Of the last chunk.
    loss: Loss,
}

impl Rounds for Whole<'_> {
    type Phase = ();
    type Thread = ();

    fn phases(&self) -> &[()] {
        &[()]
    }

    fn training(&self) {}

    fn thread(&self) {}

    fn most_threads(&self) -> usize {
        1
    }

    /// Trains on the next chunk of tokens.
    fn work(&self, (): (), _thread: &mut (), rate: f32) -> Result<()> {
        let mut state = self.state.lock().expect(UNPOISONED);
        let State { model, memory, subsample, widths, negatives, until_loss, sentence, buffer, done, loss } =
            &mut *state;
        let tokens = &self.corpus.tokens;
        let start = (*done % tokens.len() as u64) as usize;
        let end = tokens.len().min(start + CHUNK);
        tokens.copy_to(start..end, buffer)?;
        let targets = match &self.paths {
            None => Targets::Sampled(Unigram { table: &self.noise, rng: negatives.clone() }),
            Some(paths) => Targets::Paths(paths),
        };
        let mut trainer = Trainer::new(self.simd, model, targets, memory.steps(), rate);
        trainer.loss_every = self.loss_every;
        trainer.until_loss = *until_loss;
        for &token in &*buffer {
            if token == SENTENCE_END {
                let trained = trainer.sentence(sentence, widths);
                trained.map_err(|error| Error::Failed(format!("training: {error}")))?;
                sentence.clear();
            } else if Subsampler::keep(self.keep[token as usize], subsample) {
                sentence.push(token);
            }
        }
        if let Targets::Sampled(Unigram { rng, .. }) = trainer.objective {
            *negatives = rng;
        }
        (*until_loss, *loss) = (trainer.until_loss, trainer.loss);
        *done += (end - start) as u64;
        Ok(())
    }

    fn end(&self, (): ()) {}

    fn trained(&self) -> (u64, Loss) {
        let state = self.state.lock().expect(UNPOISONED);
        (state.done, state.loss)
    }

    fn cursor(&self) -> Cursor {
        let state = self.state.lock().expect(UNPOISONED);
        Cursor::Sequential(Chunk {
            subsample: state.subsample.state(),
            widths: state.widths.rng.state(),
            negatives: state.negatives.state(),
            dropout: state.memory.dropout.as_ref().map(|dropout| dropout.rng.state()),
            until_loss: state.until_loss,
            sentence: state.sentence.clone(),
        })
    }
}

/// Checks that training on `corpus` can go on from `position`. Returns what it goes on with.
fn check<'p>(position: &'p Position, corpus: &Corpus, settings: &Settings) -> Result<&'p Chunk> {
    let len = corpus.tokens.len();
    position.check(len as u64, settings.epochs)?;
    let Cursor::Sequential(chunk) = &position.cursor else { return Err(foreign()) };
    let start = position.done as usize % len;
    let epochs = position.done.div_ceil(len as u64);
    let words = corpus.vocabulary.len();
    let fits = start.is_multiple_of(CHUNK)
        && position.losses.len() as u64 == epochs
        && chunk.sentence.iter().all(|&word| (word as usize) < words);
    if fits { Ok(chunk) } else { Err(foreign()) }
}

/// Puts back what optimizers and dropout had when training stopped.
fn restore(memory: &mut Memory, chunk: &Chunk, mut numbers: Numbers, settings: &Settings) -> Result<()> {
    let fits = memory.center.restore("center", settings.dim, &mut numbers)
        && memory.outside.restore("outside", settings.dim, &mut numbers)
        && memory.dropout.is_some() == chunk.dropout.is_some();
    if let (Some(dropout), Some(state)) = (&mut memory.dropout, chunk.dropout) {
        dropout.rng = Generator::from_state(state);
    }
    if fits { Ok(()) } else { Err(foreign()) }
}

//! Training in rounds: the shards train, each on its own words and rows, then every touched row takes in what they learned.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Barrier, Mutex, RwLock};

use motevec_core::model::Slab;
use motevec_core::sample::Generator;
use motevec_core::simd::Simd;
use motevec_core::train::Loss;

use super::matrix::{self, Matrix, PARTS, part_of, place_of};
use super::merge::{Merger, Rule};
use super::pages::Pages;
use super::position::{Cursor, Position, foreign};
use super::private::{LocalRows, Private, Side};
use super::shard::{Common, Shard};
use super::start::{Initial, Start};
use super::{Observe, Plan, Progress, Settings, Trained, diverged, finished, plan};
use crate::corpus::Corpus;
use crate::{Error, Result};

/// Trains on `corpus` in rounds. `observe` is called after each.
///
/// # Errors
/// As [`train()`](super::train()).
pub fn rounds(corpus: &Corpus, settings: &Settings, observe: Observe<'_>) -> Result<Trained> {
    rounds_from(Start::new(&corpus.vocabulary, settings), corpus, settings, observe)
}

pub(super) fn rounds_from(
    start: Start<'_>,
    corpus: &Corpus,
    settings: &Settings,
    observe: Observe<'_>,
) -> Result<Trained> {
    let step = settings.check()?;
    if !settings.is_plain() {
        return Err(Error::Failed("rounds train by plain SGD with negative sampling only".to_owned()));
    }
    let counts = corpus.vocabulary.counts();
    let keep = plan::keep(corpus, settings);
    let noise = plan::noise(counts, &keep);
    let common = Common {
        tokens: &corpus.tokens,
        keep,
        noise,
        settings: step,
        plan: Plan::of(corpus, settings),
        seed: settings.seed,
        epochs: settings.epochs,
        dim: settings.dim,
        stride: matrix::stride(settings.dim),
    };
    let position = start.position().cloned();
    if let Some(position) = &position {
        check(position, &common)?;
    }
    let stride = common.stride;
    let mut memory = Memory::new(&common)?;
    let (losses, stopped) = {
        let center = Matrix::new(memory.center.as_mut_slice(), counts.len(), stride);
        let outside = Matrix::new(memory.outside.as_mut_slice(), counts.len(), stride);
        initialize(start, (&center, &outside), settings, stride);
        let run = Rounds {
            common: &common,
            settings,
            position,
            words: corpus.stats.kept_words,
            center: &center,
            outside: &outside,
            private: memory.private.as_mut_slice(),
            observe,
        };
        run.train(settings.simd())?
    };
    // Each matrix gives its pages back as soon as its rows are handed out: there are never more than three.
    drop(memory.private);
    let rows = |mut pages: Pages| Matrix::new(pages.as_mut_slice(), counts.len(), stride).into_rows(settings.dim);
    let (center, outside) = (rows(memory.center), rows(memory.outside));
    finished(Trained { center, outside, losses, stopped }, settings)
}

/// Checks that rounds can go on from `position`.
fn check(position: &Position, common: &Common<'_>) -> Result<()> {
    position.check(common.tokens.len(), common.epochs)?;
    let Cursor::Rounds(states) = &position.cursor else { return Err(foreign()) };
    if states.len() != common.plan.shards {
        return Err(foreign());
    }
    states
        .iter()
        .enumerate()
        .try_for_each(|(index, state)| state.check(&Shard::stretches(index, common), common.epochs))
}

/// All large memory of a run.
struct Memory {
    center: Pages,
    outside: Pages,
    /// The rows that the shards copy.
    private: Pages,
}

impl Memory {
    fn new(common: &Common<'_>) -> Result<Self> {
        let matrix = || Pages::zeros(common.keep.len().saturating_mul(common.stride));
        let private = Private::room(&common.plan, common.keep.len(), common.stride);
        Ok(Self {
            center: matrix()?,
            outside: matrix()?,
            private: Pages::zeros(private.saturating_mul(common.plan.shards))?,
        })
    }
}

/// Sets all vectors, in the order of the rows, so that the start does not depend on how they are stored.
fn initialize(start: Start<'_>, matrices: (&Matrix<'_>, &Matrix<'_>), settings: &Settings, stride: usize) {
    let write = |matrix: &Matrix<'_>, row, initial: Initial<'_, '_>| {
        matrix.write(part_of(row), |rows| initial.write(&mut slab(rows, settings.dim, stride), place_of(row)));
    };
    start.set(
        &mut Generator::new(settings.seed, [0]),
        |row, initial| write(matrices.0, row, initial),
        |row, initial| write(matrices.1, row, initial),
    );
}

/// The rows of a part of a matrix.
fn slab(rows: &mut [f32], dim: usize, stride: usize) -> Slab<&mut [f32]> {
    Slab::new(rows, dim, stride).expect("a part is whole rows")
}

/// The whole of training.
struct Rounds<'a, 'm> {
    common: &'a Common<'a>,
    settings: &'a Settings,
    /// Where training goes on.
    position: Option<Position>,
    /// Words of the vocabulary in one pass over the corpus.
    words: u64,
    center: &'a Matrix<'m>,
    outside: &'a Matrix<'m>,
    private: &'a mut [f32],
    observe: Observe<'a>,
}

/// What the threads of a run tell each other.
struct Shared<'a> {
    shards: Vec<RwLock<Shard<'a>>>,
    /// Ends each phase of a round: nobody trains while somebody merges. Locked until it is known who takes part.
    phase: RwLock<Barrier>,
    next_shard: AtomicUsize,
    next_part: AtomicUsize,
    /// The rate of the round, as bits.
    rate: AtomicU32,
    over: AtomicBool,
    /// Whether it is over because the observer said so.
    stopped: AtomicBool,
    failure: Mutex<Option<Error>>,
}

impl Rounds<'_, '_> {
    fn train(mut self, simd: Simd) -> Result<(Vec<f64>, Option<Position>)> {
        let (common, settings) = (self.common, self.settings);
        let shards = common.plan.shards;
        let threads = settings.threads.clamp(1, shards);
        let total = common.tokens.len() as u64 * u64::from(common.epochs);
        let room = Private::room(&common.plan, common.keep.len(), common.stride);
        let private = std::mem::take(&mut self.private).chunks_exact_mut(room).enumerate();
        let mut losses = vec![Loss::default(); common.epochs as usize];
        let mut states = Vec::new();
        if let Some(position) = self.position.take() {
            for (loss, sum) in losses.iter_mut().zip(position.losses) {
                *loss = sum.into();
            }
            if let Cursor::Rounds(stopped) = position.cursor {
                states = stopped;
            }
        }
        let mut states = states.into_iter();
        let shards: Vec<_> = private.map(|(index, memory)| Shard::new(index, memory, common, states.next())).collect();
        let done = shards.iter().map(Shard::done).sum();
        let shared = Shared {
            shards: shards.into_iter().map(RwLock::new).collect(),
            phase: RwLock::new(Barrier::new(1)),
            next_shard: AtomicUsize::new(0),
            next_part: AtomicUsize::new(0),
            rate: AtomicU32::new(self.rate_after(done, total).to_bits()),
            over: AtomicBool::new(false),
            stopped: AtomicBool::new(false),
            failure: Mutex::new(None),
        };
        let (center, outside) = (self.center, self.outside);
        std::thread::scope(|scope| {
            let mut phase = shared.phase.write().expect(UNPOISONED);
            // A system that refuses a thread costs time, and nothing else.
            let spawn = |_| {
                let work = || work(simd, common, center, outside, &shared, None);
                std::thread::Builder::new().spawn_scoped(scope, work).ok()
            };
            *phase = Barrier::new(1 + (1..threads).map_while(spawn).count());
            drop(phase);
            let mut after_training = || self.look_at_round(&shared, total, &mut losses);
            work(simd, common, center, outside, &shared, Some(&mut after_training));
        });
        match shared.failure.lock().expect(UNPOISONED).take() {
            Some(error) => return Err(error),
            None if shared.stopped.load(Ordering::Relaxed) => {}
            None => return Ok((losses.iter().map(Loss::mean).collect(), None)),
        }
        let shards = || shared.shards.iter().map(|shard| shard.read().expect(UNPOISONED));
        let done = shards().map(|shard| shard.done()).sum();
        losses.truncate(epoch_of(done, total, common.epochs) + 1);
        let position = Position {
            done,
            losses: losses.into_iter().map(Into::into).collect(),
            cursor: Cursor::Rounds(shards().map(|shard| shard.state()).collect()),
        };
        Ok((position.mean_losses(), Some(position)))
    }
}

/// See [`AbortOnPanic`].
const UNPOISONED: &str = "a thread that panics ends the process";

/// Ends the process when its thread panics: the others would wait for it for ever.
struct AbortOnPanic;

impl Drop for AbortOnPanic {
    fn drop(&mut self) {
        if std::thread::panicking() {
            std::process::abort();
        }
    }
}

/// A thread's share of all rounds. The one with `after_training` runs it between the phases of each.
fn work<'m>(
    simd: Simd,
    common: &Common<'_>,
    center: &Matrix<'m>,
    outside: &Matrix<'m>,
    shared: &Shared<'_>,
    mut after_training: Option<&mut dyn FnMut()>,
) {
    let _guard = AbortOnPanic;
    let phase = shared.phase.read().expect(UNPOISONED);
    let mut local = LocalRows::new(common.keep.len());
    let mut merger = Merger::default();
    while !shared.over.load(Ordering::Relaxed) {
        let rate = f32::from_bits(shared.rate.load(Ordering::Relaxed));
        {
            let matrices = (&center.read(), &outside.read());
            while let Some(shard) = shared.shards.get(shared.next_shard.fetch_add(1, Ordering::Relaxed)) {
                let trained = shard.write().expect(UNPOISONED).run(simd, common, &mut local, matrices, rate);
                if let Err(error) = trained {
                    *shared.failure.lock().expect(UNPOISONED) = Some(error);
                }
            }
        }
        phase.wait();
        if let Some(after_training) = &mut after_training {
            shared.next_shard.store(0, Ordering::Relaxed);
            after_training();
        }
        {
            let shards: Vec<_> = shared.shards.iter().map(|shard| shard.read().expect(UNPOISONED)).collect();
            let shards: Vec<_> = shards.iter().map(|shard| &shard.private).collect();
            let rule = Rule {
                stride: common.stride,
                // Half-widths are uniform on 1 ..= m, so a window has m + 1 words on average.
                window: f64::from(common.settings.window() + 1),
                targets: 1.0 + common.settings.negatives() as f64,
                kappa: common.plan.pull * f64::from(rate),
            };
            loop {
                let part = shared.next_part.fetch_add(1, Ordering::Relaxed);
                if part >= PARTS {
                    break;
                }
                merger.merge(simd, [(center, Side::Center), (outside, Side::Outside)], part, &shards, rule);
            }
        }
        phase.wait();
        if after_training.is_some() {
            // Nobody merges before the next phase has ended.
            shared.next_part.store(0, Ordering::Relaxed);
        }
    }
}

impl Rounds<'_, '_> {
    /// Adds up what the shards did in a round, reports it, and prepares the next one.
    fn look_at_round(&mut self, shared: &Shared<'_>, total: u64, losses: &mut [Loss]) {
        let (mut done, mut round) = (0, Loss::default());
        for shard in &shared.shards {
            let shard = shard.read().expect(UNPOISONED);
            done += shard.done();
            round.sum += shard.loss.sum;
            round.pairs += shard.loss.pairs;
        }
        let epoch = epoch_of(done, total, self.common.epochs);
        let loss = &mut losses[epoch];
        loss.sum += round.sum;
        loss.pairs += round.pairs;
        let rate = self.rate_after(done, total);
        let (loss, pairs) = (loss.mean(), loss.pairs);
        let answer = (self.observe)(&Progress { done, total, epoch: epoch as u32, rate, loss, pairs });
        let stopped = answer.is_break() && done < total;

        let mut failure = shared.failure.lock().expect(UNPOISONED);
        if !round.sum.is_finite() {
            failure.get_or_insert_with(|| diverged(self.settings.rate));
        }
        shared.rate.store(rate.to_bits(), Ordering::Relaxed);
        shared.stopped.store(stopped, Ordering::Relaxed);
        shared.over.store(done == total || stopped || failure.is_some(), Ordering::Relaxed);
    }

    /// The learning rate after `done` of `total` tokens.
    fn rate_after(&self, done: u64, total: u64) -> f32 {
        let total_words = self.words * u64::from(self.common.epochs);
        let done_words = (u128::from(done) * u128::from(total_words) / u128::from(total.max(1))) as u64;
        self.settings.schedule.rate(self.settings.rate, done_words, total_words)
    }
}

/// The epoch, from 0, that the last of `done` tokens belongs to: the round that ends an epoch is part of it.
fn epoch_of(done: u64, total: u64, epochs: u32) -> usize {
    (u128::from(done.saturating_sub(1)) * u128::from(epochs) / u128::from(total)) as usize
}

//! Deterministic training, in parallel by rounds.
//!
//! Threads that race for one set of parameters (Hogwild) make every run differ. Here the corpus is cut into logical
//! shards, as many as the [`Plan`] says, whatever the machine. In a round every shard trains on its next words with
//! private copies of the rows that it touches (module `shard`); then each touched row takes in what the shards learned,
//! in a fixed order (module `merge`). Every random stream belongs to a shard, a round and a purpose. Threads only decide
//! who computes what, so the result has the same bits on one thread and on sixty-four.

mod matrix;
mod merge;
mod optimizer;
mod pages;
pub(crate) mod plan;
mod private;
mod sequential;
mod settings;
mod shard;
mod softmax;
mod start;
#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Barrier, Mutex, RwLock};

use motevec_core::model::Slab;
use motevec_core::sample::Generator;
use motevec_core::simd::{Kernel, Lanes};
use motevec_core::train::Loss;

use self::matrix::{Matrix, PARTS, part_of, place_of};
use self::merge::{Merger, Rule};
pub use self::optimizer::{Objective, Optimizer};
use self::pages::Pages;
pub use self::plan::Plan;
use self::private::{LocalRows, Private, Side};
pub use self::sequential::sequential;
pub use self::settings::Settings;
use self::shard::{Common, Shard};
pub use self::softmax::estimate as estimate_softmax;
use self::start::Start;
use crate::corpus::Corpus;
use crate::{Error, Result, Vectors};

/// How far training has come.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Tokens trained on, over all epochs.
    pub done: u64,
    /// Tokens to train on, over all epochs.
    pub total: u64,
    /// The epoch, from 0.
    pub epoch: u32,
    /// The learning rate of what comes next.
    pub rate: f32,
    /// The loss of an average (center, outside) pair in this epoch so far.
    pub loss: f64,
    /// How many pairs that is the mean of.
    pub pairs: u64,
}

/// A trained model.
#[derive(Clone, Debug)]
pub struct Trained {
    /// The center vectors, |Vocab| × dim, row after row.
    pub center: Vec<f32>,
    /// The outside vectors, likewise.
    pub outside: Vec<f32>,
    /// The loss of an average (center, outside) pair (MATH.md eq. 9; of softmax, eq. 6) in each epoch.
    pub losses: Vec<f64>,
    /// What the optimizer remembers, by name, each with the rows of the vocabulary: `center.mean` and `outside.mean`, |Vocab| ×
    /// dim, of momentum; of Adam these, `center.square` and `outside.square`, and `center.steps` and `outside.steps`, |Vocab| × 2:
    /// the steps of each row, their upper and their lower 16 bits; nothing of SGD.
    pub state: Vec<(String, Vec<f32>)>,
}

/// Trains on `corpus`: in [`rounds`] or, where the plan has one shard only, [sequentially](sequential()). `observe` is
/// called now and then, by the calling thread. What is not plain SGD with negative sampling trains sequentially, too.
///
/// # Errors
/// Where the settings are impossible, training diverged, or the corpus cannot be read back from the disk.
pub fn train(corpus: &Corpus, settings: &Settings, observe: &mut dyn FnMut(&Progress)) -> Result<Trained> {
    train_from(Start::new(&corpus.vocabulary, settings), corpus, settings, observe)
}

/// [`train()`], going on from `earlier`: its words start with the vectors that they have there.
///
/// # Errors
/// As [`train()`], and where `earlier` has other dimensions than the settings, or no outside vectors.
pub fn resume(
    earlier: &Vectors,
    corpus: &Corpus,
    settings: &Settings,
    observe: &mut dyn FnMut(&Progress),
) -> Result<Trained> {
    train_from(Start::from(&corpus.vocabulary, settings, earlier)?, corpus, settings, observe)
}

fn train_from(
    start: Start<'_>,
    corpus: &Corpus,
    settings: &Settings,
    observe: &mut dyn FnMut(&Progress),
) -> Result<Trained> {
    settings.check()?;
    match Plan::of(corpus, settings).shards {
        // Nobody would be there to share the work with, or to merge with.
        1 => sequential::sequential_from(start, corpus, settings, observe),
        // What an optimizer remembers of a row cannot be merged as vectors can.
        _ if !settings.is_plain() => sequential::sequential_from(start, corpus, settings, observe),
        _ => rounds_from(start, corpus, settings, observe),
    }
}

/// Trains on `corpus` in rounds. `observe` is called after each.
///
/// # Errors
/// As [`train()`].
pub fn rounds(corpus: &Corpus, settings: &Settings, observe: &mut dyn FnMut(&Progress)) -> Result<Trained> {
    rounds_from(Start::new(&corpus.vocabulary, settings), corpus, settings, observe)
}

fn rounds_from(
    start: Start<'_>,
    corpus: &Corpus,
    settings: &Settings,
    observe: &mut dyn FnMut(&Progress),
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
    let stride = common.stride;
    let mut memory = Memory::new(&common)?;
    let losses = {
        let center = Matrix::new(memory.center.as_mut_slice(), counts.len(), stride);
        let outside = Matrix::new(memory.outside.as_mut_slice(), counts.len(), stride);
        initialize(start, (&center, &outside), settings, stride);
        let run = Rounds {
            common: &common,
            settings,
            words: corpus.stats.kept_words,
            center: &center,
            outside: &outside,
            private: memory.private.as_mut_slice(),
            observe,
        };
        settings.level.run(settings.fused, run).expect("Settings::check asked for the level")?
    };
    // Each matrix gives its pages back as soon as its rows are handed out: there are never more than three.
    drop(memory.private);
    let rows = |mut pages: Pages| Matrix::new(pages.as_mut_slice(), counts.len(), stride).into_rows(settings.dim);
    finished(
        Trained { center: rows(memory.center), outside: rows(memory.outside), losses, state: Vec::new() },
        settings,
    )
}

/// Looks at what came out.
fn finished(trained: Trained, settings: &Settings) -> Result<Trained> {
    if trained.losses.iter().all(|loss| loss.is_nan()) {
        let message = "there is nothing to learn: subsampling left no two words beside each other; raise --subsample, \
                       or set it to 0";
        return Err(Error::Failed(message.to_owned()));
    }
    let finite = trained.center.iter().chain(&trained.outside).all(|x| x.is_finite());
    if finite { Ok(trained) } else { Err(diverged(settings.rate)) }
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
    start.set(&mut Generator::new(settings.seed, [0]), |row, mut initial| {
        let (part, place) = (part_of(row), place_of(row));
        matrices.0.write(part, |rows| initial.center(&mut slab(rows, settings.dim, stride), place));
        matrices.1.write(part, |rows| initial.outside(&mut slab(rows, settings.dim, stride), place));
    });
}

/// The rows of a part of a matrix.
fn slab(rows: &mut [f32], dim: usize, stride: usize) -> Slab<&mut [f32]> {
    Slab::new(rows, dim, stride).expect("a part is whole rows")
}

/// The whole of training, compiled for one instruction set.
struct Rounds<'a, 'm> {
    common: &'a Common<'a>,
    settings: &'a Settings,
    /// Words of the vocabulary in one pass over the corpus.
    words: u64,
    center: &'a Matrix<'m>,
    outside: &'a Matrix<'m>,
    private: &'a mut [f32],
    observe: &'a mut dyn FnMut(&Progress),
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
    failure: Mutex<Option<Error>>,
}

impl Kernel for Rounds<'_, '_> {
    type Output = Result<Vec<f64>>;

    fn run<L: Lanes>(mut self, lanes: L) -> Self::Output {
        let (common, settings) = (self.common, self.settings);
        let shards = common.plan.shards;
        let threads = settings.threads.clamp(1, shards);
        let total = common.tokens.len() as u64 * u64::from(common.epochs);
        let room = Private::room(&common.plan, common.keep.len(), common.stride);
        let private = std::mem::take(&mut self.private).chunks_exact_mut(room).enumerate();
        let shared = Shared {
            shards: private.map(|(index, memory)| RwLock::new(Shard::new(index, memory, common))).collect(),
            phase: RwLock::new(Barrier::new(1)),
            next_shard: AtomicUsize::new(0),
            next_part: AtomicUsize::new(0),
            rate: AtomicU32::new(settings.schedule.rate(settings.rate, 0, 1).to_bits()),
            over: AtomicBool::new(false),
            failure: Mutex::new(None),
        };
        let mut losses = vec![Loss::default(); common.epochs as usize];
        let (center, outside) = (self.center, self.outside);
        std::thread::scope(|scope| {
            let mut phase = shared.phase.write().expect(UNPOISONED);
            // A system that refuses a thread costs time, and nothing else.
            let spawn = |_| {
                let work = || work(lanes, common, center, outside, &shared, None);
                std::thread::Builder::new().spawn_scoped(scope, work).ok()
            };
            *phase = Barrier::new(1 + (1..threads).map_while(spawn).count());
            drop(phase);
            let mut after_training = || self.look_at_round(&shared, total, &mut losses);
            work(lanes, common, center, outside, &shared, Some(&mut after_training));
        });
        match shared.failure.into_inner().expect(UNPOISONED) {
            Some(error) => Err(error),
            None => Ok(losses.iter().map(Loss::mean).collect()),
        }
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
fn work<'m, L: Lanes>(
    lanes: L,
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
                let trained = shard.write().expect(UNPOISONED).run(lanes, common, &mut local, matrices, rate);
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
                merger.merge(lanes, [(center, Side::Center), (outside, Side::Outside)], part, &shards, rule);
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
        let epochs = losses.len() as u64;
        // The round that ends an epoch belongs to it.
        let before_end = u128::from(done.saturating_sub(1));
        let epoch = (before_end * u128::from(epochs) / u128::from(total)) as usize;
        let loss = &mut losses[epoch];
        loss.sum += round.sum;
        loss.pairs += round.pairs;
        let total_words = self.words * epochs;
        let done_words = (u128::from(done) * u128::from(total_words) / u128::from(total)) as u64;
        let rate = self.settings.schedule.rate(self.settings.rate, done_words, total_words);
        let (loss, pairs) = (loss.mean(), loss.pairs);
        (self.observe)(&Progress { done, total, epoch: epoch as u32, rate, loss, pairs });

        let mut failure = shared.failure.lock().expect(UNPOISONED);
        if !round.sum.is_finite() {
            failure.get_or_insert_with(|| diverged(self.settings.rate));
        }
        shared.rate.store(rate.to_bits(), Ordering::Relaxed);
        shared.over.store(done == total || failure.is_some(), Ordering::Relaxed);
    }
}

/// A learning rate that is too high throws the vectors further with every step, until they are no numbers.
fn diverged(rate: f32) -> Error {
    Error::Failed(format!("training diverged: the vectors are no longer numbers; lower --lr, which is {rate}"))
}

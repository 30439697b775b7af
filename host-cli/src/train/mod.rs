//! Deterministic parallel training, in rounds.
//!
//! Threads that race for one set of parameters (Hogwild) make every run differ. Here the corpus is cut into logical
//! shards, as many as the [`Plan`] says, whatever the machine. In a round every shard trains on its next words with
//! private copies of the rows that it touches (module `shard`); then each touched row takes in what the shards learned,
//! in a fixed order (module `merge`). Every random stream belongs to a shard, a round and a purpose. Threads only decide
//! who computes what, so the result has the same bits on one thread and on sixty-four.

mod matrix;
mod merge;
mod plan;
mod settings;
mod shard;

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Barrier, Mutex, RwLock};

use motevec_core::model::{Rows, RowsMut, initialize_center};
use motevec_core::sample::{AliasTable, Generator, Slot, Subsampler};
use motevec_core::simd::{Kernel, Lanes, WindowError};
use motevec_core::train::Loss;

use self::matrix::{Matrix, PARTS, part_of, place_of};
use self::merge::{Merger, Side};
pub use self::plan::Plan;
pub use self::settings::Settings;
use self::shard::{Common, LocalRows, Shard};
use crate::corpus::Corpus;
use crate::{Error, Result};

/// How far training has come.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Tokens trained on, over all epochs.
    pub done: u64,
    /// Tokens to train on, over all epochs.
    pub total: u64,
    /// The epoch, from 0.
    pub epoch: u32,
    /// The learning rate of the next round.
    pub rate: f32,
    /// The loss of an average (center, outside) pair in this epoch so far.
    pub loss: f64,
}

/// A trained model.
#[derive(Clone, Debug)]
pub struct Trained {
    /// The center vectors, |Vocab| × dim, row after row.
    pub center: Vec<f32>,
    /// The outside vectors, likewise.
    pub outside: Vec<f32>,
    /// The loss of an average (center, outside) pair (MATH.md eq. 9) in each epoch.
    pub losses: Vec<f64>,
}

/// Trains on `corpus`. `observe` is called after every round, by the calling thread.
///
/// # Errors
/// Where the settings are impossible, or training diverged.
pub fn train(corpus: &Corpus, settings: &Settings, observe: &mut dyn FnMut(&Progress)) -> Result<Trained> {
    let step = settings.check()?;
    let counts = corpus.vocabulary.counts();
    let subsampler = Subsampler::new(settings.subsample, counts.iter().sum());
    let keep: Vec<u32> = counts.iter().map(|&count| subsampler.keep_probability(count)).collect();
    let stride = matrix::stride(settings.dim);
    let plan = Plan::new(expected_words(counts, &keep), stride);
    let noise = AliasTable::new(vec![Slot::default(); counts.len()], |word| counts[word])
        .map_err(|error| Error::Failed(format!("the vocabulary: {error}")))?;
    let common = Common {
        tokens: &corpus.tokens,
        keep,
        noise,
        settings: step,
        plan,
        seed: settings.seed,
        epochs: settings.epochs,
        stride,
    };
    let center = Matrix::zeros(counts.len(), common.stride);
    initialize(&center, counts.len(), settings, common.stride);
    let outside = Matrix::zeros(counts.len(), common.stride);
    let run = Rounds { common: &common, settings, center: &center, outside: &outside, observe };
    let losses = settings
        .level
        .run(settings.fused, run)
        .expect("Settings::check asked for the level")
        .map_err(|error| Error::Failed(format!("training: {error}")))?;
    Ok(Trained { center: center.into_rows(settings.dim), outside: outside.into_rows(settings.dim), losses })
}

/// How many words of one pass subsampling keeps, on average.
fn expected_words(counts: &[u64], keep: &[u32]) -> u64 {
    let kept = |(&count, &keep): (&u64, &u32)| (u128::from(count) * u128::from(keep)) >> 32;
    counts.iter().zip(keep).map(kept).sum::<u128>() as u64
}

fn initialize(center: &Matrix, words: usize, settings: &Settings, stride: usize) {
    struct Row<'a>(&'a mut [f32], usize);
    impl Rows for Row<'_> {
        fn rows(&self) -> usize {
            1
        }
        fn dim(&self) -> usize {
            self.1
        }
        fn row(&self, _: usize) -> Option<&[f32]> {
            Some(self.0)
        }
    }
    impl RowsMut for Row<'_> {
        fn row_mut(&mut self, _: usize) -> Option<&mut [f32]> {
            Some(self.0)
        }
    }
    let mut rng = Generator::new(settings.seed, [0]);
    for row in 0..words as u32 {
        center.write(part_of(row), |part| {
            let row = &mut part[place_of(row) * stride..][..stride];
            initialize_center(&mut Row(row, settings.dim), 0, &mut rng);
        });
    }
}

/// The whole of training, compiled for one instruction set.
struct Rounds<'a> {
    common: &'a Common<'a>,
    settings: &'a Settings,
    center: &'a Matrix,
    outside: &'a Matrix,
    observe: &'a mut dyn FnMut(&Progress),
}

impl Kernel for Rounds<'_> {
    type Output = Result<Vec<f64>, WindowError>;

    fn run<L: Lanes>(self, lanes: L) -> Self::Output {
        let Self { common, settings, center, outside, observe } = self;
        let plan = &common.plan;
        let shards: Vec<_> = (0..plan.shards).map(|index| RwLock::new(Shard::new(index, common))).collect();
        let total = common.tokens.len() as u64 * u64::from(common.epochs);
        let threads = settings.threads.clamp(1, plan.shards);
        let barrier = Barrier::new(threads);
        let (next_shard, next_part) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let (rate, over) =
            (AtomicU32::new(settings.schedule.rate(settings.rate, 0, total).to_bits()), AtomicBool::new(false));
        let failure = Mutex::new(None);
        let window = f64::from(settings.window) + 1.0;

        let work = |mut after_round: Option<&mut dyn FnMut()>| {
            let mut local = LocalRows::new(common.keep.len());
            let mut merger = Merger::default();
            while !over.load(Ordering::Relaxed) {
                let now = f32::from_bits(rate.load(Ordering::Relaxed));
                {
                    let readers = (&center.read(), &outside.read());
                    while let Some(shard) = shards.get(next_shard.fetch_add(1, Ordering::Relaxed)) {
                        let mut shard = shard.write().expect("no thread panics");
                        if let Err(error) = shard.run(lanes, common, &mut local, readers, now) {
                            *failure.lock().expect("no thread panics") = Some(error);
                        }
                    }
                }
                barrier.wait();
                if let Some(after_round) = after_round.as_mut() {
                    after_round();
                }
                {
                    let shards: Vec<_> = shards.iter().map(|shard| shard.read().expect("no thread panics")).collect();
                    let kappa = plan.pull * f64::from(now);
                    let sizes = (common.stride, window, common.settings.negatives() as f64, kappa);
                    loop {
                        let task = next_part.fetch_add(1, Ordering::Relaxed);
                        match task / PARTS {
                            0 => merger.merge(center, Side::Center, task % PARTS, &shards, sizes),
                            1 => merger.merge(outside, Side::Outside, task % PARTS, &shards, sizes),
                            _ => break,
                        }
                    }
                }
                barrier.wait();
                if after_round.is_some() {
                    next_part.store(0, Ordering::Relaxed);
                }
            }
        };

        let mut epochs = vec![Loss::default(); common.epochs as usize];
        let mut after_round = || {
            next_shard.store(0, Ordering::Relaxed);
            let mut done = 0;
            let mut loss = Loss::default();
            for shard in &shards {
                let shard = shard.read().expect("no thread panics");
                done += shard.done();
                loss.sum += shard.loss.sum;
                loss.pairs += shard.loss.pairs;
            }
            let epoch = ((u128::from(done) * u128::from(common.epochs)) / u128::from(total)) as u32;
            let epoch = epoch.min(common.epochs - 1);
            let sum = &mut epochs[epoch as usize];
            sum.sum += loss.sum;
            sum.pairs += loss.pairs;
            let next = settings.schedule.rate(settings.rate, done, total);
            rate.store(next.to_bits(), Ordering::Relaxed);
            over.store(done == total || failure.lock().expect("no thread panics").is_some(), Ordering::Relaxed);
            observe(&Progress { done, total, epoch, rate: next, loss: sum.mean() });
        };
        std::thread::scope(|scope| {
            for _ in 1..threads {
                scope.spawn(|| work(None));
            }
            work(Some(&mut after_round));
        });
        match failure.into_inner().expect("no thread panics") {
            Some(error) => Err(error),
            None => Ok(epochs.iter().map(Loss::mean).collect()),
        }
    }
}

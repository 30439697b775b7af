//! One logical shard: a stretch of the corpus, and in each round private copies of the rows that it touches.

use std::ops::Range;

use motevec_core::model::{Model, Slab};
use motevec_core::sample::{AliasTable, Generator, Negatives, Slot, Subsampler, other_than};
use motevec_core::simd::{Lanes, WindowError};
use motevec_core::train::{Loss, Settings, Trainer};
use rand_core::Rng;

use super::matrix::{PARTS, Reader, part_of};
use super::merge::Side;
use super::plan::Plan;
use crate::corpus::{SENTENCE_END, Tokens};
use crate::{Error, Result};

/// What the shards of a run share, and do not change.
pub(super) struct Common<'a> {
    pub(super) tokens: &'a Tokens,
    /// By row of the vocabulary, see [`Subsampler::keep_probability`].
    pub(super) keep: Vec<u32>,
    pub(super) noise: AliasTable<Vec<Slot>>,
    pub(super) settings: Settings,
    pub(super) plan: Plan,
    pub(super) seed: u64,
    pub(super) epochs: u32,
    pub(super) stride: usize,
}

/// The purposes that a shard draws random numbers for in a round, each from a stream of its own.
#[derive(Clone, Copy)]
enum Purpose {
    Subsample = 1,
    Widths,
    Pool,
    Negatives,
}

/// A shard between rounds and, after [`run`](Self::run), what it has to say in the merge.
pub(super) struct Shard {
    index: usize,
    /// Its tokens.
    range: Range<usize>,
    /// The next token.
    cursor: usize,
    epoch: u32,
    round: u64,
    pub(super) loss: Loss,
    pub(super) private: Private,
    /// Local rows of this round's sentences, one after the other, and where each ends.
    sentences: Vec<u32>,
    ends: Vec<usize>,
    buffer: Vec<u32>,
    pool: Vec<u32>,
}

/// The rows that a shard touched in a round, copied and trained.
///
/// A local row stands for a row of the vocabulary. The first `words` local rows are words of the text, which have center
/// and outside vectors here; the rest were only drawn as negatives and have outside vectors alone.
#[derive(Default)]
pub(super) struct Private {
    pub(super) rows: Vec<u32>,
    words: usize,
    /// About how often each local row is the center, and how often a negative.
    pub(super) centers: Vec<u32>,
    pub(super) negatives: Vec<f32>,
    center: Vec<f32>,
    outside: Vec<f32>,
    /// The local rows in each part of the matrices, ascending.
    by_part: Vec<Vec<u32>>,
}

/// From rows of the vocabulary to local rows: a thread's, emptied after each use.
pub(super) struct LocalRows(Vec<u32>);

const ABSENT: u32 = u32::MAX;

impl LocalRows {
    pub(super) fn new(words: usize) -> Self {
        Self(vec![ABSENT; words])
    }

    /// The local row of `row`, a new one where it has none yet.
    fn of(&mut self, row: u32, rows: &mut Vec<u32>) -> u32 {
        let local = &mut self.0[row as usize];
        if *local == ABSENT {
            *local = rows.len() as u32;
            rows.push(row);
        }
        *local
    }

    fn clear(&mut self, rows: &[u32]) {
        for &row in rows {
            self.0[row as usize] = ABSENT;
        }
    }
}

impl Shard {
    /// Shard `index` of `plan.shards`, at its start.
    pub(super) fn new(index: usize, common: &Common<'_>) -> Self {
        let place = |shard| (common.tokens.len() as u128 * shard as u128 / common.plan.shards as u128) as usize;
        let range = place(index)..place(index + 1);
        Self {
            index,
            cursor: range.start,
            range,
            epoch: 0,
            round: 0,
            loss: Loss::default(),
            private: Private { by_part: vec![Vec::new(); PARTS], ..Private::default() },
            sentences: Vec::new(),
            ends: Vec::new(),
            buffer: Vec::new(),
            pool: Vec::new(),
        }
    }

    /// Tokens read so far, over all epochs.
    pub(super) fn done(&self) -> u64 {
        self.range.len() as u64 * u64::from(self.epoch) + (self.cursor - self.range.start) as u64
    }

    /// Trains on the next words of the shard, at `rate`, from the common matrices `center` and `outside`.
    pub(super) fn run<L: Lanes>(
        &mut self,
        lanes: L,
        common: &Common<'_>,
        local: &mut LocalRows,
        (center, outside): (&Reader<'_>, &Reader<'_>),
        rate: f32,
    ) -> Result<()> {
        self.private.clear();
        self.loss = Loss::default();
        if self.epoch == common.epochs {
            return Ok(());
        }
        if let Err(error) = self.gather(common, local) {
            // The thread goes on to other shards.
            local.clear(&self.private.rows);
            return Err(error);
        }
        if self.sentences.is_empty() {
            self.round += 1;
            return Ok(());
        }
        self.draw_pool(common, local);
        local.clear(&self.private.rows);
        self.private.copy(center, outside);
        self.train(lanes, common, rate).map_err(|error| Error::Failed(format!("training: {error}")))?;
        self.private.group();
        self.round += 1;
        Ok(())
    }

    fn stream(&self, common: &Common<'_>, purpose: Purpose) -> Generator {
        Generator::new(common.seed, [purpose as u64, self.index as u64, self.round])
    }

    /// Reads on until there are enough kept words, as local rows, or the epoch ends.
    ///
    /// The end of a round cuts a sentence, and with it a window or two of a thousand.
    fn gather(&mut self, common: &Common<'_>, local: &mut LocalRows) -> Result<()> {
        let wanted = common.plan.words_per_round;
        let mut rng = self.stream(common, Purpose::Subsample);
        self.sentences.clear();
        self.ends.clear();
        while self.sentences.len() < wanted && self.cursor < self.range.end {
            let until = self.range.end.min(self.cursor + 2 * wanted);
            common.tokens.copy_to(self.cursor..until, &mut self.buffer)?;
            for &token in &self.buffer {
                self.cursor += 1;
                if token == SENTENCE_END {
                    self.ends.push(self.sentences.len());
                } else if Subsampler::keep(common.keep[token as usize], &mut rng) {
                    let row = local.of(token, &mut self.private.rows);
                    self.sentences.push(row);
                    match self.private.centers.get_mut(row as usize) {
                        Some(count) => *count += 1,
                        None => self.private.centers.push(1),
                    }
                    if self.sentences.len() == wanted {
                        break;
                    }
                }
            }
        }
        self.ends.push(self.sentences.len());
        self.private.words = self.private.rows.len();
        if self.cursor == self.range.end {
            self.cursor = self.range.start;
            self.epoch += 1;
        }
        Ok(())
    }

    fn draw_pool(&mut self, common: &Common<'_>, local: &mut LocalRows) {
        let mut rng = self.stream(common, Purpose::Pool);
        self.pool.clear();
        let drawn = (self.sentences.len() * common.settings.negatives()) as f32 / common.plan.pool as f32;
        for _ in 0..common.plan.pool {
            let row = local.of(common.noise.draw(&mut rng), &mut self.private.rows);
            self.pool.push(row);
            self.private.negatives.resize(self.private.rows.len(), 0.0);
            self.private.negatives[row as usize] += drawn;
        }
        self.private.centers.resize(self.private.rows.len(), 0);
    }

    fn train<L: Lanes>(&mut self, lanes: L, common: &Common<'_>, rate: f32) -> Result<(), WindowError> {
        let (negatives, mut widths) = (self.stream(common, Purpose::Negatives), self.stream(common, Purpose::Widths));
        let negatives = Pool { pool: &self.pool, words: self.private.rows.len() as u32, rng: negatives };
        let slab = |rows| Slab::new(rows, common.stride, common.stride).expect("whole rows were copied");
        let mut model = Model {
            center: slab(self.private.center.as_mut_slice()),
            outside: slab(self.private.outside.as_mut_slice()),
        };
        let mut trainer = Trainer::new(lanes, &mut model, negatives, common.settings, rate);
        trainer.loss_every = common.plan.loss_every;
        let mut start = 0;
        for &end in &self.ends {
            trainer.sentence(&self.sentences[start..end], &mut widths)?;
            start = end;
        }
        self.loss = trainer.loss;
        Ok(())
    }
}

impl Private {
    fn clear(&mut self) {
        self.rows.clear();
        self.words = 0;
        self.centers.clear();
        self.negatives.clear();
        self.center.clear();
        self.outside.clear();
        self.by_part.iter_mut().for_each(Vec::clear);
    }

    fn copy(&mut self, center: &Reader<'_>, outside: &Reader<'_>) {
        for &row in &self.rows[..self.words] {
            self.center.extend_from_slice(center.row(row));
        }
        for &row in &self.rows {
            self.outside.extend_from_slice(outside.row(row));
        }
    }

    /// The local rows in a part of the matrix `side`.
    pub(super) fn rows_of_part(&self, part: usize, side: Side) -> impl Iterator<Item = usize> {
        let end = match side {
            Side::Center => self.words,
            Side::Outside => self.rows.len(),
        };
        self.by_part[part].iter().map(|&local| local as usize).take_while(move |&local| local < end)
    }

    /// A private row of the matrix `side`.
    pub(super) fn row(&self, side: Side, local: usize, stride: usize) -> &[f32] {
        let rows = match side {
            Side::Center => &self.center,
            Side::Outside => &self.outside,
        };
        &rows[local * stride..][..stride]
    }

    fn group(&mut self) {
        for (local, &row) in self.rows.iter().enumerate() {
            self.by_part[part_of(row)].push(local as u32);
        }
    }
}

/// Negative samples from a pool that was drawn beforehand: local rows, as often as they were drawn.
struct Pool<'a> {
    pool: &'a [u32],
    words: u32,
    rng: Generator,
}

impl Negatives for Pool<'_> {
    #[inline(always)]
    fn draw(&mut self, target: u32, negatives: &mut [u32]) {
        for negative in negatives {
            *negative = other_than(target, self.words, || {
                let place = (u64::from(self.rng.next_u32()) * self.pool.len() as u64) >> 32;
                self.pool[place as usize]
            });
        }
    }
}

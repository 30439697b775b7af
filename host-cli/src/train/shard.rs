//! One logical shard: a share of the corpus, and what it trains on in a round.

use std::ops::Range;

use motevec_core::sample::{Generator, Subsampler};
use motevec_core::simd::{Simd, WindowError};
use motevec_core::train::{Loss, Trainer};
use rand_core::Rng;

use super::matrix::Reader;
use super::objective::{Paths, Targets, Tree};
use super::plan::Plan;
use super::pool::Pool;
use super::position::ShardState;
use super::private::{LocalRows, Private, Side};
use super::steps::Memory;
use super::{Widths, WindowDraw};
use crate::corpus::{SENTENCE_END, Tokens};
use crate::{Error, Result};

/// What the shards of a run share, and do not change.
pub(super) struct Common<'a> {
    pub(super) tokens: &'a Tokens,
    /// By row of the vocabulary, see [`Subsampler::keep_probability`].
    pub(super) keep: Vec<u32>,
    /// By row of the vocabulary, how much a word that was kept weighs as a negative: see [`Shard::draw_pool`].
    pub(super) noise: Vec<f32>,
    /// Negative samples of a step.
    pub(super) negatives: usize,
    pub(super) window_draw: WindowDraw,
    /// The tree of hierarchical softmax.
    pub(super) tree: Option<Tree>,
    pub(super) plan: Plan,
    pub(super) seed: u64,
    pub(super) epochs: u32,
    /// Rows of each matrix that a round of a shard touches at most.
    pub(super) room: [usize; 2],
    /// Components of a row, without its padding and with it.
    pub(super) dim: usize,
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
pub(super) struct Shard<'a> {
    /// Its number among the shards of all groups.
    index: usize,
    /// Where the tokens of its group begin; all other places are counted from there.
    group: usize,
    /// Its tokens.
    range: Range<usize>,
    /// What is left of its stretches in this epoch.
    left: Vec<Range<usize>>,
    epoch: u32,
    round: u64,
    /// Whether there is a round to train, and all that it needs was read.
    has_more: bool,
    pub(super) loss: Loss,
    pub(super) private: Private<'a>,
    /// Local rows of this round's sentences, one after the other, and where each ends.
    words: Vec<u32>,
    sentences: Vec<usize>,
    /// Where the words of each stretch end, and its sentences.
    ends: Vec<End>,
    /// Local rows that negatives are drawn from; those of each stretch, and then all once more.
    pool: Vec<u32>,
    /// By local row, its path in the tree, if there is one.
    paths: Paths,
    buffer: Vec<u32>,
}

/// What a thread trains shards with.
pub(super) struct Thread {
    pub(super) words: LocalRows,
    pub(super) nodes: LocalRows,
    pub(super) memory: Memory,
}

/// Where something of a stretch ends: everything before it is of the stretches before.
#[derive(Clone, Copy, Default)]
struct End {
    words: usize,
    sentences: usize,
    pool: usize,
}

impl<'a> Shard<'a> {
    /// Shard `index` of all, in the group that has the `tokens`, at its start or in the state where it stopped, with
    /// memory for its private rows.
    pub(super) fn new(
        index: usize,
        tokens: &Range<usize>,
        memory: &'a mut [f32],
        common: &Common<'_>,
        stopped: Option<ShardState>,
    ) -> Self {
        let begin = || ShardState { epoch: 0, round: 0, left: Self::stretches(index, tokens.len(), &common.plan) };
        let ShardState { epoch, round, left } = stopped.unwrap_or_else(begin);
        Self {
            index,
            group: tokens.start,
            range: Self::range(index, tokens.len(), &common.plan),
            left,
            epoch,
            round,
            has_more: false,
            loss: Loss::default(),
            private: Private::new(memory, common.room[0] * common.stride, common.stride, common.tree.is_some()),
            words: Vec::new(),
            sentences: Vec::new(),
            ends: Vec::new(),
            pool: Vec::new(),
            paths: Paths::default(),
            buffer: Vec::new(),
        }
    }

    /// The tokens of shard `index`, of so many of its group.
    fn range(index: usize, tokens: usize, plan: &Plan) -> Range<usize> {
        share(&(0..tokens), index % plan.shards, plan.shards)
    }

    /// The stretches that shard `index` reads in each epoch, of so many tokens of its group.
    pub(super) fn stretches(index: usize, tokens: usize, plan: &Plan) -> Vec<Range<usize>> {
        stretches(&Self::range(index, tokens, plan), plan)
    }

    /// Where it is, between two rounds.
    pub(super) fn state(&self) -> ShardState {
        ShardState { epoch: self.epoch, round: self.round, left: self.left.clone() }
    }

    /// Tokens read so far, over all epochs.
    pub(super) fn done(&self) -> u64 {
        let left: usize = self.left.iter().map(Range::len).sum();
        self.range.len() as u64 * u64::from(self.epoch) + (self.range.len() - left) as u64
    }

    /// The words that the last round trained on, and the rows that it copied.
    pub(super) fn size(&self) -> [u64; 2] {
        let rows = [Side::Center, Side::Outside].map(|side| self.private.list(side).rows().len());
        if self.has_more { [self.words.len() as u64, rows.iter().sum::<usize>() as u64] } else { [0, 0] }
    }

    /// Finds out what the next round trains on, and with which rows.
    ///
    /// # Errors
    /// If the corpus cannot be read back from the disk.
    pub(super) fn prepare(&mut self, common: &Common<'_>, thread: &mut Thread) -> Result<()> {
        self.private.clear();
        self.has_more = false;
        if self.epoch == common.epochs {
            return Ok(());
        }
        let gathered = self.gather(common, &mut thread.words);
        // Also after an error: the thread goes on to other shards.
        self.private.words.forget_in(&mut thread.words);
        gathered?;
        match &common.tree {
            None => self.draw_pool(common),
            Some(tree) => self.find_paths(tree, &mut thread.nodes),
        }
        self.private.order_by_part();
        self.has_more = true;
        Ok(())
    }

    /// Trains on what [`prepare`](Self::prepare) found, at `rate`, from the common matrices `center` and `outside`.
    pub(super) fn run(
        &mut self,
        simd: Simd,
        common: &Common<'_>,
        thread: &mut Thread,
        (center, outside): (&Reader<'_, '_>, &Reader<'_, '_>),
        rate: f32,
    ) -> Result<()> {
        self.loss = Loss::default();
        if !self.has_more {
            return Ok(());
        }
        self.private.copy(center, outside);
        self.train(simd, common, &mut thread.memory, rate)
            .map_err(|error| Error::Failed(format!("training: {error}")))?;
        self.round += 1;
        Ok(())
    }

    fn stream(&self, common: &Common<'_>, purpose: Purpose) -> Generator {
        Generator::new(common.seed, [purpose as u64, self.index as u64, self.round])
    }

    /// Reads on in each stretch until there are enough kept words, as local rows, or the epoch ends.
    ///
    /// The end of a round cuts sentences, and with each a window or two of hundreds.
    fn gather(&mut self, common: &Common<'_>, local: &mut LocalRows) -> Result<()> {
        let mut rng = self.stream(common, Purpose::Subsample);
        self.words.clear();
        self.sentences.clear();
        self.ends.clear();
        let wanted = common.plan.words_per_round / common.plan.stretches;
        for left in &mut self.left {
            let enough = self.words.len() + wanted;
            while self.words.len() < enough && left.start < left.end {
                // Of English, subsampling leaves about half. Asking for a few words at a time takes longer.
                let until = left.end.min(left.start + 2 * (enough - self.words.len()).max(16));
                common.tokens.copy_to(self.group + left.start..self.group + until, &mut self.buffer)?;
                for &token in &self.buffer {
                    left.start += 1;
                    if token == SENTENCE_END {
                        self.sentences.push(self.words.len());
                    } else if Subsampler::keep(common.keep[token as usize], &mut rng) {
                        self.words.push(self.private.words.add(token, 1, local));
                        if self.words.len() == enough {
                            break;
                        }
                    }
                }
            }
            self.sentences.push(self.words.len());
            self.ends.push(End { words: self.words.len(), sentences: self.sentences.len(), pool: 0 });
        }
        if self.left.iter().all(|left| left.start == left.end) {
            self.left = stretches(&self.range, &common.plan);
            self.epoch += 1;
        }
        Ok(())
    }

    /// Fills the pool with words of this round, each as often as the noise distribution wants it.
    ///
    /// A word that was kept with probability P_kept counts P_noise / P_kept times, so over many rounds negatives have
    /// the noise distribution; and no row needs to be copied for their sake.
    fn draw_pool(&mut self, common: &Common<'_>) {
        let mut rng = self.stream(common, Purpose::Pool);
        let picks = common.plan.words_per_round / common.plan.stretches;
        let uses_of_a_pick = (self.words.len() * common.negatives) as f32 / common.plan.words_per_round as f32;
        self.pool.clear();
        let mut start = 0;
        for end in &mut self.ends {
            let words = &self.words[start..end.words];
            start = end.words;
            let weight = |local: u32, rows: &Private<'_>| {
                f64::from(common.noise[rows.words.rows()[local as usize].row as usize])
            };
            let total: f64 = words.iter().map(|&local| weight(local, &self.private)).sum();
            // Evenly spaced picks: the number of each word is as near to its expectation as a whole number can be.
            let step = total / picks as f64;
            let mut next = step * f64::from(rng.next_u32()) / (1u64 << 32) as f64;
            let mut sum = 0.0;
            for &local in words {
                sum += weight(local, &self.private);
                while next < sum {
                    self.pool.push(local);
                    self.private.words.add_negatives(local, uses_of_a_pick);
                    next += step;
                }
            }
            end.pool = self.pool.len();
        }
        self.pool.extend_from_within(..);
    }

    /// Finds the path of each word, and makes its nodes local rows.
    fn find_paths(&mut self, tree: &Tree, local: &mut LocalRows) {
        let Private { words, nodes: Some(nodes), .. } = &mut self.private else { return };
        self.paths.clear();
        for word in words.rows() {
            self.paths.push(tree.path(word.row).map(|(node, bit)| (nodes.add(node, word.centers, local), bit)));
        }
        nodes.forget_in(local);
    }

    fn train(
        &mut self,
        simd: Simd,
        common: &Common<'_>,
        memory: &mut Memory,
        rate: f32,
    ) -> std::result::Result<(), WindowError> {
        let rng = self.stream(common, Purpose::Negatives);
        let mut widths = Widths { draw: common.window_draw, rng: self.stream(common, Purpose::Widths) };
        let targets = match &common.tree {
            None => Targets::Sampled(Pool { pool: &self.pool, words: self.private.words.rows().len() as u32, rng }),
            Some(_) => Targets::Paths(&self.paths),
        };
        let mut model = self.private.model(common.dim);
        let mut trainer = Trainer::new(simd, &mut model, targets, memory.steps(), rate);
        trainer.loss_every = common.plan.loss_every;
        let (mut before, mut start) = (End::default(), 0);
        for &end in &self.ends {
            if let Targets::Sampled(negatives) = &mut trainer.objective {
                // Words of the same stretch belong together, and would not be noise to each other.
                let others = &self.pool[end.pool..before.pool + self.pool.len() / 2];
                negatives.pool = if others.is_empty() { &self.pool } else { others };
            }
            for &sentence in &self.sentences[before.sentences..end.sentences] {
                trainer.sentence(&self.words[start..sentence], &mut widths)?;
                start = sentence;
            }
            before = end;
        }
        self.loss = trainer.loss;
        Ok(())
    }
}

/// Part `index` of `count` equal parts of `range`.
fn share(range: &Range<usize>, index: usize, count: usize) -> Range<usize> {
    let place = |index| range.start + (range.len() as u128 * index as u128 / count as u128) as usize;
    place(index)..place(index + 1)
}

fn stretches(range: &Range<usize>, plan: &Plan) -> Vec<Range<usize>> {
    (0..plan.stretches).map(|index| share(range, index, plan.stretches)).collect()
}

#[cfg(test)]
mod tests {
    use motevec_core::sample::Generator;

    use super::*;
    use crate::train::plan;

    /// 40 words; the one numbered w occurs in proportion to 1 / (1 + w).
    fn common<'a>(tokens: &'a Tokens, keep: Vec<u32>, counts: &[u64]) -> Common<'a> {
        Common {
            tokens,
            noise: plan::noise(counts, &keep),
            keep,
            negatives: 5,
            window_draw: WindowDraw::default(),
            tree: None,
            room: [40; 2],
            plan: Plan {
                shards: 1,
                words_per_round: 200,
                stretches: 10,
                pull: 0.1,
                loss_every: 1,
                rounds_per_exchange: 1,
                exchanges_of_all: 1,
                bytes_at_once: 1,
            },
            seed: 3,
            epochs: 1,
            dim: 16,
            stride: 16,
        }
    }

    #[test]
    fn negatives_have_the_noise_distribution_and_come_from_elsewhere() {
        let mut rng = Generator::new(1, [0]);
        let ids: Vec<u32> =
            (0..100_000).map(|_| (41.0f64.powf(f64::from(rng.next_u32()) / 2f64.powi(32)) - 1.0) as u32).collect();
        let mut counts = vec![0u64; 40];
        ids.iter().for_each(|&id| counts[id as usize] += 1);
        // Frequent words are thinned out.
        let keep = counts.iter().map(|&count| if count > 5_000 { u32::MAX / 3 } else { u32::MAX }).collect();
        let tokens = Tokens::from(ids);
        let common = common(&tokens, keep, &counts);
        let mut memory = vec![0.0; 2 * 40 * 16];
        let mut shard = Shard::new(0, &(0..tokens.len()), &mut memory, &common, None);
        let mut local = LocalRows::new(40);
        let mut drawn = vec![0.0; 40];
        while shard.epoch == 0 {
            shard.private.clear();
            shard.gather(&common, &mut local).unwrap();
            shard.private.words.forget_in(&mut local);
            shard.draw_pool(&common);
            shard.round += 1;
            for row in shard.private.words.rows() {
                drawn[row.row as usize] += f64::from(row.negatives);
            }
            // The pool of a stretch has words of that stretch only.
            let (mut words, mut picks) = (0, 0);
            for end in &shard.ends {
                let own = &shard.words[words..end.words];
                assert!(shard.pool[picks..end.pool].iter().all(|pick| own.contains(pick)));
                (words, picks) = (end.words, end.pool);
            }
        }
        let noise: Vec<f64> = counts.iter().map(|&count| (count as f64).powf(0.75)).collect();
        let (all, total) = (drawn.iter().sum::<f64>(), noise.iter().sum::<f64>());
        for (word, (drawn, noise)) in drawn.iter().zip(&noise).enumerate() {
            let ratio = (drawn / all) / (noise / total);
            assert!((ratio - 1.0).abs() < 0.1, "word {word}: {ratio} times as often as it should be");
        }
    }
}

//! Training in rounds: the shards train, each on its own words and rows, then every touched row takes in what they learned.

use std::sync::RwLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use motevec_core::model::Slab;
use motevec_core::sample::Generator;
use motevec_core::simd::Simd;
use motevec_core::train::{CbowGradient, Loss};

use super::driver::{self, Run, UNPOISONED};
use super::matrix::{self, Matrix, PARTS, part_of, place_of};
use super::merge::{Merger, Rule};
use super::objective::Tree;
use super::pages::Pages;
use super::position::{Cursor, Position, foreign};
use super::private::{LocalRows, Side};
use super::settings::Architecture;
use super::shard::{self, Common, Shard};
use super::start::{Initial, Start};
use super::steps::Memory;
use super::{Objective, Observe, Plan, Settings, Trained, finished, plan};
use crate::corpus::Corpus;
use crate::{Error, Result};

/// Trains on `corpus` in rounds. `observe` is called after each.
///
/// # Errors
/// As [`train()`](super::train()), and if what shards learn cannot be merged: see [`Settings::merges`].
pub fn rounds(corpus: &Corpus, settings: &Settings, observe: Observe<'_>) -> Result<Trained> {
    rounds_from(Start::new(&corpus.vocabulary, settings), corpus, settings, observe)
}

pub(super) fn rounds_from(
    start: Start<'_>,
    corpus: &Corpus,
    settings: &Settings,
    observe: Observe<'_>,
) -> Result<Trained> {
    settings.check()?;
    if !settings.merges() {
        return Err(Error::Failed("what these settings train apart cannot be merged".to_owned()));
    }
    let words = corpus.vocabulary.len();
    let keep = plan::keep(corpus, settings);
    let noise = plan::noise(corpus.vocabulary.counts(), &keep);
    let tree = match settings.objective {
        Objective::HierarchicalSoftmax => Some(Tree::new(&corpus.vocabulary)?),
        _ => None,
    };
    // Targets of a center: itself and its negative samples, or its path.
    let (targets, longest) = match &tree {
        None => (1.0 + settings.negatives as f64, 1),
        Some(tree) => tree.lengths(plan::weights(corpus, settings)),
    };
    let plan = Plan::of(corpus, settings);
    let outside = settings.objective.outside_rows(words);
    let common = Common {
        tokens: &corpus.tokens,
        keep,
        noise,
        negatives: settings.negatives,
        tree,
        plan,
        seed: settings.seed,
        epochs: settings.epochs,
        room: [plan.words_per_round.min(words), plan.words_per_round.saturating_mul(longest).min(outside)],
        dim: settings.dim,
        stride: matrix::stride(settings.dim),
    };
    let position = start.position().cloned();
    if let Some(position) = &position {
        check(position, &common)?;
    }
    let stride = common.stride;
    let pages = |rows: usize| Pages::zeros(rows.saturating_mul(stride));
    let room = common.room.iter().sum::<usize>();
    let (mut center, mut outer) = (pages(words)?, pages(outside)?);
    let mut private = pages(room.saturating_mul(plan.shards))?;
    let (losses, stopped) = {
        let center = Matrix::new(center.as_mut_slice(), words, stride);
        let outside = Matrix::new(outer.as_mut_slice(), outside, stride);
        initialize(start, (&center, &outside), settings, stride);
        let mut states = position.iter().flat_map(|position| match &position.cursor {
            Cursor::Rounds(states) => states.clone(),
            Cursor::Sequential(_) => Vec::new(),
        });
        let memory = private.as_mut_slice().chunks_exact_mut(room * stride).enumerate();
        let shards = memory.map(|(index, memory)| RwLock::new(Shard::new(index, memory, &common, states.next())));
        let rounds = Rounds {
            common: &common,
            settings,
            simd: settings.simd(),
            targets,
            center: &center,
            outside: &outside,
            shards: shards.collect(),
            next_shard: AtomicUsize::new(0),
            next_part: AtomicUsize::new(0),
        };
        let (tokens, steps) = (corpus.tokens.len() as u64, corpus.stats.kept_words);
        Run { settings, tokens, steps, position, observe }.drive(&rounds)?
    };
    // Each matrix gives its pages back as soon as its rows are handed out: there are never more than three.
    drop(private);
    let rows = |mut pages: Pages, rows| Matrix::new(pages.as_mut_slice(), rows, stride).into_rows(settings.dim);
    let (center, outside) = (rows(center, words), rows(outer, outside));
    finished(Trained { center, outside, losses, stopped, numbers: Vec::new() }, settings)
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
    simd: Simd,
    /// Targets of an average center.
    targets: f64,
    center: &'a Matrix<'m>,
    outside: &'a Matrix<'m>,
    shards: Vec<RwLock<Shard<'a>>>,
    next_shard: AtomicUsize,
    next_part: AtomicUsize,
}

/// What a thread works with.
struct Thread {
    training: shard::Thread,
    merger: Merger,
}

impl driver::Rounds for Rounds<'_, '_> {
    type Thread = Thread;

    fn thread(&self) -> Thread {
        let words = self.common.keep.len();
        let nodes = if self.common.tree.is_some() { words } else { 0 };
        // These settings have been checked, and remember nothing.
        let memory = Memory::new(self.settings, words).expect("there is nothing to allocate");
        let training = shard::Thread { words: LocalRows::new(words), nodes: LocalRows::new(nodes), memory };
        Thread { training, merger: Merger::default() }
    }

    fn most_threads(&self) -> usize {
        self.shards.len()
    }

    fn train(&self, thread: &mut Thread, rate: f32) -> Result<()> {
        let matrices = (&self.center.read(), &self.outside.read());
        let mut result = Ok(());
        while let Some(shard) = self.shards.get(self.next_shard.fetch_add(1, Ordering::Relaxed)) {
            let mut shard = shard.write().expect(UNPOISONED);
            result = shard.run(self.simd, self.common, &mut thread.training, matrices, rate).and(result);
        }
        result
    }

    fn merge(&self, thread: &mut Thread, rate: f32) {
        let shards: Vec<_> = self.shards.iter().map(|shard| shard.read().expect(UNPOISONED)).collect();
        let shards: Vec<_> = shards.iter().map(|shard| &shard.private).collect();
        let rule = self.rule(rate);
        let matrices = [(self.center, Side::Center), (self.outside, Side::Outside)];
        loop {
            let part = self.next_part.fetch_add(1, Ordering::Relaxed);
            if part >= PARTS {
                break;
            }
            thread.merger.merge(self.simd, matrices, part, &shards, rule);
        }
    }

    fn trained(&self) -> (u64, Loss) {
        self.next_shard.store(0, Ordering::Relaxed);
        let (mut done, mut round) = (0, Loss::default());
        for shard in &self.shards {
            let shard = shard.read().expect(UNPOISONED);
            done += shard.done();
            round.sum += shard.loss.sum;
            round.pairs += shard.loss.pairs;
        }
        (done, round)
    }

    fn merged(&self) {
        self.next_part.store(0, Ordering::Relaxed);
    }

    fn cursor(&self) -> Cursor {
        Cursor::Rounds(self.shards.iter().map(|shard| shard.read().expect(UNPOISONED).state()).collect())
    }
}

impl Rounds<'_, '_> {
    /// What a merge goes by, at `rate`.
    fn rule(&self, rate: f32) -> Rule {
        // Half-widths are uniform on 1 ..= m, so a window has m + 1 words on average. A word is an input of about as
        // many windows as its own has words.
        let window = f64::from(self.settings.window) + 1.0;
        let (hidden, part) = match self.settings.architecture {
            Architecture::SkipGram => (window, 1.0),
            Architecture::Cbow(CbowGradient::True) => (1.0, 1.0 / window),
            Architecture::Cbow(CbowGradient::Word2vec) => (1.0, 1.0),
        };
        let kappa = self.common.plan.pull * f64::from(rate);
        Rule { stride: self.common.stride, hidden, inputs: window * self.targets * part, kappa }
    }
}

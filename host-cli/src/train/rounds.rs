//! Training in rounds: the shards train, each on its own words and rows, then every touched row takes in what they
//! learned.

use std::sync::RwLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use motevec_core::model::Slab;
use motevec_core::sample::Generator;
use motevec_core::simd::Simd;
use motevec_core::train::{CbowGradient, Loss};

use super::composites::{Composites, RowSums};
use super::driver::{self, Run, UNPOISONED};
use super::grams::Grams;
use super::matrix::{self, Matrix, PARTS, part_of, place_of};
use super::merge::{Merger, Rule};
use super::objective::Tree;
use super::optimizer::Numbers;
use super::pages::Pages;
use super::position::{Cursor, Position, foreign};
use super::private::{LocalRows, Private, Side};
use super::settings::Architecture;
use super::shard::{self, Common, Shard};
use super::start::{Initial, Start};
use super::steps::Memory;
use super::whole::INITIALIZE;
use super::{Objective, Observe, Plan, Settings, Trained, finished, plan};
use crate::corpus::Corpus;
use crate::{Error, Result, Subwords};

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
    let grams = settings.subwords.map(|ngrams| Grams::new(ngrams, &corpus.vocabulary)).transpose()?;
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
    let (simd, stride) = (settings.simd(), common.stride);
    let pages = |rows: usize| Pages::zeros(rows.saturating_mul(stride));
    let room = common.room.iter().sum::<usize>();
    let input_rows = grams.as_ref().map_or(0, Grams::all_rows);
    let (mut center, mut outer, mut input) = (pages(words)?, pages(outside)?, pages(input_rows)?);
    let mut private = pages(room.saturating_mul(plan.shards))?;
    let (losses, stopped) = {
        let center = Matrix::new(center.as_mut_slice(), words, stride);
        let outside = Matrix::new(outer.as_mut_slice(), outside, stride);
        let input = Matrix::new(input.as_mut_slice(), input_rows, stride);
        let inputs = if grams.is_some() { &input } else { &center };
        initialize(start, (inputs, &outside), grams.as_ref(), settings)?;
        let composites = grams.as_ref().map(|grams| Composites::new(grams, &input, plan.shards * plan.words_per_round));
        let mut states = position.iter().flat_map(|position| match &position.cursor {
            Cursor::Rounds(states) => states.clone(),
            Cursor::Sequential(_) => Vec::new(),
        });
        let memory = private.as_mut_slice().chunks_exact_mut(room * stride).enumerate();
        let shards = memory.map(|(index, memory)| RwLock::new(Shard::new(index, memory, &common, states.next())));
        let rounds = Rounds {
            common: &common,
            settings,
            simd,
            targets,
            center: &center,
            outside: &outside,
            composites: composites.as_ref(),
            shards: shards.collect(),
            taken: Default::default(),
        };
        let (tokens, steps) = (corpus.tokens.len() as u64, corpus.stats.kept_words);
        let result = Run { settings, tokens, steps, position, observe }.drive(&rounds)?;
        composites.iter().for_each(|composites| composites.compose_all(simd, &center));
        result
    };
    // Each matrix gives its pages back as soon as its rows are handed out.
    drop(private);
    let copy =
        |pages: &mut Pages, all: usize, range| Matrix::new(pages.as_mut_slice(), all, stride).copy(range, settings.dim);
    let rows = |mut pages: Pages, rows| copy(&mut pages, rows, 0..rows);
    let (center, outside) = (rows(center, words), rows(outer, outside));
    let subwords = settings.subwords.zip(grams).map(|(ngrams, grams)| {
        let [own, rest] = [0..words, words..input_rows].map(|range| copy(&mut input, input_rows, range));
        Subwords::new(ngrams, settings.dim, own, grams.buckets, rest)
    });
    finished(Trained { center, outside, subwords, losses, stopped, numbers: Numbers::new() }, settings)
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
fn initialize(
    start: Start<'_>,
    matrices: (&Matrix<'_>, &Matrix<'_>),
    grams: Option<&Grams>,
    settings: &Settings,
) -> Result<()> {
    let stride = matrix::stride(settings.dim);
    let write = |matrix: &Matrix<'_>, row, initial: Initial<'_, '_>| {
        matrix.write(part_of(row), |rows| {
            let mut slab = Slab::new(rows, settings.dim, stride).expect("a part is whole rows");
            initial.write(&mut slab, place_of(row));
        });
    };
    start.set(
        &mut Generator::new(settings.seed, [INITIALIZE]),
        grams,
        |row, initial| write(matrices.0, row, initial),
        |row, initial| write(matrices.1, row, initial),
    )
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
    /// What the rows of the centers are made of, if they are.
    composites: Option<&'a Composites<'a, 'm>>,
    shards: Vec<RwLock<Shard<'a>>>,
    /// By phase, how many of its shards, or parts, threads have taken.
    taken: [AtomicUsize; PHASES],
}

#[derive(Clone, Copy, PartialEq)]
enum Phase {
    Prepare,
    Compose,
    Train,
    Merge,
    Share,
}

const PHASES: usize = 5;

/// What a thread works with.
struct Thread {
    training: shard::Thread,
    merger: Merger,
    seen: Vec<bool>,
    sums: RowSums,
}

impl driver::Rounds for Rounds<'_, '_> {
    type Phase = Phase;
    type Thread = Thread;

    fn phases(&self) -> &[Phase] {
        match self.composites {
            // Here a shard prepares itself when it trains.
            None => &[Phase::Train, Phase::Merge],
            Some(_) => &[Phase::Prepare, Phase::Compose, Phase::Train, Phase::Merge, Phase::Share],
        }
    }

    fn training(&self) -> Phase {
        Phase::Train
    }

    fn thread(&self) -> Thread {
        let words = self.common.keep.len();
        let nodes = if self.common.tree.is_some() { words } else { 0 };
        // It can fail for settings, which have been checked, and for what optimizers remember, which is nothing here.
        let memory = Memory::new(self.settings, words).expect("settings were checked");
        let training = shard::Thread { words: LocalRows::new(words), nodes: LocalRows::new(nodes), memory };
        Thread { training, merger: Merger::default(), seen: Vec::new(), sums: RowSums::default() }
    }

    fn most_threads(&self) -> usize {
        self.shards.len()
    }

    fn work(&self, phase: Phase, thread: &mut Thread, rate: f32) -> Result<()> {
        match (phase, self.composites) {
            (Phase::Prepare, _) => self.each_shard(phase, |shard| shard.prepare(self.common, &mut thread.training)),
            (Phase::Train, _) => {
                let matrices = (&self.center.read(), &self.outside.read());
                self.each_shard(phase, |shard| {
                    if self.composites.is_none() {
                        shard.prepare(self.common, &mut thread.training)?;
                    }
                    shard.run(self.simd, self.common, &mut thread.training, matrices, rate)
                })
            }
            (Phase::Compose, Some(composites)) => {
                let Thread { seen, .. } = thread;
                self.each_part(phase, |part, shards| {
                    composites.compose(self.simd, self.center, (part, seen), shards);
                })
            }
            (Phase::Share, Some(composites)) => {
                let words = &self.center.read();
                self.each_part(phase, |part, _| {
                    composites.share(self.simd, part, words, self.rule(rate), &mut thread.sums);
                })
            }
            _ => {
                let matrices = [(self.center, Side::Center), (self.outside, Side::Outside)];
                let rule = (self.rule(rate), self.composites);
                self.each_part(phase, |part, shards| thread.merger.merge(self.simd, matrices, part, shards, rule))
            }
        }
    }

    fn end(&self, phase: Phase) {
        self.taken[phase as usize].store(0, Ordering::Relaxed);
    }

    fn trained(&self) -> (u64, Loss) {
        let (mut done, mut round) = (0, Loss::default());
        for shard in &self.shards {
            let shard = shard.read().expect(UNPOISONED);
            done += shard.done();
            round.sum += shard.loss.sum;
            round.pairs += shard.loss.pairs;
        }
        (done, round)
    }

    fn cursor(&self) -> Cursor {
        Cursor::Rounds(self.shards.iter().map(|shard| shard.read().expect(UNPOISONED).state()).collect())
    }
}

impl<'a> Rounds<'a, '_> {
    /// Does `work` with the shards that no other thread takes; also after an error.
    fn each_shard(&self, phase: Phase, mut work: impl FnMut(&mut Shard<'a>) -> Result<()>) -> Result<()> {
        let mut result = Ok(());
        while let Some(shard) = self.shards.get(self.taken[phase as usize].fetch_add(1, Ordering::Relaxed)) {
            result = work(&mut shard.write().expect(UNPOISONED)).and(result);
        }
        result
    }

    /// Does `work` with the parts that no other thread takes.
    fn each_part(&self, phase: Phase, mut work: impl FnMut(usize, &[&Private<'a>])) -> Result<()> {
        let shards: Vec<_> = self.shards.iter().map(|shard| shard.read().expect(UNPOISONED)).collect();
        let shards: Vec<_> = shards.iter().map(|shard| &shard.private).collect();
        loop {
            let part = self.taken[phase as usize].fetch_add(1, Ordering::Relaxed);
            if part >= PARTS {
                return Ok(());
            }
            work(part, &shards);
        }
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

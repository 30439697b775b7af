//! Training in rounds, from what there is when they begin to what has come of them; the module `phases` has what
//! happens in one.

use std::sync::RwLock;

use motevec_core::model::Slab;
use motevec_core::sample::Generator;

use super::composites::Composites;
use super::driver::Run;
use super::exchange::{RowExchange, Shared};
use super::grams::Grams;
use super::matrix::{self, Matrix, part_of, place_of};
use super::merge::Rule;
use super::objective::Tree;
use super::optimizer::Numbers;
use super::pages::Pages;
use super::phases::{Group, Rounds};
use super::position::{Cursor, Position, foreign};
use super::shard::{Common, Shard};
use super::start::{Initial, Start};
use super::whole::INITIALIZE;
use super::{Objective, Observe, Plan, Settings, Trained, finished, frequent, plan};
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
    rounds_by(Plan::of(corpus, settings), start, corpus, settings, observe)
}

/// Likewise, by another plan, with settings that are checked.
pub(super) fn rounds_by(
    plan: Plan,
    start: Start<'_>,
    corpus: &Corpus,
    settings: &Settings,
    observe: Observe<'_>,
) -> Result<Trained> {
    let own = settings.ranks.own(settings.groups);
    let rows_before = settings.ranks.exchanges().rows;
    if corpus.groups.len() != own.len() {
        return Err(Error::setting("groups", settings.groups, "the text was not read in as many groups"));
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
    let outside = settings.objective.outside_rows(words);
    let grams = settings.subwords.map(|ngrams| Grams::new(ngrams, &corpus.vocabulary, Some(&start))).transpose()?;
    let common = Common {
        tokens: &corpus.tokens,
        keep,
        noise,
        negatives: settings.negatives,
        window_draw: settings.window_draw,
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
        check(position, corpus, settings, &common)?;
    }
    let (stride, room) = (common.stride, common.room.iter().sum::<usize>());
    let input_rows = grams.as_ref().map_or(0, |grams| grams.all_rows);
    let pages = |rows: usize| Pages::zeros(rows.saturating_mul(stride));
    let of_group = || Ok([pages(words)?, pages(outside)?, pages(input_rows)?]);
    let mut memory: Vec<[Pages; 3]> = own.clone().map(|_| of_group()).collect::<Result<_>>()?;
    // Several groups need to know what was common before.
    let mut before = if settings.groups > 1 { Some(of_group()?) } else { None };
    let mut private = pages(room.saturating_mul(plan.shards).saturating_mul(own.len()))?;
    let ((losses, stopped), work) = {
        let rows = [words, outside, input_rows];
        let trained = [if grams.is_some() { 2 } else { 0 }, 1];
        let several = settings.groups > 1;
        let groups: Vec<_> = memory.iter_mut().map(|pages| matrices(pages, rows, stride, several)).collect();
        let before = before.as_mut().map(|pages| matrices(pages, rows, stride, false));
        let [inputs, outside] = trained.map(|matrix| &groups[0][matrix]);
        initialize(start, (inputs, outside), grams.as_ref(), settings)?;
        for others in groups.iter().skip(1).chain(&before) {
            trained.iter().for_each(|&matrix| others[matrix].copy_from(&groups[0][matrix]));
        }
        let mut states = position.iter().flat_map(|position| match &position.cursor {
            Cursor::Rounds(states) => states[own.start * plan.shards..].to_vec(),
            Cursor::Sequential(_) => Vec::new(),
        });
        let mut memory = (own.start * plan.shards..).zip(private.as_mut_slice().chunks_exact_mut(room * stride));
        let mut trained_here = Vec::new();
        for ([center, outside, input], tokens) in groups.iter().zip(&corpus.groups) {
            let words = plan.shards * plan.words_per_round;
            let composites = grams.as_ref().map(|grams| Composites::new(grams, input, words));
            let memory = memory.by_ref().take(plan.shards);
            let shard = |(index, memory)| RwLock::new(Shard::new(index, tokens, memory, &common, states.next()));
            trained_here.push(Group { center, outside, composites, shards: memory.map(shard).collect() });
        }
        let exchange = before.as_ref().map(|before| {
            let rule = Rule::new(settings, &common, targets, settings.rate);
            let words = plan::centers(corpus, settings, &plan);
            let mut levels = frequent::levels(words, &common, grams.as_ref(), rule, trained.map(|it| rows[it]));
            let shared = |at: usize| Shared {
                common: &before[trained[at]],
                groups: groups.iter().map(|group| &group[trained[at]]).collect(),
                levels: std::mem::take(&mut levels[at]),
            };
            let sizes = (settings.groups, settings.dim, plan.bytes_at_once);
            RowExchange::new(&settings.ranks, sizes, [0, 1].map(shared))
        });
        let rounds = Rounds::new(&common, settings, targets, trained_here, exchange);
        let (tokens, steps) = (corpus.stats.tokens(), corpus.stats.kept_words);
        let result = Run { settings, tokens, steps, position, observe }.drive(&rounds)?;
        rounds.compose_all();
        settings.ranks.add_up_rows(rows_before);
        (result, rounds.work_done())
    };
    // Each matrix gives its pages back as soon as its rows are handed out.
    drop((private, before));
    memory.truncate(1);
    let rows =
        |mut pages: Pages, rows| Matrix::new(pages.as_mut_slice(), rows, stride).copy(0..rows as u32, settings.dim);
    let [center, outer, mut input] = memory.pop().expect("a rank has a group");
    let (center, outside) = (rows(center, words), rows(outer, outside));
    let subwords = settings.subwords.zip(grams).map(|(ngrams, grams)| {
        let input = Matrix::new(input.as_mut_slice(), input_rows, stride);
        let (own, rest) = grams.matrix_rows.split_at(words);
        let [own, rest] = [own, rest].map(|rows| input.copy(rows.iter().copied(), settings.dim));
        Subwords::new(ngrams, settings.dim, own, grams.buckets, rest)
    });
    finished(Trained { center, outside, subwords, losses, stopped, work, numbers: Numbers::new() }, settings)
}

/// Matrices of so many rows, in their memory, which may count the pairs that move rows.
fn matrices(pages: &mut [Pages; 3], rows: [usize; 3], stride: usize, counting: bool) -> [Matrix<'_>; 3] {
    let mut rows = rows.into_iter();
    pages.each_mut().map(|pages| {
        let matrix = Matrix::new(pages.as_mut_slice(), rows.next().unwrap_or(0), stride);
        if counting { matrix.counting_pairs() } else { matrix }
    })
}

/// Checks that rounds can go on from `position`.
fn check(position: &Position, corpus: &Corpus, settings: &Settings, common: &Common<'_>) -> Result<()> {
    position.check(corpus.stats.tokens(), common.epochs)?;
    let Cursor::Rounds(states) = &position.cursor else { return Err(foreign()) };
    let shards = common.plan.shards;
    if states.len() != shards * settings.groups {
        return Err(foreign());
    }
    let own = settings.ranks.own(settings.groups).zip(&corpus.groups);
    let indexes =
        own.flat_map(|(group, tokens)| (group * shards..(group + 1) * shards).map(move |index| (index, tokens)));
    indexes.into_iter().try_for_each(|(index, tokens)| {
        states[index].check(&Shard::stretches(index, tokens.len(), &common.plan), common.epochs)
    })
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
        |row, initial| write(matrices.0, grams.map_or(row, |grams| grams.matrix_rows[row as usize]), initial),
        |row, initial| write(matrices.1, row, initial),
    )
}

//! Training and queries: `simd`, `sample`, `model`, `train` and `query`, with all instructions and in both arithmetics.

use core::hint::black_box;

use motevec_core::fixed_point::Q15;
use motevec_core::model::{Component, FixedModel, Model, RowsMut, Slab};
use motevec_core::optim::Subtract;
use motevec_core::query;
use motevec_core::sample::{
    AliasTable, CumulativeTable, Generator, HierarchicalSoftmax, HuffmanTree, Rebuild, Slot, Subsampler, Unigram,
};
use motevec_core::simd::{Kernel, Lanes, Level, Portable, Scalar, axpy, dot};
use motevec_core::subword::Ngrams;
use motevec_core::train::{
    Cbow, CbowGradient, Composed, Dynamic, Fixed, FixedPoint, Looped, Parts, Shape, Sliced, Stream, Trainer, Update,
};

use crate::{some, some_mut};

const WORDS: usize = 6;

pub(crate) fn all() {
    for level in Level::ALL {
        black_box((level.is_available(), level.has_fma(), level.name(), Level::best()));
        black_box(level.run(black_box(true), Learn));
        black_box(level.run(black_box(false), Learn));
    }
    black_box(Level::Scalar.run(false, Learn));
    // Rows of one block and of a part of one, as on devices.
    let (lanes, mut model) = (Scalar::<Portable>::new(), FixedModel::<WORDS, 16>::zeros());
    model.initialize(&mut Generator::new(black_box(1), [0]));
    walk(lanes, Fixed::<2, 6>, &mut model);
    walk(lanes, Fixed::<2, 6>, &mut FixedModel::<WORDS, 19>::zeros());
    slices(lanes, &mut model);
    let mut integers = FixedModel::<WORDS, 16, Q15>::zeros();
    integers.initialize(&mut Generator::new(black_box(1), [0]));
    walk(lanes, Fixed::<2, 6>, &mut integers);
    slices(lanes, &mut integers);
    walk(lanes, Fixed::<2, 6>, &mut FixedModel::<WORDS, 19, Q15>::zeros());
    let room = black_box([[0.0; 16]; 2]);
    walk(lanes, Cbow::new(Fixed::<2, 6>, Subtract, room, CbowGradient::True), &mut model);
    walk(lanes, Composed::<_, _, _, 4>::new(Fixed::<2, 6>, Names, room), &mut model);
    if let Some(settings) = settings() {
        walk(lanes, Cbow::new(settings, Subtract, room, CbowGradient::Word2vec), &mut model);
        paths(lanes, settings, &mut model);
        walk(lanes, FixedPoint(settings), &mut model);
        walk(lanes, FixedPoint(settings), &mut integers);
        walk(lanes, settings, &mut model);
        walk(lanes, settings, &mut FixedModel::<WORDS, 19>::zeros());
    }
    if let Ok(looped) = Looped::new(black_box(2), black_box(5)) {
        walk(lanes, looped, &mut model);
        walk(lanes, looped, &mut FixedModel::<WORDS, 19>::zeros());
    }
}

/// Trains in slices.
fn slices<L: Lanes, C: Component>(lanes: L, model: &mut FixedModel<WORDS, 16, C>) {
    let (mut table, mut rebuild) = (CumulativeTable::over([0; WORDS]), Rebuild::default());
    while table.rebuild_part(&mut rebuild, some(&black_box([4; WORDS])).iter().copied(), black_box(2)) {}
    let (mut rng, mut widths) = (Generator::new(black_box(1), [1]), Generator::new(1, [2]));
    let (mut sliced, mut stream) = (Sliced::<2, 6>::new(), Stream::<5>::new());
    for &token in some(&black_box([0_u32, 1, 2, 7])) {
        let negatives = Unigram { table: &table, rng: &mut rng };
        let mut trainer = Trainer::new(lanes, model, negatives, &mut sliced, black_box(0.1));
        black_box(stream.push(token, &mut trainer, &mut widths)).ok();
        black_box(stream.end_step(&mut trainer, &mut widths)).ok();
        while let Ok(Some(loss)) = sliced.step(lanes, model) {
            black_box(loss);
        }
    }
}

/// Words made of the n-grams of a name.
struct Names;

impl Parts for Names {
    fn of(&self, word: u32, take: impl FnMut(u32)) {
        let name = black_box(["tür", "tor", ""]).get(word as usize % 3).copied().unwrap_or_default();
        if let Ok(ngrams) = Ngrams::new(black_box(2), black_box(4), black_box(WORDS as u32)) {
            ngrams.of(name).for_each(take);
        }
    }
}

/// Trains on the paths of a tree.
fn paths<L: Lanes>(lanes: L, shape: Dynamic, model: &mut FixedModel<WORDS, 16>) {
    let counts = black_box([9_u64, 5, 4, 2, 1, 1]);
    let (parents, mut scratch) = ([0; 2 * WORDS], [0; WORDS]);
    let count = |word: usize| counts.get(word).copied().unwrap_or(0);
    let Ok(tree) = HuffmanTree::new(parents, &mut scratch, black_box(WORDS), count) else { return };
    let mut trainer = Trainer::new(lanes, model, HierarchicalSoftmax::new(&tree), shape, black_box(0.1));
    black_box(trainer.sentence(some(&black_box([0_u32, 1, 2, 7])), &mut Generator::new(1, [2]))).ok();
}

fn settings() -> Option<Dynamic> {
    let update = if black_box(true) { Update::Pair } else { Update::Window };
    Dynamic::new(black_box(2), black_box(5), update).ok()
}

/// Everything that runs on any lanes.
struct Learn;

impl Kernel for Learn {
    type Output = ();

    fn run<L: Lanes>(self, lanes: L) {
        // Rows of a size that is known only at run time.
        let (mut v, mut u) = (black_box([0.0; 96]), black_box([0.0; 96]));
        let slab = |data| Slab::new(data, black_box(16), black_box(16));
        if let (Ok(center), Ok(outside), Some(settings)) = (slab(&mut v), slab(&mut u), settings()) {
            walk(lanes, settings, &mut Model { center, outside });
        }
        let mut numbers = black_box([1.0_f32; 40]);
        let other = black_box([2.0_f32; 40]);
        black_box(dot(lanes, some(&numbers), some(&other)));
        axpy(lanes, black_box(0.5), some(&other), some_mut(&mut numbers));
        black_box(query::cosine(lanes, some(&numbers), some(&other)));
        query::analogy(lanes, some(&other), some(&other), some(&other), some_mut(&mut numbers));
    }
}

/// Trains a model by sentences and by tokens, and looks up neighbors.
fn walk<L: Lanes, V: RowsMut, U: RowsMut<Component = V::Component>>(
    lanes: L,
    shape: impl Shape<V::Component>,
    model: &mut Model<V, U>,
) {
    let counts = black_box([4_u64; WORDS]);
    let count = |word: usize| counts.get(word).copied().unwrap_or(0);
    let Ok(table) = AliasTable::new([Slot::default(); WORDS], count) else { return };
    let negatives = Unigram { table: &table, rng: Generator::new(black_box(1), [1]) };
    let mut trainer = Trainer::new(lanes, model, negatives, shape, black_box(0.1));
    trainer.loss_every = black_box(2);
    let (mut widths, mut stream) = (Generator::new(black_box(1), [2]), Stream::<5>::new());
    let tokens = black_box([0_u32, 1, 2, 7]);
    black_box(trainer.sentence(some(&tokens), &mut widths)).ok();
    let sampler = Subsampler::new(black_box(1e-3), black_box(100));
    for &token in some(&tokens) {
        if Subsampler::keep(sampler.keep_probability(count(token as usize)), &mut widths) {
            black_box(stream.push(token, &mut trainer, &mut widths)).ok();
        }
    }
    black_box(stream.end_sentence(&mut trainer, &mut widths)).ok();
    black_box(trainer.loss.mean());
    let context = some(&tokens).iter().copied();
    black_box(query::log_likelihood(lanes, trainer.model, black_box(1), black_box(0.1), context));
    let center = &trainer.model.center;
    let row = center.row(black_box(0)).unwrap_or_default();
    black_box(query::nearest::<_, _, 3>(lanes, center, row, some(&tokens)));
    let (mut best, mut search) = ([query::Neighbor::default(); 3], query::Search::new(lanes, row));
    while search.step(lanes, center, some(&tokens), some_mut(&mut best), black_box(2)) {}
    black_box(search.found());
}

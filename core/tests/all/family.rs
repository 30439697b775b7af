//! Equations 21 to 23: CBOW and hierarchical softmax, the losses against central differences, and training against the
//! losses.

use std::collections::BinaryHeap;

use motevec_core::loss::{Gradients, HierarchicalSoftmax, NegativeSampling, PairLoss, cbow, window};
use motevec_core::model::{Model, Rows, Slab};
use motevec_core::optim::{Adam, AdamRows, AdamW, Sgd, Subtract};
use motevec_core::sample::{self, Generator, HuffmanError, HuffmanTree, MAX_PATH, Negatives, Objective};
use motevec_core::simd::{LANES, Level, Simd};
use motevec_core::train::{Cbow, CbowGradient, Composed, Dynamic, Fixed, Optimized, Parts, Shape, Trainer, Update};
use proptest::prelude::*;
use rand_core::Rng;

use crate::numerically::{CLOSE, central_differences, distance, dot, sigmoid};

type Tree = HuffmanTree<Vec<u32>>;

fn tree(counts: &[u64]) -> Result<Tree, HuffmanError> {
    HuffmanTree::new(vec![0; 2 * counts.len()], &mut vec![0; counts.len()], counts.len(), |word| counts[word])
}

/// Counts that fall.
fn counts() -> impl Strategy<Value = Vec<u64>> {
    prop::collection::vec(1..50_u64, 2..40).prop_map(|mut counts| {
        counts.sort_unstable_by(|a, b| b.cmp(a));
        counts
    })
}

fn path(tree: &Tree, word: usize) -> Vec<(u32, bool)> {
    tree.path(word as u32).collect()
}

proptest! {
    /// No code takes fewer bits for the text.
    #[test]
    fn a_tree_is_a_huffman_tree(counts in counts()) {
        let tree = tree(&counts).unwrap();
        let found: u64 = (0..counts.len()).map(|word| counts[word] * path(&tree, word).len() as u64).sum();
        let mut heap: BinaryHeap<_> = counts.iter().map(|&count| std::cmp::Reverse(count)).collect();
        let mut least = 0;
        while let (Some(one), Some(other)) = (heap.pop(), heap.pop()) {
            least += one.0 + other.0;
            heap.push(std::cmp::Reverse(one.0 + other.0));
            if heap.len() == 1 {
                break;
            }
        }
        prop_assert_eq!(found, least);
        let words = counts.len() as u32;
        let ends_at_root = |word| path(&tree, word).last().is_some_and(|(root, _)| *root == words - 2);
        prop_assert!((0..counts.len()).all(ends_at_root));
        prop_assert_eq!(path(&tree, counts.len()), []);
    }

    #[test]
    fn eq_22_the_probabilities_of_all_words_sum_to_1(counts in counts(), seed in any::<u64>()) {
        let (tree, dim) = (tree(&counts).unwrap(), 5);
        let (hidden, nodes) = (numbers(seed, dim), numbers(seed ^ 1, (counts.len() - 1) * dim));
        let mut sum = 0.0;
        for word in 0..counts.len() {
            let mut gradients = Gradients { center: &mut vec![0.0; dim], outside: &mut vec![0.0; nodes.len()] };
            let mut loss = HierarchicalSoftmax { path: |word: u32| path(&tree, word as usize) };
            sum += (-loss.pair(&hidden, word as u32, &nodes, &mut gradients).unwrap()).exp();
        }
        prop_assert!((sum - 1.0).abs() < 1e-12, "{}", sum);
    }

    #[test]
    fn eq_22_and_23_hierarchical_softmax(
        counts in counts(),
        word in any::<prop::sample::Index>(),
        seed in any::<u64>(),
    ) {
        let (tree, dim, word) = (tree(&counts).unwrap(), 4, word.index(counts.len()));
        let (hidden, nodes) = (numbers(seed, dim), numbers(seed ^ 1, (counts.len() - 1) * dim));
        let j = |hidden: &[f64], nodes: &[f64]| -> f64 {
            let of = |&(node, bit): &(u32, bool)| {
                let score = dot(&nodes[node as usize * dim..][..dim], hidden);
                -sigmoid(if bit { -score } else { score }).ln()
            };
            path(&tree, word).iter().map(of).sum()
        };
        let (mut by_hidden, mut by_nodes) = (vec![0.0; dim], vec![0.0; nodes.len()]);
        let mut gradients = Gradients { center: &mut by_hidden, outside: &mut by_nodes };
        let mut loss = HierarchicalSoftmax { path: |word: u32| path(&tree, word as usize) };
        let found = loss.pair(&hidden, word as u32, &nodes, &mut gradients).unwrap();
        prop_assert!((found - j(&hidden, &nodes)).abs() < CLOSE);
        prop_assert!(distance(&by_hidden, &central_differences(&hidden, |h| j(h, &nodes))) < CLOSE);
        prop_assert!(distance(&by_nodes, &central_differences(&nodes, |u| j(&hidden, u))) < CLOSE);
    }

    #[test]
    fn eq_21_cbow(words in prop::collection::vec(0..6_u32, 0..7), negatives in prop::collection::vec(0..6_u32, 0..5),
                  seed in any::<u64>()) {
        let dim = 3;
        let (v, u) = (numbers(seed, 6 * dim), numbers(seed ^ 1, 6 * dim));
        let j = |v: &[f64], u: &[f64]| {
            let (mut by_v, mut by_u) = (vec![0.0; v.len()], vec![0.0; u.len()]);
            let mut gradients = Gradients { center: &mut by_v, outside: &mut by_u };
            let mut loss = NegativeSampling { negatives: std::iter::once(negatives.as_slice()) };
            let mut room = [f64::NAN; 6];
            let found = cbow(&mut loss, words.iter().copied(), 2, (v, u), &mut room, &mut gradients).unwrap();
            (found, by_v, by_u)
        };
        let (found, by_v, by_u) = j(&v, &u);
        let mut hidden = vec![0.0; dim];
        for &word in &words {
            for (h, x) in hidden.iter_mut().zip(&v[word as usize * dim..]) {
                *h += x / words.len() as f64;
            }
        }
        let expected = crate::numerically::negative_sampling(&hidden, 2, &negatives, &u);
        prop_assert!(words.is_empty() && found == 0.0 || (found - expected).abs() < CLOSE);
        prop_assert!(distance(&by_v, &central_differences(&v, |v| j(v, &u).0)) < CLOSE);
        prop_assert!(distance(&by_u, &central_differences(&u, |u| j(&v, u).0)) < CLOSE);
    }
}

/// The codes that word2vec.c gives to words of these counts, root first.
#[test]
fn the_tree_is_that_of_word2vec() {
    let tree = tree(&[9, 6, 5, 5, 2, 1, 1]).unwrap();
    let codes: Vec<String> = (0..7)
        .map(|word| path(&tree, word).iter().rev().map(|(_, bit)| if *bit { '1' } else { '0' }).collect())
        .collect();
    assert_eq!(codes, ["11", "01", "00", "101", "1001", "10001", "10000"]);
    // Rows of inner nodes are numbered in the order in which they arise: the root is last.
    assert_eq!(path(&tree, 6).iter().map(|(row, _)| *row).collect::<Vec<_>>(), [0, 1, 2, 4, 5]);
}

#[test]
fn counts_like_fibonacci_numbers_make_the_deepest_tree() {
    let mut counts = vec![1_u64, 1];
    while let Some(next) = counts[counts.len() - 1].checked_add(counts[counts.len() - 2]) {
        counts.push(next);
    }
    counts.reverse();
    let tree = tree(&counts).unwrap();
    let longest = (0..counts.len()).map(|word| path(&tree, word).len()).max().unwrap();
    assert!((80..=MAX_PATH).contains(&longest), "{longest}");
    let mut objective = sample::HierarchicalSoftmax::new(&tree);
    let last = counts.len() as u32 - 1;
    let (labels, rows) = {
        let targets = objective.targets(last, &mut []);
        (targets.labels, targets.rows.to_vec())
    };
    let expected = path(&tree, last as usize);
    assert_eq!(rows, expected.iter().map(|(row, _)| *row).collect::<Vec<_>>());
    assert!(expected.iter().enumerate().all(|(j, (_, bit))| (labels >> j & 1 == 1) != *bit));
}

/// Words that never occur count as if they did once: else they would hang in a chain.
#[test]
fn words_that_never_occur_have_paths_of_usual_length() {
    let tree = tree(&[&[9, 4][..], &[0; 200]].concat()).unwrap();
    assert!((0..202).all(|word| path(&tree, word).len() <= 9));
}

#[test]
fn trees_that_cannot_grow_are_refused() {
    assert_eq!(tree(&[3]).unwrap_err(), HuffmanError::TooFewWords);
    assert_eq!(tree(&[3, 4]).unwrap_err(), HuffmanError::Unsorted);
    assert_eq!(HuffmanTree::new([0; 2], &mut [0; 9], 2, |_| 1).unwrap_err(), HuffmanError::Room);
    assert_eq!(HuffmanTree::new([0; 3], &mut [0; 0], 2, |_| 1).unwrap_err(), HuffmanError::Room);
}

fn numbers(seed: u64, len: usize) -> Vec<f64> {
    let mut rng = Generator::new(seed, [len as u64]);
    (0..len).map(|_| f64::from((rng.next_u32() >> 8) as f32 / 8_388_608.0 - 1.0)).collect()
}

const WORDS: usize = 12;
const DIM: usize = 20;
const SENTENCE: [u32; 14] = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7];

/// Always the same words.
struct Given;

const NEGATIVES: [u32; 3] = [10, 0, 10];

impl Negatives for Given {
    fn draw(&mut self, _target: u32, negatives: &mut [u32]) {
        negatives.copy_from_slice(&NEGATIVES);
    }
}

fn zipf() -> Tree {
    tree(&std::array::from_fn::<u64, WORDS, _>(|word| 100 / (1 + word as u64))).unwrap()
}

fn model() -> Model<Slab<Vec<f32>>, Slab<Vec<f32>>> {
    let stride = DIM.next_multiple_of(LANES);
    let slab = |seed| {
        let mut data = vec![0.0; WORDS * stride];
        for (row, numbers) in data.chunks_mut(stride).zip(numbers(seed, WORDS * DIM).chunks(DIM)) {
            row.iter_mut().zip(numbers).for_each(|(x, n)| *x = *n as f32);
        }
        Slab::new(data, DIM, stride).unwrap()
    };
    Model { center: slab(1), outside: slab(2) }
}

/// Room for the hidden vector.
fn room() -> Slab<Vec<f32>> {
    let stride = DIM.next_multiple_of(LANES);
    Slab::new(vec![0.0; 2 * stride], DIM, stride).unwrap()
}

fn components(rows: &Slab<Vec<f32>>) -> Vec<f32> {
    (0..rows.rows()).flat_map(|row| rows.row(row).unwrap()[..DIM].to_vec()).collect()
}

/// Both matrices and the loss, after a sentence.
fn trained(
    simd: Simd,
    objective: impl Objective,
    shape: impl Shape,
) -> (Vec<f32>, Vec<f32>, motevec_core::train::Loss) {
    let mut model = model();
    let mut trainer = Trainer::new(simd, &mut model, objective, shape, 0.05);
    trainer.sentence(&SENTENCE, &mut Generator::new(5, [0])).unwrap();
    let loss = trainer.loss;
    (components(&model.center), components(&model.outside), loss)
}

/// The same in f64, by [`cbow`] and `loss`.
fn by_equations<L: PairLoss<f64>>(
    loss: impl Fn() -> L,
    outside_rows: usize,
    gradient: CbowGradient,
) -> (Vec<f64>, Vec<f64>, f64) {
    let model = model();
    let [mut v, mut u] =
        [&model.center, &model.outside].map(|rows| components(rows).into_iter().map(f64::from).collect::<Vec<_>>());
    let (mut widths, mut sum) = (Generator::new(5, [0]), 0.0);
    for (place, &center) in SENTENCE.iter().enumerate() {
        let width = 1 + ((u64::from(widths.next_u32()) * 4) >> 32) as usize;
        let words: Vec<u32> = window(&SENTENCE, place, width).collect();
        let (mut by_v, mut by_u, mut room) = (vec![0.0; v.len()], vec![0.0; outside_rows * DIM], [0.0; 2 * DIM]);
        let mut gradients = Gradients { center: &mut by_v, outside: &mut by_u };
        let (v_u, words) = ((v.as_slice(), &u[..outside_rows * DIM]), words.iter().copied());
        sum += cbow(&mut loss(), words.clone(), center, v_u, &mut room, &mut gradients).unwrap();
        let times = if gradient == CbowGradient::True { 1.0 } else { words.len() as f64 };
        v.iter_mut().zip(&by_v).for_each(|(x, g)| *x -= 0.05 * times * g);
        u.iter_mut().zip(&by_u).for_each(|(x, g)| *x -= 0.05 * g);
    }
    (v, u, sum)
}

fn assert_close(found: &(Vec<f32>, Vec<f32>, motevec_core::train::Loss), expected: &(Vec<f64>, Vec<f64>, f64)) {
    let widen = |xs: &[f32]| xs.iter().copied().map(f64::from).collect::<Vec<_>>();
    assert!(distance(&widen(&found.0), &expected.0) < 1e-5);
    assert!(distance(&widen(&found.1), &expected.1) < 1e-5);
    assert_eq!(found.2.pairs, SENTENCE.len() as u64);
    assert!((found.2.sum - expected.2).abs() < 1e-4, "{} {}", found.2.sum, expected.2);
}

/// Words of two or three rows, or of one twice.
struct Few;

impl Parts for Few {
    fn of(&self, word: u32, take: impl FnMut(u32)) {
        let rows: &[u32] = if word == 5 { &[4, 4] } else { &[word % 7, 7 + word % 5, 11] };
        rows.iter().copied().for_each(take);
    }
}

#[test]
fn words_of_parts_train_by_the_equations() {
    let found = trained(scalar(), Given, Composed::<_, _, _, 8>::new(dynamic(), Few, room()));
    let model = model();
    let widen = |rows: &Slab<Vec<f32>>| components(rows).into_iter().map(f64::from).collect::<Vec<_>>();
    let (mut v, mut u, mut sum, mut pairs) = (widen(&model.center), widen(&model.outside), 0.0, 0);
    let mut widths = Generator::new(5, [0]);
    for (place, &center) in SENTENCE.iter().enumerate() {
        let width = 1 + ((u64::from(widths.next_u32()) * 4) >> 32) as usize;
        for word in window(&SENTENCE, place, width) {
            let mut rows = Vec::new();
            Few.of(word, |row| rows.push(row));
            let (mut by_v, mut by_u, mut room) = (vec![0.0; v.len()], vec![0.0; u.len()], [0.0; 2 * DIM]);
            let mut gradients = Gradients { center: &mut by_v, outside: &mut by_u };
            let mut loss = NegativeSampling { negatives: std::iter::once(&NEGATIVES[..]) };
            sum += cbow(&mut loss, rows.iter().copied(), center, (&v, &u), &mut room, &mut gradients).unwrap();
            // The whole gradient of the mean to each row.
            v.iter_mut().zip(&by_v).for_each(|(x, g)| *x -= 0.05 * rows.len() as f64 * g);
            u.iter_mut().zip(&by_u).for_each(|(x, g)| *x -= 0.05 * g);
            pairs += 1;
        }
    }
    let found = (found.0, found.1, motevec_core::train::Loss { pairs: found.2.pairs - pairs + 14, ..found.2 });
    assert_close(&found, &(v, u, sum));
}

fn dynamic() -> Dynamic {
    Dynamic::new(4, 3, Update::Window).unwrap()
}

fn scalar() -> Simd {
    Simd::new(Level::Scalar, false).unwrap()
}

#[test]
fn cbow_trains_by_the_equations() {
    for gradient in [CbowGradient::True, CbowGradient::Word2vec] {
        let found = trained(scalar(), Given, Cbow::new(dynamic(), Subtract, room(), gradient));
        let loss = || NegativeSampling { negatives: std::iter::once(&NEGATIVES[..]) };
        assert_close(&found, &by_equations(loss, WORDS, gradient));
    }
}

#[test]
fn cbow_with_hierarchical_softmax_trains_by_the_equations() {
    let tree = zipf();
    assert!((0..WORDS).all(|word| path(&tree, word).len() <= 8), "in one update");
    let objective = sample::HierarchicalSoftmax::new(&tree);
    let found = trained(scalar(), objective, Cbow::new(dynamic(), Subtract, room(), CbowGradient::True));
    let loss = || HierarchicalSoftmax { path: |word: u32| path(&tree, word as usize) };
    assert_close(&found, &by_equations(loss, WORDS, CbowGradient::True));
}

/// What an optimizer descends is the same gradient; and with SGD it takes the same step.
#[test]
fn cbow_with_an_optimizer_takes_each_row_of_a_window_once() {
    let plain = trained(scalar(), Given, Cbow::new(dynamic(), Subtract, room(), CbowGradient::True));
    let sgd = Sgd::<f32>::default();
    let shape = Cbow::new(Optimized::new(dynamic(), Subtract, sgd), sgd, room(), CbowGradient::True);
    let found = trained(scalar(), Given, shape);
    let widen = |xs: &[f32]| xs.iter().copied().map(f64::from).collect::<Vec<_>>();
    assert!(distance(&widen(&found.0), &widen(&plain.0)) < 1e-6);
    assert!(distance(&widen(&found.1), &widen(&plain.1)) < 1e-6);

    let mut adam = AdamRows {
        adamw: AdamW { adam: Adam::default(), decay: 0.0 },
        mean: model().center,
        square: model().center,
        steps: [0; WORDS],
    };
    trained(
        scalar(),
        Given,
        Cbow::new(Optimized::new(dynamic(), Subtract, sgd), &mut adam, room(), CbowGradient::True),
    );
    let mut widths = Generator::new(5, [0]);
    let mut expected = [0; WORDS];
    for place in 0..SENTENCE.len() {
        let width = 1 + ((u64::from(widths.next_u32()) * 4) >> 32) as usize;
        let mut words: Vec<u32> = window(&SENTENCE, place, width).collect();
        words.sort_unstable();
        words.dedup();
        words.iter().for_each(|&word| expected[word as usize] += 1);
    }
    assert_eq!(adam.steps, expected);
}

#[test]
fn every_variant_has_the_same_bits_on_every_level() {
    type Run<'a> = Box<dyn Fn(Simd) -> (Vec<u32>, Vec<u32>, u64) + 'a>;
    let tree = zipf();
    fn bits((v, u, loss): (Vec<f32>, Vec<f32>, motevec_core::train::Loss)) -> (Vec<u32>, Vec<u32>, u64) {
        let bits = |xs: &[f32]| xs.iter().map(|x| x.to_bits()).collect();
        (bits(&v), bits(&u), loss.sum.to_bits())
    }
    let hs = || sample::HierarchicalSoftmax::new(&tree);
    let pair = || Dynamic::new(4, 3, Update::Pair).unwrap();
    let runs: Vec<(&str, Run<'_>)> = vec![
        (
            "cbow",
            Box::new(|simd| bits(trained(simd, Given, Cbow::new(dynamic(), Subtract, room(), CbowGradient::True)))),
        ),
        (
            "cbow, hs",
            Box::new(|simd| bits(trained(simd, hs(), Cbow::new(dynamic(), Subtract, room(), CbowGradient::Word2vec)))),
        ),
        ("hs", Box::new(|simd| bits(trained(simd, hs(), dynamic())))),
        ("hs, pairs", Box::new(|simd| bits(trained(simd, hs(), pair())))),
        (
            "hs, sgd",
            Box::new(|simd| bits(trained(simd, hs(), Optimized::new(dynamic(), Sgd::default(), Sgd::default())))),
        ),
    ];
    for fused in [false, true] {
        let mut all = Vec::new();
        for (name, run) in &runs {
            let expected = run(Simd::new(Level::Wide, fused).unwrap());
            for simd in Level::ALL.into_iter().filter_map(|level| Simd::new(level, fused)) {
                assert_eq!(run(simd), expected, "{name} on {simd:?}");
            }
            assert!(!all.contains(&expected), "{name} is not like another");
            all.push(expected);
        }
    }
    // A shape that is known when the program is compiled takes the same steps.
    let fixed = trained(scalar(), Given, Cbow::new(Fixed::<4, 4>, Subtract, room(), CbowGradient::True));
    let expected = trained(scalar(), Given, Cbow::new(dynamic(), Subtract, room(), CbowGradient::True));
    assert_eq!(bits(fixed), bits(expected));
}

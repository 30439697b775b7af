//! `--arithmetic q15`: what a device with integers learns.

use std::ops::ControlFlow::Continue;

use motevec_core::fixed_point::Q15;
use motevec_core::model::{Component, Model};
use motevec_core::optim::{Momentum, Schedule};
use motevec_core::sample::{AliasTable, Generator, Slot, Unigram};
use motevec_core::subword::Ngrams;
use motevec_core::train::{CbowGradient, Dynamic, FixedPoint, Trainer, Update};

use super::super::whole::{INITIALIZE, NEGATIVES, WIDTHS};
use super::super::{Architecture, Arithmetic, Objective, Optimizer, Settings, train_from};
use super::{bits, in_pieces, run, settings, topics, topics_found};
use crate::Vectors;
use crate::corpus::{Corpus, SENTENCE_END};

fn q15() -> Settings {
    Settings { arithmetic: Arithmetic::Q15, ..settings() }
}

/// The words and the dimensions of the topics.
type Matrix = Box<[[Q15; 20]; 80]>;

/// What core learns of rows of integers, at a rate that stays.
fn on_a_device(corpus: &Corpus, settings: &Settings) -> Model<Matrix, Matrix> {
    let matrix = || Box::new([[Q15::ZERO; 20]; 80]);
    let mut model = Model { center: matrix(), outside: matrix() };
    let stream = |purpose| Generator::new(settings.seed, [purpose]);
    Model { center: &mut *model.center, outside: &mut *model.outside }.initialize(&mut stream(INITIALIZE));
    let counts = corpus.vocabulary.counts();
    let noise = AliasTable::new(vec![Slot::default(); 80], |word| counts[word]).unwrap();
    let negatives = Unigram { table: &noise, rng: stream(NEGATIVES) };
    let shape = FixedPoint(Dynamic::new(settings.window, settings.negatives, Update::Window).unwrap());
    let mut rows = Model { center: &mut *model.center, outside: &mut *model.outside };
    let mut trainer = Trainer::new(settings.simd(), &mut rows, negatives, shape, settings.rate);
    let (mut tokens, mut widths) = (Vec::new(), stream(WIDTHS));
    corpus.tokens.copy_to(0..corpus.tokens.len(), &mut tokens).unwrap();
    for sentence in tokens.split_inclusive(|&token| token == SENTENCE_END) {
        trainer.sentence(sentence.strip_suffix(&[SENTENCE_END]).unwrap(), &mut widths).unwrap();
    }
    model
}

#[test]
fn the_bits_are_those_of_a_device() {
    let corpus = topics(300);
    for negatives in [5, 9] {
        let settings = Settings { epochs: 1, schedule: Schedule::Constant, negatives, ..q15() };
        let (trained, model) = (run(&corpus, &settings), on_a_device(&corpus, &settings));
        for (ours, device) in [(&trained.center, &model.center), (&trained.outside, &model.outside)] {
            let device: Vec<f32> = device.as_flattened().iter().map(|x| x.to_f32()).collect();
            assert_eq!(*ours, device);
        }
        assert!(model.outside.as_flattened().iter().any(|x| *x != Q15::ZERO));
    }
}

#[test]
fn it_finds_the_topics_and_ends_with_the_same_bits_in_pieces() {
    // Of several shards' size, and yet one shard.
    let corpus = topics(26_000);
    let settings = Settings { epochs: 1, ..q15() };
    let whole = run(&corpus, &settings);
    assert!(topics_found(&corpus, &whole) > 0.95);
    let (pieces, number) = in_pieces(&corpus, &settings, 90);
    assert!(number > 3);
    assert_eq!(bits(&pieces), bits(&whole));
    let portable = run(&corpus, &Settings { arithmetic: Arithmetic::Portable, ..settings });
    assert_ne!(bits(&portable), bits(&whole));
}

#[test]
fn what_a_device_does_not_do_is_refused_by_name() {
    for (name, refused) in [
        ("arithmetic", Settings { architecture: Architecture::Cbow(CbowGradient::True), ..q15() }),
        ("arithmetic", Settings { optimizer: Optimizer::Momentum(Momentum::default()), ..q15() }),
        ("arithmetic", Settings { dropout: 0.1, ..q15() }),
        ("arithmetic", Settings { objective: Objective::Softmax, ..q15() }),
        ("arithmetic", Settings { update: Update::Pair, ..q15() }),
        ("subwords", Settings { subwords: Ngrams::new(3, 6, 100).ok(), ..q15() }),
        ("groups", Settings { groups: 2, ..q15() }),
        ("dim", Settings { dim: 1025, ..q15() }),
    ] {
        let error = refused.check().unwrap_err().to_string();
        assert!(error.starts_with(name) && error.contains("q15"), "{error}");
    }
    Settings { dim: 1024, objective: Objective::HierarchicalSoftmax, ..q15() }.check().unwrap();
}

#[test]
fn a_model_with_larger_numbers_is_not_cut_down() {
    let corpus = topics(300);
    let mut earlier = Vectors::new(corpus.vocabulary.clone(), 20, vec![0.1; 80 * 20]);
    earlier.outside = Some(vec![-7.5; 80 * 20]);
    let go_on = |earlier: &Vectors| train_from(earlier, &corpus, &q15(), &mut |_| Continue(()));
    go_on(&earlier).unwrap();
    earlier.outside.iter_mut().flatten().last().into_iter().for_each(|x| *x = -8.5);
    let error = go_on(&earlier).unwrap_err().to_string();
    assert_eq!(
        error,
        "arithmetic q15: the model to go on with has numbers up to 8.5, and q15 ends at 8; leave that out"
    );
}

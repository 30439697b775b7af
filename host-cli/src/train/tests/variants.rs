//! What training promises, of every variant.

use std::ops::ControlFlow::{Break, Continue};

use motevec_core::optim::{Adam, Momentum};
use motevec_core::simd::Level;
use motevec_core::subword::Ngrams;
use motevec_core::train::{CbowGradient, Update};

use super::super::{
    Architecture, Arithmetic, Objective, Optimizer, Plan, Settings, Trained, initial, resume, train, train_from,
};
use super::{bits, in_pieces, run, settings, topics, topics_found};
use crate::Vectors;

/// Every variant that trains in rounds, beside the default.
fn variants() -> [(&'static str, Settings); 7] {
    let tree = Objective::HierarchicalSoftmax;
    let cbow = Architecture::Cbow;
    let subwords = Ngrams::new(2, 4, 5_000).ok();
    [
        ("cbow", Settings { architecture: cbow(CbowGradient::True), rate: 0.2, ..settings() }),
        ("cbow of word2vec", Settings { architecture: cbow(CbowGradient::Word2vec), rate: 0.05, ..settings() }),
        ("subwords", Settings { subwords, ..settings() }),
        (
            "cbow of subwords, with a tree",
            Settings { subwords, architecture: cbow(CbowGradient::True), objective: tree, rate: 0.2, ..settings() },
        ),
        ("skip-gram with a tree", Settings { objective: tree, ..settings() }),
        ("pairs with a tree", Settings { objective: tree, update: Update::Pair, ..settings() }),
        (
            "cbow with a tree",
            Settings { architecture: cbow(CbowGradient::True), objective: tree, rate: 0.2, ..settings() },
        ),
    ]
}

#[test]
fn every_variant_has_the_same_result_on_any_number_of_threads_with_any_instructions_and_in_pieces() {
    let corpus = topics(26_000);
    assert!(Plan::of(&corpus, &settings()).shards > 1, "the test needs shards that meet in merges");
    let mut all = Vec::new();
    for (name, settings) in variants() {
        // The arithmetic of every machine.
        let settings = Settings { epochs: 1, arithmetic: Arithmetic::Portable, ..settings };
        let reference = run(&corpus, &Settings { threads: 1, ..settings.clone() });
        let again = run(&corpus, &Settings { threads: 8, level: Level::Scalar, ..settings.clone() });
        assert_eq!(bits(&again), bits(&reference), "{name}, 8 threads without vectors");
        // Pieces are taken by 1, 3 and 2 threads in turn.
        let (pieces, number) = in_pieces(&corpus, &settings, 90);
        assert!(number > 3, "{name}: {number} pieces");
        assert_eq!(bits(&pieces), bits(&reference), "{name} in pieces");
        let rows = if settings.objective == Objective::HierarchicalSoftmax { 79 } else { 80 };
        assert_eq!((reference.center.len(), reference.outside.len()), (80 * 20, rows * 20), "{name}");
        assert!(!all.contains(&bits(&reference)), "{name} is not like another");
        all.push(bits(&reference));
    }
}

#[test]
fn every_variant_finds_the_topics() {
    // The small corpus is one shard, the large one several.
    for (sentences, epochs) in [(3_000, 8), (26_000, 2)] {
        let corpus = topics(sentences);
        for (name, settings) in variants() {
            let trained = run(&corpus, &Settings { epochs, ..settings });
            assert!(trained.losses.last() < trained.losses.first(), "{name}: {:?}", trained.losses);
            let found = topics_found(&corpus, &trained);
            assert!(found > 0.95, "{name} on {sentences} sentences: {found}");
        }
    }
}

/// With what an optimizer remembers, and the masks of dropout.
#[test]
fn every_variant_in_pieces_of_a_small_text_ends_with_the_same_bits() {
    let one_thread = [
        ("momentum", Settings { optimizer: Optimizer::Momentum(Momentum::default()), ..settings() }),
        ("adam", Settings { optimizer: Optimizer::Adam(Adam::default()), rate: 0.01, ..settings() }),
        ("dropout", Settings { dropout: 0.2, ..settings() }),
        ("softmax", Settings { objective: Objective::Softmax, ..settings() }),
    ];
    let cbow = |settings| Settings { architecture: Architecture::Cbow(CbowGradient::True), ..settings };
    let small = topics(300);
    for (name, settings) in one_thread.into_iter().chain(variants()) {
        for settings in [settings.clone(), cbow(settings)] {
            let settings = Settings {
                subsample: 1e-2,
                update: if settings.architecture == Architecture::SkipGram { settings.update } else { Update::Window },
                ..settings
            };
            let (pieces, number) = in_pieces(&small, &settings, 4);
            assert!(number > 2, "{name}: {number} pieces");
            assert_eq!(bits(&pieces), bits(&run(&small, &settings)), "{name} {settings:?}");
        }
    }
}

#[test]
fn state_of_another_optimizer_is_refused() {
    let corpus = topics(300);
    let adam = Settings { optimizer: Optimizer::Adam(Adam::default()), ..settings() };
    let stopped = train(&corpus, &adam, &mut |_| Break(())).unwrap();
    assert_eq!(stopped.numbers.len(), 6);
    let refused = |stopped: Trained, settings: &Settings| {
        let error = resume(stopped, &corpus, settings, &mut |_| Continue(())).unwrap_err();
        assert!(error.to_string().contains("does not fit this text"), "{error}");
    };
    let without = Trained { numbers: Vec::new(), ..stopped.clone() };
    refused(without, &adam);
    let mut short = stopped.clone();
    short.numbers[2].1.pop();
    refused(short, &adam);
    refused(stopped, &Settings { optimizer: Optimizer::Momentum(Momentum::default()), dropout: 0.1, ..settings() });
}

#[test]
fn every_variant_starts_from_its_initial_vectors() {
    let corpus = topics(300);
    for (name, settings) in variants() {
        let settings = Settings { epochs: 1, ..settings };
        let Trained { center, outside, subwords, .. } = initial(&corpus.vocabulary, &settings, None).unwrap();
        assert!(center.iter().any(|&x| x != 0.0) && outside.iter().all(|&x| x == 0.0), "{name}");
        let outside = Some(outside).filter(|outside| outside.len() == center.len());
        let mut start = Vectors { outside, subwords, ..Vectors::new(corpus.vocabulary.clone(), settings.dim, center) };
        let trained = train_from(&start, &corpus, &settings, &mut |_| Continue(())).unwrap();
        assert_eq!(bits(&trained), bits(&run(&corpus, &settings)), "{name}");
        let again = initial(&corpus.vocabulary, &settings, Some(&start)).unwrap();
        assert_eq!((&again.center, &again.subwords), (&start.data, &start.subwords), "{name}");

        // Where what the same words are made of is not alike, it does not become alike.
        let Some(subwords) = &mut start.subwords else { continue };
        let [_, rows] = subwords.rows_mut();
        rows.iter_mut().step_by(7).for_each(|x| *x += 0.01);
        let again = initial(&corpus.vocabulary, &settings, Some(&start)).unwrap();
        assert_eq!(again.subwords, start.subwords, "{name}");
        let whole = train_from(&start, &corpus, &settings, &mut |_| Continue(())).unwrap();
        assert_ne!(bits(&whole), bits(&trained), "{name}");
        let stopped = train_from(&start, &corpus, &settings, &mut |_| Break(())).unwrap();
        assert!(stopped.stopped.is_some());
        let rest = resume(stopped, &corpus, &settings, &mut |_| Continue(())).unwrap();
        assert_eq!(bits(&rest), bits(&whole), "{name}");
    }
}

//! Windows of one width.

use std::ops::ControlFlow::Continue;

use motevec_core::model::{Model, Slab};
use motevec_core::optim::Schedule;
use motevec_core::sample::{AliasTable, Generator, Slot, Unigram};
use motevec_core::train::{Loss, Trainer};

use super::super::whole::NEGATIVES;
use super::super::{Objective, Plan, Settings, WindowDraw, initial, sequential};
use super::{bits, in_pieces, run, settings, topics};
use crate::corpus::SENTENCE_END;

fn fixed() -> Settings {
    Settings { window_draw: WindowDraw::Fixed, ..settings() }
}

/// One center after another, each with all words that are at most as far from it as the window reaches.
#[test]
fn every_word_within_the_window_counts() {
    let corpus = topics(170);
    let settings = Settings { dim: 16, epochs: 1, window: 4, schedule: Schedule::Constant, ..fixed() };
    let trained = sequential(&corpus, &settings, &mut |_| Continue(())).unwrap();

    let counts = corpus.vocabulary.counts();
    let mut start = initial(&corpus.vocabulary, &settings, None).unwrap();
    let slab = |rows| Slab::new(rows, 16, 16).unwrap();
    let mut model = Model { center: slab(&mut start.center[..]), outside: slab(&mut start.outside[..]) };
    let table = AliasTable::new(vec![Slot::default(); counts.len()], |word| counts[word]).unwrap();
    let negatives = Unigram { table: &table, rng: Generator::new(settings.seed, [NEGATIVES]) };
    let step = settings.check().unwrap();
    let mut trainer = Trainer::new(settings.simd(), &mut model, negatives, step, settings.rate);
    let mut tokens = Vec::new();
    corpus.tokens.copy_to(0..corpus.tokens.len(), &mut tokens).unwrap();
    for sentence in tokens.split(|&token| token == SENTENCE_END) {
        for (at, &center) in sentence.iter().enumerate() {
            let (left, right) = (&sentence[at.saturating_sub(4)..at], &sentence[at + 1..sentence.len().min(at + 5)]);
            trainer.center(left, center, right).unwrap();
        }
    }
    let Loss { sum, pairs } = trainer.loss;
    // 12 words a sentence: 11 pairs of neighbors, 10 of words that are two apart, and so on, both ways.
    assert_eq!(pairs, 170 * 2 * (11 + 10 + 9 + 8));
    assert_eq!(bits(&trained), bits(&start));
    assert!((trained.losses[0] - sum / pairs as f64).abs() < 1e-9);
}

#[test]
fn windows_of_one_width_have_the_same_result_on_any_number_of_threads_and_in_pieces() {
    let tree = Settings { objective: Objective::HierarchicalSoftmax, ..fixed() };
    for (sentences, calls, settings) in [(26_000, 90, fixed()), (500, 2, fixed()), (500, 2, tree)] {
        let (corpus, settings) = (topics(sentences), Settings { epochs: 1, ..settings });
        assert_eq!(Plan::of(&corpus, &settings).shards > 1, sentences > 500);
        let reference = run(&corpus, &Settings { threads: 1, ..settings.clone() });
        assert_eq!(bits(&run(&corpus, &Settings { threads: 8, ..settings.clone() })), bits(&reference));
        let (pieces, number) = in_pieces(&corpus, &settings, calls);
        assert!(number > 2, "{number} pieces");
        assert_eq!(bits(&pieces), bits(&reference));
    }
}

#[test]
fn only_a_window_of_one_word_is_as_wide_as_a_drawn_one() {
    let corpus = topics(500);
    for (window, same) in [(1, true), (2, false)] {
        let [fixed, drawn] = [WindowDraw::Fixed, WindowDraw::Uniform]
            .map(|window_draw| bits(&run(&corpus, &Settings { window, window_draw, ..settings() })));
        assert_eq!(fixed == drawn, same, "{window}");
    }
}

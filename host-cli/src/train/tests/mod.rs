//! What training promises, on a small world with known structure.

mod groups;
mod integers;
mod variants;
mod windows;

use std::ops::ControlFlow::{Break, Continue};

use motevec_core::sample::Generator;
use motevec_core::simd::Level;
use motevec_core::subword::Ngrams;
use motevec_core::train::Update;
use rand_core::Rng;

use super::position::Cursor;
use super::{Arithmetic, Observe, Plan, Position, Progress, Settings, Trained, resume, rounds, sequential, train};
use crate::Error;
use crate::corpus::{self, Corpus, Source};

/// Sentences about ten topics of eight words each: words of a topic go together, and with nothing else.
fn topics(sentences: u32) -> Corpus {
    topics_with(sentences, &corpus::Options::default())
}

fn topics_with(sentences: u32, options: &corpus::Options) -> Corpus {
    let mut rng = Generator::new(7, [0]);
    let mut text = String::new();
    for _ in 0..sentences {
        let topic = rng.next_u32() % 10;
        for _ in 0..12 {
            text += &format!("t{topic}w{} ", rng.next_u32() % 8);
        }
        text.push('\n');
    }
    let source = Source::Bytes { name: "topics", data: text.leak().as_bytes() };
    corpus::read(&[source], options, &|_| {}).unwrap()
}

fn settings() -> Settings {
    Settings { dim: 20, subsample: 0.0, epochs: 3, threads: 2, ..Settings::default() }
}

fn run(corpus: &Corpus, settings: &Settings) -> Trained {
    train(corpus, settings, &mut |_| Continue(())).unwrap()
}

fn bits(trained: &Trained) -> Vec<u32> {
    trained.center.iter().chain(&trained.outside).map(|x| x.to_bits()).collect()
}

/// What reads models refuses others.
#[test]
fn settings_are_those_of_models_that_can_be_read() {
    let wide = |dim| Settings { dim, ..settings() }.check();
    assert!(wide((1 << 20) - 1).is_ok());
    assert_eq!(wide(1 << 20).unwrap_err().to_string(), "dim 1048576: give less than 1048576 (100 to 300 are usual)");
    let with = |most| Settings { subwords: Ngrams::new(3, most, 100).ok(), ..settings() }.check();
    assert!(with(100).is_ok());
    assert_eq!(with(101).unwrap_err().to_string(), "max-n 101: give at most 100: words are shorter");
}

#[test]
fn the_result_is_the_same_on_any_number_of_threads() {
    let corpus = topics(64_000);
    let level = if Level::Avx2.is_available() { Level::Avx2 } else { Level::Wide };
    let settings = Settings { epochs: 1, level, ..settings() };
    assert!(Plan::of(&corpus, &settings).shards > 4, "the test needs shards that meet in merges");
    for arithmetic in [Arithmetic::Portable, Arithmetic::Fused] {
        let on = |threads| run(&corpus, &Settings { threads, arithmetic, ..settings.clone() });
        let reference = on(1);
        for threads in [2, 3, 8] {
            let again = on(threads);
            assert_eq!(bits(&again), bits(&reference), "{threads} threads, {arithmetic:?}");
            assert_eq!(again.losses, reference.losses);
        }
    }
}

#[test]
fn the_result_is_the_same_with_any_instructions() {
    let corpus = topics(26_000);
    assert!(Plan::of(&corpus, &settings()).shards > 1, "the test needs shards that meet in merges");
    for arithmetic in [Arithmetic::Portable, Arithmetic::Fused] {
        let fused = arithmetic == Arithmetic::Fused;
        // Without hardware for it, the fused arithmetic takes too long here; core's tests cover it.
        let levels = Level::ALL.into_iter().filter(|level| level.is_available() && (!fused || level.has_fma()));
        let settings = Settings { arithmetic, epochs: 1, ..settings() };
        let results: Vec<_> =
            levels.map(|level| (level, bits(&run(&corpus, &Settings { level, ..settings.clone() })))).collect();
        for (level, result) in &results {
            assert_eq!(result, &results[0].1, "{level:?}, {arithmetic:?}");
        }
    }
}

#[test]
fn seeds_arithmetics_and_updates_make_a_difference() {
    let corpus = topics(2_000);
    let base = bits(&run(&corpus, &settings()));
    let others = [
        Settings { seed: 2, ..settings() },
        Settings {
            arithmetic: match settings().arithmetic {
                Arithmetic::Fused => Arithmetic::Portable,
                _ => Arithmetic::Fused,
            },
            ..settings()
        },
        Settings { update: Update::Pair, ..settings() },
        Settings { subsample: 1e-3, ..settings() },
        Settings { window: 2, ..settings() },
        Settings { negatives: 2, ..settings() },
    ];
    for other in others {
        assert_ne!(bits(&run(&corpus, &other)), base, "{other:?}");
    }
}

/// The share of words whose nearest neighbor is of their own topic.
fn topics_found(corpus: &Corpus, trained: &Trained) -> f64 {
    let words: Vec<&str> = corpus.vocabulary.words().collect();
    let rows: Vec<&[f32]> = trained.center.chunks(20).collect();
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(a * b)).sum::<f64>();
    let cosine = |a: usize, b: usize| dot(rows[a], rows[b]) / (dot(rows[a], rows[a]) * dot(rows[b], rows[b])).sqrt();
    let found = (0..words.len()).filter(|&word| {
        let others = (0..words.len()).filter(|&other| other != word);
        let nearest = others.max_by(|&a, &b| cosine(word, a).total_cmp(&cosine(word, b))).unwrap();
        words[nearest][..2] == words[word][..2]
    });
    found.count() as f64 / words.len() as f64
}

#[test]
fn both_updates_find_the_topics_and_the_loss_falls() {
    // The small corpus is one shard, the large one several.
    for (sentences, epochs) in [(3_000, 10), (40_000, 2)] {
        let corpus = topics(sentences);
        for update in [Update::Window, Update::Pair] {
            let trained = run(&corpus, &Settings { update, epochs, ..settings() });
            assert_eq!(trained.losses.len(), epochs as usize);
            assert!(trained.losses.last() < trained.losses.first(), "{update:?}: {:?}", trained.losses);
            let found = topics_found(&corpus, &trained);
            assert!(found > 0.95, "{update:?} on {sentences} sentences: {found}");
        }
    }
}

#[test]
fn a_tiny_text_trains_sequentially_and_rounds_do_as_well() {
    let corpus = topics(170);
    assert!((2_000..2_100).contains(&corpus.stats.words));
    let settings = Settings { epochs: 60, rate: 0.05, ..settings() };
    let plain = sequential(&corpus, &settings, &mut |_| Continue(())).unwrap();
    assert_eq!(bits(&run(&corpus, &settings)), bits(&plain));
    let rounds = rounds(&corpus, &settings, &mut |_| Continue(())).unwrap();
    let [found, plainly] = [&rounds, &plain].map(|trained| topics_found(&corpus, trained));
    assert!(plainly > 0.9 && found > plainly - 0.05, "{found} of the topics, sequentially {plainly}");
    let (loss, plain) = (rounds.losses.last().unwrap(), plain.losses.last().unwrap());
    assert!(*loss < 1.03 * plain, "loss {loss}, sequentially {plain}");
}

#[test]
fn wide_windows_and_many_negatives_train_as_well() {
    let corpus = topics(3_000);
    let trained = run(&corpus, &Settings { window: 12, negatives: 20, epochs: 6, ..settings() });
    assert!(topics_found(&corpus, &trained) > 0.95);
}

#[test]
fn progress_counts_up_to_the_total() {
    let corpus = topics(3_000);
    let mut seen = Vec::new();
    train(&corpus, &settings(), &mut |progress| {
        seen.push(*progress);
        Continue(())
    })
    .unwrap();
    assert!(seen.is_sorted_by_key(|progress| (progress.done, progress.epoch)));
    let last = seen.last().unwrap();
    assert_eq!((last.done, last.epoch), (last.total, 2));
    assert!(last.rate < 1e-5 && seen[0].rate > 0.024);
}

/// Trains, and stops after every so many calls, with other threads each time; on the way, the position goes through
/// JSON.
fn in_pieces(corpus: &Corpus, settings: &Settings, calls: u32) -> (Trained, u32) {
    let mut pieces = 0;
    let mut threads = [1, 3, 2].into_iter().cycle().map(|threads| Settings { threads, ..settings.clone() });
    let mut trained = None;
    loop {
        let mut left = calls;
        let mut observe = |_: &Progress| {
            left -= 1;
            if left == 0 { Break(()) } else { Continue(()) }
        };
        let settings = threads.next().unwrap();
        let now = match trained {
            None => train(corpus, &settings, &mut observe).unwrap(),
            Some(stopped) => resume(stopped, corpus, &settings, &mut observe).unwrap(),
        };
        pieces += 1;
        let Some(position) = &now.stopped else { return (now, pieces) };
        assert!(now.losses.len() <= settings.epochs as usize);
        let json = serde_json::to_string(position).unwrap();
        let read: Position = serde_json::from_str(&json).unwrap();
        assert_eq!(&read, position);
        trained = Some(Trained { stopped: Some(read), ..now });
    }
}

#[test]
fn training_in_pieces_ends_with_the_same_bits() {
    // Long sentences, so that pieces end within one; and subsampling, so that no stream may lose its place.
    for (sentences, epochs, calls) in [(500, 3, &[1, 6, 7][..]), (30_000, 2, &[37, 150])] {
        let corpus = topics(sentences);
        let settings = Settings { subsample: 1e-2, epochs, ..settings() };
        assert_eq!(Plan::of(&corpus, &settings).shards > 1, sentences > 500);
        let whole = run(&corpus, &settings);
        for &calls in calls {
            let (pieces, number) = in_pieces(&corpus, &settings, calls);
            assert!(number > 2, "{sentences} sentences, {number} pieces");
            assert_eq!(bits(&pieces), bits(&whole), "{sentences} sentences, {calls} calls per piece");
            assert_eq!(pieces.losses, whole.losses);
        }
    }
}

#[test]
fn training_stops_only_where_something_is_left() {
    let corpus = topics(500);
    let last =
        train(&corpus, &settings(), &mut |at| if at.done == at.total { Break(()) } else { Continue(()) }).unwrap();
    assert!(last.stopped.is_none());
    assert_eq!(bits(&resume(last.clone(), &corpus, &settings(), &mut |_| Continue(())).unwrap()), bits(&last));
    // Even where nothing has been measured yet.
    let first = train(&corpus, &settings(), &mut |_| Break(())).unwrap();
    assert_eq!((first.losses.len(), first.stopped.unwrap().done()), (1, 1_000));
}

#[test]
fn a_place_that_is_none_of_the_corpus_is_refused() {
    for sentences in [500, 45_000] {
        let corpus = topics(sentences);
        let good = train(&corpus, &settings(), &mut |_| Break(())).unwrap();
        let refused = |change: &dyn Fn(&mut Trained), settings: &Settings| {
            let mut stopped = good.clone();
            change(&mut stopped);
            let error = resume(stopped, &corpus, settings, &mut |_| Continue(())).unwrap_err();
            assert!(error.to_string().contains("does not fit this text"), "{error}");
        };
        let at = |trained: &mut Trained| trained.stopped.take().unwrap();
        let same = settings();
        refused(&|_| {}, &Settings { dim: 21, ..settings() });
        refused(&|t| t.center.truncate(20), &same);
        refused(&|t| t.outside.push(0.0), &same);
        refused(&|t| t.stopped = Some(Position { done: u64::MAX, ..at(t) }), &same);
        refused(
            &|t| t.stopped = Some(Position { losses: vec![motevec_core::train::Loss::default().into(); 9], ..at(t) }),
            &same,
        );
        refused(
            &|t| {
                let mut position = at(t);
                match &mut position.cursor {
                    Cursor::Sequential(chunk) => chunk.sentence.push(80),
                    Cursor::Rounds(shares) => shares[1].left[0].start = 0,
                }
                t.stopped = Some(position);
            },
            &same,
        );
        refused(
            &|t| {
                let mut position = at(t);
                match &mut position.cursor {
                    Cursor::Sequential(_) => position.done += 1,
                    Cursor::Rounds(shares) => drop(shares.pop()),
                }
                t.stopped = Some(position);
            },
            &same,
        );
    }
}

#[test]
fn a_rate_that_diverges_is_an_error() {
    let corpus = topics(3_000);
    let error = train(&corpus, &Settings { rate: 1e30, ..settings() }, &mut |_| Continue(())).unwrap_err();
    assert!(matches!(&error, Error::Failed(message) if message.contains("--lr")), "{error}");
}

#[test]
fn a_corpus_on_the_disk_gives_the_same_vectors_until_the_disk_fails() {
    let options = corpus::Options { token_memory: 0, ..corpus::Options::default() };
    let (in_memory, on_disk) = (topics(40_000), topics_with(40_000, &options));
    assert!(Plan::of(&on_disk, &settings()).shards > 1, "the test needs shards that fail, and others that do not");
    assert_eq!((in_memory.tokens.bytes_on_disk(), on_disk.tokens.bytes_in_memory()), (0, 0));
    assert_eq!(bits(&run(&on_disk, &settings())), bits(&run(&in_memory, &settings())));
    for threads in [1, 3] {
        let mut rounds = 0;
        // Some shards lie in what is lost, others do not.
        let mut lose_half = |_: &Progress| {
            rounds += 1;
            if rounds == 20 {
                on_disk.tokens.lose_half_of_file();
            }
            Continue(())
        };
        let error = train(&on_disk, &Settings { threads, ..settings() }, &mut lose_half).unwrap_err();
        assert!(
            matches!(&error, Error::Failed(message) if message.contains("cannot read the temporary file")),
            "{error}"
        );
    }
}

#[test]
fn impossible_settings_are_usage_errors() {
    let corpus = topics(100);
    let changes: [fn(&mut Settings); 8] = [
        |s| s.dim = 0,
        |s| s.window = 0,
        |s| s.epochs = 0,
        |s| s.negatives = 64,
        |s| s.rate = 0.0,
        |s| s.rate = f32::NAN,
        |s| s.subsample = -1.0,
        |s| s.subsample = f32::INFINITY,
    ];
    for change in changes {
        let mut settings = settings();
        change(&mut settings);
        assert!(matches!(train(&corpus, &settings, &mut |_| Continue(())), Err(Error::Setting { .. })), "{settings:?}");
    }
}

#[test]
fn a_vocabulary_of_one_word_trains_without_negatives_to_draw() {
    let source = Source::Bytes { name: "one", data: b"a a a a a a\n" };
    let corpus = corpus::read(&[source], &corpus::Options::default(), &|_| {}).unwrap();
    assert!(run(&corpus, &settings()).center.iter().all(|x| x.is_finite()));
}

#[test]
fn each_epoch_has_its_loss_however_short_it_is() {
    let corpus = topics(20);
    let trained = run(&corpus, &Settings { epochs: 4, ..settings() });
    assert_eq!(trained.losses.len(), 4);
    assert!(trained.losses.iter().all(|loss| loss.is_finite()), "{:?}", trained.losses);
}

#[test]
fn a_corpus_that_subsampling_empties_is_an_error() {
    let error = run(&topics(20), &Settings { subsample: 1e-30, ..settings() }).check().unwrap_err();
    assert!(matches!(&error, Error::Failed(message) if message.contains("--subsample")), "{error}");
}

#[test]
fn counts_of_another_text_do_not_change_the_plan() {
    let own = topics(5_000);
    let counts = own.vocabulary.counts().iter().map(|count| count * 1000);
    let vocabulary = own.vocabulary.words().zip(counts).collect();
    let other = Corpus { vocabulary, ..own.clone() };
    assert_eq!(Plan::of(&other, &settings()), Plan::of(&own, &settings()));
}

#[test]
fn plans_follow_the_corpus() {
    assert_eq!(Plan::new(1_200, 112).shards, 1);
    let (small, large) = (Plan::new(300_000, 112), Plan::new(10_000_000, 112));
    assert!(1 < small.shards && small.shards < 16 && small.words_per_round < 1000, "{small:?}");
    assert_eq!((large.shards, large.words_per_round), (16, 1000));
    assert!((500..700).contains(&Plan::new(10_000_000, 304).words_per_round));
    // A text of one sentence stays together.
    assert_eq!((Plan::new(60, 112).stretches, small.stretches, large.stretches), (1, 10, 10));
}

//! Events that do not belong where they are: how many of them are found, beside tables of counts in the same RAM.

use motevec_core::image::Image;
use motevec_core::simd::{Portable, Wide};
use motevec_core::state::State;
use motevec_learner::learner::{FixedMemory, Learner};
use motevec_learner::watch::{ALARMS, Recent, Seen, Watch};
use motevec_tests::Folder;
use motevec_tests::events::auc::{Detector, auc, names};
use motevec_tests::events::pairs::{Counts, Kind, Of};
use motevec_tests::events::{Drift, Plant, TYPES};

/// Room for types that are no longer seen, until their counts have faded.
const PLACES: usize = TYPES + 16;
const TEXT: usize = 5 * PLACES;
/// What the words take of it, and of the counts' RAM: text, ends, order and counts.
const WORDS: usize = TEXT + 8 * PLACES;

type Memory<const D: usize> = FixedMemory<PLACES, D, TEXT>;

/// Vectors of `D` components, and `RECENT` events to learn again.
struct Vectors<const D: usize, const RECENT: usize> {
    learner: Learner<'static, Wide<Portable>, Memory<D>>,
    watch: Watch<'static, RECENT>,
}

type In16KB = Vectors<4, 360>;
type In38KB = Vectors<12, 1360>;
type In64KB = Vectors<16, 3700>;
const _: () = assert!(In16KB::BYTES <= 16 << 10 && In38KB::BYTES <= 38 << 10 && In64KB::BYTES <= 64 << 10);

impl<const D: usize, const RECENT: usize> Vectors<D, RECENT> {
    /// All that it takes of a device's RAM, but for the stack.
    const BYTES: usize = size_of::<Memory<D>>() + size_of::<Recent<RECENT>>() + size_of::<Self>();

    fn new() -> Self {
        let learner = Learner::new(Wide::new(), Box::leak(Box::default()));
        Self { learner, watch: Watch::new(Box::leak(Box::default())) }
    }

    fn bytes(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.learner.visit(&mut |piece| bytes.extend_from_slice(piece));
        self.watch.visit(&mut |piece| bytes.extend_from_slice(piece));
        bytes
    }
}

impl<const D: usize, const RECENT: usize> Detector for Vectors<D, RECENT> {
    fn scores(&self, session: &[&str]) -> Vec<Vec<Option<f32>>> {
        let words = self.learner.words(session.iter().copied());
        vec![(0..session.len()).map(|place| self.learner.score(&words, place)).collect()]
    }

    fn learn(&mut self, session: &[&str]) {
        self.watch.sentence(&mut self.learner, session.iter().copied(), &mut |_| ());
    }
}

fn live(detector: &mut impl Detector, plant: &mut Plant, sessions: usize) {
    (0..sessions).for_each(|_| detector.learn(&names(&plant.session())));
}

#[test]
fn scores_are_those_of_the_equation_and_change_nothing() {
    let (mut vectors, mut plant) = (In16KB::new(), Plant::new(3, Drift::None));
    live(&mut vectors, &mut plant, 50);
    let mut image = Vec::new();
    let saved = vectors.learner.save(|piece| {
        image.extend_from_slice(piece);
        Ok::<(), ()>(())
    });
    assert_eq!(saved, Ok(Ok(())));
    let image = Image::new(&image).expect("an image");
    let row = |number: u32, outside: bool| {
        let rows = if outside { image.outside().expect("both matrices") } else { image.center() };
        let mut row = [0.0; 4];
        rows.row(number).expect("a row").read(&mut row);
        row.map(f64::from)
    };
    let before = vectors.bytes();
    for _ in 0..50 {
        let session = plant.test(true);
        let names = names(&session);
        let words: Vec<_> = names.iter().map(|name| vectors.learner.word(name)).collect();
        let scores = &vectors.scores(&names)[0];
        for (place, score) in scores.iter().enumerate() {
            let Some(word) = words[place] else {
                assert_eq!(*score, None);
                continue;
            };
            let others = (0..words.len()).filter(|&other| other != place && other.abs_diff(place) <= 10);
            let context: Vec<_> = others.filter_map(|other| words[other]).collect();
            let log_odds =
                |&other: &u32| row(word, true).iter().zip(row(other, false)).map(|(u, v)| u * v).sum::<f64>();
            let mean = context.iter().map(log_odds).sum::<f64>() / context.len() as f64;
            let vocab = vectors.learner.vocab();
            let count = f64::from(vocab.count(word).expect("a count"));
            let share = (count + 1.0) / (vocab.total() as f64 + vocab.len() as f64);
            let difference = mean + 0.75 * share.ln() - f64::from(score.expect("a score"));
            assert!(difference.abs() < 1e-4, "{difference}");
        }
    }
    assert!(vectors.bytes() == before, "scoring learns nothing");
}

/// After 400 and after 1,600 sessions, while types change.
#[test]
fn planted_events_are_found() {
    let (mut vectors, mut plant) = (In38KB::new(), Plant::new(1, Drift::New));
    live(&mut vectors, &mut plant, 400);
    let early = auc(&vectors, &mut plant, 600)[0];
    live(&mut vectors, &mut plant, 1200);
    let late = auc(&vectors, &mut plant, 600)[0];
    println!("table: events that do not belong: AUC {early:.3} after 400 sessions, {late:.3} after 1,600");
    assert!(early > 0.95 && late > 0.97, "{early} {late}");
}

#[test]
fn alarms_are_as_many_as_promised_and_most_planted_events_raise_one() {
    let (mut vectors, mut plant) = (In38KB::new(), Plant::new(1, Drift::New));
    live(&mut vectors, &mut plant, 400);
    let (mut events, mut planted, mut alarms, mut found) = (0.0, 0.0, 0.0, 0.0);
    for _ in 0..1600 {
        let session = plant.session();
        let wrong: Vec<_> = session.iter().filter(|event| event.planted).map(|event| event.name.as_str()).collect();
        events += session.len() as f32;
        planted += wrong.len() as f32;
        vectors.watch.sentence(&mut vectors.learner, names(&session).into_iter(), &mut |seen| {
            if let Seen::Alarm(name, _) = seen {
                alarms += 1.0;
                found += if wrong.contains(&name) { 1.0 } else { 0.0 };
            }
        });
    }
    println!("{alarms} alarms for {events} events; {found} of {planted} planted ones raised one");
    assert!((0.8..1.2).contains(&(alarms / events / ALARMS)) && found > 0.6 * planted, "{alarms} {events} {found}");
}

/// What was watched goes on as if it had never stopped.
#[test]
fn a_watch_is_written_down_and_taken_up_again() {
    let (mut vectors, mut plant) = (In16KB::new(), Plant::new(5, Drift::New));
    live(&mut vectors, &mut plant, 150);
    let (written, mut other) = (vectors.bytes(), In16KB::new());
    let mut rest = written.as_slice();
    let mut take = |piece: &mut [u8]| piece.copy_from_slice(rest.split_off(..piece.len()).expect("as many bytes"));
    other.learner.visit(&mut take);
    other.watch.visit(&mut take);
    assert!(rest.is_empty() && other.bytes() == written);
    live(&mut other, &mut plant.clone(), 20);
    live(&mut vectors, &mut plant, 20);
    assert!(other.bytes() == vectors.bytes() && vectors.bytes() != written);
}

/// The number of a word that is forgotten may be that of another one.
#[test]
fn sentences_with_a_word_that_is_forgotten_are_not_learned_again() {
    let (mut memory, mut recent) = (FixedMemory::<3, 4, 16>::new(), Recent::<20>::new());
    let mut learner = Learner::new(Wide::<Portable>::new(), &mut memory);
    let mut watch = Watch::new(&mut recent);
    let bytes = |watch: &mut Watch<'_, 20>| {
        let mut bytes = 0;
        watch.visit(&mut |piece| bytes += piece.len());
        bytes
    };
    let empty = bytes(&mut watch);
    watch.sentence(&mut learner, ["a", "b", "c"].into_iter(), &mut |_| ());
    assert_eq!(bytes(&mut watch), empty + 2 * 4);
    // The first stranger finds no place, and lowers all counts; a later one gets that of a word whose count is used up.
    for _ in 0..2 {
        watch.sentence(&mut learner, ["b", "c", "d", "d"].into_iter(), &mut |_| ());
    }
    assert_eq!((learner.word("a"), learner.word("d")), (None, Some(0)));
    let mut forgotten = 0;
    for _ in 0..20 {
        learner.learn(["e", "f"].into_iter(), &mut |notice| {
            watch.hear(notice);
            forgotten += 1;
        });
    }
    assert!(forgotten > 0 && bytes(&mut watch) == empty, "{forgotten}");
}

/// A model of an earlier log, made by a host, in the place of nothing.
#[test]
fn a_model_of_a_host_is_a_start() {
    let mut plant = Plant::new(2, Drift::New);
    let log: String = (0..1600).map(|_| names(&plant.session()).join(" ") + "\n").collect();
    let folder = Folder::new();
    folder.write("log.txt", log);
    let train = "train log.txt -o log.mote --architecture cbow --cbow-gradient word2vec --dim 12 --window 10 \
                 --window-draw fixed --negatives 2 --min-count 1 --subsample 0 --epochs 20 --lr 0.05 --threads 1 \
                 --arithmetic portable";
    for command in [train, "export log.mote --outside --top 304 -o image.mote"] {
        let output = folder.run(&command.split_whitespace().collect::<Vec<_>>());
        assert!(output.status.success(), "{output:?}");
    }
    let (mut fresh, mut taught) = (In38KB::new(), In38KB::new());
    assert_eq!(taught.learner.load(&folder.read("image.mote")[..]), Ok(()));
    taught.watch.settle();
    println!("after 0 sessions: {:.4} with a start", auc(&taught, &mut plant, 600)[0]);
    for sessions in [100, 300] {
        live(&mut fresh, &mut plant.clone(), sessions);
        live(&mut taught, &mut plant, sessions);
        let [without, with] = [&fresh, &taught].map(|vectors| auc(vectors, &mut plant.clone(), 600)[0]);
        println!("after {sessions} more: {without:.4} without, {with:.4} with a start");
        assert!(with > 0.97 && with > without, "{without} {with}");
    }
}

const SESSIONS: [usize; 4] = [100, 400, 1600, 6400];

/// The AUC after so many sessions, of each scoring, the mean over seeds.
fn over_time<D: Detector>(new: impl Fn() -> D, drift: Drift, sessions: &[usize], seeds: u64) -> Vec<Vec<f64>> {
    let mut sums: Vec<Vec<f64>> = Vec::new();
    for seed in 0..seeds {
        let (mut plant, mut detector, mut seen) = (Plant::new(seed, drift), new(), 0);
        for (column, &upto) in sessions.iter().enumerate() {
            live(&mut detector, &mut plant, upto - seen);
            seen = upto;
            let areas = auc(&detector, &mut plant, 1200);
            sums.resize(areas.len(), vec![0.0; sessions.len()]);
            sums.iter_mut().zip(areas).for_each(|(sum, area)| sum[column] += area / seeds as f64);
        }
    }
    sums
}

/// The kinds of tables that fit, the bounds at which their counts fade, and the scorings, of which those are taken that
/// are best late.
fn best(of: Of, kinds: &[Kind], bytes: usize, drift: Drift, sessions: &[usize], seeds: u64) -> (String, Vec<f64>) {
    let bounds =
        if of == Of::Pairs { [100_000.0, 200_000.0, f32::INFINITY] } else { [10_000.0, 20_000.0, f32::INFINITY] };
    let mut all = Vec::new();
    for (&kind, bound) in kinds.iter().flat_map(|kind| bounds.map(|bound| (kind, bound))) {
        let new = || Counts::new(of, kind, PLACES, TEXT, bytes - WORDS, bound);
        if new().is_none() {
            continue;
        }
        let areas = over_time(|| new().expect("it fits"), drift, sessions, seeds);
        let named = areas.into_iter().zip(Counts::SCORINGS);
        all.extend(named.map(|(areas, (name, more))| (format!("{kind:?}, fades at {bound}, {name} {more}"), areas)));
    }
    let late = |areas: &[f64]| areas.iter().rev().take(2).sum::<f64>();
    all.into_iter().max_by(|(_, one), (_, other)| late(one).total_cmp(&late(other))).expect("one fits")
}

/// All but that which takes the most RAM.
const KINDS: [Kind; 3] = [Kind::Logarithms, Kind::Sketch { rows: 2 }, Kind::Entries];

#[test]
fn vectors_find_more_than_counts_in_the_same_ram() {
    let sessions = &[400, 1600];
    let vectors = over_time(In38KB::new, Drift::None, sessions, 2).remove(0);
    let (pairs, counts) = best(Of::Pairs, &KINDS, 38 << 10, Drift::None, sessions, 2);
    let (successions, markov) = best(Of::Successions, &KINDS[1..], 38 << 10, Drift::None, sessions, 2);
    println!("vectors {vectors:.4?}; {pairs}: {counts:.4?}; {successions}: {markov:.4?}");
    assert!(vectors[1] > counts[1] && counts[1] > markov[1]);
}

/// The table of firmware-example/watch.md. It takes some minutes.
#[test]
#[ignore = "it measures, and takes minutes"]
fn table() {
    let print = |ram: &str, name: &str, areas: &[f64]| {
        let areas: Vec<_> = areas.iter().map(|area| format!("{area:.4}")).collect();
        println!("| {ram} | {name} | {} |", areas.join(" | "));
    };
    for drift in [Drift::None, Drift::New, Drift::Moved] {
        println!("{drift:?}");
        let of_vectors = [
            (16, 4, In16KB::BYTES, over_time(In16KB::new, drift, &SESSIONS, 10)),
            (38, 12, In38KB::BYTES, over_time(In38KB::new, drift, &SESSIONS, 10)),
            (64, 16, In64KB::BYTES, over_time(In64KB::new, drift, &SESSIONS, 10)),
        ];
        for (kb, dim, bytes, areas) in of_vectors {
            assert!(bytes <= kb << 10, "{bytes}");
            print(&format!("{kb} KB"), &format!("vectors of {dim}"), &areas[0]);
            for (of, kinds) in [(Of::Pairs, &KINDS[..]), (Of::Successions, &KINDS[1..])] {
                let (name, areas) = best(of, kinds, kb << 10, drift, &SESSIONS, 10);
                print("", &format!("{of:?}: {name}"), &areas);
            }
        }
        let (name, areas) = best(Of::Pairs, &[Kind::Exact], 1 << 20, drift, &SESSIONS, 10);
        print("106 KB", &name, &areas);
    }
}

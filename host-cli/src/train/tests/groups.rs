//! Groups: they exchange what they learn, and it does not matter who trains them.

use std::fs;
use std::sync::{Arc, Barrier, Mutex};
use std::time::Duration;

use motevec_core::subword::Ngrams;
use motevec_core::train::CbowGradient;

use super::*;
use crate::Result;
use crate::ranks::{Exchange, Pieces, Ranks};
use crate::train::rounds::rounds_by;
use crate::train::start::Start;
use crate::train::{Architecture, Objective};

/// By rank, what each sends to each.
type Board = Mutex<Vec<Pieces>>;

/// Threads that are ranks, and what they send each other.
#[derive(Debug)]
struct Thread {
    rank: usize,
    all: Arc<(Barrier, Board)>,
}

impl Exchange for Thread {
    fn rank(&self) -> usize {
        self.rank
    }

    fn ranks(&self) -> usize {
        self.all.1.lock().unwrap().len()
    }

    fn host(&self) -> String {
        format!("thread {}", self.rank)
    }

    fn swap(&self, pieces: Pieces, mut room: Pieces) -> [Pieces; 2] {
        let (barrier, board) = &*self.all;
        board.lock().unwrap()[self.rank] = pieces;
        barrier.wait();
        room.clear();
        board.lock().unwrap().iter().for_each(|pieces| room.push([&pieces[self.rank]]));
        barrier.wait();
        [room, board.lock().unwrap()[self.rank].clone()]
    }

    fn share(&self, piece: Pieces, room: Pieces) -> [Pieces; 2] {
        let mut pieces = Pieces::default();
        (0..self.ranks()).for_each(|_| pieces.push([piece.bytes()]));
        self.swap(pieces, room)
    }

    fn waited(&self) -> Duration {
        Duration::ZERO
    }

    fn abort(&self, code: u8) -> ! {
        panic!("rank {} aborts with {code}", self.rank)
    }
}

/// What each of so many ranks makes of `work`.
fn on_ranks<T: Send>(ranks: usize, work: impl Fn(Ranks) -> T + Sync) -> Vec<T> {
    let all = Arc::new((Barrier::new(ranks), Mutex::new(vec![Pieces::default(); ranks])));
    std::thread::scope(|scope| {
        let rank = |rank| {
            let (all, work) = (Arc::clone(&all), &work);
            scope.spawn(move || work(Ranks::new(Thread { rank, all })))
        };
        let ranks: Vec<_> = (0..ranks).map(rank).collect();
        ranks.into_iter().map(|rank| rank.join().unwrap()).collect()
    })
}

const GROUPS: usize = 4;

/// A text in two files.
struct Text(tempfile::TempDir);

impl Text {
    fn new(sentences: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut rng = Generator::new(7, [0]);
        let mut texts = [String::new(), String::new()];
        for sentence in 0..sentences {
            let (topic, text) = (rng.next_u32() % 10, &mut texts[usize::from(sentence * 3 > sentences)]);
            (0..12).for_each(|_| *text += &format!("t{topic}w{} ", rng.next_u32() % 8));
            text.push('\n');
        }
        texts.iter().zip(["a", "b"]).for_each(|(text, name)| fs::write(folder.path().join(name), text).unwrap());
        Self(folder)
    }

    /// With 1,600 words more, which occur five times each.
    fn with_rare_words(sentences: u32) -> Self {
        let text = Self::new(sentences);
        let mut content = fs::read_to_string(text.0.path().join("a")).unwrap();
        (0..8_000).for_each(|index| content += &format!("rare{} t0w0 t0w1\n", index % 1_600));
        fs::write(text.0.path().join("a"), content).unwrap();
        text
    }

    fn read(&self, ranks: &Ranks) -> Result<Corpus> {
        let sources = ["a", "b"].map(|name| Source::Path(self.0.path().join(name)));
        read(&sources, ranks)
    }
}

fn read(sources: &[Source], ranks: &Ranks) -> Result<Corpus> {
    let options = corpus::Options { groups: GROUPS, ranks: ranks.clone(), ..corpus::Options::default() };
    corpus::read(sources, &options, &|_| {})
}

#[test]
fn compressed_files_and_files_of_groups_give_the_same_on_any_number_of_ranks() {
    let text = Text::new(4_000);
    let file = |name: &str| text.0.path().join(name);
    let content = fs::read_to_string(file("b")).unwrap();
    let lines: Vec<_> = content.split_inclusive('\n').collect();
    // Parts of a text, of which each group has one.
    let mut packed = Vec::new();
    for (part, lines) in lines.chunks(lines.len().div_ceil(GROUPS)).enumerate() {
        let name = |ending: &str| file(&format!("part-{part}{ending}"));
        fs::write(name(""), lines.concat()).unwrap();
        fs::write(name(".zst"), zstd::encode_all(lines.concat().as_bytes(), 3).unwrap()).unwrap();
        packed.push(Source::Path(name(".zst")));
    }
    let train_on = |ranks: usize, sources: &[Source]| {
        on_ranks(ranks, |ranks| {
            let corpus = read(sources, &ranks).unwrap();
            bits(&run(&corpus, &grouped(Settings { epochs: 1, ..settings() }, ranks)))
        })
    };
    let named = [Source::Path(file("part-{group}"))];
    let reference = train_on(1, &named).remove(0);
    for (ranks, sources) in [(1, &packed[..]), (2, &packed), (3, &packed), (2, &named), (4, &named)] {
        assert!(train_on(ranks, sources).iter().all(|bits| *bits == reference), "{ranks} ranks, {sources:?}");
    }
}

fn grouped(settings: Settings, ranks: Ranks) -> Settings {
    Settings { groups: GROUPS, ranks, ..settings }
}

/// A plan by which a text as small as a test's is exchanged in levels, and in blocks.
fn with_levels(corpus: &Corpus, settings: &Settings) -> Plan {
    Plan { exchanges_of_all: 8, bytes_at_once: 4 << 10, ..Plan::of(corpus, settings) }
}

/// Training by that plan, from `stopped` if given.
fn train_with_levels(
    stopped: Option<Trained>,
    corpus: &Corpus,
    settings: &Settings,
    observe: Observe<'_>,
) -> Result<Trained> {
    let start = match stopped {
        None => Start::new(&corpus.vocabulary, settings),
        Some(mut stopped) => {
            let position = stopped.stopped.take().unwrap();
            Start::at(position, stopped, corpus.vocabulary.len(), settings)?
        }
    };
    rounds_by(with_levels(corpus, settings), start, corpus, settings, observe)
}

fn run_with_levels(corpus: &Corpus, settings: &Settings) -> Trained {
    train_with_levels(None, corpus, settings, &mut |_| Continue(())).unwrap()
}

#[test]
fn the_result_is_the_same_on_any_number_of_ranks_and_threads() {
    let text = Text::with_rare_words(16_000);
    let train_on = |ranks: usize, threads: usize| {
        let trained = on_ranks(ranks, |ranks| {
            let corpus = text.read(&ranks).unwrap();
            let settings = grouped(Settings { threads, epochs: 2, ..settings() }, ranks.clone());
            assert_eq!(corpus.stats.words, 16_000 * 12 + 24_000);
            let trained = run_with_levels(&corpus, &settings);
            assert_eq!(ranks.exchanges().bytes == 0, ranks.count() == 1);
            (bits(&trained), trained.losses, ranks.exchanges().count)
        });
        assert!(trained.iter().all(|rank| *rank == trained[0]), "all ranks have the same model");
        trained.into_iter().next().unwrap()
    };
    let reference = train_on(1, 1);
    assert!(reference.2 >= 2 * 48, "{} exchanges", reference.2);
    for (ranks, threads) in [(1, 2), (2, 1), (3, 2), (4, 1)] {
        assert_eq!(train_on(ranks, threads), reference, "{ranks} ranks, {threads} threads");
    }
}

#[test]
fn groups_find_the_topics_whenever_they_exchange() {
    let text = Text::new(24_000);
    let corpus = text.read(&Ranks::default()).unwrap();
    let mut all = Vec::new();
    // A text as short as this would exchange more often, with all of its 80 words each time, and swing.
    for exchange_words in [20_000, 40_000] {
        let exchange_words = Some(exchange_words);
        let settings = grouped(Settings { exchange_words, epochs: 4, ..settings() }, Ranks::default());
        let trained = run(&corpus, &settings);
        assert!(trained.losses.last() < trained.losses.first(), "{:?}", trained.losses);
        assert!(topics_found(&corpus, &trained) > 0.9, "{}", topics_found(&corpus, &trained));
        all.push((bits(&trained), settings.ranks.exchanges().count));
    }
    assert!(all[0].0 != all[1].0 && all[0].1 > all[1].1 + 20, "{} {}", all[0].1, all[1].1);
}

#[test]
fn rare_rows_are_exchanged_more_seldom() {
    let text = Text::with_rare_words(16_000);
    let train_on = |ranks: usize| {
        on_ranks(ranks, |ranks| {
            let corpus = text.read(&ranks).unwrap();
            assert_eq!(corpus.vocabulary.len(), 1_680);
            let settings = grouped(Settings { epochs: 1, ..settings() }, ranks.clone());
            (bits(&run_with_levels(&corpus, &settings)), ranks.exchanges())
        })
    };
    let [(one, exchanges)] = &train_on(1)[..] else { panic!("one rank") };
    let [rows, of_groups] = exchanges.rows;
    // Each time the 80 words in both matrices; in every eighth exchange those rare ones that a group had touched.
    let frequent = 2 * 80 * exchanges.count;
    assert!((frequent + 2 * 1_600..=frequent + 2 * 8_000).contains(&rows), "{rows} rows in {exchanges:?}");
    assert!((3 * frequent..4 * rows).contains(&of_groups), "{exchanges:?}");
    for (other, exchanges) in train_on(3) {
        assert!(other == *one && exchanges.rows == [rows, of_groups], "{exchanges:?}");
    }
    // Also where training stops in between, as for each checkpoint.
    let in_pieces = on_ranks(2, |ranks| {
        let corpus = text.read(&ranks).unwrap();
        let settings = grouped(Settings { epochs: 1, ..settings() }, ranks.clone());
        let mut trained = train_with_levels(None, &corpus, &settings, &mut |_| Break(())).unwrap();
        while trained.stopped.is_some() {
            trained = train_with_levels(Some(trained), &corpus, &settings, &mut |_| Break(())).unwrap();
        }
        (bits(&trained), ranks.exchanges().rows)
    });
    assert!(in_pieces.iter().all(|(bits, counted)| bits == one && *counted == [rows, of_groups]));
}

#[test]
fn every_variant_stops_and_goes_on_with_another_number_of_ranks() {
    let text = Text::with_rare_words(8_000);
    let base = Settings { epochs: 2, ..settings() };
    let variants = [
        base.clone(),
        Settings { architecture: Architecture::Cbow(CbowGradient::True), ..base.clone() },
        Settings { objective: Objective::HierarchicalSoftmax, ..base.clone() },
        Settings { subwords: Some(Ngrams::new(3, 4, 500).unwrap()), ..base.clone() },
    ];
    for variant in variants {
        let on = |ranks: usize, stops: bool, stopped: Option<&Trained>| {
            let trained = on_ranks(ranks, |ranks| {
                let corpus = text.read(&ranks).unwrap();
                let settings = grouped(variant.clone(), ranks.clone());
                // One rank is asked to stop; all do.
                let stops = stops && ranks.rank() + 1 == ranks.count();
                let observe: Observe<'_> =
                    &mut |at| if stops && 3 * at.done > at.total { Break(()) } else { Continue(()) };
                train_with_levels(stopped.cloned(), &corpus, &settings, observe).unwrap()
            });
            trained.into_iter().next().unwrap()
        };
        let whole = on(1, false, None);
        let half = on(3, true, None);
        assert!(half.stopped.is_some());
        let rest = on(2, false, Some(&half));
        let ngrams = |trained: &Trained| trained.subwords.as_ref().map(|subwords| subwords.rows().to_vec());
        assert_eq!((bits(&rest), &rest.losses, ngrams(&rest)), (bits(&whole), &whole.losses, ngrams(&whole)));
    }
}

#[test]
fn words_are_counted_together() {
    let text = Text::new(2_000);
    fs::write(text.0.path().join("b"), "once\nt0w0, T0w0\n".repeat(3) + "rare t0w0\n").unwrap();
    let whole = text.read(&Ranks::default()).unwrap();
    for corpus in on_ranks(3, |ranks| text.read(&ranks).unwrap()) {
        let counted = |corpus: &Corpus| {
            let words = corpus.vocabulary.words().map(str::to_owned).collect::<Vec<_>>();
            (words, corpus.vocabulary.counts().to_vec(), corpus.stats)
        };
        assert_eq!(counted(&corpus), counted(&whole));
    }
}

#[test]
fn what_cannot_be_shared_out_is_refused() {
    let text = Text::new(100);
    let corpus = text.read(&Ranks::default()).unwrap();
    let error = |settings: Settings| train(&corpus, &settings, &mut |_| Continue(())).unwrap_err().to_string();
    assert_eq!(error(Settings { groups: 65, ..settings() }), "groups 65: give 1 to 64");
    assert!(error(Settings { dropout: 0.5, groups: 4, ..settings() }).starts_with("groups 4: what they train apart"));
    assert_eq!(error(Settings { groups: 3, ..settings() }), "groups 3: the text was not read in as many groups");
    let no_groups = "there are 3 ranks, which share groups out: use motevec train --groups 3, or more";
    let too_few = "groups 2: there are 3 ranks, which share groups out: give as many groups, or more";
    let most = "there are 65 ranks, and at most 64 groups to share out: start fewer ranks, each with more --threads";
    for (ranks, groups, message) in [(3, 1, no_groups), (3, 2, too_few), (65, 64, most)] {
        let check = |ranks| Settings { groups, ranks, ..settings() }.check().unwrap_err().to_string();
        assert_eq!(on_ranks(ranks, check)[0], message);
    }
    // A rate that throws vectors about, but not yet out of f32.
    let error = error(Settings { groups: 4, rate: 1e6, ..settings() });
    assert!(error.starts_with("training diverged: "), "{error}");
}

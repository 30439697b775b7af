//! What the scores of skip-gram with negative sampling depend on: one factor at a time, against training on one shard
//! with exact noise.
//!
//! ```sh
//! cargo run --release -p motevec-tests --bin factors -- imdb.txt wordsim353.tsv simlex999.txt questions-words.txt
//! cargo run --release -p motevec-tests --bin factors -- imdb.txt wordsim353.tsv simlex999.txt questions-words.txt 1
//! ```
//!
//! The last argument is how many seeds, 5 by default. Prints a row for each factor: the means of the scores, and how
//! much they scatter from seed to seed.

use std::env;
use std::error::Error;
use std::ops::ControlFlow::Continue;
use std::path::Path;
use std::process::ExitCode;

use motevec::corpus::{self, Corpus, Source};
use motevec::train::{self, Settings, Trained, WindowDraw};
use motevec::{Vectors, eval};
use motevec_core::optim::Schedule;
use motevec_core::train::Update;

/// The words that analogies choose among.
const RESTRICT: usize = 30_000;

type Train = fn(&Corpus, &Settings, train::Observe<'_>) -> motevec::Result<Trained>;

fn factors() -> Vec<(&'static str, Train, Settings)> {
    let base = || Settings { epochs: 5, ..Settings::default() };
    let one_shard: Train = train::sequential;
    vec![
        ("one shard, exact noise", one_shard, base()),
        ("rounds, as `motevec train`", train::train, base()),
        ("negatives of its own for each pair", one_shard, Settings { update: Update::Pair, ..base() }),
        ("3 negatives", one_shard, Settings { negatives: 3, ..base() }),
        ("7 negatives", one_shard, Settings { negatives: 7, ..base() }),
        ("subsampling 1e-3", one_shard, Settings { subsample: 1e-3, ..base() }),
        ("subsampling 1e-5", one_shard, Settings { subsample: 1e-5, ..base() }),
        ("windows of all 5 words", one_shard, Settings { window_draw: WindowDraw::Fixed, ..base() }),
        ("rate 0.035", one_shard, Settings { rate: 0.035, ..base() }),
        ("rate 0.05", one_shard, Settings { rate: 0.05, ..base() }),
        ("a rate that does not fall", one_shard, Settings { schedule: Schedule::Constant, ..base() }),
    ]
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let seeds = arguments.get(4).map_or(Ok(5), |seeds| seeds.parse());
    let ([text, tests @ ..], Ok(seeds @ 1..)) = (&arguments[..], seeds) else { return usage() };
    let Some(tests) = tests.first_chunk() else { return usage() };
    match run(text, tests, seeds) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn usage() -> ExitCode {
    eprintln!("usage: factors TEXT WORDSIM SIMLEX ANALOGIES [SEEDS]");
    ExitCode::from(2)
}

fn run(text: &str, tests: &[String; 3], seeds: u64) -> Result<(), Box<dyn Error>> {
    let corpus = corpus::read(&[Source::from_argument(Path::new(text))], &corpus::Options::default(), &|_| {})?;
    println!("| factor | WordSim-353 | SimLex-999 | analogies |\n|---|---|---|---|");
    for (name, train, settings) in factors() {
        let of_seed = |seed| {
            let settings = Settings { seed, ..settings.clone() };
            scores(&corpus, train(&corpus, &settings, &mut |_| Continue(()))?, settings.dim, tests)
        };
        let all = (1..=seeds).map(of_seed).collect::<Result<Vec<_>, _>>()?;
        let columns = [0, 1, 2].map(|test| spread(all.iter().map(|scores| scores[test])));
        println!("| {name} | {} |", columns.join(" | "));
    }
    Ok(())
}

/// The correlations with the first two tests, and the accuracy in the third.
fn scores(corpus: &Corpus, trained: Trained, dim: usize, tests: &[String; 3]) -> Result<[f64; 3], Box<dyn Error>> {
    let vectors = Vectors::new(corpus.vocabulary.clone(), dim, trained.center);
    let [wordsim, simlex, analogies] = tests.each_ref().map(Path::new);
    let correlation = |test| -> motevec::Result<f64> {
        Ok(eval::similarity(&vectors, test, eval::RESTRICT as usize)?.spearman.unwrap_or(f64::NAN))
    };
    let analogies = eval::analogies(&vectors, analogies, RESTRICT)?.total;
    Ok([correlation(wordsim)?, correlation(simlex)?, analogies.correct as f64 / analogies.questions as f64])
}

/// Mean ± standard deviation; the mean alone of one score.
fn spread(scores: impl Iterator<Item = f64> + Clone) -> String {
    let count = scores.clone().count() as f64;
    let mean = scores.clone().sum::<f64>() / count;
    if count < 2.0 {
        return format!("{mean:.3}");
    }
    let deviation = (scores.map(|score| (score - mean).powi(2)).sum::<f64>() / (count - 1.0)).sqrt();
    format!("{mean:.3} ± {deviation:.3}")
}

//! How near negative sampling comes to softmax: with a vocabulary small enough for softmax, both train on one text, and
//! the similarities of all pairs of words are compared by rank.
//!
//! ```sh
//! cargo run --release --example study            # the bundled corpus, its 100 most frequent words
//! cargo run --release --example study -- TEXT    # another text
//! ```

use std::error::Error;
use std::path::PathBuf;
use std::time::Instant;

use motevec::corpus::{self, Corpus, Options, Source, Tokenizer};
use motevec::eval::spearman;
use motevec::train::{self, Objective, Settings, Trained};

const WORDS: usize = 100;
const DIM: usize = 16;
/// Negative samples per step.
const NEGATIVES: [usize; 6] = [1, 2, 5, 10, 20, 50];

fn main() -> Result<(), Box<dyn Error>> {
    let bundled = [env!("CARGO_MANIFEST_DIR"), "data", "addresses.txt.zst"].iter().collect();
    let text: PathBuf = std::env::args_os().nth(1).map_or(bundled, PathBuf::from);
    let options = Options { tokens: Tokenizer::Words, lowercase: true, max_vocab: Some(WORDS), ..Options::default() };
    let corpus = corpus::read(&[Source::Path(text)], &options, &|_| {})?;
    let words = corpus.vocabulary.len();
    println!("{words} words, {DIM} dimensions; Spearman's ρ of the similarities of all pairs with those of softmax\n");

    let softmax = Settings { objective: Objective::Softmax, ..settings() };
    let (solution, seconds) = timed(&corpus, &softmax)?;
    println!("training               seconds  loss    ρ");
    report("softmax", seconds, &solution, &solution, words);
    // Another start shows how far softmax agrees with itself.
    let (again, seconds) = timed(&corpus, &Settings { seed: 2, ..softmax })?;
    report("softmax, another seed", seconds, &again, &solution, words);
    for negatives in NEGATIVES {
        let (trained, seconds) = timed(&corpus, &Settings { negatives, ..settings() })?;
        report(&format!("K = {negatives}"), seconds, &trained, &solution, words);
    }
    Ok(())
}

/// No word is thinned out, so that both learn from the same pairs.
fn settings() -> Settings {
    Settings { dim: DIM, subsample: 0.0, epochs: 5, rate: 0.05, threads: 1, ..Settings::default() }
}

fn timed(corpus: &Corpus, settings: &Settings) -> motevec::Result<(Trained, f64)> {
    let start = Instant::now();
    let trained = train::train(corpus, settings, &mut |_| std::ops::ControlFlow::Continue(()))?;
    Ok((trained, start.elapsed().as_secs_f64()))
}

fn report(name: &str, seconds: f64, trained: &Trained, solution: &Trained, words: usize) {
    let pairs: Vec<_> = similarities(trained, words).into_iter().zip(similarities(solution, words)).collect();
    let rho = spearman(&pairs).unwrap_or(f64::NAN);
    let loss = trained.losses.last().copied().unwrap_or(f64::NAN);
    println!("{name:<22} {seconds:>7.1}  {loss:.4}  {rho:.3}");
}

/// The cosine of each pair of words.
fn similarities(trained: &Trained, words: usize) -> Vec<f64> {
    let row = |word: usize| &trained.center[word * DIM..][..DIM];
    let dot = |a: usize, b: usize| row(a).iter().zip(row(b)).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
    let cosine = |a, b| dot(a, b) / (dot(a, a) * dot(b, b)).sqrt();
    (0..words).flat_map(|a| (0..a).map(move |b| (a, b))).map(|(a, b)| cosine(a, b)).collect()
}

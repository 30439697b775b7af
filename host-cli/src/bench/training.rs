//! The whole trainer, on a corpus.

use std::cell::Cell;
use std::ops::ControlFlow;
use std::rc::Rc;
use std::time::Instant;

use motevec_core::sample::{Generator, Subsampler};
use serde::Serialize;

use super::figure::Figure;
use super::{Instructions, Peak, peak};
use crate::Result;
use crate::corpus::{Corpus, SENTENCE_END};
use crate::train::{self, Plan, Settings, Work, plan};

/// The trainer on a corpus.
#[derive(Clone, Debug, Serialize)]
pub struct Training {
    /// Words in the text.
    pub words: u64,
    /// Words in the vocabulary.
    pub vocabulary: usize,
    /// Components of a vector.
    pub dim: usize,
    /// Passes over the text.
    pub epochs: u32,
    /// Pairs of a center and an outside word, in all passes, to within a hundredth.
    pub pairs: f64,
    /// Floating-point operations that the pairs take, in all passes.
    pub flops: f64,
    /// The instructions.
    #[serde(flatten)]
    pub instructions: Instructions,
    /// Sequentially, and in rounds on one thread and on all.
    pub rates: Vec<TrainingRate>,
}

/// A way to train.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// [`train::sequential`], which cannot use more than one thread.
    Sequential,
    /// [`train::rounds`].
    Rounds,
}

impl Method {
    /// The name in lower case.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sequential => "sequential",
            Self::Rounds => "rounds",
        }
    }
}

/// The rate of the trainer.
#[derive(Clone, Debug, Serialize)]
pub struct TrainingRate {
    /// The method.
    pub method: Method,
    /// The number of threads.
    pub threads: usize,
    /// How long it takes, from the vocabulary to the vectors.
    pub seconds: f64,
    /// Words of the text per second, counting each pass.
    pub words_per_second: f64,
    /// 10⁹ floating-point operations per second.
    pub gflops: f64,
    /// The share of the peak.
    pub share: f64,
    /// A round, on average, of those that train in rounds.
    pub round: Option<Round>,
}

/// What an average round does, as the trainer counts it.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Round {
    /// Shards of the text, which are the most threads that can work at once.
    pub shards: usize,
    /// Words that subsampling left.
    pub words: f64,
    /// Those of the shard that has most: the span of the round, however many threads there are.
    pub longest_shard: f64,
    /// Rows of both matrices that shards copy.
    pub copied_rows: f64,
    /// Rows of both matrices that change in the merge.
    pub merged_rows: f64,
    /// Bytes of rows that are read and written outside of the updates: to copy them, a read and a write; to merge them,
    /// a read of each copy, and a read and a write of each row.
    pub row_bytes: f64,
    /// Seconds in which shards train.
    pub training_seconds: f64,
    /// Seconds in which they are merged.
    pub merging_seconds: f64,
}

impl Round {
    fn new(work: Work, plan: &Plan, dim: usize) -> Option<Self> {
        let rounds = Some(work.rounds as f64).filter(|&rounds| rounds > 0.0)?;
        let average = |number: u64| number as f64 / rounds;
        let row = plan::row_bytes(dim) as f64;
        let (copied, merged) = (average(work.copied), average(work.merged));
        Some(Self {
            shards: plan.shards,
            words: average(work.words),
            longest_shard: average(work.longest),
            copied_rows: copied,
            merged_rows: merged,
            row_bytes: row * (3.0 * copied + 2.0 * merged),
            training_seconds: work.training.as_secs_f64() / rounds,
            merging_seconds: work.merging.as_secs_f64() / rounds,
        })
    }
}

/// A training run.
pub(super) struct Case {
    method: Method,
    threads: usize,
    /// What it did the last time.
    work: Rc<Cell<Work>>,
}

/// Whole training runs: a sequential one, and one in rounds on each number of `threads`.
pub(super) fn figures<'a>(corpus: &'a Corpus, settings: &Settings, threads: &[usize]) -> Vec<(Case, Figure<'a>)> {
    let case = |method, threads| Case { method, threads, work: Rc::default() };
    let rounds = threads.iter().map(|&threads| case(Method::Rounds, threads));
    let figure = |run: Case| {
        let settings = Settings { threads: run.threads, ..settings.clone() };
        let (method, work) = (run.method, Rc::clone(&run.work));
        let figure = Figure::once(1.0, move || {
            let start = Instant::now();
            let trained = match method {
                Method::Sequential => train::sequential(corpus, &settings, &mut |_| ControlFlow::Continue(()))?,
                Method::Rounds => train::rounds(corpus, &settings, &mut |_| ControlFlow::Continue(()))?,
            };
            work.set(trained.work);
            Ok(start.elapsed())
        });
        (run, figure)
    };
    [case(Method::Sequential, 1)].into_iter().chain(rounds).map(figure).collect()
}

/// The measured rates.
pub(super) fn report(
    figures: &[(Case, Figure<'_>)],
    corpus: &Corpus,
    settings: &Settings,
    peaks: &[Peak],
) -> Result<Training> {
    let (words, epochs) = (corpus.stats.words, settings.epochs);
    let pairs = pairs(corpus, settings)?;
    // A score and two rank updates of D multiply-adds each, with the true target and every negative.
    let flops = pairs * (3 * 2 * settings.dim * (1 + settings.negatives)) as f64;
    let instructions = Instructions { simd: settings.level, fused: settings.is_fused() };
    let plan = Plan::of(corpus, settings);
    let rate = |(run, figure): &(Case, Figure<'_>)| {
        let gflops = flops * figure.rate() / 1e9;
        TrainingRate {
            method: run.method,
            threads: run.threads,
            seconds: 1.0 / figure.rate(),
            words_per_second: words as f64 * f64::from(epochs) * figure.rate(),
            gflops,
            share: peak::share(gflops, peaks, instructions, run.threads),
            round: Round::new(run.work.get(), &plan, settings.dim),
        }
    };
    let rates = figures.iter().map(rate).collect();
    Ok(Training {
        words,
        vocabulary: corpus.vocabulary.len(),
        dim: settings.dim,
        epochs,
        pairs,
        flops,
        instructions,
        rates,
    })
}

/// The pairs of a center and an outside word that training takes, in all passes.
///
/// Words are thinned out once per pass, with the probabilities but not with the random numbers of the trainer;
/// half-widths count with their expectation. A sentence of n words then has
///
/// ```text
/// Σ_d  2 (n − d) · p(d)        d = 1, 2, … m, as long as d < n
/// ```
///
/// pairs: each distance d between two words both ways, if the half-width reaches that far, which it does in the share
/// p(d) of windows: (m − d + 1) / m where half-widths are uniform on 1 ..= m, and 1 where they are m. The ends of
/// rounds cut sentences, here and in the trainer.
fn pairs(corpus: &Corpus, settings: &Settings) -> Result<f64> {
    let keep = plan::keep(corpus, settings);
    let plan = Plan::of(corpus, settings);
    let together = (plan.words_per_round / plan.stretches) as u64;
    let mut buffer = Vec::new();
    let (mut pairs, mut kept, mut length) = (0.0, 0, 0);
    for epoch in 0..settings.epochs {
        let mut rng = Generator::new(settings.seed, [u64::from(epoch)]);
        for start in (0..corpus.tokens.len()).step_by(CHUNK) {
            corpus.tokens.copy_to(start..corpus.tokens.len().min(start + CHUNK), &mut buffer)?;
            for &token in &buffer {
                if token != SENTENCE_END && Subsampler::keep(keep[token as usize], &mut rng) {
                    kept += 1;
                    length += 1;
                }
                if token == SENTENCE_END || kept == together {
                    pairs += pairs_in_sentence(length, settings);
                    length = 0;
                    kept %= together;
                }
            }
        }
    }
    Ok(pairs)
}

/// How many ids are read at a time.
const CHUNK: usize = 1 << 16;

fn pairs_in_sentence(words: u64, settings: &Settings) -> f64 {
    let window = u64::from(settings.window);
    let at_distance = |d| 2.0 * (words - d) as f64 * settings.window_draw.reaching(d, window);
    (1..=window).take_while(|&d| d < words).map(at_distance).sum()
}

#[cfg(test)]
mod tests {
    use motevec_core::model::FixedModel;
    use motevec_core::sample::Negatives;
    use motevec_core::simd::{Portable, Scalar};
    use motevec_core::train::{Dynamic, Trainer, Update};

    use super::*;
    use crate::corpus::{self, Options, Source};
    use crate::train::WindowDraw;

    struct First;

    impl Negatives for First {
        fn draw(&mut self, _: u32, negatives: &mut [u32]) {
            negatives.fill(0);
        }
    }

    #[test]
    fn pairs_of_a_sentence_are_those_that_core_trains_on() {
        let tokens = [1; 40];
        for (words, window) in [(0, 5), (1, 5), (2, 1), (2, 5), (5, 4), (40, 3), (40, 5)] {
            let mut model = FixedModel::<2, 4>::zeros();
            let settings = Settings { window, ..Settings::default() };
            let step = Dynamic::new(window, 1, Update::Window).unwrap();
            let mut trainer = Trainer::new(Scalar::<Portable>::new(), &mut model, First, step, 0.1);
            let (mut widths, times) = (Generator::new(3, [words]), 2_000);
            for _ in 0..times {
                trainer.sentence(&tokens[..words as usize], &mut widths).unwrap();
            }
            let (found, expected) = (trainer.loss.pairs as f64, pairs_in_sentence(words, &settings) * f64::from(times));
            assert!((found - expected).abs() <= 0.02 * expected, "{words} {window}: {found} {expected}");
        }
    }

    #[test]
    fn pairs_of_a_corpus_are_those_of_its_sentences() {
        let text = Source::Bytes { name: "text", data: b"a b c\n\na b\na\n" };
        let options = Options { min_count: 1, ..Options::default() };
        let corpus = corpus::read(&[text], &options, &|_| {}).unwrap();
        let settings = |subsample| Settings { window: 2, epochs: 3, subsample, ..Settings::default() };
        // Neighbors both ways, a–b and b–c and a–b; and a–c, which every other half-width reaches.
        assert_eq!(pairs(&corpus, &settings(0.0)).unwrap(), 3.0 * (2.0 * 3.0 + 1.0));
        let thinned = pairs(&corpus, &settings(0.1)).unwrap();
        assert!(thinned > 0.0 && thinned < 21.0, "{thinned}");
        let fixed = Settings { window_draw: WindowDraw::Fixed, ..settings(0.0) };
        assert_eq!(pairs(&corpus, &fixed).unwrap(), 3.0 * (2.0 * 3.0 + 2.0));
    }
}

//! Warnings about runs that cannot learn much, or have not: what to change.

use crate::cli::report;
use crate::corpus::{Corpus, Stats, WITHOUT_SPACES};
use crate::train::{self, Objective, Settings, Trained, plan};

/// Of a larger text, subsampling leaves enough.
const SMALL: u64 = 1_000_000;

/// Where subsampling leaves less of a small text, that is too little.
const LEAST_LEFT: f64 = 0.1;

/// A loss above this share of where it began has hardly moved.
const MOVED: f64 = 0.99;
/// Above this share it has risen: text that is like noise leaves it within some hundredths of where it began.
const ROSE: f64 = 1.1;

/// Above this share of a text, words that differ only in punctuation or capitals are worth a hint.
const DRESSED: f64 = 0.05;

/// Where two random words are closer than this on average, all are neighbors.
const COLLAPSED: f64 = 0.8;

/// Says, before training, how a text could be split into words better.
pub(in crate::cli) fn on_text(corpus: &Corpus) {
    let Stats { words, punctuated, capitalized, .. } = corpus.stats;
    if corpus.stats.lacks_spaces() {
        report::warn(WITHOUT_SPACES);
        return;
    }
    let many = |count: u64| count as f64 > DRESSED * words as f64;
    let percent = |count: u64| format!("{:.0} %", 100.0 * count as f64 / words as f64);
    let (ends, begins) = (percent(punctuated), percent(capitalized));
    let hint = match (many(punctuated), many(capitalized)) {
        (true, true) => format!(
            "{ends} of the words end in punctuation and {begins} begin with a capital, so that `Law,` and `law` are \
             two: try --tokens words --lowercase"
        ),
        (true, false) => {
            format!("{ends} of the words end in punctuation, so that `law,` and `law` are two: try --tokens words")
        }
        (false, true) => {
            format!("{begins} of the words begin with a capital, so that `Law` and `law` are two: try --lowercase")
        }
        (false, false) => return,
    };
    report::note(&hint);
}

/// Warns, after training from scratch, if next to nothing was learned; `mean_cosine` is that of random words.
pub(super) fn on_learning(corpus: &Corpus, settings: &Settings, trained: &Trained, mean_cosine: f64) {
    let left = plan::left(corpus, settings);
    if left < LEAST_LEFT && corpus.stats.kept_words < SMALL {
        report::warn(&format!(
            "subsampling left only {:.1} % of this small text, because few distinct words make up most of it: use \
             --subsample 0, or a larger share than {}",
            100.0 * left,
            settings.subsample
        ));
        return;
    }
    // The outside vectors begin as zeros: all words are then as likely, and a sample is as likely real as noise.
    let untrained = match settings.objective {
        Objective::Softmax => (corpus.vocabulary.len() as f64).ln(),
        Objective::HierarchicalSoftmax => train::bits(corpus, settings) * std::f64::consts::LN_2,
        Objective::NegativeSampling => (settings.negatives + 1) as f64 * std::f64::consts::LN_2,
    };
    let last = trained.losses.iter().rev().copied().find(|loss| loss.is_finite());
    if let Some(last) = last.filter(|&last| last > ROSE * untrained) {
        // It may have a thousand digits.
        let last = if last < 1e4 { format!("{last:.4}") } else { format!("{last:.1e}") };
        report::warn(&format!(
            "the loss has risen from {untrained:.4}, where it began, to {last}: use a lower --lr than {}",
            settings.rate
        ));
        return;
    }
    if let Some(last) = last.filter(|&last| last > MOVED * untrained) {
        report::warn(&format!(
            "the loss has hardly moved from {untrained:.4}, where it began, to {last:.4}: use more --epochs, a higher \
             --lr, or more text"
        ));
        return;
    }
    if mean_cosine > COLLAPSED {
        report::warn(&format!(
            "all vectors point about the same way, two at random with a cosine of {mean_cosine:.2} on average, so \
             that any word is a neighbor of any other: use more --epochs than {}, a higher --lr than {}, or more text",
            settings.epochs, settings.rate
        ));
    }
}

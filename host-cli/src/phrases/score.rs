//! How much more often two words are neighbors than by chance.

#[cfg(feature = "cli")]
use clap::ValueEnum;

use super::Settings;
use crate::{Error, Result};

/// The formula of the score of a pair of words.
///
/// `score(a, b) = (count(ab) − δ) · N / (count(a) · count(b))`, where δ is `min_count` (Mikolov et al. 2013, eq. 6;
/// eq. 25 of core's guide), or normalized pointwise mutual information.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(ValueEnum))]
pub enum Scoring {
    /// N is gensim's: the number of distinct words and pairs
    #[default]
    Default,
    /// Normalized pointwise mutual information, from -1 to 1 (Bouma 2009), as gensim's
    ///
    /// `ln(p(ab) / (p(a) · p(b))) / −ln p(ab)`, where `p` is a count over the number of words of the text.
    Npmi,
    /// N is word2phrase's: the number of words of the text
    ///
    /// Computed in `f32`, as there; the last word of a line and the first of the next one count as a pair, which is
    /// never joined.
    Word2phrase,
}

impl Scoring {
    /// The threshold that gensim or word2phrase has; 0.5 for NPMI, which has none there.
    #[must_use]
    pub fn usual_threshold(self) -> f64 {
        match self {
            Self::Default => 10.0,
            Self::Npmi => 0.5,
            Self::Word2phrase => 100.0,
        }
    }

    /// Whether no pair can be told from chance by `threshold`.
    pub(super) fn check(self, threshold: f64) -> Result<()> {
        let (is_right, message) = match self {
            Self::Default => (threshold > 0.0, "expected a positive number (10 is usual)"),
            Self::Npmi => ((-1.0..=1.0).contains(&threshold), "NPMI lies between -1 and 1 (0.5 is usual)"),
            Self::Word2phrase => (threshold >= 0.0, "expected at least 0 (100 is usual)"),
        };
        if is_right { Ok(()) } else { Err(Error::setting("threshold", threshold, message)) }
    }
}

/// The score with the sums of a text.
#[derive(Clone, Debug)]
pub(super) struct Score {
    pub(super) scoring: Scoring,
    pub(super) threshold: f64,
    pub(super) min_count: u64,
    /// Distinct words and pairs.
    pub(super) vocabulary: u64,
    /// Words in the text.
    pub(super) words: u64,
}

impl Score {
    /// The sums are still to come.
    pub(super) fn new(settings: &Settings) -> Self {
        let Settings { scoring, threshold, min_count, .. } = *settings;
        Self { scoring, threshold, min_count, vocabulary: 0, words: 0 }
    }

    /// The score of a phrase, from the counts of its first and last word and its own; `None` if it is none.
    pub(super) fn phrase(&self, first: u64, last: u64, both: u64) -> Option<f64> {
        if first == 0 || last == 0 || both < self.min_count {
            return None;
        }
        let above = both - self.min_count;
        let (score, threshold) = match self.scoring {
            Scoring::Default => {
                let product = u128::from(first) * u128::from(last);
                (above as f64 / product as f64 * self.vocabulary as f64, self.threshold)
            }
            Scoring::Npmi => {
                let share = |count: u64| count as f64 / self.words as f64;
                let both = share(both);
                // Not the platform's logarithm, which may round otherwise on another machine.
                (libm::log(both / (share(first) * share(last))) / -libm::log(both), self.threshold)
            }
            Scoring::Word2phrase if first.min(last) < self.min_count => return None,
            Scoring::Word2phrase => {
                let score = above as f32 / first as f32 / last as f32 * self.words as f32;
                (score.into(), f64::from(self.threshold as f32))
            }
        };
        (score > threshold).then_some(score)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_those_of_the_formulas() {
        let score = |scoring, threshold| Score { scoring, threshold, min_count: 5, vocabulary: 1_000, words: 10_000 };
        assert_eq!(score(Scoring::Default, 7.0).phrase(20, 50, 15), Some(10.0));
        assert_eq!(score(Scoring::Default, 10.0).phrase(20, 50, 15), None, "it must be above");
        assert_eq!(score(Scoring::Word2phrase, 99.0).phrase(20, 50, 15), Some(100.0));
        assert_eq!(score(Scoring::Word2phrase, 0.0).phrase(4, 50, 15), None, "a rare word");
        // Always together: as much as can be.
        assert_eq!(score(Scoring::Npmi, 0.9).phrase(20, 20, 20), Some(1.0));
        assert_eq!(score(Scoring::Npmi, -1.0).phrase(20, 20, 4), None, "a rare pair");
        let independent = score(Scoring::Npmi, -1.0).phrase(1_000, 1_000, 100).unwrap();
        assert!(independent.abs() < 1e-12, "{independent}");
        assert_eq!(score(Scoring::Default, 1.0).phrase(0, 50, 15), None);
    }
}

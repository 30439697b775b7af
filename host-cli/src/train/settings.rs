//! What training can be told.

use std::fmt::Display;

use motevec_core::fixed_point;
use motevec_core::optim::Schedule;
use motevec_core::simd::{Level, Simd};
use motevec_core::subword::Ngrams;
use motevec_core::train::{self, CbowGradient, Update};

use super::{Objective, Optimizer, WindowDraw};
use crate::format::MOST_DIMENSIONS;
use crate::ranks::Ranks;
use crate::subwords::LONGEST_NGRAM;
use crate::{Error, Result};

/// How to train. [`Default`] is what the command line does on a large text, and word2vec on any.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Components of a vector.
    pub dim: usize,
    /// Half-width of the window, in words.
    pub window: u32,
    /// How much of it the window of a center has.
    pub window_draw: WindowDraw,
    /// Negative samples per step.
    pub negatives: usize,
    /// Words more frequent than this share of the text are thinned out; 0 keeps all.
    pub subsample: f32,
    /// Passes over the corpus; [`epochs()`] says how many are good for a small one.
    pub epochs: u32,
    /// The learning rate at the start.
    pub rate: f32,
    /// How the rate changes; steps are words read.
    pub schedule: Schedule,
    /// What moves the vectors.
    pub optimizer: Optimizer,
    /// Which share of the components of a center vector a step does not see (MATH.md eq. 19).
    pub dropout: f32,
    /// What predicts what.
    pub architecture: Architecture,
    /// The n-grams that words are made of, beside a row of their own (eq. 24).
    pub subwords: Option<Ngrams>,
    /// What training descends.
    pub objective: Objective,
    /// Groups that train apart, each on its share of the text, and exchange what they have learned: enough for the
    /// ranks of a run. A model depends on it, but not on the ranks.
    pub groups: usize,
    /// About how many kept words all groups together train on between two exchanges; `None` for what the [`Plan`] says.
    ///
    /// [`Plan`]: super::Plan
    pub exchange_words: Option<u64>,
    /// The ranks that train together. The result does not depend on them.
    pub ranks: Ranks,
    /// Where all random choices start from.
    pub seed: u64,
    /// How many threads work. The result does not depend on it.
    pub threads: usize,
    /// How a center's step is taken.
    pub update: Update,
    /// How numbers are rounded. Each way gives the same bits on every machine.
    pub arithmetic: Arithmetic,
    /// The instructions to use. The result does not depend on it.
    pub level: Level,
}

/// What predicts what in a window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Architecture {
    /// Each word of the window, by itself, predicts the center (or the center each of them, which over a text are the
    /// same pairs).
    #[default]
    SkipGram,
    /// The mean of the window predicts the center (eq. 21).
    Cbow(CbowGradient),
}

impl Architecture {
    /// The name that the command line takes.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SkipGram => "skip-gram",
            Self::Cbow(_) => "cbow",
        }
    }
}

/// How numbers are rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arithmetic {
    /// Multiply-adds round once.
    Fused,
    /// Multiplications and additions round separately.
    Portable,
    /// Vectors and steps are those of integers of 16 bits, as on a device without floating point
    /// ([`motevec_core::fixed_point`]).
    Q15,
}

impl Arithmetic {
    /// The name that the command line takes.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Fused => "fused",
            Self::Portable => "portable",
            Self::Q15 => "q15",
        }
    }
}

/// The most groups: the sums of what they have learned have room for so many.
pub const MOST_GROUPS: usize = 64;

/// What word2vec does on any text.
const EPOCHS: u32 = 5;
/// A text of so many words needs no more than that.
const LARGE: u64 = 20_000_000;
/// More would only learn a very small text by heart.
const MOST_EPOCHS: u32 = 100;

/// How many passes to make over a text of which `words` words are in the vocabulary: word2vec's 5 over some 20 million
/// words or more, and over a smaller text more, as the root of its length shrinks, up to 100.
///
/// At first the vectors of all words move the same way; only what a text says of each word often enough draws them
/// apart. A longer text has more distinct words, so how often it names one grows about as the root of its length. The
/// measurements are in `docs/tour.md`.
///
/// ```
/// use motevec::train::epochs;
///
/// assert_eq!([10_000, 100_000, 1_000_000, 10_000_000, 100_000_000].map(epochs), [100, 70, 22, 7, 5]);
/// ```
#[must_use]
pub fn epochs(words: u64) -> u32 {
    let passes = (u64::from(EPOCHS).pow(2) * LARGE / words.max(1)).isqrt();
    (passes.min(MOST_EPOCHS.into()) as u32).max(EPOCHS)
}

impl Default for Settings {
    fn default() -> Self {
        let level = Level::best();
        Self {
            dim: 100,
            window: 5,
            window_draw: WindowDraw::default(),
            negatives: 5,
            subsample: 1e-4,
            epochs: EPOCHS,
            rate: 0.025,
            schedule: Schedule::WORD2VEC,
            optimizer: Optimizer::default(),
            dropout: 0.0,
            architecture: Architecture::default(),
            subwords: None,
            objective: Objective::default(),
            groups: 1,
            exchange_words: None,
            ranks: Ranks::default(),
            seed: 1,
            threads: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            update: Update::Window,
            arithmetic: if level.has_fma() { Arithmetic::Fused } else { Arithmetic::Portable },
            level,
        }
    }
}

impl Settings {
    /// Whether what shards learn apart can be merged: by plain SGD, on a loss with few targets. What an optimizer
    /// remembers of a row cannot, naive softmax moves every row in each step, and a device with integers of 16 bits has
    /// one shard.
    #[must_use]
    pub fn merges(&self) -> bool {
        self.is_plain() && self.arithmetic != Arithmetic::Q15
    }

    /// Whether multiply-adds round once.
    pub(crate) fn is_fused(&self) -> bool {
        self.arithmetic == Arithmetic::Fused
    }

    /// Whether steps are those of plain SGD, on a loss with few targets.
    pub(super) fn is_plain(&self) -> bool {
        self.optimizer == Optimizer::default() && self.objective != Objective::Softmax && self.dropout == 0.0
    }

    /// The level and the arithmetic, which [`check`](Self::check) has found on this machine.
    pub(crate) fn simd(&self) -> Simd {
        Simd::new(self.level, self.is_fused()).expect("Settings::check asked for the level")
    }

    /// Checks what the types leave open.
    ///
    /// # Errors
    /// [`Error::Setting`], with what to do; [`Error::Usage`] if there are several ranks, but not groups for them.
    pub fn check(&self) -> Result<train::Dynamic> {
        self.check_ranks()?;
        let fits = |number: f32, least: bool| number.is_finite() && (number > 0.0 || least && number == 0.0);
        let pairs = self.update == Update::Pair;
        let has_step = self.objective != Objective::Softmax || !pairs;
        let one_group = "what they train apart cannot be merged: leave out --optimizer, --l2, --dropout, --loss \
                         softmax and --arithmetic q15";
        let q15 = self.arithmetic == Arithmetic::Q15;
        let window_steps = self.architecture == Architecture::SkipGram && self.is_plain() && !pairs;
        let ranks =
            format!("there are {} ranks, which share groups out: give as many groups, or more", self.ranks.count());
        let longest = self.subwords.map_or(0, Ngrams::most);
        let wide = format!("give less than {MOST_DIMENSIONS} (100 to 300 are usual)");
        let checks: [(_, &dyn Display, _, &str); 16] = [
            ("dim", &self.dim, self.dim > 0, "a vector needs at least 1 component (100 to 300 are usual)"),
            ("dim", &self.dim, self.dim < MOST_DIMENSIONS, &wide),
            ("epochs", &self.epochs, self.epochs > 0, "there is nothing to train; give at least 1"),
            ("lr", &self.rate, fits(self.rate, false), "the learning rate must be a positive number (0.025 is usual)"),
            (
                "subsample",
                &self.subsample,
                fits(self.subsample, true),
                "give 0 (keep every word) or a small share such as 1e-4",
            ),
            (
                "dropout",
                &self.dropout,
                (0.0..1.0).contains(&self.dropout),
                "give a share from 0 to less than 1, such as 0.1",
            ),
            ("update", &"pair", has_step, "softmax has one step, for a center and all of its window; leave it out"),
            (
                "update",
                &"pair",
                self.architecture == Architecture::SkipGram || !pairs,
                "CBOW has one step, for the mean of a window; leave it out",
            ),
            (
                "subwords",
                &"",
                self.subwords.is_none() || self.merges(),
                "words with n-grams train by plain SGD: leave out --optimizer, --l2, --dropout, --loss softmax and \
                 --arithmetic q15",
            ),
            ("max-n", &longest, longest <= LONGEST_NGRAM, &format!("give at most {LONGEST_NGRAM}: words are shorter")),
            ("groups", &self.groups, (1..=MOST_GROUPS).contains(&self.groups), &format!("give 1 to {MOST_GROUPS}")),
            ("groups", &self.groups, self.groups == 1 || self.merges(), one_group),
            ("groups", &self.groups, self.groups >= self.ranks.count(), &ranks),
            (
                "arithmetic",
                &"q15",
                !q15 || window_steps,
                "a device with integers trains skip-gram by plain SGD: leave out --architecture cbow, --optimizer, \
                 --l2, --dropout, --loss softmax and --update pair",
            ),
            ("dim", &self.dim, !q15 || self.dim <= fixed_point::MAX_DIM, "with --arithmetic q15, give at most 1024"),
            ("simd", &self.level.name(), self.level.is_available(), "this machine does not have it"),
        ];
        if let Some((name, value, _, message)) = checks.into_iter().find(|(_, _, fits, _)| !fits) {
            return Err(Error::setting(name, value, message));
        }
        self.optimizer.check()?;
        train::Dynamic::new(self.window, self.negatives, self.update).map_err(|error| match error {
            train::ShapeError::NoWindow => Error::setting("window", 0, "it must reach at least 1 word to each side"),
            error => Error::setting("negatives", self.negatives, error.to_string()),
        })
    }

    /// Checks what no number of groups that was given can be at fault for.
    fn check_ranks(&self) -> Result<()> {
        match self.ranks.count() {
            ranks if ranks > MOST_GROUPS => Err(Error::Usage(format!(
                "there are {ranks} ranks, and at most {MOST_GROUPS} groups to share out: start fewer ranks, each with \
                 more --threads"
            ))),
            ranks if ranks > self.groups && self.groups == 1 => Err(Error::Usage(format!(
                "there are {ranks} ranks, which share groups out: use motevec train --groups {ranks}, or more"
            ))),
            _ => Ok(()),
        }
    }
}

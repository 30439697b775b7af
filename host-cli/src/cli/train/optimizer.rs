//! The options of `motevec train` for the architecture, the loss and the optimizer.

use std::time::Duration;

use clap::{ValueEnum, value_parser};
use indicatif::HumanCount;
use motevec_core::optim::{Adam, AdamW, Momentum, Sgd};
use motevec_core::subword::Ngrams;
use motevec_core::train::CbowGradient;

use super::arguments::LearningArgs;
use crate::cli::report;
use crate::corpus::Corpus;
use crate::subwords::LONGEST_NGRAM;
use crate::train::{self, Architecture, Objective, Optimizer, Plan, Settings};
use crate::{Error, Result};

/// What predicts what, and how vectors move. What an optimizer remembers cannot be merged: it trains on one thread.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Model and optimizer")]
pub(super) struct OptimizerArgs {
    /// The model: skip-gram or cbow
    ///
    /// With cbow, --lr is 0.1 by default, and 0.05 with the gradient of word2vec.
    #[arg(long, value_enum, value_name = "NAME", default_value_t = ArchitectureName::SkipGram,
          hide_possible_values = true)]
    architecture: ArchitectureName,

    /// cbow: how much of the gradient of the mean each word takes [default: true]
    #[arg(long, hide_short_help = true, value_enum, value_name = "HOW")]
    cbow_gradient: Option<GradientName>,

    /// Give parts of words vectors too, and so words never seen
    #[arg(long)]
    subwords: bool,

    /// subwords: characters of the shortest part [default: 3]
    #[arg(long, hide_short_help = true, value_name = "N", value_parser = value_parser!(u32).range(1..=MOST_CHARACTERS),
          allow_negative_numbers = true, aliases = ["minn", "min_n"])]
    min_n: Option<u32>,

    /// subwords: characters of the longest part, with the marks of where a word begins and ends [default: 6]
    #[arg(long, hide_short_help = true, value_name = "N", value_parser = value_parser!(u32).range(1..=MOST_CHARACTERS),
          allow_negative_numbers = true, aliases = ["maxn", "max_n"])]
    max_n: Option<u32>,

    /// subwords: how many vectors all parts share [default: 2000000]
    #[arg(long, hide_short_help = true, value_name = "N", value_parser = value_parser!(u32).range(1..=MOST_BUCKETS),
          allow_negative_numbers = true, alias = "bucket")]
    buckets: Option<u32>,

    /// Optimizer
    ///
    /// All but sgd train on one thread. With adam and adamw, --lr is 0.01 by default. The state of an optimizer changes
    /// only for the words that a step touches. It takes memory: as much as the vectors for momentum, twice that for
    /// adam and adamw. It is not part of the model: --resume-from begins without it.
    #[arg(long, value_enum, value_name = "NAME", default_value_t = Name::Sgd)]
    optimizer: Name,

    /// momentum: how much of the mean of the gradients a step keeps [default: 0.9]
    #[arg(long, hide_short_help = true, value_name = "BETA", allow_negative_numbers = true)]
    momentum: Option<f32>,

    /// adam, adamw: how much of the mean of the gradients a step keeps [default: 0.9]
    #[arg(long, hide_short_help = true, value_name = "BETA", allow_negative_numbers = true)]
    beta1: Option<f32>,

    /// adam, adamw: how much of the mean of their squares a step keeps [default: 0.999]
    #[arg(long, hide_short_help = true, value_name = "BETA", allow_negative_numbers = true)]
    beta2: Option<f32>,

    /// adam, adamw: added to the root of that mean, to bound the step of tiny gradients [default: 1e-8]
    #[arg(long, hide_short_help = true, value_name = "SIZE", allow_negative_numbers = true)]
    epsilon: Option<f32>,

    /// adamw: each step takes this share of a vector, times the rate, off it [default: 0.01]
    #[arg(long, hide_short_help = true, value_name = "SHARE", allow_negative_numbers = true)]
    weight_decay: Option<f32>,

    /// sgd, momentum, adam: adds this multiple of a vector to its gradient [default: 0]
    #[arg(long, hide_short_help = true, value_name = "SHARE", allow_negative_numbers = true)]
    l2: Option<f32>,

    /// The share of a center vector's components that a step drops; trains on one thread
    #[arg(long, hide_short_help = true, value_name = "SHARE", default_value_t = 0.0, allow_negative_numbers = true)]
    dropout: f32,

    /// The loss to minimize
    #[arg(long, hide_short_help = true, value_enum, value_name = "NAME", default_value_t = LossName::NegativeSampling)]
    loss: LossName,
}

/// `--architecture`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ArchitectureName {
    /// Each word of the window predicts the center
    #[value(aliases = ["skipgram", "sg"])]
    SkipGram,
    /// The mean of the window predicts the center: several times as fast
    Cbow,
}

/// `--cbow-gradient`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum GradientName {
    /// Its share of the window: the gradient of the loss
    True,
    /// All of it, as in word2vec, gensim and fastText
    Word2vec,
}

/// `--optimizer`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Name {
    /// Stochastic gradient descent, as word2vec
    Sgd,
    /// The mean of the last gradients
    Momentum,
    /// A rate for each component
    Adam,
    /// Adam with decoupled weight decay
    Adamw,
}

/// `--loss`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum LossName {
    /// The true word against a few random ones
    #[value(alias = "ns")]
    NegativeSampling,
    /// The decisions on the word's way down a Huffman tree
    #[value(alias = "hs")]
    HierarchicalSoftmax,
    /// Softmax over the whole vocabulary, for small ones; trains on one thread
    Softmax,
}

/// The name of a value, as the command line takes it.
fn name_of(value: impl ValueEnum) -> String {
    value.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

/// Groups take means of what each learned, which is a shorter way: see the module `train::frequent`.
const GROUPS_RATE: f32 = 0.03;
/// The true gradient of a mean is shorter than that of a word.
const CBOW_RATE: f32 = 0.1;
/// The default of word2vec.c, with CBOW.
const WORD2VEC_RATE: f32 = 0.05;

/// As clap takes it.
const MOST_CHARACTERS: i64 = LONGEST_NGRAM as i64;
/// More than there is memory for, and still a size.
const MOST_BUCKETS: i64 = 1 << 30;

/// Adam takes steps of the rate's size, whatever the gradient's, so the rates of SGD do not apply.
const ADAM_RATE: f32 = 0.01;

impl OptimizerArgs {
    /// Adds what the options say to `settings`.
    ///
    /// # Errors
    /// If an option is impossible, or has no effect with the others.
    pub(super) fn apply(&self, learning: &LearningArgs, settings: &mut Settings) -> Result<()> {
        let given = [
            ("momentum", self.momentum, ""),
            ("beta1", self.beta1, ""),
            ("beta2", self.beta2, ""),
            ("epsilon", self.epsilon, ""),
            ("weight-decay", self.weight_decay, "; it has --l2"),
            ("l2", self.l2, "; it has --weight-decay"),
        ];
        for (option, _, instead) in given.into_iter().filter(|(_, given, _)| given.is_some()) {
            let has = |name: &&Name| self.optimizer(**name).numbers().iter().any(|(number, _)| *number == option);
            if !has(&&self.optimizer) {
                let names: Vec<_> = Name::value_variants().iter().filter(has).map(|&name| name_of(name)).collect();
                let names = match &names[..] {
                    [all @ .., last] if !all.is_empty() => format!("{} or {last}", all.join(", ")),
                    names => names.concat(),
                };
                let optimizer = name_of(self.optimizer);
                let message = format!("--{option} belongs to --optimizer {names}, not to {optimizer}{instead}");
                return Err(Error::Usage(message));
            }
        }
        settings.optimizer = self.optimizer(self.optimizer);
        if learning.lr.is_none() && matches!(self.optimizer, Name::Adam | Name::Adamw) {
            settings.rate = ADAM_RATE;
        }
        settings.dropout = self.dropout;
        settings.architecture = match (self.architecture, self.cbow_gradient) {
            (ArchitectureName::SkipGram, None) => Architecture::SkipGram,
            (ArchitectureName::SkipGram, Some(_)) => {
                return Err(Error::Usage("--cbow-gradient belongs to --architecture cbow".to_owned()));
            }
            (ArchitectureName::Cbow, Some(GradientName::Word2vec)) => Architecture::Cbow(CbowGradient::Word2vec),
            (ArchitectureName::Cbow, _) => Architecture::Cbow(CbowGradient::True),
        };
        if learning.lr.is_none() && self.optimizer == Name::Sgd {
            settings.rate = match settings.architecture {
                Architecture::SkipGram if settings.groups > 1 => GROUPS_RATE,
                Architecture::SkipGram => settings.rate,
                Architecture::Cbow(CbowGradient::True) => CBOW_RATE,
                Architecture::Cbow(CbowGradient::Word2vec) => WORD2VEC_RATE,
            };
        }
        settings.subwords = self.ngrams()?;
        let (objective, targets) = match self.loss {
            LossName::NegativeSampling => (Objective::NegativeSampling, ""),
            LossName::HierarchicalSoftmax => (Objective::HierarchicalSoftmax, "the nodes of a path"),
            LossName::Softmax => (Objective::Softmax, "all words"),
        };
        settings.objective = objective;
        if let Some(negatives) = learning.negatives.filter(|_| objective != Objective::NegativeSampling) {
            let message = format!("{} takes {targets} as targets and draws none; leave it out", objective.name());
            return Err(Error::Usage(format!("--negatives {negatives}: {message}")));
        }
        settings.check().map(drop)
    }

    /// The n-grams that words are made of.
    fn ngrams(&self) -> Result<Option<Ngrams>> {
        let given = [("min-n", self.min_n), ("max-n", self.max_n), ("buckets", self.buckets)];
        if let (false, Some((option, _))) = (self.subwords, given.into_iter().find(|(_, given)| given.is_some())) {
            return Err(Error::Usage(format!("--{option} belongs to --subwords")));
        }
        if !self.subwords {
            return Ok(None);
        }
        let (least, most) = (self.min_n.unwrap_or(3), self.max_n.unwrap_or(6));
        Ngrams::new(least, most, self.buckets.unwrap_or(2_000_000)).map(Some).map_err(|_| {
            Error::Usage(format!(
                "--min-n {least}: no part is so long, with --max-n {most}; lower one, or raise the other"
            ))
        })
    }

    /// The optimizer of this name, with what the options say of it.
    fn optimizer(&self, name: Name) -> Optimizer {
        let l2 = self.l2.unwrap_or(0.0);
        let default = Adam::default();
        let adam = Adam {
            beta1: self.beta1.unwrap_or(default.beta1),
            beta2: self.beta2.unwrap_or(default.beta2),
            epsilon: self.epsilon.unwrap_or(default.epsilon),
            l2,
        };
        match name {
            Name::Sgd => Optimizer::Sgd(Sgd { l2 }),
            Name::Momentum => Optimizer::Momentum(Momentum { beta: self.momentum.unwrap_or(0.9), l2 }),
            Name::Adam => Optimizer::Adam(adam),
            Name::Adamw => Optimizer::AdamW(AdamW { adam, decay: self.weight_decay.unwrap_or(AdamW::default().decay) }),
        }
    }
}

/// Warns if training will take longer than one may expect.
pub(super) fn warn(corpus: &Corpus, settings: &Settings) {
    if settings.objective == Objective::Softmax {
        let time = train::estimate_softmax(corpus, settings);
        if time > Duration::from_secs(60) {
            let (words, time) = (HumanCount(corpus.vocabulary.len() as u64), rounded(time));
            report::warn(&format!(
                "--loss softmax: with {words} words this takes about {time}; --loss negative-sampling takes a small \
                 part of that, and fewer words less: --min-count, --max-vocab"
            ));
        }
    } else if !settings.merges() && settings.threads > 1 && Plan::of(corpus, settings).shards > 1 {
        report::warn(
            "this trains on one thread: only --optimizer sgd, without --l2, --dropout and --arithmetic q15, uses \
             several",
        );
    }
}

/// A time as people say it.
fn rounded(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds @ 120..7_200 => format!("{} min", seconds / 60),
        seconds => format!("{} h", HumanCount(seconds / 3_600)),
    }
}

//! The options of `motevec train`, in the groups that its help shows; `motevec bench` trains with them too.
//!
//! Aliases are their names in gensim, word2vec.c and fastText.

use std::num::NonZeroU64;
use std::path::PathBuf;

use clap::builder::PossibleValue;
use clap::{ValueEnum, value_parser};
use motevec_core::optim::Schedule;
use motevec_core::simd::Level;
use motevec_core::train::{MAX_NEGATIVES, Update};

use super::size;
use crate::corpus::{self, InvalidUtf8, Options, Tokenizer};
use crate::train::{Arithmetic, Settings, WindowDraw};
use crate::{Result, memory};

/// The longest sentence by default: a wider window reaches nothing more.
const MAX_WINDOW: i64 = 10_000;

/// More passes than anyone makes; it keeps the count of all words within its type.
const MAX_EPOCHS: i64 = 1_000_000;

/// How text becomes words and sentences.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Text")]
pub(in crate::cli) struct WordArgs {
    /// Split at
    #[arg(long, value_enum, value_name = "HOW", default_value_t = Tokenizer::Whitespace)]
    pub(super) tokens: Tokenizer,

    /// Lowercase all words, in any script
    #[arg(long)]
    pub(super) lowercase: bool,

    /// What to do if the text is not UTF-8
    #[arg(long, hide_short_help = true, value_enum, value_name = "HOW", default_value_t = InvalidUtf8::Fail)]
    pub(super) invalid_utf8: InvalidUtf8,

    /// Cut longer sentences after this many words
    #[arg(long, hide_short_help = true, value_name = "WORDS", default_value_t = 10_000,
          value_parser = value_parser!(u32).range(1..), allow_negative_numbers = true)]
    pub(super) max_sentence: u32,
}

impl WordArgs {
    /// These options for the reader.
    pub(in crate::cli) fn options(&self) -> Options {
        Options {
            tokens: self.tokens,
            lowercase: self.lowercase,
            invalid_utf8: self.invalid_utf8,
            max_sentence: self.max_sentence as usize,
            ..Options::default()
        }
    }
}

/// How text becomes words, and which words get a vector.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Text")]
pub(in crate::cli) struct TextArgs {
    #[command(flatten)]
    pub(super) words: WordArgs,

    /// Leave out words that occur less often
    #[arg(long, value_name = "COUNT", default_value_t = 5, allow_negative_numbers = true,
          aliases = ["min_count", "minCount", "mincount"])]
    pub(super) min_count: u64,

    /// Keep only this many of the most frequent words
    #[arg(long, hide_short_help = true, value_name = "WORDS", value_parser = value_parser!(u32).range(1..),
          allow_negative_numbers = true, aliases = ["max-final-vocab", "max_final_vocab"])]
    pub(super) max_vocab: Option<u32>,

    /// Take the words and their counts from FILE (lines `word count`), not from the text
    #[arg(long, hide_short_help = true, value_name = "FILE")]
    pub(in crate::cli) read_vocab: Option<PathBuf>,
}

impl TextArgs {
    /// These options for the reader, with the vocabulary of `--read-vocab`.
    ///
    /// What does not fit into memory goes to a temporary file in `folder`.
    pub(in crate::cli) fn options(&self, machine: &MachineArgs, folder: PathBuf) -> Result<Options> {
        Ok(Options {
            threads: machine.reading_threads(),
            token_memory: machine.token_memory.unwrap_or_else(memory::for_tokens),
            ..self.counting(folder)?
        })
    }

    /// Likewise, for one who only counts.
    pub(in crate::cli) fn counting(&self, folder: PathBuf) -> Result<Options> {
        Ok(Options {
            min_count: self.min_count,
            max_vocab: self.max_vocab.map(|words| words as usize),
            vocabulary: self.read_vocab.as_ref().map(corpus::read_vocab).transpose()?,
            token_memory: memory::for_tokens(),
            token_folder: folder,
            ..self.words.options()
        })
    }
}

/// What is learned, and how.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Learning")]
pub(in crate::cli) struct LearningArgs {
    /// Components of a vector [default: 100, or as --resume-from has]
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..), allow_negative_numbers = true,
          short_alias = 'd', aliases = ["size", "vector-size", "vector_size"])]
    pub(super) dim: Option<u32>,

    /// Words on each side of a center that count as near it
    #[arg(long, value_name = "WORDS", default_value_t = 5, value_parser = value_parser!(u32).range(1..=MAX_WINDOW),
          allow_negative_numbers = true, alias = "ws")]
    window: u32,

    /// How many of these the window of a center has
    #[arg(long, hide_short_help = true, value_enum, value_name = "HOW", default_value_t = WindowDraw::Uniform)]
    window_draw: WindowDraw,

    /// Negative samples per step [default: 5]
    #[arg(long, value_name = "N", allow_negative_numbers = true,
          value_parser = value_parser!(u32).range(1..=MAX_NEGATIVES as i64), aliases = ["negative", "neg"])]
    pub(super) negatives: Option<u32>,

    /// Thin out words above this share; 0 keeps all
    #[arg(long, value_name = "SHARE", default_value_t = 1e-4, allow_negative_numbers = true, alias = "sample")]
    subsample: f32,

    /// Passes over the text [default: 5; `train` makes more over a small one]
    ///
    /// `train` makes 5 over 20 million words, and up to 100 over less. With --resume-from, the words that MODEL has
    /// seen count too.
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..=MAX_EPOCHS),
          allow_negative_numbers = true, aliases = ["epoch", "iter"])]
    pub(super) epochs: Option<u32>,

    /// The learning rate at the start [default: 0.025, or 0.03 with --groups]
    ///
    /// With --architecture cbow, 0.1, or 0.05 with the gradient of word2vec; with --optimizer adam or adamw, 0.01.
    #[arg(long, value_name = "RATE", allow_negative_numbers = true, alias = "alpha")]
    pub(super) lr: Option<f32>,

    /// How the rate changes: `linear` (falls to nearly 0), `linear=SHARE` (of the start), `constant`, or
    /// `halve-every=WORDS`
    #[arg(long, hide_short_help = true, value_name = "HOW", default_value = "linear", value_parser = schedule)]
    schedule: Schedule,

    /// How to take a step
    #[arg(long, hide_short_help = true, value_enum, value_name = "HOW", default_value_t = UpdateName::Window)]
    update: UpdateName,

    /// Seed of all random choices
    #[arg(long, value_name = "N", default_value_t = 1, allow_negative_numbers = true)]
    seed: u64,
}

/// What the work runs on. Only the arithmetic changes the result, in its last digits.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Machine")]
pub(in crate::cli) struct MachineArgs {
    /// Number of threads [default: all cores]; the vectors do not depend on it
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..), allow_negative_numbers = true,
          aliases = ["workers", "thread"])]
    threads: Option<u32>,

    /// How numbers are rounded [default: fused if this machine can]
    #[arg(long, hide_short_help = true, value_enum, value_name = "HOW")]
    arithmetic: Option<ArithmeticName>,

    /// The instructions to use; the vectors do not depend on it
    #[arg(long, hide_short_help = true, value_enum, value_name = "SET", default_value_t = Simd(None))]
    simd: Simd,

    /// Memory for the text, which takes 2 to 4 bytes per word [default: a quarter of what is free]
    ///
    /// A text that takes more goes to a temporary file beside MODEL, or in the folder that TMPDIR names; with 0, all of
    /// it does. The file has no name, and leaves nothing behind. 512M and 512MiB are 512 × 1024² bytes, 512MB is 512 ×
    /// 1000². The vectors do not depend on it.
    #[arg(long, hide_short_help = true, value_name = "SIZE", value_parser = size::bytes, allow_negative_numbers = true)]
    token_memory: Option<u64>,
}

impl MachineArgs {
    /// Threads that are worth having for reading: beyond the cores they only take memory.
    fn reading_threads(&self) -> usize {
        let cores = Settings::default().threads;
        self.threads.map_or(cores, |threads| (threads as usize).min(cores))
    }
}

/// What the options say, for the trainer.
///
/// # Errors
/// If they are impossible; the message names the option.
pub(in crate::cli) fn settings(learning: &LearningArgs, machine: &MachineArgs) -> Result<Settings> {
    let default = Settings::default();
    let settings = Settings {
        dim: learning.dim.map_or(default.dim, |dim| dim as usize),
        window: learning.window,
        window_draw: learning.window_draw,
        negatives: learning.negatives.map_or(default.negatives, |negatives| negatives as usize),
        subsample: learning.subsample,
        epochs: learning.epochs.unwrap_or(default.epochs),
        rate: learning.lr.unwrap_or(default.rate),
        schedule: learning.schedule,
        seed: learning.seed,
        threads: machine.threads.map_or(default.threads, |threads| threads as usize),
        update: learning.update.into(),
        arithmetic: machine.arithmetic.map_or(default.arithmetic, Into::into),
        level: machine.simd.0.unwrap_or(default.level),
        ..default
    };
    settings.check()?;
    Ok(settings)
}

/// `--update`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum UpdateName {
    /// The whole window at once, with shared negative samples: several times as fast
    Window,
    /// One pair of words after another, exactly as in the papers
    Pair,
}

impl From<UpdateName> for Update {
    fn from(name: UpdateName) -> Self {
        match name {
            UpdateName::Window => Self::Window,
            UpdateName::Pair => Self::Pair,
        }
    }
}

/// `--arithmetic`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ArithmeticName {
    /// Round multiply-adds once: the same bits on all machines with FMA
    Fused,
    /// Round the product and the sum: the same bits on every machine
    Portable,
    /// Integers of 16 bits, as a device without floating point has them: the bits of that device, on one thread
    Q15,
}

impl From<ArithmeticName> for Arithmetic {
    fn from(name: ArithmeticName) -> Self {
        match name {
            ArithmeticName::Fused => Self::Fused,
            ArithmeticName::Portable => Self::Portable,
            ArithmeticName::Q15 => Self::Q15,
        }
    }
}

/// `--simd`: a level, or `auto` for the best one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Simd(Option<Level>);

impl ValueEnum for Simd {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self(None),
            Self(Some(Level::Avx512)),
            Self(Some(Level::Avx2)),
            Self(Some(Level::Wide)),
            Self(Some(Level::Scalar)),
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let value = PossibleValue::new(self.0.map_or("auto", Level::name));
        Some(match self.0 {
            None => value.help("The fastest that this machine has"),
            Some(Level::Wide) => value.help("What every processor of this kind has: SSE2, NEON, WASM SIMD"),
            Some(_) => value,
        })
    }
}

/// Reads `--schedule`.
fn schedule(text: &str) -> Result<Schedule, String> {
    match text.split_once('=') {
        None if text == "linear" => Ok(Schedule::WORD2VEC),
        None if text == "constant" => Ok(Schedule::Constant),
        Some(("linear", share)) => {
            let floor = share.parse().ok().filter(|floor| (0.0..=1.0).contains(floor));
            let floor = floor.ok_or_else(|| format!("`{share}` is not a share of the rate at the start, 0 to 1"))?;
            Ok(Schedule::Linear { floor })
        }
        Some(("halve-every", words)) => {
            let words: NonZeroU64 =
                words.parse().map_err(|_| format!("`{words}` is not a number of words, 1 or more"))?;
            Ok(Schedule::HalveEvery(words))
        }
        _ => Err("expected linear, constant or halve-every=WORDS, as in halve-every=1000000".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_are_read() {
        assert_eq!(schedule("linear"), Ok(Schedule::WORD2VEC));
        assert_eq!(schedule("linear=0.004"), Ok(Schedule::Linear { floor: 0.004 }));
        assert_eq!(schedule("constant"), Ok(Schedule::Constant));
        assert_eq!(schedule("halve-every=20000"), Ok(Schedule::HalveEvery(NonZeroU64::new(20_000).unwrap())));
        for wrong in [
            "",
            "cosine",
            "halve-every",
            "halve-every=",
            "halve-every=0",
            "halve-every=-3",
            "linear=",
            "linear=2",
            "Linear",
        ] {
            assert!(schedule(wrong).is_err(), "{wrong}");
        }
    }
}

//! How a model was made: the record of each training run that its file keeps, to show it and to repeat it.

use std::fmt::Write as _;

use motevec_core::optim::Schedule;
use motevec_core::train::{CbowGradient, Update};
use serde::{Deserialize, Serialize};

use crate::corpus::{Corpus, InvalidUtf8, Options};
use crate::train::{Architecture, Objective, Optimizer, Settings, Trained, WindowDraw};

/// One training run. A model that was trained further has several.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// The program that trained, with its version.
    pub program: String,
    /// Words in the text.
    pub words: u64,
    /// How many of them are in the vocabulary.
    pub kept_words: u64,
    /// The options of `motevec train` that the vectors depend on, as in `--dim 100 --window 5 …`.
    pub options: Vec<(String, String)>,
    /// The loss of an average pair in each epoch, if it was measured.
    pub losses: Vec<Option<f64>>,
}

/// This program, with its version.
pub(crate) fn program() -> String {
    format!("motevec {}", env!("CARGO_PKG_VERSION"))
}

impl Run {
    /// The run with these `options` that made `trained`.
    #[must_use]
    pub fn new(options: Vec<(String, String)>, corpus: &Corpus, trained: &Trained) -> Self {
        Self {
            program: program(),
            words: corpus.stats.words,
            kept_words: corpus.stats.kept_words,
            options,
            losses: trained.losses.iter().map(|&loss| Some(loss).filter(|loss| loss.is_finite())).collect(),
        }
    }

    /// All options that the vectors depend on, and none that they do not, by their names on the command line; with the
    /// names of the model that training goes on from, and of the file of words, if there are such.
    #[must_use]
    pub fn options(
        text: &Options,
        resumed: Option<&str>,
        words: Option<&str>,
        settings: &Settings,
    ) -> Vec<(String, String)> {
        let sampled = settings.objective == Objective::NegativeSampling;
        let (has_update, gradient) = match settings.architecture {
            Architecture::SkipGram => (settings.objective != Objective::Softmax, None),
            Architecture::Cbow(CbowGradient::True) => (false, None),
            Architecture::Cbow(CbowGradient::Word2vec) => (false, Some("word2vec".to_owned())),
        };
        let architecture = settings.architecture.name();
        let schedule = match settings.schedule {
            Schedule::Constant => "constant".to_owned(),
            Schedule::HalveEvery(words) => format!("halve-every={words}"),
            Schedule::Linear { floor } if settings.schedule != Schedule::WORD2VEC => format!("linear={floor}"),
            _ => "linear".to_owned(),
        };
        let update = if settings.update == Update::Pair { "pair" } else { "window" };
        let before = [
            ("resume-from", resumed.map(str::to_owned)),
            ("tokens", Some(text.tokens.name().to_owned())),
            ("lowercase", text.lowercase.then(String::new)),
            (
                "invalid-utf8",
                Some(text.invalid_utf8).filter(|how| *how != InvalidUtf8::Fail).map(|how| how.name().to_owned()),
            ),
            ("max-sentence", Some(text.max_sentence.to_string())),
            ("min-count", Some(text.min_count.to_string())),
            ("max-vocab", text.max_vocab.map(|words| words.to_string())),
            ("read-vocab", words.map(str::to_owned)),
            ("dim", Some(settings.dim.to_string())),
            ("window", Some(settings.window.to_string())),
            (
                "window-draw",
                Some(settings.window_draw)
                    .filter(|draw| *draw != WindowDraw::default())
                    .map(|draw| draw.name().to_owned()),
            ),
            ("negatives", sampled.then(|| settings.negatives.to_string())),
            ("subsample", Some(settings.subsample.to_string())),
            ("epochs", Some(settings.epochs.to_string())),
            ("lr", Some(settings.rate.to_string())),
            ("schedule", Some(schedule)),
            ("update", has_update.then(|| update.to_owned())),
        ];
        let numbers = settings.optimizer.numbers().into_iter().filter(|(name, number)| *name != "l2" || *number != 0.0);
        let numbers = numbers.map(|(name, number)| (name, Some(number.to_string())));
        let optimizer = settings.optimizer.name();
        let after = [
            ("dropout", (settings.dropout != 0.0).then(|| settings.dropout.to_string())),
            ("optimizer", (optimizer != Optimizer::default().name()).then(|| optimizer.to_owned())),
            ("architecture", (settings.architecture != Architecture::SkipGram).then(|| architecture.to_owned())),
            ("cbow-gradient", gradient),
            ("subwords", settings.subwords.map(|_| String::new())),
            ("min-n", settings.subwords.map(|ngrams| ngrams.least().to_string())),
            ("max-n", settings.subwords.map(|ngrams| ngrams.most().to_string())),
            ("buckets", settings.subwords.map(|ngrams| ngrams.buckets().to_string())),
            ("loss", (!sampled).then(|| settings.objective.name().to_owned())),
            ("groups", (settings.groups > 1).then(|| settings.groups.to_string())),
            ("exchange-words", settings.exchange_words.filter(|_| settings.groups > 1).map(|words| words.to_string())),
            ("arithmetic", Some(settings.arithmetic.name().to_owned())),
            ("seed", Some(settings.seed.to_string())),
        ];
        let options = before.into_iter().chain(numbers).chain(after);
        options.filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
    }

    /// The options, as a command line takes them.
    #[must_use]
    pub fn command_line(&self) -> String {
        let mut line = String::new();
        for (name, value) in &self.options {
            let space = if line.is_empty() { "" } else { " " };
            // Writing to a string cannot fail.
            let _ = write!(line, "{space}--{name}");
            if !value.is_empty() {
                let _ = write!(line, " {value}");
            }
        }
        line
    }
}

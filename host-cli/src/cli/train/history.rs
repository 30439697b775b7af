//! What a full model keeps of a training run.

use std::ffi::OsStr;
use std::path::Path;

use clap::ValueEnum;
use motevec_core::optim::Schedule;
use motevec_core::train::{CbowGradient, Update};

use crate::corpus::{Corpus, InvalidUtf8, Options};
use crate::train::{Architecture, Objective, Optimizer, Settings, Trained};
use crate::{Run, checkpoint};

/// All options that the vectors depend on, and none that they do not; with the names of the model that training goes on
/// from, and of the file of words, if there are such.
pub(in crate::cli) fn options(
    text: &Options,
    resumed: Option<&Path>,
    words: Option<&Path>,
    settings: &Settings,
) -> Vec<(String, String)> {
    let file_name = |path: &Path| path.file_name().map(OsStr::to_string_lossy).unwrap_or_default().into_owned();
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
        _ => "linear".to_owned(),
    };
    let update = if settings.update == Update::Pair { "pair" } else { "window" };
    let before = [
        ("resume-from", resumed.map(file_name)),
        ("tokens", Some(name_of(text.tokens))),
        ("lowercase", text.lowercase.then(String::new)),
        ("invalid-utf8", Some(text.invalid_utf8).filter(|how| *how != InvalidUtf8::Fail).map(name_of)),
        ("max-sentence", Some(text.max_sentence.to_string())),
        ("min-count", Some(text.min_count.to_string())),
        ("max-vocab", text.max_vocab.map(|words| words.to_string())),
        ("read-vocab", words.map(file_name)),
        ("dim", Some(settings.dim.to_string())),
        ("window", Some(settings.window.to_string())),
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
        ("arithmetic", Some(if settings.fused { "fused" } else { "portable" }.to_owned())),
        ("seed", Some(settings.seed.to_string())),
    ];
    let options = before.into_iter().chain(numbers).chain(after);
    options.filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

/// The run with these `options` that made `trained`.
pub(in crate::cli) fn run(options: Vec<(String, String)>, corpus: &Corpus, trained: &Trained) -> Run {
    Run {
        program: checkpoint::program(),
        words: corpus.stats.words,
        kept_words: corpus.stats.kept_words,
        options,
        losses: trained.losses.iter().map(|&loss| Some(loss).filter(|loss| loss.is_finite())).collect(),
    }
}

/// The name of a value, as the command line takes it.
pub(super) fn name_of(value: impl ValueEnum) -> String {
    value.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

//! What a full model keeps of a training run.

use std::ffi::OsStr;
use std::path::Path;

use clap::ValueEnum;
use motevec_core::optim::Schedule;
use motevec_core::train::Update;

use super::optimizer;
use crate::corpus::{Corpus, InvalidUtf8, Options};
use crate::train::{Objective, Settings, Trained};
use crate::{Run, checkpoint};

/// All options that the vectors depend on, and none that they do not; with the names of the model that training goes on
/// from, and of the file of words, if there are such.
pub(in crate::cli) fn options(
    text: &Options,
    resumed: Option<&Path>,
    words: Option<&Path>,
    settings: &Settings,
) -> Vec<(String, String)> {
    let mut options = Vec::new();
    let mut add = |name: &str, value: String| options.push((name.to_owned(), value));
    let file_name = |path: &Path| path.file_name().map(OsStr::to_string_lossy).unwrap_or_default().into_owned();
    if let Some(model) = resumed {
        add("resume-from", file_name(model));
    }
    add("tokens", name(text.tokens));
    if text.lowercase {
        add("lowercase", String::new());
    }
    if text.invalid_utf8 != InvalidUtf8::Fail {
        add("invalid-utf8", name(text.invalid_utf8));
    }
    add("max-sentence", text.max_sentence.to_string());
    add("min-count", text.min_count.to_string());
    if let Some(words) = text.max_vocab {
        add("max-vocab", words.to_string());
    }
    if let Some(path) = words {
        add("read-vocab", file_name(path));
    }
    add("dim", settings.dim.to_string());
    add("window", settings.window.to_string());
    if settings.objective == Objective::NegativeSampling {
        add("negatives", settings.negatives.to_string());
    }
    add("subsample", settings.subsample.to_string());
    add("epochs", settings.epochs.to_string());
    add("lr", settings.rate.to_string());
    add(
        "schedule",
        match settings.schedule {
            Schedule::Constant => "constant".to_owned(),
            Schedule::HalveEvery(words) => format!("halve-every={words}"),
            _ => "linear".to_owned(),
        },
    );
    if settings.objective == Objective::NegativeSampling {
        add("update", if settings.update == Update::Pair { "pair" } else { "window" }.to_owned());
    }
    optimizer::options(settings, &mut add);
    add("arithmetic", if settings.fused { "fused" } else { "portable" }.to_owned());
    add("seed", settings.seed.to_string());
    options
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
fn name(value: impl ValueEnum) -> String {
    value.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

//! What a training run did: the result of `train`.

use std::fmt::{self, Display};
use std::path::Path;
use std::time::Duration;

use indicatif::{BinaryBytes, HumanCount};
use serde::Serialize;

use super::progress;
use crate::corpus::{Corpus, Stats};
use crate::format::Format;
use crate::train::{Settings, Trained, plan};
use crate::{memory, output, query};

/// The summary of a training run.
#[derive(Serialize)]
pub(super) struct Summary {
    output: String,
    format: Option<&'static str>,
    /// Unknown for a pipe.
    file_bytes: Option<u64>,
    words: u64,
    distinct_words: u64,
    vocabulary: usize,
    kept_words: u64,
    /// The share of these that subsampling is expected to leave.
    subsampling_leaves: f64,
    sentences: u64,
    dim: usize,
    epochs: u32,
    /// Whether these are more than usual because the text is small.
    small_text: bool,
    architecture: &'static str,
    optimizer: &'static str,
    lr: f32,
    loss: &'static str,
    seed: u64,
    arithmetic: &'static str,
    simd: &'static str,
    /// Of each epoch; null if there was nothing to measure.
    losses: Vec<f64>,
    /// Of random pairs of vectors: near 1 where they have collapsed. Null if there is no pair.
    pub(super) mean_cosine: f64,
    reading_seconds: f64,
    training_seconds: f64,
    words_per_second: f64,
    /// If there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    groups: Option<Groups>,
    /// If the system tells.
    peak_memory_bytes: Option<u64>,
    /// The part of the text that was in a temporary file.
    text_bytes_on_disk: u64,
}

/// What groups cost: time and bytes as the first rank sees them, and the rows of all ranks.
#[derive(Serialize)]
struct Groups {
    groups: usize,
    ranks: usize,
    exchanges: u64,
    exchange_seconds: f64,
    waiting_seconds: f64,
    /// From other ranks.
    exchanged_bytes: u64,
    exchanged_rows: u64,
    /// Each as often as groups had changed it.
    rows_of_groups: u64,
}

impl Summary {
    /// The summary of training on `corpus`, after the model has been written to `path`; `small_text` says that the
    /// epochs are those for one.
    pub(super) fn new(
        (path, format): (&Path, Option<Format>),
        corpus: &Corpus,
        (settings, small_text): (&Settings, bool),
        trained: &Trained,
        (reading, training): (Duration, Duration),
    ) -> Self {
        let Stats { words, distinct_words, kept_words, sentences, .. } = corpus.stats;
        let training_seconds = training.as_secs_f64();
        let exchanges = settings.ranks.exchanges();
        let groups = Groups {
            groups: settings.groups,
            ranks: settings.ranks.count(),
            exchanges: exchanges.count,
            exchange_seconds: exchanges.time.as_secs_f64(),
            waiting_seconds: exchanges.waiting.as_secs_f64(),
            exchanged_bytes: exchanges.bytes,
            exchanged_rows: exchanges.rows[0],
            rows_of_groups: exchanges.rows[1],
        };
        Self {
            output: path.display().to_string(),
            format: format.map(Format::name),
            file_bytes: output::length(path),
            words,
            distinct_words,
            vocabulary: corpus.vocabulary.len(),
            kept_words,
            subsampling_leaves: plan::left(corpus, settings),
            sentences,
            dim: settings.dim,
            epochs: settings.epochs,
            small_text,
            architecture: settings.architecture.name(),
            optimizer: settings.optimizer.name(),
            lr: settings.rate,
            loss: settings.objective.name(),
            seed: settings.seed,
            arithmetic: settings.arithmetic.name(),
            simd: settings.level.name(),
            losses: trained.losses.clone(),
            mean_cosine: query::mean_cosine(&trained.center, settings.dim),
            reading_seconds: reading.as_secs_f64(),
            training_seconds,
            words_per_second: words as f64 * f64::from(settings.epochs) / training_seconds.max(f64::MIN_POSITIVE),
            groups: Some(groups).filter(|groups| groups.groups > 1),
            peak_memory_bytes: memory::peak(),
            text_bytes_on_disk: corpus.tokens.bytes_on_disk(),
        }
    }
}

impl Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let covered = 100.0 * self.kept_words as f64 / self.words as f64;
        writeln!(f, "text        {} words, {} distinct", HumanCount(self.words), HumanCount(self.distinct_words))?;
        writeln!(f, "vocabulary  {} words, {covered:.1} % of the text", HumanCount(self.vocabulary as u64))?;
        writeln!(f, "subsampling leaves {:.1} % of that", 100.0 * self.subsampling_leaves)?;
        if self.small_text {
            writeln!(f, "epochs      {}, for a small text", self.epochs)?;
        }
        writeln!(f, "loss        {}", losses(&self.losses))?;
        let (reading, training) = (progress::time(self.reading_seconds), progress::time(self.training_seconds));
        writeln!(f, "time        {reading} reading, {training} training")?;
        writeln!(f, "speed       {} words/s", HumanCount(self.words_per_second.round() as u64))?;
        if let Some(Groups { groups, ranks, exchanges, exchange_seconds, exchanged_bytes, .. }) = self.groups {
            let (time, exchanges) = (progress::time(exchange_seconds), HumanCount(exchanges));
            let (bytes, s) = (BinaryBytes(exchanged_bytes), if ranks == 1 { "" } else { "s" });
            writeln!(f, "groups      {groups} on {ranks} rank{s}; {exchanges} exchanges in {time}, {bytes} received")?;
        }
        if let Some(bytes) = self.peak_memory_bytes {
            writeln!(f, "memory      {} at most", BinaryBytes(bytes))?;
        }
        if self.text_bytes_on_disk > 0 {
            writeln!(f, "on disk     {} of the text, during training", BinaryBytes(self.text_bytes_on_disk))?;
        }
        write!(f, "written     {}", super::printable(&self.output))?;
        match self.file_bytes {
            Some(bytes) => write!(f, ", {}", BinaryBytes(bytes)),
            None => Ok(()),
        }
    }
}

/// The loss of each epoch; if there are many, of the first and the last ones. Epochs without a loss get a reason.
pub(super) fn losses(losses: &[f64]) -> String {
    /// How many are shown before and after the dots: a line of at most 80 columns.
    const ENDS: usize = 4;
    let show = |losses: &[f64]| losses.iter().copied().map(progress::number).collect::<Vec<_>>().join("  ");
    let shown = match losses.len() {
        0..=8 => show(losses),
        len => format!("{}  …  {}", show(&losses[..ENDS]), show(&losses[len - ENDS..])),
    };
    match losses.iter().all(|loss| loss.is_finite()) {
        true => shown,
        false => format!("{shown}  (–: subsampling left no two words beside each other in that epoch)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_losses_are_shortened() {
        let reason = "(–: subsampling left no two words beside each other in that epoch)";
        assert_eq!(losses(&[2.5, f64::NAN]), format!("2.5000  –  {reason}"));
        let many: Vec<_> = (1..=20).map(f64::from).collect();
        assert_eq!(losses(&many), "1.0000  2.0000  3.0000  4.0000  …  17.0000  18.0000  19.0000  20.0000");
        assert_eq!(losses(&many[..8]).matches('.').count(), 8);
    }
}

//! The settings of training at the start of a fastText model.

use std::fmt::Display;
use std::io::{self, Write};

use motevec_core::subword::Ngrams;

use super::super::{Source, subwords};
use super::Reader;
use crate::history::Run;
use crate::{Result, VectorsRef};

pub(super) const MAGIC: i32 = 793_712_314;

/// The version that is written, of 2017. That before differs only in models for classification.
const VERSION: i32 = 12;
const BEFORE: i32 = 11;

pub(super) const HIERARCHICAL_SOFTMAX: i32 = 1;
const NEGATIVE_SAMPLING: i32 = 2;
const SOFTMAX: i32 = 3;

const CBOW: i32 = 1;
const SKIP_GRAM: i32 = 2;

/// The settings of training that a file holds, by our names.
#[derive(Clone, Copy)]
pub(super) struct Settings {
    pub(super) dim: i32,
    window: i32,
    epochs: i32,
    min_count: i32,
    negatives: i32,
    pub(super) loss: i32,
    architecture: i32,
    pub(super) buckets: i32,
    min_n: i32,
    max_n: i32,
    subsample: f64,
}

impl Settings {
    /// Reads the settings from the start of a file.
    pub(super) fn read(reader: &mut Reader) -> Result<Self> {
        let what = "its settings";
        if reader.i32(what)? != MAGIC {
            return Err(reader.0.error(None, "this is not a fastText model: it does not begin with its magic number"));
        }
        let version = reader.i32(what)?;
        if ![BEFORE, VERSION].contains(&version) {
            let message = format!("this is version {version} of fastText's format; only 11 and 12 can be read");
            return Err(reader.0.error(None, message));
        }
        let mut next = || reader.i32(what);
        let (dim, window, epochs) = (next()?, next()?, next()?);
        let (min_count, negatives, _word_ngrams) = (next()?, next()?, next()?);
        let (loss, architecture, buckets) = (next()?, next()?, next()?);
        let (min_n, max_n, _lr_update_rate) = (next()?, next()?, next()?);
        let subsample = f64::from_le_bytes(reader.array(what)?);
        match architecture {
            CBOW | SKIP_GRAM => {}
            3 => return Err(reader.refuse("classifies texts", "word vectors")),
            _ => return Err(reader.refuse(&format!("is of kind {architecture}"), "skip-gram and CBOW")),
        }
        if dim < 1 || buckets < 0 {
            let message = format!("its settings are garbage: {dim} dimensions, {buckets} buckets of n-grams");
            return Err(reader.0.error(None, message));
        }
        Ok(Self { dim, window, epochs, min_count, negatives, loss, architecture, buckets, min_n, max_n, subsample })
    }

    /// Those of the last run that made `vectors`, as far as it is known; else fastText's defaults.
    pub(super) fn of(vectors: VectorsRef<'_>) -> Self {
        let option = |name: &str| {
            let mut options = vectors.history.last()?.options.iter();
            options.find(|(option, _)| option == name).map(|(_, value)| value.as_str())
        };
        let number = |name, default: i32| option(name).and_then(|value| value.parse().ok()).unwrap_or(default);
        let part = |part: fn(Ngrams) -> u32| {
            vectors.subwords.map_or(0, |subwords| i32::try_from(part(subwords.ngrams)).unwrap_or(i32::MAX))
        };
        let loss = match (vectors.nodes, vectors.outside, option("loss")) {
            (Some(_), ..) | (None, None, Some("hierarchical-softmax")) => HIERARCHICAL_SOFTMAX,
            (None, _, Some("softmax")) => SOFTMAX,
            _ => NEGATIVE_SAMPLING,
        };
        // To gensim a model with negative samples has no tree, and fastText does not look.
        let negatives = if loss == HIERARCHICAL_SOFTMAX { 0 } else { number("negatives", 5) };
        // gensim leaves out words that are rarer than this.
        let rarest = vectors.vocabulary.counts().iter().min().map_or(1, |&count| count.max(1));
        Self {
            dim: i32::try_from(vectors.dim).unwrap_or(i32::MAX),
            window: number("window", 5),
            epochs: number("epochs", 5),
            min_count: number("min-count", 1).min(i32::try_from(rarest).unwrap_or(i32::MAX)),
            negatives,
            loss,
            architecture: if option("architecture") == Some("cbow") { CBOW } else { SKIP_GRAM },
            buckets: part(Ngrams::buckets),
            min_n: part(Ngrams::least),
            max_n: part(Ngrams::most),
            subsample: option("subsample").and_then(|value| value.parse().ok()).unwrap_or(1e-4),
        }
    }

    pub(super) fn write(self, out: &mut dyn Write) -> io::Result<()> {
        /// fastText's defaults of what skip-gram and CBOW do not use.
        const WORD_NGRAMS: i32 = 1;
        const LR_UPDATE_RATE: i32 = 100;
        let Self { dim, window, epochs, min_count, negatives, .. } = self;
        let Self { loss, architecture, buckets, min_n, max_n, .. } = self;
        let training = [dim, window, epochs, min_count, negatives, WORD_NGRAMS, loss, architecture];
        let numbers = [&[MAGIC, VERSION][..], &training, &[buckets, min_n, max_n, LR_UPDATE_RATE]].concat();
        numbers.into_iter().try_for_each(|number| out.write_all(&number.to_le_bytes()))?;
        out.write_all(&self.subsample.to_le_bytes())
    }

    /// Which n-grams words have; `None` if none.
    pub(super) fn ngrams(self, source: &Source) -> Result<Option<Ngrams>> {
        // One of no characters does not count as one.
        let [least, most, buckets] = [self.min_n.max(1), self.max_n, self.buckets].map(i32::cast_unsigned);
        if self.max_n < self.min_n.max(1) {
            return Ok(None);
        }
        subwords::ngrams(source, least, most, buckets).map(Some)
    }

    /// The run that had these settings, as `motevec train` takes them.
    pub(super) fn run(self, words: u64, kept_words: u64, ngrams: Option<Ngrams>) -> Run {
        let architecture = if self.architecture == CBOW { "cbow" } else { "skip-gram" };
        let loss = match self.loss {
            HIERARCHICAL_SOFTMAX => "hierarchical-softmax",
            SOFTMAX => "softmax",
            _ => "negative-sampling",
        };
        let number = |name: &'static str, value: &dyn Display| (name, value.to_string());
        let mut options = vec![
            ("architecture", architecture.to_owned()),
            ("loss", loss.to_owned()),
            number("dim", &self.dim),
            number("window", &self.window),
            number("epochs", &self.epochs),
            number("min-count", &self.min_count),
        ];
        // The other losses draw none.
        if loss == "negative-sampling" {
            options.push(number("negatives", &self.negatives));
        }
        options.push(number("subsample", &self.subsample));
        if let Some(ngrams) = ngrams {
            options.push(("subwords", String::new()));
            options.extend([number("min-n", &ngrams.least()), number("max-n", &ngrams.most())]);
            options.push(number("buckets", &ngrams.buckets()));
        }
        let options = options.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Run { program: "fastText, or a program like it".to_owned(), words, kept_words, options, losses: Vec::new() }
    }
}

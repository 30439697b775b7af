//! Checkpoints: stopped training, kept in a folder, to be resumed with the same bits.
//!
//! A checkpoint is a safetensors file, `checkpoint-000001.safetensors` and so on. Its metadata holds `format`, which is
//! `motevec`, and `checkpoint`, a [`RunState`] as JSON: the command, the fingerprints of what was read, and the
//! position where training stopped. Once there is a model, the metadata also holds `vocabulary`, a JSON list of words,
//! and the tensors are the matrices that training goes on with, `center` and `outside` (with hierarchical softmax,
//! `nodes`), what words with n-grams are made of (`words`, `buckets`, `ngrams`), and what optimizers
//! remember, such as `center.mean`; so a checkpoint is also a model that every command reads. The last tensor,
//! `checksum`, is the XXH3-128 of all bytes before it.
//!
//! The first checkpoint of a run is written before the text is read, and holds only the command. Two are kept, so that
//! there is one to fall back on.

mod file;
mod fingerprint;
mod folder;

use std::time::Duration;

use motevec_core::subword::Ngrams;
use serde::{Deserialize, Serialize};

use crate::Subwords;
pub(crate) use crate::history::program;
use crate::train::{LossCurve, Position, Trained};

pub(crate) use fingerprint::{Fingerprint, of_model, of_words};
pub(crate) use folder::Folder;

/// A checkpoint without the vectors. To add a setting: a field with `#[serde(default)]`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RunState {
    /// The program, with its version: another version may train other bits.
    pub(crate) program: String,
    /// The command line, option by option, each with its values; `None` for a value that is not UTF-8.
    pub(crate) command: Vec<(String, Vec<Option<String>>)>,
    /// The options that the vectors depend on, see [`crate::Run::options`].
    pub(crate) options: Vec<(String, String)>,
    /// The fingerprint of the text, once it has been read.
    pub(crate) corpus: Option<Fingerprint>,
    /// The checksum of the model that the run trains further, if there is one.
    pub(crate) earlier: Option<String>,
    /// Where training stopped; `None` if it has ended, or not begun.
    pub(crate) position: Option<Position>,
    /// Of words with subwords: the lengths of their n-grams, and the number of buckets.
    #[serde(default)]
    ngrams: Option<[u32; 3]>,
    /// The loss of each epoch, as the bits of an f64, because it may be NaN.
    losses: Vec<u64>,
    /// How long training took so far.
    pub(crate) time: Duration,
    /// How the loss fell.
    pub(crate) curve: Option<LossCurve>,
}

impl RunState {
    /// A run of `command` that has not started.
    pub(crate) fn new(command: Vec<(String, Vec<Option<String>>)>, options: Vec<(String, String)>) -> Self {
        Self {
            program: program(),
            command,
            options,
            corpus: None,
            earlier: None,
            position: None,
            ngrams: None,
            losses: Vec::new(),
            time: Duration::ZERO,
            curve: None,
        }
    }

    /// Records how far `trained` has come.
    pub(crate) fn note(&mut self, trained: &Trained) {
        self.position.clone_from(&trained.stopped);
        let ngrams = trained.subwords.as_ref().map(|subwords| subwords.ngrams);
        self.ngrams = ngrams.map(|ngrams| [ngrams.least(), ngrams.most(), ngrams.buckets()]);
        self.losses = trained.losses.iter().map(|loss| loss.to_bits()).collect();
    }
}

/// A checkpoint that was read.
#[derive(Debug)]
pub(crate) struct Checkpoint {
    /// The name of its file.
    pub(crate) name: String,
    /// The XXH3-128 of its bytes, in hexadecimal digits.
    pub(crate) checksum: String,
    pub(crate) state: RunState,
    /// The matrices, by name.
    matrices: Vec<(String, Vec<f32>)>,
}

impl Checkpoint {
    /// The record of the run, and the model, if there is one already.
    pub(crate) fn into_parts(self) -> (RunState, Option<Trained>) {
        let Self { state, mut matrices, .. } = self;
        let mut matrix = |names: &[&str]| {
            let found = matrices.iter().position(|(other, _)| names.contains(&other.as_str()))?;
            Some(matrices.remove(found).1)
        };
        let (center, outside) = (matrix(&[CENTER]), matrix(&[OUTSIDE, NODES]));
        let own = matrix(&[WORDS]).zip(matrix(&[BUCKETS])).zip(matrix(&[NGRAMS]));
        let subwords = state.ngrams.zip(own).and_then(|([least, most, buckets], ((own, numbers), rows))| {
            let ngrams = Ngrams::new(least, most, buckets).ok()?;
            let numbers: Vec<u32> = numbers.into_iter().map(f32::to_bits).collect();
            let fits = numbers.is_sorted_by(|a, b| a < b) && rows.len().is_multiple_of(numbers.len().max(1));
            fits.then(|| Subwords::new(ngrams, rows.len() / numbers.len().max(1), own, numbers, rows))
        });
        let trained = center.zip(outside).map(|(center, outside)| Trained {
            center,
            outside,
            losses: state.losses.iter().map(|&bits| f64::from_bits(bits)).collect(),
            stopped: state.position.clone(),
            subwords,
            numbers: matrices,
            ..Trained::default()
        });
        (state, trained)
    }
}

/// The names of the matrices that every model has.
const CENTER: &str = "center";
const OUTSIDE: &str = "outside";
/// The outside matrix of hierarchical softmax, whose rows are not words.
const NODES: &str = "nodes";
/// Of words with subwords: their own rows, the buckets of their n-grams, and the rows of these.
const WORDS: &str = "words";
const BUCKETS: &str = "buckets";
const NGRAMS: &str = "ngrams";

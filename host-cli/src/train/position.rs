//! Where training stopped: all that it takes to go on to the same bits, besides the vectors.

use std::ops::Range;

use motevec_core::train::Loss;
use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// Where training stopped. With the vectors of that moment, the corpus and the settings, [`resume`](super::resume) ends
/// with the same bits as training that was never stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Tokens trained on, over all epochs.
    pub(super) done: u64,
    /// The loss of each epoch that has begun.
    pub(super) losses: Vec<Sum>,
    #[serde(rename = "place")]
    pub(super) cursor: Cursor,
}

/// What is particular to a way of training.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Cursor {
    /// Between two chunks of [`sequential`](super::sequential()) training.
    Sequential(Chunk),
    /// Between two [`rounds`](super::rounds()): the state of each shard, of all groups.
    Rounds(Vec<ShardState>),
}

/// Between two chunks of tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Chunk {
    /// The states of the random streams.
    pub(super) subsample: [u8; 16],
    pub(super) widths: [u8; 16],
    pub(super) negatives: [u8; 16],
    pub(super) dropout: Option<[u8; 16]>,
    /// See [`motevec_core::train::Trainer::until_loss`].
    pub(super) until_loss: u32,
    /// The words of the sentence that the chunk ended in.
    pub(super) sentence: Vec<u32>,
}

/// A shard between two rounds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ShardState {
    pub(super) epoch: u32,
    pub(super) round: u64,
    /// What is left of its stretches in this epoch.
    pub(super) left: Vec<Range<usize>>,
}

/// A [`Loss`], its sum as the bits of an f64: decimal digits on the way through a file would risk the last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Sum {
    bits: u64,
    pairs: u64,
}

impl From<Loss> for Sum {
    fn from(loss: Loss) -> Self {
        Self { bits: loss.sum.to_bits(), pairs: loss.pairs }
    }
}

impl From<Sum> for Loss {
    fn from(sum: Sum) -> Self {
        Self { sum: f64::from_bits(sum.bits), pairs: sum.pairs }
    }
}

/// More than any run counts to; so no count that is read from a file can overflow.
const MOST: u64 = 1 << 60;

impl Position {
    /// Tokens trained on, over all epochs.
    #[must_use]
    pub fn done(&self) -> u64 {
        self.done
    }

    /// The mean loss of each epoch that has begun.
    pub(super) fn mean_losses(&self) -> Vec<f64> {
        self.losses.iter().map(|&sum| Loss::from(sum).mean()).collect()
    }

    /// Checks what holds for every position in `epochs` passes over `tokens` tokens.
    pub(super) fn check(&self, tokens: u64, epochs: u32) -> Result<()> {
        let total = tokens.saturating_mul(epochs.into());
        // How many epochs have begun; at the end of one, the next has not.
        let begun = self.done.div_ceil(tokens.max(1));
        let sound = self.losses.iter().all(|sum| sum.pairs < MOST && f64::from_bits(sum.bits).is_finite());
        if self.done < total && self.losses.len() as u64 <= begun && sound { Ok(()) } else { Err(foreign()) }
    }
}

impl ShardState {
    /// Checks that this is a place of the shard with these `stretches`, in one of so many `epochs`.
    pub(super) fn check(&self, stretches: &[Range<usize>], epochs: u32) -> Result<()> {
        let within = |left: &Range<usize>, all: &Range<usize>| {
            left.end == all.end && all.start <= left.start && left.start <= left.end
        };
        let fit = self.left.len() == stretches.len() && self.left.iter().zip(stretches).all(|(l, all)| within(l, all));
        if fit && self.epoch <= epochs && self.round < MOST { Ok(()) } else { Err(foreign()) }
    }
}

/// The error for a position that cannot be one of this corpus and these settings.
pub(super) fn foreign() -> Error {
    Error::Failed("the position where training stopped does not fit this text and these settings".to_owned())
}

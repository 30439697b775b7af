//! One case, as it stands in a file.

use serde::{Deserialize, Serialize};

use super::expected::Expected;

/// One window. A misspelled field would silently leave out a check, so no others are allowed.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    pub(super) name: String,
    #[serde(default, skip_serializing_if = "Architecture::is_usual")]
    pub(super) architecture: Architecture,
    /// By default negative sampling, or naive softmax where there are no negatives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) loss: Option<Loss>,
    /// The center word: a row of `center_vectors`, or for CBOW the word to be predicted.
    pub(super) center: u32,
    /// The outside words, to be predicted; for CBOW rows of `center_vectors`.
    pub(super) outside: Vec<u32>,
    /// The draws for each predicted word; none at all for other losses than negative sampling.
    #[serde(default)]
    pub(super) negatives: Vec<Vec<u32>>,
    #[serde(default)]
    pub(super) expected: Expected,
}

/// What predicts what (eq. 14, 21).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Architecture {
    #[default]
    SkipGram,
    Cbow,
}

impl Architecture {
    fn is_usual(&self) -> bool {
        *self == Self::SkipGram
    }
}

/// The names that `motevec train --loss` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Loss {
    Softmax,
    NegativeSampling,
    HierarchicalSoftmax,
}

impl Case {
    pub(super) fn loss(&self) -> Loss {
        let usual = if self.negatives.is_empty() { Loss::Softmax } else { Loss::NegativeSampling };
        self.loss.unwrap_or(usual)
    }

    /// The words to be predicted. An empty window predicts none.
    pub(super) fn truths(&self) -> &[u32] {
        match self.architecture {
            Architecture::SkipGram => &self.outside,
            Architecture::Cbow if self.outside.is_empty() => &[],
            Architecture::Cbow => std::slice::from_ref(&self.center),
        }
    }
}

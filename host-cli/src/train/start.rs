//! The vectors that training starts from.

use motevec_core::fixed_point::Q15;
use motevec_core::model::{Component as _, RowsMut, initialize_center};
use motevec_core::sample::Generator;

use super::grams::Grams;
use super::optimizer::Numbers;
use super::position::{Position, foreign};
use super::{Arithmetic, Objective, Settings, Trained};
use crate::{Error, Result, Subwords, Vectors, Vocabulary};

/// Rows to begin with.
pub(super) enum Start<'a> {
    /// Those of an earlier model for the words that it knows, and drawn ones for all others.
    New { words: &'a Vocabulary, settings: &'a Settings, earlier: Option<&'a Vectors> },
    /// Those of training that stopped.
    Stopped { trained: Box<Trained>, dim: usize, position: Position },
}

impl<'a> Start<'a> {
    /// From nothing, for the vocabulary `words`.
    pub(super) fn new(words: &'a Vocabulary, settings: &'a Settings) -> Self {
        Self::New { words, settings, earlier: None }
    }

    /// From `earlier`, for the vocabulary `words`.
    pub(super) fn from(words: &'a Vocabulary, settings: &'a Settings, earlier: &'a Vectors) -> Result<Self> {
        check(settings, earlier)?;
        Ok(Self::New { words, settings, earlier: Some(earlier) })
    }

    /// From where training stopped, at `position`.
    pub(super) fn at(position: Position, stopped: Trained, words: usize, settings: &Settings) -> Result<Self> {
        let dim = settings.dim;
        let fits = |matrix: &[f32], rows: usize| rows.checked_mul(dim) == Some(matrix.len());
        let outside_rows = settings.objective.outside_rows(words);
        let ngrams = stopped.subwords.as_ref().map(|subwords| (subwords.ngrams, fits(&subwords.words, words)));
        if fits(&stopped.center, words)
            && fits(&stopped.outside, outside_rows)
            && ngrams == settings.subwords.map(|ngrams| (ngrams, true))
        {
            Ok(Self::Stopped { trained: Box::new(stopped), dim, position })
        } else {
            Err(foreign())
        }
    }

    /// Where training stopped, if it did.
    pub(super) fn position(&self) -> Option<&Position> {
        match self {
            Self::New { .. } => None,
            Self::Stopped { position, .. } => Some(position),
        }
    }

    /// Whether it knows rows that words with n-grams are made of.
    pub(super) fn knows_subwords(&self) -> bool {
        self.subwords().is_some()
    }

    /// What it knows of the row of its own of word `row`, of a vocabulary with n-grams.
    pub(super) fn word(&self, row: usize) -> Option<&[f32]> {
        let subwords = self.subwords()?;
        let row = match self {
            Self::New { words, earlier, .. } => earlier.and_then(|earlier| earlier.vocabulary.row(words.word(row)))?,
            Self::Stopped { .. } => row,
        };
        subwords.words.chunks_exact(subwords.dim()).nth(row)
    }

    /// What it knows of the row of a bucket.
    pub(super) fn bucket(&self, bucket: u32) -> Option<&[f32]> {
        self.subwords()?.row(bucket)
    }

    fn subwords(&self) -> Option<&Subwords> {
        match self {
            Self::New { earlier, .. } => earlier.and_then(|earlier| earlier.subwords.as_ref()),
            Self::Stopped { trained, .. } => trained.subwords.as_ref(),
        }
    }

    /// What optimizers remember, once.
    pub(super) fn take_numbers(&mut self) -> Numbers {
        match self {
            Self::New { .. } => Numbers::new(),
            Self::Stopped { trained, .. } => std::mem::take(&mut trained.numbers),
        }
    }

    /// Sets every row of both matrices, in order: that of a center by `center`, that of an outside word by `outside`.
    ///
    /// In a new model each row takes its random numbers, known or not, so that the start of one word does not depend on
    /// the others. Of rows that share one of the matrix, the last one's stay.
    pub(super) fn set(
        self,
        rng: &mut Generator,
        grams: Option<&Grams>,
        mut center: impl FnMut(u32, Initial<'_, '_>),
        mut outside: impl FnMut(u32, Initial<'_, '_>),
    ) -> Result<()> {
        match self {
            Self::New { words, settings, earlier } => {
                let (dim, outside_rows) = (settings.dim, settings.objective.outside_rows(words.len()));
                let subwords = grams.and(earlier).and_then(|earlier| earlier.subwords.as_ref());
                for row in 0..words.len() {
                    let known = earlier.and_then(|earlier| {
                        let known = earlier.vocabulary.row(words.word(row))?;
                        let own = subwords.map_or(&earlier.data, |subwords| &subwords.words);
                        let of = |matrix: &'a [f32]| &matrix[known * dim..][..dim];
                        Some((of(own), earlier.outside.as_deref().map(of)))
                    });
                    center(row as u32, Initial { rng: Some(rng), known: known.map(|(center, _)| center) });
                    if outside_rows == words.len() {
                        outside(row as u32, Initial { rng: None, known: known.and_then(|(_, outside)| outside) });
                    }
                }
                let rows = words.len() as u32..;
                for (row, &bucket) in rows.zip(grams.iter().flat_map(|grams| &grams.buckets)) {
                    let known = subwords.and_then(|subwords| subwords.row(bucket));
                    center(row, Initial { rng: Some(rng), known });
                }
            }
            // One matrix is given back before the other is set: there are never more than three.
            Self::Stopped { trained, dim, .. } => {
                let Trained { center: centers, outside: outsides, subwords, .. } = *trained;
                let centers = match (subwords, grams) {
                    (None, None) => [centers, Vec::new()],
                    (Some(subwords), Some(grams)) if subwords.buckets() == grams.buckets => {
                        drop(centers);
                        let (words, ngrams) = subwords.into_rows();
                        [words, ngrams]
                    }
                    _ => return Err(foreign()),
                };
                for (row, known) in (0..).zip(centers.iter().flat_map(|rows| rows.chunks_exact(dim))) {
                    center(row, Initial { rng: None, known: Some(known) });
                }
                drop(centers);
                for (row, known) in (0..).zip(outsides.chunks_exact(dim)) {
                    outside(row, Initial { rng: None, known: Some(known) });
                }
            }
        }
        Ok(())
    }
}

/// Checks that training with `settings` can start from `earlier`.
pub(crate) fn check(settings: &Settings, earlier: &Vectors) -> Result<()> {
    if earlier.dim != settings.dim {
        let (earlier, asked) = (earlier.dim, settings.dim);
        let message = format!("the model to go on with has {earlier} dimensions; leave that out");
        return Err(Error::setting("dim", asked, message));
    }
    let ngrams = earlier.subwords.as_ref().map(|subwords| subwords.ngrams);
    if settings.subwords.is_some() && settings.subwords != ngrams {
        let message = "the model to go on with has none, or others; leave that out";
        return Err(Error::setting("subwords", "", message));
    }
    if settings.arithmetic == Arithmetic::Q15 {
        // A tree starts anew.
        let outside = earlier.outside.iter().filter(|_| settings.objective != Objective::HierarchicalSoftmax);
        let largest = earlier.data.iter().chain(outside.flatten()).fold(0.0_f32, |largest, x| largest.max(x.abs()));
        if largest > Q15::MAX {
            let message =
                format!("the model to go on with has numbers up to {largest}, and q15 ends at 8; leave that out");
            return Err(Error::setting("arithmetic", "q15", message));
        }
    }
    Ok(())
}

/// What one vector starts with: drawn numbers, known ones, or zeros.
pub(super) struct Initial<'a, 'r> {
    rng: Option<&'r mut Generator>,
    known: Option<&'a [f32]>,
}

impl Initial<'_, '_> {
    /// Writes it to `row` of `matrix`, which is zero.
    pub(super) fn write(self, matrix: &mut impl RowsMut<Component = f32>, row: usize) {
        if let Some(rng) = self.rng {
            initialize_center(matrix, row, rng);
        }
        if let (Some(known), Some(vector)) = (self.known, matrix.row_mut(row)) {
            vector[..known.len()].copy_from_slice(known);
        }
    }
}

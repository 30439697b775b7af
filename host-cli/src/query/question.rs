//! What is asked, and what is answered.

use std::ops::Range;

use serde::Serialize;

use super::{Lookup, Query, direction, unit, vector};
use crate::{Error, Result};

/// A word near a query.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Neighbor<'a> {
    /// The word.
    pub word: &'a str,
    /// Its row in the model, from 0: in a model sorted by frequency, its rank.
    pub row: usize,
    /// The cosine of its vector with the query, −1 to 1.
    pub similarity: f32,
}

/// A part of a question: a direction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Term<'a> {
    /// That of a word, which is then no answer.
    Word(&'a str),
    /// That of a vector, of as many numbers as those of the model.
    Vector(&'a [f32]),
}

/// What is asked of a model: the words near to a sum of directions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Question<'a> {
    /// Directions, as vectors of length 1, with what each is multiplied by; above 0 to be near, below to be far.
    pub terms: Vec<(Term<'a>, f64)>,
}

impl<'a> Question<'a> {
    /// The words near to `near`, and far from `far`.
    #[must_use]
    pub fn new(near: &[&'a str], far: &[&'a str]) -> Self {
        let near = near.iter().map(|word| (Term::Word(word), 1.0));
        Self { terms: near.chain(far.iter().map(|word| (Term::Word(word), -1.0))).collect() }
    }

    /// "`a` is to `b` as `c` is to …?" (3CosAdd: the words nearest to b − a + c, over unit vectors; Mikolov, Yih &
    /// Zweig 2013).
    #[must_use]
    pub fn analogy([a, b, c]: [&'a str; 3]) -> Self {
        Self::new(&[b, c], &[a])
    }

    /// The sum of the unit vectors, with length 1, and the rows of the words, which do not count as answers.
    pub(super) fn query(&self, model: &impl Lookup) -> Result<Query<'static>> {
        let mut sum = vec![0.0; model.dim()];
        let mut exclude = Vec::with_capacity(self.terms.len());
        for &(term, weight) in &self.terms {
            let vector = match term {
                Term::Word(word) => vector(model, word)?,
                Term::Vector(vector) if vector.len() == model.dim() => vector.into(),
                Term::Vector(vector) => {
                    let (len, dim) = (vector.len(), model.dim());
                    return Err(Error::Usage(format!("a vector of {len} numbers is asked of a model of {dim}")));
                }
            };
            // What has no direction adds none.
            for (sum, number) in sum.iter_mut().zip(unit(&vector).unwrap_or_default()) {
                *sum += weight * number;
            }
            if let Term::Word(word) = term {
                exclude.extend(model.vocabulary().row(word));
            }
        }
        let sum: Vec<f32> = sum.into_iter().map(|number| number as f32).collect();
        let vector = direction(&sum).ok_or_else(|| {
            Error::Failed("the vectors of these words add up to zero, which has no neighbors".to_owned())
        })?;
        Ok(Query { vector: vector.into(), exclude })
    }
}

/// Which answers are wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// How many at most.
    pub most: usize,
    /// The lowest cosine that counts.
    pub least: f32,
    /// The rows that are searched; what of them the model does not have is left out.
    pub rows: Range<usize>,
}

impl Wanted {
    /// The `most` nearest of all words.
    #[must_use]
    pub fn nearest(most: usize) -> Self {
        Self { most, least: f32::NEG_INFINITY, rows: 0..usize::MAX }
    }
}

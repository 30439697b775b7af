//! Comparing words: how similar two are, and which of several does not fit.

use std::borrow::Cow;

use serde::Serialize;

use super::{Lookup, cosine, direction, precise_cosine, unit, vector};
use crate::{Error, Result};

/// How well a word fits with others.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Fit<'a> {
    /// The word.
    pub word: &'a str,
    /// Its row in the model, from 0; `None` for a word that the model has not seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<usize>,
    /// The cosine of its vector with the mean of all, −1 to 1.
    pub similarity: f32,
}

/// The cosine of the vectors of `one` and `other`, −1 to 1; 0 if one of them is zero.
///
/// # Errors
/// If a word is unknown.
pub fn similarity(model: &impl Lookup, one: &str, other: &str) -> Result<f32> {
    let (one, other) = (vector(model, one)?, vector(model, other)?);
    Ok(precise_cosine(&one, &other) as f32)
}

/// The `words` with their cosines to the mean of their directions, the least similar, the odd one out, first.
///
/// # Errors
/// If there are fewer than three words, or one is unknown or given twice.
pub fn odd_one_out<'a>(model: &impl Lookup, words: &[&'a str]) -> Result<Vec<Fit<'a>>> {
    if words.len() < 3 {
        return Err(Error::Usage("it takes at least three words to find the odd one out: name more".to_owned()));
    }
    let mut sum = vec![0.0; model.dim()];
    let mut found = Vec::with_capacity(words.len());
    for &word in words {
        let vector = vector(model, word)?;
        if found.iter().any(|&(other, _)| other == word) {
            return Err(Error::Usage(format!("the word `{word}` is given twice: name another")));
        }
        for (sum, number) in sum.iter_mut().zip(unit(&vector).unwrap_or_default()) {
            *sum += number as f32;
        }
        found.push((word, vector));
    }
    // Words that add up to zero are all equally far from their mean.
    let mean = direction(&sum).unwrap_or(vec![0.0; model.dim()]);
    let compare = |(word, vector): (&'a str, Cow<'_, [f32]>)| Fit {
        word,
        row: model.vocabulary().row(word),
        similarity: cosine(&mean, &vector),
    };
    let mut found: Vec<_> = found.into_iter().map(compare).collect();
    found.sort_by(|one, other| one.similarity.total_cmp(&other.similarity));
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::super::tests::vectors;
    use super::*;

    #[test]
    fn similarities_are_cosines() {
        let model = vectors(2, &[("a", &[2.0, 0.0]), ("b", &[3.0, 3.0]), ("zero", &[0.0, 0.0])]);
        assert!((similarity(&model, "a", "b").unwrap() - 0.5_f32.sqrt()).abs() < 1e-6);
        assert_eq!(similarity(&model, "a", "a").unwrap(), 1.0);
        assert_eq!(similarity(&model, "a", "b").unwrap(), similarity(&model, "b", "a").unwrap());
        assert_eq!((similarity(&model, "a", "zero").unwrap(), similarity(&model, "zero", "a").unwrap()), (0.0, 0.0));
        assert!(similarity(&model, "a", "c").unwrap_err().to_string().contains("does not know the word `c`"));
    }

    #[test]
    fn the_odd_one_comes_first() {
        let rows: [(&str, &[f32]); 4] =
            [("breakfast", &[9.0, 1.0]), ("lunch", &[1.0, 0.0]), ("cereal", &[0.0, 1.0]), ("dinner", &[1.0, 0.1])];
        let model = vectors(2, &rows);
        let found = odd_one_out(&model, &["breakfast", "cereal", "dinner", "lunch"]).unwrap();
        assert_eq!((found[0].word, found[0].row, found.len()), ("cereal", Some(2), 4));
        assert!(found.is_sorted_by_key(|found| found.similarity));
        assert!(odd_one_out(&model, &["lunch", "dinner"]).is_err());
        assert!(odd_one_out(&model, &["lunch", "dinner", "lunch"]).unwrap_err().to_string().contains("given twice"));
        // Opposites: neither is odder than the other.
        let model = vectors(1, &[("a", &[1.0]), ("b", &[-1.0]), ("c", &[0.0])]);
        assert!(odd_one_out(&model, &["a", "b", "c"]).unwrap().iter().all(|found| found.similarity == 0.0));
    }
}

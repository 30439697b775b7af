//! Comparing words: how similar two are, and which of several does not fit.

use super::{Neighbor, cosine, direction, row_of, unit};
use crate::{Error, Result, Vectors};

/// The cosine of the vectors of `one` and `other`, −1 to 1; 0 if one of them is zero.
///
/// # Errors
/// If a word is unknown.
pub fn similarity(vectors: &Vectors, one: &str, other: &str) -> Result<f32> {
    let (one, other) = (row_of(vectors, one)?, row_of(vectors, other)?);
    Ok(direction(vectors.row(one)).map_or(0.0, |one| cosine(&one, vectors.row(other))))
}

/// The `words` with their cosines to the mean of their directions, the least similar, the odd one out, first.
///
/// # Errors
/// If there are fewer than three words, or one is unknown or given twice.
pub fn odd_one_out<'a>(vectors: &'a Vectors, words: &[&str]) -> Result<Vec<Neighbor<'a>>> {
    if words.len() < 3 {
        return Err(Error::Usage("it takes at least three words to find the odd one out: name more".to_owned()));
    }
    let mut sum = vec![0.0; vectors.dim];
    let mut rows = Vec::with_capacity(words.len());
    for word in words {
        let row = row_of(vectors, word)?;
        if rows.contains(&row) {
            return Err(Error::Usage(format!("the word `{word}` is given twice: name another")));
        }
        for (sum, number) in sum.iter_mut().zip(unit(vectors.row(row)).unwrap_or_default()) {
            *sum += number as f32;
        }
        rows.push(row);
    }
    // Words that add up to zero are all equally far from their mean.
    let mean = direction(&sum).unwrap_or(vec![0.0; vectors.dim]);
    let compare =
        |row| Neighbor { word: vectors.vocabulary.word(row), row, similarity: cosine(&mean, vectors.row(row)) };
    let mut found: Vec<_> = rows.into_iter().map(compare).collect();
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
        assert_eq!((similarity(&model, "a", "zero").unwrap(), similarity(&model, "zero", "a").unwrap()), (0.0, 0.0));
        assert!(similarity(&model, "a", "c").unwrap_err().to_string().contains("does not know the word `c`"));
    }

    #[test]
    fn the_odd_one_comes_first() {
        let rows: [(&str, &[f32]); 4] =
            [("breakfast", &[9.0, 1.0]), ("lunch", &[1.0, 0.0]), ("cereal", &[0.0, 1.0]), ("dinner", &[1.0, 0.1])];
        let model = vectors(2, &rows);
        let found = odd_one_out(&model, &["breakfast", "cereal", "dinner", "lunch"]).unwrap();
        assert_eq!((found[0].word, found[0].row, found.len()), ("cereal", 2, 4));
        assert!(found.is_sorted_by_key(|found| found.similarity));
        assert!(odd_one_out(&model, &["lunch", "dinner"]).is_err());
        assert!(odd_one_out(&model, &["lunch", "dinner", "lunch"]).unwrap_err().to_string().contains("given twice"));
        // Opposites: neither is odder than the other.
        let model = vectors(1, &[("a", &[1.0]), ("b", &[-1.0]), ("c", &[0.0])]);
        assert!(odd_one_out(&model, &["a", "b", "c"]).unwrap().iter().all(|found| found.similarity == 0.0));
    }
}

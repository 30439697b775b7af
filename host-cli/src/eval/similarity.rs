//! Word similarity: how well cosines rank pairs of words as people do (WordSim-353, SimLex-999).

use std::path::Path;

use serde::Serialize;

use super::{Folded, lines, read_text, spearman::spearman};
use crate::query::length;
use crate::{Error, Result, Vectors};

/// Only the first rows of a model are searched, as in gensim: enough for every common word, without rare forms.
pub const SIMILARITY_ROWS: usize = 300_000;

/// The score of a model on a file of word pairs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SimilarityScore {
    /// Spearman's ρ of the cosines with people's scores; `None` if too few pairs are known.
    pub spearman: Option<f64>,
    /// The pairs that count, because the model holds both words.
    pub pairs: usize,
    /// The pairs with a word that the model does not hold.
    pub missing: usize,
}

impl SimilarityScore {
    /// The share of pairs that are missing, 0 to 1.
    #[must_use]
    pub fn missing_share(&self) -> f64 {
        self.missing as f64 / (self.pairs + self.missing) as f64
    }
}

/// Scores `vectors` on the pairs in the file `path`: lines `word word score`, split at tabs if a line has any, or
/// else at spaces; `#` comments, and a line of headings before the first pair.
///
/// # Errors
/// If the file cannot be read, or a line is something else.
pub fn similarity(vectors: &Vectors, path: &Path) -> Result<SimilarityScore> {
    let text = read_text(path)?;
    let words = Folded::new(&vectors.vocabulary, SIMILARITY_ROWS);
    let (mut scores, mut missing) = (Vec::new(), 0);
    for (one, other, score) in pairs(&text, path)? {
        match (words.row(one), words.row(other)) {
            (Some(one), Some(other)) => scores.push((score, precise_cosine(vectors.row(one), vectors.row(other)))),
            _ => missing += 1,
        }
    }
    Ok(SimilarityScore { spearman: spearman(&scores), pairs: scores.len(), missing })
}

/// The pairs in `text`, with their scores.
fn pairs<'a>(text: &'a str, path: &Path) -> Result<Vec<(&'a str, &'a str, f64)>> {
    let mut pairs = Vec::new();
    let mut headings = false;
    for (number, line) in lines(text) {
        if let Some(pair) = pair(line) {
            pairs.push(pair);
        } else if pairs.is_empty() && !headings {
            headings = true;
        } else {
            return Err(Error::input(path, number, format!("`{line}` is not a pair: expected `word word score`")));
        }
    }
    if pairs.is_empty() {
        return Err(Error::input(path, None, "holds no word pairs: expected lines `word word score`"));
    }
    Ok(pairs)
}

/// The pair in `line`.
fn pair(line: &str) -> Option<(&str, &str, f64)> {
    let fields: Vec<_> = match line.contains('\t') {
        true => line.split('\t').map(str::trim).collect(),
        false => line.split_whitespace().collect(),
    };
    let &[one, other, score] = fields.as_slice() else { return None };
    let score: f64 = score.parse().ok()?;
    score.is_finite().then_some((one, other, score))
}

/// The cosine in f64: equal pairs must have equal cosines, for their ranks; 0 if a vector is zero.
fn precise_cosine(one: &[f32], other: &[f32]) -> f64 {
    let product: f64 = one.iter().zip(other).map(|(&one, &other)| f64::from(one) * f64::from(other)).sum();
    let lengths = length(one) * length(other);
    if lengths > 0.0 { product / lengths } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(text: &str) -> Result<SimilarityScore, String> {
        let vocabulary = ["peace", "War", "treaty", "PEACE"].map(|word| (word, 0)).into_iter().collect();
        let vectors = Vectors::new(vocabulary, 2, vec![1.0, 0.0, -1.0, 0.1, 1.0, 1.0, 0.0, -1.0]);
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, text).unwrap();
        let message = |error: Error| error.to_string().replace(&file.path().display().to_string(), "file");
        similarity(&vectors, file.path()).map_err(message)
    }

    #[test]
    fn pairs_are_ranked_whatever_their_case() {
        let text = "# comment\nPeace\tTREATY\t9\npeace\twar\t0.5\ntreaty\twar\t2.5\npeace\tturnip\t1\n";
        let found = score(text).unwrap();
        assert_eq!(found, SimilarityScore { spearman: Some(1.0), pairs: 3, missing: 1 });
        assert_eq!(found.missing_share(), 0.25);
        assert_eq!(score(&text.replace('\t', "  ")), Ok(found.clone()));
        assert_eq!(score(&format!("word1\tword2\tscore\n{text}").replace('\n', "\r\n")), Ok(found.clone()));
        assert_eq!(score(&format!("\u{feff}{text}\n\n")), Ok(found));
    }

    #[test]
    fn too_few_known_pairs_have_no_score() {
        let found = score("peace war 3\nx y 4\n").unwrap();
        assert_eq!(found, SimilarityScore { spearman: None, pairs: 1, missing: 1 });
    }

    #[test]
    fn what_is_no_pair_is_named_with_its_line() {
        let expected = "`war` is not a pair: expected `word word score`";
        assert_eq!(score("peace war 1\n# x\nwar\n").unwrap_err(), format!("file:3: {expected}"));
        assert_eq!(score("a heading\nwar\npeace war 1\n").unwrap_err(), format!("file:2: {expected}"));
        assert!(score("peace war 1\npeace war NaN").unwrap_err().starts_with("file:2: "));
        assert!(score("a heading").unwrap_err().starts_with("file: holds no word pairs"));
    }
}

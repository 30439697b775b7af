//! Word similarity: how well cosines rank pairs of words as people do (WordSim-353, SimLex-999).

use std::borrow::Cow;
use std::path::Path;

use serde::Serialize;

use super::spearman::{pearson, spearman};
use super::{Folded, lines, read_text};
use crate::query::{self, precise_cosine};
use crate::{Error, Result, Vectors};

/// The headings of columns of scores: of SimLex-999, of WordSim-353, and usual ones.
const SCORES: [&str; 4] = ["simlex999", "human (mean)", "mean", "score"];

/// The score of a model on a file of word pairs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SimilarityScore {
    /// Spearman's ρ of the cosines with people's scores; `None` if too few pairs are known.
    pub spearman: Option<f64>,
    /// Pearson's correlation of the same, which the program does not print: people's scores are ranks at best.
    #[serde(skip)]
    pub pearson: Option<f64>,
    /// The pairs that count, because both words have vectors: among the rows that are searched, or of n-grams.
    pub pairs: usize,
    /// How many of these have a word that the model has not seen, whose vector is that of its n-grams; `None` if the
    /// model has no n-grams.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_subwords: Option<usize>,
    /// The pairs with a word that the model does not hold, nor any of its n-grams.
    pub missing: usize,
    /// The other pairs with a word after the rows that are searched.
    pub beyond: usize,
}

impl SimilarityScore {
    /// The share of pairs that are missing, 0 to 1.
    #[must_use]
    pub fn missing_share(&self) -> f64 {
        self.missing as f64 / (self.pairs + self.missing + self.beyond) as f64
    }
}

/// Scores the first `restrict` rows of `vectors` on the pairs in the file `path`, one per line: two words and a score,
/// split at tabs if the line has any, or else at commas, or else at spaces. `#` comments, and a line of headings before
/// the first pair. `-` is standard input.
///
/// The score is in the column whose heading says so (`SimLex999`, `Human (mean)`, `mean`, `score`), or else in the
/// first column of numbers after the words. This reads SimLex-999, WordSim-353, RW and SimVerb-3500 as they are
/// distributed.
///
/// A word that the model has not seen has the vector of its n-grams, if it has some, as it stands in the file: these
/// tell cases apart.
///
/// # Errors
/// If the file cannot be read, or a line is something else.
pub fn similarity(vectors: &Vectors, path: &Path, restrict: usize) -> Result<SimilarityScore> {
    let (path, text) = read_text(path)?;
    let words = Folded::new(&vectors.vocabulary, restrict);
    let (mut scores, mut left_out) = (Vec::new(), Vec::new());
    for (one, other, score) in pairs(&text, path)? {
        match (words.row(one), words.row(other)) {
            (Some(one), Some(other)) => scores.push((score, precise_cosine(vectors.row(one), vectors.row(other)))),
            _ => left_out.push((one, other, score)),
        }
    }
    let unseen = words.missing(left_out.iter().flat_map(|&(one, other, _)| [one, other]));
    let (mut missing, mut beyond, mut from_subwords) = (0, 0, vectors.subwords.as_ref().map(|_| 0));
    for (one, other, score) in left_out {
        if !unseen.any(&[one, other]) {
            beyond += 1;
            continue;
        }
        // A word that the model has, but further down, is not made of its n-grams.
        let vector = |word| match words.row(word) {
            Some(row) => Some(Cow::Borrowed(vectors.row(row))),
            None => query::vector(vectors, word).ok().filter(|_| unseen.any(&[word])),
        };
        match (vector(one), vector(other), &mut from_subwords) {
            (Some(one), Some(other), Some(count)) => {
                scores.push((score, precise_cosine(&one, &other)));
                *count += 1;
            }
            _ => missing += 1,
        }
    }
    let (people, cosines): (Vec<_>, Vec<_>) = scores.iter().copied().unzip();
    let (spearman, pearson) = (spearman(&scores), pearson(&people, &cosines));
    Ok(SimilarityScore { spearman, pearson, pairs: scores.len(), from_subwords, missing, beyond })
}

/// The pairs in `text`, with their scores.
fn pairs<'a>(text: &'a str, path: &Path) -> Result<Vec<(&'a str, &'a str, f64)>> {
    let mut pairs = Vec::new();
    let (mut headings, mut layout) = (None, None);
    for (number, line) in lines(text) {
        let fields = fields(line);
        let found = layout.or_else(|| Layout::of(&fields, headings.as_deref()));
        if let Some(pair) = found.and_then(|layout| layout.pair(&fields)) {
            layout = found;
            pairs.push(pair);
        } else if pairs.is_empty() && headings.is_none() {
            headings = Some(fields);
        } else {
            return Err(Error::input(path, number, format!("`{line}` is not a pair: expected `word word score`")));
        }
    }
    if pairs.is_empty() {
        return Err(Error::input(path, None, "holds no word pairs: expected lines `word word score`"));
    }
    Ok(pairs)
}

/// The fields of `line`.
fn fields(line: &str) -> Vec<&str> {
    match ['\t', ','].into_iter().find(|&separator| line.contains(separator)) {
        Some(separator) => line.split(separator).map(str::trim).collect(),
        None => line.split_whitespace().collect(),
    }
}

/// Where the lines of a file have what.
#[derive(Clone, Copy)]
struct Layout {
    columns: usize,
    /// The column of the score, from 0.
    score: usize,
}

impl Layout {
    /// That of a file whose first pair is in `fields`, below these `headings` if there are any.
    fn of(fields: &[&str], headings: Option<&[&str]>) -> Option<Self> {
        let columns = fields.len();
        let headings = headings.filter(|headings| headings.len() == columns).unwrap_or_default();
        let is_score = |heading: &&str| SCORES.contains(&&*heading.to_lowercase());
        let named = headings.iter().position(is_score).filter(|&column| column >= 2);
        let score = named.or_else(|| (2..columns).find(|&column| number(fields, column).is_some()))?;
        Some(Self { columns, score })
    }

    /// The pair in `fields`: as many as in the first line, unless all that follow the score are numbers, which some
    /// pairs may have more of.
    fn pair<'a>(self, fields: &[&'a str]) -> Option<(&'a str, &'a str, f64)> {
        let &[one, other, ..] = fields else { return None };
        let score = number(fields, self.score)?;
        let more_numbers = || (self.score..fields.len()).all(|column| number(fields, column).is_some());
        let is_pair = !one.is_empty() && !other.is_empty() && (fields.len() == self.columns || more_numbers());
        is_pair.then_some((one, other, score))
    }
}

/// The number in a column.
fn number(fields: &[&str], column: usize) -> Option<f64> {
    fields.get(column)?.parse().ok().filter(|number: &f64| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The score, without Pearson's correlation, which the scores of pairs change in other ways than ranks.
    fn score(text: &str) -> Result<SimilarityScore, String> {
        let vocabulary = ["peace", "War", "treaty", "PEACE"].map(|word| (word, 0)).into_iter().collect();
        let vectors = Vectors::new(vocabulary, 2, vec![1.0, 0.0, -1.0, 0.1, 1.0, 1.0, 0.0, -1.0]);
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, text).unwrap();
        let message = |error: Error| error.to_string().replace(&file.path().display().to_string(), "file");
        let found = similarity(&vectors, file.path(), 300_000).map_err(message)?;
        // The cosines of two pairs lie on a line.
        assert!(found.pearson.is_none_or(|pearson| pearson > 0.9), "{found:?}");
        Ok(SimilarityScore { pearson: None, ..found })
    }

    fn perfect(pairs: usize, missing: usize) -> Result<SimilarityScore, String> {
        Ok(SimilarityScore { spearman: Some(1.0), pearson: None, pairs, from_subwords: None, missing, beyond: 0 })
    }

    #[test]
    fn pairs_are_ranked_whatever_their_case() {
        let text = "# comment\nPeace\tTREATY\t9\npeace\twar\t0.5\ntreaty\twar\t2.5\npeace\tturnip\t1\n";
        let found = score(text);
        assert_eq!(found, perfect(3, 1));
        assert_eq!(found.clone().unwrap().missing_share(), 0.25);
        assert_eq!(score(&text.replace('\t', "  ")), found);
        assert_eq!(score(&format!("word1\tword2\tscore\n{text}").replace('\n', "\r\n")), found);
        assert_eq!(score(&format!("\u{feff}{text}\n\n")), found);
    }

    #[test]
    fn published_files_are_read_as_they_are() {
        let simlex = "word1\tword2\tPOS\tconc(w1)\tSimLex999\tSD\npeace\ttreaty\tN\t1\t9\t3\n\
                      peace\twar\tN\t7\t0.5\t2\ntreaty\twar\tN\t5\t2.5\t1\n";
        let wordsim = "Word 1,Word 2,Human (mean)\r\npeace,treaty,9\r\npeace, war, 0.5\r\ntreaty,war,2.5\r\n";
        let rw = "peace\ttreaty\t9\t0\t1\npeace\twar\t0.5\t7\t8\t9\ntreaty\twar\t2.5\t6\n";
        let simverb = "peace\ttreaty\tV\t9\tNONE\npeace\twar\tV\t0.5\tANTONYMS\ntreaty\twar\tV\t2.5\tNONE\n";
        for (name, text) in [("SimLex", simlex), ("WordSim", wordsim), ("RW", rw), ("SimVerb", simverb)] {
            assert_eq!(score(text), perfect(3, 0), "{name}");
        }
    }

    #[test]
    fn too_few_known_pairs_have_no_score() {
        let found = score("peace war 3\nx y 4\n").unwrap();
        assert_eq!(found, SimilarityScore { spearman: None, ..perfect(1, 1).unwrap() });
    }

    #[test]
    fn what_is_no_pair_is_named_with_its_line() {
        let expected = "`war` is not a pair: expected `word word score`";
        assert_eq!(score("peace war 1\n# x\nwar\n").unwrap_err(), format!("file:3: {expected}"));
        assert_eq!(score("a heading\nwar\npeace war 1\n").unwrap_err(), format!("file:2: {expected}"));
        for second in ["peace war NaN", "peace war 1 x", "peace war x 1", "peace\t\t1", ",war,1", "peace war"] {
            assert!(score(&format!("peace war 1\n{second}\n")).unwrap_err().starts_with("file:2: "), "{second}");
        }
        assert!(score("a heading").unwrap_err().starts_with("file: holds no word pairs"));
    }
}

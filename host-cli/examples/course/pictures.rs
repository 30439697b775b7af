//! The course's picture of 24 words: by PCA, by t-SNE, from motevec's own trainer, and for several seeds.

use std::path::Path;

use motevec::plot::{self, Axes, Kind, Picture, Point, Projection, Scatter, Selection, Sheet};
use motevec::{Error, Result, Vectors, query};

use crate::SEEN_TOGETHER;

/// How a word's place is found.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Pca,
    Tsne,
}

/// The words of the course on one map.
pub(crate) fn map(vectors: &Vectors, title: String, method: Method, size: [f64; 2]) -> Result<Picture> {
    let selection = Selection::course(vectors);
    let rows = selection.vectors(vectors);
    let (places, axes, note) = match method {
        Method::Tsne => {
            (plot::tsne(&rows, &|_| ())?, Axes::Map, "t-SNE: neighbors stay together; axes mean nothing".to_owned())
        }
        Method::Pca => {
            let same = || Error::Failed("the vectors of the course's words are all the same: train longer".to_owned());
            let Projection { points, shares } = plot::pca(&rows).ok_or_else(same)?;
            let share = 100.0 * (shares[0] + shares[1]);
            (points, Axes::Components(shares), format!("PCA: {share:.0} % of the variance of these words"))
        }
    };
    let point = |(&row, (&place, &group))| Point { word: vectors.vocabulary.word(row), place, group, strong: false };
    let points = selection.rows.iter().zip(places.iter().zip(&selection.groups)).map(point).collect();
    Ok(Scatter { title, note, points, groups: selection.names, axes, size }.draw())
}

/// Puts `pictures` into a file, `columns` side by side.
pub(crate) fn write(
    path: &Path,
    [title, note]: [String; 2],
    pictures: Vec<Picture>,
    columns: usize,
    cell: [f64; 2],
) -> Result<()> {
    Sheet { title, note, pictures, columns, cell }.draw().write(path, Kind::of_name(path)?)
}

/// How the words of the course relate to each other, seen from the mean of all of them as in their picture.
pub(crate) struct Groups {
    /// The mean cosine of two words of one group.
    pub(crate) within: f64,
    /// The mean cosine of two words of different groups.
    pub(crate) across: f64,
    /// The mean cosine of two of [`SEEN_TOGETHER`].
    pub(crate) together: f64,
    /// The share of words whose nearest one is of their own group.
    pub(crate) neighbors: f64,
    /// The same for random groups.
    pub(crate) chance: f64,
}

impl Groups {
    /// Measures `vectors`.
    pub(crate) fn of(vectors: &Vectors) -> Self {
        let Selection { rows, groups, .. } = Selection::course(vectors);
        let words = || 0..rows.len();
        let directions = directions(&rows.iter().map(|&row| vectors.row(row)).collect::<Vec<_>>());
        let cosine = |one: usize, other: usize| f64::from(query::dot(&directions[one], &directions[other]));
        let mean = |counts: &dyn Fn(usize, usize) -> bool| {
            let pairs = words().flat_map(|one| (0..one).map(move |other| (one, other)));
            let cosines: Vec<_> =
                pairs.filter(|&(one, other)| counts(one, other)).map(|(one, other)| cosine(one, other)).collect();
            cosines.iter().sum::<f64>() / cosines.len() as f64
        };
        let seen = |word: usize| SEEN_TOGETHER.contains(&vectors.vocabulary.word(rows[word]));
        let nearest = |one: usize| {
            let others = words().filter(|&other| other != one);
            others.max_by(|&a, &b| cosine(one, a).total_cmp(&cosine(one, b)))
        };
        let share = |found: usize, of: usize| found as f64 / of as f64;
        let fellows = |one: usize| words().filter(|&other| other != one && groups[other] == groups[one]).count();
        Self {
            within: mean(&|one, other| groups[one] == groups[other]),
            across: mean(&|one, other| groups[one] != groups[other]),
            together: mean(&|one, other| seen(one) && seen(other)),
            neighbors: share(
                words().filter(|&word| nearest(word).is_some_and(|near| groups[near] == groups[word])).count(),
                rows.len(),
            ),
            chance: share(words().map(fellows).sum(), rows.len() * (rows.len() - 1)),
        }
    }
}

/// The direction of each row from their mean: vectors of length 1.
fn directions(rows: &[&[f32]]) -> Vec<Vec<f32>> {
    let mean = |axis: usize| rows.iter().map(|row| f64::from(row[axis])).sum::<f64>() / rows.len() as f64;
    let means: Vec<_> = (0..rows.first().map_or(0, |row| row.len())).map(mean).collect();
    let direction = |row: &&[f32]| {
        let moved: Vec<_> = row.iter().zip(&means).map(|(&x, mean)| (f64::from(x) - mean) as f32).collect();
        query::unit(&moved).map_or(vec![0.0; row.len()], |unit| unit.into_iter().map(|x| x as f32).collect())
    };
    rows.iter().map(direction).collect()
}

#[cfg(test)]
mod tests {
    use motevec::Vocabulary;

    use super::*;

    #[test]
    fn groups_are_measured_from_the_mean_of_their_words() {
        let mut vocabulary = Vocabulary::new();
        for word in ["tea", "coffee", "rain", "great", "boring"] {
            vocabulary.push(word, 1).unwrap();
        }
        // Around (5, 7).
        let data = vec![7.0, 7.0, 6.0, 7.0, 5.0, 8.0, 4.0, 7.0, 3.0, 6.0];
        let vectors = Vectors::new(vocabulary, 2, data);
        let Groups { within, across, together, neighbors, chance } = Groups::of(&vectors);
        let fifth = 1.0 / 5.0_f64.sqrt();
        assert!((within - 1.0).abs() < 1e-6, "tea and coffee are the only two of a group: {within}");
        // Of tea, coffee, rain and boring with what is not of their group; great and boring are praise and criticism.
        assert!((across - (-2.0 - 3.0 * fifth) / 9.0).abs() < 1e-6 && (together - 2.0 * fifth).abs() < 1e-6);
        assert!((neighbors - 2.0 / 5.0).abs() < 1e-12 && (chance - 2.0 / 20.0).abs() < 1e-12);
    }
}

//! Two models in one space: a rotation lays one over the other, and words that have moved can be told.
//!
//! Training finds vectors up to a rotation: two runs, of two years or two corpora, have nothing to do with each other
//! number by number. Orthogonal Procrustes analysis (Schönemann 1966) finds the orthogonal matrix
//!
//! ```text
//! R = argmin ‖B R − A‖²  subject to Rᵀ R = 1,   that is   R = U Vᵀ   with   Bᵀ A = U Σ Vᵀ
//! ```
//!
//! where the rows of A and B are the vectors of the words that both models hold, scaled to length 1, so that every word
//! has the same say. They are not centered at their mean: cosines would change. Hamilton, Leskovec & Jurafsky (2016)
//! compare the words of decades in this way. R may mirror as well as turn; cosines within a model stay as they are.

mod polar;

use rayon::prelude::*;

use crate::query::{cosine, direction, unit};
use crate::{Error, Result, Subwords, Vectors};
use polar::{add, polar};

/// Words whose vectors are in f64 at a time.
const BLOCK: usize = 1024;

/// The matrix R that lays a model over another one.
#[derive(Clone, Debug)]
pub struct Alignment {
    /// Row by row, dim × dim numbers.
    matrix: Vec<Vec<f64>>,
    /// The words that both models hold, in the order of B.
    shared: Vec<Shared>,
}

/// A word that two models hold, with a direction in both: its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shared {
    /// Its row in A.
    pub a: usize,
    /// Its row in B.
    pub b: usize,
}

/// A word that two models hold, and how far apart its vectors are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moved {
    /// The rows of the word.
    pub word: Shared,
    /// 1 − the cosine of its two vectors: 0 to 2.
    pub distance: f32,
}

/// Finds the matrix that lays `b` over `a`. The result does not depend on the number of threads.
///
/// # Errors
/// If the models have different dimensions, or the words that both hold do not determine the matrix: there are fewer
/// than dimensions, or their vectors lie in a part of the space only.
pub fn align(a: &Vectors, b: &Vectors) -> Result<Alignment> {
    let dim = a.dim;
    if b.dim != dim {
        let message = format!("the models have {dim} and {} dimensions: only equal ones can be aligned", b.dim);
        return Err(Error::Failed(message));
    }
    let has_direction = |row: &[f32]| row.iter().any(|&number| number != 0.0);
    let in_both = |(row, word): (usize, &str)| Some(Shared { a: a.vocabulary.row(word)?, b: row });
    let mut shared: Vec<_> = b.vocabulary.words().enumerate().filter_map(in_both).collect();
    shared.retain(|word| has_direction(a.row(word.a)) && has_direction(b.row(word.b)));
    if shared.len() < dim {
        let message = format!(
            "the models share {} words, but {dim} dimensions need at least as many to be aligned: train both on more \
             text, or with fewer dimensions",
            shared.len()
        );
        return Err(Error::Failed(message));
    }
    let matrix = polar(product(a, b, &shared)).ok_or_else(|| {
        let message = format!(
            "the vectors of the {} shared words do not fill the {dim} dimensions, so that many rotations fit equally \
             well: share more words",
            shared.len()
        );
        Error::Failed(message)
    })?;
    Ok(Alignment { matrix, shared })
}

/// Bᵀ A of the unit vectors of the `shared` words.
fn product(a: &Vectors, b: &Vectors, shared: &[Shared]) -> Vec<Vec<f64>> {
    let mut product = vec![vec![0.0; a.dim]; a.dim];
    for words in shared.chunks(BLOCK) {
        let units = |word: &Shared| Some((unit(b.row(word.b))?, unit(a.row(word.a))?));
        let units: Vec<_> = words.par_iter().filter_map(units).collect();
        // Each row is a sum over the words in their order, whatever the threads.
        product.par_iter_mut().enumerate().for_each(|(component, row)| {
            units.iter().for_each(|(b, a)| add(row, b[component], a));
        });
    }
    product
}

impl Alignment {
    /// The words that both models hold with a direction, in the order of B.
    #[must_use]
    pub fn shared(&self) -> &[Shared] {
        &self.shared
    }

    /// Lays `b` over the other model: multiplies all its vectors by R, those of words that the other model lacks too.
    /// Outside vectors, or nodes, are multiplied likewise, so that `b` predicts the same contexts as before; and so are
    /// n-grams, for words that it has not seen.
    pub fn apply(&self, b: &mut Vectors) {
        let dim = b.dim;
        let outside = b.outside.as_deref_mut().unwrap_or_default();
        let nodes = b.nodes.as_deref_mut().unwrap_or_default();
        let [own, ngrams] = b.subwords.as_mut().map(Subwords::rows_mut).unwrap_or_default();
        let matrices = [&mut *b.data, outside, nodes, own, ngrams];
        matrices.into_par_iter().flat_map(|matrix| matrix.par_chunks_exact_mut(dim)).for_each(|row| {
            let mut sums = vec![0.0; dim];
            row.iter().zip(&self.matrix).for_each(|(&number, other)| add(&mut sums, f64::from(number), other));
            row.iter_mut().zip(sums).for_each(|(number, sum)| *number = sum as f32);
        });
    }

    /// How far apart the shared words are in `a` and `b`, in the order of B: `b` as it is, or after
    /// [`apply`](Self::apply).
    #[must_use]
    pub fn distances(&self, a: &Vectors, b: &Vectors) -> Vec<Moved> {
        let distance = |&word: &Shared| {
            let similarity = direction(b.row(word.b)).map_or(0.0, |b| cosine(&b, a.row(word.a)));
            Moved { word, distance: (1.0 - similarity).clamp(0.0, 2.0) }
        };
        self.shared.par_iter().map(distance).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Vectors of `dim` numbers for the words `first`, `first + 1`, …
    fn model(dim: usize, first: usize, numbers: &[f32]) -> Vectors {
        let vocabulary = (first..).take(numbers.len() / dim).map(|word| (word.to_string(), 0)).collect();
        Vectors::new(vocabulary, dim, numbers[..numbers.len() / dim * dim].to_vec())
    }

    fn message(a: &Vectors, b: &Vectors) -> String {
        align(a, b).unwrap_err().to_string()
    }

    #[test]
    fn what_does_not_determine_a_rotation_is_refused() {
        let two = model(2, 0, &[1.0, 0.0, 0.0, 1.0, 1.0, 1.0]);
        assert!(message(&two, &model(3, 0, &[1.0; 9])).starts_with("the models have 2 and 3 dimensions"));
        assert!(message(&two, &model(2, 9, &[1.0; 6])).starts_with("the models share 0 words, but 2 dimensions need"));
        assert!(message(&two, &model(2, 0, &[0.0; 6])).starts_with("the models share 0 words"), "zeros say nothing");
        assert!(message(&two, &model(2, 0, &[1.0; 6])).starts_with("the vectors of the 3 shared words do not fill"));
    }

    #[test]
    fn only_words_of_both_models_count_and_all_words_are_turned() {
        let a = model(2, 0, &[1.0, 0.0, 0.0, 2.0, 3.0, 1.0]);
        // A quarter turn of the words 1 and 2, and two words more.
        let mut b = model(2, 1, &[-2.0, 0.0, -1.0, 3.0, 0.0, 0.5, 7.0, 0.0]);
        b.outside = Some(b.data.clone());
        b.nodes = Some(b.data[..6].to_vec());
        let alignment = align(&a, &b).unwrap();
        assert_eq!(alignment.shared(), [Shared { a: 1, b: 0 }, Shared { a: 2, b: 1 }]);
        alignment.apply(&mut b);
        let expected = [0.0, 2.0, 3.0, 1.0, 0.5, 0.0, 0.0, -7.0];
        assert!(b.data.iter().zip(expected).all(|(x, y): (&f32, f32)| (x - y).abs() < 1e-6), "{:?}", b.data);
        assert_eq!((b.outside.as_ref(), b.nodes.as_deref()), (Some(&b.data), Some(&b.data[..6])));
        assert!(alignment.distances(&a, &b).iter().all(|moved| moved.distance < 1e-6));
    }

    proptest! {
        #[test]
        fn a_rotation_is_undone(
            dim in 1_usize..20,
            numbers in prop::collection::vec(-1.0..1.0_f32, 1_000),
            mirrors in prop::collection::vec(-1.0..1.0_f64, 100),
        ) {
            let a = model(dim, 0, &numbers);
            let mut b = a.clone();
            for row in b.data.chunks_exact_mut(dim) {
                let mut turned: Vec<f64> = row.iter().map(|&x| f64::from(x)).collect();
                // Two mirrors make a turn; so do four.
                for mirror in mirrors.chunks_exact(dim).take(4) {
                    let square: f64 = mirror.iter().map(|x| x * x).sum();
                    let along: f64 = mirror.iter().zip(&turned).map(|(x, y)| x * y).sum();
                    add(&mut turned, -2.0 * along / square, mirror);
                }
                row.iter_mut().zip(turned).for_each(|(number, turned)| *number = turned as f32);
            }
            let alignment = align(&a, &b).unwrap();
            alignment.apply(&mut b);
            prop_assert!(a.data.iter().zip(&b.data).all(|(x, y)| (x - y).abs() < 1e-5));
            prop_assert!(alignment.distances(&a, &b).iter().all(|moved| moved.distance < 1e-5));
        }
    }
}

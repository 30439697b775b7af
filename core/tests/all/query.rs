//! Cosines, nearest neighbors and analogies, against plain f64 arithmetic.

use motevec_core::model::Slab;
use motevec_core::query::{Neighbor, analogy, cosine, nearest};
use motevec_core::simd::{Kernel, LANES, Lanes, Level, Portable, Scalar};
use proptest::prelude::*;

fn scalar() -> Scalar<Portable> {
    Scalar::new()
}

fn exact_cosine(a: &[f32], b: &[f32]) -> f64 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
    let norms = (dot(a, a) * dot(b, b)).sqrt();
    if norms > 0.0 { dot(a, b) / norms } else { 0.0 }
}

fn neighbor(row: u32, similarity: f32) -> Neighbor {
    Neighbor { row, similarity }
}

#[test]
fn neighbors_come_best_first_and_the_lower_row_first_of_equals() {
    let vectors = [[0.0, 2.0], [3.0, 0.0], [0.0, 0.0], [-1.0, 0.0], [0.5, 0.0], [0.0, -1.0], [12.0, 0.0]];
    let query = [2.0, 0.0];
    let all =
        [neighbor(1, 1.0), neighbor(4, 1.0), neighbor(6, 1.0), neighbor(0, 0.0), neighbor(5, 0.0), neighbor(3, -1.0)];
    // The third row has no direction.
    assert_eq!(nearest::<_, _, 20>(scalar(), &vectors, &query, &[]), all, "no more than there are");
    assert_eq!(nearest::<_, _, 7>(scalar(), &vectors, &query, &[]), all);
    assert_eq!(nearest::<_, _, 2>(scalar(), &vectors, &query, &[]), all[..2], "the third of equals has no place");
    assert_eq!(nearest::<_, _, 1>(scalar(), &vectors, &query, &[1]), all[1..2]);
    assert_eq!(nearest::<_, _, 9>(scalar(), &vectors, &query, &[6, 1, 1, 99, 4]), all[3..]);
    assert_eq!(nearest::<_, _, 9>(scalar(), &vectors, &query, &[0, 1, 2, 3, 4, 5, 6]), []);
    assert_eq!(nearest::<_, _, 0>(scalar(), &vectors, &query, &[]), []);
    assert_eq!(nearest::<_, _, 3>(scalar(), &[[0.0; 2]; 0], &query, &[]), []);
    assert_eq!(nearest::<_, _, 2>(scalar(), &vectors, &[0.0; 2], &[0]), [neighbor(1, 0.0), neighbor(3, 0.0)]);
}

#[test]
fn a_cosine_is_between_minus_1_and_1_for_any_numbers() {
    let vectors: [&[f32]; 9] = [
        &[0.1, 0.2, 0.3],
        &[1e-30, 1e-30, 0.0],
        &[1e30, -1e30, 1e30],
        &[f32::MAX; 3],
        &[f32::MIN_POSITIVE; 3],
        &[f32::INFINITY, 0.0, 1.0],
        &[f32::NAN, 1.0, 1.0],
        &[0.0; 3],
        &[],
    ];
    for a in vectors {
        for b in vectors {
            let cosine = cosine(scalar(), a, b);
            assert!((-1.0..=1.0).contains(&cosine), "{a:?}, {b:?}: {cosine}");
        }
    }
}

/// A vector that is not finite must not keep the others from their places.
#[test]
fn rows_that_are_no_numbers_rank_as_unrelated() {
    let vectors = [[f32::INFINITY, 0.0], [f32::NAN, 1.0], [1.0, 1.0], [1.0, 0.0]];
    let found = nearest::<_, _, 2>(scalar(), &vectors, &[1.0, 0.0], &[]);
    assert_eq!(found.iter().map(|neighbor| neighbor.row).collect::<Vec<_>>(), [3, 2]);
}

/// Ten neighbors of `query`, on any level.
struct Nearest<'a> {
    vectors: &'a Slab<Vec<f32>>,
    query: &'a [f32],
    without: &'a [u32],
}

impl Kernel for Nearest<'_> {
    type Output = Vec<Neighbor>;
    fn run<L: Lanes>(self, lanes: L) -> Self::Output {
        nearest::<_, _, 10>(lanes, self.vectors, self.query, self.without).to_vec()
    }
}

fn numbers(len: usize) -> impl Strategy<Value = Vec<f32>> {
    prop::collection::vec(prop_oneof![1 => Just(0.0_f32), 4 => -2.0..2.0_f32], len)
}

fn padded(rows: &[f32], dim: usize, stride: usize) -> Vec<f32> {
    rows.chunks(dim).flat_map(|row| row.iter().copied().chain(std::iter::repeat_n(0.0, stride - dim))).collect()
}

prop_compose! {
    /// Rows of D components, a query, and rows to leave out.
    fn searches()(dim in 1..40_usize, rows in 1..40_usize)(
        dim in Just(dim),
        rows in numbers(dim * rows),
        query in numbers(dim),
        without in prop::collection::vec(0..45_u32, 0..6),
    ) -> (usize, Vec<f32>, Vec<f32>, Vec<u32>) {
        (dim, rows, query, without)
    }
}

proptest! {
    #[test]
    fn neighbors_are_those_of_a_plain_search((dim, rows, query, without) in searches()) {
        let stride = dim.next_multiple_of(LANES);
        let vectors = Slab::new(padded(&rows, dim, stride), dim, stride).unwrap();
        let padded_query = padded(&query, dim, stride);
        let search = || Nearest { vectors: &vectors, query: &padded_query, without: &without };
        let found = Level::Scalar.run(false, search()).unwrap();

        let mut exact: Vec<(u32, f64)> =
            rows.chunks(dim).zip(0..).map(|(row, index)| (index, exact_cosine(&query, row))).collect();
        let has_direction = |row: u32| rows.chunks(dim).nth(row as usize).unwrap().iter().any(|x| x * x > 0.0);
        exact.retain(|&(row, _)| !without.contains(&row) && has_direction(row));
        let similarity = |row| exact.iter().find(|(other, _)| *other == row).map(|(_, similarity)| *similarity);
        for neighbor in &found {
            let exact = similarity(neighbor.row);
            let near = |exact: f64| (exact - f64::from(neighbor.similarity)).abs() < 1e-5;
            prop_assert!(exact.is_some_and(near), "{:?}", neighbor);
        }
        prop_assert!(found.is_sorted_by(|a, b| {
            a.similarity > b.similarity || (a.similarity == b.similarity && a.row < b.row)
        }), "{:?}", found);
        prop_assert_eq!(found.len(), exact.len().min(10));
        // Rows that are further off by more than rounding have no place.
        exact.sort_by(|a, b| b.1.total_cmp(&a.1));
        for (neighbor, (_, best)) in found.iter().zip(&exact) {
            prop_assert!((f64::from(neighbor.similarity) - best).abs() < 1e-5, "{:?} {:?}", found, exact);
        }
        for level in Level::ALL.into_iter().filter(|level| level.is_available()) {
            prop_assert_eq!(&level.run(false, search()).unwrap(), &found, "{:?}", level);
        }
    }

    #[test]
    fn cosines_are_right_and_within_their_range((dim, rows, query, _) in searches()) {
        for row in rows.chunks(dim) {
            let found = cosine(scalar(), &query, row);
            prop_assert!((f64::from(found) - exact_cosine(&query, row)).abs() < 1e-5);
            prop_assert_eq!(found.to_bits(), cosine(scalar(), row, &query).to_bits());
            prop_assert!((-1.0..=1.0).contains(&cosine(scalar(), row, row)));
            prop_assert!((-1.0..=1.0).contains(&found));
        }
    }

    #[test]
    fn an_analogy_adds_and_subtracts_directions((dim, rows, query, _) in searches()) {
        let (a, b, c) = (&rows[..dim], &query, &rows[rows.len() - dim..]);
        let mut found = vec![f32::NAN; dim];
        analogy(scalar(), a, b, c, &mut found);
        let unit = |x: &[f32]| {
            let norm = x.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>().sqrt();
            let scale = if norm > 0.0 { 1.0 / norm } else { 0.0 };
            x.iter().map(|x| f64::from(*x) * scale).collect::<Vec<_>>()
        };
        for (found, ((a, b), c)) in found.iter().zip(unit(a).iter().zip(unit(b)).zip(unit(c))) {
            prop_assert!((f64::from(*found) - (b - a + c)).abs() < 1e-5);
        }
    }
}

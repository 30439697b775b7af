//! Nearest neighbors by cosine similarity, and analogies; how likely a word is where it stands.

mod context;
mod quantile;

pub use context::log_likelihood;
pub use quantile::Quantile;

use heapless::Vec;

use crate::model::{Component, Rows};
use crate::simd::{Lanes, dot};

/// A word and how similar it is to the query.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[repr(C)]
pub struct Neighbor {
    /// The word's row.
    pub row: u32,
    /// The cosine of the angle between the vectors, in −1 ..= 1.
    pub similarity: f32,
}

/// The cosine of the angle between `a` and `b`; 0 if one of them is zero, or if the numbers exceed an f32.
#[must_use]
pub fn cosine<L: Lanes>(lanes: L, a: &[f32], b: &[f32]) -> f32 {
    cosine_of(dot(lanes, a, b), libm::sqrtf(dot(lanes, a, a)), libm::sqrtf(dot(lanes, b, b)))
}

/// The cosine of two vectors, from their dot product and their lengths.
fn cosine_of(dot: f32, one: f32, other: f32) -> f32 {
    let cosine = dot / (one * other);
    if cosine.is_finite() { cosine.clamp(-1.0, 1.0) } else { 0.0 }
}

/// Vectors that a query can be compared with: those of a matrix, or of an [image](crate::image).
pub trait Candidates {
    /// What queries are made of.
    type Component: Component;

    /// How many there are.
    fn count(&self) -> usize;
    /// `query · x` and `x · x` for the vector x in row `index`, or for a positive multiple of it, which has the same
    /// direction; `None` if there is no such row. `query` is as long as x, padding included.
    fn products<L: Lanes>(&self, lanes: L, index: u32, query: &[Self::Component]) -> Option<[f32; 2]>;
}

impl<M: Rows + ?Sized> Candidates for M {
    type Component = M::Component;

    #[inline(always)]
    fn count(&self) -> usize {
        self.rows()
    }

    #[inline(always)]
    fn products<L: Lanes>(&self, lanes: L, index: u32, query: &[M::Component]) -> Option<[f32; 2]> {
        let x = self.row(index as usize)?;
        Some([M::Component::dot(lanes, query, x), M::Component::dot(lanes, x, x)])
    }
}

/// The `K` rows of `vectors` most similar to `query`, most similar first, without the rows in `without`. Among equally
/// similar rows the lower index comes first. Rows of zeros, which have no direction, are left out.
///
/// `query` is as long as the rows, padding included.
#[must_use]
pub fn nearest<L: Lanes, M: Candidates + ?Sized, const K: usize>(
    lanes: L,
    vectors: &M,
    query: &[M::Component],
    without: &[u32],
) -> Vec<Neighbor, K> {
    let mut best = Vec::from_array([Neighbor::default(); K]);
    let found = nearest_in(lanes, vectors, query, without, &mut best);
    best.truncate(found);
    best
}

/// [`nearest`], as many as there is room for in `best`. Returns how many there are.
pub fn nearest_in<L: Lanes, M: Candidates + ?Sized>(
    lanes: L,
    vectors: &M,
    query: &[M::Component],
    without: &[u32],
    best: &mut [Neighbor],
) -> usize {
    let mut search = Search::new(lanes, query);
    search.step(lanes, vectors, without, best, usize::MAX);
    search.found
}

/// [`nearest_in`] in slices, for devices that must look at something else in between.
///
/// ```
/// use motevec_core::query::{Neighbor, Search, nearest_in};
/// use motevec_core::simd::{Portable, Scalar};
///
/// let (lanes, vectors) = (Scalar::<Portable>::new(), [[1.0, 0.0], [0.6, 0.8], [0.8, 0.6], [-1.0, 0.0]]);
/// let (mut best, mut search) = ([Neighbor::default(); 2], Search::new(lanes, &vectors[0]));
/// while search.step(lanes, &vectors, &[0], &mut best, 3) {
///     // Look at the serial line.
/// }
/// assert_eq!(best[..search.found()].iter().map(|near| near.row).collect::<Vec<_>>(), [2, 1]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Search<'q, C = f32> {
    query: &'q [C],
    /// The length of the query.
    norm: f32,
    /// The next row.
    next: usize,
    found: usize,
}

impl<'q, C: Component> Search<'q, C> {
    /// A search that has not looked at a row.
    pub fn new<L: Lanes>(lanes: L, query: &'q [C]) -> Self {
        Self { query, norm: libm::sqrtf(C::dot(lanes, query, query)), next: 0, found: 0 }
    }

    /// Looks at the next `rows` rows of `vectors`, and returns whether there are more. All else is as for
    /// [`nearest_in`], and the same each time.
    pub fn step<L: Lanes, M: Candidates<Component = C> + ?Sized>(
        &mut self,
        lanes: L,
        vectors: &M,
        without: &[u32],
        best: &mut [Neighbor],
        rows: usize,
    ) -> bool {
        let end = self.next.saturating_add(rows).min(vectors.count());
        for row in (self.next..end).filter_map(|row| u32::try_from(row).ok()) {
            if without.contains(&row) {
                continue;
            }
            let Some([dot, square]) = vectors.products(lanes, row, self.query) else { continue };
            if square == 0.0 {
                continue;
            }
            let candidate = Neighbor { row, similarity: cosine_of(dot, self.norm, libm::sqrtf(square)) };
            self.found = keep_best(best, self.found, candidate);
        }
        self.next = end;
        end < vectors.count()
    }

    /// How many neighbors were found so far.
    #[must_use]
    pub fn found(&self) -> usize {
        self.found
    }
}

/// Puts `candidate` in its place among the first `found` of the list, best first, and drops the worst if the list is
/// full. Returns how many there are now.
///
/// For a handful of neighbors, this is as fast as a heap and keeps them sorted.
fn keep_best(best: &mut [Neighbor], found: usize, candidate: Neighbor) -> usize {
    // Most are not better than the worst of a full list.
    let full = best.len() <= found;
    if full && best.last().is_none_or(|worst| candidate.similarity <= worst.similarity) {
        return found;
    }
    let (mut carried, mut placed) = (candidate, false);
    for neighbor in best.iter_mut().take(found) {
        if placed || carried.similarity > neighbor.similarity {
            core::mem::swap(neighbor, &mut carried);
            placed = true;
        }
    }
    // Without room, the worst one is left over.
    let Some(place) = best.get_mut(found) else { return found };
    *place = carried;
    found + 1
}

/// Writes the query "`a` is to `b` as `c` is to ?" into `query`: b/|b| − a/|a| + c/|c| (3CosAdd, Mikolov et al. 2013).
///
/// The slices have the same length; the surplus of longer ones is left out.
pub fn analogy<L: Lanes>(lanes: L, a: &[f32], b: &[f32], c: &[f32], query: &mut [f32]) {
    query.fill(0.0);
    for (vector, sign) in [(a, -1.0), (b, 1.0), (c, 1.0)] {
        let norm = libm::sqrtf(dot(lanes, vector, vector));
        if norm > 0.0 {
            crate::simd::axpy(lanes, sign / norm, vector, query);
        }
    }
}

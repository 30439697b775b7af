//! Words with subwords, in rounds: a word's vector is composed of its own row and its n-grams' when it is first needed,
//! some rounds train it as they train any row, and then it hands what has moved it to the rows that it is made of.
//!
//! fastText walks all n-grams of a word in every step instead, and adds the whole gradient of the hidden vector to each
//! of them; so a word's vector, their mean, moves by what they move by, which is why the change of a composed row is
//! theirs. Words that share n-grams do not see each other's steps until then, just as shards do not.

use std::sync::{RwLock, RwLockReadGuard};

use motevec_core::simd::{Kernel, Lanes, Machine, Simd, prefetch};

use super::driver::UNPOISONED;
use super::grams::Grams;
use super::matrix::{Matrix, PARTS, Reader, part_of, place_of};
use super::private::{PREFETCH, Private, Side};

/// Rounds that train composed rows before these hand back what they learned.
///
/// More rounds cost less for each, because a frequent word is composed once for all of them.
pub(super) const ROUNDS: usize = 8;

/// The rows that words are made of, and what has been composed of them.
pub(super) struct Composites<'a, 'm> {
    grams: &'a Grams,
    /// A row for each word, and for each n-gram.
    pub(super) input: &'a Matrix<'m>,
    /// By part of the words.
    composed: Vec<RwLock<Composed>>,
}

/// The words of a part that are composed, and what they hand to the rows that they are made of.
#[derive(Default)]
struct Composed {
    /// By place: 1 + the index in the lists; 0 for a word that is not composed.
    index: Vec<u32>,
    places: Vec<usize>,
    /// After how many pairs each has changed.
    pairs: Vec<f64>,
    /// What they were when they were composed, row after row.
    before: Vec<f32>,
    /// By part of the input matrix.
    contributions: Vec<Vec<Contribution>>,
}

/// What a word has to hand to a row that it is made of.
#[derive(Clone, Copy)]
pub(super) struct Contribution {
    /// The row's place in its part.
    pub(super) place: u32,
    /// The word.
    pub(super) word: u32,
    /// After how many pairs it has changed.
    pub(super) pairs: f64,
}

impl<'a, 'm> Composites<'a, 'm> {
    pub(super) fn new(grams: &'a Grams, input: &'a Matrix<'m>) -> Self {
        let composed = || Composed { contributions: vec![Vec::new(); PARTS], ..Composed::default() };
        Self { grams, input, composed: (0..PARTS).map(|_| RwLock::new(composed())).collect() }
    }

    /// Composes the rows of the words in `part` that the `shards` need, and that are not composed yet.
    pub(super) fn compose(&self, simd: Simd, center: &Matrix<'_>, part: usize, shards: &[&Private<'_>]) {
        let mut composed = self.composed[part].write().expect(UNPOISONED);
        let Composed { index, places, pairs, before, .. } = &mut *composed;
        let known = places.len();
        for (place, _) in shards.iter().flat_map(|private| private.list(Side::Center).part(part)) {
            if place >= index.len() {
                index.resize(place + 1, 0);
            }
            if index[place] == 0 {
                places.push(place);
                index[place] = places.len() as u32;
            }
        }
        pairs.resize(places.len(), 0.0);
        let (places, input, grams) = (&places[known..], &self.input.read(), self.grams);
        center.write(part, |common| {
            simd.enter(Compose { common: &mut *common, part, places, input, grams });
            for place in places {
                before.extend_from_slice(&common[place * input.stride()..][..input.stride()]);
            }
        });
    }

    /// Composes the rows of all words.
    pub(super) fn compose_all(&self, simd: Simd, center: &Matrix<'_>) {
        let words = center.rows();
        let (input, grams) = (&self.input.read(), self.grams);
        for part in 0..PARTS {
            let places: Vec<usize> = (part..words).step_by(PARTS).map(|row| place_of(row as u32)).collect();
            center.write(part, |common| simd.enter(Compose { common, part, places: &places, input, grams }));
        }
    }

    /// Notes that words of `part`, at these places, have been trained by so many pairs.
    pub(super) fn note(&self, part: usize, trained: impl Iterator<Item = (usize, f64)>) {
        let mut composed = self.composed[part].write().expect(UNPOISONED);
        let Composed { index, pairs, .. } = &mut *composed;
        trained.for_each(|(place, more)| pairs[index[place] as usize - 1] += more);
    }

    /// Makes the rows of the words in `part` what has changed them, and lists to which rows they hand it.
    pub(super) fn end(&self, center: &Matrix<'_>, part: usize) {
        let mut composed = self.composed[part].write().expect(UNPOISONED);
        let Composed { index, places, pairs, before, contributions } = &mut *composed;
        contributions.iter_mut().for_each(Vec::clear);
        center.write(part, |common| {
            let stride = before.len().checked_div(places.len()).unwrap_or(1);
            for ((place, before), pairs) in places.drain(..).zip(before.chunks_exact(stride)).zip(pairs.drain(..)) {
                index[place] = 0;
                let change = &mut common[place * stride..][..stride];
                change.iter_mut().zip(before).for_each(|(change, before)| *change -= before);
                let word = (place * PARTS + part) as u32;
                for &row in self.grams.of(word) {
                    let place = place_of(row) as u32;
                    contributions[part_of(row)].push(Contribution { place, word, pairs });
                }
            }
        });
        before.clear();
    }

    /// What words hand to the rows of `part` of the input matrix.
    pub(super) fn with_contributions<T>(&self, part: usize, work: impl FnOnce(&[&[Contribution]]) -> T) -> T {
        let composed: Vec<RwLockReadGuard<'_, Composed>> =
            self.composed.iter().map(|composed| composed.read().expect(UNPOISONED)).collect();
        let contributions: Vec<&[Contribution]> =
            composed.iter().map(|composed| &composed.contributions[part][..]).collect();
        work(&contributions)
    }
}

/// Rows as the means of others.
struct Compose<'a> {
    common: &'a mut [f32],
    part: usize,
    places: &'a [usize],
    input: &'a Reader<'a, 'a>,
    grams: &'a Grams,
}

impl Kernel for Compose<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, _lanes: L) {
        let Self { common, part, places, input, grams } = self;
        let stride = input.stride();
        for &place in places {
            let rows = grams.of((place * PARTS + part) as u32);
            let sum = &mut common[place * stride..][..stride];
            sum.fill(0.0);
            for (index, &row) in rows.iter().enumerate() {
                if let Some(&later) = rows.get(index + PREFETCH) {
                    prefetch(input.row(later));
                }
                for (sum, x) in sum.iter_mut().zip(input.row(row)) {
                    *sum += x;
                }
            }
            let part = 1.0 / rows.len() as f32;
            sum.iter_mut().for_each(|x| *x *= part);
        }
    }
}

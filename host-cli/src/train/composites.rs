//! Words with subwords, in rounds: each word that occurs in a round gets one row, composed of its own and its n-grams'
//! when the round begins; the round trains these rows as it trains any; and at its end, each hands what has moved it to
//! the rows that it is made of.
//!
//! fastText walks all n-grams of a word in every step instead, and adds the whole gradient of the hidden vector to each
//! of them; so a word's vector, their mean, moves by what they move by, which is why the change of a composed row is
//! theirs. Within a round, words that share n-grams do not see each other's steps, just as shards do not.

use std::sync::RwLock;

use motevec_core::simd::{Kernel, Lanes, Machine, Simd, prefetch};

use super::driver::UNPOISONED;
use super::grams::Grams;
use super::matrix::{Matrix, PARTS, Reader, part_of, place_of};
use super::merge::Rule;
use super::private::{PREFETCH, Private, Side};

/// A row that is one of n parts of a word counts SHARES/n of the word's pairs in the merge's κu, in rounds of 16,000
/// words; in shorter ones less, in proportion. A row takes its word along by 1/n of its own way only; but what all
/// words learn in common is added up for each word that shares a row.
///
/// Tried on six million words in rounds of 9,300 (100 dimensions, 5 epochs, one seed; WordSim-353 / SimLex-999 /
/// analogies / syntactic ones):
///
/// | | scores |
/// |---|---|
/// | fastText, step by step | .336 .249 .570 .642 |
/// | 2 | diverges |
/// | 3 | .370 .230 .551 .618, from a first epoch that swings |
/// | 6 | .381 .219 .544 .611 |
/// | 10 | .385 .213 .533 .598 |
/// | as if a row were the word | .381 .211 .513 .574 |
/// | 3, rounds of 8,000 words | .365 .245 .562 .630 |
/// | as if a row were the word, eight rounds between composing | .332 .192 .384 .427, at half the time |
///
/// On 23 million words in rounds of 16,000, 6 swings, and 12 does not.
const SHARES: f64 = 12.0;
const AT_WORDS: f64 = 16_000.0;
const LEAST_SHARES: f64 = 3.0;

/// What a word has to hand to a row that it is made of.
#[derive(Clone, Copy)]
pub(super) struct Contribution {
    /// The row's place in its part.
    pub(super) place: u32,
    /// The word.
    pub(super) row: u32,
    /// After how many pairs it has changed.
    pub(super) pairs: f64,
}

/// What words are made of, and what a round hands to it.
pub(super) struct Composites<'a, 'm> {
    pub(super) grams: &'a Grams,
    /// A row for each word, and for each n-gram.
    pub(super) input: &'a Matrix<'m>,
    /// See [`SHARES`].
    shares: f64,
    /// By part of the words, and then by part of the input matrix: what words contribute to rows.
    contributions: Vec<RwLock<Vec<Vec<Contribution>>>>,
}

impl<'a, 'm> Composites<'a, 'm> {
    /// For rounds of so many words.
    pub(super) fn new(grams: &'a Grams, input: &'a Matrix<'m>, words: usize) -> Self {
        let shares = (SHARES * words as f64 / AT_WORDS).max(LEAST_SHARES);
        let contributions = (0..PARTS).map(|_| RwLock::new(vec![Vec::new(); PARTS])).collect();
        Self { grams, input, shares, contributions }
    }

    /// Composes the rows of the words in `part` that occur in a round of the `shards`.
    pub(super) fn compose(
        &self,
        simd: Simd,
        center: &Matrix<'_>,
        (part, seen): (usize, &mut Vec<bool>),
        shards: &[&Private<'_>],
    ) {
        let mut places = Vec::new();
        for (place, _) in shards.iter().flat_map(|private| private.list(Side::Center).part(part)) {
            if place >= seen.len() {
                seen.resize(place + 1, false);
            }
            if !std::mem::replace(&mut seen[place], true) {
                places.push(place);
            }
        }
        places.iter().for_each(|&place| seen[place] = false);
        let (input, grams) = (&self.input.read(), self.grams);
        center.write(part, |common| simd.enter(Compose { common, part, places: &places, input, grams }));
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

    /// Notes that the words of `part` have changed, each after so many pairs: what is in their rows is the change.
    pub(super) fn note(&self, part: usize, changed: impl Iterator<Item = (usize, f64)>) {
        let mut by_part = self.contributions[part].write().expect(UNPOISONED);
        by_part.iter_mut().for_each(Vec::clear);
        for (place, pairs) in changed {
            let word = (place * PARTS + part) as u32;
            let rows = self.grams.of(word);
            let pairs = pairs * (self.shares / rows.len() as f64).min(1.0);
            for &row in rows {
                by_part[part_of(row)].push(Contribution { place: place_of(row) as u32, row: word, pairs });
            }
        }
    }

    /// Hands what has changed the `words` to part `part` of the rows that they are made of.
    pub(super) fn share(&self, simd: Simd, part: usize, words: &Reader<'_, '_>, rule: Rule, sums: &mut RowSums) {
        let contributions: Vec<_> = self.contributions.iter().map(|part| part.read().expect(UNPOISONED)).collect();
        let contributions: Vec<&[Contribution]> = contributions.iter().map(|by_part| &by_part[part][..]).collect();
        self.input.write(part, |common| {
            simd.enter(Share { common, contributions: &contributions, words, rule, sums });
        });
        self.input.note(part, sums.rows.drain(..).map(|(place, _, pairs)| (place, pairs)));
        sums.sums.clear();
    }
}

/// A thread's memory for sums of what rows are handed.
#[derive(Default)]
pub(super) struct RowSums {
    /// By place in the part: 1 + the index of the row in `rows`; 0 for a row that nobody hands anything.
    index: Vec<u32>,
    /// The place of each row, by how many words it is handed something, and how many pairs changed these.
    rows: Vec<(usize, usize, f64)>,
    /// The sum for each, one after the other.
    sums: Vec<f32>,
}

/// `row += s(n, u) · Σ change`, see the module `merge`.
struct Share<'a> {
    common: &'a mut [f32],
    contributions: &'a [&'a [Contribution]],
    words: &'a Reader<'a, 'a>,
    rule: Rule,
    sums: &'a mut RowSums,
}

impl Kernel for Share<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, _lanes: L) {
        let Self { common, contributions, words, rule, sums: RowSums { index, rows, sums } } = self;
        let stride = rule.stride;
        index.resize(common.len() / stride, 0);
        for contributions in contributions {
            for (number, &Contribution { place, row: word, pairs }) in contributions.iter().enumerate() {
                if let Some(later) = contributions.get(number + PREFETCH) {
                    prefetch(words.row(later.row));
                }
                let (place, change) = (place as usize, words.row(word));
                let index = &mut index[place];
                if *index == 0 {
                    rows.push((place, 1, pairs));
                    *index = rows.len() as u32;
                    sums.extend_from_slice(change);
                } else {
                    let known = *index as usize - 1;
                    rows[known].1 += 1;
                    rows[known].2 += pairs;
                    sums[known * stride..][..stride].iter_mut().zip(change).for_each(|(sum, change)| *sum += change);
                }
            }
        }
        for (&(place, words, pairs), sum) in rows.iter().zip(sums.chunks_exact(stride)) {
            let s = rule.scale(words, pairs);
            common[place * stride..][..stride].iter_mut().zip(sum).for_each(|(common, sum)| *common += s * sum);
            index[place] = 0;
        }
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

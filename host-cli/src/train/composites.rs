//! Words with subwords, in rounds: each word that occurs in a round gets one row, composed of its own and its n-grams'
//! when the round begins; the round trains these rows as it trains any; and at its end, each hands what has moved it to
//! the rows that it is made of.
//!
//! fastText walks all n-grams of a word in every step instead, and adds the whole gradient of the hidden vector to each
//! of them; so a word's vector, their mean, moves by what they move by, which is why the change of a composed row is
//! theirs. Within a round, words that share n-grams do not see each other's steps, just as shards do not.

use std::sync::RwLock;

use motevec_core::simd::{Block, Kernel, LANES, Lanes, Machine, Simd, prefetch};

use super::driver::UNPOISONED;
use super::grams::{Grams, Part};
use super::matrix::{Matrix, PARTS, Reader, part_of, place_of, row_of};
use super::merge::{Changed, Rule, Touched};
use super::private::{Private, Side};
use super::sums::{Becomes, Sums};

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
/// On 23 million words in rounds of 16,000, 6 swings, and 12 does not. Rounds of 32,000 take a sixth less time, but
/// cost .02 of the analogies (one seed: .525 .321 .611, and .529 .312 .590).
const SHARES: f64 = 12.0;
const AT_WORDS: f64 = 16_000.0;
const LEAST_SHARES: f64 = 3.0;

/// What words are made of, and what a round hands to it.
pub(super) struct Composites<'a, 'm> {
    grams: &'a Grams,
    /// What words are made of.
    pub(super) input: &'a Matrix<'m>,
    /// See [`SHARES`].
    shares: f64,
    /// By part of the words.
    changes: Vec<RwLock<Changes>>,
}

/// What the words of a part hand to rows.
struct Changes {
    /// By place of the word, how many of the pairs that have changed it count for each row.
    pairs: Vec<f64>,
    /// By part of the input matrix: which row takes in what changed which word, as their places.
    places: Vec<Vec<[u32; 2]>>,
}

impl<'a, 'm> Composites<'a, 'm> {
    /// For rounds of so many words.
    pub(super) fn new(grams: &'a Grams, input: &'a Matrix<'m>, words: usize) -> Self {
        let shares = (SHARES * words as f64 / AT_WORDS).max(LEAST_SHARES);
        let none = || RwLock::new(Changes { pairs: Vec::new(), places: vec![Vec::new(); PARTS] });
        Self { grams, input, shares, changes: (0..PARTS).map(|_| none()).collect() }
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
        let made_of = |&place: &usize| {
            let word = row_of(part, place);
            (place, self.grams.parts(word), self.grams.of(word).len())
        };
        let words: Vec<_> = places.iter().map(made_of).collect();
        let input = &self.input.read();
        center.write(part, |common| simd.enter(Compose { common, words: &words, input }));
    }

    /// Composes the rows of all words, adding up each row in turn, as whoever reads them does.
    pub(super) fn compose_all(&self, simd: Simd, center: &Matrix<'_>) {
        let input = &self.input.read();
        for part in 0..PARTS {
            center.write(part, |common| {
                for place in 0..center.rows_of(part) {
                    let rows = self.grams.of(row_of(part, place));
                    let row = |&row: &u32| Part { row: self.grams.matrix_rows[row as usize], times: 1 };
                    let parts: Vec<_> = rows.iter().map(row).collect();
                    simd.enter(Compose { common, words: &[(place, &parts, parts.len())], input });
                }
            });
        }
    }

    /// Notes that the words of `part` have changed, each after so many pairs: what is in their rows is the change.
    pub(super) fn note(&self, part: usize, changed: impl Iterator<Item = (usize, f64)>) {
        let Changes { pairs: of_words, places } = &mut *self.changes[part].write().expect(UNPOISONED);
        places.iter_mut().for_each(Vec::clear);
        for (place, pairs) in changed {
            if place >= of_words.len() {
                of_words.resize(place + 1, 0.0);
            }
            let word = row_of(part, place);
            of_words[place] = pairs * (self.shares / self.grams.of(word).len() as f64).min(1.0);
            for &Part { row, .. } in self.grams.parts(word) {
                places[part_of(row)].push([place_of(row) as u32, place as u32]);
            }
        }
    }

    /// Hands what has changed the `words` to part `part` of the rows that they are made of.
    pub(super) fn share(&self, simd: Simd, part: usize, words: &Reader<'_, '_>, rule: Rule, handed: &mut Handed) {
        let changes: Vec<_> = self.changes.iter().map(|changes| changes.read().expect(UNPOISONED)).collect();
        handed.list(changes.iter().enumerate().flat_map(|(of_part, changes)| {
            let Changes { pairs, places } = &**changes;
            let change = move |&[place, word]: &[u32; 2]| {
                (place as usize, row_of(of_part, word as usize), pairs[word as usize], 0.0)
            };
            places[part].iter().map(change)
        }));
        let pairs = |row: &Touched| row.centers;
        self.input.note(part, handed.rows.iter().map(|row| (row.place, pairs(row))));
        let copy = |word| words.row(word);
        let becomes = Becomes::Sum;
        self.input.write(part, |common| simd.enter(Sums { common, changed: handed, copy, pairs, rule, becomes }));
    }
}

/// A thread's memory for what rows are handed, by the words that they are parts of.
pub(super) type Handed = Changed<u32>;

/// Rows of words as the means of others.
struct Compose<'a> {
    common: &'a mut [f32],
    /// The place of each, what it is made of, and of how many rows.
    words: &'a [(usize, &'a [Part], usize)],
    input: &'a Reader<'a, 'a>,
}

impl Kernel for Compose<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let Self { common, words, input } = self;
        let blocks = input.stride() / LANES;
        let (common, _) = common.as_chunks_mut::<LANES>();
        let mut found: Vec<(&[Block], f32)> = Vec::new();
        for (number, &(place, parts, rows)) in words.iter().enumerate() {
            let (_, next, _) = words.get(number + 1).unwrap_or(&(0, &[], 0));
            next.iter().for_each(|part| prefetch(input.row(part.row)));
            found.clear();
            found.extend(parts.iter().map(|part| (input.row(part.row).as_chunks().0, part.times as f32)));
            let mean = lanes.splat(1.0 / rows as f32);
            for (block, common) in common[place * blocks..][..blocks].iter_mut().enumerate() {
                for part in 0..L::PARTS {
                    let mut sum = lanes.splat(0.0);
                    for (row, times) in &found {
                        sum = lanes.add(sum, lanes.mul(lanes.splat(*times), lanes.load(&row[block], part)));
                    }
                    lanes.store(lanes.mul(mean, sum), common, part);
                }
            }
        }
    }
}

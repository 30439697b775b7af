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
use super::grams::{Grams, Part};
use super::matrix::{Matrix, PARTS, Reader, part_of, place_of, row_of};
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
        let words: Vec<_> = places.iter().map(|&place| (place, self.grams.parts(row_of(part, place)))).collect();
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
                    simd.enter(Compose { common, words: &[(place, &parts)], input });
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
            let parts = self.grams.parts(row_of(part, place));
            of_words[place] = pairs * (self.shares / rows(parts)).min(1.0);
            for &Part { row, .. } in parts {
                places[part_of(row)].push([place_of(row) as u32, place as u32]);
            }
        }
    }

    /// Hands what has changed the `words` to part `part` of the rows that they are made of.
    pub(super) fn share(&self, simd: Simd, part: usize, words: &Reader<'_, '_>, rule: Rule, handed: &mut Handed) {
        let Handed { rows, places, changes } = handed;
        rows.resize(self.input.rows_of(part), (0, 0.0));
        changes.clear();
        for (of_part, of_words) in self.changes.iter().enumerate() {
            let Changes { pairs, places: changed } = &*of_words.read().expect(UNPOISONED);
            for &[place, word] in &changed[part] {
                let (words, sum) = &mut rows[place as usize];
                if *words == 0 {
                    places.push(place);
                }
                *words += 1;
                *sum += pairs[word as usize];
                changes.push([place, row_of(of_part, word as usize)]);
            }
        }
        self.input.note(part, places.iter().map(|&place| (place as usize, rows[place as usize].1)));
        // From now on, what part each row takes in of what it is handed.
        for &place in &*places {
            let (words, pairs) = &mut rows[place as usize];
            *pairs = rule.scale(std::mem::take(words), *pairs).into();
        }
        self.input.write(part, |common| simd.enter(Share { common, changes, words, rows }));
        places.drain(..).for_each(|place| rows[place as usize] = (0, 0.0));
    }
}

/// How many rows these parts are.
fn rows(parts: &[Part]) -> f64 {
    f64::from(parts.iter().map(|part| part.times).sum::<u32>())
}

/// A thread's memory for what rows are handed.
#[derive(Default)]
pub(super) struct Handed {
    /// By place: by how many words a row is handed something, and how many pairs count.
    rows: Vec<(usize, f64)>,
    /// The places of rows that are handed something.
    places: Vec<u32>,
    /// The place of a row, and a word that changed it.
    changes: Vec<[u32; 2]>,
}

/// `row += s(n, u) · Σ change`, see the module `merge`.
struct Share<'a> {
    common: &'a mut [f32],
    changes: &'a [[u32; 2]],
    words: &'a Reader<'a, 'a>,
    /// By place, s behind a zero.
    rows: &'a [(usize, f64)],
}

impl Kernel for Share<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, _lanes: L) {
        let Self { common, changes, words, rows } = self;
        let stride = words.stride();
        for (number, &[place, word]) in changes.iter().enumerate() {
            if let Some(&[place, word]) = changes.get(number + PREFETCH) {
                prefetch(words.row(word));
                prefetch(&common[place as usize * stride..][..stride]);
            }
            let (_, s) = rows[place as usize];
            let row = &mut common[place as usize * stride..][..stride];
            row.iter_mut().zip(words.row(word)).for_each(|(row, change)| *row += s as f32 * change);
        }
    }
}

/// Rows of words as the means of others.
struct Compose<'a> {
    common: &'a mut [f32],
    /// The place of each, and what it is made of.
    words: &'a [(usize, &'a [Part])],
    input: &'a Reader<'a, 'a>,
}

impl Kernel for Compose<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, _lanes: L) {
        let Self { common, words, input } = self;
        let stride = input.stride();
        for (number, &(place, parts)) in words.iter().enumerate() {
            let (_, next) = words.get(number + 1).unwrap_or(&(0, &[]));
            next.iter().for_each(|part| prefetch(input.row(part.row)));
            let sum = &mut common[place * stride..][..stride];
            sum.fill(0.0);
            for &Part { row, times } in parts {
                let times = times as f32;
                for (sum, x) in sum.iter_mut().zip(input.row(row)) {
                    *sum += times * x;
                }
            }
            let mean = 1.0 / rows(parts) as f32;
            sum.iter_mut().for_each(|x| *x *= mean);
        }
    }
}

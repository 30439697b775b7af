//! What vectors are to be compared with: counts of pairs of events, and of successions (a Markov chain of first order),
//! in tables as large as a device has RAM.
//!
//! The events have the same vocabulary as the learner's, with counts that fade.

use motevec_core::sample::Generator;
use motevec_core::vocab::{Observed, VocabIn};
use rand_core::Rng;

use super::auc::Detector;

/// How counts are kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// A cell of 16 bits for each pair.
    Exact,
    /// A cell of four bits for each pair, that counts by the logarithm (Morris 1978), to base 1.4.
    Logarithms,
    /// `rows` hashes into cells of 8 bits, of which the least is the count, and the least alone is raised (Estan and
    /// Varghese 2002; Cormode and Muthukrishnan 2005).
    Sketch {
        /// How many.
        rows: usize,
    },
    /// Sets of four entries of three bytes: twelve bits to tell the pair, and twelve to count. A new one takes the
    /// place of the rarest of its set with probability 1 / (count + 1).
    Entries,
}

/// Counts of pairs, in so many bytes.
#[derive(Debug)]
struct Table {
    kind: Kind,
    cells: Vec<u16>,
    /// The pair of an entry, plus one.
    pairs: Vec<u32>,
    random: Generator,
}

const BASE: f32 = 1.4;
/// Entries of a set.
const SET: usize = 4;

impl Table {
    /// `None` if there is no room for the pairs.
    fn new(kind: Kind, bytes: usize, pairs: usize) -> Option<Self> {
        let cells = match kind {
            Kind::Exact => pairs,
            Kind::Logarithms => pairs,
            Kind::Sketch { .. } => bytes,
            Kind::Entries => bytes / 3 / SET * SET,
        };
        let fits = match kind {
            Kind::Exact => 2 * pairs <= bytes,
            Kind::Logarithms => pairs <= 2 * bytes,
            _ => true,
        };
        let entries = if kind == Kind::Entries { cells } else { 0 };
        fits.then(|| Self { kind, cells: vec![0; cells], pairs: vec![0; entries], random: Generator::new(1, [30]) })
    }

    /// The place of a pair in a row of a sketch, or of its set.
    fn hash(pair: usize, row: usize, among: usize) -> usize {
        let mixed = (pair as u64 * 2 + row as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        (mixed >> 24) as usize % among
    }

    /// The cells of a pair.
    fn places(&self, pair: usize) -> Vec<usize> {
        match self.kind {
            Kind::Exact | Kind::Logarithms => vec![pair],
            Kind::Sketch { rows } => {
                let among = self.cells.len() / rows;
                (0..rows).map(|row| row * among + Self::hash(pair, row, among)).collect()
            }
            Kind::Entries => {
                let set = SET * Self::hash(pair, 0, self.cells.len() / SET);
                (set..set + SET).filter(|&place| self.pairs[place] == pair as u32 + 1).collect()
            }
        }
    }

    fn count(&self, pair: usize) -> f32 {
        let least = self.places(pair).into_iter().map(|place| self.cells[place]).min().unwrap_or(0);
        if self.kind == Kind::Logarithms { value(least) } else { least.into() }
    }

    fn is_one_of(&mut self, n: f32) -> bool {
        (self.random.next_u32() as f32) * n < u32::MAX as f32
    }

    fn add(&mut self, pair: usize) {
        let places = self.places(pair);
        let largest = match self.kind {
            Kind::Exact => u16::MAX,
            Kind::Logarithms => 15,
            Kind::Sketch { .. } => 255,
            Kind::Entries => 4095,
        };
        match (self.kind, places.as_slice()) {
            (Kind::Logarithms, &[place]) => {
                let raise = self.is_one_of(BASE.powi(self.cells[place].into()));
                self.cells[place] = (self.cells[place] + u16::from(raise)).min(largest);
            }
            (Kind::Entries, []) => {
                let set = SET * Self::hash(pair, 0, self.cells.len() / SET);
                let rarest = (set..set + SET).min_by_key(|&place| self.cells[place]).expect("a set has entries");
                if self.is_one_of(f32::from(self.cells[rarest]) + 1.0) {
                    (self.cells[rarest], self.pairs[rarest]) = (1, pair as u32 + 1);
                }
            }
            (_, places) => {
                let least = places.iter().map(|&place| self.cells[place]).min().expect("a pair has a cell");
                for &place in places {
                    if self.cells[place] == least {
                        self.cells[place] = least.saturating_add(1).min(largest);
                    }
                }
            }
        }
    }

    /// Forgets a pair.
    fn clear(&mut self, pair: usize) {
        let places = self.places(pair);
        let least = places.iter().map(|&place| self.cells[place]).min().unwrap_or(0);
        places.into_iter().for_each(|place| self.cells[place] -= least);
    }

    fn halve(&mut self) {
        for place in 0..self.cells.len() {
            let cell = self.cells[place];
            self.cells[place] = if self.kind == Kind::Logarithms {
                let half = (value(cell) / 2.0 * (BASE - 1.0) + 1.0).log(BASE);
                half as u16 + u16::from(self.random.next_u32() as f32 / (u32::MAX as f32) < half.fract())
            } else {
                cell / 2
            };
        }
    }
}

/// What a logarithm stands for.
fn value(cell: u16) -> f32 {
    (BASE.powi(cell.into()) - 1.0) / (BASE - 1.0)
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// Pairs of events at most ten apart, in either order.
    Pairs,
    /// Events and their successors.
    Successions,
}

/// Scores by counts.
#[derive(Debug)]
pub struct Counts {
    vocab: VocabIn<Vec<u8>, Vec<u16>, Vec<u32>>,
    of: Of,
    table: Table,
    /// How often each event is the one or the other of a pair; of a succession, the latter and the former.
    single: [Vec<f32>; 2],
    total: f32,
    /// All is halved when it adds up to more.
    bound: f32,
}

/// How far apart events of a pair are.
const REACH: usize = 10;

impl Counts {
    /// The smoothing of each scoring: the mean over the context, and the sum, with so much added to counts.
    pub const SCORINGS: [(&str, f32); 6] =
        [("mean", 0.005), ("mean", 0.02), ("mean", 0.5), ("sum", 0.1), ("sum", 0.5), ("sum", 2.0)];

    /// Counts for a vocabulary of so many `places`, in `bytes` besides that. `None` if they do not fit.
    #[must_use]
    pub fn new(of: Of, kind: Kind, places: usize, text: usize, bytes: usize, bound: f32) -> Option<Self> {
        let mut vocab = VocabIn::over(vec![0; text], vec![0; places], vec![0; places], vec![0; places]);
        vocab.fade_at(16 * places as u64);
        let pairs = if of == Of::Pairs { places * (places + 1) / 2 } else { places * places };
        let table = Table::new(kind, bytes.checked_sub(8 * places)?, pairs)?;
        let single = [vec![0.0; places], vec![0.0; places]];
        Some(Self { vocab, of, table, single, total: 0.0, bound })
    }

    fn pair(&self, former: usize, latter: usize) -> usize {
        match self.of {
            Of::Pairs => former.max(latter) * (former.max(latter) + 1) / 2 + former.min(latter),
            Of::Successions => former * self.single[0].len() + latter,
        }
    }

    /// Forgets an event whose number another one gets.
    fn forget(&mut self, event: usize) {
        for other in 0..self.single[0].len() {
            self.table.clear(self.pair(event, other));
            self.table.clear(self.pair(other, event));
        }
        self.total -= self.single[0][event];
        self.single.iter_mut().for_each(|single| single[event] = 0.0);
    }

    /// The count of two events in this order, and what it would be if they had nothing to do with each other.
    fn expected(&self, former: usize, latter: usize) -> (f32, f32) {
        let [ends, starts] = &self.single;
        let count = self.table.count(self.pair(former, latter));
        // A pair of the same events is counted once, and each of its two twice.
        let count = if self.of == Of::Pairs && former == latter { 2.0 * count } else { count };
        let former = if self.of == Of::Pairs { ends[former] } else { starts[former] };
        (count, former * ends[latter] / self.total.max(1.0))
    }
}

impl Detector for Counts {
    fn scores(&self, session: &[&str]) -> Vec<Vec<Option<f32>>> {
        let words: Vec<_> = session.iter().map(|name| self.vocab.index(name).map(|word| word as usize)).collect();
        let reach = if self.of == Of::Pairs { REACH } else { 1 };
        let mut scorings = vec![vec![None; words.len()]; Self::SCORINGS.len()];
        for (place, word) in words.iter().enumerate() {
            let Some(word) = *word else { continue };
            let around = place.saturating_sub(reach)..(place + reach + 1).min(words.len());
            let others = around.filter(|&other| other != place).filter_map(|other| Some((other, words[other]?)));
            let counts: Vec<_> = others
                .map(|(at, other)| if at < place { self.expected(other, word) } else { self.expected(word, other) })
                .collect();
            if counts.is_empty() {
                continue;
            }
            for (scores, (name, more)) in scorings.iter_mut().zip(Self::SCORINGS) {
                let sum = counts.iter().fold((0.0, 0.0), |sum, count| (sum.0 + count.0, sum.1 + count.1));
                let ratio = |&(count, expected): &(f32, f32)| ((count + more) / (expected + more)).ln();
                let mean = counts.iter().map(ratio).sum::<f32>() / counts.len() as f32;
                scores[place] = Some(if name == "mean" { mean } else { ratio(&sum) });
            }
        }
        scorings
    }

    fn learn(&mut self, session: &[&str]) {
        let mut words: Vec<usize> = Vec::new();
        for name in session {
            match self.vocab.observe_frequent(name, |_| ()) {
                Observed::Known(word) => words.push(word as usize),
                Observed::New(word) => {
                    self.forget(word as usize);
                    words.retain(|&other| other != word as usize);
                    words.push(word as usize);
                }
                Observed::Dropped => {}
            }
        }
        let reach = if self.of == Of::Pairs { REACH } else { 1 };
        for (place, &latter) in words.iter().enumerate() {
            for &former in &words[place.saturating_sub(reach)..place] {
                self.table.add(self.pair(former, latter));
                let [ends, starts] = &mut self.single;
                ends[latter] += 1.0;
                self.total += 1.0;
                if self.of == Of::Pairs {
                    ends[former] += 1.0;
                    self.total += 1.0;
                } else {
                    starts[former] += 1.0;
                }
            }
        }
        if self.total > self.bound {
            self.table.halve();
            self.single.iter_mut().flatten().for_each(|count| *count /= 2.0);
            self.total /= 2.0;
        }
    }
}

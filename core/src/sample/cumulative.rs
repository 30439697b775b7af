//! Drawing words in proportion to count^¾ while they are still being counted.
//!
//! An [alias table](super::AliasTable) draws in constant time, but takes eight bytes per word. This keeps the sum of
//! the weights up to each word instead, in two bytes: a draw is a binary search, seven steps for eighty words, which is
//! little beside the hundreds of multiplications that training on the draw takes. The sums do not follow every count:
//! [`CumulativeTable::is_stale`] says when to add them up again, each time that the counts have grown by an eighth, and
//! so less and less often.

use rand_core::Rng;

use super::Distribution;
use crate::state::State;

/// The noise distribution of word2vec, P(w) ∝ count(w)^¾ (Mikolov et al. 2013), over at most as many words as `S` holds
/// numbers, and no more than 65,535. Weights are rounded down to sixteenths, and shares to 2⁻¹⁵.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct CumulativeTable<S> {
    /// The share of the words up to each, its own included; the last is the sum of all. Never decreases.
    upto: S,
    words: u16,
    /// The sum of the counts that it was made from.
    total: u32,
}

/// How far a table has been [rebuilt](CumulativeTable::rebuild_part).
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Rebuild {
    /// The sum of all weights, once it is known.
    all: u64,
    is_summed: bool,
    /// The next word.
    place: usize,
    /// The sums up to there.
    sum: u64,
    total: u32,
}

impl<S> CumulativeTable<S> {
    /// No words, in this storage, whatever it holds.
    #[must_use]
    pub const fn over(upto: S) -> Self {
        Self { upto, words: 0, total: 0 }
    }
}

impl<S: AsRef<[u16]> + AsMut<[u16]>> CumulativeTable<S> {
    /// Makes it stale, whatever the counts add up to.
    pub fn outdate(&mut self) {
        self.total = 0;
    }

    /// Whether counts that add up to `total` differ too much from those that it was made from.
    #[must_use]
    pub fn is_stale(&self, total: u32) -> bool {
        self.total.abs_diff(total) > self.total / 8
    }

    /// Makes it from counts. Those that it has no room for are left out.
    pub fn rebuild(&mut self, counts: impl Iterator<Item = u32> + Clone) {
        let mut rebuild = Rebuild::default();
        while self.rebuild_part(&mut rebuild, counts.clone(), usize::MAX) {}
    }

    /// A part of [`rebuild`](Self::rebuild), at most `words` words long, and at least one: a weight takes a Cortex-M0 a
    /// thousand instructions, and each is needed twice. Returns whether there is more to do. Until there is not,
    /// nothing can be drawn, and the counts must stay the same.
    #[inline(never)]
    pub fn rebuild_part(
        &mut self,
        rebuild: &mut Rebuild,
        counts: impl Iterator<Item = u32> + Clone,
        words: usize,
    ) -> bool {
        let Rebuild { all, is_summed, place, sum, total } = rebuild;
        let (start, counts) = (*place, counts.skip(*place).take(words));
        if !*is_summed {
            for count in counts {
                *all += weight(count);
                *place += 1;
            }
            if *place - start < words {
                (*is_summed, *place) = (true, 0);
            }
            return true;
        }
        for (upto, count) in self.upto.as_mut().iter_mut().take(u16::MAX.into()).skip(start).zip(counts) {
            *sum += weight(count);
            *upto = (*sum * u64::from(u16::MAX)).checked_div(*all).unwrap_or(0) as u16;
            *total = total.saturating_add(count);
            *place += 1;
        }
        let is_done = *place - start < words;
        if is_done {
            (self.words, self.total) = (*place as u16, *total);
        }
        !is_done
    }
}

impl<S: AsRef<[u16]> + AsMut<[u16]>> State for CumulativeTable<S> {
    fn visit(&mut self, visit: &mut dyn FnMut(&mut [u8])) {
        self.words.visit(visit);
        self.total.visit(visit);
        self.upto.as_mut().iter_mut().take(self.words.into()).for_each(|upto| upto.visit(visit));
    }
}

impl<S: AsRef<[u16]>> Distribution for CumulativeTable<S> {
    #[inline]
    fn words(&self) -> u32 {
        self.words.into()
    }

    // Where five are drawn in a row, registers do not suffice for more than a draw; the rest would be on the stack.
    #[inline(never)]
    fn draw(&self, rng: &mut impl Rng) -> u32 {
        let upto = self.upto.as_ref().get(..self.words.into()).unwrap_or_default();
        let sum = upto.last().map_or(0, |&sum| u32::from(sum));
        let place = ((rng.next_u32() >> 16) * sum) >> 16;
        // A word without weight ends where the one before it ends, so it is never the first that ends after the place.
        upto.partition_point(|&end| u32::from(end) <= place).min(upto.len().saturating_sub(1)) as u32
    }
}

/// 16 · count^¾ from square roots of integers, which are the same on every machine.
fn weight(count: u32) -> u64 {
    let root = (u64::from(count) << 32).isqrt();
    (root * (root << 16).isqrt()) >> 28
}

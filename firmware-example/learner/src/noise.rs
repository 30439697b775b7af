//! Negative samples while words are still being counted.
//!
//! An alias table draws in constant time, but takes eight bytes per word. This keeps the sum of the weights up to each
//! word instead, in two bytes: a draw is a binary search, seven steps for eighty words, which is little beside the
//! hundreds of multiplications that training on the draw takes. The sums do not follow every count: [`Noise::is_stale`]
//! says when to add them up again, each time that the counts have grown by an eighth, and so less and less often.

use motevec_core::sample::{Negatives, other_than};
use rand_core::Rng;

/// The noise distribution P(w) ∝ count(w)^¾ (Mikolov et al. 2013), to within 2⁻¹⁵, over at most as many words as `S`
/// holds numbers.
#[derive(Clone, Debug)]
pub struct Noise<S> {
    /// The share of the words up to each, its own included; the last is the sum of all. Never decreases.
    upto: S,
    words: u16,
    /// The sum of the counts that it was made from.
    total: u32,
}

impl<S> Noise<S> {
    /// No words, in this storage, whatever it holds.
    #[must_use]
    pub const fn over(upto: S) -> Self {
        Self { upto, words: 0, total: 0 }
    }
}

impl<S: AsRef<[u16]> + AsMut<[u16]>> Noise<S> {
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
    #[inline(never)]
    pub fn rebuild(&mut self, counts: impl Iterator<Item = u32> + Clone) {
        let all: u64 = counts.clone().map(weight).sum();
        let (mut sum, mut total, mut words) = (0, 0_u32, 0);
        for (upto, count) in self.upto.as_mut().iter_mut().zip(counts) {
            sum += weight(count);
            *upto = (sum * u64::from(u16::MAX)).checked_div(all).unwrap_or(0) as u16;
            total = total.saturating_add(count);
            words += 1;
        }
        (self.words, self.total) = (words, total);
    }

    /// A word, drawn in proportion to its weight; 0 if there is none.
    #[inline]
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

/// Negative samples from a [`Noise`].
#[derive(Debug)]
pub struct Draws<'a, R, S> {
    /// The distribution.
    pub noise: &'a Noise<S>,
    /// The stream that the draws take.
    pub rng: &'a mut R,
}

impl<R: Rng, S: AsRef<[u16]> + AsMut<[u16]>> Negatives for Draws<'_, R, S> {
    #[inline]
    fn draw(&mut self, target: u32, negatives: &mut [u32]) {
        for negative in negatives {
            *negative = other_than(target, self.noise.words.into(), || self.noise.draw(self.rng));
        }
    }
}

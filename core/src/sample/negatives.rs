//! Sources of negative samples.

use rand_core::Rng;

/// A source of negative samples.
pub trait Negatives {
    /// Fills `negatives` with words other than `target`. Repeats are allowed, and count (MATH.md eq. 12).
    fn draw(&mut self, target: u32, negatives: &mut [u32]);
}

/// The noise distribution of word2vec, P(w) ∝ count(w)^¾ (Mikolov et al. 2013), to draw from:
/// [`AliasTable`](super::AliasTable), or [`CumulativeTable`](super::CumulativeTable).
pub trait Distribution {
    /// The number of words.
    fn words(&self) -> u32;
    /// A word, drawn in proportion to its count^¾; 0 if there is none. Takes one `u32` of `rng`.
    fn draw(&self, rng: &mut impl Rng) -> u32;
}

/// Negative samples straight from a [`Distribution`].
#[derive(Clone, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Unigram<'a, T, R> {
    /// The distribution.
    pub table: &'a T,
    /// The stream that the draws take.
    pub rng: R,
}

impl<T: Distribution, R: Rng> Negatives for Unigram<'_, T, R> {
    #[inline(always)]
    fn draw(&mut self, target: u32, negatives: &mut [u32]) {
        for negative in negatives {
            *negative = other_than(target, self.table.words(), || self.table.draw(&mut self.rng));
        }
    }
}

/// Draws until the word is not `target`, out of a vocabulary of `words`: a negative is never the true word.
///
/// After 64 tries, which happens only if hardly any other word occurs, it takes the word after `target`. A vocabulary
/// of one word has no negatives; there `target` itself is returned.
#[inline(always)]
pub fn other_than(target: u32, words: u32, mut draw: impl FnMut() -> u32) -> u32 {
    for _ in 0..64 {
        let word = draw();
        if word != target {
            return word;
        }
    }
    target.checked_add(1).filter(|&next| next < words).unwrap_or(0)
}

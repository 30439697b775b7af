//! Sources of negative samples.

use rand_core::Rng;

use super::{AliasTable, Slot};

/// A source of negative samples.
pub trait Negatives {
    /// Fills `negatives` with words other than `target`. Repeats are allowed, and count (MATH.md eq. 12).
    fn draw(&mut self, target: u32, negatives: &mut [u32]);
}

/// Negative samples straight from an [`AliasTable`].
#[derive(Clone, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Unigram<'a, S, R> {
    /// The distribution.
    pub table: &'a AliasTable<S>,
    /// The stream that the draws take.
    pub rng: R,
}

impl<S: AsRef<[Slot]>, R: Rng> Negatives for Unigram<'_, S, R> {
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

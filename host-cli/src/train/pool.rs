//! Where the negative samples of a round come from.

use motevec_core::sample::{Generator, Negatives, other_than};
use rand_core::Rng;

/// Negative samples from a pool that was drawn beforehand: local rows, as often as they were drawn.
pub(super) struct Pool<'a> {
    pub(super) pool: &'a [u32],
    /// How many local rows there are.
    pub(super) words: u32,
    pub(super) rng: Generator,
}

impl Negatives for Pool<'_> {
    #[inline(always)]
    fn draw(&mut self, target: u32, negatives: &mut [u32]) {
        for negative in negatives {
            *negative = other_than(target, self.words, || {
                let place = (u64::from(self.rng.next_u32()) * self.pool.len() as u64) >> 32;
                self.pool[place as usize]
            });
        }
    }
}

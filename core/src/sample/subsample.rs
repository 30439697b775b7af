//! Leaving out some of the occurrences of frequent words (Mikolov et al. 2013, section 2.3).

use rand_core::Rng;

/// Decides which occurrences of a word take part in an epoch.
///
/// A word that makes up the share f of the text is kept with probability (√(f/t) + 1) · t/f, at most 1, as in
/// word2vec.c (the paper's formula differs slightly). t = 0 keeps everything.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Subsampler {
    threshold: f32,
    total: f32,
}

impl Subsampler {
    /// For a text of `total` tokens and the threshold `t`, 1e-4 by custom.
    #[must_use]
    pub fn new(t: f32, total: u64) -> Self {
        Self { threshold: t, total: total as f32 }
    }

    /// The probability that an occurrence of a word with this count is kept, in units of 2⁻³²; `u32::MAX` means always.
    #[must_use]
    pub fn keep_probability(&self, count: u64) -> u32 {
        let excess = count as f32 / (self.threshold * self.total);
        // Also for t = 0 (infinite excess) and an empty text (NaN): keep.
        if !(excess.is_finite() && excess > 0.0) {
            return u32::MAX;
        }
        // The cast saturates: probabilities of 1 and more become "always".
        ((libm::sqrtf(excess) + 1.0) / excess * (1u64 << 32) as f32) as u32
    }

    /// Whether to keep an occurrence of a word whose [`keep_probability`](Self::keep_probability) is `probability`.
    /// Takes one `u32`, or none if the answer is certain.
    #[inline(always)]
    pub fn keep(probability: u32, rng: &mut impl Rng) -> bool {
        probability == u32::MAX || rng.next_u32() < probability
    }
}

//! Drawing words in proportion to count^¾ in constant time: Walker's alias method, built without scratch memory.

use rand_core::Rng;

use super::Distribution;

/// One slot of an alias table. A draw that falls into slot i gives i below `threshold` and `alias` above.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Slot {
    /// The part of the slot, in units of 2⁻³², that gives the slot's own index.
    threshold: u32,
    alias: u32,
}

/// The noise distribution of word2vec, P(w) ∝ count(w)^¾ (Mikolov et al. 2013), in one slot per word.
///
/// A draw costs one `u32` and the time of two multiplications. Its 32 bits choose both the slot and the place in the
/// slot, so each slot that a word has a part in adds an error of at most 2⁻³² to its probability.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct AliasTable<S> {
    slots: S,
}

/// There is nothing to draw from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum AliasError {
    /// No words, or only words that never occurred.
    Empty,
    /// 2³² words or more.
    Length,
}

impl core::fmt::Display for AliasError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Empty => "no word to draw negative samples from",
            Self::Length => "an alias table holds less than 2^32 words",
        })
    }
}

impl core::error::Error for AliasError {}

/// The weight of a full slot: the average.
const ONE: u64 = 1 << 32;

impl<S: AsRef<[Slot]> + AsMut<[Slot]>> AliasTable<S> {
    /// Fills `slots` for words that occurred `count(0), count(1), …` times.
    ///
    /// Walks through the words twice at once: one walk stops at words lighter than the average, the other at heavier
    /// ones, each of which fills up light slots until it is light itself. So no lists of light and heavy words are
    /// kept.
    ///
    /// # Errors
    /// If all counts are 0, or there are 2³² words or more.
    pub fn new(mut slots: S, count: impl Fn(usize) -> u64) -> Result<Self, AliasError> {
        let table = slots.as_mut();
        let len = table.len();
        if u32::try_from(len).is_err() {
            return Err(AliasError::Length);
        }
        let total: f64 = (0..len).map(|word| noise_weight(count(word))).sum();
        if total <= 0.0 {
            return Err(AliasError::Empty);
        }
        let scale = len as f64 * ONE as f64 / total;
        let weight = |word| (noise_weight(count(word)) * scale) as u64;

        for (word, slot) in table.iter_mut().enumerate() {
            *slot = Slot { threshold: u32::MAX, alias: word as u32 };
        }
        let mut light = (0..len).map(|word| (word, weight(word))).filter(|&(_, weight)| weight < ONE);
        let mut heavy = (0..len).map(|word| (word, weight(word))).filter(|&(_, weight)| weight >= ONE);
        let mut giver = heavy.next();
        let mut emptied = None;
        // Rounding can leave a last light slot with no giver; it stays full, wrong by less than 2⁻³² per word.
        while let (Some((heavy_word, left)), Some((word, weight))) = (giver, emptied.take().or_else(|| light.next())) {
            if let Some(slot) = table.get_mut(word) {
                *slot = Slot { threshold: weight as u32, alias: heavy_word as u32 };
            }
            let left = left.saturating_sub(ONE - weight);
            if left < ONE {
                emptied = Some((heavy_word, left));
                giver = heavy.next();
            } else {
                giver = Some((heavy_word, left));
            }
        }
        Ok(Self { slots })
    }
}

impl<S: AsRef<[Slot]>> Distribution for AliasTable<S> {
    fn words(&self) -> u32 {
        self.slots.as_ref().len() as u32
    }

    #[inline(always)]
    fn draw(&self, rng: &mut impl Rng) -> u32 {
        let slots = self.slots.as_ref();
        let scaled = u64::from(rng.next_u32()) * slots.len() as u64;
        let (index, place) = ((scaled >> 32) as u32, scaled as u32);
        match slots.get(index as usize) {
            Some(slot) if place >= slot.threshold => slot.alias,
            _ => index,
        }
    }
}

/// The weight of a word that occurred `count` times in the noise distribution: count^¾, from square roots, which IEEE
/// 754 rounds the same everywhere, unlike powers.
#[must_use]
pub fn noise_weight(count: u64) -> f64 {
    let root = libm::sqrt(count as f64);
    root * libm::sqrt(root)
}

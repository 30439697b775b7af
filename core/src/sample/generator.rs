//! Streams of random numbers, one for each purpose, from one seed.

use core::convert::Infallible;

use rand_core::{TryRng, utils};

use crate::state::State;

/// xoshiro128++ (Blackman and Vigna 2021), started from a seed and a path that names the stream: sixteen bytes of
/// state, 32-bit arithmetic.
///
/// Streams of different paths are independent for all practical purposes, so the order of draws never matters:
/// subsampling, window widths and negatives each have their own, and so has every shard in every round.
#[derive(Clone, Debug, PartialEq, Eq)]
// `rand_xoshiro` has the same generator, but none that a `static` can hold.
pub struct Generator([u32; 4]);

impl Generator {
    /// The stream named by `path` under `seed`.
    #[must_use]
    pub const fn new<const N: usize>(seed: u64, path: [u64; N]) -> Self {
        let (mut seed, mut path) = (mix(seed), path.as_slice());
        while let [name, rest @ ..] = path {
            (seed, path) = (mix(seed ^ mix(*name)), rest);
        }
        Self::seeded(seed)
    }

    /// The state is the next 128 bits of SplitMix64, which are never all zero.
    const fn seeded(seed: u64) -> Self {
        let (low, high) = (mix(seed), mix(seed.wrapping_add(STEP)));
        Self([low as u32, (low >> 32) as u32, high as u32, (high >> 32) as u32])
    }

    /// The state of the stream, to continue with [`from_state`](Self::from_state).
    #[must_use]
    pub fn state(&self) -> [u8; 16] {
        let mut bytes = [0; 16];
        for (to, word) in bytes.as_chunks_mut().0.iter_mut().zip(self.0) {
            *to = word.to_le_bytes();
        }
        bytes
    }

    /// A stream that continues from [`state`](Self::state).
    ///
    /// Nothing continues from zeros, which no stream comes to: they give the stream of a seed.
    #[must_use]
    pub fn from_state(state: [u8; 16]) -> Self {
        let mut words = [0; 4];
        for (to, &bytes) in words.iter_mut().zip(state.as_chunks().0) {
            *to = u32::from_le_bytes(bytes);
        }
        if words == [0; 4] { Self::seeded(0) } else { Self(words) }
    }
}

impl State for Generator {
    fn visit(&mut self, visit: &mut dyn FnMut(&mut [u8])) {
        let mut state = self.state();
        visit(&mut state);
        *self = Self::from_state(state);
    }
}

/// How far apart the points of SplitMix64's sequence are.
const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

/// The finalizer of SplitMix64 on the next point of its sequence: a bijection that leaves no visible structure.
const fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(STEP);
    let x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

impl TryRng for Generator {
    type Error = Infallible;

    #[inline]
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let [a, b, c, d] = &mut self.0;
        let drawn = a.wrapping_add(*d).rotate_left(7).wrapping_add(*a);
        let shifted = *b << 9;
        *c ^= *a;
        *d ^= *b;
        *b ^= *c;
        *a ^= *d;
        *c ^= shifted;
        *d = d.rotate_left(11);
        Ok(drawn)
    }

    #[inline]
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        utils::next_u64_via_u32(self)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        utils::fill_bytes_via_next_word(bytes, || self.try_next_u32())
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Generator {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "Generator");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_core::{Rng, SeedableRng};
    use rand_xoshiro::Xoshiro128PlusPlus;

    /// A `static` can hold one.
    static STREAM: Generator = Generator::new(3, [1, 4]);

    #[test]
    fn it_is_xoshiro128_plus_plus() {
        let seed = mix(mix(mix(3) ^ mix(1)) ^ mix(4));
        let (mut ours, mut theirs) = (STREAM.clone(), Xoshiro128PlusPlus::seed_from_u64(seed));
        for length in 0..40 {
            assert_eq!(ours.state(), theirs.state());
            assert_eq!((ours.next_u32(), ours.next_u64()), (theirs.next_u32(), theirs.next_u64()));
            let (mut one, mut other) = ([0; 40], [0; 40]);
            ours.fill_bytes(&mut one[..length]);
            theirs.fill_bytes(&mut other[..length]);
            assert_eq!(one, other);
        }
        assert_eq!(Generator::from_state([0; 16]).state(), Xoshiro128PlusPlus::from_seed([0; 16]).state());
    }

    /// The streams are frozen: models made years apart must agree.
    #[test]
    fn the_streams_never_change() {
        let first = |seed, path| Generator::new::<2>(seed, path).next_u32();
        let draws = [first(1, [0, 0]), first(1, [0, 1]), first(1, [1, 0]), first(2, [0, 0])];
        assert_eq!(draws, [33_241_054, 2_962_064_778, 2_603_235_439, 3_914_293_497]);
    }

    #[test]
    fn a_stream_goes_on_from_its_state() {
        let mut stream = Generator::new(1, [5]);
        for _ in 0..9 {
            let mut copy = Generator::from_state(stream.state());
            assert_eq!(copy, stream);
            assert_eq!(copy.next_u32(), stream.next_u32());
        }
    }
}

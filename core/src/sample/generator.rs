//! Streams of random numbers, one for each purpose, from one seed.

use core::convert::Infallible;

use rand_core::{SeedableRng, TryRng};
use rand_xoshiro::Xoshiro128PlusPlus;

/// xoshiro128++ started from a seed and a path that names the stream: sixteen bytes of state, 32-bit arithmetic.
///
/// Streams of different paths are independent for all practical purposes, so the order of draws never matters:
/// subsampling, window widths and negatives each have their own, and so has every shard in every round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generator(Xoshiro128PlusPlus);

impl Generator {
    /// The stream named by `path` under `seed`.
    #[must_use]
    pub fn new<const N: usize>(seed: u64, path: [u64; N]) -> Self {
        Self(Xoshiro128PlusPlus::seed_from_u64(path.iter().fold(mix(seed), |state, &name| mix(state ^ mix(name)))))
    }

    /// The state of the stream, to continue with [`from_state`](Self::from_state).
    #[must_use]
    pub fn state(&self) -> [u8; 16] {
        self.0.state()
    }

    /// A stream that continues from [`state`](Self::state).
    #[must_use]
    pub fn from_state(state: [u8; 16]) -> Self {
        Self(Xoshiro128PlusPlus::from_seed(state))
    }
}

/// The finalizer of SplitMix64 on the next point of its sequence: a bijection that leaves no visible structure.
fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

impl TryRng for Generator {
    type Error = Infallible;

    #[inline]
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.0.try_next_u32()
    }

    #[inline]
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.0.try_next_u64()
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.try_fill_bytes(bytes)
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
    use rand_core::Rng;

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

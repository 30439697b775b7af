//! The bandwidth of memory: passes over arrays that no cache holds.

use std::cell::RefCell;
use std::hint::black_box;

use motevec_core::simd::{Block, Kernel, LANES, Lanes, Level};
use serde::Serialize;

use super::Instructions;
use super::figure::{Figure, at_once};
use crate::{Result, memory};

/// Bytes of each array, if there is enough memory.
const ARRAY: u64 = 128 << 20;

/// Blocks that are summed side by side, so that no addition waits for the one before it.
const UNROLLED: usize = 4;

/// A kind of pass over memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Pattern {
    /// All three arrays are summed.
    Read,
    /// `a = b + s·c`, as in the STREAM benchmark: two arrays are read, one is written.
    Triad,
}

impl Pattern {
    /// The name in lower case.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Triad => "triad",
        }
    }
}

/// The rate of a pass over memory.
#[derive(Clone, Debug, Serialize)]
pub struct Bandwidth {
    /// What is done.
    pub pattern: Pattern,
    /// The number of threads.
    pub threads: usize,
    /// The size of the three arrays together.
    pub bytes: usize,
    /// 10⁹ bytes per second, read or written. A cache line that is read before it is written is not counted as read.
    pub gigabytes_per_second: f64,
}

type Key = (Pattern, usize);

/// Three arrays of equal length.
pub(super) struct Arrays(RefCell<[Vec<Block>; 3]>);

/// The share of a thread in each array.
struct Share<'a> {
    a: &'a mut [Block],
    b: &'a mut [Block],
    c: &'a mut [Block],
}

impl Arrays {
    /// Arrays of ones, each in at most an eighth of the free memory.
    pub(super) fn new(threads: usize) -> Result<Self> {
        let bytes = memory::available().map_or(ARRAY, |bytes| ARRAY.min(bytes / 8));
        let zeros = || vec![[0.0; LANES]; bytes as usize / size_of::<Block>()];
        let arrays = Self(RefCell::new([zeros(), zeros(), zeros()]));
        // A page belongs to the memory of the processor that first writes to it.
        at_once(shares(&mut arrays.0.borrow_mut(), threads), |share| {
            for array in [share.a, share.b, share.c] {
                array.fill([1.0; LANES]);
            }
        })?;
        Ok(arrays)
    }

    fn bytes(&self) -> usize {
        self.0.borrow().iter().map(|array| size_of_val(array.as_slice())).sum()
    }
}

/// The arrays, cut into shares for the threads.
fn shares([a, b, c]: &mut [Vec<Block>; 3], threads: usize) -> Vec<Share<'_>> {
    let len = a.len().div_ceil(threads).max(1);
    let shares = a.chunks_mut(len).zip(b.chunks_mut(len)).zip(c.chunks_mut(len));
    shares.map(|((a, b), c)| Share { a, b, c }).collect()
}

/// Each pattern, on each number of `threads`.
pub(super) fn figures<'a>(arrays: &'a Arrays, threads: &[usize]) -> Vec<(Key, Figure<'a>)> {
    let patterns = [Pattern::Read, Pattern::Triad];
    let keys = patterns.into_iter().flat_map(|pattern| threads.iter().map(move |&threads| (pattern, threads)));
    keys.map(|key| (key, figure(arrays, key))).collect()
}

fn figure(arrays: &Arrays, (pattern, threads): Key) -> Figure<'_> {
    let instructions = Instructions { simd: Level::best(), fused: false };
    Figure::once(arrays.bytes() as f64, move || {
        at_once(shares(&mut arrays.0.borrow_mut(), threads), |share| match pattern {
            Pattern::Read => {
                for blocks in [&*share.a, share.b, share.c] {
                    black_box(instructions.run(Sum { blocks }));
                }
            }
            Pattern::Triad => {
                instructions.run(Triad { a: share.a, b: share.b, c: share.c });
                black_box(share.a);
            }
        })
    })
}

/// The measured bandwidths.
pub(super) fn report(figures: &[(Key, Figure<'_>)], arrays: &Arrays) -> Vec<Bandwidth> {
    let bandwidth = |&((pattern, threads), ref figure): &(Key, Figure<'_>)| Bandwidth {
        pattern,
        threads,
        bytes: arrays.bytes(),
        gigabytes_per_second: figure.rate() / 1e9,
    };
    figures.iter().map(bandwidth).collect()
}

/// The sum of all numbers.
struct Sum<'a> {
    blocks: &'a [Block],
}

impl Kernel for Sum<'_> {
    type Output = f32;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> f32 {
        let mut sums = [[lanes.splat(0.0); LANES]; UNROLLED];
        for blocks in self.blocks.as_chunks::<UNROLLED>().0 {
            for (sums, block) in sums.iter_mut().zip(blocks) {
                for (part, sum) in sums.iter_mut().enumerate().take(L::PARTS) {
                    *sum = lanes.add(*sum, lanes.load(block, part));
                }
            }
        }
        let mut all = 0.0;
        for sums in sums {
            for sum in sums.into_iter().take(L::PARTS) {
                all += lanes.sum(sum);
            }
        }
        all
    }
}

/// `a = b + s·c`
struct Triad<'a> {
    a: &'a mut [Block],
    b: &'a [Block],
    c: &'a [Block],
}

impl Kernel for Triad<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let s = lanes.splat(0.5);
        for ((a, b), c) in self.a.iter_mut().zip(self.b).zip(self.c) {
            for part in 0..L::PARTS {
                lanes.store(lanes.mul_add(s, lanes.load(c, part), lanes.load(b, part)), a, part);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_patterns_pass_over_all_of_their_arrays() {
        for simd in Level::ALL.into_iter().filter(|level| level.is_available()) {
            let instructions = Instructions { simd, fused: false };
            let (b, c) = (vec![[1.0; LANES]; 12], vec![[4.0; LANES]; 12]);
            let mut a = vec![[0.0; LANES]; 12];
            instructions.run(Triad { a: &mut a, b: &b, c: &c });
            assert_eq!(a, [[3.0; LANES]; 12]);
            assert_eq!(instructions.run(Sum { blocks: &a }), Some((3 * 12 * LANES) as f32));
        }
    }

    #[test]
    fn shares_are_the_whole() {
        let mut arrays = [(); 3].map(|()| vec![[0.0; LANES]; 10]);
        for threads in [1, 2, 3, 4, 20] {
            let shares = shares(&mut arrays, threads);
            assert!(shares.len() <= threads);
            assert_eq!(shares.iter().map(|share| share.a.len()).sum::<usize>(), 10);
            assert!(shares.iter().all(|share| share.a.len() == share.b.len() && share.b.len() == share.c.len()));
        }
    }
}

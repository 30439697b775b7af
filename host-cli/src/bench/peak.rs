//! The most multiply-adds that a level can do: independent ones, with all numbers in registers.

use std::hint::black_box;

use motevec_core::simd::{Kernel, Lanes, Level};
use serde::Serialize;

use super::Instructions;
use super::figure::{Figure, at_once};

/// How many sums grow side by side: enough to keep two units busy for the four to six cycles of a multiply-add, and few
/// enough for sixteen registers to hold them and two factors.
const SUMS: usize = 12;

/// Multiply-adds of each sum per call.
const STEPS: u64 = 1000;

/// A rate of multiply-adds.
#[derive(Clone, Debug, Serialize)]
pub struct Peak {
    /// The instructions.
    #[serde(flatten)]
    pub instructions: Instructions,
    /// The number of threads.
    pub threads: usize,
    /// 10⁹ floating-point operations per second.
    pub gflops: f64,
}

type Key = (Instructions, usize);

/// The peaks that any of `instructions` are compared with, on each number of `threads`.
pub(super) fn figures(instructions: &[Instructions], threads: &[usize]) -> Vec<(Key, Figure<'static>)> {
    let mut keys = Vec::new();
    for peak in instructions.iter().map(|&instructions| compared_with(instructions)) {
        for &threads in threads {
            if !keys.contains(&(peak, threads)) {
                keys.push((peak, threads));
            }
        }
    }
    keys.into_iter().map(|key| (key, figure(key))).collect()
}

/// The instructions whose peak the given ones are compared with.
///
/// Compilers pack some scalar code into the registers that every processor of the kind has, so core's scalar kernels
/// would exceed a peak of scalar code.
fn compared_with(instructions: Instructions) -> Instructions {
    Instructions { simd: instructions.simd.max(Level::Wide), ..instructions }
}

fn figure((instructions, threads): Key) -> Figure<'static> {
    let flops = 2 * SUMS as u64 * STEPS * threads as u64 * instructions.run(Width).unwrap_or(0);
    Figure::repeated(flops as f64, move |times| {
        at_once(vec![(); threads], |()| {
            black_box(instructions.run(MultiplyAdds { steps: times * STEPS, factors: black_box([0.5, 0.5]) }));
        })
    })
}

/// The measured peaks.
pub(super) fn report(figures: &[(Key, Figure<'_>)]) -> Vec<Peak> {
    let peak = |&((instructions, threads), ref figure): &(Key, Figure<'_>)| Peak {
        instructions,
        threads,
        gflops: figure.rate() / 1e9,
    };
    figures.iter().map(peak).collect()
}

/// The share of the peak that a rate of `gflops` is.
pub(super) fn share(gflops: f64, peaks: &[Peak], instructions: Instructions, threads: usize) -> f64 {
    let instructions = compared_with(instructions);
    let peak = peaks.iter().find(|peak| peak.instructions == instructions && peak.threads == threads);
    peak.map_or(f64::NAN, |peak| gflops / peak.gflops)
}

/// `x ← a·x + b` for [`SUMS`] registers, `steps` times.
struct MultiplyAdds {
    steps: u64,
    factors: [f32; 2],
}

impl Kernel for MultiplyAdds {
    type Output = f32;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> f32 {
        let [a, b] = self.factors;
        let (a, b) = (lanes.splat(a), lanes.splat(b));
        let mut sums = [a; SUMS];
        for _ in 0..self.steps {
            for sum in &mut sums {
                *sum = lanes.mul_add(*sum, a, b);
            }
        }
        let mut all = 0.0;
        for sum in sums {
            all += lanes.sum(sum);
        }
        all
    }
}

/// How many numbers a register holds.
struct Width;

impl Kernel for Width {
    type Output = u64;

    #[inline(always)]
    fn run<L: Lanes>(self, _: L) -> u64 {
        L::WIDTH as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_has_a_peak_to_be_compared_with() {
        let fused = |simd| Instructions { simd, fused: true };
        let figures = figures(&Level::ALL.map(fused), &[1, 2]);
        let keys: Vec<_> = figures.iter().map(|((peak, threads), _)| (peak.simd, *threads)).collect();
        assert_eq!(keys[..4], [(Level::Wide, 1), (Level::Wide, 2), (Level::Avx2, 1), (Level::Avx2, 2)]);

        let peaks = keys.iter().map(|&(simd, threads)| Peak { instructions: fused(simd), threads, gflops: 8.0 });
        let peaks: Vec<_> = peaks.collect();
        assert!(Level::ALL.iter().all(|&level| share(2.0, &peaks, fused(level), 2) == 0.25));
    }
}

//! AVX2 with FMA, and AVX-512, on x86-64: the one place with processor intrinsics, and with `unsafe`.
//!
//! The tokens can only be had from `detect`, which asks the processor; so every intrinsic below runs on a machine that
//! has it.
//!
//! Of sixteen sums at once, each step folds a pair of registers into one. Its additions are those of `Lanes::sum`, on
//! both registers together, so sixteen sums take 15 additions instead of 64. The names of the steps say how many lanes
//! a sum still has.
#![allow(unsafe_code)] // Intrinsics are unsafe to call outside functions compiled for them.

mod avx2;
mod avx512;

use core::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};

pub use avx2::Avx2;
pub use avx512::Avx512;

use super::LANES;

/// See [`prefetch`](super::prefetch).
#[inline(always)]
pub(super) fn prefetch(row: &[f32]) {
    // Into the second-level cache: into the first, training took 1.2 times as long (300 dimensions, AMD EPYC).
    for line in row.chunks(LANES) {
        // SAFETY: every x86-64 processor has the instruction, and it accesses nothing that could be seen.
        unsafe { _mm_prefetch::<_MM_HINT_T1>(line.as_ptr().cast()) }
    }
}

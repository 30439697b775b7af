//! Choosing the instructions at run time.

#[cfg(target_arch = "x86_64")]
use super::{Avx2, Avx512, Portable};
use super::{Kernel, Simd};

/// Whether `wide`'s multiply-add is a fused instruction on the compilation target; elsewhere it rounds twice.
pub(super) const HARDWARE_FMA: bool = cfg!(any(
    all(target_arch = "x86_64", target_feature = "fma"),
    all(target_arch = "aarch64", target_feature = "neon")
));

/// The instruction sets that core has kernels for. All give the same bits; later ones are faster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Level {
    /// Plain `f32` arithmetic.
    Scalar,
    /// The `wide` crate: SSE2, NEON, WASM SIMD. Where a processor has none of them, plain `f32` arithmetic.
    Wide,
    /// AVX2 with FMA, on x86-64.
    Avx2,
    /// AVX-512F, on x86-64.
    Avx512,
}

impl Level {
    /// Every level, slowest first.
    pub const ALL: [Self; 4] = [Self::Scalar, Self::Wide, Self::Avx2, Self::Avx512];

    /// Whether this machine has it.
    #[must_use]
    pub fn is_available(self) -> bool {
        match self {
            Self::Scalar | Self::Wide => true,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => Avx2::<Portable>::detect().is_some(),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => Avx512::<Portable>::detect().is_some(),
            #[cfg(not(target_arch = "x86_64"))]
            Self::Avx2 | Self::Avx512 => false,
        }
    }

    /// The fastest level that this machine has.
    #[must_use]
    pub fn best() -> Self {
        Self::ALL.into_iter().rev().find(|level| level.is_available()).unwrap_or(Self::Scalar)
    }

    /// Whether the level has a fused multiply-add, without which the fused arithmetic is slow.
    #[must_use]
    pub fn has_fma(self) -> bool {
        match self {
            Self::Scalar => false,
            Self::Wide => HARDWARE_FMA,
            Self::Avx2 | Self::Avx512 => true,
        }
    }

    /// The level's name in lower case, as the command line spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Scalar => "scalar",
            Self::Wide => "wide",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
    }

    /// Runs `kernel` with the level's token in the fused or the portable arithmetic; `None` if this machine does not
    /// have the level.
    ///
    /// The kernel itself is compiled without the level's instructions; its inner kernels are compiled with them, where
    /// it calls [`Machine::enter`](super::Machine::enter).
    pub fn run<K: Kernel>(self, fused: bool, kernel: K) -> Option<K::Output> {
        Some(Simd::new(self, fused)?.run(kernel))
    }
}

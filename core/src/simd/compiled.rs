//! Instructions chosen at run time, and the updates that are compiled here for each of them.

use super::level::HARDWARE_FMA;
#[cfg(target_arch = "x86_64")]
use super::{Avx2, Avx512};
use super::{Fused, Kernel, Lanes, Level, Machine, PairUpdate, Portable, Scalar, Wide, WindowError, WindowUpdate};
use crate::model::{Rows, RowsMut, Slab};

/// A [`Level`] that this machine has, with the arithmetic to use.
///
/// Code over this token is compiled once for all levels: it chooses among them where it enters a kernel.
#[derive(Clone, Copy, Debug)]
pub struct Simd {
    token: Token,
    fused: bool,
}

#[derive(Clone, Copy, Debug)]
enum Token {
    Scalar(Scalar<Portable>),
    FusedScalar(Scalar<Fused>),
    Wide(Wide<Portable>),
    FusedWide(Wide<Fused>),
    #[cfg(target_arch = "x86_64")]
    Avx2(Avx2<Portable>),
    #[cfg(target_arch = "x86_64")]
    FusedAvx2(Avx2<Fused>),
    #[cfg(target_arch = "x86_64")]
    Avx512(Avx512<Portable>),
    #[cfg(target_arch = "x86_64")]
    FusedAvx512(Avx512<Fused>),
}

impl Simd {
    /// The token of `level`, in the [`Fused`] or the [`Portable`] arithmetic; `None` if this machine does not have the
    /// level.
    #[must_use]
    pub fn new(level: Level, fused: bool) -> Option<Self> {
        let token = match (level, fused) {
            (Level::Scalar, false) => Token::Scalar(Scalar::new()),
            (Level::Scalar, true) => Token::FusedScalar(Scalar::new()),
            (Level::Wide, false) => Token::Wide(Wide::new()),
            (Level::Wide, true) => Token::FusedWide(Wide::new()),
            #[cfg(target_arch = "x86_64")]
            (Level::Avx2, false) => Token::Avx2(Avx2::detect()?),
            #[cfg(target_arch = "x86_64")]
            (Level::Avx2, true) => Token::FusedAvx2(Avx2::detect()?),
            #[cfg(target_arch = "x86_64")]
            (Level::Avx512, false) => Token::Avx512(Avx512::detect()?),
            #[cfg(target_arch = "x86_64")]
            (Level::Avx512, true) => Token::FusedAvx512(Avx512::detect()?),
            #[cfg(not(target_arch = "x86_64"))]
            (Level::Avx2 | Level::Avx512, _) => return None,
        };
        Some(Self { token, fused })
    }

    /// Runs `kernel` with the level's [`Lanes`] token. The kernel itself is compiled without the level's instructions;
    /// see [`Machine::enter`].
    pub(super) fn run<K: Kernel>(self, kernel: K) -> K::Output {
        match self.token {
            Token::Scalar(lanes) => kernel.run(lanes),
            Token::FusedScalar(lanes) => kernel.run(lanes),
            Token::Wide(lanes) => kernel.run(lanes),
            Token::FusedWide(lanes) if const { HARDWARE_FMA } => kernel.run(lanes),
            // What takes the time is the multiply-add in software: plain floats are as fast.
            Token::FusedWide(_) => kernel.run(Scalar::<Fused>::new()),
            #[cfg(target_arch = "x86_64")]
            Token::Avx2(lanes) => kernel.run(lanes),
            #[cfg(target_arch = "x86_64")]
            Token::FusedAvx2(lanes) => kernel.run(lanes),
            #[cfg(target_arch = "x86_64")]
            Token::Avx512(lanes) => kernel.run(lanes),
            #[cfg(target_arch = "x86_64")]
            Token::FusedAvx512(lanes) => kernel.run(lanes),
        }
    }
}

/// Enters the code that is compiled for the lanes.
struct Entered<K>(K);

impl<K: Kernel> Kernel for Entered<K> {
    type Output = K::Output;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> K::Output {
        lanes.enter(self.0)
    }
}

/// The updates of padded matrices are compiled once, in this crate.
impl Machine for Simd {
    fn enter<K: Kernel>(self, kernel: K) -> K::Output {
        self.run(Entered(kernel))
    }

    #[inline]
    fn window<V: RowsMut<Component = f32>, U: RowsMut<Component = f32>>(
        self,
        update: WindowUpdate<'_, V, U>,
    ) -> Result<f32, WindowError> {
        let WindowUpdate { v, u, inputs, targets, labels, rate, with_loss } = update;
        if const { !(V::WHOLE_BLOCKS && U::WHOLE_BLOCKS) } {
            let (v, u) = (&mut Ragged(v), &mut Ragged(u));
            return ragged_window(self, WindowUpdate { v, u, inputs, targets, labels, rate, with_loss });
        }
        let (v, u) = (&mut slab(v)?, &mut slab(u)?);
        window(self, WindowUpdate { v, u, inputs, targets, labels, rate, with_loss })
    }

    #[inline]
    fn pair<U: RowsMut<Component = f32>>(self, update: PairUpdate<'_, U>) -> Result<f32, WindowError> {
        let PairUpdate { v_c, u, targets, labels, rate, with_loss } = update;
        if const { !U::WHOLE_BLOCKS } {
            return ragged_pair(self, PairUpdate { v_c, u: &mut Ragged(u), targets, labels, rate, with_loss });
        }
        pair(self, PairUpdate { v_c, u: &mut slab(u)?, targets, labels, rate, with_loss })
    }
}

/// A matrix of whole blocks, as one type for all.
#[inline]
fn slab<M: RowsMut<Component = f32>>(matrix: &mut M) -> Result<Slab<&mut [f32]>, WindowError> {
    let (dim, stride) = (matrix.dim(), matrix.row(0).map_or(0, <[f32]>::len));
    Slab::new(matrix.as_blocks_mut().as_flattened_mut(), dim, stride).map_err(|_| WindowError::NoSuchRow)
}

/// A matrix of any storage, as one type for all.
struct Ragged<'a>(&'a mut dyn Storage);

/// [`RowsMut`] without its constants.
trait Storage: Rows<Component = f32> {
    fn row_mut(&mut self, index: usize) -> Option<&mut [f32]>;
}

impl<M: RowsMut<Component = f32>> Storage for M {
    fn row_mut(&mut self, index: usize) -> Option<&mut [f32]> {
        RowsMut::row_mut(self, index)
    }
}

impl Rows for Ragged<'_> {
    type Component = f32;

    fn rows(&self) -> usize {
        self.0.rows()
    }

    fn dim(&self) -> usize {
        self.0.dim()
    }

    fn row(&self, index: usize) -> Option<&[f32]> {
        self.0.row(index)
    }
}

impl RowsMut for Ragged<'_> {
    fn row_mut(&mut self, index: usize) -> Option<&mut [f32]> {
        self.0.row_mut(index)
    }
}

// Where programs are small, what they do not use is not compiled.
#[cfg_attr(target_os = "none", inline)]
#[cfg_attr(not(target_os = "none"), inline(never))]
fn window(simd: Simd, update: WindowUpdate<'_, Slab<&mut [f32]>, Slab<&mut [f32]>>) -> Result<f32, WindowError> {
    simd.enter(update)
}

#[cfg_attr(target_os = "none", inline)]
#[cfg_attr(not(target_os = "none"), inline(never))]
fn pair(simd: Simd, update: PairUpdate<'_, Slab<&mut [f32]>>) -> Result<f32, WindowError> {
    simd.enter(update)
}

// Few use these, so they are compiled where they are used, once for all storage.
#[inline]
fn ragged_window(simd: Simd, update: WindowUpdate<'_, Ragged<'_>, Ragged<'_>>) -> Result<f32, WindowError> {
    simd.enter_ragged(update)
}

#[inline]
fn ragged_pair(simd: Simd, update: PairUpdate<'_, Ragged<'_>>) -> Result<f32, WindowError> {
    simd.enter_ragged(update)
}

impl Simd {
    /// [`enter`](Machine::enter) for rows that are not whole blocks. Copies take most of the time there: wider vectors
    /// than those of AVX2 would only be more code.
    // Not `inline`, which would be compiled once more in each codegen unit.
    fn enter_ragged<K: Kernel>(self, kernel: K) -> K::Output {
        #[cfg(target_arch = "x86_64")]
        match self.token {
            Token::Avx2(_) | Token::Avx512(_) => {
                if let Some(lanes) = Avx2::<Portable>::detect() {
                    return lanes.enter(kernel);
                }
            }
            Token::FusedAvx2(_) | Token::FusedAvx512(_) => {
                if let Some(lanes) = Avx2::<Fused>::detect() {
                    return lanes.enter(kernel);
                }
            }
            _ => {}
        }
        match self.fused {
            false => Wide::<Portable>::new().enter(kernel),
            true if const { HARDWARE_FMA } => Wide::<Fused>::new().enter(kernel),
            true => Scalar::<Fused>::new().enter(kernel),
        }
    }
}

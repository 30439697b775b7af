//! AVX2 with FMA, and AVX-512, on x86-64: the one place with processor intrinsics, and with `unsafe`.
//!
//! The tokens can only be had from `detect`, which asks the processor; so every intrinsic below runs on a machine that
//! has it.
#![allow(unsafe_code)] // Intrinsics are unsafe to call outside functions compiled for them.

use core::arch::x86_64::*;
use core::cell::Cell;

use super::{Arithmetic, Block, Kernel, LANES, Lanes, Machine, Portable};

cpufeatures::new!(has_avx2_fma, "avx2", "fma");
cpufeatures::new!(has_avx512, "avx512f", "avx2", "fma");

/// Eight lanes a register: proof that the processor has AVX2 and FMA.
#[derive(Clone, Copy, Debug)]
pub struct Avx2<A = Portable>(A);

/// Sixteen lanes a register: proof that the processor has AVX-512F, AVX2 and FMA.
#[derive(Clone, Copy, Debug)]
pub struct Avx512<A = Portable>(A);

impl<A: Arithmetic> Avx2<A> {
    /// The token, on a processor that has AVX2 and FMA.
    #[must_use]
    pub fn detect() -> Option<Self> {
        has_avx2_fma::get().then(|| Self(A::default()))
    }
}

impl<A: Arithmetic> Avx512<A> {
    /// The token, on a processor that has AVX-512F (and AVX2 and FMA, which come with it).
    #[must_use]
    pub fn detect() -> Option<Self> {
        has_avx512::get().then(|| Self(A::default()))
    }
}

/// See [`prefetch`](super::prefetch).
#[inline(always)]
pub(super) fn prefetch(row: &[f32]) {
    for line in row.chunks(LANES) {
        // SAFETY: every x86-64 processor has the instruction, and it accesses nothing that could be seen.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(line.as_ptr().cast()) }
    }
}

/// Runs `kernel` in a function compiled for AVX2 and FMA.
#[target_feature(enable = "avx2,fma")]
fn with_avx2<A: Arithmetic, K: Kernel>(lanes: Avx2<A>, kernel: K) -> K::Output {
    kernel.run(lanes)
}

/// Runs `kernel` in a function compiled for AVX-512F.
#[target_feature(enable = "avx512f,avx2,fma")]
fn with_avx512<A: Arithmetic, K: Kernel>(lanes: Avx512<A>, kernel: K) -> K::Output {
    kernel.run(lanes)
}

/// `block`'s eight lanes of `part`.
#[inline(always)]
fn half(block: &Block, part: usize) -> &[f32; 8] {
    let (halves, _) = block.as_chunks::<8>();
    match halves.get(part) {
        Some(half) => half,
        None => &[0.0; 8],
    }
}

/// [`half`] of a block that is shared.
#[inline(always)]
fn shared_half(block: &Cell<Block>, part: usize) -> Option<&[Cell<f32>; 8]> {
    let lanes: &Cell<[f32]> = block;
    lanes.as_slice_of_cells().as_chunks::<8>().0.get(part)
}

/// Of sixteen lanes, those that `front` has.
#[inline(always)]
fn mask(front: &[f32]) -> u16 {
    match front.len() {
        len @ ..LANES => (1 << len) - 1,
        _ => u16::MAX,
    }
}

impl<A: Arithmetic> Machine for Avx2<A> {
    #[inline(always)]
    fn enter<K: Kernel>(self, kernel: K) -> K::Output {
        // SAFETY: `self` proves AVX2 and FMA.
        unsafe { with_avx2(self, kernel) }
    }
}

impl<A: Arithmetic> Lanes for Avx2<A> {
    type Vector = __m256;
    type Registers = [__m256; 2];
    const WIDTH: usize = 8;
    const TILE: usize = 2;

    #[inline(always)]
    fn splat(self, x: f32) -> __m256 {
        // SAFETY: `self` proves AVX2.
        unsafe { _mm256_set1_ps(x) }
    }

    #[inline(always)]
    fn splat_block(self, x: f32) -> [__m256; 2] {
        [self.splat(x), self.splat(x)]
    }

    #[inline(always)]
    fn load(self, block: &Block, part: usize) -> __m256 {
        // SAFETY: `self` proves AVX2, and the reference covers the eight floats that are read.
        unsafe { _mm256_loadu_ps(half(block, part).as_ptr()) }
    }

    #[inline(always)]
    fn store(self, v: __m256, block: &mut Block, part: usize) {
        if let Some(half) = block.as_chunks_mut::<8>().0.get_mut(part) {
            // SAFETY: `self` proves AVX2, and the reference covers the eight floats that are written.
            unsafe { _mm256_storeu_ps(half.as_mut_ptr(), v) }
        }
    }

    #[inline(always)]
    fn load_front(self, front: &[f32]) -> [__m256; 2] {
        let [low, high] = self.masks(front);
        let start = front.as_ptr();
        // SAFETY: `self` proves AVX2. Of the lanes, those are read that `front` has.
        unsafe { [_mm256_maskload_ps(start, low), _mm256_maskload_ps(start.wrapping_add(8), high)] }
    }

    #[inline(always)]
    fn store_front(self, [v, w]: [__m256; 2], front: &mut [f32]) {
        let [low, high] = self.masks(front);
        let start = front.as_mut_ptr();
        // SAFETY: `self` proves AVX2. Of the lanes, those are written that `front` has.
        unsafe {
            _mm256_maskstore_ps(start, low, v);
            _mm256_maskstore_ps(start.wrapping_add(8), high, w);
        }
    }

    #[inline(always)]
    fn load_shared(self, block: &Cell<Block>, part: usize) -> __m256 {
        match shared_half(block, part) {
            // SAFETY: `self` proves AVX2, and the reference covers the eight floats that are read. They are in cells:
            // no reference to their values is around, and no other thread can reach them.
            Some(half) => unsafe { _mm256_loadu_ps(half.as_ptr().cast()) },
            None => self.splat(0.0),
        }
    }

    #[inline(always)]
    fn store_shared(self, v: __m256, block: &Cell<Block>, part: usize) {
        if let Some(half) = shared_half(block, part) {
            // SAFETY: as in `load_shared`; what is in a cell may be written through a shared reference.
            unsafe { _mm256_storeu_ps(half.as_ptr().cast::<f32>().cast_mut(), v) }
        }
    }

    #[inline(always)]
    fn add(self, a: __m256, b: __m256) -> __m256 {
        // SAFETY: `self` proves AVX2.
        unsafe { _mm256_add_ps(a, b) }
    }

    #[inline(always)]
    fn sub(self, a: __m256, b: __m256) -> __m256 {
        // SAFETY: `self` proves AVX2.
        unsafe { _mm256_sub_ps(a, b) }
    }

    #[inline(always)]
    fn mul(self, a: __m256, b: __m256) -> __m256 {
        // SAFETY: `self` proves AVX2.
        unsafe { _mm256_mul_ps(a, b) }
    }

    #[inline(always)]
    fn div(self, a: __m256, b: __m256) -> __m256 {
        // SAFETY: `self` proves AVX2.
        unsafe { _mm256_div_ps(a, b) }
    }

    #[inline(always)]
    fn sqrt(self, a: __m256) -> __m256 {
        // SAFETY: `self` proves AVX2.
        unsafe { _mm256_sqrt_ps(a) }
    }

    #[inline(always)]
    fn mul_add(self, a: __m256, b: __m256, c: __m256) -> __m256 {
        // SAFETY: `self` proves AVX2 and FMA.
        unsafe { if A::FUSED { _mm256_fmadd_ps(a, b, c) } else { _mm256_add_ps(_mm256_mul_ps(a, b), c) } }
    }

    #[inline(always)]
    fn clamp(self, x: __m256, low: f32, high: f32) -> __m256 {
        // SAFETY: `self` proves AVX2. Where x is NaN, these give their second operand, as `Lanes::clamp` wants.
        unsafe { _mm256_min_ps(_mm256_max_ps(x, _mm256_set1_ps(low)), _mm256_set1_ps(high)) }
    }

    #[inline(always)]
    fn exp2_shifted(self, n: __m256) -> __m256 {
        // SAFETY: `self` proves AVX2.
        unsafe {
            let exponent = _mm256_slli_epi32::<23>(_mm256_castps_si256(n));
            _mm256_castsi256_ps(_mm256_add_epi32(exponent, _mm256_castps_si256(_mm256_set1_ps(1.0))))
        }
    }

    #[inline(always)]
    fn sum(self, v: __m256) -> f32 {
        // SAFETY: `self` proves AVX2, and with it SSE3.
        unsafe {
            let four = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps::<1>(v));
            let two = _mm_add_ps(four, _mm_movehl_ps(four, four));
            _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)))
        }
    }

    #[inline(always)]
    fn sum_each(self, vs: [__m256; LANES]) -> [__m256; 2] {
        // Each 128-bit half of a result holds four sums, so the registers are dealt out with a stride of four.
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = vs;
        let low = self.one(self.two(self.four(a, e), self.four(b, f)), self.two(self.four(c, g), self.four(d, h)));
        let high = self.one(self.two(self.four(i, m), self.four(j, n)), self.two(self.four(k, o), self.four(l, p)));
        [low, high]
    }
}

impl<A: Arithmetic> Machine for Avx512<A> {
    #[inline(always)]
    fn enter<K: Kernel>(self, kernel: K) -> K::Output {
        // SAFETY: `self` proves AVX-512F, AVX2 and FMA.
        unsafe { with_avx512(self, kernel) }
    }
}

impl<A: Arithmetic> Lanes for Avx512<A> {
    type Vector = __m512;
    type Registers = [__m512; 1];
    const WIDTH: usize = 16;
    const TILE: usize = 2;

    #[inline(always)]
    fn splat(self, x: f32) -> __m512 {
        // SAFETY: `self` proves AVX-512F.
        unsafe { _mm512_set1_ps(x) }
    }

    #[inline(always)]
    fn splat_block(self, x: f32) -> [__m512; 1] {
        [self.splat(x)]
    }

    #[inline(always)]
    fn load(self, block: &Block, _part: usize) -> __m512 {
        // SAFETY: `self` proves AVX-512F, and the reference covers the sixteen floats that are read.
        unsafe { _mm512_loadu_ps(block.as_ptr()) }
    }

    #[inline(always)]
    fn store(self, v: __m512, block: &mut Block, _part: usize) {
        // SAFETY: `self` proves AVX-512F, and the reference covers the sixteen floats that are written.
        unsafe { _mm512_storeu_ps(block.as_mut_ptr(), v) }
    }

    #[inline(always)]
    fn load_front(self, front: &[f32]) -> [__m512; 1] {
        // SAFETY: `self` proves AVX-512F. Of the lanes, those are read that `front` has.
        unsafe { [_mm512_maskz_loadu_ps(mask(front), front.as_ptr())] }
    }

    #[inline(always)]
    fn store_front(self, [v]: [__m512; 1], front: &mut [f32]) {
        // SAFETY: `self` proves AVX-512F. Of the lanes, those are written that `front` has.
        unsafe { _mm512_mask_storeu_ps(front.as_mut_ptr(), mask(front), v) }
    }

    #[inline(always)]
    fn load_shared(self, block: &Cell<Block>, _part: usize) -> __m512 {
        // SAFETY: `self` proves AVX-512F, and the reference covers the sixteen floats that are read. They are in a
        // cell: no reference to its value is around, and no other thread can reach it.
        unsafe { _mm512_loadu_ps(block.as_ptr().cast()) }
    }

    #[inline(always)]
    fn store_shared(self, v: __m512, block: &Cell<Block>, _part: usize) {
        // SAFETY: as in `load_shared`; what is in a cell may be written through a shared reference.
        unsafe { _mm512_storeu_ps(block.as_ptr().cast(), v) }
    }

    #[inline(always)]
    fn add(self, a: __m512, b: __m512) -> __m512 {
        // SAFETY: `self` proves AVX-512F.
        unsafe { _mm512_add_ps(a, b) }
    }

    #[inline(always)]
    fn sub(self, a: __m512, b: __m512) -> __m512 {
        // SAFETY: `self` proves AVX-512F.
        unsafe { _mm512_sub_ps(a, b) }
    }

    #[inline(always)]
    fn mul(self, a: __m512, b: __m512) -> __m512 {
        // SAFETY: `self` proves AVX-512F.
        unsafe { _mm512_mul_ps(a, b) }
    }

    #[inline(always)]
    fn div(self, a: __m512, b: __m512) -> __m512 {
        // SAFETY: `self` proves AVX-512F.
        unsafe { _mm512_div_ps(a, b) }
    }

    #[inline(always)]
    fn sqrt(self, a: __m512) -> __m512 {
        // SAFETY: `self` proves AVX-512F.
        unsafe { _mm512_sqrt_ps(a) }
    }

    #[inline(always)]
    fn mul_add(self, a: __m512, b: __m512, c: __m512) -> __m512 {
        // SAFETY: `self` proves AVX-512F.
        unsafe { if A::FUSED { _mm512_fmadd_ps(a, b, c) } else { _mm512_add_ps(_mm512_mul_ps(a, b), c) } }
    }

    #[inline(always)]
    fn clamp(self, x: __m512, low: f32, high: f32) -> __m512 {
        // SAFETY: `self` proves AVX-512F. Where x is NaN, these give their second operand, as `Lanes::clamp` wants.
        unsafe { _mm512_min_ps(_mm512_max_ps(x, _mm512_set1_ps(low)), _mm512_set1_ps(high)) }
    }

    #[inline(always)]
    fn exp2_shifted(self, n: __m512) -> __m512 {
        // SAFETY: `self` proves AVX-512F.
        unsafe {
            let exponent = _mm512_slli_epi32::<23>(_mm512_castps_si512(n));
            _mm512_castsi512_ps(_mm512_add_epi32(exponent, _mm512_castps_si512(_mm512_set1_ps(1.0))))
        }
    }

    #[inline(always)]
    fn sum(self, v: __m512) -> f32 {
        // SAFETY: `self` proves AVX-512F, AVX2 and SSE3.
        unsafe {
            let eight = _mm256_add_ps(
                _mm512_castps512_ps256(v),
                _mm256_castpd_ps(_mm512_extractf64x4_pd::<1>(_mm512_castps_pd(v))),
            );
            let four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps::<1>(eight));
            let two = _mm_add_ps(four, _mm_movehl_ps(four, four));
            _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)))
        }
    }

    #[inline(always)]
    fn sum_each(self, vs: [__m512; LANES]) -> [__m512; 1] {
        // Each 128-bit lane of the result holds four sums, so the registers are dealt out with a stride of four.
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = vs;
        let w = self.four(self.eight(a, e), self.eight(i, m));
        let x = self.four(self.eight(b, f), self.eight(j, n));
        let y = self.four(self.eight(c, g), self.eight(k, o));
        let z = self.four(self.eight(d, h), self.eight(l, p));
        [self.one(self.two(w, x), self.two(y, z))]
    }
}

// Sixteen sums at once: each step folds a pair of registers into one. Its additions are those of `Lanes::sum`, on both
// registers together, so sixteen sums take 15 additions instead of 64. The names say how many lanes a sum still has.

impl<A: Arithmetic> Avx2<A> {
    /// Of the sixteen lanes, those that `front` has.
    #[inline(always)]
    fn masks(self, front: &[f32]) -> [__m256i; 2] {
        let there = front.len().min(LANES) as i32;
        // SAFETY: `self` proves AVX2.
        unsafe {
            let (there, lanes) = (_mm256_set1_epi32(there), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
            [_mm256_cmpgt_epi32(there, lanes), _mm256_cmpgt_epi32(there, _mm256_add_epi32(lanes, _mm256_set1_epi32(8)))]
        }
    }

    #[inline(always)]
    fn four(self, x: __m256, y: __m256) -> __m256 {
        // SAFETY: `self` proves AVX2.
        unsafe { _mm256_add_ps(_mm256_permute2f128_ps::<0x20>(x, y), _mm256_permute2f128_ps::<0x31>(x, y)) }
    }

    #[inline(always)]
    fn two(self, x: __m256, y: __m256) -> __m256 {
        // SAFETY: `self` proves AVX2.
        unsafe {
            let (x, y) = (_mm256_castps_pd(x), _mm256_castps_pd(y));
            let (low, high) = (_mm256_unpacklo_pd(x, y), _mm256_unpackhi_pd(x, y));
            _mm256_add_ps(_mm256_castpd_ps(low), _mm256_castpd_ps(high))
        }
    }

    #[inline(always)]
    fn one(self, x: __m256, y: __m256) -> __m256 {
        // SAFETY: `self` proves AVX2.
        unsafe { _mm256_add_ps(_mm256_shuffle_ps::<0b10_00_10_00>(x, y), _mm256_shuffle_ps::<0b11_01_11_01>(x, y)) }
    }
}

impl<A: Arithmetic> Avx512<A> {
    #[inline(always)]
    fn eight(self, x: __m512, y: __m512) -> __m512 {
        // SAFETY: `self` proves AVX-512F.
        unsafe {
            let (low, high) =
                (_mm512_shuffle_f32x4::<0b01_00_01_00>(x, y), _mm512_shuffle_f32x4::<0b11_10_11_10>(x, y));
            _mm512_add_ps(low, high)
        }
    }

    #[inline(always)]
    fn four(self, x: __m512, y: __m512) -> __m512 {
        // SAFETY: `self` proves AVX-512F.
        unsafe {
            let (low, high) =
                (_mm512_shuffle_f32x4::<0b10_00_10_00>(x, y), _mm512_shuffle_f32x4::<0b11_01_11_01>(x, y));
            _mm512_add_ps(low, high)
        }
    }

    #[inline(always)]
    fn two(self, x: __m512, y: __m512) -> __m512 {
        // SAFETY: `self` proves AVX-512F.
        unsafe {
            let (x, y) = (_mm512_castps_pd(x), _mm512_castps_pd(y));
            let (low, high) = (_mm512_unpacklo_pd(x, y), _mm512_unpackhi_pd(x, y));
            _mm512_add_ps(_mm512_castpd_ps(low), _mm512_castpd_ps(high))
        }
    }

    #[inline(always)]
    fn one(self, x: __m512, y: __m512) -> __m512 {
        // SAFETY: `self` proves AVX-512F.
        unsafe { _mm512_add_ps(_mm512_shuffle_ps::<0b10_00_10_00>(x, y), _mm512_shuffle_ps::<0b11_01_11_01>(x, y)) }
    }
}

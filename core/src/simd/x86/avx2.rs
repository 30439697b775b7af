//! AVX2 with FMA: eight lanes a register.

use core::arch::x86_64::*;
use core::cell::Cell;

use crate::simd::{Arithmetic, Block, Kernel, LANES, Lanes, Machine, Portable};

cpufeatures::new!(has_avx2_fma, "avx2", "fma");

/// Eight lanes a register: proof that the processor has AVX2 and FMA.
#[derive(Clone, Copy, Debug)]
pub struct Avx2<A = Portable>(A);

impl<A: Arithmetic> Avx2<A> {
    /// The token, on a processor that has AVX2 and FMA.
    #[must_use]
    pub fn detect() -> Option<Self> {
        has_avx2_fma::get().then(|| Self(A::default()))
    }
}

/// Runs `kernel` in a function compiled for AVX2 and FMA.
#[target_feature(enable = "avx2,fma")]
fn with_avx2<A: Arithmetic, K: Kernel>(lanes: Avx2<A>, kernel: K) -> K::Output {
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

// The steps of `sum_each`: see the module above.

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

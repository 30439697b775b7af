//! AVX-512: sixteen lanes a register.

use core::arch::x86_64::*;
use core::cell::Cell;

use crate::simd::{Arithmetic, Block, Kernel, LANES, Lanes, Machine, Portable};

cpufeatures::new!(has_avx512, "avx512f", "avx2", "fma");

/// Sixteen lanes a register: proof that the processor has AVX-512F, AVX2 and FMA.
#[derive(Clone, Copy, Debug)]
pub struct Avx512<A = Portable>(A);

impl<A: Arithmetic> Avx512<A> {
    /// The token, on a processor that has AVX-512F (and AVX2 and FMA, which come with it).
    #[must_use]
    pub fn detect() -> Option<Self> {
        has_avx512::get().then(|| Self(A::default()))
    }
}

/// Runs `kernel` in a function compiled for AVX-512F.
#[target_feature(enable = "avx512f,avx2,fma")]
fn with_avx512<A: Arithmetic, K: Kernel>(lanes: Avx512<A>, kernel: K) -> K::Output {
    kernel.run(lanes)
}

/// Of sixteen lanes, those that `front` has.
#[inline(always)]
fn mask(front: &[f32]) -> u16 {
    match front.len() {
        len @ ..LANES => (1 << len) - 1,
        _ => u16::MAX,
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

// The steps of `sum_each`: see the module above.

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

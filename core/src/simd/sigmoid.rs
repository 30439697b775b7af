//! The logistic function over lanes, from a polynomial of core's own: the same bits on every machine.

use super::Lanes;

/// σ(x) = 1 / (1 + e^−x) in each lane (MATH.md eq. 1), to about 2 units in the last place.
///
/// Beyond ±87, where e^−x leaves the normal numbers, the value at ±87 stands. NaN gives σ(−87); the row that the NaN
/// came from keeps it.
#[inline(always)]
pub fn sigmoid<L: Lanes>(lanes: L, x: L::Vector) -> L::Vector {
    let one = lanes.splat(1.0);
    let e = exp_minus(lanes, lanes.clamp(x, -87.0, 87.0));
    lanes.div(one, lanes.add(one, e))
}

/// e^−x for |x| ≤ 87: −x = n·ln 2 − r with |r| ≤ ln 2 / 2, then 2^n times a polynomial in −r (Cephes' `expf`).
///
/// The minus costs nothing: it is in the constants.
#[inline(always)]
fn exp_minus<L: Lanes>(lanes: L, x: L::Vector) -> L::Vector {
    // Adding 1.5·2²³ leaves no bits for a fraction: the sum is rounded to an integer.
    const SHIFT: f32 = 12_582_912.0;
    // ln 2 in two parts, the first short enough that n times it is exact.
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    const POLYNOMIAL: [f32; 6] = [1.987_569_1e-4, -1.398_199_9e-3, 8.333_452e-3, -4.166_579_6e-2, 1.666_666_5e-1, -0.5];

    let shifted = lanes.mul_add(x, lanes.splat(-core::f32::consts::LOG2_E), lanes.splat(SHIFT));
    let n = lanes.sub(shifted, lanes.splat(SHIFT));
    let r = lanes.mul_add(n, lanes.splat(LN_2_HIGH), x);
    let r = lanes.mul_add(n, lanes.splat(LN_2_LOW), r);
    let [highest, rest @ ..] = POLYNOMIAL;
    let mut p = lanes.splat(highest);
    for coefficient in rest {
        p = lanes.mul_add(p, r, lanes.splat(coefficient));
    }
    let less_than_one = lanes.mul_add(p, lanes.mul(r, r), r);
    lanes.mul(lanes.sub(lanes.splat(1.0), less_than_one), lanes.exp2_shifted(shifted))
}

//! The logistic function and its logarithm from tables: a shift, a multiplication, and no division.

use super::{SCORE_FRACTION, UNIT};

/// Beyond this score the sigmoid is 0 or 1.
const LAST: u32 = 8;
/// Entries lie 2^−3 apart.
const STEP: u32 = 3;
const ENTRIES: usize = (LAST << STEP) as usize + 1;

/// Values of a function at 0, ⅛, ¼ … 8, times 2^15.
type Table = [u16; ENTRIES];

/// σ(x) (MATH.md eq. 1).
#[rustfmt::skip]
static SIGMOID: Table = [
    16384, 17407, 18421, 19420, 20397, 21344, 22255, 23127, 23955, 24737, 25471, 26155, 26790, 27377, 27917, 28411,
    28862, 29272, 29644, 29979, 30282, 30555, 30799, 31018, 31214, 31389, 31545, 31684, 31807, 31917, 32015, 32102,
    32179, 32247, 32307, 32361, 32408, 32450, 32487, 32520, 32549, 32574, 32597, 32617, 32635, 32650, 32664, 32676,
    32687, 32696, 32705, 32712, 32719, 32725, 32730, 32734, 32738, 32742, 32745, 32747, 32750, 32752, 32754, 32756,
    32757,
];

/// −log σ(x) = log(1 + e^−x).
#[rustfmt::skip]
static LOSS: Table = [
    22713, 20729, 18872, 17142, 15535, 14048, 12677, 11418, 10265, 9213, 8255, 7386, 6600, 5890, 5250, 4675, 4159,
    3697, 3284, 2914, 2585, 2292, 2031, 1798, 1592, 1409, 1247, 1103, 975, 862, 762, 673, 595, 525, 464, 410, 362,
    320, 282, 249, 220, 194, 172, 151, 134, 118, 104, 92, 81, 72, 63, 56, 49, 43, 38, 34, 30, 26, 23, 21, 18, 16,
    14, 12, 11,
];

/// σ of a score, times 2^15: 0 ..= 2^15.
///
/// It is within 2.4·10^−4 of the logistic function up to ±8, as a test finds for every score, and within 3.4·10^−4
/// beyond.
#[inline(always)]
pub(super) fn sigmoid(score: i32) -> i32 {
    let positive = look_up(&SIGMOID, score.unsigned_abs()).unwrap_or(UNIT);
    if score < 0 { UNIT - positive } else { positive }
}

/// −log σ of a score, times 2^15: within 6·10^−4 of it.
pub(super) fn loss(score: i32) -> i32 {
    // −log σ(−x) = x − log σ(x).
    // The lowest score has no opposite.
    let linear = if score < 0 { score.saturating_neg() >> (SCORE_FRACTION - 15) } else { 0 };
    linear + look_up(&LOSS, score.unsigned_abs()).unwrap_or(0)
}

/// The straight line between the two entries around `score`; `None` beyond the last.
#[inline(always)]
fn look_up(table: &Table, score: u32) -> Option<i32> {
    /// Bits of the place between two entries, of which the highest 10 are used.
    const PLACE: u32 = SCORE_FRACTION - STEP;
    let index = (score >> PLACE) as usize;
    let (&low, &high) = (table.get(index)?, table.get(index + 1)?);
    let place = ((score >> (PLACE - 10)) & 1023) as i32;
    let (low, high) = (i32::from(low), i32::from(high));
    Some(low + (((high - low) * place) >> 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCORE_UNIT: f64 = (1 << SCORE_FRACTION) as f64;

    #[test]
    fn the_tables_hold_the_functions() {
        for (index, (&sigmoid, &loss)) in SIGMOID.iter().zip(&LOSS).enumerate() {
            let e = libm::exp(-(index as f64) / 8.0);
            assert_eq!(f64::from(sigmoid), libm::round(32768.0 / (1.0 + e)), "{index}");
            assert_eq!(f64::from(loss), libm::round(32768.0 * libm::log1p(e)), "{index}");
        }
    }

    /// Every score to ±8 and, as beyond them nothing changes but a linear part, some to the last.
    #[test]
    fn they_are_near_the_functions_for_every_score() {
        let near = (-(8 << SCORE_FRACTION)..=8 << SCORE_FRACTION).chain([i32::MIN, i32::MAX, 9 << SCORE_FRACTION]);
        let (mut worst, mut worst_beyond, mut worst_loss) = (0.0_f64, 0.0_f64, 0.0_f64);
        for score in near {
            let x = f64::from(score) / SCORE_UNIT;
            let error = (f64::from(sigmoid(score)) / 32768.0 - 1.0 / (1.0 + libm::exp(-x))).abs();
            let worst = if x.abs() < 8.0 { &mut worst } else { &mut worst_beyond };
            *worst = worst.max(error);
            let exact = if x < 0.0 { -x + libm::log1p(libm::exp(x)) } else { libm::log1p(libm::exp(-x)) };
            worst_loss = worst_loss.max((f64::from(loss(score)) / 32768.0 - exact).abs());
        }
        assert!(worst < 2.4e-4 && worst_beyond < 3.4e-4 && worst_loss < 6e-4, "{worst} {worst_beyond} {worst_loss}");
    }
}

//! Vectors with one byte per component (see [`Encoding::Int8`](super::Encoding::Int8)).

use crate::model::Component;

/// The largest |q|. −128 is left out, so that negating a vector negates its numbers.
const LARGEST: f32 = 127.0;

/// The possible scales. With these, no number that is read is infinite, or so small that some processors treat it as
/// zero and others do not.
const SMALLEST_SCALE: f32 = f32::MIN_POSITIVE;
const LARGEST_SCALE: f32 = (f32::MAX / LARGEST).next_down();

/// Whether `scale` can be the scale of a vector.
pub(super) fn is_scale(scale: f32) -> bool {
    (SMALLEST_SCALE..=LARGEST_SCALE).contains(&scale)
}

/// The scale of `vector`, whose components are finite.
pub(super) fn scale(vector: &[impl Component]) -> f32 {
    let sizes = vector.iter().map(|x| x.to_f32().abs());
    let largest = sizes.fold(0.0, |largest, x| if x > largest { x } else { largest });
    (largest / LARGEST).clamp(SMALLEST_SCALE, LARGEST_SCALE)
}

/// `x/scale`, rounded to an integer.
///
/// Near 1.5·2²³ an f32 has no fraction, so adding that rounds on every machine, halves to the even integer.
pub(super) fn quantize(x: f32, scale: f32) -> i8 {
    const NO_FRACTION: f32 = 12_582_912.0;
    ((x / scale + NO_FRACTION) - NO_FRACTION) as i8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_go_to_the_even_integer() {
        let all: [(f32, i8); 9] = [
            (0.5, 0),
            (1.5, 2),
            (2.5, 2),
            (-0.5, 0),
            (-1.5, -2),
            (126.5, 126),
            (127.0, 127),
            (-127.0, -127),
            (0.49, 0),
        ];
        for (x, q) in all {
            assert_eq!(quantize(x, 1.0), q, "{x}");
            assert_eq!(quantize(x * 0.25, 0.25), q, "{x}");
        }
    }

    #[test]
    fn scales_stay_where_nothing_over_or_underflows() {
        assert_eq!((scale(&[0.0; 0]), scale(&[-0.0, 0.0])), (f32::MIN_POSITIVE, f32::MIN_POSITIVE));
        assert_eq!(scale(&[3.0, -254.0, 1.0]), 2.0);
        for largest in [1e-45, f32::MIN_POSITIVE, 1.0, f32::MAX] {
            let scale = scale(&[largest, -largest]);
            assert!(is_scale(scale) && (scale * LARGEST).is_finite(), "{largest}");
            let q = quantize(-largest, scale);
            assert!((f32::from(q) * scale + largest).abs() <= scale * 0.5, "{largest}: {q}");
        }
        for wrong in [0.0, -1.0, 1e-40, f32::MAX / 127.0, f32::INFINITY, f32::NAN] {
            assert!(!is_scale(wrong), "{wrong}");
        }
    }
}

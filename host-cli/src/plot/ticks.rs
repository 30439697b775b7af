//! Round numbers along an axis.

/// From here on, numbers are written with exponents.
const LARGE: f64 = 1e6;

/// Likewise if they are less than this apart.
const CLOSE: f64 = 1e-4;

/// About `wanted` round numbers (1, 2 or 5 times a power of ten apart) from `low` to `high`, each with its text.
pub(super) fn ticks(low: f64, high: f64, wanted: usize) -> Vec<(f64, String)> {
    let range = high - low;
    if !(range.is_finite() && range > 0.0) {
        return Vec::new();
    }
    let rough = range / wanted.max(1) as f64;
    let power = rough.log10().floor();
    let factor = [1.0, 2.0, 5.0, 10.0].into_iter().find(|factor| factor * 10_f64.powf(power) >= rough).unwrap_or(10.0);
    let step = factor * 10_f64.powf(power);
    let (first, last) = ((low / step).ceil(), (high / step).floor());
    let digits = if factor == 10.0 { -power - 1.0 } else { -power }.max(0.0) as usize;
    let short = low.abs().max(high.abs()) < LARGE && step >= CLOSE * (1.0 - 1e-9);
    let tick = |index: i64| {
        // 3 × 0.1 is 0.30000000000000004; the text has just the digits that differ.
        let value = index as f64 * step;
        let text = if short { format!("{value:.digits$}") } else { scientific(index as f64 * factor, power as i32) };
        // The font has no minus sign; a dash looks the same.
        (value, text.replace('-', "–"))
    };
    (first as i64..=last as i64).map(tick).collect()
}

/// The number `mantissa` · 10 ^ `power`, as in 1.5e38.
fn scientific(mantissa: f64, power: i32) -> String {
    let text = format!("{mantissa:e}");
    match text.split_once('e') {
        Some((digits, exponent)) if mantissa != 0.0 => {
            format!("{digits}e{}", exponent.parse::<i32>().unwrap_or(0) + power)
        }
        _ => "0".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(low: f64, high: f64) -> String {
        ticks(low, high, 5).into_iter().map(|(_, text)| text).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(texts(-1.03, 2.2), "–1 0 1 2");
        assert_eq!(texts(2.14, 2.73), "2.2 2.4 2.6");
        assert_eq!(texts(0.0, 0.0041), "0.000 0.001 0.002 0.003 0.004");
        assert_eq!(texts(0.0, 500.0), "0 100 200 300 400 500");
        assert_eq!(texts(1.0, 1.0), "");
        assert_eq!(texts(0.0, f64::NAN), "");
    }

    #[test]
    fn large_and_small_ones_have_exponents() {
        assert_eq!(texts(-3e38, 6e38), "–2e38 0 2e38 4e38 6e38");
        assert_eq!(texts(0.0, 2e6), "0 5e5 1e6 1.5e6 2e6");
        assert_eq!(texts(0.0, 9e5), "0 200000 400000 600000 800000");
        assert_eq!(texts(-1e-40, 2e-40), "–1e–40 0 1e–40 2e–40");
        assert_eq!(texts(0.0, 0.0005), "0.0000 0.0001 0.0002 0.0003 0.0004 0.0005");
        assert_eq!(texts(0.0, 0.0001), "0 2e–5 4e–5 6e–5 8e–5 1e–4");
    }
}

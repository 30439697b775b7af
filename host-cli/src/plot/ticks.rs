//! Round numbers along an axis.

/// About `wanted` round numbers (1, 2 or 5 times a power of ten apart) from `low` to `high`, each with its text.
pub(super) fn ticks(low: f64, high: f64, wanted: usize) -> Vec<(f64, String)> {
    let range = high - low;
    if !(range.is_finite() && range > 0.0) {
        return Vec::new();
    }
    let rough = range / wanted.max(1) as f64;
    let power = rough.log10().floor();
    let factor = [1.0, 2.0, 5.0, 10.0].into_iter().find(|factor| factor * 10_f64.powf(power) >= rough).unwrap_or(10.0);
    let (first, last) = ((low / (factor * 10_f64.powf(power))).ceil(), (high / (factor * 10_f64.powf(power))).floor());
    let digits = if factor == 10.0 { -power - 1.0 } else { -power }.max(0.0) as usize;
    let tick = |index: i64| {
        // 3 × 0.1 is 0.30000000000000004; the text has just the digits that differ.
        let value = index as f64 * factor * 10_f64.powf(power);
        // The font has no minus sign; a dash looks the same.
        let text = format!("{value:.digits$}").replace('-', "–");
        (value, text)
    };
    (first as i64..=last as i64).map(tick).collect()
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
}

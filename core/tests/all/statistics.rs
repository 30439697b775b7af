//! Whether draws follow a distribution: Pearson's chi-square test.

/// Checks counts of draws against the `expected` counts, which sum to as much. Cells where fewer than 10 are expected
/// are taken together.
///
/// Draws that are right fail at 2 in 10,000 seeds: too far from the expected counts, or too close to them for chance.
pub(crate) fn assert_distribution(observed: &[u64], expected: &[f64], what: &str) {
    assert_eq!(observed.len(), expected.len(), "{what}");
    assert!(
        observed.iter().zip(expected).all(|(&observed, &expected)| expected > 0.0 || observed == 0),
        "{what}: drew what cannot be drawn"
    );
    let (total, sum) = (observed.iter().sum::<u64>() as f64, expected.iter().sum::<f64>());
    assert!((total - sum).abs() < 1e-6 * total, "{what}: {total} draws, {sum} expected");

    let mut cells = Vec::new();
    let mut rest = (0.0, 0.0);
    for (&observed, &expected) in observed.iter().zip(expected) {
        let cell = (observed as f64, expected);
        if expected < 10.0 { rest = (rest.0 + cell.0, rest.1 + cell.1) } else { cells.push(cell) }
    }
    if rest.1 >= 10.0 {
        cells.push(rest);
    }
    let chi_square = cells.iter().map(|(observed, expected)| (observed - expected).powi(2) / expected).sum();
    assert_chi_square(chi_square, cells.len() - 1, what);
}

/// Checks that a `chi_square` is neither too large nor too small for its degrees of freedom.
pub(crate) fn assert_chi_square(chi_square: f64, freedom: usize, what: &str) {
    assert!(freedom > 0, "{what}: too few draws to say anything");
    let range = [-3.719, 3.719].map(|deviations| quantile(freedom as f64, deviations));
    assert!((range[0]..=range[1]).contains(&chi_square), "{what}: χ² = {chi_square}, not in {range:?}");
}

/// The χ² that is so many standard deviations of a normal distribution out (Wilson and Hilferty 1931).
fn quantile(freedom: f64, deviations: f64) -> f64 {
    let variance = 2.0 / (9.0 * freedom);
    freedom * (1.0 - variance + deviations * variance.sqrt()).max(0.0).powi(3)
}

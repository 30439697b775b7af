//! Central differences, and the losses written down as MATH.md defines them: what core is checked against.

/// How far central differences in `f64` may be from a right gradient of a loss of ordinary size.
pub(crate) const CLOSE: f64 = 1e-7;

/// `∂f/∂x` at `x`, component by component.
pub(crate) fn central_differences(x: &[f64], f: impl Fn(&[f64]) -> f64) -> Vec<f64> {
    let h = 1e-5;
    let mut x = x.to_vec();
    (0..x.len())
        .map(|i| {
            let here = x[i];
            x[i] = here + h;
            let above = f(&x);
            x[i] = here - h;
            let below = f(&x);
            x[i] = here;
            (above - below) / (2.0 * h)
        })
        .collect()
}

/// The largest `|a_i − b_i| / max(1, |a_i|, |b_i|)`; infinite for different lengths or a NaN.
pub(crate) fn distance(a: &[f64], b: &[f64]) -> f64 {
    if a.len() != b.len() {
        return f64::INFINITY;
    }
    a.iter().zip(b).fold(0.0, |largest: f64, (a, b)| {
        let distance = (a - b).abs() / 1f64.max(a.abs()).max(b.abs());
        if distance.is_nan() { f64::INFINITY } else { largest.max(distance) }
    })
}

pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

pub(crate) fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// ŷ (eq. 5), by its definition.
pub(crate) fn distribution(center: &[f64], outside_vectors: &[f64]) -> Vec<f64> {
    let exps: Vec<f64> = outside_vectors.chunks(center.len()).map(|u| dot(u, center).exp()).collect();
    let sum: f64 = exps.iter().sum();
    exps.iter().map(|e| e / sum).collect()
}

/// J of naive softmax (eq. 6), by its definition.
pub(crate) fn naive_softmax(center: &[f64], outside: u32, outside_vectors: &[f64]) -> f64 {
    -distribution(center, outside_vectors)[outside as usize].ln()
}

/// J of negative sampling (eq. 9), by its definition.
pub(crate) fn negative_sampling(center: &[f64], outside: u32, negatives: &[u32], outside_vectors: &[f64]) -> f64 {
    let score = |w: u32| dot(&outside_vectors[w as usize * center.len()..][..center.len()], center);
    -sigmoid(score(outside)).ln() - negatives.iter().map(|&w| sigmoid(-score(w)).ln()).sum::<f64>()
}

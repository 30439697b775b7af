// Four words of three numbers. Word 1 is the outside word o; of its three negative samples, word 2 was drawn twice.
pub const V_C: [f64; 3] = [0.9, -0.4, 0.6];
pub const U: [[f64; 3]; 4] = [[0.3, 0.8, -0.5], [-0.7, 0.2, 0.9], [0.4, -0.6, 0.1], [-0.2, -0.9, 0.5]];
pub const O: usize = 1;
pub const NEGATIVES: [usize; 3] = [2, 0, 2];

pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// The gradient of `f` at `x`, without calculus: move one number up and down, and see how `f` follows.
pub fn central_differences(x: &[f64], f: impl Fn(&[f64]) -> f64) -> Vec<f64> {
    const H: f64 = 1e-5;
    let moved = |i: usize, by: f64| {
        let mut x = x.to_vec();
        x[i] += by;
        f(&x)
    };
    (0..x.len()).map(|i| (moved(i, H) - moved(i, -H)) / (2.0 * H)).collect()
}

/// The largest difference between two lists of numbers.
pub fn apart(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(x, y)| (x - y).abs()).fold(0.0, f64::max)
}

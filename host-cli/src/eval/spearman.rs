//! Spearman's rank correlation.

/// Spearman's ρ of `pairs`, −1 to 1: Pearson's correlation of the ranks; equals share the mean of their ranks.
///
/// `None` if it is not defined: fewer than two pairs, or all values on one side equal.
#[must_use]
pub fn spearman(pairs: &[(f64, f64)]) -> Option<f64> {
    let (one, other): (Vec<_>, Vec<_>) = pairs.iter().copied().unzip();
    pearson(&ranks(&one), &ranks(&other))
}

/// The rank of every value, from 1 for the smallest.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&one, &other| values[one].total_cmp(&values[other]));
    let mut ranks = vec![0.0; values.len()];
    let mut before = 0;
    for equals in order.chunk_by(|&one, &other| values[one] == values[other]) {
        let mean = before as f64 + (equals.len() + 1) as f64 / 2.0;
        equals.iter().for_each(|&index| ranks[index] = mean);
        before += equals.len();
    }
    ranks
}

/// Pearson's correlation of `one` and `other`, −1 to 1; `None` as for [`spearman`].
pub(super) fn pearson(one: &[f64], other: &[f64]) -> Option<f64> {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (one_mean, other_mean) = (mean(one), mean(other));
    let (mut product, mut one_square, mut other_square) = (0.0, 0.0, 0.0);
    for (one, other) in one.iter().zip(other) {
        let (one, other) = (one - one_mean, other - other_mean);
        product += one * other;
        one_square += one * one;
        other_square += other * other;
    }
    let scale = f64::sqrt(one_square * other_square);
    (scale > 0.0).then(|| product / scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_share_the_mean_of_their_ranks() {
        assert_eq!(ranks(&[3.0, 1.0, 3.0, -0.0, 0.0, 3.0]), [5.0, 3.0, 5.0, 1.5, 1.5, 5.0]);
    }

    #[test]
    fn values_of_scipy() {
        // scipy.stats.spearmanr([1, 2, 3, 4, 5, 5], [5, 6, 7, 7, 1, 9])
        let pairs = [(1.0, 5.0), (2.0, 6.0), (3.0, 7.0), (4.0, 7.0), (5.0, 1.0), (5.0, 9.0)];
        assert!((spearman(&pairs).unwrap() - 0.264_705_882_352_941_2).abs() < 1e-12);
        assert!((spearman(&[(1.0, 9.0), (2.0, 3.0)]).unwrap() + 1.0).abs() < 1e-12);
    }

    #[test]
    fn too_little_to_rank_has_no_correlation() {
        assert_eq!(spearman(&[]), None);
        assert_eq!(spearman(&[(1.0, 2.0)]), None);
        assert_eq!(spearman(&[(1.0, 2.0), (1.0, 3.0)]), None);
    }
}

//! Drawing negatives in proportion to count^¾, and leaving out frequent words: the distributions.

use motevec_core::sample::{
    AliasError, AliasTable, CumulativeTable, Distribution as _, Generator, Negatives as _, Rebuild, Slot, Subsampler,
    Unigram,
};
use proptest::prelude::*;

use crate::fixed::Fixed;
use crate::statistics::{assert_chi_square, assert_distribution};

fn table(counts: &[u64]) -> AliasTable<Vec<Slot>> {
    AliasTable::new(vec![Slot::default(); counts.len()], |word| counts[word]).unwrap()
}

/// P(w) ∝ count(w)^¾.
fn distribution(counts: &[u64]) -> Vec<f64> {
    let powers: Vec<f64> = counts.iter().map(|&count| (count as f64).powf(0.75)).collect();
    let sum: f64 = powers.iter().sum();
    powers.iter().map(|power| power / sum).collect()
}

fn uniform(words: usize) -> Vec<u64> {
    vec![7; words]
}

fn zipf(words: u64) -> Vec<u64> {
    (1..=words).map(|rank| 10_000_000 / rank).collect()
}

fn extreme() -> Vec<u64> {
    vec![1, 1_000_000_000, 1, 0, 1_000_000_000, 0, 1]
}

#[test]
fn draws_follow_the_power_of_the_counts() {
    for (counts, what) in [
        (uniform(2), "two words"),
        (uniform(1000), "uniform"),
        (zipf(10_000), "Zipf"),
        (extreme(), "extreme"),
        (vec![0, 3, 0, 0, 12, 0], "unused words"),
    ] {
        let (table, mut rng) = (table(&counts), Generator::new(1, [5]));
        let draws = 1_000_000;
        let mut observed = vec![0; counts.len()];
        (0..draws).for_each(|_| observed[table.draw(&mut rng) as usize] += 1);
        let expected: Vec<f64> = distribution(&counts).iter().map(|p| p * f64::from(draws)).collect();
        assert_distribution(&observed, &expected, what);
    }
}

/// To within 2⁻¹⁵ of all draws, and the rounding of weights to sixteenths, in a table that is made anew while words are
/// counted.
#[test]
fn draws_of_a_growing_table_follow_the_counts_so_far() {
    let mut table = CumulativeTable::over([0_u16; 100]);
    let mut rng = Generator::new(1, [6]);
    assert_eq!((table.words(), table.draw(&mut rng)), (0, 0));
    for counts in [zipf(3), zipf(100), extreme(), vec![0, 3, 0, 0, 12, 0], vec![0, 0]] {
        let counts_now = || counts.iter().map(|&count| count as u32);
        table.rebuild(counts_now());
        assert_eq!(table.words() as usize, counts.len());
        // In parts, it is the same.
        for words in [1, 2, 7, counts.len()] {
            let (mut other, mut rebuild, mut parts) = (table, Rebuild::default(), 1);
            other.rebuild([9, 1].into_iter());
            while other.rebuild_part(&mut rebuild, counts_now(), words) {
                parts += 1;
            }
            assert_eq!((&other, parts), (&table, 2 * (counts.len() / words + 1)), "{words} words a part");
        }
        if counts.iter().all(|&count| count == 0) {
            assert!((0..9).all(|_| table.draw(&mut rng) < 2));
            continue;
        }
        // Every place that a draw can have.
        let mut observed = vec![0_u32; counts.len()];
        (0..1 << 16).for_each(|place| observed[table.draw(&mut Fixed(place << 16)) as usize] += 1);
        let sixteenths: f64 = counts.iter().map(|&count| 16.0 * (count as f64).powf(0.75)).sum();
        for (word, (p, observed)) in distribution(&counts).into_iter().zip(observed).enumerate() {
            let observed = f64::from(observed) / 65_536.0;
            let most = 1.0 / 32_768.0 + (1.0 + p * counts.len() as f64) / sixteenths;
            assert!((observed - p).abs() < most, "word {word} of {counts:?}: {observed}, not {p}");
        }
    }
    // More words than it has room for are left out.
    table.rebuild((0..200).map(|_| 5));
    assert_eq!(table.words(), 100);
}

#[test]
fn a_growing_table_is_stale_when_counts_have_grown_by_an_eighth() {
    let mut table = CumulativeTable::over([0_u16; 2]);
    assert!(!table.is_stale(0) && table.is_stale(1));
    table.rebuild([30, 50].into_iter());
    assert!([70, 80, 90].into_iter().all(|total| !table.is_stale(total)));
    assert!([69, 91].into_iter().all(|total| table.is_stale(total)));
    table.outdate();
    assert!(table.is_stale(80));
}

#[test]
fn negatives_follow_it_among_the_other_words() {
    let counts = zipf(50);
    for target in [0, 3, 49] {
        let table = table(&counts);
        let mut unigram = Unigram { table: &table, rng: Generator::new(2, [u64::from(target)]) };
        let (mut observed, mut negatives) = (vec![0; 50], [0; 5]);
        for _ in 0..100_000 {
            unigram.draw(target, &mut negatives);
            negatives.iter().for_each(|&word| observed[word as usize] += 1);
        }
        let mut expected = distribution(&counts);
        let others = 1.0 - std::mem::take(&mut expected[target as usize]);
        expected.iter_mut().for_each(|p| *p *= 500_000.0 / others);
        assert_distribution(&observed, &expected, &format!("other words than {target}"));
    }
}

/// How many of the 2³² numbers give each word, and how many slots name it as their alias.
///
/// A slot gives its own word for the smaller of its numbers and its alias for the larger: where that changes is found
/// by halving.
fn masses(table: &AliasTable<Vec<Slot>>) -> Vec<(u64, u64)> {
    let words = u64::from(table.words());
    let draw = |number: u64| u64::from(table.draw(&mut Fixed(number as u32)));
    let start = |slot: u64| (slot << 32).div_ceil(words);
    let mut masses = vec![(0, 0); words as usize];
    for slot in 0..words {
        let (mut own, mut end) = (start(slot), start(slot + 1));
        let (first, alias) = (own, draw(end - 1));
        while own < end {
            let middle = own.midpoint(end);
            if draw(middle) == slot { own = middle + 1 } else { end = middle }
        }
        masses[slot as usize].0 += own - first;
        masses[alias as usize].0 += start(slot + 1) - own;
        masses[alias as usize].1 += u64::from(alias != slot);
    }
    masses
}

/// Each slot that a word has a part in is right to one number of 2³².
fn assert_exact(counts: &[u64]) {
    let masses = masses(&table(counts));
    assert_eq!(masses.iter().map(|(mass, _)| mass).sum::<u64>(), 1 << 32);
    for ((p, count), (mass, aliases)) in distribution(counts).iter().zip(counts).zip(masses) {
        let error = mass as f64 - p * (1_u64 << 32) as f64;
        assert!(error.abs() <= (2 + aliases) as f64, "{mass}: wrong by {error} with {aliases} aliases");
        assert!(*count > 0 || mass == 0, "a word that never occurred is drawn {mass} times");
    }
}

#[test]
fn probabilities_are_exact_to_the_last_bits() {
    for counts in [uniform(1), uniform(3), uniform(4096), zipf(10_000), extreme(), vec![0, 0, 1], vec![u64::MAX, 1]] {
        assert_exact(&counts);
    }
}

proptest! {
    #[test]
    fn probabilities_are_exact_for_any_counts(
        counts in prop::collection::vec(prop_oneof![0..5_u64, 0..1_000_000_u64, any::<u64>()], 1..200)
    ) {
        prop_assume!(counts.iter().any(|&count| count > 0));
        assert_exact(&counts);
    }
}

#[test]
fn nothing_to_draw_from_is_refused() {
    for words in [0, 1, 5] {
        assert_eq!(AliasTable::new(vec![Slot::default(); words], |_| 0), Err(AliasError::Empty));
    }
}

/// word2vec.c: `ran = (sqrt(cn / (sample * train_words)) + 1) * (sample * train_words) / cn`, kept if below `ran`.
fn word2vec_keep(t: f64, total: u64, count: u64) -> f64 {
    let share = count as f64 / total as f64;
    (((share / t).sqrt() + 1.0) * t / share).min(1.0)
}

#[test]
fn subsampling_keeps_what_word2vec_keeps() {
    let counts = zipf(2000);
    let total = counts.iter().sum();
    for t in [1e-3, 1e-4, 1e-5] {
        let (subsampler, mut rng) = (Subsampler::new(t, total), Generator::new(3, [t.to_bits().into()]));
        let (mut chi_square, mut frequent) = (0.0, 0);
        for &count in &counts {
            let exact = word2vec_keep(t.into(), total, count);
            let probability = subsampler.keep_probability(count);
            assert!((f64::from(probability) / (1_u64 << 32) as f64 - exact).abs() < 1e-6 * exact, "{count}");
            let draws = 2000;
            let kept = (0..draws).filter(|_| Subsampler::keep(probability, &mut rng)).count();
            if exact == 1.0 {
                assert_eq!(kept, draws);
            } else {
                let (mean, variance) = (exact * draws as f64, exact * (1.0 - exact) * draws as f64);
                chi_square += (kept as f64 - mean).powi(2) / variance;
                frequent += 1;
            }
        }
        assert_chi_square(chi_square, frequent, &format!("t = {t}"));
    }
}

#[test]
fn a_threshold_of_0_keeps_everything() {
    let mut rng = Fixed(u32::MAX);
    for (t, total, count) in [(0.0, 1000, 1000), (0.0, 1000, 1), (1e-4, 0, 0), (1e-4, 1000, 0), (1.0, 1000, 1000)] {
        let probability = Subsampler::new(t, total).keep_probability(count);
        assert!(Subsampler::keep(probability, &mut rng), "t = {t}, {count} of {total}");
    }
}

//! Drawing negatives: none is the true word, repeats stay, and it ends.

use motevec_core::sample::{AliasTable, Generator, Negatives as _, Slot, Unigram, other_than};
use proptest::prelude::*;

proptest! {
    #[test]
    fn none_is_the_true_word(seed: u64, vocab in 2_usize..12, target in 0_u32..12, k in 0_usize..30) {
        let target = target % vocab as u32;
        // The true word is a thousand times as frequent as the others.
        let count = |word| if word == target as usize { 1_000 } else { 1 };
        let table = AliasTable::new(vec![Slot::default(); vocab], count).unwrap();
        let mut negatives = vec![target; k];
        Unigram { table: &table, rng: Generator::new(seed, [0]) }.draw(target, &mut negatives);
        prop_assert!(negatives.iter().all(|&w| w != target && w < vocab as u32), "{negatives:?}");
    }
}

#[test]
fn draws_keep_their_order_and_their_repeats() {
    let mut script = [7, 3, 7, 3, 3, 9].into_iter();
    let drawn = [(); 4].map(|()| other_than(7, 10, || script.next().unwrap()));
    assert_eq!(drawn, [3, 3, 3, 9]);
}

#[test]
fn drawing_ends_where_only_the_true_word_comes() {
    let mut draws = 0;
    let mut only = |word, vocab| {
        other_than(word, vocab, || {
            draws += 1;
            word
        })
    };
    assert_eq!([only(3, 5), only(4, 5)], [4, 0], "the word after it, around the end");
    assert_eq!(only(0, 1), 0, "a vocabulary of one word has no other");
    assert_eq!(draws, 3 * 64);
}

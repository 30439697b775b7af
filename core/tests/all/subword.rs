//! Equation 24: the n-grams of words, against a definition that is slow and plain.

use motevec_core::subword::{Ngrams, NgramsError};
use proptest::prelude::*;

/// The buckets of the n-grams of a word, from its characters.
fn slowly(word: &str, least: usize, most: usize, buckets: u32) -> Vec<u32> {
    let marked: Vec<char> = format!("<{word}>").chars().collect();
    let mut found = Vec::new();
    for start in 0..marked.len() {
        for length in least..=most.min(marked.len() - start) {
            if length == 1 && (start == 0 || start == marked.len() - 1) {
                continue;
            }
            let ngram: String = marked[start..start + length].iter().collect();
            let hash = ngram.bytes().fold(2_166_136_261_u32, |hash, byte| {
                // As in C, where a char is signed.
                (hash ^ (byte as i8) as u32).wrapping_mul(16_777_619)
            });
            found.push(hash % buckets);
        }
    }
    found
}

proptest! {
    #[test]
    fn ngrams_are_those_of_the_definition(
        word in "\\PC{0,12}",
        least in 1..7_u32,
        more in 0..6_u32,
        buckets in 1..3_000_000_u32,
    ) {
        let ngrams = Ngrams::new(least, least + more, buckets).unwrap();
        let found: Vec<u32> = ngrams.of(&word).collect();
        prop_assert_eq!(found, slowly(&word, least as usize, (least + more) as usize, buckets));
    }
}

/// As gensim's `ft_ngram_hashes` and fastText have them.
#[test]
fn buckets_are_those_of_others() {
    let buckets = |word, least, most, buckets| Ngrams::new(least, most, buckets).unwrap().of(word).collect::<Vec<_>>();
    assert_eq!(buckets("is", 2, 3, 2_000_000), [787_798, 1_707_199, 329_493, 1_237_425, 572_020]);
    assert_eq!(buckets("tür", 1, 4, 1_000), [941, 970, 584, 267, 148, 746, 756, 730, 832, 994, 981, 353]);
    assert_eq!(buckets("日本語", 1, 2, 77), [64, 60, 28, 57, 66, 59, 75]);
    assert_eq!(buckets("", 1, 6, 100), [67]);
    assert_eq!(buckets("</s>", 3, 6, 100), []);
    assert_eq!(buckets("</s", 3, 3, 2_000_000).len(), 3);
}

#[test]
fn lengths_that_cross_and_no_buckets_are_refused() {
    assert_eq!(Ngrams::new(0, 3, 9), Err(NgramsError::Lengths));
    assert_eq!(Ngrams::new(4, 3, 9), Err(NgramsError::Lengths));
    assert_eq!(Ngrams::new(3, 3, 0), Err(NgramsError::NoBuckets));
}

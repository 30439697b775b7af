//! The vocabulary of fixed capacity: what it holds, and what happens when it is full.

use std::collections::BTreeMap;

use motevec_core::image::Words as _;
use motevec_core::state::State as _;
use motevec_core::vocab::{Observed, Vocab, VocabError, VocabIn};
use proptest::prelude::*;

#[test]
fn tokens_are_numbered_as_they_come_and_counted() {
    let mut vocab = Vocab::<8, 64>::default();
    assert!(vocab.is_empty() && vocab.total() == 0 && vocab.token(0).is_none());
    let indices: Vec<u32> = "żółw idzie żółw i idzie i żółw".split(' ').map(|t| vocab.observe(t).unwrap()).collect();
    assert_eq!(indices, [0, 1, 0, 2, 1, 2, 0]);
    assert_eq!(vocab.tokens().collect::<Vec<_>>(), ["żółw", "idzie", "i"]);
    assert_eq!([0, 1, 2, 3].map(|index| vocab.count(index)), [Some(3), Some(2), Some(2), None]);
    assert_eq!((vocab.len(), vocab.total()), (3, 7));
    // Neither a beginning of a token nor two of them together are a token.
    assert_eq!(["idzie", "id", "idziei", "", "zolw"].map(|t| vocab.index(t)), [Some(1), None, None, None, None]);
}

#[test]
fn a_full_vocabulary_still_counts_what_it_knows() {
    let mut vocab = Vocab::<2, 64>::new();
    assert_eq!(["a", "b", "c", "a"].map(|t| vocab.observe(t)), [Ok(0), Ok(1), Err(VocabError::Full), Ok(0)]);
    assert_eq!((vocab.len(), vocab.count(0), vocab.index("c")), (2, Some(2), None));
    assert_eq!(Vocab::<0, 64>::new().observe("a"), Err(VocabError::Full));
}

#[test]
fn a_token_that_does_not_fit_leaves_room_for_a_shorter_one() {
    let mut vocab = Vocab::<8, 10>::new();
    // Letters of two bytes each: ten bytes, then eleven.
    assert_eq!(vocab.observe("ćma"), Ok(0));
    assert_eq!(vocab.observe("gżegżółka"), Err(VocabError::TextFull));
    assert_eq!(vocab.observe("żółć"), Err(VocabError::TextFull));
    assert_eq!(
        ["żółw", "sześć", "żół"].map(|t| vocab.observe(t)),
        [Err(VocabError::TextFull), Err(VocabError::TextFull), Ok(1)]
    );
    assert_eq!(vocab.observe("x"), Err(VocabError::TextFull), "ten bytes are taken");
    assert_eq!(vocab.observe(""), Ok(2), "nothing fits into no room");
    assert_eq!(vocab.tokens().collect::<Vec<_>>(), ["ćma", "żół", ""]);
}

#[test]
fn the_empty_token_is_a_token() {
    let mut vocab = Vocab::<4, 8>::new();
    assert_eq!(["", "a", "", ""].map(|t| vocab.observe(t)), [Ok(0), Ok(1), Ok(0), Ok(0)]);
    assert_eq!((vocab.token(0), vocab.count(0), vocab.token(1)), (Some(""), Some(3), Some("a")));
    vocab.add(0, 4);
    vocab.add(1, u32::MAX);
    vocab.add(2, 1);
    assert_eq!([0, 1, 2].map(|index| vocab.count(index)), [Some(7), Some(u32::MAX), None]);
}

#[test]
fn offsets_reach_65_535_bytes_and_no_further() {
    let mut vocab = Vocab::<4, 70_000>::new();
    let long = "x".repeat(65_534);
    assert_eq!(vocab.observe(&"x".repeat(65_536)), Err(VocabError::TextFull));
    assert_eq!(vocab.observe(&long), Ok(0));
    assert_eq!(
        [vocab.observe("ż"), vocab.observe("z"), vocab.observe("y")],
        [Err(VocabError::TextFull), Ok(1), Err(VocabError::TextFull)]
    );
    assert_eq!((vocab.token(0), vocab.token(1)), (Some(long.as_str()), Some("z")));
}

#[test]
fn a_full_vocabulary_keeps_frequent_tokens_and_lets_rare_ones_go() {
    let mut vocab = Vocab::<2, 8>::new();
    let mut left = Vec::new();
    let mut observe = |token| vocab.observe_frequent(token, |token| left.push(token.to_owned()));
    assert_eq!(["a", "a", "a", "bb"].map(&mut observe)[3], Observed::New(1));
    // The first stranger uses up the count of "bb"; the second takes its place.
    assert_eq!(["c", "ccc", "ccc"].map(&mut observe), [Observed::Dropped, Observed::New(1), Observed::Known(1)]);
    assert_eq!((vocab.tokens().collect::<Vec<_>>(), vocab.dropped()), (vec!["a", "ccc"], 1));
    assert_eq!((vocab.count(0), vocab.count(1), vocab.index("bb")), (Some(2), Some(2), None));
    // A place is free, but not for a text that long.
    for _ in 0..2 {
        assert_eq!(vocab.observe_frequent("123456789", |_| ()), Observed::Dropped);
    }
    assert_eq!((vocab.count(0), vocab.count(1), vocab.dropped()), (Some(0), Some(0), 3));
    assert_eq!(vocab.observe_frequent("12345678", |_| ()), Observed::Dropped);
    assert_eq!(vocab.observe_frequent("12345", |token| left.push(token.to_owned())), Observed::New(0));
    assert_eq!(left, ["bb", "a"]);
    assert_eq!((vocab.tokens().collect::<Vec<_>>(), vocab.text_len()), (vec!["12345", "ccc"], 8));
    vocab.clear();
    assert_eq!((vocab.len(), vocab.text_len(), vocab.total(), vocab.dropped()), (0, 0, 0, 0));
    assert_eq!(vocab.observe_frequent("12345678", |_| ()), Observed::New(0));
    assert_eq!(Vocab::<0, 8>::new().observe_frequent("a", |_| ()), Observed::Dropped);
}

#[test]
fn a_token_is_inserted_where_it_is_written() {
    let mut vocab = Vocab::<3, 8>::new();
    let write = |token: &'static [u8]| {
        move |place: &mut [u8]| {
            place.copy_from_slice(token);
            Ok::<_, ()>(())
        }
    };
    assert_eq!(vocab.insert(3, 7, write(b"one")), Ok(Some(0)));
    assert_eq!(vocab.insert(3, 1, |_| Err("unreadable")), Err("unreadable"));
    for (refused, why) in [("one", "known"), ("longer", "without room")] {
        assert_eq!(vocab.insert(refused.len(), 1, write(refused.as_bytes())), Ok(None), "{why}");
    }
    assert_eq!(vocab.insert(1, 1, write(b"\xFF")), Ok(None));
    assert_eq!((vocab.tokens().collect::<Vec<_>>(), vocab.text_len(), vocab.total()), (vec!["one"], 3, 7));
    assert_eq!((vocab.insert(0, 0, write(b"")), vocab.insert(1, 2, write(b"a"))), (Ok(Some(1)), Ok(Some(2))));
    assert_eq!(vocab.insert(1, 2, write(b"b")), Ok(None));
    assert_eq!((vocab.index("a"), vocab.counts(), vocab.total()), (Some(2), &[7, 0, 2][..], 9));
    // What was there before counts no more.
    vocab.clear();
    assert_eq!((vocab.insert(1, 1, write(b"a")), vocab.total()), (Ok(Some(0)), 1));
}

/// Without storage for text, tokens are numbers. All are known, and none is forgotten.
#[test]
fn tokens_may_be_numbers() {
    let mut counts = [9; 12];
    let mut vocab = VocabIn::over([0_u8; 0], [0_u16; 0], [0_u16; 0], &mut counts[..]);
    vocab.clear();
    assert!(vocab.is_numbered() && vocab.len() == 12 && vocab.capacity() == 12 && vocab.total() == 0);
    assert_eq!(vocab.observe("11"), Ok(11));
    assert_eq!(vocab.observe_frequent("0", |_| panic!("none leaves")), Observed::Known(0));
    vocab.add(11, 2);
    for none in ["12", "00", "01", "", "-1", "+1", "1 ", "x", "65536", "99999999999"] {
        assert_eq!((vocab.index(none), vocab.observe(none)), (None, Err(VocabError::Full)), "{none}");
        assert_eq!(vocab.observe_frequent(none, |_| panic!("none leaves")), Observed::Dropped);
    }
    assert_eq!((vocab.count(0), vocab.count(1), vocab.count(11), vocab.total()), (Some(1), Some(0), Some(3), 4));
    assert_eq!((vocab.token(3), vocab.tokens().count(), vocab.text_len(), vocab.dropped()), (None, 0, 0, 10));
    let names: Vec<_> = vocab.names().map(|name| name.to_string()).collect();
    assert_eq!(names, (0..12).map(|number| number.to_string()).collect::<Vec<_>>());
    assert!(vocab.name(12).is_none());
    let write = |digits: &'static str| {
        move |place: &mut [u8]| {
            place.copy_from_slice(digits.as_bytes());
            Ok::<_, ()>(())
        }
    };
    assert_eq!((vocab.insert(2, 7, write("10")), vocab.count(10)), (Ok(Some(10)), Some(7)));
    assert_eq!((vocab.insert(2, 7, write("12")), vocab.insert(6, 7, write("000010"))), (Ok(None), Ok(None)));
    assert_eq!((vocab.total(), vocab.undercount()), (11, 0));
    // They fade as others do.
    vocab.fade_at(12);
    assert!(vocab.observe_index(1) && vocab.total() == 12 && vocab.observe_index(11) && !vocab.observe_index(12));
    assert_eq!((vocab.counts(), vocab.total()), (&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 2][..], 5));
    vocab.clear();
    assert_eq!((vocab.total(), vocab.len(), vocab.undercount()), (0, 12, 0));
}

#[test]
fn numbers_are_sorted_by_their_digits() {
    for words in [0, 1, 2, 9, 10, 11, 100, 101, 999, 1234, 65_535] {
        let mut vocab = VocabIn::over([0_u8; 0], [0_u16; 0], [0_u16; 0], vec![0_u32; words]);
        vocab.clear();
        let mut expected: Vec<_> = (0..words).map(|number| (number.to_string(), number as u32)).collect();
        expected.sort();
        let sorted: Vec<_> = vocab.sorted().map(|(name, number)| (name.to_string(), number)).collect();
        assert!(sorted == expected, "{words}");
    }
}

/// Storage may be slices, which hold whatever they held; the shortest one says how many tokens there is room for.
#[test]
fn storage_may_be_slices() {
    let (mut text, mut ends, mut order, mut counts) = ([0xFF; 9], [7; 3], [5; 2], [9; 3]);
    let mut vocab = VocabIn::over(&mut text[..], &mut ends[..], &mut order[..], &mut counts[..]);
    assert!(vocab.is_empty() && vocab.counts().is_empty() && vocab.total() == 0);
    assert_eq!((vocab.capacity(), vocab.text_capacity()), (2, 9));
    assert_eq!((vocab.observe("one"), vocab.observe("three")), (Ok(0), Ok(1)));
    assert_eq!(vocab.observe("a"), Err(VocabError::Full));
    assert_eq!(vocab.observe_frequent("a", |_| ()), Observed::Dropped);
    assert_eq!((vocab.observe_frequent("a", |left| assert_eq!(left, "one")), vocab.text_len()), (Observed::New(0), 6));
    assert_eq!((vocab.tokens().collect::<Vec<_>>(), vocab.counts()), (vec!["a", "three"], &[1, 0][..]));
    for (word, count) in [(0, 0), (1, 5), (2, 7)] {
        vocab.set_count(word, count);
    }
    assert_eq!((vocab.counts(), vocab.total()), (&[0, 5][..], 5));
}

/// Misra and Gries's counts that fade, token by token, and the exact numbers beside them.
#[derive(Default)]
struct Faded {
    counts: BTreeMap<u32, u32>,
    /// Halved whenever the counts are, without rounding.
    faded: BTreeMap<u32, f64>,
}

impl Faded {
    fn observe(&mut self, token: u32, places: usize, bound: u64) {
        *self.faded.entry(token).or_default() += 1.0;
        if self.counts.contains_key(&token) || self.counts.len() < places {
            *self.counts.entry(token).or_default() += 1;
        } else {
            self.counts.values_mut().for_each(|count| *count -= 1);
        }
        while self.counts.values().map(|&count| u64::from(count)).sum::<u64>() > bound {
            self.counts.values_mut().for_each(|count| *count /= 2);
            self.faded.values_mut().for_each(|truth| *truth /= 2.0);
        }
        self.counts.retain(|_, count| *count > 0);
    }
}

#[test]
fn counts_from_elsewhere_are_scaled_and_none_is_lost() {
    let mut vocab = Vocab::<4, 40>::new();
    vocab.fade_at(64);
    for (token, count) in [("often", 1_000_000), ("now and then", 2_000), ("once", 1), ("never", 0)] {
        let index = vocab.observe(token).unwrap();
        vocab.set_count(index, count);
    }
    vocab.fade_in();
    assert!(vocab.total() <= 32 && vocab.counts()[1..] == [1, 1, 0], "{:?}", vocab.counts());
    // What fits stays as it is.
    let counts = vocab.counts().to_vec();
    vocab.fade_in();
    assert_eq!(vocab.counts(), counts);
    // What is refused changes nothing.
    vocab.set_count(0, 1_000);
    assert!(!vocab.observe_index(4) && vocab.total() == 1_002);
}

proptest! {
    /// The bounds of Misra and Gries, on streams of tokens of unlike frequency.
    #[test]
    fn what_is_frequent_has_a_place(draws in prop::collection::vec((0..40_u32, 0..40_u32), 0..400)) {
        let mut vocab = Vocab::<7, 64>::new();
        let token = |least: u32| "x".repeat(least as usize % 5) + &least.to_string();
        let tokens: Vec<String> = draws.iter().map(|&(a, b)| token(a.min(b))).collect();
        for token in &tokens {
            match vocab.observe_frequent(token, |_| ()) {
                Observed::Known(index) | Observed::New(index) => {
                    prop_assert_eq!(vocab.token(index), Some(token.as_str()));
                }
                Observed::Dropped => prop_assert_eq!(vocab.index(token), None),
            }
        }
        prop_assert!(vocab.dropped() as usize <= tokens.len() / 8);
        prop_assert_eq!(vocab.text_len(), vocab.tokens().map(str::len).sum::<usize>());
        for token in &tokens {
            let truth = tokens.iter().filter(|other| *other == token).count() as u32;
            let count = vocab.index(token).and_then(|index| vocab.count(index)).unwrap_or(0);
            prop_assert!(count <= truth && truth <= count + vocab.dropped(), "{}: {} of {}", token, count, truth);
        }
    }

    /// The promises of counts that fade, against counting without a limit, on streams whose words change.
    #[test]
    fn counts_that_fade_keep_their_promises(
        draws in prop::collection::vec((0..20_u32, 0..20_u32), 0..600),
        drift in 1..200_usize,
        bound in 1..60_u64,
    ) {
        const PLACES: usize = 7;
        let mut vocab = Vocab::<PLACES, 64>::new();
        vocab.fade_at(bound);
        let mut plain = Faded::default();
        for (index, &(a, b)) in draws.iter().enumerate() {
            let token = (index / drift * 10) as u32 + a.min(b);
            vocab.observe_frequent(&token.to_string(), |_| ());
            plain.observe(token, PLACES, bound);

            let mut counts: Vec<_> = vocab.tokens().zip(vocab.counts().iter().copied()).collect();
            counts.retain(|&(_, count)| count > 0);
            counts.sort_unstable();
            let mut expected: Vec<_> = plain.counts.iter().map(|(token, &count)| (token.to_string(), count)).collect();
            expected.sort_unstable();
            prop_assert!(counts.iter().copied().eq(expected.iter().map(|(token, count)| (token.as_str(), *count))));
            prop_assert_eq!(vocab.total(), vocab.counts().iter().map(|&count| u64::from(count)).sum::<u64>());
            prop_assert!(vocab.total() <= bound);

            let undercount = f64::from(vocab.undercount());
            for (token, &truth) in &plain.faded {
                let count = f64::from(plain.counts.get(token).copied().unwrap_or(0));
                prop_assert!(count <= truth && truth <= count + undercount, "{} of {}", count, truth);
            }
            let all: f64 = plain.faded.values().sum();
            prop_assert!(undercount <= all / (PLACES + 1) as f64 + 2.0, "{} of {}", undercount, all);
        }
    }

    /// Whatever the vocabulary holds, a token that comes often enough from now on has a place soon enough.
    #[test]
    fn what_becomes_frequent_has_a_place_in_time(
        before in prop::collection::vec((0..1000_u32, 1..300_u32), 0..9),
        draws in prop::collection::vec(0..40_u32, 400),
        bound in 8..60_u64,
        every in 2..7_usize,
    ) {
        let mut vocab = Vocab::<7, 64>::new();
        vocab.fade_at(bound);
        for (token, count) in before {
            for _ in 0..count {
                vocab.observe_frequent(&token.to_string(), |_| ());
            }
        }
        // Of t tokens, at least t / every are this one.
        let limit = bound as f64 / (8.0 / every as f64 - 1.0);
        for (index, draw) in draws.into_iter().enumerate() {
            let token = if index % every == 0 { "new".to_owned() } else { format!("{draw}") };
            vocab.observe_frequent(&token, |_| ());
            if vocab.index("new").is_some() {
                break;
            }
            prop_assert!(((index + 1) as f64) <= limit, "not after {} tokens, with a limit of {}", index + 1, limit);
        }
    }

    /// Tokens are found as by looking at all of them, whatever was added, replaced, taken up from what was written
    /// down, or from other bytes.
    #[test]
    fn tokens_are_found_as_by_looking_at_all(
        steps in prop::collection::vec((0..20_u8, "[aż]{0,2}[a-e]{0,2}"), 0..120),
        seed in 0..100_u8,
    ) {
        let mut vocab = Vocab::<9, 40>::new();
        vocab.fade_at(30);
        for (what, token) in &steps {
            match what {
                0 => vocab.clear(),
                1 => {
                    let (mut bytes, mut other) = (Vec::new(), Vocab::<9, 40>::new());
                    vocab.visit(&mut |piece| bytes.extend_from_slice(piece));
                    let mut rest = &bytes[..];
                    other.visit(&mut |piece| piece.copy_from_slice(rest.split_off(..piece.len()).unwrap()));
                    vocab = other;
                    vocab.fade_at(30);
                }
                2..6 => _ = vocab.observe(token),
                6..8 => {
                    let write = |place: &mut [u8]| {
                        place.copy_from_slice(token.as_bytes());
                        Ok::<_, ()>(())
                    };
                    vocab.insert(token.len(), 3, write).unwrap();
                }
                _ => _ = vocab.observe_frequent(token, |_| ()),
            }
            for (_, token) in &steps {
                let expected = vocab.tokens().position(|known| known == token);
                prop_assert_eq!(vocab.index(token), expected.map(|index| index as u32), "{}", token);
            }
            let sorted: Vec<_> = vocab.sorted().map(|(name, index)| (name.to_string(), index)).collect();
            let mut expected: Vec<_> = vocab.tokens().map(str::to_owned).zip(0..).collect();
            expected.sort();
            prop_assert_eq!(sorted, expected);
        }
        // Bytes that nobody wrote down: texts that are there twice may be found or not, but nothing else.
        let mut place = seed;
        vocab.visit(&mut |piece| {
            for byte in piece {
                place = place.wrapping_mul(5).wrapping_add(17);
                *byte = place % 8;
            }
        });
        for (_, token) in &steps {
            if let Some(index) = vocab.index(token) {
                prop_assert_eq!(vocab.token(index), Some(token.as_str()));
            }
            vocab.observe_frequent(token, |_| ());
        }
    }

    #[test]
    fn it_is_a_map_with_limits(tokens in prop::collection::vec("[ażó]{0,3}", 0..60)) {
        let mut vocab = Vocab::<10, 24>::new();
        let mut plain: Vec<(&str, u32)> = Vec::new();
        for token in &tokens {
            let bytes: usize = plain.iter().map(|(known, _)| known.len()).sum();
            let expected = match plain.iter().position(|(known, _)| known == token) {
                Some(index) => {
                    plain[index].1 += 1;
                    Ok(index as u32)
                }
                None if plain.len() == 10 => Err(VocabError::Full),
                None if bytes + token.len() > 24 => Err(VocabError::TextFull),
                None => {
                    plain.push((token, 1));
                    Ok(plain.len() as u32 - 1)
                }
            };
            prop_assert_eq!(vocab.observe(token), expected, "{}", token);
        }
        let found: Vec<_> = vocab.tokens().zip((0..).map_while(|index| vocab.count(index))).collect();
        prop_assert_eq!(found, plain);
    }
}

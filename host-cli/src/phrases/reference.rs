//! Finding phrases the slow and obvious way, for tests: with strings, as gensim does.

use std::collections::HashMap;

use proptest::prelude::*;

use super::{Scoring, Settings, Spelling, learn};
use crate::corpus::{Options, Source};

type Sentence = Vec<String>;

/// The lines of the text, each of sentences.
type Lines = Vec<Vec<Sentence>>;

fn lines(text: &str, max_sentence: usize) -> Lines {
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    text.lines().map(|line| words(line).chunks(max_sentence).map(<[String]>::to_vec).collect()).collect()
}

/// The joined spelling of `first`, the connectors `between` and `last`.
fn spelled(spelling: &Spelling, first: &str, between: &[String], last: &str) -> String {
    let mut words = vec![first];
    words.extend(between.iter().map(String::as_str));
    words.push(last);
    words.join(&spelling.delimiter)
}

/// The counts of words and pairs, and the number of words.
fn counts(lines: &Lines, settings: &Settings) -> (HashMap<String, u64>, u64) {
    let Settings { spelling, .. } = settings;
    let (mut counts, mut words) = (HashMap::new(), 0);
    // gensim keeps what occurred `rare` times, and begins with 1; word2phrase does not keep it.
    let mut rare = if settings.scoring == Scoring::Word2phrase { 1 } else { 0 };
    let (mut first, mut between): (Option<&String>, Vec<String>) = (None, Vec::new());
    for sentence in lines.iter().flatten() {
        if settings.scoring != Scoring::Word2phrase {
            (first, between) = (None, Vec::new());
        }
        for word in sentence {
            words += 1;
            if spelling.connectors.contains(word) {
                between.push(word.clone());
                continue;
            }
            *counts.entry(word.clone()).or_insert(0) += 1;
            if let Some(first) = first {
                *counts.entry(spelled(spelling, first, &between, word)).or_insert(0) += 1;
            }
            (first, between) = (Some(word), Vec::new());
        }
        if counts.len() > settings.max_vocab {
            counts.retain(|_, count| *count > rare);
            rare += 1;
        }
    }
    (counts, words)
}

fn is_phrase(settings: &Settings, counts: &HashMap<String, u64>, words: u64, phrase: [&str; 3]) -> bool {
    let [a, b, ab] = phrase.map(|word| counts.get(word).copied().unwrap_or(0));
    if a == 0 || b == 0 || ab == 0 {
        return false;
    }
    let (pa, pb, pab) = (a as f64, b as f64, ab as f64);
    let above = ab as f64 - settings.min_count as f64;
    match settings.scoring {
        Scoring::Default => above / (pa * pb) * counts.len() as f64 > settings.threshold,
        Scoring::Npmi => {
            let [pa, pb, pab] = [pa, pb, pab].map(|count| count / words as f64);
            ab >= settings.min_count && libm::log(pab / (pa * pb)) / -libm::log(pab) > settings.threshold
        }
        Scoring::Word2phrase => {
            let score = above as f32 / a as f32 / b as f32 * words as f32;
            a.min(b).min(ab) >= settings.min_count && score > settings.threshold as f32
        }
    }
}

fn join(sentence: &[String], settings: &Settings, counts: &HashMap<String, u64>, words: u64) -> Sentence {
    let connectors = &settings.spelling.connectors;
    let (mut joined, mut rest) = (Vec::new(), sentence);
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if !connectors.contains(first)
            && let Some(last) = after.iter().position(|word| !connectors.contains(word))
        {
            let phrase = spelled(&settings.spelling, first, &after[..last], &after[last]);
            if is_phrase(settings, counts, words, [first, &after[last], &phrase]) {
                joined.push(phrase);
                rest = &after[last + 1..];
                continue;
            }
        }
        joined.push(first.clone());
    }
    joined
}

fn slow(text: &str, max_sentence: usize, settings: &Settings) -> String {
    let mut lines = lines(text, max_sentence);
    for _ in 0..settings.passes {
        let (counts, words) = counts(&lines, settings);
        for sentence in lines.iter_mut().flatten() {
            *sentence = join(sentence, settings, &counts, words);
        }
    }
    lines.iter().map(|line| line.concat().join(" ") + "\n").collect()
}

fn fast(text: &str, max_sentence: usize, settings: &Settings) -> Option<String> {
    let source = [Source::Bytes { name: "text", data: text.to_owned().leak().as_bytes() }];
    let options = Options { max_sentence, ..Options::default() };
    let mut phrases = learn(&source, &options, settings, &|_| ()).ok()?;
    let mut out = Vec::new();
    let summary = phrases.join(&source, &options, &|_| (), &mut out).unwrap().unwrap();
    let text = String::from_utf8(out).unwrap();
    assert_eq!(summary.written, text.split_whitespace().count() as u64);
    let joins: u64 = summary.phrases.iter().map(|(_, joined)| joined.count).sum();
    assert!(!settings.spelling.connectors.is_empty() || summary.words == summary.written + joins);
    Some(text)
}

/// Few words, so that they repeat; some are spelled as phrases of others, in part or wholly.
fn text() -> impl Strategy<Value = String> {
    let words = ["a", "b", "c", "of", "the", "a_b", "b_c", "a_b_c", "a_of_b", "_", "a_", "_b", "a__b", "żółw", "\n"];
    let rare = prop_oneof![9 => prop::sample::select(words.to_vec()).prop_map(str::to_owned), 1 => "[a-c]{2,16}"];
    let common = prop::sample::select(vec!["a", "b", "c", "of", "\n"]).prop_map(str::to_owned);
    let word = prop_oneof![1 => rare, 2 => common];
    prop::collection::vec(word, 1..150).prop_map(|words| words.join(" ") + "\n")
}

fn settings() -> impl Strategy<Value = Settings> {
    let scoring = prop::sample::select(vec![Scoring::Default, Scoring::Npmi, Scoring::Word2phrase]);
    let delimiter = prop::sample::select(vec!["_", "_", "_", "__", "b", "–"]);
    let connectors = prop::sample::select(vec![&[][..], &[], &["of", "the"], &["of", "a_b", "a_of_b"]]);
    let max_vocab = prop_oneof![3 => Just(40_000_000_usize), 1 => 1_usize..30];
    (scoring, 0.0..1.0, 1_u64..4, delimiter, connectors, 1_u32..4, max_vocab).prop_map(
        |(scoring, threshold, min_count, delimiter, connectors, passes, max_vocab)| {
            let connectors = if scoring == Scoring::Word2phrase { &[] } else { connectors };
            let threshold = match scoring {
                Scoring::Default => threshold + 0.01,
                Scoring::Npmi => threshold * 2.0 - 1.0,
                Scoring::Word2phrase => threshold * 10.0,
            };
            let connectors = connectors.iter().map(|&word: &&str| word.to_owned()).collect();
            let spelling = Spelling { delimiter: delimiter.to_owned(), connectors };
            Settings { scoring, threshold, min_count, spelling, passes, max_vocab }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn phrases_are_those_of_the_slow_way(text in text(), max_sentence in 1_usize..20, settings in settings()) {
        if let Some(fast) = fast(&text, max_sentence, &settings) {
            prop_assert_eq!(fast, slow(&text, max_sentence, &settings));
        }
    }
}

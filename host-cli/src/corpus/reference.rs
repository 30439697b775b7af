//! Reading a corpus the slow and obvious way, for tests: the parallel reader must give the same result.

use std::cmp::Reverse;
use std::collections::HashMap;

use proptest::prelude::*;
use unicode_segmentation::UnicodeSegmentation;

use super::tests::ids;
use super::{InvalidUtf8, Options, SENTENCE_END, Source, Stats, Tokenizer, read_blocks};

/// What a reader may differ in: words with counts, ids, statistics.
type Outcome = (Vec<(String, u64)>, Vec<u32>, Stats);

/// `None` if there is nothing to train on.
fn naive(texts: &[Vec<u8>], options: &Options) -> Option<Outcome> {
    let mut stats = Stats::default();
    let mut lines: Vec<Vec<String>> = Vec::new();
    for text in texts {
        let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
        stats.bytes += text.len() as u64;
        for line in text.split(|&byte| byte == b'\n') {
            let is_bad = std::str::from_utf8(line).is_err();
            if !(is_bad && options.invalid_utf8 == InvalidUtf8::Skip) {
                lines.push(words(&String::from_utf8_lossy(line), options));
            }
        }
    }
    let mut counts: HashMap<&str, u64> = HashMap::new();
    for word in lines.iter().flatten() {
        *counts.entry(word).or_default() += 1;
        stats.words += 1;
        let letters: Vec<char> = word.chars().collect();
        let (first, last) = (letters[0], letters[letters.len() - 1]);
        let is_mark = matches!(last, '.' | ',' | ';' | ':' | '!' | '?' | ')' | '"' | '\'' | '”' | '’' | '»' | '…');
        stats.punctuated += u64::from(is_mark && letters.iter().any(|letter| letter.is_alphanumeric()));
        stats.capitalized += u64::from(first.is_uppercase());
    }
    stats.distinct_words = counts.len() as u64;
    let mut vocabulary: Vec<(String, u64)> = match &options.vocabulary {
        Some(fixed) => fixed.words().map(str::to_owned).zip(fixed.counts().iter().copied()).collect(),
        None => counts.into_iter().map(|(word, count)| (word.to_owned(), count)).collect(),
    };
    vocabulary.retain(|&(_, count)| count >= options.min_count);
    vocabulary.sort_by_key(|(word, count)| (Reverse(*count), word.clone()));
    vocabulary.truncate(options.max_vocab.unwrap_or(usize::MAX));
    let rows: HashMap<&str, u32> = vocabulary.iter().map(|(word, _)| word.as_str()).zip(0..).collect();

    let mut ids = Vec::new();
    for line in &lines {
        let kept: Vec<u32> = line.iter().filter_map(|word| rows.get(word.as_str()).copied()).collect();
        for sentence in kept.chunks(options.max_sentence) {
            ids.extend_from_slice(sentence);
            ids.push(SENTENCE_END);
            stats.sentences += 1;
            stats.kept_words += sentence.len() as u64;
        }
    }
    (stats.kept_words > 0).then_some((vocabulary, ids, stats))
}

fn words(line: &str, options: &Options) -> Vec<String> {
    let words: Vec<&str> = match options.tokens {
        Tokenizer::Whitespace => line.split_whitespace().collect(),
        Tokenizer::Words => {
            line.split([' ', '\t', '\r', '\x0b', '\x0c']).flat_map(UnicodeSegmentation::unicode_words).collect()
        }
    };
    words.into_iter().map(|word| if options.lowercase { word.to_lowercase() } else { word.to_owned() }).collect()
}

fn fast(texts: &[Vec<u8>], options: &Options, block_size: usize) -> Option<Outcome> {
    let sources: Vec<Source> = texts
        .iter()
        .map(|text| Source::Bytes { name: "test", data: Box::leak(text.clone().into_boxed_slice()) })
        .collect();
    let corpus = read_blocks(&sources, options, &|_| (), block_size).ok()?;
    let words = corpus.vocabulary.words().map(str::to_owned);
    let vocabulary = words.zip(corpus.vocabulary.counts().iter().copied()).collect();
    let ids = ids(&corpus);
    Some((vocabulary, ids, corpus.stats))
}

/// Few words, so that they repeat; all kinds of separators; text that is hard to lowercase or to segment; bad UTF-8.
fn fragment() -> impl Strategy<Value = &'static [u8]> {
    let plain: &[&[u8]] =
        &[b"a", b"the", b"The", b"fifteen-letters", b"sixteen+letters!", b"don't", b"3.14", b"</s>", b"\0", b"a\0"];
    let beyond_ascii = [
        "żółw",
        "ŻÓŁW",
        "Straße",
        "ΟΔΟΣ",
        "İ",
        "日本語",
        "e\u{301}",
        "\u{301}",
        "\u{93e}",
        "🇵🇱",
        "\u{feff}",
        "\u{200d}",
        "zażółćgęśląjaźń",
    ];
    let spaces: &[&[u8]] = &[b" ", b"\n", b"\n\n", b"\r\n", b"\r", b"\t", b"\x0b", b"\x0c", b"\x1c"];
    let other_spaces = ["\u{85}", "\u{a0}", "\u{2003}", "\u{2028}", "\u{3000}"];
    let bad: &[&[u8]] = &[b"\xff", b"\xc3", b"\xe3\x80", b"\xed\xa0\x80", b"\x80"];
    prop_oneof![
        8 => prop::sample::select(plain.to_vec()),
        4 => prop::sample::select(beyond_ascii.map(str::as_bytes).to_vec()),
        9 => prop::sample::select(spaces.to_vec()),
        1 => prop::sample::select(other_spaces.map(str::as_bytes).to_vec()),
        1 => prop::sample::select(bad.to_vec()),
    ]
}

fn texts() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let text = prop::collection::vec(fragment(), 0..60).prop_map(|fragments| fragments.concat());
    prop::collection::vec(text, 1..4)
}

fn options() -> impl Strategy<Value = Options> {
    let tokens = prop::sample::select(vec![Tokenizer::Whitespace, Tokenizer::Words]);
    let invalid = prop::sample::select(vec![InvalidUtf8::Replace, InvalidUtf8::Skip]);
    let vocabulary = prop::option::weighted(0.2, Just(["żółw", "a", "The", "the", "3.14", "absent"]));
    let max_vocab = prop::option::of(1_usize..6);
    // In bytes: all ids on the disk, some, or none.
    let token_memory = prop_oneof![Just(0), 0_u64..400, Just(u64::MAX)];
    let text = (tokens, any::<bool>(), invalid, 1_usize..6, 1_u64..4, max_vocab, vocabulary);
    (text, 1_usize..4, token_memory).prop_map(
        |((tokens, lowercase, invalid_utf8, max_sentence, min_count, max_vocab, vocabulary), threads, token_memory)| {
            let vocabulary = vocabulary.map(|words| words.into_iter().zip([3, 1, 4, 1, 5, 9]).collect());
            Options {
                tokens,
                lowercase,
                invalid_utf8,
                max_sentence,
                min_count,
                max_vocab,
                vocabulary,
                threads,
                token_memory,
                ..Options::default()
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_blocks_threads_and_memory_give_the_naive_result(
        texts in texts(), options in options(), block_size in 1_usize..200) {
        prop_assert_eq!(fast(&texts, &options, block_size), naive(&texts, &options));
    }
}

//! Text files: corpora, vocabularies, cases of gradients, and what models are scored on.

use std::cmp::Reverse;
use std::collections::HashMap;

use motevec::corpus::{self, Corpus, InvalidUtf8, Options, SENTENCE_END, Source, Tokenizer};
use motevec::eval;
use motevec::format::{self, Format};
use motevec::gradcheck::CaseFile;
use motevec::{Vectors, Vocabulary};

use super::{Files, assert_clear};

/// A corpus, read as the first three bytes say: the same on one thread and on two, in memory and on disk, and as plain
/// code reads it.
pub fn corpus(data: &[u8]) {
    let Some((&[how, cut, rare], text)) = data.split_first_chunk() else { return };
    let files = Files::new();
    let sources = [Source::Path(files.write("text", text))];
    let bit = |place: u8| how >> place & 1 == 1;
    let options = Options {
        tokens: if bit(0) { Tokenizer::Words } else { Tokenizer::Whitespace },
        lowercase: bit(1),
        invalid_utf8: [InvalidUtf8::Fail, InvalidUtf8::Replace, InvalidUtf8::Skip][usize::from(how >> 2 & 3) % 3],
        max_sentence: 1 + usize::from(cut),
        min_count: u64::from(rare & 3),
        max_vocab: bit(4).then_some(1 + usize::from(rare >> 2)),
        threads: 1,
        ..Options::default()
    };
    let spilled = Options { threads: 2, token_memory: 0, token_folder: files.path("."), ..options.clone() };
    let read = |options| corpus::read(&sources, options, &|_| ());
    match (read(&options), read(&spilled)) {
        (Ok(one), Ok(two)) => {
            assert_same(&one, &two);
            if options.tokens == Tokenizer::Whitespace && !is_compressed(text) {
                assert_is_plain(&one, text, &options);
            }
        }
        (Err(one), Err(two)) => {
            assert_clear(&one);
            assert_eq!(one.to_string(), two.to_string());
        }
        (one, two) => panic!("{:?} and {:?}", one.err(), two.err()),
    }
}

/// Compressed text, or what looks like it, as a corpus and as a model. Memory is bounded by what arrives.
pub fn compressed(data: &[u8]) {
    let files = Files::new();
    let path = files.write("text", data);
    let options = Options { min_count: 1, threads: 1, ..Options::default() };
    if let Err(error) = corpus::read(&[Source::Path(path.clone())], &options, &|_| ()) {
        assert_clear(&error);
    }
    if let Err(error) = format::read(&path, Some(Format::Word2vecText)) {
        assert_clear(&error);
    }
}

/// A vocabulary with counts.
pub fn vocabulary(data: &[u8]) {
    let files = Files::new();
    match corpus::read_vocab(files.write("vocab", data)) {
        Err(error) => assert_clear(&error),
        Ok(read) => {
            let mut sorted = Vec::new();
            corpus::write_vocab(&read, &mut sorted).expect("memory takes all");
            let again = corpus::read_vocab(files.write("again", &sorted)).expect("what was written can be read");
            let mut words: Vec<_> = read.words().zip(read.counts()).collect();
            words.sort_by_key(|&(_, count)| Reverse(count));
            assert!(words.into_iter().eq(again.words().zip(again.counts())));
        }
    }
}

/// Cases of losses and gradients.
pub fn cases(data: &[u8]) {
    let files = Files::new();
    match CaseFile::read(&files.write("cases.json", data)) {
        Err(error) => assert_clear(&error),
        Ok(cases) => {
            for result in cases.run(true).expect("what was checked can be computed") {
                assert!(result.differences.iter().all(|line| !line.chars().any(char::is_control)), "{result:?}");
            }
        }
    }
}

/// Pairs of words, and analogies.
pub fn evaluation(data: &[u8]) {
    let files = Files::new();
    let path = files.write("test", data);
    let words = ["the", "king", "King", "queen", "man", "woman", "a", "\u{df}", "zero"];
    let mut vocabulary = Vocabulary::new();
    for word in words {
        vocabulary.push(word, 0).expect("a new word");
    }
    let number = |at: usize| if at / 3 == 8 { 0.0 } else { (at * 7 % 11) as f32 - 5.0 };
    let data = (0..3 * words.len()).map(number).collect();
    let vectors = Vectors::new(vocabulary, 3, data);
    for rows in [4, 300_000] {
        match eval::similarity(&vectors, &path, rows) {
            Err(error) => assert_clear(&error),
            Ok(score) => {
                assert!(score.pairs + score.missing + score.beyond > 0 && (rows == 4 || score.beyond == 0));
                assert!(score.spearman.is_none_or(|rho| (-1.000_001..=1.000_001).contains(&rho)), "{score:?}");
            }
        }
        match eval::analogies(&vectors, &path, rows) {
            Err(error) => assert_clear(&error),
            Ok(score) => {
                let sum = |of: fn(&eval::SectionScore) -> usize| score.sections.iter().map(of).sum::<usize>();
                assert!(score.sections.iter().all(|section| section.correct <= section.questions));
                assert_eq!(score.total.questions, sum(|section| section.questions));
                assert_eq!(score.total.missing, sum(|section| section.missing));
                assert_eq!(score.total.beyond, sum(|section| section.beyond));
                assert!(rows == 4 || score.total.beyond == 0);
            }
        }
    }
}

fn ids(corpus: &Corpus) -> Vec<u32> {
    let mut ids = Vec::new();
    corpus.tokens.copy_to(0..corpus.tokens.len(), &mut ids).expect("ids can be read");
    ids
}

fn words(corpus: &Corpus) -> Vec<(String, u64)> {
    corpus.vocabulary.words().map(str::to_owned).zip(corpus.vocabulary.counts().iter().copied()).collect()
}

fn assert_same(one: &Corpus, other: &Corpus) {
    assert_eq!(words(one), words(other));
    assert_eq!(ids(one), ids(other));
    assert_eq!(one.stats, other.stats);
}

fn is_compressed(text: &[u8]) -> bool {
    let starts: [&[u8]; 5] = [&[0x1f, 0x8b], &[0x28, 0xb5, 0x2f, 0xfd], b"\xfd7zXZ\0", b"BZh", &[0x2a, 0x4d, 0x18]];
    starts.iter().any(|start| text.starts_with(start)) || text.get(1..).is_some_and(|text| text.starts_with(starts[4]))
}

/// The corpus, as a few lines of plain code read it.
fn assert_is_plain(corpus: &Corpus, text: &[u8], options: &Options) {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let lines: Vec<Vec<String>> = text
        .split(|&byte| byte == b'\n')
        .filter(|line| options.invalid_utf8 != InvalidUtf8::Skip || str::from_utf8(line).is_ok())
        .map(|line| {
            let line = String::from_utf8_lossy(line);
            let word = |word: &str| if options.lowercase { word.to_lowercase() } else { word.to_owned() };
            line.split_whitespace().map(word).collect()
        })
        .collect();
    let mut counts: HashMap<&str, u64> = HashMap::new();
    for word in lines.iter().flatten() {
        *counts.entry(word).or_default() += 1;
    }
    assert_eq!(corpus.stats.words, counts.values().sum::<u64>());
    assert_eq!(corpus.stats.distinct_words, counts.len() as u64);
    let mut kept: Vec<_> = counts.into_iter().filter(|&(_, count)| count >= options.min_count).collect();
    kept.sort_by_key(|&(word, count)| (Reverse(count), word));
    kept.truncate(options.max_vocab.unwrap_or(usize::MAX));
    let rows: HashMap<&str, u32> = kept.iter().map(|&(word, _)| word).zip(0..).collect();
    assert!(words(corpus).iter().map(|(word, count)| (word.as_str(), *count)).eq(kept));
    let mut expected = Vec::new();
    for line in &lines {
        let line: Vec<u32> = line.iter().filter_map(|word| rows.get(word.as_str()).copied()).collect();
        for sentence in line.chunks(options.max_sentence) {
            expected.extend_from_slice(sentence);
            expected.push(SENTENCE_END);
        }
    }
    assert_eq!(ids(corpus), expected);
}

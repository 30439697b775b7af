//! A Polish text (Pan Tadeusz) from a compressed file to a vocabulary: letters beyond ASCII, dashes, quotes.

use motevec::corpus::{Corpus, Options, SENTENCE_END, Source, Tokenizer, read};
use motevec_tests::data;

fn pan_tadeusz(options: Options) -> Corpus {
    read(&[Source::Path(data("pan-tadeusz.txt.zst"))], &options, &|_| ()).unwrap()
}

fn top(corpus: &Corpus, n: usize) -> Vec<(&str, u64)> {
    corpus.vocabulary.words().zip(corpus.vocabulary.counts().iter().copied()).take(n).collect()
}

#[test]
fn white_space_separates_words() {
    let corpus = pan_tadeusz(Options::default());
    // Python's `collections.Counter(text.split())` counts the same.
    let want = [("w", 1492), ("i", 1402), ("się", 1263), ("z", 1232), ("na", 1134), ("nie", 753)];
    assert_eq!(top(&corpus, 6), want);
    assert_eq!((corpus.stats.bytes, corpus.stats.words, corpus.stats.distinct_words), (481_277, 68_928, 27_510));
}

#[test]
fn words_are_unicode_words() {
    let options = Options { tokens: Tokenizer::Words, lowercase: true, ..Options::default() };
    let corpus = pan_tadeusz(options);
    let want = [("i", 2128), ("w", 1694), ("się", 1497), ("z", 1384), ("na", 1305), ("nie", 938), ("jak", 578)];
    assert_eq!(top(&corpus, 7), want);
    assert_eq!((corpus.stats.words, corpus.stats.distinct_words), (68_202, 18_768));
    assert!(corpus.vocabulary.words().all(|word| word.chars().all(|c| !c.is_uppercase() && !"—,;!?„”…".contains(c))));
}

#[test]
fn threads_do_not_matter() {
    let read = |threads| {
        let corpus = pan_tadeusz(Options { threads, ..Options::default() });
        let mut ids = Vec::new();
        corpus.tokens.copy_to(0..corpus.tokens.len(), &mut ids).unwrap();
        assert_eq!(ids.iter().filter(|&&id| id == SENTENCE_END).count() as u64, corpus.stats.sentences);
        (corpus.vocabulary.words().map(str::to_owned).collect::<Vec<_>>(), ids, corpus.stats)
    };
    let one = read(1);
    assert_eq!(read(2), one);
    assert_eq!(read(7), one);
}

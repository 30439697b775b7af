//! What a user sees: the options, and the errors when a corpus cannot be read.

use std::path::Path;
use std::sync::Mutex;

use super::*;

fn lenient() -> Options {
    Options { min_count: 1, threads: 2, ..Options::default() }
}

fn source(text: impl Into<Vec<u8>>) -> Source {
    Source::Bytes { name: "corpus.txt", data: Box::leak(text.into().into_boxed_slice()) }
}

fn read_text(text: impl Into<Vec<u8>>, options: &Options) -> Corpus {
    read(&[source(text)], options, &|_| ()).unwrap()
}

/// The error for `text`, read in small blocks.
fn error_of(text: impl Into<Vec<u8>>, options: &Options) -> String {
    read_blocks(&[source(text)], options, &|_| (), 64).unwrap_err().to_string()
}

pub(super) fn ids(corpus: &Corpus) -> Vec<u32> {
    let mut ids = Vec::new();
    corpus.tokens.copy_to(0..corpus.tokens.len(), &mut ids).unwrap();
    ids
}

#[test]
fn words_become_rows_by_falling_count() {
    let corpus = read_text("\u{feff}b a\r\n\r\nc b\n", &lenient());
    assert_eq!(corpus.vocabulary.words().collect::<Vec<_>>(), ["b", "a", "c"]);
    assert_eq!(corpus.vocabulary.counts(), [2, 1, 1]);
    assert_eq!(ids(&corpus), [0, 1, SENTENCE_END, 2, 0, SENTENCE_END]);
    let stats = Stats { bytes: 11, words: 4, distinct_words: 3, kept_words: 4, sentences: 2, ..Stats::default() };
    assert_eq!(corpus.stats, stats);
}

#[test]
fn only_kept_words_fill_a_sentence() {
    let options = Options { min_count: 2, max_sentence: 2, ..lenient() };
    let corpus = read_text("a x a y a\nz\nb b", &options);
    assert_eq!(ids(&corpus), [0, 0, SENTENCE_END, 0, SENTENCE_END, 1, 1, SENTENCE_END]);
}

#[test]
fn a_given_vocabulary_is_kept_as_it_is() {
    let vocabulary = [("rare", 2), ("b", 10), ("absent", 20)].into_iter().collect();
    let options = Options { vocabulary: Some(vocabulary), min_count: 5, ..lenient() };
    let corpus = read_text("a b rare b", &options);
    assert_eq!(corpus.vocabulary.words().collect::<Vec<_>>(), ["absent", "b"]);
    assert_eq!(ids(&corpus), [1, 1, SENTENCE_END]);
    assert_eq!(error_of("a c", &options), "the corpus holds none of the 2 words of the given vocabulary");
}

#[test]
fn an_earlier_vocabulary_grows() {
    let earlier: Vocabulary = [("old", 3), ("rare", 1), ("never", 0)].into_iter().collect();
    let grow = |max_vocab| {
        let options = Options { earlier: Some(earlier.clone()), min_count: 2, max_vocab, ..lenient() };
        read_text("new old new old new\nother other once", &options)
    };
    let words = |corpus: &Corpus| {
        let vocabulary = &corpus.vocabulary;
        vocabulary.words().map(str::to_owned).zip(vocabulary.counts().iter().copied()).collect::<Vec<_>>()
    };
    let expected = [("old", 5), ("new", 3), ("other", 2), ("never", 1), ("rare", 1)].map(|(w, n)| (w.to_owned(), n));
    let corpus = grow(None);
    assert_eq!(words(&corpus), expected, "words that are known stay, however rare; new ones are frequent enough");
    assert_eq!(ids(&corpus), [1, 0, 1, 0, 1, SENTENCE_END, 2, 2, SENTENCE_END]);
    assert_eq!(grow(Some(4)).vocabulary.words().collect::<Vec<_>>(), ["old", "new", "never", "rare"]);
    assert_eq!(grow(Some(1)).vocabulary.words().collect::<Vec<_>>(), ["old", "never", "rare"]);
}

#[test]
fn words_are_found_and_lowercased_in_any_script() {
    let options = Options { tokens: Tokenizer::Words, lowercase: true, ..lenient() };
    let corpus = read_text("„Żółw”, rzekł ŻÓŁW: can't! ΟΔΟΣ", &options);
    assert_eq!(corpus.vocabulary.words().collect::<Vec<_>>(), ["żółw", "can't", "rzekł", "οδος"]);
}

#[test]
fn files_are_read_in_order_and_each_ends_its_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let paths = ["one.txt", "two.txt"].map(|name| folder.path().join(name));
    std::fs::write(&paths[0], "a b").unwrap();
    std::fs::write(&paths[1], "\u{feff}c").unwrap();
    let seen = Mutex::new(Vec::new());
    let sources = paths.map(Source::Path);
    let corpus = read(&sources, &lenient(), &|progress| seen.lock().unwrap().push(progress)).unwrap();
    assert_eq!(ids(&corpus), [0, 1, SENTENCE_END, 2, SENTENCE_END]);
    assert_eq!(seen.into_inner().unwrap().last(), Some(&Progress { bytes: 7, total: Some(7) }));
}

#[test]
fn a_file_that_is_not_there_is_named_before_any_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let error = |path: &Path| {
        let sources = [source("a\n"), Source::Path(path.to_owned())];
        read(&sources, &lenient(), &|_| panic!("nothing is read")).unwrap_err().to_string()
    };
    let missing = folder.path().join("missing.txt");
    assert!(error(&missing).starts_with(&format!("{}: ", missing.display())));
    let name = folder.path().display();
    assert_eq!(error(folder.path()), format!("{name}: is a directory; name the files, e.g. {name}/*"));
}

#[test]
fn standard_input_comes_once() {
    assert!(matches!(Source::from_argument("-"), Source::Stdin));
    assert_eq!(Source::Stdin.name(), Path::new("<stdin>"));
    let error = read(&[Source::Stdin, Source::Stdin], &lenient(), &|_| ()).unwrap_err();
    assert_eq!(error.exit_code(), 2);
}

#[test]
fn impossible_options_are_refused() {
    for options in [Options { max_sentence: 0, ..lenient() }, Options { max_vocab: Some(0), ..lenient() }] {
        assert_eq!(read(&[source("a")], &options, &|_| ()).unwrap_err().exit_code(), 2);
    }
}

#[test]
fn a_corpus_without_words_is_an_error() {
    for text in ["", "\n \t\r\n", "\u{feff}", "\u{a0}\u{3000}"] {
        assert_eq!(error_of(text, &lenient()), "corpus.txt: it contains no words");
    }
    let error = read(&[source(""), source("\n")], &lenient(), &|_| ()).unwrap_err();
    assert_eq!(error.to_string(), "none of the 2 files contains a word");
    assert_eq!(read(&[], &lenient(), &|_| ()).unwrap_err().to_string(), "none of the 0 files contains a word");
}

#[test]
fn too_rare_words_are_an_error() {
    let error = error_of("a b a\n", &Options::default());
    assert_eq!(error, "no word occurs 5 times; 2 is the most that one does: lower --min-count");
}

#[test]
fn invalid_utf8_is_reported_by_its_first_line() {
    let mut text = "słowo i słowo\n".repeat(5_000).into_bytes();
    text.extend_from_slice(b"bad \xc5 here\n");
    for _ in 0..2_000 {
        text.extend_from_slice(b"bad \xff there\n");
    }
    let want = "corpus.txt:5001: invalid UTF-8; convert the file to UTF-8, \
                or use --invalid-utf8 replace (with U+FFFD) or skip (the line)";
    for threads in 1..=8 {
        assert_eq!(error_of(text.clone(), &Options { threads, ..lenient() }), want);
    }
    let error = error_of(*b"\xff\xfea\0\n\0", &lenient());
    assert!(error.contains("corpus.txt:1: this looks like UTF-16"), "{error}");
}

#[test]
fn bad_text_can_be_replaced_or_skipped() {
    let text = b"good line\nbad \xff line\ngood line";
    let replaced = read_text(*text, &Options { invalid_utf8: InvalidUtf8::Replace, ..lenient() });
    assert_eq!(replaced.vocabulary.words().collect::<Vec<_>>(), ["line", "good", "bad", "\u{fffd}"]);
    let skipped = read_text(*text, &Options { invalid_utf8: InvalidUtf8::Skip, ..lenient() });
    assert_eq!(skipped.vocabulary.words().collect::<Vec<_>>(), ["good", "line"]);
    assert_eq!((skipped.stats.words, skipped.stats.sentences), (4, 2));
}

#[test]
fn the_longest_word_has_a_limit() {
    let longest = "x".repeat(MAX_WORD);
    assert_eq!(read_text(format!("a {longest}\n"), &lenient()).vocabulary.len(), 2);
    for tokens in [Tokenizer::Whitespace, Tokenizer::Words] {
        for len in [MAX_WORD + 1, 1 << 20] {
            let error = error_of(format!("a\n\nb {} c\n", "x".repeat(len)), &Options { tokens, ..lenient() });
            let want = format!("corpus.txt:3: a word of {len} bytes or more (at most 65536 are allowed)");
            assert!(error.starts_with(&want), "{error}");
        }
    }
    // Nothing to cut at: the reader gives up before the memory does.
    let error = read(&[source(vec![b'x'; 40 << 20])], &lenient(), &|_| ()).unwrap_err().to_string();
    assert!(error.starts_with("corpus.txt:1: a word of "), "{error}");
}

#[test]
fn a_line_of_many_blocks_is_one_sentence() {
    let words = 4_000_000;
    let options = Options { max_sentence: usize::MAX, threads: 2, ..lenient() };
    let corpus = read_text("word and ".repeat(words / 2), &options);
    assert_eq!((corpus.stats.sentences, corpus.tokens.len()), (1, words + 1));
    let corpus = read_text("word and ".repeat(words / 2), &Options { max_sentence: 1_000, ..options });
    assert_eq!((corpus.stats.sentences, corpus.tokens.len()), (4_000, words + 4_000));
}

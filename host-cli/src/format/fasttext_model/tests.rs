//! fastText's models, byte by byte.

use super::super::rows::testing;
use super::*;
use crate::format::Rules;
use crate::{Run, Vectors};

/// Two words with their n-grams, in five buckets.
fn model() -> Vectors {
    let vocabulary = [("</s>", 9), ("ab", 3)].into_iter().collect();
    let ngrams = Ngrams::new(3, 3, 5).unwrap();
    let buckets = std::collections::BTreeSet::from_iter(ngrams.of("ab")).into_iter().collect::<Vec<_>>();
    let rows = (1..=2 * buckets.len()).map(|x| x as f32).collect();
    let subwords = Subwords::new(ngrams, 2, Vec::new(), buckets, rows);
    testing::with_subwords(Vectors::new(vocabulary, 2, vec![0.5, -1.25, 3.0, -0.0]), subwords)
}

#[test]
fn all_that_fasttext_holds_is_kept() {
    let plain = Vectors { subwords: None, ..model() };
    let with_outside = Vectors { outside: Some(vec![4.0, 3.0, 2.0, 1.0]), ..model() };
    let with_nodes = Vectors { nodes: Some(vec![2.0, -1.0]), ..model() };
    for model in [model(), plain, with_outside, with_nodes] {
        let content = testing::write(&FastTextModel, &model).unwrap();
        let read = testing::read(&FastTextModel, &content).unwrap();
        testing::assert_same(&read, &model);
        assert_eq!((&read.subwords, &read.outside), (&model.subwords, &model.outside));
        assert_eq!(read.nodes, model.nodes);
        assert_eq!(read.vocabulary.counts(), model.vocabulary.counts());
        assert_eq!(testing::write(&FastTextModel, &read).unwrap(), content);
    }
    // The end of a line has no n-grams.
    assert_eq!(model().row(0), [0.5, -1.25]);
}

#[test]
fn the_settings_of_training_are_kept() {
    let options = [("architecture", "cbow"), ("window", "3"), ("epochs", "7"), ("min-count", "2")];
    let options = options.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let run = Run { program: String::new(), words: 20, kept_words: 12, options, losses: vec![Some(1.0)] };
    let content = testing::write(&FastTextModel, &Vectors { history: vec![run], ..model() }).unwrap();
    let history = testing::read(&FastTextModel, &content).unwrap().history;
    assert_eq!(
        history[0].command_line(),
        "--architecture cbow --loss negative-sampling --dim 2 --window 3 --epochs 7 --min-count 2 --negatives 5 \
         --subsample 0.0001 --subwords --min-n 3 --max-n 3 --buckets 5"
    );
}

/// Two words have one node, and a row that is none's.
#[test]
fn nodes_are_those_of_a_tree() {
    let of = |nodes, outside, loss: &str| {
        let options = vec![("loss".to_owned(), loss.to_owned())];
        let run = Run { program: String::new(), words: 20, kept_words: 12, options, losses: Vec::new() };
        let content =
            testing::write(&FastTextModel, &Vectors { nodes, outside, history: vec![run], ..model() }).unwrap();
        let number = |at: usize| content[at..][..4].iter().rev().fold(0, |number, &byte| number << 8 | u32::from(byte));
        let rows: Vec<_> = content[content.len() - 16..].as_chunks().0.iter().map(|&x| f32::from_le_bytes(x)).collect();
        let read = testing::read(&FastTextModel, &content).unwrap();
        let loss = read.history[0].options[1].1.clone();
        ([number(24), number(32)], rows, read.nodes, loss)
    };
    let tree = "hierarchical-softmax";
    // The negative samples, and the loss; the rows have the other sign.
    let nodes = Some(vec![2.0, -1.0]);
    assert_eq!(of(nodes.clone(), None, tree), ([0, 1], vec![-2.0, 1.0, 0.0, 0.0], nodes, tree.to_owned()));
    assert_eq!(of(None, None, tree), ([0, 1], vec![0.0; 4], None, tree.to_owned()));
    let outside = vec![4.0, 3.0, 2.0, 1.0];
    for (loss, id) in [("negative-sampling", 2), ("softmax", 3)] {
        assert_eq!(of(None, Some(outside.clone()), loss), ([5, id], outside.clone(), None, loss.to_owned()));
    }
}

#[test]
fn words_that_are_left_out_take_the_tree_with_them() {
    let vocabulary = [("a", 3), ("b", 2), ("c", 1)].into_iter().collect();
    let nodes = Some(vec![1.0, 2.0]);
    let model = Vectors { nodes: nodes.clone(), ..Vectors::new(vocabulary, 1, vec![0.5; 3]) };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.bin");
    FastTextModel.write(&path, model.view()).unwrap();
    let read = |limit| {
        let rules = Rules { limit, ..Rules::default() };
        FastTextModel.read(Source::open(&path).unwrap().with(rules)).unwrap().nodes
    };
    assert_eq!([read(None), read(Some(3)), read(Some(2))], [nodes.clone(), nodes, None]);
}

#[test]
fn words_without_a_row_count_as_words_of_the_text() {
    let tokens = |runs: &[(u64, u64)]| {
        let run = |&(words, kept_words): &(u64, u64)| {
            let (options, losses) = (Vec::new(), Vec::new());
            Run { program: String::new(), words, kept_words, options, losses }
        };
        let model = Vectors { history: runs.iter().map(run).collect(), ..model() };
        testing::read(&FastTextModel, &testing::write(&FastTextModel, &model).unwrap()).unwrap().history[0].words
    };
    // The counts are 9 and 3; they may be those of other runs.
    assert_eq!([tokens(&[(20, 12)]), tokens(&[(8, 5), (7, 7)]), tokens(&[(20, 11)]), tokens(&[])], [20, 15, 12, 12]);
}

#[test]
fn what_is_wrong_is_said() {
    let good = testing::write(&FastTextModel, &model()).unwrap();
    let with = |at: usize, bytes: &[u8]| [&good[..at], bytes, &good[at + bytes.len()..]].concat();
    // The words begin at 92, the input matrix at 118, its rows at 135, the output matrix at 191.
    assert_eq!((&good[92..97], good[118], good[119], good[191]), (&b"</s>\0"[..], 0, 7, 0));
    let cases = [
        (Vec::new(), "the file ends within its settings"),
        (b"2 2\nstate".to_vec(), "this is not a fastText model"),
        (with(4, &[10]), "this is version 10 of fastText's format; only 11 and 12 can be read"),
        (with(8, &[0]), "its settings are garbage: 0 dimensions"),
        (with(36, &[3]), "this fastText model classifies texts; only word vectors can be read"),
        (with(36, &[9]), "is of kind 9"),
        (with(40, &[0xff; 4]), "its settings are garbage: 2 dimensions, -1 buckets"),
        (with(40, &[0]), "n-grams need at least one bucket"),
        (with(40, &[6]), "its input matrix is 7 × 2; 8 × 2 was expected"),
        (with(48, &[0xff]), "it has n-grams of up to 255 characters"),
        (with(64, &[3]), "its header promises 2 words among 3"),
        (with(64, &[0; 8]), "its header promises 0 words"),
        (with(72, &[1]), "this fastText model has labels of texts"),
        (with(84, &[0]), "has a pruned list of n-grams"),
        (with(84, &[0; 8]), "has a pruned list of n-grams"),
        (with(104, &[0xff]), "row 1: the count of `</s>` is below 0"),
        (with(105, &[1]), "has labels of texts"),
        (with(106, b"\xff"), "row 2: the word `\u{fffd}b` is not UTF-8"),
        (with(118, &[1]), "has quantized numbers; only f32 can be read"),
        (with(127, &[3]), "its input matrix is 7 × 3; 7 × 2 was expected"),
        (with(135, &f32::NAN.to_le_bytes()), "row 1: the vector of `</s>` holds NaN"),
        (with(187, &f32::NAN.to_le_bytes()), "the row of bucket 4 holds NaN"),
        (with(192, &[3]), "its output matrix is 3 × 2; 2 × 2 was expected"),
        (good[..100].to_vec(), "the file ends within its list of words"),
        (good[..135].to_vec(), "the file ends early: it has 0 of 4 numbers of its words"),
        (good[..160].to_vec(), "the file ends within the rows of its buckets"),
        (good[..good.len() - 1].to_vec(), "the file ends early: it has 3 of 4 numbers of its output matrix"),
        ([&good[..], b"more"].concat(), "the file continues after its output matrix"),
    ];
    for (content, expected) in cases {
        let message = testing::read(&FastTextModel, &content).unwrap_err();
        assert!(message.contains(expected), "wanted: {expected}\nfound: {message}");
    }
}

#[test]
fn words_and_buckets_beyond_fasttext_are_refused() {
    let vocabulary = [("a\0b", 1)].into_iter().collect();
    let message = testing::write(&FastTextModel, &Vectors::new(vocabulary, 1, vec![1.0])).unwrap_err();
    assert!(message.ends_with("the word `a\\0b` contains a zero byte, which ends a word in this format"), "{message}");
    let ngrams = Ngrams::new(3, 6, u32::MAX).unwrap();
    let subwords = Subwords::new(ngrams, 2, model().subwords.unwrap().words, Vec::new(), Vec::new());
    let message = testing::write(&FastTextModel, &Vectors { subwords: Some(subwords), ..model() }).unwrap_err();
    assert!(message.ends_with("words and buckets: fastText has at most 2147483647"), "{message}");
    let ngrams = Ngrams::new(3, 101, 5).unwrap();
    let subwords = Subwords::new(ngrams, 2, model().subwords.unwrap().words, Vec::new(), Vec::new());
    let message = testing::write(&FastTextModel, &Vectors { subwords: Some(subwords), ..model() }).unwrap_err();
    assert!(message.ends_with("n-grams of up to 101 characters: at most 100 can be read"), "{message}");
}

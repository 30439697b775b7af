//! Full models, and the safetensors of others.

use super::super::rows::testing;
use super::super::{Format, open};
use super::*;
use crate::{Subwords, Vectors};

fn model() -> Vectors {
    let vocabulary = [("New York", 9), ("", 0), ("\"żółw\"\n", 3)].into_iter().collect();
    let run = Run {
        program: "motevec 0.1.0".to_owned(),
        words: 12,
        kept_words: 10,
        options: vec![("dim".to_owned(), "2".to_owned())],
        losses: vec![Some(0.7), None],
    };
    let outside = Some(vec![6.0, 5.0, 4.0, 3.0, 2.0, 1.0]);
    let data = vec![3.0, 4.0, 0.0, -0.0, -2.0, 1e-45];
    Vectors { outside, history: vec![run], ..Vectors::new(vocabulary, 2, data) }
}

#[test]
fn all_of_a_model_is_kept() {
    let content = testing::write(&SafeTensors, &model()).unwrap();
    let read = testing::read(&SafeTensors, &content).unwrap();
    testing::assert_same(&read, &model());
    assert_eq!((&read.outside, &read.history), (&model().outside, &model().history));
    assert_eq!(read.vocabulary.counts(), model().vocabulary.counts());
    assert_eq!(testing::write(&SafeTensors, &read).unwrap(), content);
    let package = safetensors::SafeTensors::deserialize(&content).unwrap();
    assert_eq!(package.tensor("center").unwrap().shape(), [3, 2]);
    assert_eq!(package.len(), 3);
}

#[test]
fn what_is_wrong_is_said() {
    let good = testing::write(&SafeTensors, &model()).unwrap();
    let length = u64::from_le_bytes(*good.first_chunk().unwrap()) as usize;
    let with = |from: &str, to: &str| {
        let header = String::from_utf8(good[8..8 + length].to_vec()).unwrap().replace(from, to);
        [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &good[8 + length..]].concat()
    };
    let end = good.len();
    let cases = [
        (Vec::new(), "this is not a safetensors file"),
        (vec![0xff; 40], "this is not a safetensors file"),
        (good[..40].to_vec(), "the file ends within its header: it has 32 of "),
        (good[..end - 1].to_vec(), "the file ends early: it has 5 of 6 numbers of outside"),
        ([&good[..], b"more"].concat(), "the file continues after the last tensor"),
        (with("{\"__meta", "{{__meta"), "its header: key must be a string"),
        (with("vocabulary", "words"), "its metadata holds no `vocabulary`"),
        (with("\"vocabulary\":\"[", "\"vocabulary\":\""), "the `vocabulary` in its metadata: "),
        (with("\"history\":\"[", "\"history\":\""), "the `history` in its metadata: "),
        (with("\"center\"", "\"v\""), "it has no tensor `center`"),
        (with("[3,2]", "[6]"), "`center` has 1 axes"),
        (with("[3,2]", "[2,3]"), "it holds 3 words, but 2 vectors"),
        (with("[3,2]", "[99999999999,99999999999]"), "its header: "),
        (with("F32", "I32"), "`center` is I32 [3, 2]; F32 [3, 2] was expected"),
        (with("New York", "\\\"żółw\\\""), "`vocabulary` in its metadata"),
        (with("New York", ""), "row 2: the word `` is already in row 1"),
        ([&good[..end - 4], &f32::NAN.to_le_bytes()].concat(), "row 3: the vector of `\\\"żółw\\\"\\n` holds NaN"),
    ];
    for (content, expected) in cases {
        let message = testing::read(&SafeTensors, &content).unwrap_err();
        assert!(message.contains(expected), "wanted: {expected}\nfound: {message}");
    }
}

/// The model with rows for two of its n-grams' buckets.
fn with_ngrams() -> Vectors {
    let ngrams = Ngrams::new(2, 3, 70).unwrap();
    let subwords = Subwords::new(ngrams, 2, Vec::new(), vec![3, 69], vec![1.0, -0.0, 0.0, 0.25]);
    testing::with_subwords(model(), subwords)
}

#[test]
fn ngrams_are_kept() {
    let content = testing::write(&SafeTensors, &with_ngrams()).unwrap();
    let read = testing::read(&SafeTensors, &content).unwrap();
    testing::assert_same(&read, &with_ngrams());
    assert_eq!((&read.subwords, &read.outside), (&with_ngrams().subwords, &model().outside));
    assert_eq!(testing::write(&SafeTensors, &read).unwrap(), content);
    let package = safetensors::SafeTensors::deserialize(&content).unwrap();
    assert_eq!(package.tensor("ngrams").unwrap().shape(), [2, 2]);

    let length = u64::from_le_bytes(*content.first_chunk().unwrap()) as usize;
    let with = |from: &str, to: &str| {
        let header = String::from_utf8(content[8..8 + length].to_vec()).unwrap().replace(from, to);
        [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &content[8 + length..]].concat()
    };
    let bucket = |at: usize, number: u32| {
        let at = content.len() - at * 4;
        [&content[..at], &number.to_le_bytes(), &content[at + 4..]].concat()
    };
    let nan = [&content[..content.len() - 12], &f32::NAN.to_le_bytes(), &content[content.len() - 8..]].concat();
    let cases = [
        (with("{\\\"min_n", "{\\\"least"), "the `subwords` in its metadata: unknown field"),
        (with("{\\\"min_n\\\":2", "{\\\"min_n\\\":4"), "n-grams have from 1 character up"),
        (with("buckets\\\":70", "buckets\\\":0"), "n-grams need at least one bucket"),
        (with("\"words\"", "\"own\""), "it has `subwords` in its metadata, but no tensor `words`"),
        (with("\"ngrams\"", "\"n\""), "it has `subwords` in its metadata, but no tensor `ngrams`"),
        (with("\"U32\",\"shape\":[2]", "\"U32\",\"shape\":[2,1]"), "`buckets` is U32 [2, 1]; U32 [2] was expected"),
        (bucket(1, 70), "its buckets do not ascend from 0 to 69"),
        (bucket(1, 3), "its buckets do not ascend from 0 to 69"),
        (nan, "the row of bucket 69 holds NaN, which is not a finite number"),
        (content[..content.len() - 1].to_vec(), "the file ends within buckets"),
    ];
    for (content, expected) in cases {
        let message = testing::read(&SafeTensors, &content).unwrap_err();
        assert!(message.contains(expected), "wanted: {expected}\nfound: {message}");
    }
    // Without them, it is a model like any other.
    assert_eq!(testing::read(&SafeTensors, &with("\"subwords\"", "\"other\"")).unwrap().subwords, None);
}

#[test]
fn outside_vectors_are_left_out_where_nobody_needs_them() {
    let content = testing::write(&SafeTensors, &model()).unwrap();
    let read_center = |content: &[u8]| {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, content).unwrap();
        open(file.path(), Some(Format::SafeTensors), None).unwrap().read_center().map_err(|error| error.to_string())
    };
    let read = read_center(&content).unwrap();
    testing::assert_same(&read, &model());
    assert_eq!((read.outside, read.vocabulary.counts()), (None, model().vocabulary.counts()));
    assert!(read_center(&content[..content.len() - 1]).unwrap_err().ends_with("the file ends within its last tensor"));
    let longer = [&content[..], b"more"].concat();
    assert!(read_center(&longer).unwrap_err().ends_with("the file continues after the last tensor"));
}

#[test]
fn the_nodes_of_a_tree_are_kept() {
    let nodes: Vec<f32> = (1..=4).map(|x| x as f32 / 3.0).collect();
    for model in [model(), with_ngrams()] {
        let model = Vectors { outside: None, nodes: Some(nodes.clone()), ..model };
        let content = testing::write(&SafeTensors, &model).unwrap();
        let read = testing::read(&SafeTensors, &content).unwrap();
        testing::assert_same(&read, &model);
        assert_eq!((&read.nodes, &read.outside, &read.subwords), (&model.nodes, &None, &model.subwords));
        assert_eq!(testing::write(&SafeTensors, &read).unwrap(), content);
    }
    let nodes = Some([&nodes[..3], &[f32::NAN]].concat());
    let content = testing::write(&SafeTensors, &Vectors { nodes, ..model() }).unwrap();
    let message = testing::read(&SafeTensors, &content).unwrap_err();
    assert!(message.contains("the row of node 1 holds NaN, which is not a finite number"), "{message}");
}

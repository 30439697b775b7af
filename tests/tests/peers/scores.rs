//! Scores, neighbors and analogies are those that gensim finds in the same model.

use std::fs;

use motevec::{Vectors, Vocabulary, format};
use motevec_tests::{Folder, addresses, data, has_python, python};
use serde_json::Value;

const PAIRS: &str = "word-pairs.tsv";
const QUESTIONS: &str = "analogy-questions.txt";

/// The words of the test files, in several forms.
///
/// A word's vector is the sum of vectors that its trigrams stand for, so that similar words have similar vectors, as
/// fastText's have.
fn model() -> Vectors {
    let text = [PAIRS, QUESTIONS].map(|name| fs::read_to_string(data(name)).unwrap()).concat();
    let words = text.split_whitespace().filter(|word| word.chars().all(char::is_alphabetic));
    let known = words.filter(|word| !word.starts_with("turnip") && !word.starts_with("zeppelin"));
    let (dim, mut vocabulary, mut data) = (20, Vocabulary::new(), Vec::new());
    for word in known {
        let capital = word[..1].to_uppercase() + &word[1..];
        for form in
            [word, &format!("{word}s"), &capital, &format!("{word}ing"), &format!("{word}'s"), &format!("{word}ść")]
        {
            if vocabulary.push(form, 0).is_ok() {
                data.extend(vector(form, dim));
            }
        }
    }
    Vectors::new(vocabulary, dim, data)
}

/// The sum of pseudo-random vectors, one a trigram of `word`.
fn vector(word: &str, dim: usize) -> Vec<f32> {
    let letters: Vec<char> = format!("<{word}>").chars().collect();
    let mut sum = vec![0.0; dim];
    for trigram in letters.windows(3) {
        let seed = trigram.iter().fold(7, |seed: u64, &letter| seed.wrapping_mul(1_000_003) ^ u64::from(letter));
        let mut state = seed;
        for number in &mut sum {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *number += (state >> 40) as f32 / (1 << 23) as f32 - 1.0;
        }
    }
    sum
}

/// A folder with the model and the files of questions; `None` where gensim is missing.
fn folder() -> Option<Folder> {
    if !has_python("gensim scipy") {
        return None;
    }
    let folder = Folder::new();
    format::write(&folder.path("model.bin"), None, model().view()).unwrap();
    for name in [PAIRS, QUESTIONS] {
        folder.write(name, fs::read(data(name)).unwrap());
    }
    Some(folder)
}

/// What `script` finds with gensim in `vectors`, which are those of model.bin, and appends to `found`.
fn gensim(folder: &Folder, script: &str) -> Value {
    let script = format!(
        "
import json
from gensim.models import KeyedVectors
vectors, found = KeyedVectors.load_word2vec_format('model.bin', binary=True), []
{script}
print(json.dumps(found))"
    );
    serde_json::from_str(&python(folder, &script)).unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

#[test]
fn scores_are_those_of_gensim() {
    let Some(folder) = folder() else { return };
    // The default, and a restriction that leaves words of the questions out.
    let all = gensim(
        &folder,
        &format!(
            "
_, spearman, missing = vectors.evaluate_word_pairs('{PAIRS}')
for restrict in (None, 600):
    some = {{'restrict_vocab': restrict}} if restrict else {{}}
    total, sections = vectors.evaluate_word_analogies('{QUESTIONS}', **some)
    found.append({{
        'restrict': restrict,
        'spearman': spearman[0],
        'missing': missing,
        'total': total,
        'sections': [[s['section'], len(s['correct']), len(s['correct']) + len(s['incorrect'])] for s in sections[:-1]],
    }})"
        ),
    );
    for expected in all.as_array().unwrap() {
        let args = ["eval", "model.bin", "--similarity", PAIRS, "--analogies", QUESTIONS, "--json"];
        let restrict = expected["restrict"].as_u64().map(|rows| rows.to_string());
        let restrict: Vec<_> = restrict.iter().flat_map(|rows| ["--restrict", rows.as_str()]).collect();
        let found = folder.json(&[&args[..], &restrict].concat());
        let similarity = &found["similarity"][0];
        let close = |one: &Value, other: &Value| (number(one) - number(other)).abs() < 5e-5;
        assert!(close(&similarity["spearman"], &expected["spearman"]), "{similarity} {expected}");
        assert_eq!((&similarity["pairs"], &similarity["missing"]), (&40.into(), &2.into()));
        assert!((number(&expected["missing"]) - 100.0 * 2.0 / 42.0).abs() < 1e-9);

        let total = &found["analogies"]["total"];
        assert!(close(&total["accuracy"], &expected["total"]), "{total} {expected}");
        // gensim leaves these out alike.
        assert_eq!(total["missing"], 3, "{total}");
        assert_eq!(total["beyond"].as_u64() > Some(0), !restrict.is_empty(), "{total}");
        let correct = total["correct"].as_u64().unwrap();
        assert!(correct > 5 && correct < total["questions"].as_u64().unwrap(), "a test that could fail: {total}");
        let sections = found["analogies"]["sections"].as_array().unwrap().iter();
        let sections: Vec<_> = sections
            .map(|s| Value::from(vec![s["section"].clone(), s["correct"].clone(), s["questions"].clone()]))
            .collect();
        assert_eq!(&Value::from(sections), &expected["sections"]);
    }
}

#[test]
fn neighbors_are_those_of_gensim() {
    let Some(folder) = folder() else { return };
    let expected = gensim(
        &folder,
        "
found.append(vectors.most_similar(['war', 'treaty', 'freedom'], topn=7))
found.append(vectors.most_similar(positive=['nations', 'law'], negative=['nation'], topn=7))",
    );
    let commands = [["neighbors", "war", "treaty", "freedom"], ["analogy", "nation", "nations", "law"]];
    for ([command, words @ ..], expected) in commands.iter().zip(expected.as_array().unwrap()) {
        let found = folder.json(&[&[command, "model.bin", "-k", "7", "--json"], &words[..]].concat());
        let found = found["neighbors"].as_array().unwrap();
        assert_eq!(found.len(), 7);
        for (found, expected) in found.iter().zip(expected.as_array().unwrap()) {
            assert_eq!(found["word"], expected[0]);
            assert!((number(&found["similarity"]) - number(&expected[1])).abs() < 1e-6);
        }
    }
}

#[test]
fn answers_are_those_of_gensim() {
    let Some(folder) = folder() else { return };
    let text = ["--tokens", "words", "--lowercase", "--dim", "20"];
    folder.stdout(&[&["train", addresses(), "-o", "model.bin"], &text[..]].concat());
    let expected = gensim(
        &folder,
        "
found.append(vectors.most_similar(positive=['war', 'army'], negative=['peace'], topn=5))
found.append(vectors.similarity('war', 'peace').item())
found.append(vectors.doesnt_match(['army', 'navy', 'ships', 'constitution']))",
    );
    let close = |one: &Value, other: &Value| (number(one) - number(other)).abs() < 1e-6;

    let args = ["neighbors", "model.bin", "war", "army", "--negative", "peace", "-k", "5", "--json"];
    let found = folder.json(&args);
    for (found, expected) in found["neighbors"].as_array().unwrap().iter().zip(expected[0].as_array().unwrap()) {
        assert!(found["word"] == expected[0] && close(&found["similarity"], &expected[1]), "{found} {expected}");
    }
    let found = folder.json(&["similarity", "model.bin", "war", "peace", "--json"]);
    assert!(close(&found["similarity"], &expected[1]), "{found} {expected}");
    let args = ["odd-one-out", "model.bin", "army", "navy", "ships", "constitution", "--json"];
    assert_eq!(folder.json(&args)["odd"], expected[2]);
}

//! The other tools that people use with word vectors: they read our files, we read theirs, and scores agree.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use motevec::format::{self, Format};
use motevec::{Vectors, Vocabulary};
use motevec_tests::{data, motevec, skip, works};
use serde_json::Value;

/// Whether gensim is here; says so where it is not.
fn gensim() -> bool {
    let found = works("python3", &["-c", "import gensim, scipy"]);
    if !found {
        skip("gensim and scipy", "pip install gensim scipy");
    }
    found
}

/// What the Python program `script` prints, given `args`.
fn python(script: &str, args: &[&Path]) -> String {
    let output = Command::new("python3").arg("-c").arg(script).args(args).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The words of the test files, in several forms.
///
/// A word's vector is the sum of vectors that its trigrams stand for, so that similar words have similar vectors, as
/// fastText's have.
fn model() -> Vectors {
    let text = ["word-pairs.tsv", "analogy-questions.txt"].map(|name| fs::read_to_string(data(name)).unwrap()).concat();
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
    Vectors { vocabulary, dim, data, outside: None, history: Vec::new() }
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

/// The model as gensim sees it: one line per word, the word and the bits of its numbers.
fn lines(vectors: &Vectors) -> String {
    let bits = |row: &[f32]| row.iter().map(|number| format!(" {:08x}", number.to_bits())).collect::<String>();
    vectors.vocabulary.words().zip(vectors.rows()).map(|(word, row)| format!("{word}{}\n", bits(row))).collect()
}

#[test]
fn gensim_reads_what_we_write() {
    if !gensim() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let model = model();
    for name in ["model.bin", "model.txt"] {
        let path = folder.path().join(name);
        format::write(&path, None, model.view()).unwrap();
        let script = "
import sys
from gensim.models import KeyedVectors
vectors = KeyedVectors.load_word2vec_format(sys.argv[1], binary=sys.argv[1].endswith('.bin'))
sys.stdout.reconfigure(encoding='utf-8')
for word in vectors.index_to_key:
    print(word, *(f'{bits:08x}' for bits in vectors[word].view('uint32')))
";
        assert!(python(script, &[&path]) == lines(&model), "{name}");
    }
}

#[test]
fn we_read_what_gensim_writes() {
    if !gensim() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let script = "
import sys
import numpy
from gensim.models import KeyedVectors
words = ['the', 'żółw', '日本', 'naïve', 'l\\u00a0eau'] + [f'word{n}' for n in range(100)]
numbers = numpy.random.default_rng(1).standard_normal((len(words), 7)).astype('float32')
numbers[1] = [0, -0.0, 1e-38, 3e38, 1e-45, 16777216, 0.1]
vectors = KeyedVectors(7)
vectors.add_vectors(words, numbers)
for ending in ('bin', 'txt'):
    vectors.save_word2vec_format(f'{sys.argv[1]}/model.{ending}', binary=ending == 'bin')
sys.stdout.reconfigure(encoding='utf-8')
for word, row in zip(words, numbers):
    print(word, *(f'{bits:08x}' for bits in row.view('uint32')))
";
    let expected = python(script, &[folder.path()]);
    for name in ["model.bin", "model.txt"] {
        let found = format::read(&folder.path().join(name), None).unwrap();
        assert_eq!(lines(&found), expected, "{name}");
    }
}

#[test]
fn we_read_what_fasttext_writes() {
    if !works("sh", &["-c", "command -v fasttext"]) {
        return skip("fastText", "apt-get install fasttext");
    }
    let folder = tempfile::tempdir().unwrap();
    let corpus = folder.path().join("corpus.txt");
    let line = fs::read_to_string(data("analogy-questions.txt")).unwrap().replace('\n', " ");
    fs::write(&corpus, format!("{line}żółw naïve\n").repeat(20)).unwrap();
    let model = folder.path().join("model");
    let arguments = ["-dim", "10", "-epoch", "1", "-thread", "1", "-bucket", "1000"];
    let mut train = Command::new("fasttext");
    train.arg("skipgram").arg("-input").arg(&corpus).arg("-output").arg(&model).args(arguments);
    assert!(train.output().unwrap().status.success());

    let vectors = format::read(&model.with_extension("vec"), None).unwrap();
    assert!(vectors.vocabulary.row("żółw").is_some() && vectors.dim == 10);
    // The same numbers, as fastText itself prints them from the model that it trained.
    let mut print = Command::new("fasttext");
    print.arg("print-word-vectors").arg(model.with_extension("bin")).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut running = print.spawn().unwrap();
    let words: Vec<_> = vectors.vocabulary.words().collect();
    running.stdin.take().unwrap().write_all(words.join("\n").as_bytes()).unwrap();
    let printed = String::from_utf8(running.wait_with_output().unwrap().stdout).unwrap();
    let mut compared = 0;
    for (line, (word, row)) in printed.lines().zip(words.iter().zip(vectors.rows())) {
        let mut fields = line.split_whitespace();
        assert_eq!(fields.next(), Some(*word));
        assert_eq!(fields.map(|field| field.parse().unwrap()).collect::<Vec<f32>>(), row, "{word}");
        compared += 1;
    }
    assert_eq!(compared, words.len());
}

#[test]
fn scores_are_those_of_gensim() {
    if !gensim() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.bin");
    format::write(&path, Some(Format::Word2vecBinary), model().view()).unwrap();
    let (pairs, questions) = (data("word-pairs.tsv"), data("analogy-questions.txt"));

    // The second restriction leaves words of the questions out.
    for restrict in ["30000", "600"] {
        let script = "
import json
import sys
from gensim.models import KeyedVectors
vectors = KeyedVectors.load_word2vec_format(sys.argv[1], binary=True)
_, spearman, missing = vectors.evaluate_word_pairs(sys.argv[2])
total, sections = vectors.evaluate_word_analogies(sys.argv[3], restrict_vocab=int(sys.argv[4]))
print(json.dumps({
    'spearman': spearman[0],
    'missing': missing,
    'total': total,
    'sections': [[s['section'], len(s['correct']), len(s['correct']) + len(s['incorrect'])] for s in sections[:-1]],
}))
";
        let expected: Value =
            serde_json::from_str(&python(script, &[&path, &pairs, &questions, Path::new(restrict)])).unwrap();
        let mut eval = motevec();
        eval.arg("eval").arg(&path).arg("--similarity").arg(&pairs).arg("--analogies").arg(&questions);
        let output = eval.args(["--restrict", restrict, "--json"]).output().unwrap();
        let found: Value = serde_json::from_slice(&output.stdout).unwrap();

        let close = |one: &Value, other: &Value| (one.as_f64().unwrap() - other.as_f64().unwrap()).abs() < 5e-5;
        let similarity = &found["similarity"][0];
        assert!(close(&similarity["spearman"], &expected["spearman"]), "{similarity} {expected}");
        assert_eq!((&similarity["pairs"], &similarity["missing"]), (&40.into(), &2.into()));
        assert!((expected["missing"].as_f64().unwrap() - 100.0 * 2.0 / 42.0).abs() < 1e-9);

        let total = &found["analogies"]["total"];
        assert!(close(&total["accuracy"], &expected["total"]), "{total} {expected}");
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
    if !gensim() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.txt");
    format::write(&path, None, model().view()).unwrap();
    let script = "
import json
import sys
from gensim.models import KeyedVectors
vectors = KeyedVectors.load_word2vec_format(sys.argv[1])
print(json.dumps([
    vectors.most_similar(['war', 'treaty', 'freedom'], topn=7),
    vectors.most_similar(positive=['nations', 'law'], negative=['nation'], topn=7),
]))
";
    let expected: Value = serde_json::from_str(&python(script, &[&path])).unwrap();
    let commands = [["neighbors", "war", "treaty", "freedom"], ["analogy", "nation", "nations", "law"]];
    for (command, expected) in commands.iter().zip(expected.as_array().unwrap()) {
        let mut ours = motevec();
        let output = ours.arg(command[0]).arg(&path).args(&command[1..]).args(["-k", "7", "--json"]).output().unwrap();
        let found: Value = serde_json::from_slice(&output.stdout).unwrap();
        let found = found["neighbors"].as_array().unwrap();
        assert_eq!(found.len(), 7);
        for (found, expected) in found.iter().zip(expected.as_array().unwrap()) {
            assert_eq!(found["word"], expected[0]);
            assert!((found["similarity"].as_f64().unwrap() - expected[1].as_f64().unwrap()).abs() < 1e-6);
        }
    }
}

//! Files of fastText: its program reads what we write, and we read what it writes; and so with gensim.

use std::borrow::Cow;
use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use motevec_tests::models::sample;
use motevec_tests::{Folder, data, has_python, skip, works};

use crate::formats::{folder, python, read};

#[test]
fn fasttext_reads_what_we_write() {
    if !works("sh", &["-c", "command -v fasttext"]) {
        return skip("fastText", "apt-get install fasttext");
    }
    let folder = folder();
    folder.stdout(&["convert", "model.bin", "model.vec"]);
    // Words of the text start from the vectors that they have in the file; with a rate of 0 they stay there.
    folder.write("text.txt", "word1 word2 word3 word4 word5\n".repeat(20));
    let options = "-dim 7 -pretrainedVectors model.vec -lr 0 -epoch 1 -maxn 0 -thread 1 -minCount 1";
    let mut train = Command::new("fasttext");
    train.current_dir(folder.path(".")).args(["skipgram", "-input", "text.txt", "-output", "trained"]);
    let output = train.args(options.split(' ')).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let (trained, model) = (read(&folder, "trained.vec"), sample());
    for word in ["word1", "word2", "word5"] {
        let (trained, ours) = (trained.get(word).unwrap(), model.get(word).unwrap());
        // fastText writes five digits.
        assert!(
            trained.iter().zip(ours).all(|(one, other)| (one - other).abs() < 1e-4),
            "{word}: {trained:?} {ours:?}"
        );
    }
}

#[test]
fn we_read_what_fasttext_writes() {
    if !works("sh", &["-c", "command -v fasttext"]) {
        return skip("fastText", "apt-get install fasttext");
    }
    let folder = Folder::new();
    let line = fs::read_to_string(data("analogy-questions.txt")).unwrap().replace('\n', " ");
    folder.write("text.txt", format!("{line}żółw naïve\n").repeat(20));
    let options = "skipgram -input text.txt -output model -dim 10 -epoch 1 -thread 1 -bucket 1000";
    let mut train = Command::new("fasttext");
    train.current_dir(folder.path("")).args(options.split(' '));
    assert!(train.output().unwrap().status.success());

    let vectors = read(&folder, "model.vec");
    assert!(vectors.vocabulary.row("żółw").is_some() && vectors.dim == 10);
    // The same numbers, as fastText itself prints them from the model that it trained.
    let mut print = Command::new("fasttext");
    print.arg("print-word-vectors").arg(folder.path("model.bin")).stdin(Stdio::piped()).stdout(Stdio::piped());
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

/// Words that the text of [`train_fasttext`] has, and others: with their n-grams, with none, and the end of a line.
const WORDS: [&str; 8] = ["nation", "law", "żółw", "unseenword", "nations'", "żółwie", "x", "</s>"];

/// Has fastText train `model.bin` in `folder`.
pub(crate) fn train_fasttext(folder: &Folder, options: &str) {
    let line = fs::read_to_string(data("analogy-questions.txt")).unwrap().replace('\n', " ");
    folder.write("text.txt", format!("{line}żółw naïve\n").repeat(20));
    let options = format!("{options} -input text.txt -output model -dim 10 -epoch 1 -thread 1");
    let mut train = Command::new("fasttext");
    train.current_dir(folder.path("")).args(options.split(' '));
    assert!(train.output().unwrap().status.success());
}

/// The vectors that fastText prints of [`WORDS`], from the model `name`.
fn fasttext_vectors(folder: &Folder, name: &str) -> Vec<Vec<f32>> {
    let mut print = Command::new("fasttext");
    print.arg("print-word-vectors").arg(folder.path(name)).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut running = print.spawn().unwrap();
    running.stdin.take().unwrap().write_all(WORDS.join("\n").as_bytes()).unwrap();
    let printed = String::from_utf8(running.wait_with_output().unwrap().stdout).unwrap();
    let numbers = |line: &str| line.split_whitespace().skip(1).map(|field| field.parse().unwrap()).collect();
    printed.lines().map(numbers).collect()
}

/// The vectors that we have for [`WORDS`].
fn our_vectors(folder: &Folder, name: &str) -> Vec<Vec<f32>> {
    let model = read(folder, name);
    WORDS.map(|word| model.embed(word).map_or(vec![0.0; model.dim], Cow::into_owned)).to_vec()
}

/// The numbers that `show` has printed, a row for each line.
pub(crate) fn numbers(shown: &str) -> Vec<Vec<f32>> {
    let number = |bits| f32::from_bits(u32::from_str_radix(bits, 16).unwrap());
    shown.lines().map(|line| line.split(' ').skip(1).map(number).collect()).collect()
}

/// Checks that vectors differ by less than `far`.
pub(crate) fn assert_near(ours: &[Vec<f32>], others: &[Vec<f32>], far: f32) {
    assert_eq!(ours.len(), others.len());
    for (ours, others) in ours.iter().zip(others) {
        assert_eq!(ours.len(), others.len());
        assert!(ours.iter().zip(others).all(|(x, y)| (x - y).abs() <= far), "{ours:?} {others:?}");
    }
}

#[test]
fn fasttext_and_we_have_the_same_vectors_for_words_seen_or_not() {
    if !works("sh", &["-c", "command -v fasttext"]) {
        return skip("fastText", "apt-get install fasttext");
    }
    for options in [
        "skipgram -bucket 1000",
        "cbow -bucket 77 -minn 1 -maxn 4",
        "skipgram -bucket 500 -minn 0 -maxn 3 -loss softmax",
        "skipgram -minn 0 -maxn 0",
        "skipgram -minn 5 -maxn 4 -bucket 30",
    ] {
        let folder = Folder::new();
        train_fasttext(&folder, options);
        let theirs = fasttext_vectors(&folder, "model.bin");
        // fastText prints five digits.
        assert_near(&our_vectors(&folder, "model.bin"), &theirs, 1e-5);
        folder.stdout(&["convert", "model.bin", "full.safetensors"]);
        folder.stdout(&["convert", "full.safetensors", "ours.bin", "--to", "fasttext-bin"]);
        assert_eq!(fasttext_vectors(&folder, "ours.bin"), theirs, "{options}");
        // Ours is theirs to the last byte, but for lengths and buckets that make no n-grams, and another loss.
        if !["softmax", "-maxn 0", "-minn 5", "-minn 0"].iter().any(|option| options.contains(option)) {
            assert!(folder.read("ours.bin") == folder.read("model.bin"), "{options}");
        }
    }
    // What is not a table of vectors is named.
    let folder = Folder::new();
    folder.write("labels.txt", "__label__a good day\n__label__b bad day\n".repeat(300));
    let options = "supervised -input labels.txt -output labels -dim 4 -thread 1 -minn 2 -maxn 4 -bucket 300";
    let options = [options, "quantize -input labels.txt -output labels"];
    for options in options.map(|options| options.split(' ').collect::<Vec<_>>()) {
        let output = Command::new("fasttext").current_dir(folder.path("")).args(options).output().unwrap();
        assert!(output.status.success(), "{output:?}");
    }
    for name in ["labels.bin", "labels.ftz"] {
        let (_, message) = folder.failure(&["info", name]);
        assert!(message.contains("this fastText model classifies texts; only word vectors can be read"), "{message}");
    }
}

#[test]
fn gensim_loads_our_fasttext_models_and_we_load_its() {
    if !has_python("numpy gensim") || !works("sh", &["-c", "command -v fasttext"]) {
        return skip("fastText", "apt-get install fasttext");
    }
    let folder = Folder::new();
    train_fasttext(&folder, "skipgram -bucket 1000");
    folder.stdout(&["convert", "model.bin", "full.safetensors"]);
    folder.stdout(&["convert", "full.safetensors", "ours.bin"]);
    // gensim gives the end of a line n-grams, which it has not in fastText.
    let script = format!(
        "
from gensim.models.fasttext import load_facebook_model, load_facebook_vectors, save_facebook_model
words = {WORDS:?}[:-1]
model = load_facebook_model('ours.bin')
show(words, [model.wv[word] for word in words])
vectors = load_facebook_vectors('ours.bin')
assert all((vectors[word] == model.wv[word]).all() for word in words)
# It can train on.
model.train([['nation', 'law', 'war']] * 9, total_examples=9, epochs=1)
save_facebook_model(model, 'gensim.bin')
show(words, [model.wv[word] for word in words])"
    );
    let shown = python(&folder, &script);
    let rows = numbers(&shown);
    let (before, after) = rows.split_at(WORDS.len() - 1);
    assert_near(&our_vectors(&folder, "model.bin")[..WORDS.len() - 1], before, 1e-6);
    assert_near(&our_vectors(&folder, "gensim.bin")[..WORDS.len() - 1], after, 1e-6);
}

//! Files of models: other packages read what we write, and we read what they write.

use std::borrow::Cow;
use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use motevec::{Vectors, Vocabulary, format};
use motevec_tests::models::{bits, sample};
use motevec_tests::{Folder, data, has_python, skip, works};

/// What the Python program `script` prints when it runs in `folder`; it prints a model with `show(words, matrix)`.
fn python(folder: &Folder, script: &str) -> String {
    let script = format!(
        "
import sys
import numpy
sys.stdout.reconfigure(encoding='utf-8')
def show(words, matrix):
    for word, row in zip(words, matrix):
        print(word, *(f'{{bits:08x}}' for bits in numpy.ascontiguousarray(row, dtype='<f4').view('uint32')))
def model():
    words = ['the', 'żółw', '日本', 'naïve', 'l\\u00a0eau', '</s>'] + [f'word{{n}}' for n in range(100)]
    matrix = numpy.random.default_rng(1).standard_normal((len(words), 7)).astype('float32')
    matrix[1] = [0, -0.0, 1e-38, 3e38, 1e-45, 16777216, 0.1]
    return words, matrix
{script}"
    );
    motevec_tests::python(folder, &script)
}

/// A folder with the model in word2vec's binary format.
fn folder() -> Folder {
    let folder = Folder::new();
    format::write(&folder.path("model.bin"), None, sample().view()).unwrap();
    folder
}

fn read(folder: &Folder, name: &str) -> Vectors {
    format::read(&folder.path(name), None).unwrap()
}

#[test]
fn gensim_and_we_read_each_others_text() {
    if !has_python("numpy gensim") {
        return;
    }
    let folder = Folder::new();
    format::write(&folder.path("source.npy"), None, sample().view()).unwrap();
    for (name, options) in [
        ("model.bin", "binary=True"),
        ("model.txt", ""),
        ("model.vec", ""),
        ("model.glove", "no_header=True"),
        ("model.txt.gz", ""),
        ("model.bin.gz", "binary=True"),
    ] {
        folder.stdout(&["convert", "source.npy", name]);
        let script = format!(
            "
from gensim.models import KeyedVectors
vectors = KeyedVectors.load_word2vec_format('{name}', {options})
show(vectors.index_to_key, vectors.vectors)"
        );
        assert_eq!(python(&folder, &script), bits(&sample()), "{name}");
        let header = if name == "model.glove" { "write_header=False" } else { options };
        let script = format!(
            "
from gensim.models import KeyedVectors
words, matrix = model()
vectors = KeyedVectors(7)
vectors.add_vectors(words, matrix)
vectors.save_word2vec_format('{name}', {header})
show(words, matrix)"
        );
        let expected = python(&folder, &script);
        assert_eq!(bits(&read(&folder, name)), expected, "{name}");
    }
}

#[test]
fn gensim_writes_projector_files_that_we_read() {
    if !has_python("numpy gensim") {
        return;
    }
    let folder = folder();
    let script = "
from gensim.models import KeyedVectors
from gensim.scripts.word2vec2tensor import word2vec2tensor
word2vec2tensor('model.bin', 'model', binary=True)
vectors = KeyedVectors.load_word2vec_format('model.bin', binary=True)
show(vectors.index_to_key, vectors.vectors)";
    let expected = python(&folder, script);
    assert_eq!(bits(&read(&folder, "model_tensor.tsv")), expected);
    assert!(folder.stdout(&["info", "model_tensor.tsv"]).starts_with("format      projector\n"));

    // What the projector does with them: tabs between numbers, a label a line.
    folder.stdout(&["convert", "model.bin", "vectors.tsv"]);
    let script = "
matrix = numpy.loadtxt('vectors.tsv', delimiter='\\t', dtype='float32')
words = open('metadata.tsv', encoding='utf-8').read().split('\\n')[:-1]
show(words, matrix)";
    assert_eq!(python(&folder, script), bits(&sample()));
}

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
fn train_fasttext(folder: &Folder, options: &str) {
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
fn numbers(shown: &str) -> Vec<Vec<f32>> {
    let number = |bits| f32::from_bits(u32::from_str_radix(bits, 16).unwrap());
    shown.lines().map(|line| line.split(' ').skip(1).map(number).collect()).collect()
}

/// Checks that vectors differ by less than `far`.
fn assert_near(ours: &[Vec<f32>], others: &[Vec<f32>], far: f32) {
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
    // What is no table of vectors is named.
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

#[test]
fn numpy_and_we_read_each_others_matrices() {
    if !has_python("numpy") {
        return;
    }
    let folder = folder();
    folder.stdout(&["convert", "model.bin", "model.npy"]);
    let script = "
matrix = numpy.load('model.npy')
assert matrix.dtype == numpy.float32 and matrix.flags.c_contiguous
words = open('model.vocab', encoding='utf-8').read().split('\\n')[:-1]
show(words, matrix)";
    assert_eq!(python(&folder, script), bits(&sample()));

    for save in ["matrix", "matrix.astype('float64')", "matrix.astype('>f4')", "numpy.asfortranarray(matrix)"] {
        let script = format!(
            "
words, matrix = model()
numpy.save('back.npy', {save})
open('back.vocab', 'w', encoding='utf-8').write(''.join(word + '\\n' for word in words))
show(words, matrix)"
        );
        assert_eq!(python(&folder, &script), bits(&read(&folder, "back.npy")), "{save}");
    }
    let script = "
words, matrix = model()
matrix = matrix.clip(-60000, 60000).astype('float16')
numpy.save('half.npy', matrix)
open('half.vocab', 'w', encoding='utf-8').write(''.join(word + '\\n' for word in words))
show(words, matrix.astype('float32'))";
    assert_eq!(python(&folder, script), bits(&read(&folder, "half.npy")));
}

#[test]
fn the_package_safetensors_and_we_read_each_others_models() {
    if !has_python("numpy safetensors") {
        return;
    }
    let folder = Folder::new();
    let mut full = sample();
    full.outside = Some(full.data.iter().rev().copied().collect());
    full.vocabulary = Vocabulary::new();
    for (word, count) in sample().vocabulary.words().zip((1..=1000).rev()) {
        full.vocabulary.push(word, count).unwrap();
    }
    format::write(&folder.path("model.safetensors"), None, full.view()).unwrap();
    let script = "
import json
from safetensors import safe_open
with safe_open('model.safetensors', 'numpy') as model:
    assert sorted(model.keys()) == ['center', 'counts', 'outside'], model.keys()
    assert model.metadata()['format'] == 'motevec'
    words = json.loads(model.metadata()['vocabulary'])
    assert model.get_tensor('counts').tolist() == list(range(1000, 1000 - len(words), -1))
    assert (model.get_tensor('outside').ravel() == model.get_tensor('center').ravel()[::-1]).all()
    show(words, model.get_tensor('center'))";
    assert_eq!(python(&folder, script), bits(&full));

    let script = "
import json
from safetensors.numpy import save_file
words, matrix = model()
tensors = {'center': matrix, 'other': numpy.ones(3), 'outside': -matrix, 'counts': numpy.arange(len(words))}
save_file(tensors, 'back.safetensors', metadata={'vocabulary': json.dumps(words)})
show(words, matrix)";
    let expected = python(&folder, script);
    let back = read(&folder, "back.safetensors");
    assert_eq!(bits(&back), expected);
    assert_eq!(back.outside.unwrap(), back.data.iter().map(|x| -x).collect::<Vec<_>>());
    assert_eq!(back.vocabulary.counts()[..3], [0, 1, 2]);
}

#[test]
fn the_package_finalfusion_and_we_read_each_others_files() {
    if !has_python("numpy finalfusion") {
        return;
    }
    let folder = folder();
    folder.stdout(&["convert", "model.bin", "model.fifu"]);
    // A vector that the package reads is a unit vector and a norm, to the last digits.
    let script = "
from finalfusion import load_finalfusion
embeddings = load_finalfusion('model.fifu')
norms = numpy.linalg.norm(embeddings.storage.astype('float64'), axis=1)
assert numpy.allclose(norms, 1, atol=1e-6), norms
assert embeddings.word_similarity('word1', k=3) is not None
show(embeddings.vocab.words, embeddings.storage * numpy.asarray(embeddings.norms)[:, None])";
    let shown = python(&folder, script);
    let ours = read(&folder, "model.fifu");
    assert_eq!(shown, bits(&ours));
    for (read, written) in ours.rows().zip(sample().rows()) {
        let far = 1e-6 * written.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
        assert!(read.iter().zip(written).all(|(one, other)| (one - other).abs() <= far), "{read:?} {written:?}");
    }

    // With n-grams: it scales the vectors of unseen words to length 1.
    if works("sh", &["-c", "command -v fasttext"]) {
        train_fasttext(&folder, "skipgram -bucket 1000");
        folder.stdout(&["convert", "model.bin", "ngrams.fifu"]);
        let words = ["nation", "unseenword", "żółwie"];
        let script = format!(
            "
from finalfusion import load_finalfusion, load_fasttext
words = {words:?}
embeddings = load_finalfusion('ngrams.fifu')
embeddings.write('back.fifu')
show(words, [embeddings[word] for word in words])
show(words, [load_fasttext('model.bin')[word] for word in words])"
        );
        let shown = numbers(&python(&folder, &script));
        for name in ["model.bin", "ngrams.fifu", "back.fifu"] {
            let model = read(&folder, name);
            let ours = words.map(|word| motevec::query::direction(&model.embed(word).unwrap()).unwrap());
            assert_near(&[ours.clone(), ours].concat(), &shown, 1e-5);
        }
    }

    // As the package makes them, with metadata ahead, and with and without norms.
    let script = "
from finalfusion import Embeddings
from finalfusion.metadata import Metadata
from finalfusion.norms import Norms
from finalfusion.storage import NdArray
from finalfusion.vocab import SimpleVocab
words, matrix = model()
about = Metadata({'trained': {'with': 'nothing'}})
Embeddings(NdArray(matrix), SimpleVocab(words), metadata=about).write('plain.fifu')
Embeddings(NdArray(matrix), SimpleVocab(words), norms=Norms(numpy.full(len(words), 0.5, dtype='float32'))).write('norms.fifu')
show(words, matrix)
show(words, matrix * numpy.float32(0.5))";
    let expected = python(&folder, script);
    assert_eq!(bits(&read(&folder, "plain.fifu")) + &bits(&read(&folder, "norms.fifu")), expected);
}

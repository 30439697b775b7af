//! Files of models: other packages read what we write, and we read what they write.

use motevec::{Vectors, Vocabulary, format};
use motevec_tests::models::{bits, sample};
use motevec_tests::{Folder, has_python, works};

use crate::fasttext::{assert_near, numbers, train_fasttext};

/// What the Python program `script` prints when it runs in `folder`; it prints a model with `show(words, matrix)`.
pub(crate) fn python(folder: &Folder, script: &str) -> String {
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
pub(crate) fn folder() -> Folder {
    let folder = Folder::new();
    format::write(&folder.path("model.bin"), None, sample().view()).unwrap();
    folder
}

pub(crate) fn read(folder: &Folder, name: &str) -> Vectors {
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
norms = Norms(numpy.full(len(words), 0.5, dtype='float32'))
Embeddings(NdArray(matrix), SimpleVocab(words), norms=norms).write('norms.fifu')
show(words, matrix)
show(words, matrix * numpy.float32(0.5))";
    let expected = python(&folder, script);
    assert_eq!(bits(&read(&folder, "plain.fifu")) + &bits(&read(&folder, "norms.fifu")), expected);
}

//! Makes the seeds of the fuzz targets with motevec's own writers:
//! `cargo build && cargo run -p motevec-tests --bin seeds`.
//!
//! What a target has found is kept in the same folders, under names of its own (`found-*`).

use std::fs;
use std::path::{Path, PathBuf};

use motevec::format::{self, Format};
use motevec::{Subwords, Vectors, Vocabulary};
use motevec_core::subword::Ngrams;
use motevec_tests::{compressed, repository};

const TEXT: &str =
    "\u{feff}the cat sat on the mat\nthe dog, the CAT and the \u{17c}\u{f3}\u{142}w\u{2003}sat\r\n\nall\tof them sat\n";

fn main() {
    models();
    texts();
    write(
        "serial",
        "session",
        b"help\nlearn a b c a b\nnear a\nvector b\nrate 0.1\nlearn a c\nstats\nsave\nreset\nlearn x\n",
    );
    write(
        "serial",
        "image",
        b"near peace\nadopt peace war\nvector war\nlearn peace war peace war\nrate 1\nlearn peace peace\n",
    );
    write("serial", "full", b"learn a b c d e f g h i j\nlearn i i i j\x7fk\r\nadopt freedom\nlern\nnear\nrate x\n");
    write("serial", "demo", b"demo\nnear lab.door\nquit\n");
    plans();
}

/// Models of two words, with and without what not every format keeps.
fn models() {
    let mut vocabulary = Vocabulary::new();
    for (word, count) in [("state", 7), ("\u{17c}\u{f3}\u{142}w", 5)] {
        vocabulary.push(word, count).expect("a new word");
    }
    let data = vec![0.5, -1.25, 3.0, 1e-7];
    let outside = Some(vec![0.1, 0.2, 0.3, -0.4]);
    let model = Vectors { outside, ..Vectors::new(vocabulary, 2, data) };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write_model = |name: &str, format, model: &Vectors| -> PathBuf {
        let path = folder.path().join(name);
        format::write(&path, Some(format), model.view()).expect("the model can be written");
        path
    };
    let with_ngrams = with_ngrams(model.clone());
    for (target, name, format) in [
        ("fasttext_model", "ngrams.bin", Format::FastTextModel),
        ("safetensors", "ngrams.safetensors", Format::SafeTensors),
        ("finalfusion", "ngrams.fifu", Format::Finalfusion),
    ] {
        write(target, name, &read(&write_model(name, format, &with_ngrams)));
    }
    let file = |name: &str, format| write_model(name, format, &model);
    for (target, name, format) in [
        ("word2vec_binary", "model.bin", Format::Word2vecBinary),
        ("word2vec_text", "model.txt", Format::Word2vecText),
        ("word2vec_text", "model.vec", Format::FastText),
        ("fasttext_model", "model.bin", Format::FastTextModel),
        ("glove", "model.glove", Format::Glove),
        ("safetensors", "model.safetensors", Format::SafeTensors),
        ("finalfusion", "model.fifu", Format::Finalfusion),
        ("mote", "model.mote", Format::Mote),
        ("word2vec_binary", "model.bin.zst", Format::Word2vecBinary),
        ("word2vec_text", "model.txt.gz", Format::Word2vecText),
    ] {
        write(target, name, &read(&file(name, format)));
    }
    let image = folder.path().join("int8.mote");
    let mut command = motevec_tests::motevec();
    command.args(["export", "--quantize", "int8", "-o"]).arg(&image);
    command.arg(file("source.safetensors", Format::SafeTensors));
    assert!(command.status().expect("motevec runs").success());
    write("mote", "int8.mote", &read(&image));
    for (target, name, words, format) in [
        ("numpy", "model.npy", "model.vocab", Format::Numpy),
        ("projector", "model.tsv", "model.metadata.tsv", Format::Projector),
    ] {
        let matrix = read(&file(name, format));
        let words = read(&folder.path().join(words));
        let length = u16::try_from(words.len()).expect("a few words");
        write(target, name, &[&length.to_le_bytes(), &words[..], &matrix].concat());
    }
}

/// The model, with rows for three of the n-grams of its words.
fn with_ngrams(model: Vectors) -> Vectors {
    let ngrams = Ngrams::new(2, 3, 60).expect("some n-grams");
    let mut buckets: Vec<u32> = model.vocabulary.words().flat_map(|word| ngrams.of(word)).step_by(7).collect();
    buckets.sort_unstable();
    buckets.dedup();
    let rows = (0..buckets.len() * model.dim).map(|x| 0.25 * x as f32).collect();
    let subwords = Subwords::new(ngrams, model.dim, model.data.clone(), buckets, rows);
    let data =
        model.vocabulary.words().zip(model.rows()).flat_map(|(word, row)| subwords.with_row(word, row)).collect();
    Vectors { data, subwords: Some(subwords), ..model }
}

fn texts() {
    for (name, options) in [("plain", [0, 9, 1]), ("words", [3, 2, 1]), ("rare", [16, 255, 6]), ("skip", [8, 255, 1])] {
        write("corpus", name, &[&options[..], TEXT.as_bytes()].concat());
    }
    write("corpus", "latin1", &[&[4, 255, 1][..], b"caf\xe9 au lait\ncaf\xe9"].concat());
    write("corpus", "utf16", b"\0\xff\x01\xff\xfea\0 \0b\0");
    for (name, data) in compressed(TEXT.repeat(4).as_bytes()) {
        write("compressed", name, &data);
        write("compressed", &format!("cut.{name}"), &data[..data.len() - 9]);
        write("compressed", &format!("twice.{name}"), &[&data[..], &data].concat());
    }
    write("vocabulary", "words", b"</s> 0\nthe 5\r\n\xc5\xbc\xc3\xb3\xc5\x82w\t3\na 3");
    write("cases", "course.json", &read(&motevec_tests::data("course-cases.json")));
    write(
        "cases",
        "softmax.json",
        br#"{"center_vectors":[[1,2]],"outside_vectors":[[0,1],[1,0]],"cases":[{"name":"a","center":0,"outside":[1,1],"negatives":[[0],[0,0]]}]}"#,
    );
    write(
        "cases",
        "tree.json",
        br#"{"center_vectors":[[1,2],[0,1]],"outside_vectors":[[0,1],[1,0]],"paths":[[[0,0]],[[0,1]]],"cases":[{"name":"a","architecture":"cbow","loss":"hierarchical-softmax","center":1,"outside":[1,0,1],"expected":{"grad_center":[[0,0],[0,0]]}}]}"#,
    );
    write("evaluation", "pairs", b"# comment\nword1\tword2\tscore\nking\tqueen\t8.5\nman\twoman\t7\nthe\tnobody\t1\n");
    write(
        "evaluation",
        "questions",
        b": family\nking queen man woman\nKing Queen man nobody\n\n: empty\nthe a zero king\n",
    );
}

/// Settings and tokens, as `arbitrary` takes them from the front of bytes.
fn plans() {
    let plan = |shape: [u8; 6], sentences: &[u8]| {
        let seed = 7_u64.to_le_bytes();
        [&shape[..], &seed, &0.05_f32.to_le_bytes(), sentences].concat()
    };
    for (name, shape) in [
        ("fixed", [15, 9, 1, 5, 0, 0]),
        ("pairs", [18, 5, 3, 7, 1, 1]),
        ("groups", [31, 30, 11, 20, 0, 1]),
        ("wide", [79, 31, 4, 63, 0, 0]),
        ("alone", [0, 0, 0, 0, 0, 0]),
    ] {
        let sentences: Vec<u8> = (0..48).flat_map(|token| [1, token * 5 % 29]).chain([0, 0]).collect();
        write("train", name, &plan(shape, &sentences));
    }
}

fn read(path: &Path) -> Vec<u8> {
    fs::read(path).expect("the file can be read")
}

fn write(target: &str, name: &str, content: &[u8]) {
    let folder = repository().join("tests/fuzz/seeds").join(target);
    fs::create_dir_all(&folder).and_then(|()| fs::write(folder.join(name), content)).expect("the seed can be written");
}

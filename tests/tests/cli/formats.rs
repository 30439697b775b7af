//! Every format of models, converted through the program. What other packages make of them, tests/tests/peers asks.

use std::path::Path;

use motevec::format::{self, Format};
use motevec::{Subwords, Vectors};
use motevec_core::subword::Ngrams;
use motevec_tests::Folder;
use motevec_tests::models::{bits, sample};

/// A name in every format but finalfusion's, which rounds.
const NAMES: [&str; 8] =
    ["model.bin", "model.txt", "model.vec", "model.glove", "model.npy", "model.safetensors", "model.tsv", "model.mote"];

#[test]
fn every_conversion_keeps_every_bit() {
    let folder = Folder::new();
    format::write(&folder.path("model.bin"), None, sample().view()).unwrap();
    let names: Vec<String> = NAMES
        .iter()
        .flat_map(|name| {
            let format = Format::of_name(Path::new(name)).unwrap();
            let endings: &[&str] = if format.codec().compresses() { &["", ".gz", ".zst"] } else { &[""] };
            endings.iter().map(move |ending| format!("{name}{ending}"))
        })
        .collect();
    // From each to the next, and at the end all are equal to the first.
    let mut last = "model.bin".to_owned();
    for name in names.iter().skip(1) {
        folder.stdout(&["convert", &last, name]);
        let converted = format::read(&folder.path(name), None).unwrap();
        assert_eq!(bits(&converted), bits(&sample()), "{last} → {name}");
        last.clone_from(name);
    }
}

/// The sample with rows for a third of its n-grams.
fn with_subwords() -> Vectors {
    let model = sample();
    let ngrams = Ngrams::new(3, 5, 500).unwrap();
    let buckets: Vec<u32> = (0..500).step_by(3).collect();
    let rows = (0..buckets.len() * model.dim).map(|x| x as f32 / 512.0 - 1.0).collect();
    let own = model.data.iter().map(|x| x.clamp(-1.0, 1.0)).collect();
    let subwords = Subwords::new(ngrams, model.dim, own, buckets, rows);
    let own = subwords.words.chunks(model.dim);
    let data = model.vocabulary.words().zip(own).flat_map(|(word, own)| subwords.with_row(word, own)).collect();
    Vectors { data, subwords: Some(subwords), ..model }
}

#[test]
fn ngrams_are_kept_where_there_is_a_place_for_them_and_else_their_loss_is_told() {
    let folder = Folder::new();
    let model = with_subwords();
    format::write(&folder.path("model.safetensors"), None, model.view()).unwrap();
    // A model with n-grams is fastText's in a `.bin` file.
    let mut last = "model.safetensors";
    for (name, format) in
        [("model.bin", "fasttext-bin"), ("model.bin.gz", "fasttext-bin"), ("again.safetensors", "safetensors")]
    {
        let output = folder.motevec(&["convert", last, name]).output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
        assert_eq!(folder.json(&["info", name, "--json"])["format"], format);
        let converted = format::read(&folder.path(name), None).unwrap();
        assert_eq!(bits(&converted), bits(&model), "{last} → {name}");
        assert_eq!(converted.subwords, model.subwords);
        last = name;
    }
    for (name, format) in [("plain.txt", "word2vec-text"), ("plain.npy", "numpy"), ("plain.mote", "mote")] {
        let output = folder.motevec(&["convert", "model.bin", name]).output().unwrap();
        let note = format!(
            "note: the n-grams are left out, and with them vectors for words that the model has not seen: {format} has \
             no place for them, but these formats have: fasttext-bin (.bin), safetensors (.safetensors), finalfusion \
             (.fifu)\n"
        );
        assert_eq!(String::from_utf8(output.stderr).unwrap(), note);
        let converted = format::read(&folder.path(name), None).unwrap();
        assert_eq!((bits(&converted), converted.subwords), (bits(&model), None));
    }
    // As asked, and as usual for a model without n-grams.
    folder.stdout(&["convert", "model.bin", "asked.bin", "--to", "word2vec-bin", "--quiet"]);
    folder.stdout(&["convert", "plain.txt", "plain.bin"]);
    for name in ["asked.bin", "plain.bin"] {
        assert_eq!(folder.json(&["info", name, "--json"])["format"], "word2vec-bin");
    }
    let (_, message) = folder.failure(&["info", "model.bin", "--format", "word2vec-bin"]);
    assert!(message.contains("(its content is that of format fasttext-bin)"), "{message}");
    let output = folder.motevec(&["export", "model.bin", "-o", "device.mote"]).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("note: the n-grams are left out"), "{output:?}");
    let info = folder.stdout(&["info", "model.bin"]);
    assert!(info.contains("\nsubwords    n-grams of 3 to 5 characters, in 167 of 500 buckets\n"), "{info}");
}

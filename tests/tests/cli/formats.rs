//! Every format of models, converted through the program. What other packages make of them, tests/tests/peers asks.

use std::path::Path;

use motevec::format::{self, Format};
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

//! The fuzz targets of tests/fuzz, on its seeds: what is in the repository, and what the targets have once found.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use motevec_tests::fuzz::TARGETS;
use motevec_tests::repository;

fn folder() -> PathBuf {
    repository().join("tests/fuzz")
}

fn entries(path: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<_> =
        fs::read_dir(path).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    entries
}

#[test]
fn every_target_takes_its_seeds() {
    for (name, target) in TARGETS {
        let seeds = entries(&folder().join("seeds").join(name));
        assert!(!seeds.is_empty(), "{name} has seeds");
        for seed in seeds {
            // Told where a target panics.
            eprintln!("{}", seed.display());
            target(&fs::read(seed).expect("a seed"));
        }
        target(&[]);
    }
}

/// Whoever adds a target adds it everywhere.
#[test]
fn the_targets_are_the_same_everywhere() {
    let expected: BTreeSet<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    let stems = |folder: &Path| -> BTreeSet<String> {
        entries(folder).iter().map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned()).collect()
    };
    assert_eq!(stems(&folder().join("targets")), expected);
    assert_eq!(stems(&folder().join("seeds")), expected);
    let manifest = fs::read_to_string(folder().join("Cargo.toml")).expect("its manifest");
    for name in &expected {
        assert!(manifest.contains(&format!("path = \"targets/{name}.rs\"")), "{name}");
        let target = fs::read_to_string(folder().join(format!("targets/{name}.rs"))).expect("the target");
        assert!(target.contains(&format!("motevec_tests::fuzz::{name}(data)")), "{target}");
    }
}

//! Core builds for the machines that it is promised for, none of which can run these tests.

use std::env;
use std::path::Path;
use std::process::Command;

use motevec_tests::{repository, skip};

const TARGETS: [&str; 6] = [
    "thumbv6m-none-eabi",
    "thumbv7em-none-eabihf",
    "thumbv8m.main-none-eabi",
    "thumbv8m.main-none-eabihf",
    "riscv32imac-unknown-none-elf",
    "wasm32-unknown-unknown",
];

/// Builds core for `targets`.
fn build(targets: &[&str], features: &[&str]) {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()));
    cargo.args(["build", "--locked", "--package", "motevec-core", "--release"]).args(features);
    cargo.args(targets.iter().flat_map(|target| ["--target", target]));
    // The usual folder is locked, and has another set of features.
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("targets");
    let output = cargo.arg("--target-dir").arg(folder).current_dir(repository()).output().unwrap();
    assert!(output.status.success(), "{features:?}:\n{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn core_builds_for_bare_metal_and_wasm() {
    // Without rustup there is nothing to ask; then none is known to be installed.
    let list = Command::new("rustup").args(["target", "list", "--installed"]).output();
    let installed = list.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let (here, missing): (Vec<_>, Vec<_>) =
        TARGETS.into_iter().partition(|target| installed.lines().any(|line| line == *target));
    if !missing.is_empty() {
        let missing = missing.join(" ");
        skip(&format!("the Rust targets {missing}"), &format!("rustup target add {missing}"));
    }
    if !here.is_empty() {
        build(&here, &[]);
        build(&here, &["--features", "defmt"]);
    }
}

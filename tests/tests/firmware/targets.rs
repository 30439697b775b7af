//! Core builds for the machines that it is promised for, none of which can run these tests.

use std::env;
use std::process::{Command, Output};

use motevec_tests::firmware::{Board, WASM, alone, is_installed, learner, set_up, target_folder};
use motevec_tests::{repository, skip};

/// The target that has no image.
const SOFT_FLOAT: &str = "thumbv8m.main-none-eabi";

/// Cargo, about to build core as its own workspace does it.
fn core(features: &[&str]) -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()));
    cargo.args(["build", "--locked", "--package", "motevec-core", "--release", "--target", SOFT_FLOAT]).args(features);
    // The usual folder is locked.
    set_up(&mut cargo).current_dir(repository()).arg("--target-dir").arg(target_folder());
    cargo
}

/// Without and with logs. Where firmware is built for a target, that is what its images are made of.
#[test]
fn core_builds_for_bare_metal_and_wasm() {
    let images = Board::ALL.map(Board::target).into_iter().chain([WASM]);
    let (here, missing): (Vec<_>, Vec<_>) = images.chain([SOFT_FLOAT]).partition(|target| is_installed(target));
    if !missing.is_empty() {
        let missing = missing.join(" ");
        skip(&format!("the Rust targets {missing}"), &format!("rustup target add {missing}"));
    }
    for features in [&[][..], &["--features", "defmt"]] {
        if here.iter().any(|target| *target != SOFT_FLOAT) {
            succeeds(learner(features));
        }
        if here.contains(&SOFT_FLOAT) {
            succeeds(core(features));
        }
    }
}

fn succeeds(mut cargo: Command) {
    let Output { status, stderr, .. } = alone(|| cargo.output()).expect("cargo runs");
    assert!(status.success(), "{cargo:?}:\n{}", String::from_utf8_lossy(&stderr));
}

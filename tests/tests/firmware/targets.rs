//! Core builds for the machines that it is promised for, none of which can run these tests.

use std::process::Output;

use motevec_tests::firmware::{TARGETS, alone, is_installed, learner};
use motevec_tests::skip;

/// Without and with logs.
#[test]
fn core_builds_for_bare_metal_and_wasm() {
    let (here, missing): (Vec<_>, Vec<_>) = TARGETS.into_iter().partition(|target| is_installed(target));
    if !missing.is_empty() {
        let missing = missing.join(" ");
        skip(&format!("the Rust targets {missing}"), &format!("rustup target add {missing}"));
    }
    if here.is_empty() {
        return;
    }
    for features in [&[][..], &["--features", "defmt"]] {
        let mut cargo = learner(features);
        let Output { status, stderr, .. } = alone(|| cargo.output()).expect("cargo runs");
        assert!(status.success(), "{cargo:?}:\n{}", String::from_utf8_lossy(&stderr));
    }
}

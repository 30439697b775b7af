//! Core has no path to a panic: the linker says so (firmware-example/no-panics), and the firmware's images hold nothing
//! that panics or formats.

use std::fs;
use std::process::Output;

use motevec_tests::firmware::{Board, cargo, has_target};
use object::{Object, ObjectSymbol};

const TARGET: &str = "thumbv7em-none-eabihf";

/// Links the program that calls all of core.
fn link(features: &[&str]) -> Output {
    let mut cargo = cargo();
    cargo.args(["build", "--quiet", "--locked", "--release", "--package", "motevec-no-panics", "--target", TARGET]);
    cargo.args(features).output().expect("cargo starts")
}

#[test]
fn core_links_without_a_panic_and_what_panics_does_not() {
    if !has_target(TARGET) {
        return;
    }
    let output = link(&[]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let output = link(&["--features", "panics"]);
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && message.contains("motevec_core_has_a_path_to_a_panic"), "{message}");
}

/// No image without logs holds what panics or formats, neither for a dialogue nor for learning alone.
#[test]
fn no_image_without_logs_has_panics_in_it() {
    for board in Board::ALL.into_iter().filter(|board| board.is_here()) {
        assert_no_panics(&format!("{board:?}"), &fs::read(board.build()).expect("the firmware"));
        let integers = fs::read(board.build_in_integers()).expect("the firmware");
        assert_no_panics(&format!("{board:?} in integers"), &integers);
    }
    if !has_target(TARGET) {
        return;
    }
    for features in [",numbers", ""] {
        assert_no_panics(features, &fs::read(Board::An386.footprint(features)).expect("the image"));
    }
}

fn assert_no_panics(what: &str, image: &[u8]) {
    let image = object::File::parse(image).expect("an ELF file");
    let names: Vec<&str> = image.symbols().filter_map(|symbol| symbol.name().ok()).collect();
    assert!(
        names.iter().any(|name| name.contains("motevec_core") || name.contains("motevec_learner")),
        "{what}: its symbols are there"
    );
    let panics =
        |name: &&&str| ["4core9panicking", "4core3fmt", "rust_begin_unwind"].iter().any(|part| name.contains(part));
    let panics: Vec<_> = names.iter().filter(panics).collect();
    assert!(panics.is_empty(), "{what}: {panics:?}");
}

//! What the firmware may take of a microcontroller: tests/footprint measures it, and the images hold nothing that panics or formats.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use motevec_tests::firmware::has_target;
use motevec_tests::{skip, works};
use serde_json::Value;

const TARGET: &str = "thumbv7em-none-eabihf";

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie in the repository")
}

/// A package's image for the Cortex-M4F, without logs, and without debug information: so the only names in it are its symbols.
fn image(package: &str, features: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("footprint");
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()));
    cargo.args(["build", "--locked", "--release", "--config", "profile.release.debug=false", "--target", TARGET]);
    cargo.args(["--package", package, "--no-default-features", "--features", features, "--target-dir"]).arg(&folder);
    let output = cargo.current_dir(repository().join("firmware-example")).output().expect("cargo runs");
    assert!(output.status.success(), "{package}:\n{}", String::from_utf8_lossy(&output.stderr));
    let path: PathBuf = [folder.as_path(), TARGET.as_ref(), "release".as_ref(), package.as_ref()].iter().collect();
    std::fs::read(path).expect("the image was built")
}

fn contains(bytes: &[u8], name: &str) -> bool {
    bytes.windows(name.len()).any(|window| window == name.as_bytes())
}

#[test]
fn images_without_logs_hold_no_panic_machinery() {
    if !has_target(TARGET) {
        return;
    }
    let images =
        [("motevec-footprint", "an386,numbers"), ("motevec-footprint", "an386"), ("motevec-firmware", "an386")];
    for (package, features) in images {
        let image = image(package, features);
        // As both manglings spell a path.
        assert!(contains(&image, "12motevec_core"), "{package}, {features}: symbols can be read");
        for machinery in ["4core9panicking", "4core3fmt"] {
            assert!(!contains(&image, machinery), "{package}, {features} holds {machinery}");
        }
    }
}

#[test]
fn learning_keeps_to_its_goals_on_a_cortex_m4f() {
    for (program, package) in [("python3", "python3"), ("qemu-system-arm", "qemu-system-arm")] {
        if !works(program, &["--version"]) {
            return skip(program, &format!("sudo apt-get install {package}"));
        }
    }
    if !works("sh", &["-c", "echo '#include <math.h>' | arm-none-eabi-gcc -E -"]) {
        return skip("arm-none-eabi-gcc", "sudo apt-get install gcc-arm-none-eabi libnewlib-arm-none-eabi");
    }
    if !has_target(TARGET) {
        return;
    }
    let output = Command::new("python3")
        .args(["tests/footprint/footprint.py", "--board", "mps2-an386", "--json"])
        .current_dir(repository())
        .output()
        .expect("python3 runs");
    assert!(output.status.success(), "{output:?}");
    let all: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let figures = &all["mps2-an386"];
    let figure = |pointer: &str| figures.pointer(pointer).and_then(Value::as_f64).expect("a figure");
    assert!(figure("/flash") <= 16.0 * 1024.0, "{figures}");
    assert!(figure("/ram") <= 2.0 * 1024.0, "{figures}");
    for window in [2, 5] {
        let (ours, c) = (figure(&format!("/update/{window}")), figure(&format!("/c/expf/{window}")));
        assert!(ours <= 0.8 * c, "window {window}: {figures}");
    }
}

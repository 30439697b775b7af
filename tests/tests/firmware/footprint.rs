//! What the firmware may take of a microcontroller: tests/footprint measures it.

use std::process::Command;

use motevec_tests::firmware::{Board, alone, figures, has_target, set_up, target_folder};
use motevec_tests::{repository, skip, works};
use serde_json::Value;

const TARGET: &str = "thumbv7em-none-eabihf";

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
    if ![TARGET, "thumbv6m-none-eabi", "thumbv8m.main-none-eabihf"].into_iter().all(has_target) {
        return;
    }
    let mut measure = Command::new("python3");
    measure.args(["tests/footprint/footprint.py", "--json", "--target-dir"]).arg(target_folder());
    let output = alone(|| set_up(&mut measure).current_dir(repository()).output()).expect("python3 runs");
    assert!(output.status.success(), "{output:?}");
    let all: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    for board in ["microbit", "mps2-an505"] {
        assert!(all[board]["flash"].as_u64() > Some(0), "{board}: {all}");
    }
    // Without an FPU, integers take a quarter of the instructions at most, and no more than plain C.
    let integers = |pointer: &str| all["microbit"].pointer(pointer).and_then(Value::as_f64).expect("a figure");
    for window in [2, 5] {
        let ours = integers(&format!("/q15/update/{window}"));
        let (floats, c) = (integers(&format!("/update/{window}")), integers(&format!("/q15/c/{window}")));
        assert!(ours <= 0.25 * floats && ours <= c, "window {window}: {all}");
    }
    let figures = &all["mps2-an386"];
    let figure = |pointer: &str| figures.pointer(pointer).and_then(Value::as_f64).expect("a figure");
    assert!(figure("/flash") <= 16.0 * 1024.0, "{figures}");
    assert!(figure("/ram") <= 2.0 * 1024.0, "{figures}");
    for window in [2, 5] {
        let (ours, c) = (figure(&format!("/update/{window}")), figure(&format!("/c/expf/{window}")));
        assert!(ours <= 0.8 * c, "window {window}: {figures}");
    }
}

/// To look a word up takes little, and hardly more among many.
#[test]
fn looking_a_word_up_takes_little_on_a_micro_bit() {
    if !Board::Microbit.is_here() {
        return;
    }
    for (what, instructions) in figures(Board::Microbit, &Board::Microbit.footprint(",lookup")) {
        println!("{what} words: {instructions} instructions");
        assert!(instructions > 0 && instructions <= if what.ends_with("304") { 900 } else { 700 }, "{what}");
    }
}

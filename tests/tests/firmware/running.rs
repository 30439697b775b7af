//! Running it.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use motevec_tests::firmware::{self, Board};
use motevec_tests::{Folder, skip, works};

/// What `cargo microbit` and its like do: build with logs, run in QEMU, decode what is logged, and end with the input.
#[test]
fn cargo_runs_every_board_with_decoded_logs() {
    if !works("defmt-print", &["--version"]) {
        return skip("defmt-print", "cargo install defmt-print");
    }
    // For all boards at once, which keeps every core busy. Where this fails, the test of it says so.
    let _ = firmware::alone(|| firmware::learner(&["--features", "defmt"]).output());
    for board in Board::ALL.into_iter().filter(|board| board.is_here()) {
        let mut cargo = firmware::cargo();
        cargo.args([board.name(), "--quiet", "--locked"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        cargo.stderr(Stdio::piped());
        let output = firmware::alone(|| {
            let mut run = cargo.spawn().expect("cargo starts");
            // Nothing but the end of the input ends it.
            let mut input = run.stdin.take().expect("a pipe");
            input.write_all(b"learn a b c\nhelp\n").expect("cargo passes it on");
            drop(input);
            run.wait_with_output().expect("it ends")
        });
        let (out, log) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{board:?}: {out}\n{log}");
        assert!(out.starts_with("motevec on ") && out.contains("\nloss ") && out.ends_with("ok\n"), "{board:?}: {out}");
        assert!(log.contains("INFO") && log.contains("80 words x 16"), "{board:?}: {log}");
    }
}

/// Whoever lacks QEMU or defmt-print hears what to install.
#[test]
fn the_runner_says_what_is_missing() {
    let script = firmware::folder().join("run-in-qemu");
    let empty = Folder::new();
    let bash = |path: &str, args: &[&str]| {
        let mut bash = Command::new("/bin/bash");
        bash.env("PATH", path).arg(&script).args(args).stdin(Stdio::null());
        let output = bash.output().expect("bash is there");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let nowhere = empty.path("");
    let nowhere = nowhere.to_str().expect("a path");
    let (code, message) = bash(nowhere, &["an386", "firmware"]);
    let install = "apt-get install qemu-system-arm qemu-system-misc";
    assert_eq!(
        (code, message.trim()),
        (Some(1), format!("qemu-system-arm is not installed; install it with `{install}`").as_str())
    );
    assert_eq!(bash(nowhere, &["an387", "firmware"]), (Some(2), "no such board: an387\n".to_owned()));
    assert_eq!(bash(nowhere, &[]).0, Some(2));
}

/// Nobody waits for a board that does not answer: the emulator ends with whoever asked for it.
#[test]
fn a_device_ends_when_it_is_dropped() {
    let Some(device) = Board::An386.start() else { return };
    let process = device.id();
    if cfg!(target_os = "linux") {
        // What is killed is the emulator itself, not a script that would leave it behind.
        let name = fs::read_to_string(format!("/proc/{process}/comm")).expect("it runs");
        assert!(name.starts_with("qemu-system"), "{name}");
    }
    drop(device);
    assert!(!fs::exists(format!("/proc/{process}")).unwrap_or(false));
}

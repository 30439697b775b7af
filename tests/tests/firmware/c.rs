//! motevec for C (core/c): the header, the library on the desk, and the dialogue in C on boards.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use motevec_core::simd::{Level, Portable, Wide};
use motevec_learner::learner::{FixedMemory, Learner};
use motevec_learner::world::World;
use motevec_tests::firmware::{Board, Device, Dialogue, Host, alone, cargo, set_up, target_folder};
use motevec_tests::{Folder, repository, run, skip, works};

use crate::images::decode;

fn folder() -> PathBuf {
    repository().join("core/c")
}

/// Other versions may write the header otherwise.
const CBINDGEN: &str = "0.29.4";

/// The header that is checked in is the one of today's functions.
#[test]
fn the_header_is_current() {
    let version = Command::new("cbindgen").arg("--version").output();
    if !version.is_ok_and(|said| String::from_utf8_lossy(&said.stdout).trim_end().ends_with(CBINDGEN)) {
        let install = format!("cargo install --locked cbindgen@{CBINDGEN}");
        return skip(&format!("cbindgen {CBINDGEN}"), &install);
    }
    let mut cbindgen = Command::new("cbindgen");
    let made = run(cbindgen.args(["--quiet", "--config", "cbindgen.toml"]).current_dir(folder()));
    assert!(fs::read_to_string(folder().join("include/motevec.h")).unwrap() == made, "make it anew; its head says how");
}

/// What api.c prints: the hashes of what it learns from words and from numbers, learned in Rust.
fn learned_in_rust() -> String {
    let mut memory = FixedMemory::<8, 20, 40>::new();
    let mut learner = Learner::new(Wide::<Portable>::new(), &mut memory);
    let mut memory = FixedMemory::<12, 20, 0>::new();
    let mut numbered = Learner::new(Wide::<Portable>::new(), &mut memory);
    for _ in 0..200 {
        for sentence in ["door hall lamp", "tap sink drain"] {
            learner.learn(sentence.split(' '), &mut |_| ());
        }
    }
    for _ in 0..64 {
        for numbers in [[0, 1, 2, 10], [3, 4, 5, 11]] {
            assert!(numbers.into_iter().all(|number| numbered.observe_number(number)));
            numbered.end_sentence(&mut |_| ());
        }
    }
    format!("{:016x}\n{:016x}\n", learner.bits(), numbered.bits())
}

/// Every function with what it is for and with what it must refuse, in C and C++, without a warning and under
/// sanitizers. All learn what Rust learns.
#[test]
fn every_function_does_what_the_header_says() {
    let library = alone(|| {
        let mut cargo = cargo();
        run(cargo.args(["build", "--quiet", "--locked", "--release"]).current_dir(folder()));
        target_folder().join("release/libmotevec.a")
    });
    let sanitizers: &[&str] = &["-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
    for (compiler, language, more) in [
        ("gcc", ["-xc", "-std=c99"], sanitizers),
        ("g++", ["-xc++", "-std=c++17"], &[]),
        ("clang", ["-xc", "-std=c99"], &[]),
    ] {
        if !works(compiler, &["--version"]) {
            skip(compiler, "sudo apt-get install gcc g++ clang");
            continue;
        }
        let build = Folder::new();
        let program = build.path("api");
        let mut compile = Command::new(compiler);
        compile.args(language).args(["-Wall", "-Wextra", "-Werror", "-pedantic"]).args(more).arg("-I");
        compile
            .arg(folder().join("include"))
            .args(["api.c", "streams.c"].map(|file| folder().join("tests").join(file)));
        compile.arg("-xnone").arg(&library);
        run(compile.args(["-lm", "-o"]).arg(&program));
        assert_eq!(run(&mut Command::new(&program)), learned_in_rust(), "{compiler}");
    }
}

/// CMake, about to configure the dialogue in C for `board` in the folder `place`.
fn configure(board: &str, place: &Path) -> Command {
    let mut cmake = Command::new("cmake");
    cmake.arg("-S").arg(repository().join("firmware-example/c")).arg("-B").arg(place).arg(format!("-DBOARD={board}"));
    cmake
}

/// The dialogue in C for `board`, built as its CMakeLists.txt says; `None` if the test is to be skipped.
fn build(board: Board) -> Option<PathBuf> {
    if !board.is_here() {
        return None;
    }
    let compiler = match board {
        Board::Virt => ("clang", "clang"),
        _ => ("arm-none-eabi-gcc", "gcc-arm-none-eabi libnewlib-arm-none-eabi"),
    };
    for (tool, install) in [("cmake", "cmake"), compiler] {
        if !works(tool, &["--version"]) {
            skip(tool, &format!("sudo apt-get install {install}"));
            return None;
        }
    }
    let place = target_folder().join("c").join(board.name());
    // What the firmware in Rust has compiled is not compiled once more.
    run(configure(board.name(), &place).arg(format!("-DMOTEVEC_FOLDER={}", target_folder().display())));
    alone(|| run(set_up(&mut Command::new("cmake")).arg("--build").arg(&place)));
    if board != Board::Virt {
        // Clang may come without a strip for other machines.
        let bytes = fs::metadata(place.join("libmotevec.a")).unwrap().len();
        assert!(bytes < 4_000_000, "an archive of {bytes} bytes is not stripped");
    }
    Some(place.join("dialogue"))
}

/// The building's events, and words that are forgotten for others.
fn lines() -> Vec<String> {
    let mut world = World::new();
    let mut lines = Vec::new();
    for _ in 0..60 {
        let visit = world.visit();
        // As many as a line holds.
        for events in visit.chunks(6) {
            lines.push(events.iter().fold("learn".to_owned(), |line, event| line + " " + event.token()));
        }
    }
    lines.extend(["near lab.laser", "vector lab.laser", "near xyzzy"].map(str::to_owned));
    lines.extend((0..40).map(|n| format!("learn tür a{n} b{n} tür c{n}")));
    lines.extend(["near tür", "vector tür"].map(str::to_owned));
    lines
}

/// The hash among the answers to `stats` or `bits`.
fn bits(answers: &[String]) -> String {
    answers.iter().find_map(|line| line.strip_prefix("bits ")).expect("a hash").to_owned()
}

fn parity(board: Board) {
    let Some(program) = build(board) else { return };
    let mut host = Host::start(Level::Scalar).expect("every machine has plain arithmetic");
    let mut device = Device::start(board, &program);
    for line in lines() {
        let (ours, theirs) = (host.ask(&line), device.ask(&line));
        match ours.last().is_some_and(|last| last.starts_with("error: ")) {
            true => assert_eq!(theirs, ["error: there is no such word"], "{line}"),
            false => assert_eq!(theirs, ours, "{board:?}: {line}"),
        }
    }
    assert_eq!(bits(&device.ask("bits")), bits(&host.ask("stats")), "{board:?}");
    let saved = device.ask("save");
    let saved: String = saved.iter().filter_map(|line| line.strip_prefix("= ")).collect();
    let expected: String = decode(&host.ask("save")).iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(saved == expected, "{board:?}: the image");
}

#[test]
fn c_has_the_bits_of_rust_on_a_cortex_m0() {
    parity(Board::Microbit);
}

#[test]
fn c_has_the_bits_of_rust_on_a_cortex_m4f() {
    parity(Board::An386);
}

#[test]
fn c_has_the_bits_of_rust_on_a_cortex_m33() {
    parity(Board::An505);
}

#[test]
fn c_has_the_bits_of_rust_on_risc_v() {
    parity(Board::Virt);
}

/// A board that CMake does not know is refused by name.
#[test]
fn an_unknown_board_is_refused_by_name() {
    if !works("cmake", &["--version"]) {
        return skip("cmake", "sudo apt-get install cmake");
    }
    let build = Folder::new();
    let output = configure("an387", &build.path(".")).output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(message.contains("no such board: an387"), "{message}");
}

/// One folder can be configured for one board after another.
#[test]
fn cmake_takes_another_board_in_the_same_folder() {
    if !works("cmake", &["--version"]) || !works("arm-none-eabi-gcc", &["--version"]) {
        return skip("cmake and arm-none-eabi-gcc", "sudo apt-get install cmake gcc-arm-none-eabi");
    }
    let build = Folder::new();
    for (board, target) in [("microbit", "thumbv6m-none-eabi"), ("an505", "thumbv8m.main-none-eabihf")] {
        run(configure(board, &build.path("build")).args(["-G", "Unix Makefiles"]));
        let rules = fs::read_to_string(build.path("build/CMakeFiles/motevec-cargo.dir/build.make")).unwrap();
        assert!(rules.contains(target), "{board}: {rules}");
    }
}

/// A program for another machine is not linked with a library for this one.
#[test]
fn cmake_wants_to_know_the_target_when_it_cross_compiles() {
    if !works("cmake", &["--version"]) {
        return skip("cmake", "sudo apt-get install cmake");
    }
    let place = Folder::new();
    let motevec = folder().join("motevec.cmake");
    let mut project = "cmake_minimum_required(VERSION 3.18)\nset(CMAKE_SYSTEM_NAME Generic)\n".to_owned();
    // Included twice, as by two parts of a project.
    project += &format!("project(cross NONE)\ninclude({0})\ninclude({0})\n", motevec.display());
    fs::write(place.path("CMakeLists.txt"), project).unwrap();
    let configure = |options: &[&str]| {
        let mut cmake = Command::new("cmake");
        cmake.arg("-S").arg(place.path(".")).arg("-B").arg(place.path("build")).args(options).output().unwrap()
    };
    let message = String::from_utf8_lossy(&configure(&[]).stderr).into_owned();
    assert!(message.contains("set MOTEVEC_TARGET"), "{message}");
    assert!(configure(&["-DMOTEVEC_TARGET=thumbv6m-none-eabi"]).status.success());
}

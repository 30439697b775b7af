//! Gives the linker the memory map of the board that was chosen.

use std::path::PathBuf;
use std::{env, fs};

const BOARDS: [&str; 4] = ["microbit", "an386", "an505", "virt"];

fn main() {
    let has = |feature: &str| env::var_os(format!("CARGO_FEATURE_{}", feature.to_uppercase())).is_some();
    let chosen: Vec<_> = BOARDS.into_iter().filter(|board| has(board)).collect();
    let [board] = chosen[..] else {
        panic!("choose one board, with `cargo microbit`, `cargo an386`, `cargo an505` or `cargo virt`, not {chosen:?}");
    };
    let map = format!("memory/{board}.x");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    fs::copy(&map, out.join("memory.x")).expect("each board has a memory map");
    println!("cargo:rustc-link-search={}", out.display());
    println!("cargo:rerun-if-changed={map}");
    println!("cargo:rerun-if-changed=build.rs");

    if board == "virt" {
        // riscv-rt's script asks for the map to come before it.
        println!("cargo:rustc-link-arg-bins=-Tmemory.x");
    }
    println!("cargo:rustc-link-arg-bins=-Tlink.x");
    println!("cargo:rustc-link-arg-bins=--nmagic");
    if has("defmt") {
        println!("cargo:rustc-link-arg-bins=-Tdefmt.x");
    }
}

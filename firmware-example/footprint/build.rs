//! Gives the linker the memory map of the chosen board.

use std::path::PathBuf;
use std::{env, fs};

fn main() {
    let has = |board: &&str| env::var_os(format!("CARGO_FEATURE_{}", board.to_uppercase())).is_some();
    let board = ["microbit", "an386", "an505", "virt"].into_iter().find(has).expect("a board is chosen");
    let map = format!("../memory/{board}.x");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    fs::copy(&map, out.join("memory.x")).expect("each board has a memory map");
    println!("cargo:rustc-link-search={}", out.display());
    println!("cargo:rerun-if-changed={map}");
    if board == "virt" {
        // riscv-rt's script wants the map before it.
        println!("cargo:rustc-link-arg-bins=-Tmemory.x");
    }
    println!("cargo:rustc-link-arg-bins=-Tlink.x");
    println!("cargo:rustc-link-arg-bins=--nmagic");
}

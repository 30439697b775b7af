//! Gives the linker the memory map of the chosen board.

use std::path::PathBuf;
use std::{env, fs};

const BOARDS: [(&str, &str); 4] = [
    ("microbit", "thumbv6m-none-eabi"),
    ("an386", "thumbv7em-none-eabihf"),
    ("an505", "thumbv8m.main-none-eabihf"),
    ("virt", "riscv32imac-unknown-none-elf"),
];

fn main() {
    match memory_map() {
        Ok(map) => link(&map),
        Err(mistake) => println!("cargo::error={mistake}"),
    }
    println!("cargo::rerun-if-changed=build.rs");
}

fn has(feature: &str) -> bool {
    env::var_os(format!("CARGO_FEATURE_{}", feature.to_uppercase())).is_some()
}

/// The file for the board, if the chosen features can be built.
fn memory_map() -> Result<String, String> {
    let chosen: Vec<_> = BOARDS.into_iter().filter(|(board, _)| has(board)).collect();
    let [(board, target)] = chosen[..] else {
        return Err("choose one board: `cargo microbit`, `cargo an386`, `cargo an505` or `cargo virt`".to_owned());
    };
    if env::var("TARGET").as_deref() != Ok(target) {
        return Err(format!("{board} is built with `--target {target}`, as `cargo {board}` does"));
    }
    if has("qemu") && has("probe") {
        return Err("logs can go to only one place: choose `probe` with --no-default-features, or `qemu`".to_owned());
    }
    Ok(format!("memory/{board}.x"))
}

fn link(map: &str) {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    fs::copy(map, out.join("memory.x")).expect("each board has a memory map");
    println!("cargo::rustc-link-search={}", out.display());
    println!("cargo::rerun-if-changed={map}");
    if has("virt") {
        // riscv-rt's script wants the map before it.
        println!("cargo::rustc-link-arg-bins=-Tmemory.x");
    }
    println!("cargo::rustc-link-arg-bins=-Tlink.x");
    // Pages of a file system have no meaning in flash.
    println!("cargo::rustc-link-arg-bins=--nmagic");
    if has("defmt") {
        println!("cargo::rustc-link-arg-bins=-Tdefmt.x");
    }
}

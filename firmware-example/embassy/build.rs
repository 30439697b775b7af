//! Gives the linker the memory map of the template.

use std::{env, fs};

fn main() {
    const MAP: &str = "../template/memory/nrf52840.x";
    let out = env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    fs::copy(MAP, format!("{out}/memory.x")).expect("the chip has a memory map");
    println!("cargo::rustc-link-search={out}");
    println!("cargo::rustc-link-arg-bins=-Tlink.x");
    // Pages of a file system have no meaning in flash.
    println!("cargo::rustc-link-arg-bins=--nmagic");
    println!("cargo::rerun-if-changed={MAP}");
    println!("cargo::rerun-if-changed=build.rs");
}

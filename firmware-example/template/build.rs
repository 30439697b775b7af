//! Gives the linker the memory map of the chip.

fn main() {
    {%- if chip == "esp32c3" %}
    // esp-hal has the map.
    println!("cargo::rustc-link-arg-bins=-Tlinkall.x");
    {%- else %}
    let out = std::env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    std::fs::copy("memory/{{chip}}.x", format!("{out}/memory.x")).expect("the chip has a memory map");
    println!("cargo::rustc-link-search={out}");
    println!("cargo::rustc-link-arg-bins=-Tlink.x");
    // Pages of a file system have no meaning in flash.
    println!("cargo::rustc-link-arg-bins=--nmagic");
    println!("cargo::rerun-if-changed=memory/{{chip}}.x");
    {%- endif %}
    println!("cargo::rerun-if-changed=build.rs");
}

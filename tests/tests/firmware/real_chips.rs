//! Programs for real chips: what the template makes, and Embassy's tasks. Here is no such chip, nor a model of one: the
//! programs build, and what they hold lies in the chip's memory.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use motevec_tests::firmware::{Board, ESP32_C3, cargo, folder, has_target, target_folder};
use motevec_tests::{repository, skip, works};
use object::elf::PT_LOAD;
use object::read::elf::{ElfFile32, ProgramHeader};
use object::{Endianness, Object, ObjectSection};

/// Where a part of a memory starts, and where it ends.
type Part = (u64, u64);

/// A chip, as its manual describes it.
struct Chip {
    name: &'static str,
    target: &'static str,
    flash: &'static [Part],
    ram: &'static [Part],
}

const NRF52840: Chip = Chip {
    name: "nrf52840",
    target: Board::An386.target(),
    // Without what the memory map leaves to `keep`.
    flash: &[(0, 0xF_0000)],
    ram: &[(0x2000_0000, 0x2004_0000)],
};

/// The chips of the template.
const CHIPS: [Chip; 4] = [
    Chip {
        name: "rp2040",
        target: Board::Microbit.target(),
        flash: &[(0x1000_0000, 0x1020_0000)],
        ram: &[(0x2000_0000, 0x2004_2000)],
    },
    NRF52840,
    Chip {
        name: "stm32f411",
        target: Board::An386.target(),
        flash: &[(0x0800_0000, 0x0804_0000)],
        ram: &[(0x2000_0000, 0x2002_0000)],
    },
    Chip {
        name: "esp32c3",
        target: ESP32_C3,
        // As data, and as a program.
        flash: &[(0x3C00_0000, 0x3C40_0000), (0x4200_0000, 0x4240_0000)],
        // For data, and for a program.
        ram: &[(0x3FC8_0000, 0x3FCE_0000), (0x4037_C000, 0x403E_0000)],
    },
];

/// What the linker has put where: bytes in flash, and static data in RAM.
///
/// # Panics
/// If something lies elsewhere.
fn flash_and_ram(chip: &Chip, image: &Path) -> (u64, u64) {
    let bytes = fs::read(image).expect("the image");
    let file = ElfFile32::<Endianness>::parse(&bytes[..]).expect("an ELF file");
    let within =
        |parts: &[Part], start: u64, len: u64| parts.iter().any(|&(from, to)| from <= start && start + len <= to);
    let mut flash = 0;
    let endian = file.endian();
    let headers = file.elf_program_headers().iter().filter(|header| header.p_type(endian) == PT_LOAD);
    for header in headers.filter(|header| header.p_memsz(endian) > 0) {
        let (start, len) = (header.p_vaddr(endian).into(), header.p_memsz(endian).into());
        assert!(
            within(chip.flash, start, len) || within(chip.ram, start, len),
            "{}: {len} bytes at {start:#x} are not in its memory",
            chip.name
        );
        let (stored, len) = (header.p_paddr(endian).into(), u64::from(header.p_filesz(endian)));
        // The loader of an ESP32 copies into RAM what belongs there.
        let is_stored = len == 0 || within(chip.flash, stored, len) || chip.name == "esp32c3";
        assert!(is_stored, "{}: {len} bytes at {stored:#x} are not in its flash", chip.name);
        flash += len;
    }
    let sections = file.sections().filter(|section| within(chip.ram, section.address(), section.size()));
    let statics = sections.filter(|section| {
        section.name().is_ok_and(|name| !name.starts_with(".debug") && name != ".stack" && !name.ends_with("_dummy"))
    });
    (flash, statics.map(|section| section.size()).sum())
}

/// What `cargo generate` makes of a file. Of Liquid, the template uses placeholders, and `if`, `else` and `endif` on
/// lines of their own.
fn generate(text: &str, chip: &str) -> String {
    let (mut lines, mut taken) = (Vec::new(), vec![true]);
    for line in text.lines() {
        match line.trim().strip_prefix("{%- ").and_then(|tag| tag.strip_suffix(" %}")) {
            Some(tag) if tag.starts_with("if ") => taken.push(tag.contains(&format!("\"{chip}\""))),
            Some("else") => taken.iter_mut().next_back().into_iter().for_each(|last| *last = !*last),
            Some("endif") => drop(taken.pop()),
            Some(tag) => panic!("{tag}: this test does not know it"),
            None if taken.iter().all(|&taken| taken) => lines.push(line),
            None => {}
        }
    }
    let text = lines.join("\n").replace("{{project-name}}", &project(chip)).replace("{{chip}}", chip) + "\n";
    assert!(!text.contains("{{") && !text.contains("{%"), "{text}");
    text
}

fn project(chip: &str) -> String {
    format!("device-{chip}")
}

/// All files of `folder`, relative to it.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = PathBuf::from(path.file_name().expect("it has a name"));
        match path.is_dir() {
            true => found.extend(files(&path).iter().map(|file| name.join(file))),
            false => found.push(name),
        }
    }
    found
}

/// Writes a file, unless it is so already: cargo would build anew.
fn write(file: &Path, text: &str) {
    if fs::read_to_string(file).is_ok_and(|before| before == text) {
        return;
    }
    fs::create_dir_all(file.parent().expect("a folder")).expect("a folder can be made");
    fs::write(file, text).expect("a file can be written");
}

/// The workspace that [`set_up`] makes.
static WORKSPACE: LazyLock<PathBuf> = LazyLock::new(set_up);

/// Makes a workspace with a project for each chip, and this repository's crates in place of those that are published.
/// If the template's dependencies change, `cargo update` there makes the lock file that belongs into the template.
fn set_up() -> PathBuf {
    let (template, workspace) = (folder().join("template"), target_folder().join("template"));
    let read = |file: &Path| fs::read_to_string(template.join(file)).expect("a file of the template");
    let is_for = |file: &Path, chip: &str| {
        let stem = file.file_stem().expect("it has a name");
        stem == chip || CHIPS.iter().all(|other| stem != other.name)
    };
    let is_generated = |file: &&PathBuf| !["cargo-generate.toml", "Cargo.lock"].iter().any(|name| file.ends_with(name));
    for Chip { name, .. } in CHIPS {
        for file in files(&template).iter().filter(is_generated).filter(|file| is_for(file, name)) {
            write(&workspace.join(name).join(file), &generate(&read(file), name));
        }
    }
    let manifest = read(Path::new("Cargo.toml"));
    let (_, profile) = manifest.split_once("[profile.release]").expect("a profile");
    let members = CHIPS.map(|chip| chip.name);
    let crates = [("motevec-core", repository().join("core")), ("motevec-learner", folder().join("learner"))];
    let patches: String = crates.iter().map(|(name, path)| format!("{name} = {{ path = {path:?} }}\n")).collect();
    let root = format!("[workspace]\nresolver = \"3\"\nmembers = {members:?}\n\n[patch.crates-io]\n{patches}");
    write(&workspace.join("Cargo.toml"), &format!("{root}\n[profile.release]{profile}"));
    write(&workspace.join("Cargo.lock"), &read(Path::new("Cargo.lock")));
    workspace
}

/// A build of a program for a chip as it is released, in a folder of its own: beside other builds of firmware.
fn build(manifest: &Path, package: &str, chip: &Chip) -> PathBuf {
    let target_folder = target_folder().join("real-chips");
    let mut cargo = cargo();
    cargo.args(["build", "--quiet", "--locked", "--release", "--package", package, "--target", chip.target]);
    cargo.arg("--manifest-path").arg(manifest).env("CARGO_TARGET_DIR", &target_folder);
    let output = cargo.output().expect("cargo runs");
    assert!(output.status.success(), "{cargo:?}:\n{}", String::from_utf8_lossy(&output.stderr));
    target_folder.join(chip.target).join("release").join(package)
}

/// Says what tests/footprint wants to know.
fn check(program: &str, chip: &Chip, image: &Path) {
    let (flash, ram) = flash_and_ram(chip, image);
    println!("stored: {program}, {}: {flash} {ram}", chip.name);
    // 160 words of 16 components, twice.
    assert!(ram > 160 * 16 * 4 * 2 && flash > 0);
}

#[test]
fn the_template_makes_programs_for_four_chips() {
    for chip in CHIPS.iter().filter(|chip| has_target(chip.target)) {
        let image = build(&WORKSPACE.join("Cargo.toml"), &project(chip.name), chip);
        check("template", chip, &image);
    }
}

#[test]
fn embassys_tasks_fit_into_the_chip() {
    if has_target(NRF52840.target) {
        let manifest = folder().join("embassy/Cargo.toml");
        check("Embassy", &NRF52840, &build(&manifest, "motevec-embassy", &NRF52840));
    }
}

/// What is asked for is what there is, and a project gets only what is for its chip.
#[test]
fn cargo_generate_knows_the_chips() {
    let template = folder().join("template");
    let settings = fs::read_to_string(template.join("cargo-generate.toml")).expect("a file of the template");
    assert!(settings.contains(&format!("choices = {:?}\n", CHIPS.map(|chip| chip.name))), "{settings}");
    for Chip { name, .. } in CHIPS {
        let mut own = files(&template);
        own.retain(|file| file.file_stem().is_some_and(|stem| stem == name));
        own.sort_by(|one, other| other.cmp(one));
        let left_out = format!("[conditional.'chip != \"{name}\"']\nignore = {own:?}\n");
        assert!(settings.contains(&left_out), "{left_out}");
    }
}

/// Cargo does not format what is not a crate yet.
#[test]
fn projects_are_formatted() {
    if !works("rustfmt", &["--version"]) {
        return skip("rustfmt", "rustup component add rustfmt");
    }
    for Chip { name, .. } in CHIPS {
        let mut format = Command::new("rustfmt");
        format.args(["--check", "--edition", "2024", "--config-path"]).arg(repository().join("rustfmt.toml"));
        let files = ["src/main.rs", "build.rs"].map(|file| WORKSPACE.join(name).join(file));
        let output = format.args(files).output().expect("rustfmt runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
}

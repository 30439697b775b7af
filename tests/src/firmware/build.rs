//! Building firmware, and where.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::{env, fs};

use super::Board;
use crate::{repository, skip};

/// Rust's target of WebAssembly.
pub const WASM: &str = "wasm32-unknown-unknown";

/// Rust's target of the ESP32-C3.
pub const ESP32_C3: &str = "riscv32imc-unknown-none-elf";

/// All targets that core is promised for; the last one has no image.
pub const TARGETS: [&str; 7] = [
    Board::Microbit.target(),
    Board::An386.target(),
    Board::An505.target(),
    Board::Virt.target(),
    WASM,
    ESP32_C3,
    "thumbv8m.main-none-eabi",
];

/// Whether Rust's target is installed. If not, the test is skipped.
#[must_use]
pub fn has_target(target: &str) -> bool {
    let here = is_installed(target);
    if !here {
        skip(&format!("the Rust target {target}"), &format!("rustup target add {target}"));
    }
    here
}

/// The same, when that is not a reason to skip a test.
#[must_use]
pub fn is_installed(target: &str) -> bool {
    // Without rustup there is nothing to ask; then none is known to be installed.
    static INSTALLED: LazyLock<String> = LazyLock::new(|| {
        let list = Command::new("rustup").args(["target", "list", "--installed"]).output();
        list.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default()
    });
    INSTALLED.lines().any(|line| line == target)
}

/// Cargo in the firmware's folder, with its settings, and with none of this workspace's.
#[must_use]
pub fn cargo() -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()));
    set_up(&mut cargo).current_dir(folder()).env("CARGO_TARGET_DIR", target_folder());
    cargo
}

/// The environment of whatever builds firmware here: where it differs, cargo compiles everything once more.
pub fn set_up(command: &mut Command) -> &mut Command {
    command.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS").env_remove("DEFMT_LOG");
    // It takes a fifth of the time to compile, and is not in the image.
    command.env("CARGO_PROFILE_RELEASE_DEBUG", "false")
}

/// Cargo, about to build core and the learner for all targets that are installed: what all images have in common.
#[must_use]
pub fn learner(features: &[&str]) -> Command {
    let mut cargo = cargo();
    cargo.args(["build", "--quiet", "--locked", "--release", "--package", "motevec-learner"]).args(features);
    cargo.args(TARGETS.iter().filter(|target| is_installed(target)).flat_map(|target| ["--target", target]));
    cargo
}

/// Does `work` while nobody else builds firmware: cargo gives one name to images of different features.
pub fn alone<T>(work: impl FnOnce() -> T) -> T {
    static BUILDS: LazyLock<Mutex<()>> = LazyLock::new(|| {
        // For all targets at once, because what is built for one waits for a single crate most of the time, while all
        // but one core would idle. Where this fails, the test of it says so.
        let _ = learner(&[]).output();
        Mutex::default()
    });
    // Where a build failed, its own test says so.
    let _builds = BUILDS.lock().unwrap_or_else(PoisonError::into_inner);
    work()
}

/// Builds a package of the firmware's workspace for `target` as it is released, only once, and gives the image. Other
/// `settings` are variables of the environment.
///
/// # Panics
/// If it does not build.
#[must_use]
pub fn build(package: &str, target: &str, features: &str, settings: &[(&str, &str)]) -> PathBuf {
    /// The images that are built. Whoever wants one of them does not wait while another one is built.
    static BUILT: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());
    let built = || BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    let mut cargo = cargo();
    cargo.args(["build", "--quiet", "--locked", "--release", "--no-default-features", "--package", package]);
    cargo.args(["--target", target, "--features", features]).envs(settings.iter().copied());
    let file = match target {
        WASM => package.replace('-', "_") + ".wasm",
        _ => package.to_owned(),
    };
    let values: String = settings.iter().map(|(_, value)| *value).collect();
    // Without commas, which QEMU would take for the end of the name.
    let name = format!("{}{values}-{file}", features.replace(',', "-"));
    let image = target_folder().join("images").join(name);
    if built().contains(&image) {
        return image;
    }
    alone(|| {
        if built().contains(&image) {
            return;
        }
        let output = cargo.output().expect("cargo starts");
        assert!(output.status.success(), "{target} {features}:\n{}", String::from_utf8_lossy(&output.stderr));
        fs::create_dir_all(target_folder().join("images")).expect("a folder can be made");
        fs::copy(target_folder().join(target).join("release").join(file), &image).expect("the image can be copied");
        built().insert(image.clone());
    });
    image
}

/// The folder of the firmware.
#[must_use]
pub fn folder() -> PathBuf {
    repository().join("firmware-example")
}

/// Where firmware and other things are built for tests: all in one folder, so that nothing is compiled twice.
#[must_use]
pub fn target_folder() -> PathBuf {
    // target/debug/deps/TEST
    let test = env::current_exe().expect("a test knows its file");
    test.ancestors().nth(3).expect("cargo puts tests into folders").join("tmp/firmware")
}

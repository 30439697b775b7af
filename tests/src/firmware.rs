//! The firmware: in QEMU, and on this machine.

mod build;
mod dialogue;

use std::path::{Path, PathBuf};
use std::process::Command;

pub use build::{
    ESP32_C3, TARGETS, WASM, alone, build, cargo, folder, has_target, is_installed, learner, set_up, target_folder,
};
pub use dialogue::{Device, Dialogue, Host};

use crate::{skip, works};

/// The image that the firmware holds.
pub static IMAGE: &[u8] = include_bytes!("../../firmware-example/addresses.mote");

/// The machines that the firmware runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Board {
    /// BBC micro:bit: Cortex-M0.
    Microbit,
    /// MPS2 AN386: Cortex-M4F.
    An386,
    /// MPS2 AN505: Cortex-M33.
    An505,
    /// RISC-V.
    Virt,
}

impl Board {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Microbit, Self::An386, Self::An505, Self::Virt];

    /// The feature and cargo alias of the board.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Microbit => "microbit",
            Self::An386 => "an386",
            Self::An505 => "an505",
            Self::Virt => "virt",
        }
    }

    /// The Rust target of the board.
    #[must_use]
    pub const fn target(self) -> &'static str {
        match self {
            Self::Microbit => "thumbv6m-none-eabi",
            Self::An386 => "thumbv7em-none-eabihf",
            Self::An505 => "thumbv8m.main-none-eabihf",
            Self::Virt => "riscv32imac-unknown-none-elf",
        }
    }

    /// Whether this machine can build for the board and emulate it. If not, the test is skipped.
    #[must_use]
    pub fn is_here(self) -> bool {
        let qemu = if self == Self::Virt { "qemu-system-riscv32" } else { "qemu-system-arm" };
        if !works(qemu, &["--version"]) {
            skip(qemu, "sudo apt-get install qemu-system-arm qemu-system-misc");
            return false;
        }
        has_target(self.target())
    }

    /// The firmware as it is released, without logs.
    ///
    /// # Panics
    /// If it does not build.
    #[must_use]
    pub fn build(self) -> PathBuf {
        build("motevec-firmware", self.target(), self.name(), &[])
    }

    /// The same with vectors of 16-bit integers.
    ///
    /// # Panics
    /// If it does not build.
    #[must_use]
    pub fn build_in_integers(self) -> PathBuf {
        build("motevec-firmware", self.target(), &format!("{},q15", self.name()), &[])
    }

    /// The image of firmware-example/footprint for the board, with more `features` after a comma.
    ///
    /// # Panics
    /// Where it does not build.
    #[must_use]
    pub fn footprint(self, features: &str) -> PathBuf {
        self.footprint_with(features, &[])
    }

    /// [The same](Self::footprint), built with `settings`: see [`build`].
    ///
    /// # Panics
    /// Where it does not build.
    #[must_use]
    pub fn footprint_with(self, features: &str, settings: &[(&str, &str)]) -> PathBuf {
        build("motevec-footprint", self.target(), &format!("{}{features}", self.name()), settings)
    }

    /// The firmware in QEMU, or `None` if the test is to be skipped.
    #[must_use]
    pub fn start(self) -> Option<Device> {
        self.is_here().then(|| Device::start(self, &self.build()))
    }

    /// The same with vectors of 16-bit integers.
    #[must_use]
    pub fn start_in_integers(self) -> Option<Device> {
        self.is_here().then(|| Device::start(self, &self.build_in_integers()))
    }
}

/// The figures that an image of firmware-example/footprint prints in QEMU, by name, in their order. Instructions are
/// counted there, so they are the same each time.
///
/// # Panics
/// If it prints anything else.
#[must_use]
pub fn figures(board: Board, image: &Path) -> Vec<(String, u32)> {
    let machine = match board {
        Board::An386 => "mps2-an386",
        Board::An505 => "mps2-an505",
        Board::Microbit | Board::Virt => board.name(),
    };
    let mut qemu = Command::new("qemu-system-arm");
    qemu.args(["-machine", machine, "-display", "none", "-monitor", "none", "-serial", "none", "-icount", "shift=0"]);
    qemu.args(["-semihosting-config", "enable=on,target=native", "-kernel"]).arg(image);
    let output = qemu.output().expect("QEMU runs");
    let said = String::from_utf8([output.stdout, output.stderr].concat()).expect("lines are UTF-8");
    let figure = |line: &str| {
        let (name, number) = line.rsplit_once(' ')?;
        Some((name.to_owned(), number.parse().ok()?))
    };
    said.lines().map(|line| figure(line).unwrap_or_else(|| panic!("no figure: {said}"))).collect()
}

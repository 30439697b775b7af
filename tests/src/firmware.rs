//! The firmware: in QEMU, and on this machine.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;
use std::{env, fs, thread};

use motevec_core::fixed_point::Q15;
#[cfg(target_arch = "x86_64")]
use motevec_core::simd::{Avx2, Avx512};
use motevec_core::simd::{Lanes, Level, Portable, Scalar, Wide};
use motevec_learner::embedded_storage::nor_flash::NorFlash;
use motevec_learner::session::{Board as About, Session, Storage};
use motevec_learner::slots::NoFlash;
use motevec_learner::text::Sink;
use motevec_learner::watch::Watched;

use crate::{repository, skip, works};

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

/// Something that answers lines.
pub trait Dialogue {
    /// Sends `bytes`, whatever they are.
    fn send(&mut self, bytes: &[u8]);

    /// The next line that it says.
    ///
    /// # Panics
    /// If it says nothing.
    fn hear(&mut self) -> String;

    /// Sends a line, and gives the answer: all lines up to `ok` or an error.
    fn ask(&mut self, line: &str) -> Vec<String> {
        self.send(format!("{line}\n").as_bytes());
        let mut answer = Vec::new();
        loop {
            let line = self.hear();
            let last = line == "ok" || line.starts_with("error: ");
            answer.push(line);
            if last {
                return answer;
            }
        }
    }

    /// The answers to several lines.
    fn ask_all(&mut self, lines: &[&str]) -> Vec<String> {
        lines.iter().flat_map(|line| self.ask(line)).collect()
    }
}

/// A board in QEMU, which ends when this is dropped.
pub struct Device {
    qemu: Child,
    input: ChildStdin,
    lines: Receiver<String>,
    /// The line with which it introduced itself.
    pub greeting: String,
}

impl Device {
    /// Runs `firmware`.
    ///
    /// # Panics
    /// If it does not start.
    #[must_use]
    pub fn start(board: Board, firmware: &Path) -> Self {
        Self::start_with(board, firmware, &[])
    }

    /// Runs `firmware`, with more options of QEMU.
    ///
    /// # Panics
    /// If it does not start.
    #[must_use]
    pub fn start_with(board: Board, firmware: &Path, options: &[&str]) -> Self {
        // The script becomes QEMU, so that killing this process ends QEMU.
        let mut run = Command::new(folder().join("run-in-qemu"));
        run.arg(board.name()).arg(firmware).args(options).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut qemu = run.spawn().expect("bash runs the script");
        let input = qemu.stdin.take().expect("a pipe");
        let output = BufReader::new(qemu.stdout.take().expect("a pipe"));
        let (heard, lines) = channel();
        thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| heard.send(line)));
        let mut device = Self { qemu, input, lines, greeting: String::new() };
        device.greeting = device.hear();
        device
    }
}

impl Device {
    /// The number of QEMU's process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.qemu.id()
    }
}

impl Dialogue for Device {
    fn send(&mut self, bytes: &[u8]) {
        self.input.write_all(bytes).expect("the board listens");
        self.input.flush().expect("the board listens");
    }

    fn hear(&mut self) -> String {
        // Far more than any answer takes, also on a busy machine.
        self.lines.recv_timeout(Duration::from_secs(120)).expect("the board answers")
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        // Where it has ended already, so much the better.
        let _ = self.qemu.kill();
        let _ = self.qemu.wait();
    }
}

static ABOUT: About = About { name: "this machine", stack: || None, quits: false, image: IMAGE };

/// From bytes sent to bytes answered.
type Receive = dyn FnMut(&[u8]) -> Vec<u8>;

/// The firmware's dialogue on this machine, with the sizes of a board.
pub struct Host {
    receive: Box<Receive>,
    answer: Vec<u8>,
}

impl Host {
    /// A dialogue in portable arithmetic on `level`, or `None` if this machine does not have it.
    #[must_use]
    pub fn start(level: Level) -> Option<Self> {
        Some(match level {
            Level::Scalar => Self::on(Scalar::<Portable>::new(), NoFlash),
            Level::Wide => Self::on(Wide::<Portable>::new(), NoFlash),
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => Self::on(Avx2::<Portable>::detect()?, NoFlash),
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => Self::on(Avx512::<Portable>::detect()?, NoFlash),
            #[cfg(not(target_arch = "x86_64"))]
            Level::Avx2 | Level::Avx512 => return None,
        })
    }

    /// A dialogue about vectors of 16-bit integers.
    #[must_use]
    pub fn in_integers() -> Self {
        let storage: &'static mut Storage<160, 16, 1600, 128, Q15, 0> = Box::leak(Box::default());
        Self::over(Session::new(Scalar::<Portable>::new(), storage, &ABOUT, NoFlash))
    }

    /// A dialogue that keeps what it learns in `flash`.
    #[must_use]
    pub fn with_flash(flash: impl NorFlash + 'static) -> Self {
        Self::on(Scalar::<Portable>::new(), flash)
    }

    fn on(lanes: impl Lanes + 'static, flash: impl NorFlash + 'static) -> Self {
        // A test needs a few of these, for as long as it runs.
        let storage: &'static mut Storage<80, 16, 800, 128> = Box::leak(Box::default());
        Self::over(Session::new(lanes, storage, &ABOUT, flash))
    }

    fn over<L, F, X, const N: usize, const TEXT: usize, const RECENT: usize>(
        mut session: Session<'static, L, F, N, 16, TEXT, 128, X, RECENT>,
    ) -> Self
    where
        L: Lanes + 'static,
        F: NorFlash + 'static,
        X: Watched,
    {
        let receive = move |bytes: &[u8]| {
            let mut answer = Collected(Vec::new());
            for &byte in bytes {
                session.receive(byte, &mut answer);
            }
            answer.0
        };
        Self { receive: Box::new(receive), answer: Vec::new() }
    }
}

struct Collected(Vec<u8>);

impl Sink for Collected {
    fn send(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }
}

impl Dialogue for Host {
    fn send(&mut self, bytes: &[u8]) {
        self.answer.extend((self.receive)(bytes));
    }

    fn hear(&mut self) -> String {
        let end = self.answer.iter().position(|&byte| byte == b'\n').expect("a whole line");
        let line = self.answer.drain(..=end).collect();
        String::from_utf8(line).expect("answers are UTF-8").trim_end().to_owned()
    }
}

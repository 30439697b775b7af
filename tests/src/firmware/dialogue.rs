//! Dialogues with the firmware: in QEMU, and on this machine.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use motevec_core::fixed_point::Q15;
#[cfg(target_arch = "x86_64")]
use motevec_core::simd::{Avx2, Avx512};
use motevec_core::simd::{Lanes, Level, Portable, Scalar, Wide};
use motevec_learner::embedded_storage::nor_flash::NorFlash;
use motevec_learner::session::{Board as About, Session, Storage};
use motevec_learner::slots::NoFlash;
use motevec_learner::text::Sink;
use motevec_learner::watch::Watched;

use super::{Board, IMAGE, folder};

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

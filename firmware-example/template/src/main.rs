//! Learns word vectors from the tokens that arrive on a serial line, and answers questions about them; `help` says how.
#![no_std]
#![no_main]

mod {{chip}};

use motevec_learner::motevec_core::simd::{Portable, Scalar};
use motevec_learner::session::{Board, Session, Storage};
use motevec_learner::text::Sink;
use motevec_learner::waiting::Waiting;
use static_cell::ConstStaticCell;

/// The most words.
const WORDS: usize = 160;
/// Components of a vector.
const DIM: usize = 16;
/// The most bytes of all words.
const TEXT: usize = 10 * WORDS;
/// The most bytes of a line.
const LINE: usize = 128;

/// Everything that is learned; zeros at the start.
static STORAGE: ConstStaticCell<Storage<WORDS, DIM, TEXT, LINE>> = ConstStaticCell::new(Storage::new());

static BOARD: Board = Board { name: "{{project-name}}", stack: || None, quits: false, image: &[] };

#[{{chip}}::entry]
fn main() -> ! {
    let (serial, flash) = {{chip}}::start();
    let mut line = Line { serial, waiting: Waiting::new() };
    let mut session = Session::new(Scalar::<Portable>::new(), STORAGE.take(), &BOARD, flash);
    session.greet(&mut line);
    loop {
        session.receive(line.read(), &mut line);
    }
}

/// The serial line, and what has come on it while the program was busy.
struct Line {
    serial: {{chip}}::Serial,
    waiting: Waiting<256>,
}

impl Line {
    /// Waits for a byte.
    fn read(&mut self) -> u8 {
        loop {
            self.listen();
            if let Some(byte) = self.waiting.take() {
                return byte;
            }
        }
    }
}

impl Sink for Line {
    fn send(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.serial.put(byte);
            self.listen();
        }
    }

    fn listen(&mut self) {
        while !self.waiting.is_full()
            && let Some(byte) = self.serial.poll()
        {
            self.waiting.put(byte);
        }
    }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {
        core::hint::spin_loop();
    }
}

//! Learns word vectors from the tokens that arrive on a serial line, and answers questions about them; `help` says how.
#![no_std]
#![no_main]

mod {{chip}};

use motevec_learner::motevec_core::simd::{Portable, Scalar};
use motevec_learner::session::{Board, Session, Storage};
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
    let (mut serial, flash) = {{chip}}::start();
    let mut session = Session::new(Scalar::<Portable>::new(), STORAGE.take(), &BOARD, flash);
    session.greet(&mut serial);
    loop {
        session.receive(serial.read(), &mut serial);
    }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {
        core::hint::spin_loop();
    }
}

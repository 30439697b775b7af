//! Firmware that learns word vectors from the tokens that arrive on a serial line, and answers questions about them.
//!
//! Everything but hardware is in the crate `motevec-learner`. Here is the rest: a module for each board, measuring the
//! stack, and the end of the program.
#![no_std]
#![no_main]

mod board;
mod end;
mod register;
mod stack;

// Their critical sections are for the logs.
#[cfg(target_arch = "arm")]
use cortex_m as _;
#[cfg(target_arch = "riscv32")]
use riscv as _;

use motevec_core::simd::{Portable, Scalar};
use motevec_learner::session::{Board, Next, Session, Storage};

/// Vectors made by a host, as README.md shows.
static IMAGE: &[u8] = include_bytes!("../addresses.mote");

/// Everything learned is here, all zeros at the start.
static mut STORAGE: Storage<
    { board::WORDS },
    { board::DIM },
    { board::TEXT },
    { board::LINE },
    board::Number,
    { board::RECENT },
> = Storage::new();

static BOARD: Board = Board { name: board::NAME, stack: stack::measure, quits: end::CAN_END, image: IMAGE };

#[board::entry]
fn main() -> ! {
    let storage = &raw mut STORAGE;
    // SAFETY: the entry point runs once, and nothing else names STORAGE.
    let storage = unsafe { &mut *storage };
    let mut serial = board::Serial::start();
    let mut session = Session::new(Scalar::<Portable>::new(), storage, &BOARD, board::flash());
    session.greet(&mut serial);
    loop {
        if session.receive(serial.read(), &mut serial) == Next::Quit {
            end::end(end::Outcome::Success);
        }
    }
}

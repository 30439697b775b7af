//! The firmware's dialogue as WebAssembly: [`start`] it, and let it [`receive`] bytes; it calls `send` for each byte of
//! its answers. `dialogue.mjs` runs it in Node.

use std::cell::RefCell;

use motevec_core::simd::{Kernel, Lanes, Level};
use motevec_learner::session::{Board, Session, Storage};
use motevec_learner::slots::NoFlash;
use motevec_learner::text::Sink;

static BOARD: Board =
    Board { name: "WebAssembly", stack: || None, quits: false, image: include_bytes!("../../addresses.mote") };

#[link(wasm_import_module = "serial")]
unsafe extern "C" {
    safe fn send(byte: u32);
}

thread_local! {
    static RECEIVER: RefCell<Box<dyn FnMut(u8)>> = RefCell::new(Box::new(|_| ()));
}

/// Starts a session in portable arithmetic on the level of this number in [`Level::ALL`]; returns whether this build
/// has it.
// SAFETY: no other function in this module has this name.
#[unsafe(no_mangle)]
pub extern "C" fn start(level: u32) -> bool {
    let level = Level::ALL.get(level as usize);
    level.is_some_and(|level| level.run(false, Start).is_some())
}

/// Takes a byte, like the serial line of a board.
// SAFETY: no other function in this module has this name.
#[unsafe(no_mangle)]
pub extern "C" fn receive(byte: u8) {
    RECEIVER.with_borrow_mut(|receiver| receiver(byte));
}

/// Starts a session on any lanes.
struct Start;

impl Kernel for Start {
    type Output = ();

    fn run<L: Lanes>(self, lanes: L) {
        // As much memory as on a board; it lives as long as the module.
        let storage: &'static mut Storage<80, 16, 800, 128> = Box::leak(Box::default());
        let mut session = Session::new(lanes, storage, &BOARD, NoFlash);
        session.greet(&mut Imported);
        RECEIVER.set(Box::new(move |byte| {
            session.receive(byte, &mut Imported);
        }));
    }
}

/// The function `send` that the module imports.
struct Imported;

impl Sink for Imported {
    fn send(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| send(byte.into()));
    }
}

//! The boards. A board module defines how much the board learns, and has a serial line: `poll` gives a byte that has
//! come, unless an interrupt takes it, and `put` sends one, when `can_send` says so. One with flash that a program can
//! write to also has a driver of that.

#[cfg_attr(feature = "microbit", path = "microbit.rs")]
#[cfg_attr(feature = "an386", path = "an386.rs")]
#[cfg_attr(feature = "an505", path = "an505.rs")]
#[cfg_attr(feature = "virt", path = "virt.rs")]
mod chosen;
#[cfg(any(feature = "an386", feature = "an505"))]
mod cmsdk;
#[cfg(feature = "microbit")]
mod nrf51;

#[cfg(target_arch = "arm")]
pub(crate) use cortex_m_rt::entry;
#[cfg(target_arch = "riscv32")]
pub(crate) use riscv_rt::entry;

#[cfg(feature = "microbit")]
pub(crate) use nrf51::flash;

/// The others hold their program in RAM, and have no flash that it could write to.
#[cfg(not(feature = "microbit"))]
pub(crate) fn flash() -> motevec_learner::slots::NoFlash {
    motevec_learner::slots::NoFlash
}

pub(crate) use chosen::{NAME, Serial};

/// What vectors are made of.
#[cfg(not(feature = "q15"))]
pub(crate) type Number = f32;
#[cfg(feature = "q15")]
pub(crate) type Number = motevec_core::fixed_point::Q15;

/// Twice as many words fit if their vectors take half the room.
const TIMES: usize = size_of::<f32>() / size_of::<Number>();
/// The most words.
pub(crate) const WORDS: usize = TIMES * chosen::WORDS;
/// The most bytes of their text.
pub(crate) const TEXT: usize = TIMES * chosen::TEXT;

use motevec_learner::text::Sink;
use motevec_learner::waiting::Waiting;

/// Bytes that have come while the firmware was busy: as many as come in 22 ms, at 115,200 bits per second.
static WAITING: Waiting<256> = Waiting::new();

/// How many events of late are kept, to learn from again; vectors of integers cannot be watched.
pub(crate) const RECENT: usize = if cfg!(feature = "q15") { 0 } else { 96 };
/// Components of a vector.
pub(crate) const DIM: usize = 16;
/// The most bytes of a line.
pub(crate) const LINE: usize = 128;

impl Serial {
    /// Waits for a byte.
    pub(crate) fn read(&mut self) -> u8 {
        loop {
            self.listen();
            if let Some(byte) = WAITING.take() {
                return byte;
            }
        }
    }
}

impl Sink for Serial {
    fn send(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            while !self.can_send() {
                self.listen();
            }
            self.put(byte);
        }
    }

    fn listen(&mut self) {
        while !WAITING.is_full()
            && let Some(byte) = self.poll()
        {
            WAITING.put(byte);
        }
    }
}

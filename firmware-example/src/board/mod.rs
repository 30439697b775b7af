//! The boards. A board module defines how much the board learns, and has a serial line that reads and writes single
//! bytes; one with flash that a program can write to also has a driver of that.

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

pub(crate) use chosen::{NAME, Serial, TEXT, WORDS};

/// Components of a vector.
pub(crate) const DIM: usize = 16;
/// The most bytes of a line.
pub(crate) const LINE: usize = 128;

impl motevec_learner::text::Sink for Serial {
    fn send(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write(byte);
        }
    }
}

//! Arm MPS2 with the FPGA image AN386: a Cortex-M4F.

use super::cmsdk::Uart;

pub(crate) const NAME: &str = "MPS2 AN386";
pub(crate) const WORDS: usize = 80;
pub(crate) const TEXT: usize = 800;

/// UART 0.
pub(crate) struct Serial(Uart);

impl Serial {
    pub(crate) fn start() -> Self {
        // SAFETY: the board has its UART 0 at this address.
        Self(unsafe { Uart::start(0x4000_4000, 25_000_000) })
    }

    pub(crate) fn read(&mut self) -> u8 {
        self.0.read()
    }

    pub(crate) fn write(&mut self, byte: u8) {
        self.0.write(byte);
    }
}

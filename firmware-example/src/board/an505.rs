//! Arm MPS2 with the FPGA image AN505: a Cortex-M33, in its secure state.

use super::cmsdk::Uart;

pub(crate) const NAME: &str = "MPS2 AN505";
pub(super) const WORDS: usize = 80;
pub(super) const TEXT: usize = 800;

/// UART 0.
pub(crate) struct Serial(Uart);

impl Serial {
    pub(crate) fn start() -> Self {
        // SAFETY: the board has its UART 0 at this address.
        Self(unsafe { Uart::start(0x5020_0000, 20_000_000) })
    }

    pub(super) fn poll(&mut self) -> Option<u8> {
        self.0.poll()
    }

    pub(super) fn can_send(&mut self) -> bool {
        self.0.can_send()
    }

    pub(super) fn put(&mut self, byte: u8) {
        self.0.put(byte);
    }
}

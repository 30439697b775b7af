//! Arm MPS2 with the FPGA image AN505: a Cortex-M33, in its secure state.

pub(crate) use super::cmsdk::Serial;

pub(crate) const NAME: &str = "MPS2 AN505";
pub(super) const WORDS: usize = 80;
pub(super) const TEXT: usize = 800;

impl Serial {
    pub(crate) fn start() -> Self {
        // SAFETY: the board has its UART 0 at this address.
        unsafe { Self::at(0x5020_0000, 20_000_000) }
    }
}

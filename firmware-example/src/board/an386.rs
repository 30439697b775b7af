//! Arm MPS2 with the FPGA image AN386: a Cortex-M4F.

pub(crate) use super::cmsdk::Serial;

pub(crate) const NAME: &str = "MPS2 AN386";
pub(super) const WORDS: usize = 80;
pub(super) const TEXT: usize = 800;

impl Serial {
    pub(crate) fn start() -> Self {
        // SAFETY: the board has its UART 0 at this address.
        unsafe { Self::at(0x4000_4000, 25_000_000) }
    }
}

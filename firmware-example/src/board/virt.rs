//! QEMU's RISC-V machine `virt`: not a real board, but another instruction set to compare bits with.

use crate::register::Register;

pub(crate) const NAME: &str = "virt";
pub(crate) const WORDS: usize = 80;
pub(crate) const TEXT: usize = 800;

const UART: usize = 0x1000_0000;
const RECEIVED: u8 = 1;
const CAN_SEND: u8 = 1 << 5;

/// The 16550 serial port, polled. QEMU's needs no setup.
pub(crate) struct Serial {
    data: Register<u8>,
    status: Register<u8>,
}

impl Serial {
    pub(crate) fn start() -> Self {
        // SAFETY: the machine has a 16550 with registers of a byte at this address.
        unsafe { Self { data: Register::at(UART), status: Register::at(UART + 5) } }
    }

    /// Waits for a byte.
    pub(crate) fn read(&mut self) -> u8 {
        while self.status.read() & RECEIVED == 0 {}
        self.data.read()
    }

    /// Sends a byte, once there is room for it.
    pub(crate) fn write(&mut self, byte: u8) {
        while self.status.read() & CAN_SEND == 0 {}
        self.data.write(byte);
    }
}

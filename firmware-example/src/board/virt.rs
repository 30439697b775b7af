//! QEMU's RISC-V machine `virt`: not a real board, but another instruction set to compare bits with.

use crate::register::Register;

pub(crate) const NAME: &str = "virt";
pub(super) const WORDS: usize = 80;
pub(super) const TEXT: usize = 800;

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

    pub(super) fn poll(&mut self) -> Option<u8> {
        (self.status.read() & RECEIVED != 0).then(|| self.data.read())
    }

    pub(super) fn can_send(&mut self) -> bool {
        self.status.read() & CAN_SEND != 0
    }

    pub(super) fn put(&mut self, byte: u8) {
        self.data.write(byte);
    }
}

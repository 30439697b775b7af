//! The serial port of Arm's Cortex-M System Design Kit, which all MPS2 boards have.

use crate::register::Register;

/// The port, polled.
pub(crate) struct Serial {
    data: Register<u32>,
    state: Register<u32>,
}

const TRANSMIT_FULL: u32 = 1;
const RECEIVE_FULL: u32 = 2;

impl Serial {
    /// Starts the port, at `clock` Hz and 115,200 bits per second.
    ///
    /// # Safety
    /// There must be such a port at `base`.
    pub(super) unsafe fn at(base: usize, clock: u32) -> Self {
        // SAFETY: these are the registers of the promised port.
        let register = |offset: usize| -> Register<u32> { unsafe { Register::at(base + offset) } };
        register(0x10).write(clock / 115_200);
        // Transmit and receive.
        register(0x08).write(3);
        Self { data: register(0x00), state: register(0x04) }
    }

    /// The byte that has come.
    pub(super) fn poll(&mut self) -> Option<u8> {
        (self.state.read() & RECEIVE_FULL != 0).then(|| self.data.read() as u8)
    }

    /// Whether there is room for a byte to be sent.
    pub(super) fn can_send(&self) -> bool {
        self.state.read() & TRANSMIT_FULL == 0
    }

    /// Sends a byte.
    pub(super) fn put(&mut self, byte: u8) {
        self.data.write(byte.into());
    }
}
